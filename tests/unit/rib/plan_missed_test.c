/* Between two choices: what is missed often gets a place at once, at whose cost? */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <cmocka.h>

#include "rib/plan.h"
#include "rib/policy.h"
#include "tests/unit/rib/books.h"

#define CAPACITY 40
#define RESERVE 4 /* of it, kept free */

/* All places filled: 10.35/16 is the least of those installed, 10.36/16 the next. */
static void
filled(struct books *b)
{
	size_t places = CAPACITY - RESERVE;
	char text[PREFIX_TEXT_MAX];

	books_init(b, CAPACITY);
	for (unsigned i = 0; i < 60; i++) {
		snprintf(text, sizeof text, "10.%u.0.0/16", i);
		books_add(b, text, 1);
		books_rate(b, text, 159 - i);
	}
	for (unsigned i = 0; i < 10; i++) {
		snprintf(text, sizeof text, "11.%u.0.0/16", i);
		books_add(b, text, 2);
		books_estimate(b, text);
	}
	books_choose(b, 0);
	books_choose(b, 0); /* what stands already may be a victim */
	assert_int_equal(b->table.installed, places);
	books_changes(b);
}

static void
missed(struct books *b, const char *text, double now)
{
	struct prefix prefix = books_prefix(text);

	estimate_sample(books_estimate(b, text), 1000, 1, now);
	plan_missed(&b->table, &prefix, table_find(&b->table, &prefix));
}

static void
a_free_place_is_taken_at_once(void **state)
{
	struct books b;

	(void)state;
	filled(&b);
	books_remove(&b, "10.30.0.0/16");
	books_changes(&b);
	missed(&b, "11.0.0.0/16", 1000);
	assert_string_equal(books_changes(&b), "+11.0.0.0/16=2");
	missed(&b, "11.1.0.0/16", 1001); /* the rest is for repairs */
	assert_string_equal(books_changes(&b), "");
	books_fini(&b);
}

static void
a_burst_is_installed_at_once(void **state)
{
	struct books b;

	(void)state;
	filled(&b);
	missed(&b, "11.0.0.0/16", 1000);
	missed(&b, "11.0.0.0/16", 1003); /* that may be chance */
	assert_string_equal(books_changes(&b), "");
	missed(&b, "11.0.0.0/16", 1003.001);
	assert_string_equal(books_changes(&b), "-10.35.0.0/16 +11.0.0.0/16=2");
	assert_true(estimate_sample_rate(books_estimate(&b, "11.0.0.0/16"), 1003) > 5);
	books_fini(&b);
}

/* It would go and come in turns, between two choices. */
static void
what_came_back_is_no_victim(void **state)
{
	struct books b;

	(void)state;
	filled(&b);
	missed(&b, "11.0.0.0/16", 1000);
	missed(&b, "11.0.0.0/16", 1000.001);
	missed(&b, "10.35.0.0/16", 1000);
	missed(&b, "10.35.0.0/16", 1000.001);
	missed(&b, "11.1.0.0/16", 1000);
	missed(&b, "11.1.0.0/16", 1000.001);
	assert_string_equal(books_changes(&b),
	    "-10.35.0.0/16 +11.0.0.0/16=2 -10.34.0.0/16 +10.35.0.0/16=1 "
	    "-10.33.0.0/16 +11.1.0.0/16=2");
	books_fini(&b);
}

/* Nor what the operator has pinned since the choice. */
static void
what_is_pinned_is_no_victim(void **state)
{
	struct rib_rule pin = { books_prefix("10.35.0.0/16"), false };
	struct rib_policy policy = { .fallback_weight = 1, .pin = &pin, .n_pin = 1 };
	struct books b;

	(void)state;
	filled(&b);
	policy_set(&b.table, &policy);
	missed(&b, "11.0.0.0/16", 1000);
	missed(&b, "11.0.0.0/16", 1000.001);
	assert_string_equal(books_changes(&b), "-10.34.0.0/16 +11.0.0.0/16=2");
	books_fini(&b);
}

/* Victims that did not suffice are paid for, too. */
static void
room_that_was_made_in_vain_is_paid_for(void **state)
{
	struct books b;
	double left;

	(void)state;
	filled(&b);
	books_add(&b, "12.0.0.0/8", 1);
	books_add(&b, "12.0.0.0/16", 2);
	b.table.victims_len = 1;
	left = b.table.budget.left;
	missed(&b, "12.0.0.0/8", 1000);
	missed(&b, "12.0.0.0/8", 1000);
	assert_string_equal(books_changes(&b), "-10.35.0.0/16");
	assert_true(fabs(left - b.table.budget.left - 2) < 1e-9);
	books_fini(&b);
}

