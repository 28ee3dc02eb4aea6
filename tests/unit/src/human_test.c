#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "human.h"

static void
rates_have_three_digits(void **state)
{
	static const struct {
		double rate;
		const char *text;
	} rows[] = {
		{ 0, "0 b/s" },
		{ -1, "0 b/s" },
		{ NAN, "0 b/s" },
		{ INFINITY, "0 b/s" },
		{ 0.125, "1 b/s" },
		{ 122.5, "980 b/s" },
		{ 124.9, "999 b/s" },
		{ 125, "1.00 kb/s" },
		{ 1249.9, "10.0 kb/s" },
		{ 12499, "100 kb/s" },
		{ 38750000, "310 Mb/s" },
		{ 124940000, "1.00 Gb/s" },
		{ 155000000, "1.24 Gb/s" },
		{ 1.25e15, "10.0 Pb/s" },
		{ 1.25e18, "10000 Pb/s" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char text[HUMAN_MAX];

		assert_string_equal(human_rate(rows[i].rate, text), rows[i].text);
	}
}

static void
errors_are_percent(void **state)
{
	static const struct {
		double share;
		const char *text;
	} rows[] = {
		{ 0, "0.0 %" },
		{ 0.00623, "0.6 %" },
		{ 0.0994, "9.9 %" },
		{ 0.0996, "10 %" },
		{ 4.572, "457 %" },
		{ INFINITY, "-" },
		{ NAN, "-" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char text[HUMAN_MAX];

		assert_string_equal(human_error(rows[i].share, text), rows[i].text);
	}
}

static void
durations_have_two_units(void **state)
{
	static const struct {
		uint64_t seconds;
		const char *text;
	} rows[] = {
		{ 0, "0s" },
		{ 59, "59s" },
		{ 60, "1m00s" },
		{ 192, "3m12s" },
		{ 3599, "59m59s" },
		{ 3600, "1h00m" },
		{ 86399, "23h59m" },
		{ 86400, "1d0h" },
		{ 1051200, "12d4h" },
		{ UINT64_MAX, "213503982334601d7h" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char text[HUMAN_MAX];

		assert_string_equal(
		    human_duration(rows[i].seconds, text), rows[i].text);
	}
}

static void
shares_are_never_rounded_to_nothing_or_all(void **state)
{
	static const struct {
		double share;
		const char *text;
	} rows[] = {
		{ 0, "0 %" },
		{ -0.1, "0 %" },
		{ 0.000001, "<0.01 %" },
		{ 0.0001, "0.01 %" },
		{ 0.00512, "0.51 %" },
		{ 0.25, "25.0 %" },
		{ 0.98712, "98.7 %" },
		{ 0.99999, "99.9 %" },
		{ 1, "100 %" },
		{ 1.5, "100 %" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char text[HUMAN_MAX];

		assert_string_equal(human_share(rows[i].share, text), rows[i].text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rates_have_three_digits),
		cmocka_unit_test(errors_are_percent),
		cmocka_unit_test(durations_have_two_units),
		cmocka_unit_test(shares_are_never_rounded_to_nothing_or_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
