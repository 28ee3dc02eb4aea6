#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/prefix.h"

static void
good_prefixes_come_back_as_text(void **state)
{
	static const char *const good[] = { "0.0.0.0/0", "10.0.0.0/8", "192.0.2.128/25",
		"192.0.2.1/32", "::/0", "2001:db8::/32", "2001:db8::1/128",
		"8000::/1" };

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		char text[PREFIX_TEXT_MAX];
		struct prefix prefix;

		assert_true(prefix_parse(good[i], &prefix));
		assert_string_equal(prefix_text(&prefix, text), good[i]);
	}
}

static void
bad_prefixes_are_refused(void **state)
{
	static const char *const bad[] = { "", "/", "/8", "10.0.0.0/", "10.0.0.0/33",
		"10.0.0.1/8", "10.0.0/8", "::/129", "::1/64", "10.0.0.0/08",
		"10.0.0.0/+8", "10.0.0.0/8x", "1.2.3.4.5/8", "2001:db8::g/32",
		"10.0.0.0/8/8", "10.0.0.0/4294967304",
		"1111:1111:1111:1111:1111:1111:1111:1111:1111:1111/8" };

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct prefix prefix = { .len = 77 };

		assert_false(prefix_parse(bad[i], &prefix));
		assert_int_equal(prefix.len, 77);
	}
}

static void
a_bare_address_is_a_host_route(void **state)
{
	struct prefix prefix;

	(void)state;
	assert_true(prefix_parse("192.0.2.1", &prefix));
	assert_int_equal(prefix.len, 32);
	assert_true(prefix_parse("2001:db8::1", &prefix));
	assert_int_equal(prefix.len, 128);
}

static void
covering_is_by_bits_and_length(void **state)
{
	static const struct {
		const char *outer, *inner;
		int covers;
	} rows[] = {
		{ "10.0.0.0/8", "10.1.0.0/16", 1 },
		{ "10.0.0.0/8", "10.0.0.0/8", 1 },
		{ "10.1.0.0/16", "10.0.0.0/8", 0 },
		{ "10.0.0.0/8", "11.0.0.0/16", 0 },
		{ "0.0.0.0/0", "192.0.2.1/32", 1 },
		{ "::/0", "10.0.0.0/8", 0 },
		{ "2001:db8:0:8000::/65", "2001:db8:0:8000:1::/80", 1 },
		{ "2001:db8:0:8000:8000::/65", "2001:db8:0:8000:1::/80", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct prefix outer, inner;

		assert_true(prefix_parse(rows[i].outer, &outer));
		assert_true(prefix_parse(rows[i].inner, &inner));
		assert_int_equal(prefix_covers(&outer, &inner), rows[i].covers);
	}
}

static void
masks_have_every_length(void **state)
{
	(void)state;
	for (unsigned len = 0; len <= 128; len++) {
		struct bits mask = bits_mask(len);

		assert_int_equal(
		    __builtin_popcountll(mask.hi) + __builtin_popcountll(mask.lo), len);
		assert_true(len == 128 || bits_compare(mask, bits_mask(len + 1)) < 0);
	}
}

static void
covers_sort_before_what_they_cover(void **state)
{
	struct prefix a, b, c;

	(void)state;
	assert_true(prefix_parse("10.0.0.0/8", &a));
	assert_true(prefix_parse("10.0.0.0/16", &b));
	assert_true(prefix_parse("::/0", &c));
	assert_true(prefix_compare(&a, &b) < 0);
	assert_true(prefix_compare(&b, &c) < 0);
	assert_int_equal(prefix_compare(&b, &b), 0);
}

static void
bytes_and_bits_are_inverse(void **state)
{
	uint8_t in[16], out[16];

	(void)state;
	for (size_t i = 0; i < 16; i++)
		in[i] = (uint8_t)(i * 17 + 3);
	bits_to_bytes(bits_from_bytes(in, 16), out, 16);
	assert_memory_equal(in, out, 16);
	assert_true(bits_from_bytes(in, 4).lo == 0);
	assert_true((uint32_t)bits_from_bytes(in, 4).hi == 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_prefixes_come_back_as_text),
		cmocka_unit_test(bad_prefixes_are_refused),
		cmocka_unit_test(a_bare_address_is_a_host_route),
		cmocka_unit_test(covering_is_by_bits_and_length),
		cmocka_unit_test(masks_have_every_length),
		cmocka_unit_test(covers_sort_before_what_they_cover),
		cmocka_unit_test(bytes_and_bits_are_inverse),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
