/* What the operator says beside the capacity: rules, limits, fallback, churn. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "rib/policy.h"
#include "tests/unit/rib/books.h"

static struct rib_rule
rule(const char *text, bool longer)
{
	return (struct rib_rule){ books_prefix(text), longer };
}

/* Puts a policy into force, with the rules given. */
static void
set(struct books *b, struct rib_policy policy, const struct rib_rule *pin, size_t n_pin,
    const struct rib_rule *never, size_t n_never)
{
	policy.pin = pin;
	policy.n_pin = n_pin;
	policy.never = never;
	policy.n_never = n_never;
	policy_set(&b->table, &policy);
}

static void
add(struct books *b, const char *text, unsigned hop, double rate)
{
	struct prefix prefix = books_prefix(text);

	books_add(b, text, hop);
	policy_obey(&b->table, &prefix, table_find(&b->table, &prefix));
	if (rate > 0)
		books_rate(b, text, rate);
}

static void
a_rule_names_a_prefix_or_all_below_it(void **state)
{
	struct rib_rule rules[] = { rule("10.0.0.0/8", false), rule("11.0.0.0/8", true),
		rule("12.0.0.0/8", false), rule("12.0.0.0/8", true) };
	static const struct {
		const char *prefix;
		bool named;
	} cases[] = {
		{ "10.0.0.0/8", true },
		{ "10.1.0.0/16", false },
		{ "11.0.0.0/8", true },
		{ "11.1.1.1/32", true },
		{ "10.0.0.0/7", false },
		{ "0.0.0.0/0", false },
		{ "12.1.0.0/16", true },
		{ "13.0.0.0/8", false },
	};
	struct books b;

	(void)state;
	books_init(&b, 10);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct prefix prefix = books_prefix(cases[i].prefix);

		assert_false(rules_match(&b.table.policy.pin, &prefix));
	}
	set(&b, (struct rib_policy){ 0 }, rules, 4, NULL, 0);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct prefix prefix = books_prefix(cases[i].prefix);

		assert_int_equal(
		    rules_match(&b.table.policy.pin, &prefix), cases[i].named);
		assert_false(rules_match(&b.table.policy.never, &prefix));
	}
	books_fini(&b);
}

static void
what_is_pinned_has_a_place_before_all_else(void **state)
{
	struct rib_rule pin[] = { rule("10.0.0.0/8", false), rule("11.0.0.0/8", true) };
	struct books b;

	(void)state;
	books_init(&b, 4);
	add(&b, "0.0.0.0/0", 4, 0);
	add(&b, "10.0.0.0/8", 1, 0);
	add(&b, "10.1.0.0/16", 2, 0); /* goes along */
	add(&b, "12.0.0.0/8", 1, 5000);
	add(&b, "13.0.0.0/8", 1, 4000);
	add(&b, "14.0.0.0/8", 1, 3000);
	books_choose(&b, 0);
	assert_string_equal(
	    books_changes(&b), "+12.0.0.0/8=1 +13.0.0.0/8=1 +14.0.0.0/8=1");
	set(&b, (struct rib_policy){ .fallback_weight = 1 }, pin, 2, NULL, 0);
	assert_string_equal(books_changes(&b), ""); /* no flood by itself */
	books_choose(&b, 0);
	assert_string_equal(
	    books_changes(&b), "-14.0.0.0/8 +10.1.0.0/16=2 +10.0.0.0/8=1");
	/* one that comes later */
	add(&b, "11.1.0.0/16", 4, 0);
	books_choose(&b, 0);
	assert_string_equal(books_changes(&b), "-13.0.0.0/8 +11.1.0.0/16=4");
	/* and no more pinned, it stays until its place is needed */
	set(&b, (struct rib_policy){ .fallback_weight = 1 }, NULL, 0, NULL, 0);
	assert_string_equal(books_changes(&b), "");
	books_choose(&b, 0);
	assert_string_equal(
	    books_changes(&b), "-10.0.0.0/8 +13.0.0.0/8=1 -10.1.0.0/16 +14.0.0.0/8=1");
	books_fini(&b);
}

/* Also below what covers it and forwards alike. */
static void
what_is_pinned_stands_beside_its_cover(void **state)
{
	struct rib_rule pin = rule("10.1.0.0/16", false);
	struct books b;

	(void)state;
	books_init(&b, 10);
	set(&b, (struct rib_policy){ .fallback_weight = 1 }, &pin, 1, NULL, 0);
	add(&b, "10.0.0.0/8", 1, 1000);
	add(&b, "10.1.0.0/16", 1, 0);
	books_choose(&b, 0);
	assert_string_equal(books_changes(&b), "+10.1.0.0/16=1 +10.0.0.0/8=1");
	books_choose(&b, 0);
	assert_string_equal(books_changes(&b), "");
	books_rekey(&b, "10.1.0.0/16", 2);
	books_rekey(&b, "10.1.0.0/16", 1);
	assert_string_equal(books_changes(&b), "+10.1.0.0/16=2 +10.1.0.0/16=1");
	books_fini(&b);
}

