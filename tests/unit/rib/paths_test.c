#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "tests/unit/rib/paths_world.h"

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
	paths_mark_stale(w.paths, FAMILY_IPV4, false);
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

/* A peer that restarts numbers its paths anew, and tells of them one by one. */
static void
paths_under_new_numbers_are_the_old_ones(void **state)
{
	struct world w;

	(void)state;
	world_init(&w, 100);
	for (uint32_t id = 0; id < 3; id++)
		announce(&w, 0, id, 1, id);
	paths_mark_stale(w.paths, FAMILY_IPV4, true);
	withdraw(&w, 0, 2); /* whose number this was is another */
	expect(&w, 0, 1, 1 | 2 | 4);
	announce(&w, 0, 1, 1, 0); /* the first one, by the number of the second */
	expect(&w, 0, 1, 1 | 2 | 4);
	announce(&w, 0, 0, 0, 1); /* the second, which is better now */
	expect(&w, 0, 0, 2);
	announce(&w, 0, 0, 1, 1);
	expect(&w, 0, 1, 1 | 2 | 4);
	withdraw(&w, 0, 1); /* and by today's number it goes */
	expect(&w, 0, 1, 2 | 4);
	announce(&w, 0, 5, 1, 3); /* a new one is beside the stale one */
	expect(&w, 0, 1, 2 | 4 | 8);
	/* a refresh keeps the numbers of today, and those of before stay lost */
	paths_mark_stale(w.paths, FAMILY_IPV4, false);
	announce(&w, 0, 0, 1, 0);
	expect(&w, 0, 1, 1 | 4 | 8);
	announce(&w, 0, 2, 1, 3);
	expect(&w, 0, 1, 1 | 4 | 8);
	sweep_all(&w);
	expect(&w, 0, 1, 1 | 8);
	world_fini(&w);
}

/* Of several paths by one next hop, each takes its own place. */
static void
paths_by_one_next_hop_under_new_numbers(void **state)
{
	struct paths_stats stats;
	struct world w;

	(void)state;
	world_init(&w, 100);
	announce(&w, 0, 1, 1, 0);
	announce(&w, 0, 2, 2, 0);
	paths_mark_stale(w.paths, FAMILY_IPV4, true);
	announce(&w, 0, 7, 2, 0);
	expect(&w, 0, 1, 1);
	announce(&w, 0, 8, 1, 0);
	expect(&w, 0, 1, 1);
	paths_stats(w.paths, FAMILY_IPV4, &stats);
	assert_int_equal(stats.paths, 2);
	sweep_all(&w);
	expect(&w, 0, 1, 1);
	world_fini(&w);
}

/* In whatever order and by whatever numbers they come back, nothing ever flips. */
static void
paths_that_come_back_change_nothing(void **state)
{
	unsigned seed = 11;
	struct twin twin;
	struct world w;

	(void)state;
	memset(&twin, 0, sizeof twin);
	world_init(&w, 100);
	for (int life = 0; life < 500; life++) {
		unsigned first = (unsigned)rand_r(&seed) % IDS;

		for (unsigned id = 0; id < IDS; id++)
			step(&w, &twin, TWIN_ANNOUNCE, 0, id,
			    (unsigned)rand_r(&seed) % RANKS,
			    (unsigned)rand_r(&seed) % HOPS);
		paths_mark_stale(w.paths, FAMILY_IPV4, true);
		for (unsigned id = 0; id < IDS; id++) {
			unsigned was = (id + first) % IDS;

			announce(
			    &w, 0, id, twin.paths[0][was].rank, twin.paths[0][was].hop);
			compare(&w, &twin, 0);
		}
		sweep_all(&w);
		compare(&w, &twin, 0);
		for (unsigned id = 0; id < IDS; id++)
			withdraw(&w, 0, id);
		memset(&twin, 0, sizeof twin);
	}
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
	paths_mark_stale(w.paths, FAMILY_IPV4, false);
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
	paths_mark_stale(w.paths, FAMILY_IPV4, false);
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
	paths_mark_stale(w.paths, FAMILY_IPV4, false);
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

static void
equals_a_naive_twin(void **state)
{
	unsigned seed = 7;
	struct twin twin;
	struct world w;

	(void)state;
	memset(&twin, 0, sizeof twin);
	world_init(&w, 100);
	for (unsigned i = 0; i < 20000; i++) {
		unsigned what = (unsigned)rand_r(&seed) % 1000;
		unsigned prefix = (unsigned)rand_r(&seed) % PREFIXES;
		unsigned id = (unsigned)rand_r(&seed) % IDS;
		unsigned rank = (unsigned)rand_r(&seed) % RANKS;
		unsigned nexthop = (unsigned)rand_r(&seed) % HOPS;

		step(&w, &twin,
		    what < 10    ? TWIN_MARK
		    : what < 20  ? TWIN_SWEEP
		    : what < 600 ? TWIN_ANNOUNCE
				 : TWIN_WITHDRAW,
		    prefix, id, rank, nexthop);
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
		cmocka_unit_test(paths_under_new_numbers_are_the_old_ones),
		cmocka_unit_test(paths_by_one_next_hop_under_new_numbers),
		cmocka_unit_test(paths_that_come_back_change_nothing),
		cmocka_unit_test(a_session_without_path_ids_follows),
		cmocka_unit_test(limits_hold),
		cmocka_unit_test(equals_a_naive_twin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
