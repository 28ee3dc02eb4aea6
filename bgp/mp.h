/*
 * MP_REACH_NLRI and MP_UNREACH_NLRI: next hop and routes of a family. RFC 4760 3 and 4,
 * RFC 2545 3 (IPv6), RFC 8950 (IPv4 by IPv6 next hops), RFC 7606 5.3 and 7.11.
 */
#ifndef BGP_MP_H
#define BGP_MP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/wire.h"
#include "bgp/nlri.h"
#include "rib/nexthop.h"

struct bgp_session_params;

struct bgp_mp {
	bool ours; /* unicast of a family the session speaks; else the rest is empty */
	struct nexthop nexthop;
	struct bgp_nlri nlri;
};

/*
 * Decode the value of the attribute. NULL, or why the session must be reset: it is cut
 * short, the next hop has a length that the family does not have, a prefix is invalid.
 */
const char *bgp_mp_reach(
    const struct bgp_session_params *params, struct rd value, struct bgp_mp *retmp);
const char *bgp_mp_unreach(
    const struct bgp_session_params *params, struct rd value, struct bgp_mp *retmp);

#endif
