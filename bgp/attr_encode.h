/*
 * An interned set of path attributes as it is announced to a peer.
 */
#ifndef BGP_ATTR_ENCODE_H
#define BGP_ATTR_ENCODE_H

#include <stdbool.h>

#include "base/prefix.h"
#include "base/wire.h"
#include "rib/nexthop.h"

struct attrs;
struct bgp_announce_params;

/*
 * Writes the attributes of a set in the order of their types, without MP_REACH_NLRI,
 * which the caller writes before them where *retmp says so, with the next hop given
 * back. False if the peer cannot take the next hop for routes of `family`. The writer
 * may be full afterwards.
 */
bool bgp_attrs_encode(struct wr *wr, const struct bgp_announce_params *params,
    const struct attrs *attrs, enum family family, bool *retmp,
    struct nexthop *retnexthop);

#endif
