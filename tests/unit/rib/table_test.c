/*
 * The books against a count by hand: after random additions, removals, new keys and
 * entries each figure is what a look at all routes gives.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "rib/table.h"

#define BITS 7
#define POSITIONS (2u << BITS) /* heap positions below one /24, from 1 */
#define KEYS 3
#define ENTRIES_MAX 60

struct twin {
	struct table table;
	enum family family;
	unsigned top; /* length of the prefix at heap position 1 */
	uint32_t key[POSITIONS];
	uint32_t id[POSITIONS];
	unsigned seed;
};

static unsigned
pick(struct twin *t, unsigned n)
{
	return (unsigned)rand_r(&t->seed) % n;
}

static struct prefix
prefix_of(const struct twin *t, unsigned heap)
{
	unsigned len = 31u - (unsigned)__builtin_clz(heap), at = t->top + len;
	uint64_t bits = heap - (1u << len);
	struct bits all = { 0x2001000000000000, 0 };

	all = bits_and(all, bits_mask(t->top));
	if (len && at > 64)
		all.lo |= bits << (128 - at);
	else if (len)
		all.hi |= bits << (64 - at);
	return prefix_make(t->family, all, at);
}

static void
twin_init(struct twin *t, enum family family, unsigned top, unsigned seed)
{
	memset(t, 0, sizeof *t);
	t->family = family;
	t->top = top;
	t->seed = seed;
	table_init(&t->table, family, NULL, POSITIONS, ENTRIES_MAX);
}

/* The next route strictly above, which is not the default route. */
static unsigned
above(const struct twin *t, unsigned heap)
{
	while ((heap /= 2) != 0)
		if (t->key[heap] && t->top + 31 - (unsigned)__builtin_clz(heap) > 0)
			return heap;
	return 0;
}

static struct route *
route_of(const struct twin *t, unsigned heap)
{
	return route_at(&t->table, t->id[heap]);
}

static void
check_need(const struct twin *t)
{
	uint32_t need[POSITIONS] = { 0 };
	size_t count = 0;

	for (unsigned heap = 1; heap < POSITIONS; heap++) {
		unsigned parent = t->key[heap] ? above(t, heap) : 0;

		count += t->key[heap] != 0;
		if (!parent || prefix_of(t, heap).len == 0 ||
		    t->key[heap] == t->key[parent])
			continue;
		for (unsigned up = parent; up; up = above(t, up))
			need[up]++;
	}
	assert_int_equal(t->table.count, count);
	for (unsigned heap = 1; heap < POSITIONS; heap++) {
		struct prefix prefix = prefix_of(t, heap);

		assert_int_equal(table_find(&t->table, &prefix), t->id[heap]);
		if (!t->key[heap])
			continue;
		assert_int_equal(route_of(t, heap)->key, t->key[heap]);
		assert_int_equal(route_of(t, heap)->need, need[heap]);
	}
}

static void
check_entries(const struct twin *t)
{
	const struct table *table = &t->table;
	uint32_t children[POSITIONS] = { 0 };
	size_t live = 0, named = 0, unused = 0;

	for (unsigned heap = 1; heap < POSITIONS; heap++) {
		uint32_t entry = t->key[heap] ? route_of(t, heap)->entry : 0;
		unsigned parent = above(t, heap);
		struct prefix prefix = prefix_of(t, heap);

		if (!entry)
			continue;
		live++;
		assert_int_equal(table->entries[entry].route, t->id[heap]);
		assert_true(prefix_equal(&table->entries[entry].prefix, &prefix));
		if (prefix.len == 0)
			parent = 0;
		if (parent) {
			children[parent]++;
			assert_int_not_equal(route_of(t, parent)->entry, 0);
		}
		assert_int_equal(table->entries[entry].parent,
		    parent ? route_of(t, parent)->entry : 0);
	}
	for (unsigned heap = 1; heap < POSITIONS; heap++)
		if (t->key[heap] && route_of(t, heap)->entry)
			assert_int_equal(
			    table->entries[route_of(t, heap)->entry].children,
			    children[heap]);
	assert_int_equal(table->entries_live, live);
	for (size_t i = 0; i < table->order_len; i++)
		named += table->entries[table->order[i]].route != 0;
	assert_int_equal(named, live);
	for (uint32_t id = table->entry_free; id; id = table->entries[id].parent)
		unused++;
	/* each is either in order, dead or alive, or free */
	assert_int_equal(table->order_len + unused + 1, table->entries_used);
}

static void
check_sorted(struct twin *t)
{
	struct table *table = &t->table;

	while (table_sort_some(table, 3))
		continue;
	assert_int_equal(table->order_len, table->entries_live);
	for (size_t i = 1; i < table->order_len; i++)
		assert_true(prefix_compare(&table->entries[table->order[i - 1]].prefix,
				&table->entries[table->order[i]].prefix) < 0);
}

static void
remove_route(struct twin *t, unsigned heap)
{
	struct prefix prefix = prefix_of(t, heap);

	table_remove(&t->table, &prefix, t->id[heap]);
	t->key[heap] = t->id[heap] = 0;
}

static void
make_entry(struct twin *t, unsigned heap)
{
	struct prefix prefix = prefix_of(t, heap);
	bool had = route_of(t, heap)->entry != 0, force = pick(t, 2);
	size_t before = t->table.entries_live, fresh = 1;
	uint32_t id;

	for (unsigned up = above(t, heap); up && prefix.len; up = above(t, up))
		fresh += 1;
	id = table_entry(&t->table, &prefix, t->id[heap], force);
	if (had || force)
		assert_int_not_equal(id, 0);
	else
		assert_int_equal(id != 0, before + fresh <= ENTRIES_MAX);
	assert_int_equal(route_of(t, heap)->entry, id);
}