/* Between two ticks; and the places for repairs are left alone. */
static void
each_of_several_bursts_is_installed(void **state)
{
	char text[PREFIX_TEXT_MAX];
	struct books b;

	(void)state;
	filled(&b);
	for (unsigned i = 0; i < 10; i++) {
		snprintf(text, sizeof text, "11.%u.0.0/16", i);
		missed(&b, text, 1000);
		missed(&b, text, 1000.001);
		assert_true(books_route(&b, text)->installed);
		assert_int_equal(b.table.installed, CAPACITY - RESERVE);
	}
	books_changes(&b);
	books_fini(&b);
}

static void
a_burst_takes_its_closure_along_or_waits(void **state)
{
	char text[PREFIX_TEXT_MAX];
	struct books b;

	(void)state;
	filled(&b);
	books_add(&b, "12.0.0.0/8", 1);
	for (unsigned i = 0; i < 8; i++) {
		snprintf(text, sizeof text, "12.%u.0.0/16", i);
		books_add(&b, text, 2);
	}
	/* close enough for one place, but not for nine */
	missed(&b, "11.0.0.0/16", 1000);
	missed(&b, "11.0.0.0/16", 1000.004);
	assert_true(books_route(&b, "11.0.0.0/16")->installed);
	missed(&b, "12.0.0.0/8", 1000);
	missed(&b, "12.0.0.0/8", 1000.004);
	assert_false(books_route(&b, "12.0.0.0/8")->installed);
	missed(&b, "12.0.0.0/8", 2000);
	missed(&b, "12.0.0.0/8", 2000.0001);
	assert_true(books_route(&b, "12.0.0.0/8")->installed);
	assert_true(books_route(&b, "12.7.0.0/16")->installed);
	books_add(&b, "13.0.0.0/8", 1);
	for (unsigned i = 0; i < 9; i++) {
		snprintf(text, sizeof text, "13.%u.0.0/16", i);
		books_add(&b, text, 2);
	}
	missed(&b, "13.0.0.0/8", 1000);
	missed(&b, "13.0.0.0/8", 1000.0001);
	assert_false(books_route(&b, "13.0.0.0/8")->installed);
	books_changes(&b);
	books_fini(&b);
}

static void
what_is_worth_much_is_no_victim(void **state)
{
	char text[PREFIX_TEXT_MAX];
	struct books b;
	double price;

	(void)state;
	filled(&b);
	price = b.table.price;
	for (unsigned i = 0; i < 35; i++) {
		snprintf(text, sizeof text, "10.%u.0.0/16", i);
		books_rate(&b, text, 1000 * price);
	}
	books_choose(&b, 0);
	assert_int_equal(b.table.victims_len, 1);
	assert_int_equal(b.table.victims[0], books_route(&b, "10.35.0.0/16")->entry);
	books_changes(&b);
	books_fini(&b);
}

/* What a repair took is given back by the next tick. */
static void
places_for_repairs_are_freed_again(void **state)
{
	struct books b;

	(void)state;
	filled(&b);
	books_rate(&b, "10.0.0.0/16", 1000);
	books_add(&b, "10.0.1.0/24", 2);
	assert_int_equal(b.table.installed, 37);
	books_choose(&b, 0);
	assert_int_equal(b.table.installed, 36);
	assert_string_equal(books_changes(&b), "+10.0.1.0/24=2 -10.35.0.0/16");
	books_fini(&b);
}

static void
barred_and_default_routes_are_not_missed(void **state)
{
	struct books b;

	(void)state;
	books_init(&b, 10);
	books_add(&b, "0.0.0.0/0", 1);
	books_add(&b, "10.0.0.0/8", 1);
	books_route(&b, "10.0.0.0/8")->barred = 1;
	missed(&b, "0.0.0.0/0", 1);
	missed(&b, "10.0.0.0/8", 1);
	assert_string_equal(books_changes(&b), "");
	books_fini(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_free_place_is_taken_at_once),
		cmocka_unit_test(a_burst_is_installed_at_once),
		cmocka_unit_test(what_came_back_is_no_victim),
		cmocka_unit_test(what_is_pinned_is_no_victim),
		cmocka_unit_test(room_that_was_made_in_vain_is_paid_for),
		cmocka_unit_test(each_of_several_bursts_is_installed),
		cmocka_unit_test(a_burst_takes_its_closure_along_or_waits),
		cmocka_unit_test(what_is_worth_much_is_no_victim),
		cmocka_unit_test(places_for_repairs_are_freed_again),
		cmocka_unit_test(barred_and_default_routes_are_not_missed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
