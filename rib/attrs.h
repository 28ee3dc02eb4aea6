/*
 * Interned sets of path attributes.
 *
 * A set is opaque bytes (bgp/normal.h says in which form) found by a hash over them, so
 * that an UPDATE whose attributes were seen before costs no parse. Ids are 32 bits; a
 * set counts its references and goes with the last one. The table grows a bucket at a
 * time and never stalls.
 */
#ifndef RIB_ATTRS_H
#define RIB_ATTRS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/prefix.h"

struct attrs_table;
struct fwkeys;

#define ATTRS_LEN_MAX 65535

struct attrs {
	uint32_t refs;
	uint32_t next; /* in its hash bucket */
	uint32_t hash;
	uint32_t fwkey; /* forwarding key, see rib/nexthop.h; 0 if it has none */
	uint16_t len;
	uint8_t context;
	uint8_t bytes[];
};

struct attrs_limits {
	uint32_t sets;
	size_t bytes; /* memory of all sets with their heads */
};

struct attrs_stats {
	uint32_t sets;
	size_t bytes;  /* memory of the sets with their heads */
	size_t memory; /* with the hash buckets */
};

/*
 * An empty table whose sets refer to keys in `fwkeys`, which must outlive it. `seed`
 * makes the hash ours: any number a peer cannot guess. The caller frees with
 * attrs_table_free().
 */
struct attrs_table *attrs_table_new(
    struct fwkeys *fwkeys, const struct attrs_limits *limits, uint64_t seed);
void attrs_table_free(struct attrs_table *table);

/*
 * The id of the set of these `len` bytes in `context`, or 0 if there is none. The
 * caller owns no reference: attrs_ref() to keep it.
 */
uint32_t attrs_find(
    const struct attrs_table *table, uint8_t context, const uint8_t *bytes, size_t len);

/*
 * The id of the set of these bytes, made if there is none; the caller owns one
 * reference more. A set that is made takes a reference of its own to `fwkey`. Returns 0
 * if a limit is reached or len is above ATTRS_LEN_MAX.
 */
uint32_t attrs_intern(struct attrs_table *table, uint8_t context, const uint8_t *bytes,
    size_t len, uint32_t fwkey);

/*
 * A set of paths: what a prefix is forwarded by that has several equally good ones. It
 * is interned like attributes, by the ids of its members, and its key is the set of
 * their next hops; so whoever holds an id need not care which of both it is.
 */
#define ATTRS_CONTEXT_PATHS 254
#define ATTRS_PATHS_MAX 256

/*
 * The id of the set of these paths, 2 to ATTRS_PATHS_MAX ids of attributes, the best
 * first; the caller owns one reference more. A set that is made takes references of its
 * own to its members. Returns 0 if a limit is reached, here or among the keys.
 */
uint32_t attrs_intern_paths(struct attrs_table *table, const uint32_t *ids, size_t n);

/* How many paths `id` stands for: 1 if it is no set of them. */
size_t attrs_paths(const struct attrs_table *table, uint32_t id);

/* The attributes of path `i` of them; `id` itself if it is no set. Borrowed. */
uint32_t attrs_path(const struct attrs_table *table, uint32_t id, size_t i);

/* One reference more, one less; id 0 is allowed. */
void attrs_ref(struct attrs_table *table, uint32_t id);
void attrs_unref(struct attrs_table *table, uint32_t id);

/* True if a next hop of the set is not of `family`. */
bool attrs_foreign(const struct attrs_table *table, uint32_t id, enum family family);

/* The set `id`, which is not 0; borrowed until its last reference goes. */
const struct attrs *attrs_at(const struct attrs_table *table, uint32_t id);

void attrs_stats(const struct attrs_table *table, struct attrs_stats *retstats);

#endif