static void
more_pins_than_places_fill_them(void **state)
{
	struct rib_rule pin = rule("0.0.0.0/0", true);
	char text[PREFIX_TEXT_MAX];
	struct books b;

	(void)state;
	books_init(&b, 40);
	set(&b, (struct rib_policy){ .fallback_weight = 1 }, &pin, 1, NULL, 0);
	for (unsigned i = 0; i < 60; i++) {
		snprintf(text, sizeof text, "10.%u.0.0/16", i);
		add(&b, text, 1 + i % 2, 0);
	}
	for (int i = 0; i < 3; i++) {
		books_choose(&b, 0);
		assert_int_equal(b.table.installed, 36);
		assert_int_equal(b.table.changes_len, i ? 0 : 36);
		books_changes(&b);
	}
	books_fini(&b);
}

/* One of two has room: the other must not keep the places from all else. */
static void
pins_that_do_not_fit_together_starve_nobody(void **state)
{
	struct rib_rule pin[] = { rule("10.0.0.0/8", false),
		rule("11.0.0.0/8", false) };
	struct books b;
	char text[PREFIX_TEXT_MAX];

	(void)state;
	books_init(&b, 9); /* of which one is kept free */
	set(&b, (struct rib_policy){ .fallback_weight = 1 }, pin, 2, NULL, 0);
	for (unsigned i = 0; i < 2; i++) {
		snprintf(text, sizeof text, "%u.0.0.0/8", 10 + i);
		add(&b, text, 1, 0);
		for (unsigned k = 0; k < 4; k++) {
			snprintf(text, sizeof text, "%u.%u.0.0/16", 10 + i, k);
			add(&b, text, 2, 0);
		}
	}
	add(&b, "12.0.0.0/8", 1, 1000);
	add(&b, "13.0.0.0/8", 1, 1000);
	add(&b, "14.0.0.0/8", 1, 1000);
	for (int i = 0; i < 3; i++)
		books_choose(&b, 0);
	assert_int_equal(b.table.installed, 8);
	assert_true(books_route(&b, "10.0.0.0/8")->installed);
	assert_true(books_route(&b, "12.0.0.0/8")->installed);
	assert_true(books_route(&b, "14.0.0.0/8")->installed);
	assert_true(b.table.price < 1000);
	books_changes(&b);
	books_fini(&b);
}

static void
what_may_never_stand_goes_at_once(void **state)
{
	struct rib_rule never[] = { rule("10.1.1.0/24", false),
		rule("12.0.0.0/8", true) };
	struct books b;

	(void)state;
	books_init(&b, 10);
	add(&b, "10.0.0.0/8", 1, 1000);
	add(&b, "10.1.0.0/16", 2, 1000);
	add(&b, "10.1.1.0/24", 3, 1000);
	add(&b, "11.0.0.0/8", 1, 1000);
	add(&b, "12.1.0.0/16", 1, 1000);
	books_choose(&b, 0);
	books_changes(&b);
	set(&b, (struct rib_policy){ .fallback_weight = 1 }, never, 1, never, 2);
	/* what would cover it goes first */
	assert_string_equal(
	    books_changes(&b), "-10.0.0.0/8 -10.1.0.0/16 -10.1.1.0/24 -12.1.0.0/16");
	books_choose(&b, 0);
	assert_string_equal(books_changes(&b), "");
	add(&b, "12.2.0.0/16", 1, 100000);
	books_choose(&b, 0);
	assert_string_equal(books_changes(&b), "");
	set(&b, (struct rib_policy){ .fallback_weight = 1 }, NULL, 0, NULL, 0);
	books_choose(&b, 0);
	assert_int_equal(b.table.installed, 6);
	books_changes(&b);
	books_fini(&b);
}

/* More may be named than the books have room for: what blocks others is found then. */
static void
what_may_never_stand_keeps_nobody_out(void **state)
{
	struct rib_rule never = rule("10.1.0.0/16", false);
	struct books b;

	(void)state;
	books_init(&b, 10);
	b.table.entries_limit = 4;
	set(&b, (struct rib_policy){ .fallback_weight = 1 }, NULL, 0, &never, 1);
	add(&b, "10.0.0.0/8", 1, 1000);
	add(&b, "10.1.0.0/16", 2, 0);
	add(&b, "10.2.0.0/16", 2, 1000);
	assert_int_equal(books_route(&b, "10.1.0.0/16")->entry, 0);
	books_choose(&b, 0);
	books_choose(&b, 0);
	assert_string_equal(books_changes(&b), "+10.2.0.0/16=2");
	books_fini(&b);
}

