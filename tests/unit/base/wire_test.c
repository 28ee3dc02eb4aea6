#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/wire.h"

static const uint8_t bytes[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 };

static void
reads_in_network_order(void **state)
{
	struct rd rd;

	(void)state;
	rd_init(&rd, bytes, sizeof bytes);
	assert_int_equal(rd_u8(&rd), 1);
	assert_int_equal(rd_u16(&rd), 0x0203);
	assert_int_equal(rd_u32(&rd), 0x04050607);
	assert_true(rd_u64(&rd) == 0x08090a0b0c0d0e0full);
	assert_true(rd_done(&rd));
}

static void
every_truncation_fails_and_stays_failed(void **state)
{
	(void)state;
	for (size_t len = 0; len < sizeof bytes; len++) {
		struct rd rd;

		rd_init(&rd, bytes, len);
		rd_u8(&rd);
		rd_u16(&rd);
		rd_u32(&rd);
		assert_true(rd_u64(&rd) == 0);
		assert_false(rd_ok(&rd));
		assert_false(rd_done(&rd));
		assert_int_equal(rd_left(&rd), 0);
		assert_int_equal(rd_u8(&rd), 0);
		assert_null(rd_bytes(&rd, 0));
	}
}

static void
a_fence_holds(void **state)
{
	struct rd rd, sub;

	(void)state;
	rd_init(&rd, bytes, sizeof bytes);
	sub = rd_sub(&rd, 4);
	assert_int_equal(rd_u32(&sub), 0x01020304);
	assert_true(rd_done(&sub));
	assert_int_equal(rd_u8(&sub), 0);
	assert_false(rd_ok(&sub));
	assert_true(rd_ok(&rd));
	assert_int_equal(rd_u8(&rd), 5);
	sub = rd_sub(&rd, 11);
	assert_false(rd_ok(&sub));
	assert_false(rd_ok(&rd));
}

static void
an_empty_reader_is_done(void **state)
{
	struct rd rd;

	(void)state;
	rd_init(&rd, NULL, 0);
	assert_true(rd_done(&rd));
	assert_non_null(rd_bytes(&rd, 0));
}

static void
writes_what_it_reads(void **state)
{
	uint8_t out[15];
	struct wr wr;

	(void)state;
	wr_init(&wr, out, sizeof out);
	wr_u8(&wr, 1);
	wr_u16(&wr, 0);
	wr_u32(&wr, 0x04050607);
	wr_u64(&wr, 0x08090a0b0c0d0e0full);
	wr_patch_u16(&wr, 1, 0x0203);
	assert_false(wr.full);
	assert_memory_equal(out, bytes, sizeof out);
	wr_u8(&wr, 9);
	assert_true(wr.full);
	assert_int_equal(wr.len, sizeof out);
	assert_int_equal(wr_room(&wr), 0);
}

static void
a_full_writer_writes_nothing_more(void **state)
{
	uint8_t out[4] = { 0 };
	struct wr wr;

	(void)state;
	wr_init(&wr, out, 3);
	wr_u32(&wr, ~0u);
	wr_u8(&wr, 7);
	assert_true(wr.full);
	assert_int_equal(wr.len, 0);
	assert_int_equal(out[0], 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_in_network_order),
		cmocka_unit_test(every_truncation_fails_and_stays_failed),
		cmocka_unit_test(a_fence_holds),
		cmocka_unit_test(an_empty_reader_is_done),
		cmocka_unit_test(writes_what_it_reads),
		cmocka_unit_test(a_full_writer_writes_nothing_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
