#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "helpers/open_mutate.h"
#include "helpers/update_mutate.h"

#define SEEDS 2000

static const struct update_options options = { .as4 = 1, .add_path = { 2, 4 } };

static const uint8_t update[] = { 1, 0, 4, 24, 198, 51, 100, 0, 20, 0x40, 1, 1, 0, 0x40,
	2, 6, 2, 1, 0, 0, 253, 232, 0x40, 3, 4, 192, 0, 2, 1, 8, 10 };

static const uint8_t open_body[] = { 4, 0xfd, 0xe8, 0, 90, 10, 0, 0, 1, 16, 2, 8, 1, 4,
	0, 1, 0, 1, 2, 0, 2, 4, 64, 2, 0, 120 };

static size_t
change_last(uint8_t *bytes, size_t len, size_t max)
{
	assert_true(len <= max);
	if (len)
		bytes[len - 1] ^= 1;
	return len;
}

/* True if the fields and attributes of an UPDATE end where their lengths say. */
static bool
adds_up(const uint8_t *bytes, size_t len)
{
	struct rd rd, attrs;
	size_t field_len;

	rd_init(&rd, bytes, len);
	rd_u8(&rd);
	field_len = rd_u16(&rd);
	rd_sub(&rd, field_len);
	field_len = rd_u16(&rd);
	attrs = rd_sub(&rd, field_len);
	while (rd_left(&attrs)) {
		uint8_t flags = rd_u8(&attrs);

		rd_u8(&attrs);
		field_len = flags & 0x10 ? rd_u16(&attrs) : rd_u8(&attrs);
		rd_sub(&attrs, field_len);
	}
	return rd_ok(&rd) && rd_ok(&attrs);
}

static void
updates_change_and_mostly_add_up(void **state)
{
	unsigned sound = 0, changed = 0;
	uint8_t bytes[100];

	(void)state;
	for (unsigned seed = 0; seed < SEEDS; seed++) {
		size_t len;

		memcpy(bytes, update, sizeof update);
		len = update_mutate(
		    &options, bytes, sizeof update, sizeof bytes, seed, change_last);
		assert_true(len <= sizeof bytes);
		sound += adds_up(bytes, len);
		changed += len != sizeof update || memcmp(bytes, update, len) != 0;
	}
	assert_true(sound > SEEDS * 8 / 10 && sound < SEEDS);
	assert_true(changed > SEEDS * 7 / 10);
}

static void
any_bytes_are_taken_apart(void **state)
{
	uint8_t bytes[sizeof update + 64], out[200];
	size_t len;

	(void)state;
	for (size_t cut = 0; cut <= sizeof update; cut++) {
		for (unsigned seed = 0; seed < 50; seed++) {
			memcpy(bytes, update, cut);
			len = update_mutate(
			    &options, bytes, cut, sizeof bytes, seed, change_last);
			assert_true(len <= sizeof bytes);
			len = update_cross(
			    &options, update, cut, bytes, len, out, sizeof out, seed);
			assert_true(len <= sizeof out);
		}
	}
	for (size_t cut = 0; cut <= sizeof open_body; cut++) {
		for (unsigned seed = 0; seed < 50; seed++) {
			memcpy(bytes, open_body, cut);
			len = open_mutate(bytes, cut, sizeof bytes, seed, change_last);
			assert_true(len <= sizeof bytes);
			len = open_cross(
			    open_body, cut, bytes, len, out, sizeof out, seed);
			assert_true(len <= sizeof out);
		}
	}
}

static void
crossing_mixes_attributes(void **state)
{
	static const uint8_t other[] = { 1, 0, 0, 0, 5, 0xc0, 99, 2, 7, 7 };
	unsigned mixed = 0;
	uint8_t out[100];

	(void)state;
	for (unsigned seed = 0; seed < 100; seed++) {
		size_t len = update_cross(&options, update, sizeof update, other,
		    sizeof other, out, sizeof out, seed);

		mixed += memmem(out, len, other + 5, 5) != NULL &&
			 memmem(out, len, update + 22, 7) != NULL;
	}
	assert_true(mixed > 20);
}

static void
open_forms(void **state)
{
	static struct open_shape shape;
	uint8_t extended[100], again[100];
	size_t len;

	(void)state;
	open_shape_read(&shape, open_body, sizeof open_body);
	assert_int_equal(shape.capabilities.n, 3);
	assert_int_equal(
	    open_shape_write(&shape, NULL, again, sizeof again), sizeof open_body);
	assert_memory_equal(again, open_body, sizeof open_body);
	shape.extended = true;
	len = open_shape_write(&shape, NULL, extended, sizeof extended);
	/* type and length of the parameters, and a byte for each of two parameters */
	assert_int_equal(len, sizeof open_body + 3 + 2);
	open_shape_read(&shape, extended, len);
	assert_true(shape.extended);
	shape.extended = false;
	assert_int_equal(
	    open_shape_write(&shape, NULL, again, sizeof again), sizeof open_body);
	assert_memory_equal(again, open_body, sizeof open_body);
	assert_int_equal(open_shape_write(&shape, NULL, again, 20), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(updates_change_and_mostly_add_up),
		cmocka_unit_test(any_bytes_are_taken_apart),
		cmocka_unit_test(crossing_mixes_attributes),
		cmocka_unit_test(open_forms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
