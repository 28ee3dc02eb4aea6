#include "bgp/mp.h"

#include "bgp/attr.h"
#include "bgp/message.h"

/* True if the session speaks this family. */
static bool
is_ours(const struct bgp_session_params *params, unsigned afi, unsigned safi,
    enum family *retfamily)
{
	return bgp_family(afi, safi, retfamily) && params->family[*retfamily];
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

/* The second address counts if it is link-local, as it must be: RFC 2545 3. */
static struct nexthop
read_nexthop(const uint8_t *bytes, unsigned len)
{
	if (len == 32 && !(bytes[16] == 0xfe && (bytes[17] & 0xc0) == 0x80))
		len = 16;
	return nexthop_make(bytes, len);
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
		mp.nexthop = read_nexthop(nexthop, len);
		mp.nlri = bgp_nlri_make(params, family, value);
		if (!bgp_nlri_valid(mp.nlri))
			return bgp_nlri_fault(mp.nlri, &value);
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
			return bgp_nlri_fault(mp.nlri, &value);
	}
	*retmp = mp;
	return NULL;
}
