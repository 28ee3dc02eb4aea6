#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "text.h"

static void
numbers_are_plain_digits_in_their_range(void **state)
{
	static const struct {
		const char *text;
		uint64_t min, max;
		int good;
		uint64_t value;
	} rows[] = {
		{ "0", 0, 0, 1, 0 },
		{ "7", 1, 7, 1, 7 },
		{ "8", 1, 7, 0, 0 },
		{ "0", 1, 7, 0, 0 },
		{ "18446744073709551615", 0, UINT64_MAX, 1, UINT64_MAX },
		{ "18446744073709551616", 0, UINT64_MAX, 0, 0 },
		{ "99999999999999999999999", 0, UINT64_MAX, 0, 0 },
		{ "", 0, 7, 0, 0 },
		{ "-1", 0, UINT64_MAX, 0, 0 },
		{ "+1", 0, 7, 0, 0 },
		{ " 1", 0, 7, 0, 0 },
		{ "1 ", 0, 7, 0, 0 },
		{ "01", 0, 7, 0, 0 },
		{ "0x1", 0, 7, 0, 0 },
		{ "1e3", 0, 7000, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		uint64_t value = 77;

		assert_int_equal(
		    text_number(rows[i].text, rows[i].min, rows[i].max, &value),
		    rows[i].good);
		assert_true(value == (rows[i].good ? rows[i].value : 77));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_plain_digits_in_their_range),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
