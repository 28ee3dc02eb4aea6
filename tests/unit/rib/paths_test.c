#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

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

static int
by_bytes(const void *a, const void *b, void *arg)
{
	const uint32_t *x = a, *y = b;

	return memcmp(attrs_at(arg, *x)->bytes, attrs_at(arg, *y)->bytes, 2);
}

static size_t
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

static struct nexthop
hop(unsigned last)
{
	return nexthop_make((uint8_t[]){ 192, 0, 2, (uint8_t)last }, 4);
}

static struct prefix
prefix_of(unsigned n)
{
	return prefix_make(FAMILY_IPV4,
	    (struct bits){ (uint64_t)(0x0a000000 + (n << 8)) << 32, 0 }, 24);
}

static void
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
static void
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
	assert_int_equal(stats.sets, 0);
	assert_int_equal(fwkeys_count(rib_fwkeys(w->rib)), 0);
	rib_free(w->rib);
}

static void
announce(struct world *w, unsigned prefix, uint32_t id, unsigned rank, unsigned nexthop)
{
	struct prefix p = prefix_of(prefix);

	assert_true(paths_announce(w->paths, &p, id, w->attrs[rank][nexthop]));
}

static void
withdraw(struct world *w, unsigned prefix, uint32_t id)
{
	struct prefix p = prefix_of(prefix);

	paths_withdraw(w->paths, &p, id);
}

/* What the RIB has: as many paths as `n`, of this rank, next hops by bits. */
static void
expect(struct world *w, unsigned prefix, unsigned rank, unsigned hops)
{
	const struct attrs_table *table = rib_attrs(w->rib);
	struct prefix p = prefix_of(prefix);
	struct rib_route route;
	const struct nexthop *nexthops;
	size_t n;

	assert_int_equal(rib_find(w->rib, &p, &route), hops != 0);
	if (!hops)
		return;
	assert_int_equal(
	    attrs_paths(table, route.attrs), (size_t)__builtin_popcount(hops));
	nexthops = fwkey_nexthops(
	    rib_fwkeys(w->rib), attrs_at(table, route.attrs)->fwkey, &n);
	assert_int_equal(n, (size_t)__builtin_popcount(hops));
	for (size_t i = 0, last = 0; i < n; i++, last++) {
		uint32_t path = attrs_path(table, route.attrs, i);

		while (!(hops >> last & 1))
			last++;
		assert_int_equal(path, w->attrs[rank][last]);
		assert_int_equal(nexthops[i].bytes[3], last);
	}
}

static void
paths_come_and_go(void **state)
{
	struct world w;

	(void)state;
	world_init(&w, 100);
	announce(&w, 0, 1, 1, 0);
	expect(&w, 0, 1, 1);
	announce(&w, 0, 2, 1, 2);
	expect(&w, 0, 1, 1 | 4);
	announce(&w, 0, 3, 2, 1); /* worse */
	expect(&w, 0, 1, 1 | 4);
	announce(&w, 0, 4, 1, 2); /* by a next hop that is there */
	expect(&w, 0, 1, 1 | 4);
	announce(&w, 0, 1, 1, 3); /* another next hop for a path that is there */
	expect(&w, 0, 1, 4 | 8);
	announce(&w, 0, 5, 0, 1); /* better */
	expect(&w, 0, 0, 2);
	withdraw(&w, 0, 5);
	expect(&w, 0, 1, 4 | 8);
	withdraw(&w, 0, 77);
	withdraw(&w, 0, 2);
	expect(&w, 0, 1, 4 | 8);
	withdraw(&w, 0, 4);
	withdraw(&w, 0, 1);
	expect(&w, 0, 2, 2);
	withdraw(&w, 0, 3);
	expect(&w, 0, 0, 0);
	withdraw(&w, 0, 3);
	world_fini(&w);
}

static void
the_best_one_where_several_are_of_no_use(void **state)
{
	struct world w;

	(void)state;
	world_init(&w, 100);
	announce(&w, 0, 1, 1, 3);
	announce(&w, 0, 2, 1, 2);
	announce(&w, 1, 1, 1, 1);
	paths_set_multipath(w.paths, FAMILY_IPV4, false);
	expect(&w, 0, 1, 4);
	expect(&w, 1, 1, 2);
	announce(&w, 0, 3, 1, 0);
	expect(&w, 0, 1, 1);
	paths_set_multipath(w.paths, FAMILY_IPV4, true);
	expect(&w, 0, 1, 1 | 4 | 8);
	world_fini(&w);
}

static void
sweep_all(struct world *w)
{
	for (unsigned turns = 0; paths_sweep(w->paths, FAMILY_IPV4, 1); turns++)
		assert_in_range(turns, 0, 100);
}

/* After a restart a peer may number its paths anew. */
static void
what_is_not_announced_again_goes(void **state)
{
	struct world w;

	(void)state;
	world_init(&w, 100);
	announce(&w, 0, 1, 1, 0);
	announce(&w, 0, 2, 1, 1);
	announce(&w, 1, 1, 1, 0);
	announce(&w, 2, 1, 1, 2);
	paths_mark_stale(w.paths, FAMILY_IPV4);
	expect(&w, 0, 1, 1 | 2);
	announce(&w, 0, 5, 1, 1);
	announce(&w, 2, 1, 1, 2);
	expect(&w, 0, 1, 1 | 2);
	sweep_all(&w);
	expect(&w, 0, 1, 2);
	expect(&w, 1, 1, 0);
	expect(&w, 2, 1, 4);
	withdraw(&w, 0, 1); /* the old number means nothing any more */
	expect(&w, 0, 1, 2);
	assert_false(paths_sweep(w.paths, FAMILY_IPV4, 1));
	world_fini(&w);
}

