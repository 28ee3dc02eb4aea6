/* Items against qsort(3), in steps of any number. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "top_items.h"

#define MANY 2000

static struct top_item list[MANY];

/* `n` different prefixes, of values that are often equal. */
static void
make_list(size_t n)
{
	srand((unsigned)n);
	for (size_t i = 0; i < n; i++) {
		uint64_t place = (i * 7919) % MANY; /* a prime: all are different */

		list[i] = (struct top_item){ .value = rand() % 50, .key = (uint32_t)i };
		list[i].prefix = prefix_make(
		    FAMILY_IPV4, (struct bits){ place << 40, 0 }, 24);
	}
}

static int
by_value(const void *a, const void *b)
{
	const struct top_item *x = a, *y = b;

	if (x->value != y->value)
		return x->value > y->value ? -1 : 1;
	return prefix_compare(&x->prefix, &y->prefix);
}

static int
by_prefix(const void *a, const void *b)
{
	const struct top_item *x = a, *y = b;

	return prefix_compare(&x->prefix, &y->prefix);
}

/* Sorts `items`, `at_once` steps a call, and compares with the first of the list. */
static void
assert_sorted(struct top_items *items, enum top_order order, size_t at_once)
{
	size_t calls = 0, steps = at_once;

	while (!top_items_sort(items, order, &steps)) {
		assert_int_equal(steps, 0);
		steps = at_once;
		assert_true(++calls < 4 * MANY);
	}
	for (size_t i = 0; i < items->len; i++)
		assert_int_equal(items->list[i].key, list[i].key);
}

static void
the_greatest_are_kept_in_order(void **state)
{
	static const size_t sizes[] = { 0, 1, 2, 3, 10, 100, MANY };
	static const size_t maxes[] = { 1, 2, 7, 100, MANY - 1, MANY, 2 * MANY };

	(void)state;
	for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
		for (size_t m = 0; m < sizeof maxes / sizeof *maxes; m++) {
			size_t n = sizes[s], max = maxes[m];
			struct top_items items = { .list = NULL };

			make_list(n);
			for (size_t i = 0; i < n; i++)
				top_items_offer(&items, &list[i], max);
			if (n)
				qsort(list, n, sizeof *list, by_value);
			assert_int_equal(items.len, n < max ? n : max);
			assert_sorted(&items, TOP_BY_VALUE, s % 2 ? 1 : 500);
			top_items_fini(&items);
		}
	}
}

static void
both_orders_follow_each_other(void **state)
{
	struct top_items items = { .list = NULL }, more = { .list = NULL };

	(void)state;
	make_list(MANY);
	for (size_t i = 0; i < MANY; i++)
		top_items_offer(&items, &list[i], MANY);
	qsort(list, MANY, sizeof *list, by_prefix);
	assert_sorted(&items, TOP_BY_PREFIX, 333);
	/* sorted remains sorted */
	assert_sorted(&items, TOP_BY_PREFIX, 1);
	for (size_t i = 0; i < items.len; i++)
		top_items_add(&more, &items.list[i]);
	qsort(list, MANY, sizeof *list, by_value);
	assert_sorted(&more, TOP_BY_VALUE, 7);
	assert_sorted(&items, TOP_BY_VALUE, 100000);
	top_items_fini(&items);
	top_items_fini(&more);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_greatest_are_kept_in_order),
		cmocka_unit_test(both_orders_follow_each_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
