/*
 * The first byte says what kind of session it is, the rest is the body of an UPDATE.
 * Whatever it holds: what is accepted decodes to the same again, now out of the table.
 */
#include <stdlib.h>

#include "bgp/attr_text.h"
#include "bgp/update.h"
#include "rib/attrs.h"
#include "rib/nexthop.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

#define CHECK(claim) ((claim) ? (void)0 : abort())

static size_t
count(struct bgp_nlri nlri)
{
	struct prefix prefix;
	uint32_t path_id;
	size_t n = 0;

	while (bgp_nlri_next(&nlri, &prefix, &path_id)) {
		CHECK(prefix.family == nlri.family);
		CHECK(prefix.len <= family_bits(prefix.family));
		n++;
	}
	CHECK(rd_done(&nlri.rd));
	return n;
}

static void
print(const struct attrs_table *table, uint32_t id)
{
	struct bgp_attr_fields fields;
	char text[64];

	if (!id)
		return;
	bgp_attr_fields(attrs_at(table, id), &fields);
	CHECK(fields.nexthop.len);
	bgp_as_path_text(fields.as_path, '-', text, sizeof text);
	bgp_communities_text(fields.communities, text, sizeof text);
	while (bgp_ext_community_next(&fields.ext_communities, text))
		continue;
	while (bgp_large_community_next(&fields.large_communities, text))
		continue;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	const struct attrs_limits limits = { .sets = 100, .bytes = 1 << 20 };
	struct bgp_session_params params = { .family = { true, true } };
	struct fwkeys *fwkeys = fwkeys_new(100);
	struct attrs_table *table = attrs_table_new(fwkeys, &limits, 1);
	struct bgp_update first, second;
	struct attrs_stats stats;

	if (len > 0 && len <= 65536) {
		params.ebgp = bytes[0] & 1;
		params.as4 = bytes[0] & 2;
		params.add_path[FAMILY_IPV4] = bytes[0] & 4;
		params.add_path[FAMILY_IPV6] = bytes[0] & 8;
		params.extended_nexthop = bytes[0] & 16;
		params.reject_own_as = bytes[0] & 32;
		params.local_as = 65000;
		bgp_update_decode(&params, table, fwkeys, bytes + 1, len - 1, &first);
		bgp_update_decode(&params, table, fwkeys, bytes + 1, len - 1, &second);
		CHECK(first.fault.verdict == second.fault.verdict);
		CHECK(first.attrs == second.attrs);
		CHECK(first.mp_attrs == second.mp_attrs);
		CHECK(first.fault.verdict == BGP_ACCEPT || first.fault.reason);
		CHECK(count(first.announced) || !first.attrs);
		CHECK(count(first.mp_announced) || !first.mp_attrs);
		count(first.withdrawn);
		count(first.mp_withdrawn);
		print(table, first.attrs);
		print(table, first.mp_attrs);
		bgp_update_release(table, &first);
		bgp_update_release(table, &second);
	}
	attrs_stats(table, &stats);
	CHECK(stats.sets == 0 && fwkeys_count(fwkeys) == 0);
	attrs_table_free(table);
	fwkeys_free(fwkeys);
	return 0;
}
