#include "bgp/mp.h"

bool
bgp_nlri_next(struct bgp_nlri *nlri, struct prefix *retprefix, uint32_t *retpath_id)
{
	const uint8_t *bytes;
	uint32_t path_id;
	unsigned len;

	if (rd_left(&nlri->rd) == 0)
		return false;
	path_id = nlri->add_path ? rd_u32(&nlri->rd) : 0;
	len = rd_u8(&nlri->rd);
	if (len > family_bits(nlri->family))
		rd_fail(&nlri->rd);
	bytes = rd_bytes(&nlri->rd, (len + 7) / 8);
	if (!bytes)
		return false;
	*retprefix = prefix_make(
	    nlri->family, bits_from_bytes(bytes, (len + 7) / 8), len);
	*retpath_id = path_id;
	return true;
}

bool
bgp_nlri_valid(struct bgp_nlri nlri)
{
	struct prefix prefix;
	uint32_t path_id;

	while (bgp_nlri_next(&nlri, &prefix, &path_id))
		continue;
	return rd_done(&nlri.rd);
}

struct bgp_nlri
bgp_nlri_make(const struct bgp_session_params *params, enum family family, struct rd rd)
{
	return (struct bgp_nlri){
		.rd = rd,
		.family = (uint8_t)family,
		.add_path = params->add_path[family],
	};
}

/* True if the session speaks this family. */
static bool
is_ours(const struct bgp_session_params *params, unsigned afi, unsigned safi,
    enum family *retfamily)
{
	if (safi != BGP_SAFI_UNICAST || (afi != BGP_AFI_IPV4 && afi != BGP_AFI_IPV6))
		return false;
	*retfamily = afi == BGP_AFI_IPV4 ? FAMILY_IPV4 : FAMILY_IPV6;
	return params->family[*retfamily];
}

static bool
nexthop_len_valid(
    const struct bgp_session_params *params, enum family family, unsigned len)
{
	if (family == FAMILY_IPV4 && len == 4)
		return true;
	return (len == 16 || len == 32) &&
	       (family == FAMILY_IPV6 || params->extended_nexthop);
}

const char *
bgp_mp_reach(
    const struct bgp_session_params *params, struct rd value, struct bgp_mp *retmp)
{
	struct bgp_mp mp = { .ours = false };
	unsigned afi = rd_u16(&value);
	unsigned safi = rd_u8(&value);
	unsigned len = rd_u8(&value);
	const uint8_t *nexthop = rd_bytes(&value, len);
	enum family family;

	rd_u8(&value); /* reserved */
	if (!rd_ok(&value))
		return "cut short";
	if (is_ours(params, afi, safi, &family)) {
		if (!nexthop_len_valid(params, family, len))
			return "bad length of next hop";
		mp.ours = true;
		mp.nexthop = nexthop_make(nexthop, len);
		mp.nlri = bgp_nlri_make(params, family, value);
		if (!bgp_nlri_valid(mp.nlri))
			return "invalid prefix";
	}
	*retmp = mp;
	return NULL;
}

const char *
bgp_mp_unreach(
    const struct bgp_session_params *params, struct rd value, struct bgp_mp *retmp)
{
	struct bgp_mp mp = { .ours = false };
	unsigned afi = rd_u16(&value);
	unsigned safi = rd_u8(&value);
	enum family family;

	if (!rd_ok(&value))
		return "cut short";
	if (is_ours(params, afi, safi, &family)) {
		mp.ours = true;
		mp.nlri = bgp_nlri_make(params, family, value);
		if (!bgp_nlri_valid(mp.nlri))
			return "invalid prefix";
	}
	*retmp = mp;
	return NULL;
}