/* A route that is new. */
static uint32_t
put(struct table *table, const struct prefix *prefix, uint32_t attrs, uint32_t key)
{
	bool new;
	uint32_t id = table_put(table, prefix, attrs, key, &new);

	assert_true(new == (id != 0));
	return id;
}

static void
random_step(struct twin *t)
{
	unsigned heap = 1 + pick(t, POSITIONS - 1), key = 1 + pick(t, KEYS);
	struct prefix prefix;

	if (pick(t, 3) == 0)
		heap = 1 + heap % 15;
	prefix = prefix_of(t, heap);
	if (!t->key[heap]) {
		t->id[heap] = put(&t->table, &prefix, 7, key);
		t->key[heap] = key;
		assert_int_not_equal(t->id[heap], 0);
		return;
	}
	switch (pick(t, 5)) {
	case 0:
		table_rekey(&t->table, &prefix, t->id[heap], key);
		t->key[heap] = key;
		break;
	case 1:
	case 2:
		make_entry(t, heap);
		break;
	case 3:
		if (route_of(t, heap)->entry &&
		    t->table.entries[route_of(t, heap)->entry].children == 0)
			table_entry_free(&t->table, route_of(t, heap)->entry);
		break;
	default:
		remove_route(t, heap);
		break;
	}
}

static void
random_life(enum family family, unsigned top, unsigned seed)
{
	struct twin t;

	twin_init(&t, family, top, seed);
	for (int i = 0; i < 4000; i++) {
		random_step(&t);
		check_need(&t);
		check_entries(&t);
		if (i % 50 == 0)
			check_sorted(&t);
	}
	for (unsigned heap = 1; heap < POSITIONS; heap++)
		if (t.key[heap])
			remove_route(&t, heap);
	check_need(&t);
	check_entries(&t);
	assert_int_equal(t.table.entries_live, 0);
	table_fini(&t.table);
}

static void
books_are_right_at_the_end_of_ipv4(void **state)
{
	(void)state;
	random_life(FAMILY_IPV4, 32 - BITS, 1);
}

static void
books_are_right_at_the_end_of_ipv6(void **state)
{
	(void)state;
	random_life(FAMILY_IPV6, 128 - BITS, 2);
}

static void
books_are_right_from_the_default_route_on(void **state)
{
	(void)state;
	random_life(FAMILY_IPV4, 0, 3);
	random_life(FAMILY_IPV6, 0, 4);
}

static void
a_full_table_is_left_as_it_was(void **state)
{
	struct twin t;
	struct prefix prefix;

	(void)state;
	twin_init(&t, FAMILY_IPV4, 32 - BITS, 5);
	t.table.count_limit = 2;
	for (unsigned heap = 2; heap < 5; heap++) {
		prefix = prefix_of(&t, heap);
		t.id[heap] = put(&t.table, &prefix, 7, 1);
		t.key[heap] = t.id[heap] ? 1 : 0;
		check_need(&t);
	}
	assert_int_equal(t.id[4], 0);
	table_fini(&t.table);
}

/* Entries that die are used again before the arrays grow without end. */
static void
dead_entries_are_used_again(void **state)
{
	struct twin t;
	struct prefix prefix;

	(void)state;
	twin_init(&t, FAMILY_IPV4, 32 - BITS, 6);
	prefix = prefix_of(&t, POSITIONS - 1);
	t.id[1] = put(&t.table, &prefix, 7, 1);
	for (int i = 0; i < 50000; i++) {
		uint32_t id = table_entry(&t.table, &prefix, t.id[1], false);

		assert_int_not_equal(id, 0);
		table_entry_free(&t.table, id);
	}
	assert_in_range(t.table.order_len, 0, 5000);
	assert_in_range(t.table.entries_used, 0, 5000);
	table_fini(&t.table);
}

static void
sources_begin_and_end_with_who_watches_them(void **state)
{
	struct twin t;

	(void)state;
	twin_init(&t, FAMILY_IPV4, 32 - BITS, 7);
	table_watch_sources(&t.table, true, 0);
	for (unsigned heap = POSITIONS / 2; heap < POSITIONS; heap++) {
		struct prefix prefix = prefix_of(&t, heap);
		uint32_t entry;

		t.id[heap] = put(&t.table, &prefix, 7, 1);
		entry = table_entry(&t.table, &prefix, t.id[heap], true);
		assert_int_equal(t.table.sources[entry].samples, 0);
		estimate_sample(&t.table.sources[entry], 100, 1, heap);
	}
	table_watch_sources(&t.table, true, 0); /* goes on */
	assert_int_equal(t.table.sources[1].samples, 1);
	table_watch_sources(&t.table, false, 0);
	assert_null(t.table.sources);
	table_watch_sources(&t.table, true, 0);
	assert_int_equal(t.table.sources[1].samples, 0);
	table_fini(&t.table);
}

static void
an_empty_table_is_sorted(void **state)
{
	struct twin t;

	(void)state;
	twin_init(&t, FAMILY_IPV4, 0, 8);
	while (table_sort_some(&t.table, 3))
		continue;
	assert_int_equal(t.table.order_len, 0);
	table_fini(&t.table);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(books_are_right_at_the_end_of_ipv4),
		cmocka_unit_test(books_are_right_at_the_end_of_ipv6),
		cmocka_unit_test(books_are_right_from_the_default_route_on),
		cmocka_unit_test(a_full_table_is_left_as_it_was),
		cmocka_unit_test(dead_entries_are_used_again),
		cmocka_unit_test(sources_begin_and_end_with_who_watches_them),
		cmocka_unit_test(an_empty_table_is_sorted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
