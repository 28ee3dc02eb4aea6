#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#include "sim_bursts.h"

#define RATE 1000 /* samples a second */
#define HEAVY 1   /* the route of the burst; those from 100 on are background */

struct script {
	double begins_s, right_after_s; /* of the burst; negative: never right */
	double share;
	double before; /* its share until then */
};

/* Plays 60 seconds and returns what was found. */
static struct sim_burst_figures
play(const struct script *script)
{
	struct sim_bursts bursts;
	struct sim_burst_figures figures;

	srand(1);
	sim_bursts_init(&bursts);
	for (int i = 0; i < 60 * RATE; i++) {
		double now = (double)i / RATE, since = now - script->begins_s;
		double share = since >= 0 ? script->share : script->before;
		bool heavy = rand() < share * RAND_MAX || since == 0;
		bool right = script->right_after_s >= 0 &&
			     since >= script->right_after_s;

		sim_bursts_sample(&bursts, heavy ? HEAVY : 100 + (uint32_t)rand() % 50,
		    !heavy || right, now);
	}
	figures = sim_bursts_collect(&bursts, 60);
	sim_bursts_fini(&bursts);
	return figures;
}

static void
reactions_are_timed(void **state)
{
	struct script script = { 20, 0.5, 0.03, 0 };
	struct sim_burst_figures figures = play(&script);

	(void)state;
	/* the background routes, a fiftieth each, begin as bursts do */
	assert_int_equal(figures.bursts, 1 + figures.at_once);
	assert_int_equal(figures.never, 0);
	assert_true(figures.worst_s >= 0.5 && figures.worst_s < 0.7);
	assert_true(figures.sum_s == figures.worst_s);
}

static void
what_is_never_right_is_told(void **state)
{
	struct script script = { 20, -1, 0.03, 0 };
	struct sim_burst_figures figures = play(&script);

	(void)state;
	assert_int_equal(figures.never, 1);
	assert_true(figures.sum_s == 0);
}

static void
stray_samples_begin_no_burst(void **state)
{
	struct script script = { 20, 0.5, 0.03, 0.0002 };
	struct sim_burst_figures figures = play(&script);

	(void)state;
	assert_int_equal(figures.bursts, 1 + figures.at_once);
	assert_true(figures.worst_s < 0.7);
}

static void
light_routes_are_no_bursts(void **state)
{
	struct script light = { 20, -1, 0.002, 0 };
	struct script steady = { 20, -1, 0.03, 0.01 };

	(void)state;
	assert_int_equal(play(&light).never, 0);
	assert_int_equal(play(&steady).never, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reactions_are_timed),
		cmocka_unit_test(what_is_never_right_is_told),
		cmocka_unit_test(stray_samples_begin_no_burst),
		cmocka_unit_test(light_routes_are_no_bursts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