static void
short_prefixes_get_no_place_but_if_pinned(void **state)
{
	struct rib_rule pin = rule("11.0.0.0/8", false);
	struct rib_policy policy = { .min_len = 9, .fallback_weight = 1 };
	struct books b;

	(void)state;
	books_init(&b, 10);
	add(&b, "10.0.0.0/8", 1, 1000);
	add(&b, "11.0.0.0/8", 1, 1000);
	add(&b, "12.0.0.0/9", 1, 1000);
	books_choose(&b, 0);
	assert_int_equal(b.table.installed, 3);
	books_changes(&b);
	set(&b, policy, &pin, 1, NULL, 0);
	books_choose(&b, 0);
	assert_string_equal(books_changes(&b), "-10.0.0.0/8");
	books_fini(&b);
}

static void
what_is_idle_for_long_goes(void **state)
{
	struct books b;

	(void)state;
	books_init(&b, 10);
	set(&b, (struct rib_policy){ .idle_s = 100, .fallback_weight = 1 }, NULL, 0,
	    NULL, 0);
	add(&b, "10.0.0.0/8", 1, 1000);
	add(&b, "10.1.0.0/16", 1, 1000);
	add(&b, "11.0.0.0/8", 1, 1000);
	books_choose(&b, 0);
	assert_string_equal(books_changes(&b), "+10.0.0.0/8=1 +11.0.0.0/8=1");
	books_estimate(&b, "10.1.0.0/16")->touched = 50; /* so its cover is not idle */
	books_choose(&b, 101);
	assert_string_equal(books_changes(&b), "-11.0.0.0/8");
	books_choose(&b, 151);
	assert_string_equal(books_changes(&b), "-10.0.0.0/8");
	books_fini(&b);
}

static void
the_weight_says_what_the_fallback_is_worth(void **state)
{
	struct books b;

	(void)state;
	books_init(&b, 3);
	set(&b, (struct rib_policy){ .fallback_weight = 0.5 }, NULL, 0, NULL, 0);
	add(&b, "0.0.0.0/0", 1, 0);
	add(&b, "10.0.0.0/8", 1, 1000); /* worth 500 */
	add(&b, "11.0.0.0/8", 2, 600);
	add(&b, "12.0.0.0/8", 2, 400);
	add(&b, "13.0.0.0/8", 2, 300);
	books_choose(&b, 0);
	assert_string_equal(
	    books_changes(&b), "+11.0.0.0/8=2 +10.0.0.0/8=1 +12.0.0.0/8=2");
	books_fini(&b);
}

/* A budget of two changes: one exchange a second. */
static void
exchanges_are_bought_from_the_budget(void **state)
{
	struct books b;
	double now = 0;

	(void)state;
	books_init(&b, 4);
	add(&b, "10.0.0.0/8", 1, 10);
	add(&b, "11.0.0.0/8", 1, 20);
	add(&b, "12.0.0.0/8", 1, 30);
	add(&b, "13.0.0.0/8", 1, 40);
	books_choose(&b, 0);
	books_changes(&b);
	b.table.budget = (struct budget){ .rate = 1, .burst = 2, .left = 2 };
	add(&b, "20.0.0.0/8", 1, 1000);
	add(&b, "21.0.0.0/8", 1, 2000);
	add(&b, "22.0.0.0/8", 1, 3000);
	for (size_t i = 0; i < 5; i++) {
		static const char *const want[] = {
			"-10.0.0.0/8 +22.0.0.0/8=1",
			"",
			"-11.0.0.0/8 +21.0.0.0/8=1",
			"",
			"-12.0.0.0/8 +20.0.0.0/8=1",
		};

		budget_fill(&b.table.budget, now++);
		choice_begin(&b.table, true, 0);
		while (choice_work(&b.table, 3))
			continue;
		assert_string_equal(books_changes(&b), want[i]);
	}
	books_fini(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_rule_names_a_prefix_or_all_below_it),
		cmocka_unit_test(what_is_pinned_has_a_place_before_all_else),
		cmocka_unit_test(what_is_pinned_stands_beside_its_cover),
		cmocka_unit_test(more_pins_than_places_fill_them),
		cmocka_unit_test(pins_that_do_not_fit_together_starve_nobody),
		cmocka_unit_test(what_may_never_stand_goes_at_once),
		cmocka_unit_test(what_may_never_stand_keeps_nobody_out),
		cmocka_unit_test(short_prefixes_get_no_place_but_if_pinned),
		cmocka_unit_test(what_is_idle_for_long_goes),
		cmocka_unit_test(the_weight_says_what_the_fallback_is_worth),
		cmocka_unit_test(exchanges_are_bought_from_the_budget),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
