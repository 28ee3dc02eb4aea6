/*
 * A RIB with paths above it, and a naive twin of them: an array of what was announced.
 * What is wrong aborts, so that the tests and the fuzzer can share it.
 */
#ifndef TESTS_UNIT_RIB_PATHS_WORLD_H
#define TESTS_UNIT_RIB_PATHS_WORLD_H

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "rib/attrs.h"
#include "rib/nexthop.h"
#include "rib/paths.h"
#include "rib/rib.h"

/*
 * Attributes are two bytes here, a rank (the lower the better) and the last byte of the
 * next hop.
 */
#define RANKS 3
#define HOPS 4
#define PREFIXES 8
#define IDS 6

struct world {
	struct rib *rib;
	struct paths *paths;
	uint32_t attrs[RANKS][HOPS];
};

static inline int
by_bytes(const void *a, const void *b, void *arg)
{
	const uint32_t *x = a, *y = b;

	return memcmp(attrs_at(arg, *x)->bytes, attrs_at(arg, *y)->bytes, 2);
}

static inline size_t
best(const struct attrs_table *table, uint32_t *ids, size_t n)
{
	size_t kept = 1;

	qsort_r(ids, n, sizeof *ids, by_bytes, (void *)table);
	for (size_t i = 1; i < n; i++)
		if (attrs_at(table, ids[i])->bytes[0] ==
			attrs_at(table, ids[0])->bytes[0] &&
		    ids[i] != ids[kept - 1])
			ids[kept++] = ids[i];
	return kept;
}

static inline struct nexthop
hop(unsigned last)
{
	return nexthop_make((uint8_t[]){ 192, 0, 2, (uint8_t)last }, 4);
}

static inline struct prefix
prefix_of(unsigned n)
{
	return prefix_make(FAMILY_IPV4,
	    (struct bits){ (uint64_t)(0x0a000000 + (n << 8)) << 32, 0 }, 24);
}

static inline void
world_init(struct world *w, uint32_t prefixes)
{
	const struct rib_limits limits = {
		.prefixes = { prefixes, prefixes }, .attributes = 1000, .active = 100
	};

	w->rib = rib_new(&limits);
	w->paths = paths_new(w->rib, limits.prefixes, best);
	paths_set_multipath(w->paths, FAMILY_IPV4, true);
	for (unsigned rank = 0; rank < RANKS; rank++) {
		for (unsigned i = 0; i < HOPS; i++) {
			struct nexthop nexthop = hop(i);
			uint32_t key = fwkey_intern(rib_fwkeys(w->rib), &nexthop, 1);

			w->attrs[rank][i] = attrs_intern(rib_attrs(w->rib), 0,
			    (uint8_t[]){ (uint8_t)rank, (uint8_t)i }, 2, key);
			fwkey_unref(rib_fwkeys(w->rib), key);
		}
	}
}

/* All references that are not ours are gone again. */
static inline void
world_fini(struct world *w)
{
	struct attrs_stats stats;

	for (unsigned i = 0; i < PREFIXES; i++) {
		struct prefix prefix = prefix_of(i);

		for (unsigned id = 0; id < IDS; id++)
			paths_withdraw(w->paths, &prefix, id);
		rib_withdraw(w->rib, &prefix);
	}
	paths_free(w->paths);
	for (unsigned rank = 0; rank < RANKS; rank++)
		for (unsigned i = 0; i < HOPS; i++)
			attrs_unref(rib_attrs(w->rib), w->attrs[rank][i]);
	attrs_stats(rib_attrs(w->rib), &stats);
	assert(stats.sets == 0);
	assert(fwkeys_count(rib_fwkeys(w->rib)) == 0);
	rib_free(w->rib);
}

static inline void
announce(struct world *w, unsigned prefix, uint32_t id, unsigned rank, unsigned nexthop)
{
	struct prefix p = prefix_of(prefix);
	bool room = paths_announce(w->paths, &p, id, w->attrs[rank][nexthop]);

	assert(room);
}

static inline void
withdraw(struct world *w, unsigned prefix, uint32_t id)
{
	struct prefix p = prefix_of(prefix);

	paths_withdraw(w->paths, &p, id);
}

/* What the RIB has: as many paths as `n`, of this rank, next hops by bits. */
static inline void
expect(struct world *w, unsigned prefix, unsigned rank, unsigned hops)
{
	const struct attrs_table *table = rib_attrs(w->rib);
	struct prefix p = prefix_of(prefix);
	struct rib_route route;
	const struct nexthop *nexthops;
	bool found;
	size_t n;

	found = rib_find(w->rib, &p, &route);

	assert(found == (hops != 0));
	if (!found)
		return;
	assert(attrs_paths(table, route.attrs) == (size_t)__builtin_popcount(hops));
	nexthops = fwkey_nexthops(
	    rib_fwkeys(w->rib), attrs_at(table, route.attrs)->fwkey, &n);
	assert(n == (size_t)__builtin_popcount(hops));
	for (size_t i = 0, last = 0; i < n; i++, last++) {
		uint32_t path = attrs_path(table, route.attrs, i);

		while (!(hops >> last & 1))
			last++;
		assert(path == w->attrs[rank][last]);
		assert(nexthops[i].bytes[3] == last);
	}
}

/* --- against a naive twin --- */

struct twin {
	struct {
		bool there, stale;
		unsigned rank, hop;
	} paths[PREFIXES][IDS];
};

static inline void
compare(struct world *w, const struct twin *twin, unsigned prefix)
{
	unsigned rank = RANKS, hops = 0;

	for (unsigned id = 0; id < IDS; id++) {
		if (!twin->paths[prefix][id].there ||
		    twin->paths[prefix][id].rank > rank)
			continue;
		if (twin->paths[prefix][id].rank < rank)
			hops = 0;
		rank = twin->paths[prefix][id].rank;
		hops |= 1u << twin->paths[prefix][id].hop;
	}
	expect(w, prefix, rank, hops);
}

static inline void
twin_restart(struct twin *twin, bool sweep)
{
	for (unsigned prefix = 0; prefix < PREFIXES; prefix++) {
		for (unsigned id = 0; id < IDS; id++) {
			if (!sweep)
				twin->paths[prefix][id].stale = true;
			else if (twin->paths[prefix][id].stale)
				twin->paths[prefix][id].there = false;
		}
	}
}

/* One step of both, and whether they agree. */
enum twin_step { TWIN_ANNOUNCE, TWIN_WITHDRAW, TWIN_MARK, TWIN_SWEEP, TWIN_STEPS };

static inline void
step(struct world *w, struct twin *twin, enum twin_step what, unsigned prefix,
    unsigned id, unsigned rank, unsigned nexthop)
{
	switch (what) {
	case TWIN_ANNOUNCE:
		announce(w, prefix, id, rank, nexthop);
		twin->paths[prefix][id].there = true;
		twin->paths[prefix][id].stale = false;
		twin->paths[prefix][id].rank = rank;
		twin->paths[prefix][id].hop = nexthop;
		break;
	case TWIN_WITHDRAW:
		withdraw(w, prefix, id);
		twin->paths[prefix][id].there = false;
		break;
	case TWIN_MARK:
		paths_mark_stale(w->paths, FAMILY_IPV4, false);
		twin_restart(twin, false);
		break;
	case TWIN_SWEEP:
		while (paths_sweep(w->paths, FAMILY_IPV4, 1))
			continue;
		twin_restart(twin, true);
		break;
	case TWIN_STEPS:
		break;
	}
	for (unsigned i = 0; i < PREFIXES; i++)
		compare(w, twin, i);
}

#endif
