#include "bgp/capability.h"

#include <assert.h>

#include "bgp/message.h"

#define RESTART_FLAG_R 0x8000
#define RESTART_FLAG_N 0x4000
#define RESTART_TIME_MASK 0x0fff
#define FORWARDING_FLAG 0x80

enum { ADD_PATH_RECEIVE = 1, ADD_PATH_SEND = 2 };

static bool
has(unsigned mask, enum family family)
{
	return mask & BGP_FAMILY_BIT(family);
}

/* Writes code and a length that end_capability() fills in. Returns where it begins. */
static size_t
begin_capability(struct wr *wr, enum bgp_capability_code code)
{
	size_t begin = wr->len;

	wr_u8(wr, (uint8_t)code);
	wr_u8(wr, 0);
	return begin;
}

static void
end_capability(struct wr *wr, size_t begin)
{
	if (!wr->full)
		wr_patch_u8(wr, begin + 1, (uint8_t)(wr->len - begin - 2));
}

/* AFI and SAFI as most capabilities list them. */
static void
encode_family(struct wr *wr, enum family family)
{
	wr_u16(wr, bgp_afi(family));
	wr_u8(wr, BGP_SAFI_UNICAST);
}

/* Reads AFI and SAFI. False for a family we do not speak. */
static bool
decode_family(struct rd *rd, enum family *retfamily)
{
	uint16_t afi = rd_u16(rd);
	uint8_t safi = rd_u8(rd);

	return bgp_family(afi, safi, retfamily);
}

/* RFC 4760 section 8: a capability for each family. */
static void
encode_multiprotocol(struct wr *wr, const struct bgp_capabilities *caps)
{
	for (enum family family = 0; family < FAMILIES; family++) {
		size_t begin;

		if (!has(caps->families, family))
			continue;
		begin = begin_capability(wr, BGP_CAP_MULTIPROTOCOL);
		wr_u16(wr, bgp_afi(family));
		wr_u8(wr, 0);
		wr_u8(wr, BGP_SAFI_UNICAST);
		end_capability(wr, begin);
	}
}

static void
decode_multiprotocol(struct rd *rd, struct bgp_capabilities *caps)
{
	uint16_t afi = rd_u16(rd);
	enum family family;

	caps->multiprotocol = true;
	rd_u8(rd); /* reserved */
	if (bgp_family(afi, rd_u8(rd), &family))
		caps->families |= (uint8_t)BGP_FAMILY_BIT(family);
}

/* RFC 8950 section 4: AFI, SAFI (here of two bytes), AFI of the next hop. */
static void
encode_next_hop(struct wr *wr, const struct bgp_capabilities *caps)
{
	size_t begin;

	if (!caps->extended_next_hop)
		return;
	begin = begin_capability(wr, BGP_CAP_EXTENDED_NEXT_HOP);
	wr_u16(wr, BGP_AFI_IPV4);
	wr_u16(wr, BGP_SAFI_UNICAST);
	wr_u16(wr, BGP_AFI_IPV6);
	end_capability(wr, begin);
}

static void
decode_next_hop(struct rd *rd, struct bgp_capabilities *caps)
{
	while (rd_left(rd) > 0) {
		uint16_t afi = rd_u16(rd);
		uint16_t safi = rd_u16(rd);
		uint16_t next_hop = rd_u16(rd);

		if (afi == BGP_AFI_IPV4 && safi == BGP_SAFI_UNICAST &&
		    next_hop == BGP_AFI_IPV6)
			caps->extended_next_hop = true;
	}
}

