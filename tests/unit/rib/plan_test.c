/* From the choice to the changes: order, exchange, what fills up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "rib/plan.h"
#include "rib/policy.h"
#include "tests/unit/rib/books.h"

#define CAPACITY 40
#define RESERVE 4 /* of it, kept free */

static void
a_few_places_are_kept_free(void **state)
{
	static const size_t capacity[] = { 0, 1, 8, CAPACITY, 100000 };
	static const size_t places[] = { 0, 1, 7, CAPACITY - RESERVE,
		100000 - RESERVE };
	struct table table = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof capacity / sizeof *capacity; i++) {
		table.capacity = capacity[i];
		assert_int_equal(plan_places(&table), places[i]);
	}
}

static void
the_most_valuable_come_first(void **state)
{
	struct books b;

	(void)state;
	books_init(&b, 7);
	books_add(&b, "0.0.0.0/0", 4);
	books_add(&b, "10.0.0.0/16", 1);
	books_add(&b, "10.1.0.0/16", 1);
	books_add(&b, "11.0.0.0/8", 2);
	books_add(&b, "11.1.0.0/16", 3);
	books_rate(&b, "10.0.0.0/16", 100);
	books_rate(&b, "10.1.0.0/16", 900);
	books_rate(&b, "11.0.0.0/8", 1000); /* for two places: 500 a place */
	books_add(&b, "12.0.0.0/8", 1);
	books_add(&b, "12.1.0.0/16", 4); /* right anyway */
	books_rate(&b, "12.0.0.0/8", 100);
	books_rate(&b, "12.1.0.0/16", 100000);
	books_choose(&b, 0);
	assert_string_equal(books_changes(&b),
	    "+10.1.0.0/16=1 +11.1.0.0/16=3 +11.0.0.0/8=2 +10.0.0.0/16=1 "
	    "+12.1.0.0/16=4 +12.0.0.0/8=1");
	books_choose(&b, 0);
	assert_string_equal(books_changes(&b), "");
	books_fini(&b);
}

static void
the_least_valuable_make_room_as_it_is_needed(void **state)
{
	struct books b;

	(void)state;
	books_init(&b, 3);
	books_add(&b, "10.0.0.0/16", 1);
	books_add(&b, "10.1.0.0/16", 1);
	books_add(&b, "10.2.0.0/16", 1);
	books_add(&b, "10.3.0.0/16", 2);
	books_add(&b, "10.4.0.0/16", 2);
	books_rate(&b, "10.0.0.0/16", 30);
	books_rate(&b, "10.1.0.0/16", 20);
	books_rate(&b, "10.2.0.0/16", 10);
	books_choose(&b, 0);
	assert_string_equal(
	    books_changes(&b), "+10.0.0.0/16=1 +10.1.0.0/16=1 +10.2.0.0/16=1");
	books_rate(&b, "10.3.0.0/16", 1000);
	books_rate(&b, "10.4.0.0/16", 2000);
	books_choose(&b, 0);
	assert_string_equal(books_changes(&b),
	    "-10.2.0.0/16 +10.4.0.0/16=2 -10.1.0.0/16 +10.3.0.0/16=2");
	/* what has fallen below half of the least rate goes, even if nobody needs it */
	b.table.policy.min_rate = 1500;
	books_choose(&b, 0);
	assert_string_equal(books_changes(&b), "-10.0.0.0/16");
	books_fini(&b);
}

/* A cover and what it took along, none worth it any more: the cover goes first. */
static void
what_covers_goes_before_what_is_covered(void **state)
{
	struct books b;

	(void)state;
	books_init(&b, 2);
	books_add(&b, "10.0.0.0/8", 1);
	books_add(&b, "10.1.0.0/16", 2);
	books_add(&b, "11.0.0.0/8", 1);
	books_add(&b, "12.0.0.0/8", 1);
	books_rate(&b, "10.0.0.0/8", 100);
	books_rate(&b, "10.1.0.0/16", 1);
	books_choose(&b, 0);
	assert_string_equal(books_changes(&b), "+10.1.0.0/16=2 +10.0.0.0/8=1");
	books_rate(&b, "11.0.0.0/8", 1000);
	books_rate(&b, "12.0.0.0/8", 1100);
	books_choose(&b, 0);
	assert_string_equal(
	    books_changes(&b), "-10.0.0.0/8 +12.0.0.0/8=1 -10.1.0.0/16 +11.0.0.0/8=1");
	books_fini(&b);
}

