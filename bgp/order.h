/*
 * How far announcements may move: the heights of a run of them.
 */
#ifndef BGP_ORDER_H
#define BGP_ORDER_H

#include <stddef.h>
#include <stdint.h>

struct bgp_change;

/*
 * Gives each of the `n` announcements a height above that of every one before it in the
 * list whose prefix covers its own, equals it or is covered by it, and no higher than
 * that needs. Sent by height they keep their order where it matters. Takes O(n log n).
 */
void bgp_order_heights(
    const struct bgp_change *changes, size_t n, uint32_t *retheights);

#endif
