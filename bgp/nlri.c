#include "bgp/nlri.h"

#include "bgp/attr.h"

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

const char *
bgp_nlri_fault(struct bgp_nlri nlri, struct rd *retwhere)
{
	struct prefix prefix;
	uint32_t path_id;
	struct rd rd;

	do
		*retwhere = nlri.rd;
	while (bgp_nlri_next(&nlri, &prefix, &path_id));
	rd = *retwhere;
	if (nlri.add_path)
		rd_u32(&rd);
	return rd_u8(&rd) > family_bits(nlri.family) ? "prefix too long"
						     : "prefix cut short";
}

bool
bgp_nlri_is_unicast(const struct prefix *prefix)
{
	uint64_t hi = prefix->bits.hi;

	if (prefix->family == FAMILY_IPV4)
		return !(prefix->len >= 4 && hi >> 60 == 0xe) &&
		       !(prefix->len >= 8 && hi >> 56 == 127);
	return !(prefix->len >= 8 && hi >> 56 == 0xff) &&
	       !(prefix->len >= 10 && hi >> 54 == 0xfe80 >> 6) &&
	       !(prefix->len == 128 && hi == 0 && prefix->bits.lo == 1);
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
