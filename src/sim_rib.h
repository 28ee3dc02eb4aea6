/*
 * The RIB that armsim starts with, read from a file. What the file is, its content
 * tells:
 *
 * - MRT TABLE_DUMP_V2 (RFC 6396 4.3), also with path ids (RFC 8050 4);
 * - lines of `bgpdump -m`: TABLE_DUMP2|time|B|peer|as|prefix|path|origin|nexthop|...;
 * - lines PREFIX NEXTHOP [AS-PATH...]; empty ones and those that begin with # say
 *   nothing.
 *
 * Of several routes to a prefix the first counts; with `multipath` the prefix has the
 * set of all their next hops. It all reads well or not at all: an error names the file,
 * the line or the offset, and the reason.
 */
#ifndef SRC_SIM_RIB_H
#define SRC_SIM_RIB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/prefix.h"
#include "rib/trie.h"

struct attrs_table;
struct fwkeys;
struct nexthop;
struct sim_file;

#define SIM_ERROR_MAX 512

struct sim_rib {
	struct fwkeys *keys;
	struct attrs_table *attrs;    /* also of the changes that follow */
	struct trie routes[FAMILIES]; /* to ids in `attrs`, a reference each */
	bool multipath;
	uint64_t others;  /* routes that did not count, there being another */
	uint64_t skipped; /* records of other kinds, and routes without a use */
};

/* An empty one. */
void sim_rib_init(struct sim_rib *rib, bool multipath);
void sim_rib_fini(struct sim_rib *rib);

/* False, with a sentence in `reterr` (SIM_ERROR_MAX bytes). */
bool sim_rib_read(struct sim_rib *rib, const char *path, char *reterr);

/* The same of an open file. */
bool sim_rib_read_file(struct sim_rib *rib, struct sim_file *file, char *reterr);

/*
 * The attributes of a route of which only the next hops are known: an id in rib->attrs,
 * a reference for the caller; 0 if they are too many.
 */
uint32_t sim_rib_intern(struct sim_rib *rib, const struct nexthop *nexthops, size_t n);

/*
 * Another route, whose reference to `attrs` is taken. False if there is no room for it.
 */
bool sim_rib_take(struct sim_rib *rib, const struct prefix *prefix, uint32_t attrs);

/* The forwarding key, in rib->keys, of attributes; 0 for 0. */
uint32_t sim_rib_key(const struct sim_rib *rib, uint32_t attrs);

#endif
