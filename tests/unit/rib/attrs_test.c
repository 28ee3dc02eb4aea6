#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "rib/attrs.h"
#include "rib/nexthop.h"

static const struct attrs_limits ample = { .sets = 1u << 20, .bytes = 256u << 20 };

static uint32_t
key(struct fwkeys *keys, uint8_t last)
{
	struct nexthop hop = nexthop_make((uint8_t[]){ 192, 0, 2, last }, 4);

	return fwkey_intern(keys, &hop, 1);
}

static void
equal_bytes_are_one_set(void **state)
{
	struct fwkeys *keys = fwkeys_new(10);
	struct attrs_table *table = attrs_table_new(keys, &ample, 42);
	const uint8_t bytes[] = { 1, 2, 3, 4 };
	uint32_t hop = key(keys, 1);
	uint32_t id = attrs_intern(table, 1, bytes, 4, hop);
	struct attrs_stats stats;

	(void)state;
	assert_int_not_equal(id, 0);
	assert_int_equal(attrs_intern(table, 1, bytes, 4, hop), id);
	assert_int_equal(attrs_at(table, id)->refs, 2);
	assert_int_equal(attrs_find(table, 1, bytes, 4), id);
	assert_int_equal(attrs_at(table, id)->refs, 2);
	assert_int_equal(attrs_find(table, 2, bytes, 4), 0);
	assert_int_equal(attrs_find(table, 1, bytes, 3), 0);
	assert_int_equal(attrs_at(table, id)->fwkey, hop);
	assert_int_equal(attrs_at(table, id)->context, 1);
	assert_int_equal(attrs_at(table, id)->len, 4);
	assert_memory_equal(attrs_at(table, id)->bytes, bytes, 4);
	attrs_stats(table, &stats);
	assert_int_equal(stats.sets, 1);
	assert_int_equal(stats.bytes, 32);
	attrs_table_free(table);
	fwkeys_free(keys);
}

static void
the_last_reference_takes_all_along(void **state)
{
	struct fwkeys *keys = fwkeys_new(10);
	struct attrs_table *table = attrs_table_new(keys, &ample, 42);
	const uint8_t bytes[] = { 1, 2, 3, 4 };
	uint32_t hop = key(keys, 1);
	uint32_t id = attrs_intern(table, 0, bytes, 4, hop);

	(void)state;
	fwkey_unref(keys, hop);
	attrs_ref(table, id);
	attrs_unref(table, id);
	assert_int_equal(attrs_find(table, 0, bytes, 4), id);
	assert_int_equal(fwkeys_count(keys), 1);
	attrs_unref(table, id);
	assert_int_equal(attrs_find(table, 0, bytes, 4), 0);
	assert_int_equal(fwkeys_count(keys), 0);
	attrs_ref(table, 0);
	attrs_unref(table, 0);
	attrs_table_free(table);
	fwkeys_free(keys);
}

static void
the_limits_hold(void **state)
{
	const struct attrs_limits few = { .sets = 3, .bytes = 1 << 20 };
	const struct attrs_limits small = { .sets = 1000, .bytes = 4096 };
	static const uint8_t bytes[ATTRS_LEN_MAX + 1];
	struct fwkeys *keys = fwkeys_new(10);
	struct attrs_table *table = attrs_table_new(keys, &few, 1);
	size_t made = 0;

	(void)state;
	assert_int_equal(attrs_intern(table, 0, bytes, ATTRS_LEN_MAX + 1, 0), 0);
	for (size_t len = 1; len <= 3; len++)
		assert_int_not_equal(attrs_intern(table, 0, bytes, len, 0), 0);
	assert_int_equal(attrs_intern(table, 0, bytes, 4, 0), 0);
	assert_int_not_equal(attrs_intern(table, 0, bytes, 3, 0), 0);
	attrs_unref(table, attrs_find(table, 0, bytes, 1));
	assert_int_not_equal(attrs_intern(table, 0, bytes, 4, 0), 0);
	attrs_table_free(table);

	table = attrs_table_new(keys, &small, 1);
	while (attrs_intern(table, 0, bytes, 77 + made, 0))
		made++;
	assert_in_range(made, 30, 4096 / 96);
	attrs_table_free(table);
	fwkeys_free(keys);
}

/* Set i is `lens[i]` bytes that spell i; the twin knows only ids and references. */
static size_t
spell(unsigned i, uint8_t *bytes)
{
	size_t len = 4 + i * 7 % 90;

	memset(bytes, (int)i, len);
	memcpy(bytes, &i, sizeof i);
	return len;
}

static void
behaves_like_a_naive_twin(void **state)
{
	enum { SETS = 5000, ROUNDS = 100000 };
	static uint32_t refs[SETS], ids[SETS];
	struct fwkeys *keys = fwkeys_new(10);
	struct attrs_table *table = attrs_table_new(keys, &ample, 99);
	struct attrs_stats stats;
	uint32_t live = 0;
	unsigned seed = 3;

	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		unsigned i = (unsigned)rand_r(&seed) % SETS;
		uint8_t bytes[100];
		size_t len = spell(i, bytes);

		assert_int_equal(attrs_find(table, i % 4, bytes, len), ids[i]);
		if (refs[i] && rand_r(&seed) % 2) {
			attrs_unref(table, ids[i]);
			if (--refs[i] == 0)
				ids[i] = 0, live--;
			continue;
		}
		ids[i] = attrs_intern(table, i % 4, bytes, len, 0);
		assert_int_not_equal(ids[i], 0);
		live += refs[i]++ == 0;
		assert_int_equal(attrs_at(table, ids[i])->refs, refs[i]);
		attrs_stats(table, &stats);
		assert_int_equal(stats.sets, live);
	}
	for (unsigned i = 0; i < SETS; i++) {
		uint8_t bytes[100];
		size_t len = spell(i, bytes);

		assert_int_equal(attrs_find(table, i % 4, bytes, len), ids[i]);
		while (refs[i]--)
			attrs_unref(table, ids[i]);
	}
	attrs_stats(table, &stats);
	assert_int_equal(stats.sets, 0);
	assert_int_equal(stats.bytes, 0);
	attrs_table_free(table);
	fwkeys_free(keys);
}

/* 108,000 sets of 70 bytes: the tables of a full view. */
static void
a_full_table_is_compact(void **state)
{
	enum { SETS = 108000 };
	struct fwkeys *keys = fwkeys_new(10);
	struct attrs_table *table = attrs_table_new(keys, &ample, 99);
	struct attrs_stats stats;
	size_t payload = 0;

	(void)state;
	for (unsigned i = 0; i < SETS; i++) {
		uint8_t bytes[101] = { 0 };
		size_t len = 40 + i % 61;

		memcpy(bytes, &i, sizeof i);
		payload += len;
		assert_int_not_equal(attrs_intern(table, 0, bytes, len, 0), 0);
	}
	attrs_stats(table, &stats);
	assert_int_equal(stats.sets, SETS);
	assert_in_range(stats.memory, payload + 19 * SETS, payload + 38 * SETS);
	attrs_table_free(table);
	fwkeys_free(keys);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_bytes_are_one_set),
		cmocka_unit_test(the_last_reference_takes_all_along),
		cmocka_unit_test(the_limits_hold),
		cmocka_unit_test(behaves_like_a_naive_twin),
		cmocka_unit_test(a_full_table_is_compact),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
