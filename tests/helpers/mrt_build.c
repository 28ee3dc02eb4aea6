#include "helpers/mrt_build.h"

#include <assert.h>

#include "base/prefix.h"

#define HEAD_LEN 12

size_t
mrt_open(struct wr *wr, uint32_t seconds, uint16_t type, uint16_t subtype)
{
	size_t at = wr->len;

	wr_u32(wr, seconds);
	wr_u16(wr, type);
	wr_u16(wr, subtype);
	wr_u32(wr, 0);
	return at;
}

void
mrt_close(struct wr *wr, size_t at)
{
	wr_patch_u32(wr, at + 8, (uint32_t)(wr->len - at - HEAD_LEN));
}

static void
put_zeros(struct wr *wr, size_t n)
{
	while (n--)
		wr_u8(wr, 0);
}

void
mrt_peers(struct wr *wr, unsigned n)
{
	size_t at = mrt_open(wr, 1700000000, 13, 1);

	wr_u32(wr, 1);
	wr_u16(wr, 4);
	wr_bytes(wr, "view", 4);
	wr_u16(wr, (uint16_t)n);
	for (unsigned i = 0; i < n; i++) {
		bool v6 = i % 2;

		wr_u8(wr, v6 ? 3 : 2); /* AS numbers of four octets */
		wr_u32(wr, i);
		put_zeros(wr, v6 ? 16 : 4);
		wr_u32(wr, 64496 + i);
	}
	mrt_close(wr, at);
}

static struct addr
addr_of(const char *text)
{
	struct addr addr = { .family = 0 };
	bool valid = addr_parse(text, &addr);

	assert(valid);
	(void)valid;
	return addr;
}

static void
put_addr(struct wr *wr, struct addr addr)
{
	uint8_t bytes[16];
	size_t len = family_bits((enum family)addr.family) / 8;

	bits_to_bytes(addr.bits, bytes, len);
	wr_bytes(wr, bytes, len);
}

static void
put_prefix(struct wr *wr, const struct prefix *prefix)
{
	uint8_t bytes[16];

	bits_to_bytes(prefix->bits, bytes, 16);
	wr_u8(wr, prefix->len);
	wr_bytes(wr, bytes, (prefix->len + 7u) / 8);
}

/* ORIGIN, AS_PATH and the next hop as it stands in a dump. */
static void
put_attrs(struct wr *wr, const char *nexthop)
{
	static const uint8_t usual[] = { 0x40, 1, 1, 0, 0x40, 2, 6, 2, 1, 0, 0, 0xfb,
		0xf0 };
	struct addr addr = addr_of(nexthop);

	wr_bytes(wr, usual, sizeof usual);
	if (addr.family == FAMILY_IPV4) {
		wr_bytes(wr, "\x40\x03\x04", 3);
	} else {
		wr_bytes(wr, "\x80\x0e\x11\x10", 4);
	}
	put_addr(wr, addr);
}

void
mrt_rib(struct wr *wr, const char *text, bool add_path, const char *const *nexthops,
    unsigned n)
{
	struct prefix prefix = { .len = 0 };
	bool valid = prefix_parse(text, &prefix);
	uint16_t subtype = prefix.family == FAMILY_IPV4 ? 2 : 4;
	size_t at = mrt_open(
	    wr, 1700000000, 13, (uint16_t)(subtype + (add_path ? 6 : 0)));

	assert(valid);
	(void)valid;
	wr_u32(wr, 7);
	put_prefix(wr, &prefix);
	wr_u16(wr, (uint16_t)n);
	for (unsigned i = 0; i < n; i++) {
		size_t len_at;

		wr_u16(wr, (uint16_t)i);
		wr_u32(wr, 1600000000);
		if (add_path)
			wr_u32(wr, i + 1);
		len_at = wr->len;
		wr_u16(wr, 0);
		put_attrs(wr, nexthops[i]);
		wr_patch_u16(wr, len_at, (uint16_t)(wr->len - len_at - 2));
	}
	mrt_close(wr, at);
}

void
mrt_update(struct wr *wr, uint32_t seconds, bool extended, const char *text,
    const char *nexthop)
{
	size_t at = mrt_open(wr, seconds, extended ? 17 : 16, 4), message, attrs;
	struct prefix prefix = { .len = 0 };
	bool valid = prefix_parse(text, &prefix);

	assert(valid);
	(void)valid;
	if (extended)
		wr_u32(wr, 250000);
	wr_u32(wr, 64496);
	wr_u32(wr, 64497);
	wr_u16(wr, 0);
	wr_u16(wr, 1);
	put_zeros(wr, 8);
	message = wr->len;
	for (int i = 0; i < 16; i++)
		wr_u8(wr, 0xff);
	wr_u16(wr, 0);
	wr_u8(wr, 2);
	if (nexthop) {
		wr_u16(wr, 0);
		attrs = wr->len;
		wr_u16(wr, 0);
		put_attrs(wr, nexthop);
		wr_patch_u16(wr, attrs, (uint16_t)(wr->len - attrs - 2));
		put_prefix(wr, &prefix);
	} else {
		wr_u16(wr, (uint16_t)(1 + (prefix.len + 7) / 8));
		put_prefix(wr, &prefix);
		wr_u16(wr, 0);
	}
	wr_patch_u16(wr, message + 16, (uint16_t)(wr->len - message));
	mrt_close(wr, at);
}
