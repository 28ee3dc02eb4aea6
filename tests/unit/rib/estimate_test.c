/* Estimates against rates that are known. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <cmocka.h>

#include "rib/estimate.h"

static void
assert_near(double value, double want, double share)
{
	if (!(fabs(value - want) <= share * fabs(want)))
		fail_msg("%g is not near %g", value, want);
}

/* Regular samples, `rate` a second. */
static double
feed(struct estimate *e, double now, double seconds, double rate)
{
	unsigned n = (unsigned)ceil(seconds * rate);

	for (unsigned i = 0; i < n; i++)
		estimate_sample(e, 1000, 2, now + i / rate);
	return now + (n - 1) / rate;
}

static void
no_samples_no_rate(void **state)
{
	struct estimate e;

	(void)state;
	estimate_init(&e);
	assert_true(estimate_sample_rate(&e, 0) == 0);
	assert_true(estimate_byte_rate(&e, 1e9) == 0);
	assert_true(estimate_packet_rate(&e, 1) == 0);
	assert_int_equal(estimate_burst(&e, 1), 0);
}

static void
one_sample_is_one_in_all_the_time_watched(void **state)
{
	struct estimate e;

	(void)state;
	estimate_init(&e);
	estimate_sample(&e, 500, 3, 100);
	assert_near(estimate_sample_rate(&e, 100), 0.01, 1e-6);
	assert_near(estimate_byte_rate(&e, 100), 5, 1e-6);
	assert_near(estimate_packet_rate(&e, 100), 0.03, 1e-6);
	estimate_init(&e);
	estimate_sample(&e, 500, 3, 0); /* in the first instant */
	assert_true(estimate_sample_rate(&e, 0) <= 5);
}

static void
one_step_is_as_the_formula_says(void **state)
{
	struct estimate e;
	double g, b, a;

	(void)state;
	estimate_init(&e);
	estimate_sample(&e, 1, 1, 50);
	estimate_sample(&e, 1, 1, 250);
	g = 1 + ESTIMATE_DRIFT * 1 * 200;
	b = (50 + 200 + ESTIMATE_DRIFT * 1 * 200 * 200 / 2) / g;
	a = 1 / g + 1;
	assert_near(e.shape, a, 1e-6);
	assert_near(e.exposure, b, 1e-6);
	assert_near(estimate_sample_rate(&e, 350),
	    a / (b + 100 + ESTIMATE_DRIFT * a * 100 * 100 / 2), 1e-6);
}

static void
a_steady_rate_is_found(void **state)
{
	static const double rates[] = { 0.01, 0.1, 1, 10, 300, 5000 };

	(void)state;
	for (unsigned i = 0; i < sizeof rates / sizeof *rates; i++) {
		struct estimate e;
		double now, slack;

		estimate_init(&e);
		now = feed(&e, 10, 20000 / rates[i] + 20, rates[i]);
		/* a sample that was just seen makes it a little too high */
		slack = 0.02 + 0.6 * sqrt(ESTIMATE_DRIFT / rates[i]);
		assert_near(estimate_sample_rate(&e, now), rates[i], slack);
		assert_near(estimate_byte_rate(&e, now), rates[i] * 1000, slack);
		assert_near(estimate_packet_rate(&e, now), rates[i] * 2, slack);
	}
}

static void
a_busy_route_is_followed_fast_and_a_quiet_one_slowly(void **state)
{
	struct estimate e;
	double now;

	(void)state;
	estimate_init(&e);
	now = feed(&e, 1, 600, 100);
	now = feed(&e, now + 1, 30, 10);
	assert_near(estimate_sample_rate(&e, now), 10, 0.2);
	estimate_init(&e);
	now = feed(&e, 1, 20000, 0.1);
	now = feed(&e, now + 100, 30, 0.01);
	assert_true(estimate_sample_rate(&e, now) > 0.03);
}

static void
silence_lets_the_rate_fall(void **state)
{
	struct estimate e;
	double now, before;

	(void)state;
	estimate_init(&e);
	now = feed(&e, 1, 600, 10);
	before = estimate_sample_rate(&e, now);
	for (unsigned dt = 1; dt < 1000000; dt *= 3) {
		double rate = estimate_sample_rate(&e, now + dt);

		assert_true(rate > 0 && rate < before);
		before = rate;
	}
	assert_true(before < 1e-4);
}