/* RFC 4724 section 3, the N bit RFC 8538 section 2. */
static void
encode_graceful(struct wr *wr, const struct bgp_capabilities *caps)
{
	const struct bgp_graceful *graceful = &caps->graceful;
	size_t begin;

	if (!graceful->offered)
		return;
	assert(graceful->time_s <= BGP_GRACEFUL_TIME_MAX);
	begin = begin_capability(wr, BGP_CAP_GRACEFUL);
	wr_u16(wr, (uint16_t)((graceful->restarting ? RESTART_FLAG_R : 0) |
			      (graceful->notification ? RESTART_FLAG_N : 0) |
			      graceful->time_s));
	for (enum family family = 0; family < FAMILIES; family++) {
		if (!has(graceful->families, family))
			continue;
		encode_family(wr, family);
		wr_u8(wr, has(graceful->forwarding, family) ? FORWARDING_FLAG : 0);
	}
	end_capability(wr, begin);
}

static void
decode_graceful(struct rd *rd, struct bgp_capabilities *caps)
{
	struct bgp_graceful graceful = { .offered = true };
	uint16_t flags = rd_u16(rd);

	graceful.restarting = flags & RESTART_FLAG_R;
	graceful.notification = flags & RESTART_FLAG_N;
	graceful.time_s = flags & RESTART_TIME_MASK;
	while (rd_left(rd) > 0) {
		enum family family;
		bool ours = decode_family(rd, &family);
		uint8_t family_flags = rd_u8(rd);

		if (!ours)
			continue;
		graceful.families |= (uint8_t)BGP_FAMILY_BIT(family);
		if (family_flags & FORWARDING_FLAG)
			graceful.forwarding |= (uint8_t)BGP_FAMILY_BIT(family);
	}
	caps->graceful = graceful;
}

static void
encode_as4(struct wr *wr, const struct bgp_capabilities *caps)
{
	size_t begin;

	if (!caps->as4)
		return;
	begin = begin_capability(wr, BGP_CAP_AS4);
	wr_u32(wr, caps->as);
	end_capability(wr, begin);
}

static void
decode_as4(struct rd *rd, struct bgp_capabilities *caps)
{
	caps->as4 = true;
	caps->as = rd_u32(rd);
}

/* RFC 7911 section 4. */
static void
encode_add_path(struct wr *wr, const struct bgp_capabilities *caps)
{
	unsigned either = caps->add_path_receive | caps->add_path_send;
	size_t begin;

	if (!either)
		return;
	begin = begin_capability(wr, BGP_CAP_ADD_PATH);
	for (enum family family = 0; family < FAMILIES; family++) {
		if (!has(either, family))
			continue;
		encode_family(wr, family);
		wr_u8(wr, (has(caps->add_path_receive, family) ? ADD_PATH_RECEIVE : 0) |
			      (has(caps->add_path_send, family) ? ADD_PATH_SEND : 0));
	}
	end_capability(wr, begin);
}

static void
decode_add_path(struct rd *rd, struct bgp_capabilities *caps)
{
	while (rd_left(rd) > 0) {
		enum family family;
		bool ours = decode_family(rd, &family);
		uint8_t mode = rd_u8(rd);

		/* other modes are to be ignored */
		if (!ours || mode > (ADD_PATH_RECEIVE | ADD_PATH_SEND))
			continue;
		if (mode & ADD_PATH_RECEIVE)
			caps->add_path_receive |= (uint8_t)BGP_FAMILY_BIT(family);
		if (mode & ADD_PATH_SEND)
			caps->add_path_send |= (uint8_t)BGP_FAMILY_BIT(family);
	}
}

/* RFC 9494 section 3: flags and a time of 24 bits for each family. */
static void
encode_long_lived(struct wr *wr, const struct bgp_capabilities *caps)
{
	const struct bgp_long_lived *long_lived = &caps->long_lived;
	size_t begin;

	if (!long_lived->offered)
		return;
	begin = begin_capability(wr, BGP_CAP_LONG_LIVED);
	for (enum family family = 0; family < FAMILIES; family++) {
		uint32_t flags = has(long_lived->forwarding, family) ? FORWARDING_FLAG
								     : 0;

		if (!has(long_lived->families, family))
			continue;
		assert(long_lived->stale_s[family] <= BGP_LONG_LIVED_TIME_MAX);
		encode_family(wr, family);
		wr_u32(wr, flags << 24 | long_lived->stale_s[family]);
	}
	end_capability(wr, begin);
}

