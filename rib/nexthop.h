/*
 * Next hops as they are on the wire, and forwarding keys: interned sets of next hops.
 *
 * Two routes whose forwarding keys have the same id forward alike. A key counts its
 * references and goes with the last one; ids of keys that went are used again.
 */
#ifndef RIB_NEXTHOP_H
#define RIB_NEXTHOP_H

#include <stddef.h>
#include <stdint.h>

#include "base/prefix.h"

#define NEXTHOP_MAX 32

/* Bytes behind `len` are zero. */
struct nexthop {
	uint8_t len; /* 4 IPv4, 16 IPv6, 32 IPv6 global and link-local, 0 none */
	uint8_t bytes[NEXTHOP_MAX];
};

/* `len` bytes (0 to NEXTHOP_MAX) as a next hop. */
struct nexthop nexthop_make(const uint8_t *bytes, size_t len);

/* Negative, zero or positive as a stands before, at or behind b. */
int nexthop_compare(const struct nexthop *a, const struct nexthop *b);

/*
 * The address of a next hop that is not none: the global one, or the link-local one
 * where the global one is :: (BIRD sends that for peers with link-local addresses
 * only).
 */
struct addr nexthop_addr(const struct nexthop *nexthop);

/* Next hops of one key; a route with more forwards by what no chip could hold. */
#define FWKEY_NEXTHOPS_MAX 256

struct fwkeys;

/* Room for `limit` different keys. The caller frees with fwkeys_free(). */
struct fwkeys *fwkeys_new(uint32_t limit);
void fwkeys_free(struct fwkeys *keys);

/*
 * The id of the set of the `n` next hops, whose order does not matter and whose
 * duplicates fold. The caller owns one reference more. Returns 0 if n is 0 or above
 * FWKEY_NEXTHOPS_MAX, or if the set is new and the limit reached.
 */
uint32_t fwkey_intern(struct fwkeys *keys, const struct nexthop *nexthops, size_t n);

/* The same of the one next hop `addr`. */
uint32_t fwkey_of_addr(struct fwkeys *keys, const struct addr *addr);

/* One reference more, one less; id 0 is allowed. */
void fwkey_ref(struct fwkeys *keys, uint32_t id);
void fwkey_unref(struct fwkeys *keys, uint32_t id);

/*
 * The next hops of key `id` in the order of nexthop_compare(), borrowed until the key
 * goes; none, and NULL, for id 0.
 */
const struct nexthop *fwkey_nexthops(
    const struct fwkeys *keys, uint32_t id, size_t *retn);

/* Keys held now. */
uint32_t fwkeys_count(const struct fwkeys *keys);

#endif
