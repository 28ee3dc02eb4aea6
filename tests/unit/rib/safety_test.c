/* What leaves the daemon, and in which order, when the RIB changes under its feet. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/unit/rib/books.h"

#define MANY 65 /* one more than what is made room for */

static void
a_new_more_specific_comes_at_once(void **state)
{
	struct books b;

	(void)state;
	books_init(&b, 10);
	books_add(&b, "10.0.0.0/8", 1);
	books_install(&b, "10.0.0.0/8");
	assert_string_equal(books_changes(&b), "+10.0.0.0/8=1");
	books_add(&b, "10.1.0.0/16", 2);
	assert_string_equal(books_changes(&b), "+10.1.0.0/16=2");
	books_add(&b, "10.1.0.0/24", 2);
	books_add(&b, "10.2.0.0/16", 1);
	assert_string_equal(books_changes(&b), ""); /* like their covers */
	/* it comes between: what was like the old cover must be there before */
	books_add(&b, "10.2.0.0/15", 3);
	assert_string_equal(books_changes(&b), "+10.2.0.0/16=1 +10.2.0.0/15=3");
	assert_int_equal(b.table.installed, 4);
	books_fini(&b);
}

static void
a_closure_comes_deepest_first(void **state)
{
	struct books b;

	(void)state;
	books_init(&b, 10);
	books_add(&b, "10.0.0.0/8", 1);
	books_add(&b, "10.1.0.0/16", 2);
	books_add(&b, "10.1.1.0/24", 1);
	books_add(&b, "10.1.1.1/32", 1); /* like what is above it */
	books_add(&b, "10.1.2.0/24", 2);
	books_add(&b, "10.2.0.0/16", 3);
	books_install(&b, "10.0.0.0/8");
	assert_string_equal(books_changes(&b),
	    "+10.2.0.0/16=3 +10.1.1.0/24=1 +10.1.0.0/16=2 +10.0.0.0/8=1");
	books_fini(&b);
}

static void
a_new_key_takes_along_what_had_the_old_one(void **state)
{
	struct books b;

	(void)state;
	books_init(&b, 10);
	books_add(&b, "10.0.0.0/8", 1);
	books_add(&b, "10.1.0.0/16", 1);
	books_add(&b, "10.2.0.0/16", 2);
	books_install(&b, "10.0.0.0/8");
	books_changes(&b);
	books_rekey(&b, "10.0.0.0/8", 2);
	assert_string_equal(books_changes(&b), "+10.1.0.0/16=1 +10.0.0.0/8=2");
	/* alike now, but it does no harm where it is */
	assert_true(books_route(&b, "10.2.0.0/16")->installed);
	books_rekey(&b, "10.1.0.0/16", 2);
	assert_string_equal(books_changes(&b), "-10.1.0.0/16");
	books_rekey(&b, "10.1.0.0/16", 3);
	assert_string_equal(books_changes(&b), "+10.1.0.0/16=3");
	books_fini(&b);
}

static void
what_was_below_comes_before_what_covered_it_goes(void **state)
{
	struct books b;

	(void)state;
	books_init(&b, 10);
	books_add(&b, "10.0.0.0/8", 1);
	books_add(&b, "10.1.0.0/16", 2);
	books_add(&b, "10.1.1.0/24", 2);
	books_add(&b, "10.1.2.0/24", 1);
	books_install(&b, "10.0.0.0/8");
	books_changes(&b);
	books_remove(&b, "10.1.0.0/16");
	assert_string_equal(books_changes(&b), "+10.1.1.0/24=2 -10.1.0.0/16");
	books_remove(&b, "10.0.0.0/8");
	assert_string_equal(books_changes(&b), "-10.0.0.0/8");
	assert_int_equal(b.table.installed, 2);
	books_fini(&b);
}

static void
a_route_that_is_not_installed_goes_in_silence(void **state)
{
	struct books b;

	(void)state;
	books_init(&b, 10);
	books_add(&b, "10.0.0.0/8", 1);
	books_add(&b, "10.1.0.0/16", 1);
	books_add(&b, "10.1.1.0/24", 2);
	books_install(&b, "10.0.0.0/8");
	books_changes(&b);
	books_remove(&b, "10.1.0.0/16");
	assert_string_equal(books_changes(&b), "");
	books_fini(&b);
}

