/* Builds MRT files piece by piece, right or wrong ones. */
#ifndef HELPERS_MRT_BUILD_H
#define HELPERS_MRT_BUILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/wire.h"

/* A record, which mrt_close() gives its length. */
size_t mrt_open(struct wr *wr, uint32_t seconds, uint16_t type, uint16_t subtype);
void mrt_close(struct wr *wr, size_t at);

/* PEER_INDEX_TABLE with `n` peers, every other one by IPv6. */
void mrt_peers(struct wr *wr, unsigned n);

/*
 * A RIB record: the prefix in text, and a route of peer 0, 1, ... for each of the `n`
 * next hops.
 */
void mrt_rib(struct wr *wr, const char *prefix, bool add_path,
    const char *const *nexthops, unsigned n);

/* BGP4MP_MESSAGE_AS4, or of the _ET type, with the UPDATE of one IPv4 prefix. */
void mrt_update(struct wr *wr, uint32_t seconds, bool extended, const char *prefix,
    const char *nexthop);

#endif
