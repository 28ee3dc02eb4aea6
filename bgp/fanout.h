/*
 * From routes to paths: what a peer with ADD-PATH (RFC 7911) is sent for a route that
 * may stand for several paths, and what of that it holds.
 *
 * The paths of a route are numbered from 1 in the order of the set: a route with one
 * path is always replaced by its successor, in one step, and of a set that changes each
 * step replaces what went by what came. So at no time is a next hop in use that neither
 * the old nor the new set has, and a prefix is without one at no time.
 */
#ifndef BGP_FANOUT_H
#define BGP_FANOUT_H

#include <stddef.h>
#include <stdint.h>

#include "bgp/announce.h"
#include "rib/trie.h"

/*
 * Of one family: how many paths the peer holds, or may have kept while the session was
 * away, of each prefix that has several.
 */
struct bgp_fanout {
	struct trie counts;
	size_t prefixes; /* at most */
};

#define BGP_FANOUT_MAX 256 /* changes that one may become */

/* A peer that holds nothing, and will not hold more than `prefixes` prefixes. */
void bgp_fanout_init(struct bgp_fanout *fanout, size_t prefixes);
void bgp_fanout_fini(struct bgp_fanout *fanout);

/* It may hold so many paths of a prefix, from an earlier life. */
void bgp_fanout_recall(
    struct bgp_fanout *fanout, const struct prefix *prefix, size_t paths);

/* It holds nothing any more. */
void bgp_fanout_clear(struct bgp_fanout *fanout);

/*
 * Makes of one change of a route (its path id does not matter) those of its paths, at
 * most BGP_FANOUT_MAX. Returns how many. They are to be sent in that order.
 */
size_t bgp_fanout(struct bgp_fanout *fanout, const struct attrs_table *table,
    const struct bgp_change *route, struct bgp_change *retchanges);

#endif