static void
without_room_the_covers_go_topmost_first(void **state)
{
	struct books b;

	(void)state;
	books_init(&b, 3);
	books_add(&b, "10.0.0.0/8", 1);
	books_add(&b, "10.1.0.0/16", 2);
	books_add(&b, "11.0.0.0/8", 3);
	books_install(&b, "10.0.0.0/8");
	books_install(&b, "11.0.0.0/8");
	books_changes(&b);
	books_add(&b, "10.1.1.0/24", 3);
	assert_string_equal(books_changes(&b), "-10.0.0.0/8 -10.1.0.0/16");
	/* an installed one goes behind them, whatever its old key was */
	books_install(&b, "10.1.0.0/16");
	books_changes(&b);
	books_add(&b, "10.1.2.0/24", 2);
	books_rekey(&b, "10.1.0.0/16", 4);
	assert_string_equal(books_changes(&b), "-10.1.0.0/16");
	books_fini(&b);

	books_init(&b, 2); /* what was right by it must not fall to its cover */
	books_add(&b, "10.0.0.0/8", 1);
	books_add(&b, "10.1.0.0/16", 2);
	books_add(&b, "10.1.1.0/24", 2);
	books_install(&b, "10.0.0.0/8");
	books_changes(&b);
	books_rekey(&b, "10.1.0.0/16", 3);
	assert_string_equal(books_changes(&b), "-10.0.0.0/8 -10.1.0.0/16");
	books_fini(&b);
}

static void
a_removal_without_room_takes_the_covers_along(void **state)
{
	struct books b;

	(void)state;
	books_init(&b, 2);
	books_add(&b, "10.0.0.0/8", 1);
	books_add(&b, "10.1.0.0/16", 2);
	books_add(&b, "10.1.1.0/24", 2);
	books_install(&b, "10.0.0.0/8");
	books_changes(&b);
	books_remove(&b, "10.1.0.0/16");
	assert_string_equal(books_changes(&b), "-10.0.0.0/8 -10.1.0.0/16");
	assert_int_equal(b.table.installed, 0);
	books_fini(&b);
}

static void
victims_make_room_in_their_order(void **state)
{
	static const char *const order[] = { "10.0.0.0/8", "10.1.0.0/16", "12.1.0.0/16",
		"11.0.0.0/8", "12.0.0.0/8" };
	struct books b;

	(void)state;
	books_init(&b, 5);
	books_add(&b, "10.0.0.0/8", 1);
	books_add(&b, "10.1.0.0/16", 2);
	books_add(&b, "11.0.0.0/8", 1);
	books_add(&b, "12.0.0.0/8", 1);
	books_add(&b, "12.1.0.0/16", 2);
	books_install(&b, "10.0.0.0/8");
	books_install(&b, "11.0.0.0/8");
	books_install(&b, "12.0.0.0/8");
	books_changes(&b);
	books_victims(&b, order, 5);
	/* not what is above or below it, nor what its cover would misforward */
	books_add(&b, "10.1.0.0/20", 3);
	assert_string_equal(books_changes(&b), "-11.0.0.0/8 +10.1.0.0/20=3");
	books_add(&b, "10.0.0.0/12", 3);
	assert_string_equal(books_changes(&b), "-12.0.0.0/8 +10.0.0.0/12=3");
	books_fini(&b);
}

static void
a_victim_below_what_is_alike_may_go(void **state)
{
	static const char *const order[] = { "10.1.0.0/16" };
	struct books b;

	(void)state;
	books_init(&b, 3);
	books_add(&b, "10.0.0.0/8", 1);
	books_add(&b, "10.1.0.0/16", 1);
	books_add(&b, "11.0.0.0/8", 1);
	books_install(&b, "10.1.0.0/16");
	books_install(&b, "10.0.0.0/8");
	books_install(&b, "11.0.0.0/8");
	books_changes(&b);
	books_victims(&b, order, 1);
	books_add(&b, "11.1.0.0/16", 2);
	assert_string_equal(books_changes(&b), "-10.1.0.0/16 +11.1.0.0/16=2");
	books_fini(&b);
}

