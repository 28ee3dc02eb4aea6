#include "helpers/update_encode.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/wire.h"
#include "bgp/message.h"
#include "bgp/update.h"

static void
write_prefixes(struct wr *wr, const char *prefixes, enum family *retfamily)
{
	char text[PREFIX_TEXT_MAX];
	int n;

	while (sscanf(prefixes, "%49s%n", text, &n) == 1) {
		struct prefix prefix;
		uint8_t bytes[16];
		char *path_id = strchr(text, '#');

		if (path_id) {
			*path_id++ = '\0';
			wr_u32(wr, (uint32_t)strtoul(path_id, NULL, 10));
		}
		assert_true(prefix_parse(text, &prefix));
		bits_to_bytes(prefix.bits, bytes, sizeof bytes);
		wr_u8(wr, prefix.len);
		wr_bytes(wr, bytes, (prefix.len + 7u) / 8);
		*retfamily = (enum family)prefix.family;
		prefixes += n;
	}
}

static void
write_attributes(struct wr *wr, const struct addr *nexthop)
{
	static const uint8_t origin_path[] = { 0x40, 1, 1, 0, 0x40, 2, 10, 2, 2, 0, 0,
		0xfd, 0xe9, 0, 0, 0xfd, 0xea };
	static const uint8_t rest[] = { 0x80, 4, 4, 0, 0, 0, 7, 0x40, 5, 4, 0, 0, 0,
		200, 0xc0, 8, 8, 0xfd, 0xe9, 0, 1, 0xfd, 0xe9, 0, 2 };
	uint8_t bytes[4];

	wr_bytes(wr, origin_path, sizeof origin_path); /* IGP, 65001 65002 */
	if (nexthop->family == FAMILY_IPV4) {
		bits_to_bytes(nexthop->bits, bytes, sizeof bytes);
		wr_u16(wr, 0x4003);
		wr_u8(wr, 4);
		wr_bytes(wr, bytes, sizeof bytes);
	}
	/* MED 7, LOCAL_PREF 200, communities 65001:1 65001:2 */
	wr_bytes(wr, rest, sizeof rest);
}

/* MP_REACH_NLRI with a next hop, MP_UNREACH_NLRI without one. */
static void
write_multiprotocol(struct wr *wr, enum family family, const struct wr *nlri,
    const struct addr *nexthop)
{
	uint8_t bytes[16];

	wr_u8(wr, 0x90);
	wr_u8(wr, nexthop ? 14 : 15);
	wr_u16(wr, (uint16_t)(3 + (nexthop ? 18 : 0) + nlri->len));
	wr_u16(wr, bgp_afi(family));
	wr_u8(wr, BGP_SAFI_UNICAST);
	if (nexthop) {
		bits_to_bytes(nexthop->bits, bytes, sizeof bytes);
		wr_u8(wr, sizeof bytes);
		wr_bytes(wr, bytes, sizeof bytes);
		wr_u8(wr, 0);
	}
	wr_bytes(wr, nlri->bytes, nlri->len);
}

void
update_encode(struct wr *wr, const char *prefixes, const char *nexthop)
{
	uint8_t list[BGP_MESSAGE_MAX];
	enum family family = FAMILY_IPV4;
	struct addr addr;
	struct wr nlri;
	size_t begin, at;
	bool mp;

	wr_init(&nlri, list, sizeof list);
	write_prefixes(&nlri, prefixes, &family);
	assert_true(!nexthop || addr_parse(nexthop, &addr));
	mp = family == FAMILY_IPV6 || (nexthop && addr.family == FAMILY_IPV6);
	begin = bgp_message_begin(wr, BGP_UPDATE);
	if (!mp && !nexthop) {
		wr_u16(wr, (uint16_t)nlri.len);
		wr_bytes(wr, nlri.bytes, nlri.len);
	} else {
		wr_u16(wr, 0);
	}
	at = wr->len;
	wr_u16(wr, 0);
	if (nexthop)
		write_attributes(wr, &addr);
	if (mp)
		write_multiprotocol(wr, family, &nlri, nexthop ? &addr : NULL);
	wr_patch_u16(wr, at, (uint16_t)(wr->len - at - 2));
	if (!mp && nexthop)
		wr_bytes(wr, nlri.bytes, nlri.len);
	bgp_message_end(wr, begin);
	assert_false(wr->full || nlri.full);
}

void
update_encode_end(struct wr *wr, enum family family)
{
	struct wr none;
	size_t begin, at;

	wr_init(&none, NULL, 0);
	begin = bgp_message_begin(wr, BGP_UPDATE);
	wr_u16(wr, 0);
	at = wr->len;
	wr_u16(wr, 0);
	if (family == FAMILY_IPV6)
		write_multiprotocol(wr, family, &none, NULL);
	wr_patch_u16(wr, at, (uint16_t)(wr->len - at - 2));
	bgp_message_end(wr, begin);
	assert_false(wr->full);
}
