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

static void
prefixes_have_a_length_and_nothing_behind_it(void **state)
{
	static const struct {
		const char *text, *says; /* the prefix, or why it is none */
		int good;
	} rows[] = {
		{ "192.0.2.0/24", "192.0.2.0/24", 1 },
		{ "0.0.0.0/0", "0.0.0.0/0", 1 },
		{ "2001:DB8::/32", "2001:db8::/32", 1 },
		{ "::1/128", "::1/128", 1 },
		{ "192.0.2.1/24",
		    "bits are set behind the length; 192.0.2.0/24 is the prefix", 0 },
		{ "2001:db8::1/32",
		    "bits are set behind the length; 2001:db8::/32 is the prefix", 0 },
		{ "192.0.2.0/33", "the length is no number from 0 to 32", 0 },
		{ "192.0.2.0/", "the length is no number from 0 to 32", 0 },
		{ "2001:db8::/-1", "the length is no number from 0 to 128", 0 },
		{ "192.0.2.0", "this is no prefix such as 192.0.2.0/24", 0 },
		{ "192.0.2/24", "this is no prefix such as 192.0.2.0/24", 0 },
		{ "/24", "this is no prefix such as 192.0.2.0/24", 0 },
		{ "", "this is no prefix such as 192.0.2.0/24", 0 },
		{ "11111111112222222222333333333344444444445555555555/1",
		    "this is no prefix such as 192.0.2.0/24", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct prefix untouched = { .len = 99 };
		struct prefix prefix = untouched;
		char why[TEXT_ERROR_MAX] = "-", text[PREFIX_TEXT_MAX];

		assert_int_equal(text_prefix(rows[i].text, &prefix, why), rows[i].good);
		if (rows[i].good) {
			assert_string_equal(prefix_text(&prefix, text), rows[i].says);
			assert_string_equal(why, "-");
		} else {
			assert_string_equal(why, rows[i].says);
			assert_true(prefix_equal(&prefix, &untouched));
		}
	}
}

static void
quantities_have_units(void **state)
{
	static const struct {
		bool (*read)(const char *text, uint64_t *ret);
		const char *text;
		uint64_t value; /* 0: it is none */
	} rows[] = {
		{ text_bytes, "1", 1 },
		{ text_bytes, "12k", 12000 },
		{ text_bytes, "500M", 500000000 },
		{ text_bytes, "18446744073G", 18446744073000000000u },
		{ text_bytes, "18446744074G", 0 },
		{ text_bytes, "0", 0 },
		{ text_bytes, "0M", 0 },
		{ text_bytes, "", 0 },
		{ text_bytes, "M", 0 },
		{ text_bytes, "1MB", 0 },
		{ text_bytes, "1h", 0 },
		{ text_bytes, "1.5G", 0 },
		{ text_bytes, "-1", 0 },
		{ text_bytes, "000000000000000000000000000000000001", 0 },
		{ text_duration, "90", 90 },
		{ text_duration, "90s", 90 },
		{ text_duration, "30m", 1800 },
		{ text_duration, "1h", 3600 },
		{ text_duration, "2d", 172800 },
		{ text_duration, "2w", 0 },
		{ text_duration, "1h30m", 0 },
		{ text_duration, " 1h", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		uint64_t value = 0;

		assert_int_equal(
		    rows[i].read(rows[i].text, &value), rows[i].value != 0);
		assert_true(value == rows[i].value);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(quantities_have_units),
		cmocka_unit_test(numbers_are_plain_digits_in_their_range),
		cmocka_unit_test(prefixes_have_a_length_and_nothing_behind_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