/* MANY of the same next hop below a cover that gets another one. */
static void
many_below(struct books *b, size_t capacity)
{
	char text[PREFIX_TEXT_MAX];

	books_init(b, capacity);
	books_add(b, "10.0.0.0/8", 1);
	for (unsigned i = 0; i < MANY; i++) {
		snprintf(text, sizeof text, "10.%u.0.0/16", i);
		books_add(b, text, 1);
	}
	for (unsigned i = 1; i <= MANY; i++) {
		snprintf(text, sizeof text, "11.%u.0.0/16", i);
		books_add(b, text, 2);
		books_install(b, text);
	}
	books_install(b, "10.0.0.0/8");
	books_changes(b);
}

static void
a_repair_that_is_too_dear_is_not_made(void **state)
{
	char text[MANY][PREFIX_TEXT_MAX];
	const char *order[MANY];
	struct books b;

	(void)state;
	many_below(&b, MANY + 1);
	for (unsigned i = 0; i < MANY; i++) {
		snprintf(text[i], sizeof text[i], "11.%u.0.0/16", i + 1);
		order[i] = text[i];
	}
	books_victims(&b, order, MANY);
	books_rekey(&b, "10.0.0.0/8", 2);
	assert_string_equal(books_changes(&b), "-10.0.0.0/8");
	books_fini(&b);

	many_below(&b, 2 * MANY + 1); /* free places are another matter */
	books_rekey(&b, "10.0.0.0/8", 2);
	assert_true(books_route(&b, "10.0.0.0/8")->installed);
	assert_int_equal(b.table.installed, 2 * MANY + 1);
	books_changes(&b);
	books_fini(&b);

	many_below(&b, MANY + 1); /* just not too dear */
	books_remove(&b, "10.64.0.0/16");
	books_victims(&b, order, MANY);
	books_rekey(&b, "10.0.0.0/8", 2);
	assert_true(books_route(&b, "10.0.0.0/8")->installed);
	assert_int_equal(b.table.installed, MANY + 1);
	books_changes(&b);
	books_fini(&b);
}

static void
what_is_barred_stays_out_with_what_needs_it(void **state)
{
	struct prefix prefix = books_prefix("10.0.0.0/8");
	struct books b;

	(void)state;
	books_init(&b, 10);
	books_add(&b, "10.0.0.0/8", 1);
	books_add(&b, "10.1.0.0/16", 2);
	books_route(&b, "10.1.0.0/16")->barred = 1;
	assert_true(safety_missing(&b.table, &prefix, b.key[1], 10) == SIZE_MAX);
	assert_int_equal(safety_missing(&b.table, &prefix, b.key[2], 10), 0);
	books_rekey(&b, "10.1.0.0/16", 1);
	books_install(&b, "10.0.0.0/8");
	books_changes(&b);
	books_rekey(&b, "10.1.0.0/16", 2);
	assert_string_equal(books_changes(&b), "-10.0.0.0/8");
	books_fini(&b);
}

/* The trie's whole depth: everything below something of another key. */
static void
a_chain_of_all_lengths_holds(void **state)
{
	struct books b;
	char text[PREFIX_TEXT_MAX];

	(void)state;
	books_init(&b, 32);
	for (unsigned len = 1; len <= 32; len++) {
		snprintf(text, sizeof text, "0.0.0.0/%u", len);
		books_add(&b, text, 1 + len % 2);
	}
	assert_int_equal(books_route(&b, "0.0.0.0/1")->need, 31);
	books_install(&b, "0.0.0.0/1");
	assert_int_equal(b.table.installed, 32);
	books_changes(&b);
	books_remove(&b, "0.0.0.0/16"); /* its neighbors are alike: nothing to do */
	assert_string_equal(books_changes(&b), "-0.0.0.0/16");
	books_fini(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_more_specific_comes_at_once),
		cmocka_unit_test(a_closure_comes_deepest_first),
		cmocka_unit_test(a_new_key_takes_along_what_had_the_old_one),
		cmocka_unit_test(what_was_below_comes_before_what_covered_it_goes),
		cmocka_unit_test(a_route_that_is_not_installed_goes_in_silence),
		cmocka_unit_test(without_room_the_covers_go_topmost_first),
		cmocka_unit_test(a_removal_without_room_takes_the_covers_along),
		cmocka_unit_test(victims_make_room_in_their_order),
		cmocka_unit_test(a_victim_below_what_is_alike_may_go),
		cmocka_unit_test(a_repair_that_is_too_dear_is_not_made),
		cmocka_unit_test(what_is_barred_stays_out_with_what_needs_it),
		cmocka_unit_test(a_chain_of_all_lengths_holds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