/* What it takes along is worth less than itself, and goes behind it all the same. */
static void
a_cover_and_what_it_holds_go_in_one_choice(void **state)
{
	struct books b;

	(void)state;
	books_init(&b, 10);
	books_add(&b, "10.0.0.0/8", 1);
	books_add(&b, "10.1.0.0/16", 2);
	books_add(&b, "10.1.1.0/24", 1);
	books_rate(&b, "10.0.0.0/8", 500);
	books_rate(&b, "10.1.0.0/16", 10);
	books_rate(&b, "10.1.1.0/24", 1);
	books_choose(&b, 0);
	assert_int_equal(b.table.installed, 3);
	books_changes(&b);
	b.table.policy.min_rate = 10000;
	books_choose(&b, 0);
	assert_string_equal(books_changes(&b), "-10.0.0.0/8 -10.1.0.0/16 -10.1.1.0/24");
	books_fini(&b);
}

static void
only_what_is_safe_and_of_use_fills_up(void **state)
{
	struct books b;

	(void)state;
	books_init(&b, 100);
	books_add(&b, "0.0.0.0/0", 1);
	books_add(&b, "10.0.0.0/8", 1); /* would take another along */
	books_add(&b, "10.1.0.0/16", 2);
	books_add(&b, "11.0.0.0/8", 1);
	books_add(&b, "12.0.0.0/8", 1);
	books_add(&b, "12.1.0.0/16", 1); /* its cover does */
	books_route(&b, "11.0.0.0/8")->barred = 1;
	books_rate(&b, "0.0.0.0/0", 1000);
	books_rate(&b, "10.0.0.0/8", 1000);
	books_rate(&b, "11.0.0.0/8", 1000);
	books_rate(&b, "12.0.0.0/8", 1000);
	books_rate(&b, "12.1.0.0/16", 1000);
	books_choose(&b, 0);
	assert_string_equal(books_changes(&b), "+12.0.0.0/8=1");
	books_fini(&b);
}

static void
a_smaller_capacity_takes_the_least_and_covers_first(void **state)
{
	struct books b;

	(void)state;
	books_init(&b, 4);
	books_add(&b, "10.0.0.0/8", 1);
	books_add(&b, "10.1.0.0/16", 2);
	books_add(&b, "11.0.0.0/8", 1);
	books_add(&b, "12.0.0.0/8", 1);
	books_rate(&b, "10.0.0.0/8", 500);
	books_rate(&b, "11.0.0.0/8", 400);
	books_rate(&b, "12.0.0.0/8", 100);
	books_choose(&b, 0);
	assert_int_equal(b.table.installed, 4);
	books_choose(&b, 0);
	books_changes(&b);
	b.table.capacity = 3;
	plan_shrink(&b.table);
	assert_string_equal(books_changes(&b), "-12.0.0.0/8");
	b.table.capacity =
	    0; /* 10.1/16 is nothing by itself, but waits for its cover */
	plan_shrink(&b.table);
	assert_string_equal(books_changes(&b), "-10.0.0.0/8 -11.0.0.0/8 -10.1.0.0/16");
	books_fini(&b);
}

static void
what_is_like_the_default_goes_before_what_is_not(void **state)
{
	struct books b;

	(void)state;
	books_init(&b, 3);
	books_add(&b, "0.0.0.0/0", 1);
	books_add(&b, "10.0.0.0/8", 1);
	books_add(&b, "11.0.0.0/8", 2);
	books_add(&b, "12.0.0.0/8", 3);
	books_add(&b, "13.0.0.0/8", 3);
	books_install(&b, "10.0.0.0/8");
	books_install(&b, "11.0.0.0/8");
	books_install(&b, "12.0.0.0/8");
	books_changes(&b);
	books_rate(&b, "10.0.0.0/8", 1000);
	books_rate(&b, "11.0.0.0/8", 100);
	books_rate(&b, "12.0.0.0/8", 100000);
	books_rate(&b, "13.0.0.0/8", 100000);
	b.table.policy.min_rate = 1000;
	books_choose(&b, 0);
	assert_string_equal(books_changes(&b), "-10.0.0.0/8 +13.0.0.0/8=3 -11.0.0.0/8");
	books_fini(&b);
}

