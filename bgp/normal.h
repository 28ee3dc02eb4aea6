/*
 * The normal form in which sets of path attributes are interned.
 *
 * It is the attributes as they stand in an UPDATE of a session with four-octet AS
 * numbers, in the order received, without MP_REACH_NLRI and MP_UNREACH_NLRI. Sets of
 * routes from the IPv4 NLRI field contain NEXT_HOP. Sets of routes from MP_REACH_NLRI
 * do not; they end with an MP_REACH_NLRI that holds only the length of the next hop and
 * the next hop (as in RFC 6396 4.3.4), so that the next hop is part of what is
 * compared.
 *
 * A set in normal form is valid, and its normal form is itself: hence raw attributes
 * that equal an interned set in the same context need no second look.
 */
#ifndef BGP_NORMAL_H
#define BGP_NORMAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/wire.h"
#include "bgp/attr.h"
#include "rib/nexthop.h"

/* What validity depends on, beside the bytes: the context to intern with. */
uint8_t bgp_normal_context(const struct bgp_session_params *params, bool mp);

/*
 * Writes the attributes as they would be in normal form if they are valid, without a
 * look into them. `mp` is the next hop of MP_REACH_NLRI, or NULL for routes of the IPv4
 * fields. The attributes must be known not to be cut short.
 */
void bgp_normal_excise(struct wr *wr, struct rd attrs, const struct nexthop *mp);

/*
 * Validates the attributes, MP_REACH_NLRI and MP_UNREACH_NLRI apart, and writes their
 * normal form. The worst fault is left in
 * `fault` unless a worse one is there already; the form is fit to be interned if that
 * is no worse than BGP_ATTR_DISCARD. `usable` asks also for what a route needs: the
 * mandatory attributes, a next hop that can be one, no loop.
 *
 * The table of the router is to be known as the router uses it. So what is a matter of
 * its policy is no fault: sets in AS_PATH (RFC 9774), another first AS than the
 * neighbor's (RFC 4271 6.3, a route server's: RFC 7947 2.2.2.1), our own AS in paths
 * from internal peers, next hops that are not on a common subnet or are the router's
 * own (RFC 4271 6.3), a missing LOCAL_PREF. CLUSTER_LIST concerns reflectors only.
 */
void bgp_normal_make(struct wr *wr, const struct bgp_session_params *params,
    struct rd attrs, const struct nexthop *mp, bool usable, struct nexthop *retnexthop,
    struct bgp_fault *fault);

#endif