/* After years of uptime the clock's last bits must not swallow the samples. */
static void
an_old_clock_does_no_harm(void **state)
{
	struct estimate young, old;
	double now;

	(void)state;
	estimate_init(&young);
	estimate_init(&old);
	estimate_sample(&old, 1000, 2, 3e8);
	estimate_sample(&young, 1000, 2, 3e8);
	young.exposure = 100;
	now = feed(&young, 3e8, 3000, 20);
	assert_near(estimate_sample_rate(&young, now), 20, 0.03);
	now = feed(&old, 3e8, 3000, 20);
	assert_near(estimate_sample_rate(&old, now), 20, 0.03);
}

static void
sizes_are_averaged_over_the_latest_samples(void **state)
{
	struct estimate e;

	(void)state;
	estimate_init(&e);
	estimate_sample(&e, 100, 1, 1);
	estimate_sample(&e, 200, 3, 2);
	assert_near(e.bytes, 150, 1e-6);
	assert_near(e.packets, 2, 1e-6);
	for (int i = 0; i < 500; i++)
		estimate_sample(&e, 1000, 10, 3 + i);
	assert_near(e.bytes, 1000, 0.01);
	assert_near(e.packets, 10, 0.01);
}

static void
a_burst_is_what_chance_does_not_bring(void **state)
{
	struct estimate e;

	(void)state;
	estimate_init(&e);
	estimate_sample(&e, 1, 1, 1000);
	assert_int_equal(estimate_burst(&e, 1e-9), 0); /* one is no burst */
	estimate_sample(&e, 1, 1, 1000.5);
	assert_int_equal(estimate_burst(&e, 0.0019), 2);
	assert_int_equal(estimate_burst(&e, 0.0021), 0);
	estimate_sample(&e, 1, 1, 1001); /* 1 s: (rate)^2 / 2 < 1e-3 */
	assert_int_equal(estimate_burst(&e, 0.044), 3);
	assert_int_equal(estimate_burst(&e, 0.046), 0);
	estimate_sample(&e, 1, 1, 1001.5); /* 1.5 s: (1.5 rate)^3 / 6 < 1e-3 */
	assert_int_equal(estimate_burst(&e, 0.12), 4);
	assert_int_equal(estimate_burst(&e, 0.125), 0);
	estimate_sample(&e, 1, 1, 2000); /* only the latest count */
	assert_int_equal(estimate_burst(&e, 0.0021), 0);
	assert_int_equal(estimate_burst(&e, 0), 2);
}

static void
a_filter_begins_anew_with_its_burst(void **state)
{
	struct estimate e;

	(void)state;
	estimate_init(&e);
	estimate_sample(&e, 1, 1, 1000);
	estimate_sample(&e, 1, 1, 1000.5);
	estimate_sample(&e, 1, 1, 1001.5);
	estimate_restart(&e, 3);
	assert_near(estimate_sample_rate(&e, 1001.5), 2, 1e-6);
	estimate_restart(&e, 2);
	assert_near(estimate_sample_rate(&e, 1001.5), 2, 1e-6);
	estimate_sample(&e, 1, 1, 1001.51); /* no rate from samples of one datagram */
	estimate_restart(&e, 2);
	assert_near(estimate_sample_rate(&e, 1001.51), 10, 1e-6);
	assert_near(e.exposure, 0.2, 1e-6);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_samples_no_rate),
		cmocka_unit_test(one_sample_is_one_in_all_the_time_watched),
		cmocka_unit_test(one_step_is_as_the_formula_says),
		cmocka_unit_test(a_steady_rate_is_found),
		cmocka_unit_test(a_busy_route_is_followed_fast_and_a_quiet_one_slowly),
		cmocka_unit_test(silence_lets_the_rate_fall),
		cmocka_unit_test(an_old_clock_does_no_harm),
		cmocka_unit_test(sizes_are_averaged_over_the_latest_samples),
		cmocka_unit_test(a_burst_is_what_chance_does_not_bring),
		cmocka_unit_test(a_filter_begins_anew_with_its_burst),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