static void
routes_like_the_default_fill_up_and_go_first(void **state)
{
	struct books b;
	char text[PREFIX_TEXT_MAX];
	size_t places = 100 - RESERVE;

	(void)state;
	books_init(&b, 100);
	books_add(&b, "0.0.0.0/0", 1);
	for (unsigned i = 0; i < 100; i++) {
		snprintf(text, sizeof text, "10.%u.0.0/16", i);
		books_add(&b, text, 1);
		books_rate(&b, text, 1000 + i);
	}
	books_add(&b, "11.0.0.0/8", 2);
	books_rate(&b, "11.0.0.0/8", 10);
	books_choose(&b, 0);
	assert_true(books_route(&b, "11.0.0.0/8")->installed);
	assert_true(books_route(&b, "10.99.0.0/16")->installed);
	assert_false(books_route(&b, "10.0.0.0/16")->installed);
	assert_int_equal(b.table.installed, (size_t)(0.98 * (double)places));
	books_changes(&b);
	for (unsigned i = 0; i < 100; i++) {
		snprintf(text, sizeof text, "12.%u.0.0/16", i);
		books_add(&b, text, 3);
		books_rate(&b, text, 9 - i * 0.01);
	}
	books_choose(&b, 0);
	assert_int_equal(b.table.installed, places);
	assert_true(books_route(&b, "11.0.0.0/8")->installed);
	for (unsigned i = 0; i < 100; i++) {
		snprintf(text, sizeof text, "10.%u.0.0/16", i);
		assert_false(books_route(&b, text)->installed);
	}
	books_changes(&b);
	books_fini(&b);
}

/* Long after the first choice, too: they weigh nothing, but are not overlooked. */
static void
what_is_like_the_default_fills_up_later(void **state)
{
	struct books b;

	(void)state;
	books_init(&b, 100);
	books_add(&b, "0.0.0.0/0", 1);
	books_add(&b, "10.0.0.0/8", 2);
	books_rate(&b, "10.0.0.0/8", 1000);
	books_choose(&b, 0);
	books_choose(&b, 0);
	assert_string_equal(books_changes(&b), "+10.0.0.0/8=2");
	books_add(&b, "11.0.0.0/8", 1);
	books_rate(&b, "11.0.0.0/8", 1000);
	books_choose(&b, 0);
	assert_string_equal(books_changes(&b), "+11.0.0.0/8=1");
	books_fini(&b);
}

/* Adds routes below `above`/8, each by another next hop than it. */
static void
add_many_below(struct books *b, unsigned above, unsigned n)
{
	char text[PREFIX_TEXT_MAX];

	for (unsigned i = 0; i < n; i++) {
		snprintf(text, sizeof text, "%u.%u.0.0/16", above, i);
		books_add(b, text, 2);
	}
}

/* Nobody else pays for what cannot be had, neither for a pinned route. */
static void
what_is_too_large_keeps_nobody_out(void **state)
{
	struct prefix prefix = books_prefix("10.0.0.0/8");
	struct rib_rule pin = { prefix, false };
	struct rib_policy policy = { .fallback_weight = 1, .pin = &pin, .n_pin = 1 };
	struct books b;

	(void)state;
	books_init(&b, 8);
	books_add(&b, "10.0.0.0/8", 1);
	add_many_below(&b, 10, 7);
	books_rate(&b, "10.0.0.0/8", 1e6);
	books_add(&b, "11.0.0.0/8", 1);
	books_rate(&b, "11.0.0.0/8", 10);
	books_rate(&b, "10.1.0.0/16", 10);
	books_choose(&b, 0);
	assert_string_equal(books_changes(&b), "+10.1.0.0/16=2 +11.0.0.0/8=1");
	policy_set(&b.table, &policy);
	books_add(&b, "12.0.0.0/8", 1);
	books_rate(&b, "12.0.0.0/8", 10);
	books_choose(&b, 0);
	assert_string_equal(books_changes(&b), "+12.0.0.0/8=1");
	books_remove(&b, "10.6.0.0/16"); /* now it can */
	books_choose(&b, 0);
	assert_true(books_route(&b, "10.0.0.0/8")->installed);
	books_changes(&b);
	books_fini(&b);
}