static void
a_session_without_path_ids_follows(void **state)
{
	struct world w;
	struct prefix prefix = prefix_of(0);
	struct paths_stats stats;

	(void)state;
	world_init(&w, 100);
	announce(&w, 0, 1, 1, 0);
	announce(&w, 0, 2, 1, 1);
	announce(&w, 1, 2, 1, 1);
	paths_stats(w.paths, FAMILY_IPV4, &stats);
	assert_int_equal(stats.prefixes, 2);
	assert_int_equal(stats.paths, 3);
	paths_mark_stale(w.paths, FAMILY_IPV4);
	paths_forget(w.paths, FAMILY_IPV4);
	paths_stats(w.paths, FAMILY_IPV4, &stats);
	assert_int_equal(stats.prefixes, 0);
	assert_int_equal(stats.paths, 0);
	expect(&w, 0, 1, 1 | 2);
	assert_true(rib_announce(w.rib, &prefix, w.attrs[2][2]));
	expect(&w, 0, 2, 4);
	sweep_all(&w);
	expect(&w, 0, 2, 4);
	expect(&w, 1, 1, 0);
	/* and back */
	paths_mark_stale(w.paths, FAMILY_IPV4);
	announce(&w, 0, 9, 1, 3);
	expect(&w, 0, 1, 8);
	sweep_all(&w);
	expect(&w, 0, 1, 8);
	world_fini(&w);
}

static void
limits_hold(void **state)
{
	struct world w;
	struct prefix third = prefix_of(2);
	struct paths_stats stats;

	(void)state;
	world_init(&w, 2);
	announce(&w, 0, 1, 1, 0);
	announce(&w, 1, 1, 1, 0);
	assert_false(paths_announce(w.paths, &third, 1, w.attrs[1][0]));
	expect(&w, 2, 1, 0);
	withdraw(&w, 1, 1);
	assert_true(paths_announce(w.paths, &third, 1, w.attrs[1][0]));
	withdraw(&w, 2, 1);
	world_fini(&w);

	world_init(&w, 1000);
	for (uint32_t id = 0; id < ATTRS_PATHS_MAX + 2; id++)
		announce(&w, 0, id, 1, id % 2);
	paths_stats(w.paths, FAMILY_IPV4, &stats);
	assert_int_equal(stats.dropped, 2);
	assert_int_equal(stats.paths, ATTRS_PATHS_MAX);
	/* other numbers after a restart find their place */
	paths_mark_stale(w.paths, FAMILY_IPV4);
	for (uint32_t id = 0; id < ATTRS_PATHS_MAX; id++)
		announce(&w, 0, 10000 + id, 2, id % 2);
	paths_stats(w.paths, FAMILY_IPV4, &stats);
	assert_int_equal(stats.dropped, 2);
	expect(&w, 0, 2, 1 | 2);
	for (uint32_t id = 0; id < ATTRS_PATHS_MAX; id++)
		withdraw(&w, 0, 10000 + id);
	expect(&w, 0, 2, 0);
	world_fini(&w);
}

/* --- against a naive twin --- */

struct twin {
	struct {
		bool there, stale;
		unsigned rank, hop;
	} paths[PREFIXES][IDS];
};

static void
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

static void
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

static void
equals_a_naive_twin(void **state)
{
	unsigned seed = 7;
	struct twin twin;
	struct world w;

	(void)state;
	memset(&twin, 0, sizeof twin);
	world_init(&w, 100);
	for (unsigned step = 0; step < 20000; step++) {
		unsigned prefix = (unsigned)rand_r(&seed) % PREFIXES;
		unsigned id = (unsigned)rand_r(&seed) % IDS;
		unsigned rank = (unsigned)rand_r(&seed) % RANKS;
		unsigned nexthop = (unsigned)rand_r(&seed) % HOPS;
		unsigned what = (unsigned)rand_r(&seed) % 1000;

		if (what < 10) {
			paths_mark_stale(w.paths, FAMILY_IPV4);
			twin_restart(&twin, false);
		} else if (what < 20) {
			sweep_all(&w);
			twin_restart(&twin, true);
			for (unsigned i = 0; i < PREFIXES; i++)
				compare(&w, &twin, i);
		} else if (what < 600) {
			announce(&w, prefix, id, rank, nexthop);
			twin.paths[prefix][id].there = true;
			twin.paths[prefix][id].stale = false;
			twin.paths[prefix][id].rank = rank;
			twin.paths[prefix][id].hop = nexthop;
		} else {
			withdraw(&w, prefix, id);
			twin.paths[prefix][id].there = false;
		}
		compare(&w, &twin, prefix);
	}
	world_fini(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paths_come_and_go),
		cmocka_unit_test(the_best_one_where_several_are_of_no_use),
		cmocka_unit_test(what_is_not_announced_again_goes),
		cmocka_unit_test(a_session_without_path_ids_follows),
		cmocka_unit_test(limits_hold),
		cmocka_unit_test(equals_a_naive_twin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
