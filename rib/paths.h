/*
 * The paths to each prefix on sessions with ADD-PATH (RFC 7911), above the RIB: they
 * come and go one by one, and after each the RIB is given what the prefix is forwarded
 * by: a set of paths (rib/attrs.h) where several are equally good, else the best one.
 *
 * Which are the best is the owner's to know. A session without ADD-PATH does without
 * all this and speaks to the RIB itself, once paths_forget() said so.
 */
#ifndef RIB_PATHS_H
#define RIB_PATHS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/prefix.h"

struct attrs_table;
struct paths;
struct rib;

/*
 * Moves the best of `n` (1 to ATTRS_PATHS_MAX) ids of attributes to the front, one for
 * each next hop, in an order that depends on nothing but them. Returns how many.
 */
typedef size_t paths_best(const struct attrs_table *table, uint32_t *ids, size_t n);

/*
 * Empty, with room for the paths to so many prefixes. `rib` is borrowed and must
 * outlive it. The caller frees with paths_free(), which leaves the routes where they
 * are.
 */
struct paths *paths_new(
    struct rib *rib, const uint32_t prefixes[FAMILIES], paths_best *best);
void paths_free(struct paths *paths);

/*
 * A path was announced; `attrs` is borrowed and must have a forwarding key. Returns
 * false if there is no room for the path or its prefix: it is not known then. A prefix
 * has ATTRS_PATHS_MAX paths at most: what comes above is dropped and counted.
 */
bool paths_announce(
    struct paths *paths, const struct prefix *prefix, uint32_t path_id, uint32_t attrs);

/* A path was withdrawn; no harm if it was never there. */
void paths_withdraw(struct paths *paths, const struct prefix *prefix, uint32_t path_id);

/*
 * Whether the target can take several paths to a prefix; if not, the RIB is given the
 * best one. Where that changes all prefixes are looked at anew, about a million a
 * second.
 */
void paths_set_multipath(struct paths *paths, enum family family, bool multipath);

/*
 * All paths stay, and are stale until announced again. The routes of the RIB are marked
 * with them. With `renumbered`, because another session begins, the path ids of before
 * mean nothing any more: what is announced again takes the place of a stale path by the
 * same attributes or, if these have changed, by the same next hop. So a prefix goes on
 * by all its next hops while its paths come back one by one.
 */
void paths_mark_stale(struct paths *paths, enum family family, bool renumbered);

/*
 * Removes stale paths, looking at no more than `limit` prefixes, and then the stale
 * routes of the RIB. Returns true while there may be more: call again.
 */
bool paths_sweep(struct paths *paths, enum family family, size_t limit);

/* From now on the RIB is told of routes directly; those there stay. */
void paths_forget(struct paths *paths, enum family family);

struct paths_stats {
	size_t prefixes, paths;
	uint64_t dropped;  /* paths above the most a prefix can have, ever */
	uint64_t unmerged; /* sets of paths there was no room for, ever */
};

void paths_stats(
    const struct paths *paths, enum family family, struct paths_stats *retstats);

#endif