/* Chooses with what is in the budget at `now`; returns how many changes that led to. */
static size_t
choose_within_budget(struct books *b, double now)
{
	size_t changes;

	budget_fill(&b->table.budget, now);
	choice_begin(&b->table, true, 0);
	while (choice_work(&b->table, 7))
		continue;
	changes = b->table.changes_len;
	books_changes(b);
	return changes;
}

/* A route that takes many along comes at once, or not at all, and is paid off later. */
static void
an_exchange_is_made_as_a_whole(void **state)
{
	struct books b;
	char text[PREFIX_TEXT_MAX];

	(void)state;
	books_init(&b, 40);
	for (unsigned i = 0; i < 36; i++) {
		snprintf(text, sizeof text, "11.%u.0.0/16", i);
		books_add(&b, text, 1);
		books_rate(&b, text, 10);
	}
	books_choose(&b, 0);
	books_changes(&b);
	books_add(&b, "10.0.0.0/8", 1);
	add_many_below(&b, 10, 9);
	books_rate(&b, "10.0.0.0/8", 1e6);
	b.table.budget = (struct budget){ .rate = 1, .burst = 5, .left = 1 };
	assert_int_equal(choose_within_budget(&b, 0), 0);
	assert_int_equal(choose_within_budget(&b, 1), 20);
	assert_true(books_route(&b, "10.0.0.0/8")->installed);
	books_add(&b, "12.0.0.0/8", 1);
	books_rate(&b, "12.0.0.0/8", 1e6);
	assert_int_equal(choose_within_budget(&b, 20), 0);
	assert_int_equal(choose_within_budget(&b, 21), 2);
	books_fini(&b);
}

/* Not half of it either: there is not enough that may go. */
static void
nothing_goes_for_what_cannot_come(void **state)
{
	struct rib_rule pin[] = { { books_prefix("11.0.0.0/8"), true },
		{ books_prefix("10.0.0.0/8"), false } };
	struct rib_policy policy = { .fallback_weight = 1, .pin = pin, .n_pin = 2 };
	struct books b;
	char text[PREFIX_TEXT_MAX];

	(void)state;
	books_init(&b, 8);
	for (unsigned i = 0; i < 5; i++) {
		snprintf(text, sizeof text, "11.%u.0.0/16", i);
		books_add(&b, text, 1);
		books_rate(&b, text, 10);
	}
	books_add(&b, "12.0.0.0/8", 1);
	books_add(&b, "13.0.0.0/8", 1);
	books_rate(&b, "12.0.0.0/8", 10);
	books_rate(&b, "13.0.0.0/8", 10);
	books_choose(&b, 0);
	books_changes(&b);
	assert_int_equal(b.table.installed, 7);
	books_add(&b, "10.0.0.0/8", 1);
	add_many_below(&b, 10, 5);
	policy_set(&b.table, &policy);
	books_choose(&b, 0);
	assert_string_equal(books_changes(&b), "");
	books_fini(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_few_places_are_kept_free),
		cmocka_unit_test(the_most_valuable_come_first),
		cmocka_unit_test(the_least_valuable_make_room_as_it_is_needed),
		cmocka_unit_test(what_covers_goes_before_what_is_covered),
		cmocka_unit_test(a_cover_and_what_it_holds_go_in_one_choice),
		cmocka_unit_test(only_what_is_safe_and_of_use_fills_up),
		cmocka_unit_test(what_is_like_the_default_goes_before_what_is_not),
		cmocka_unit_test(a_smaller_capacity_takes_the_least_and_covers_first),
		cmocka_unit_test(routes_like_the_default_fill_up_and_go_first),
		cmocka_unit_test(what_is_like_the_default_fills_up_later),
		cmocka_unit_test(what_is_too_large_keeps_nobody_out),
		cmocka_unit_test(an_exchange_is_made_as_a_whole),
		cmocka_unit_test(nothing_goes_for_what_cannot_come),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
