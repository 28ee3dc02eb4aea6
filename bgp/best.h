/*
 * Which paths to a prefix are the best: the decision process of RFC 4271 9.1.2.2 as far
 * as attributes tell, for a router that forwards over all that are equally good.
 *
 * Routes that are stale for long come last (RFC 9494 4.3), then count the highest
 * LOCAL_PREF, the shortest AS_PATH, the lowest ORIGIN, the lowest MULTI_EXIT_DISC among
 * paths by the same neighboring AS, and external before internal, which is to say
 * reflected, paths. The cost of the way to the next hop depends on the next hop alone,
 * so that sets of equal next hops still forward alike. What else a router may heed
 * (weights, AIGP, who was first, identifiers) it does not tell.
 *
 * BIRD (`merge paths`) and FRR (`maximum-paths`, `bgp bestpath as-path
 * multipath-relax`) merge by the same criteria. They compare the MEDs of neighboring
 * paths in the order in which these came; here, as with `deterministic med`, a path is
 * beaten by every better one of its neighbor, whatever the order.
 */
#ifndef BGP_BEST_H
#define BGP_BEST_H

#include <stddef.h>
#include <stdint.h>

struct attrs_table;

/*
 * Moves the best of the `n` paths (1 to ATTRS_PATHS_MAX ids of attributes, no sets) to
 * the front of `ids`, one for each next hop, in the order of their next hops: the same
 * for the same paths in any order. Returns how many; the rest of `ids` is undefined.
 */
size_t bgp_best(const struct attrs_table *table, uint32_t *ids, size_t n);

#endif