static void
decode_long_lived(struct rd *rd, struct bgp_capabilities *caps)
{
	struct bgp_long_lived long_lived = { .offered = true };

	while (rd_left(rd) > 0) {
		enum family family;
		bool ours = decode_family(rd, &family);
		uint32_t word = rd_u32(rd);

		if (!ours)
			continue;
		long_lived.families |= (uint8_t)BGP_FAMILY_BIT(family);
		if (word >> 24 & FORWARDING_FLAG)
			long_lived.forwarding |= (uint8_t)BGP_FAMILY_BIT(family);
		long_lived.stale_s[family] = word & BGP_LONG_LIVED_TIME_MAX;
	}
	caps->long_lived = long_lived;
}

/* A capability with a value has the functions, one without is the bool at `flag`. */
static const struct capability {
	uint8_t code;
	const char *name;
	size_t flag;
	void (*encode)(struct wr *wr, const struct bgp_capabilities *caps);
	void (*decode)(struct rd *rd, struct bgp_capabilities *caps);
} table[] = {
	{ BGP_CAP_MULTIPROTOCOL, "multiprotocol", 0, encode_multiprotocol,
	    decode_multiprotocol },
	{ BGP_CAP_REFRESH, "route refresh", offsetof(struct bgp_capabilities, refresh),
	    NULL, NULL },
	{ BGP_CAP_EXTENDED_NEXT_HOP, "extended next hop", 0, encode_next_hop,
	    decode_next_hop },
	{ BGP_CAP_EXTENDED_MESSAGE, "extended message",
	    offsetof(struct bgp_capabilities, extended_message), NULL, NULL },
	{ BGP_CAP_GRACEFUL, "graceful restart", 0, encode_graceful, decode_graceful },
	{ BGP_CAP_AS4, "4-octet AS", 0, encode_as4, decode_as4 },
	{ BGP_CAP_ADD_PATH, "ADD-PATH", 0, encode_add_path, decode_add_path },
	{ BGP_CAP_ENHANCED_REFRESH, "enhanced route refresh",
	    offsetof(struct bgp_capabilities, enhanced_refresh), NULL, NULL },
	{ BGP_CAP_LONG_LIVED, "long-lived graceful restart", 0, encode_long_lived,
	    decode_long_lived },
};
#define ROWS (sizeof table / sizeof *table)

static const struct capability *
find(unsigned code)
{
	for (size_t i = 0; i < ROWS; i++)
		if (table[i].code == code)
			return &table[i];
	return NULL;
}

void
bgp_capabilities_encode(struct wr *wr, const struct bgp_capabilities *caps)
{
	for (size_t i = 0; i < ROWS; i++) {
		const struct capability *row = &table[i];

		if (row->encode)
			row->encode(wr, caps);
		else if (*(const bool *)((const char *)caps + row->flag))
			end_capability(wr, begin_capability(wr, row->code));
	}
}

bool
bgp_capabilities_decode(
    struct rd *rd, struct bgp_capabilities *caps, struct bgp_error *reterr)
{
	while (rd_left(rd) > 0) {
		uint8_t code = rd_u8(rd);
		uint8_t len = rd_u8(rd);
		struct rd value = rd_sub(rd, len);
		const struct capability *row = find(code);

		if (!rd_ok(rd)) {
			bgp_error_set(reterr, BGP_ERROR_OPEN, BGP_OPEN_UNSPECIFIC, NULL,
			    0, "capability %u is cut short", code);
			return false;
		}
		if (!row)
			continue;
		if (row->decode)
			row->decode(&value, caps);
		else
			*(bool *)((char *)caps + row->flag) = true;
		if (!rd_done(&value)) {
			bgp_error_set(reterr, BGP_ERROR_OPEN, BGP_OPEN_UNSPECIFIC, NULL,
			    0, "capability %s of %u bytes", row->name, len);
			return false;
		}
	}
	return true;
}
