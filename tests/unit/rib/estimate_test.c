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

/* The exact upper limits of a Poisson count that was seen, 97.5 % one-sided. */
static void
the_error_is_that_of_a_count(void **state)
{
	static const struct {
		float count;
		double upper;
	} rows[] = { { 1, 5.572 }, { 2, 7.225 }, { 5, 11.668 }, { 10, 18.390 },
		{ 30, 42.827 }, { 100, 121.627 } };
	struct estimate e;

	(void)state;
	estimate_init(&e);
	assert_true(isinf(estimate_error(&e, 1)));
	for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
		estimate_init(&e);
		estimate_sample(&e, 1000, 1, 7);
		e.shape = rows[i].count;
		assert_near(
		    estimate_error(&e, 7), rows[i].upper / rows[i].count - 1, 0.005);
	}
	e.shape = 40000;
	assert_near(estimate_error(&e, 7), 1.96 / 200, 0.02);
}

static void
silence_lets_the_error_grow(void **state)
{
	struct estimate e;
	double now, before;

	(void)state;
	estimate_init(&e);
	now = feed(&e, 1, 600, 10);
	before = estimate_error(&e, now);
	for (unsigned dt = 1; dt < 1000000; dt *= 3) {
		double error = estimate_error(&e, now + dt);

		assert_true(error > before && isfinite(error));
		before = error;
	}
}

static void
sizes_that_differ_add_to_the_error(void **state)
{
	struct estimate alike, differ;

	(void)state;
	estimate_init(&alike);
	estimate_init(&differ);
	for (int i = 0; i < 2000; i++) {
		estimate_sample(&alike, 500, 1, 1 + i);
		estimate_sample(&differ, i % 2 ? 100 : 900, 1, 1 + i);
	}
	/* a variance of 0.64 squared means, over 64 samples */
	assert_near(estimate_error(&differ, 2000) / estimate_error(&alike, 2000),
	    sqrt(1 + 0.64 / 63 * alike.shape), 0.05);
}

static double
uniform(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return ((double)(*seed >> 33) + 0.5) / 0x80000000u;
}

/*
 * Poisson traffic of two sizes for so many seconds; `drift` lets its rate wander as the
 * filter supposes.
 */
static void
wander(struct estimate *e, double *rate, double seconds, double large, bool drift,
    uint64_t *seed)
{
	const double step = fmin(seconds / 50, 60);

	estimate_init(e);
	for (double from = 0; from < seconds; from += step) {
		double now = from;

		while ((now -= log(uniform(seed)) / *rate) < from + step)
			estimate_sample(e, uniform(seed) < 0.5 ? 100 : large, 1, now);
		if (drift) /* uniform steps of the same variance */
			*rate *= exp(
			    (uniform(seed) - 0.5) * sqrt(12 * ESTIMATE_DRIFT * step));
	}
}

#define TRIALS 400

static void
check_coverage(double start, double seconds, double large, bool drift, uint64_t *seed)
{
	unsigned right = 0, n = 0;
	double errors = 0, misses = 0;

	while (n < TRIALS) {
		struct estimate e;
		double rate = start, error, miss;

		wander(&e, &rate, seconds, large, drift, seed);
		if (e.samples == 0 || seconds - e.touched > ESTIMATE_IDLE_S)
			continue;
		error = estimate_error(&e, seconds);
		miss = fabs(
		    rate * (100 + large) / 2 / estimate_byte_rate(&e, seconds) - 1);
		right += miss <= error;
		errors += error;
		misses += miss;
		n++;
	}
	/* two sigma of luck; and not all is within it because it is huge */
	if (right < (0.95 - 2 * 0.011) * TRIALS)
		fail_msg("%g/s, %g s: %u of %u", start, seconds, right, n);
	if (start * seconds >= 20 && errors > 8 * misses)
		fail_msg("%g/s, %g s: error %g, off by %g", start, seconds, errors / n,
		    misses / n);
}

static void
the_true_rate_lies_within_the_error(void **state)
{
	static const double rates[] = { 0.01, 0.1, 1, 10 };
	static const double counts[] = { 0.7, 3, 30, 200 };
	uint64_t seed = 1;

	(void)state;
	for (unsigned i = 0; i < 2 * 4 * 4; i++) {
		double rate = rates[i / 8], count = counts[i / 2 % 4];
		double seconds = fmin(count / rate, 2 * ESTIMATE_IDLE_S);

		check_coverage(rate, seconds, 100, i % 2, &seed);
		if (count >= 30)
			check_coverage(rate, seconds, 1500, i % 2, &seed);
	}
}

/* What no packet has, but a datagram may say. */
static void
an_absurd_size_leaves_numbers(void **state)
{
	double bytes = (double)UINT32_MAX * UINT32_MAX;
	struct estimate e;

	(void)state;
	estimate_init(&e);
	for (int i = 0; i < 100; i++)
		estimate_sample(&e, i < 2 ? bytes : 1000, 1, i);
	assert_true(isfinite(estimate_byte_rate(&e, 100)));
	assert_true(isfinite(estimate_error(&e, 100)));
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
		cmocka_unit_test(the_error_is_that_of_a_count),
		cmocka_unit_test(silence_lets_the_error_grow),
		cmocka_unit_test(sizes_that_differ_add_to_the_error),
		cmocka_unit_test(the_true_rate_lies_within_the_error),
		cmocka_unit_test(an_absurd_size_leaves_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
