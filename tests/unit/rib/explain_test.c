/* Why routes are installed or not: each reason in a RIB made for it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/unit/rib/explain_world.h"

static void
a_route_is_chosen_or_priced_out(void **state)
{
	struct world *w = *state;
	struct rib_explanation e;

	hear(w, "0.0.0.0/0", 1);
	hear(w, "10.1.0.0/16", 2);
	hear(w, "10.2.0.0/16", 2);
	hear(w, "10.3.0.0/16", 2);
	carry(w, "10.1.0.0/16", 1000);
	carry(w, "10.2.0.0/16", 700);
	carry(w, "10.3.0.0/16", 500);
	install(w, "10.1.0.0/16");
	choose(w);
	w->table->price = 650;
	e = why(w, "10.1.0.0/16", RIB_WHY_CHOSEN, NULL);
	assert_near(e.traffic, 1000);
	assert_near(e.error, 0.21627); /* 121.627 may be 100 */
	assert_near(e.gain, 1000);
	assert_near(e.worth, 1000);
	assert_near(e.price, 650);
	assert_near(e.asked, 650 * OLD);
	assert_near(e.needed, 650 * OLD);
	assert_true(e.fallback == 0);
	assert_int_equal(e.places, 1);
	assert_int_equal(e.installed, 1);
	assert_int_equal(e.capacity, 100);
	assert_int_equal(e.spare, 95); /* four are kept for repairs */
	assert_rival(&e.next, "10.2.0.0/16", 700);
	assert_rival(&e.least, NULL, 0);
	assert_int_equal(e.answer.action, RIB_INSTALLED);

	e = why(w, "10.2.0.0/16", RIB_WHY_PRICED_OUT, NULL);
	assert_near(e.worth, 700); /* more than the price, but not by enough */
	assert_near(e.asked, 650 * NEW);
	assert_near(e.needed, 650 * NEW);
	assert_rival(&e.next, "10.3.0.0/16", 500);
	assert_rival(&e.least, "10.1.0.0/16", 1000);
	assert_int_equal(e.answer.action, RIB_FALLBACK);
	assert_false(e.answer.correct);

	w->table->price = 699 / NEW;
	why(w, "10.2.0.0/16", RIB_WHY_COMING, NULL);
	why(w, "10.3.0.0/16", RIB_WHY_PRICED_OUT, NULL);
	w->rib->halves[FAMILY_IPV4].urgent = true; /* no choice, no rivals */
	e = why(w, "10.2.0.0/16", RIB_WHY_COMING, NULL);
	assert_rival(&e.next, NULL, 0);
	assert_rival(&e.least, NULL, 0);
	w->table->price = 999 / OLD;
	why(w, "10.1.0.0/16", RIB_WHY_CHOSEN, NULL);
	w->table->price = 1001 / OLD;
	why(w, "10.1.0.0/16", RIB_WHY_GOING, NULL);
}

static void
a_closure_has_its_price(void **state)
{
	struct world *w = *state;
	struct rib_explanation e;

	hear(w, "0.0.0.0/0", 1);
	hear(w, "10.0.0.0/8", 2);
	hear(w, "10.1.0.0/16", 3);
	hear(w, "10.1.1.0/24", 3); /* like what covers it: no place */
	hear(w, "10.2.0.0/16", 1); /* like the default, but must come along */
	hear(w, "10.1.2.0/24", 2);
	carry(w, "10.0.0.0/8", 1000);
	carry(w, "10.1.1.0/24", 50);
	carry(w, "10.2.0.0/16", 300);
	w->table->price = 280;
	e = why(w, "10.0.0.0/8", RIB_WHY_PRICED_OUT, NULL);
	assert_int_equal(e.places, 4);
	assert_near(e.traffic, 1350);
	assert_near(e.fallback, 300);
	assert_near(e.gain, 1050);
	assert_near(e.worth, 1050 / 4.0);
	assert_near(e.needed, 300 + 4 * 280 * NEW);
	assert_near(e.without, 300);
	/* 21.627 % of each, which are independent */
	assert_near(e.error, 0.21627 * sqrt(1e6 + 2500 + 9e4) / 1350);
	w->table->price = 200;
	why(w, "10.0.0.0/8", RIB_WHY_COMING, NULL);
	w->table->price = 1; /* 10.1.1.0/24 would come alone */
	e = why(w, "10.0.0.0/8", RIB_WHY_COMING, NULL);
	assert_near(e.without, 350);
	assert_near(e.gain, 1000 + NEW);

	install(w, "10.0.0.0/8");
	choose(w);
	w->table->price = 200;
	e = why(w, "10.0.0.0/8", RIB_WHY_CHOSEN, NULL);
	assert_near(e.asked, 200 * OLD);
	assert_rival(&e.least, NULL, 0); /* what is below is no rival */
	e = why(w, "10.1.0.0/16", RIB_WHY_PROTECTS, "10.0.0.0/8");
	assert_near(e.traffic, 50);
	assert_int_equal(e.places, 2);
	why(w, "10.2.0.0/16", RIB_WHY_PROTECTS, "10.0.0.0/8");
	why(w, "10.1.2.0/24", RIB_WHY_PROTECTS, "10.1.0.0/16");
	e = why(w, "10.1.1.0/24", RIB_WHY_COVERED, "10.1.0.0/16");
	assert_true(e.answer.correct);
	assert_int_equal(e.answer.action, RIB_COVERED);
	/* what it took along goes with it only */
	hear(w, "11.0.0.0/8", 2);
	e = why(w, "11.0.0.0/8", RIB_WHY_NO_TRAFFIC, NULL);
	assert_rival(&e.least, "10.0.0.0/8", 1000 / 4.0); /* at the price it had */
	assert_rival(&e.next, NULL, 0);
	/* one that came alone stays until its place is needed */
	hear(w, "10.4.1.0/24", 2);
	why(w, "10.4.1.0/24", RIB_WHY_COVERED, "10.0.0.0/8");
	install(w, "10.4.1.0/24");
	why(w, "10.4.1.0/24", RIB_WHY_REDUNDANT, "10.0.0.0/8");
}

static void
what_forwards_like_the_default_needs_no_place(void **state)
{
	struct world *w = *state;
	struct rib_explanation e;

	hear(w, "0.0.0.0/0", 1);
	hear(w, "10.1.0.0/16", 1);
	hear(w, "10.2.0.0/16", 2);
	hear(w, "10.2.1.0/24", 1);
	carry(w, "10.1.0.0/16", 1e6);
	carry(w, "10.2.1.0/24", 1e6);
	choose(w);
	w->table->price = 1;
	e = why(w, "10.1.0.0/16", RIB_WHY_LIKE_DEFAULT, NULL);
	assert_true(e.answer.correct && e.gain == 0 && e.worth == 0);
	assert_near(e.fallback, 1e6);
	/* nor does what has no traffic but such */
	e = why(w, "10.2.0.0/16", RIB_WHY_LIKE_DEFAULT, NULL);
	assert_false(e.answer.correct);
	assert_rival(&e.next, NULL, 0);
	install(w, "10.1.0.0/16");
	why(w, "10.1.0.0/16", RIB_WHY_FILLS, NULL);
	e = why(w, "0.0.0.0/0", RIB_WHY_DEFAULT, NULL);
	assert_int_equal(e.answer.action, RIB_FALLBACK);
}

static void
what_is_not_there_is_named_by_what_covers_it(void **state)
{
	struct world *w = *state;
	struct rib_explanation e;

	e = why(w, "10.1.2.3", RIB_WHY_UNKNOWN, NULL);
	assert_false(e.answer.found);
	assert_int_equal(e.answer.action, RIB_NOTHING);
	hear(w, "0.0.0.0/0", 1);
	hear(w, "10.0.0.0/8", 2);
	carry(w, "10.0.0.0/8", 10);
	install(w, "10.0.0.0/8");
	e = why(w, "10.1.0.0/16", RIB_WHY_UNKNOWN, "10.0.0.0/8");
	assert_true(e.answer.found && e.answer.correct);
	assert_int_equal(e.answer.action, RIB_INSTALLED);
	e = why(w, "11.0.0.0/8", RIB_WHY_UNKNOWN, "0.0.0.0/0");
	assert_int_equal(e.answer.action, RIB_FALLBACK);
	why(w, "10.0.0.0/7", RIB_WHY_UNKNOWN, "0.0.0.0/0");
}

static void
traffic_must_be_there_and_enough(void **state)
{
	struct world *w = *state;
	struct rib_explanation e;

	hear(w, "10.0.0.0/8", 2);
	e = why(w, "10.0.0.0/8", RIB_WHY_NO_TRAFFIC, NULL);
	assert_true(isinf(e.error) && e.traffic == 0);
	carry(w, "10.0.0.0/8", 100);
	why(w, "10.0.0.0/8", RIB_WHY_COMING, NULL); /* there is no price yet */
	set_policy(w, &(struct rib_policy){ .min_rate = 101, .fallback_weight = 1 });
	e = why(w, "10.0.0.0/8", RIB_WHY_MIN_RATE, NULL);
	assert_near(e.min_rate, 101);
	install(w, "10.0.0.0/8");
	why(w, "10.0.0.0/8", RIB_WHY_CHOSEN, NULL); /* half of it keeps the place */
	set_policy(w, &(struct rib_policy){ .min_rate = 201, .fallback_weight = 1 });
	e = why(w, "10.0.0.0/8", RIB_WHY_GOING, NULL);
	assert_int_equal(e.because, RIB_WHY_MIN_RATE);
	carry(w, "10.0.0.0/8", 0);
	set_policy(w, &(struct rib_policy){ .fallback_weight = 1 });
	e = why(w, "10.0.0.0/8", RIB_WHY_GOING, NULL);
	assert_int_equal(e.because, RIB_WHY_NO_TRAFFIC);
}

static void
idle_and_short_routes_are_as_the_operator_says(void **state)
{
	struct world *w = *state;
	struct rib_explanation e;

	hear(w, "10.0.0.0/8", 2);
	hear(w, "10.1.0.0/16", 2);
	carry(w, "10.1.0.0/16", 100);
	set_policy(w, &(struct rib_policy){ .min_len = 9, .fallback_weight = 1 });
	e = why(w, "10.0.0.0/8", RIB_WHY_TOO_SHORT, NULL);
	assert_int_equal(e.min_len, 9);
	why(w, "10.1.0.0/16", RIB_WHY_COMING, NULL);
	set_policy(w, &(struct rib_policy){ .idle_s = 60, .fallback_weight = 1 });
	w->rib->clock = 59;
	why(w, "10.1.0.0/16", RIB_WHY_COMING, NULL);
	w->rib->clock = 61;
	e = why(w, "10.0.0.0/8", RIB_WHY_IDLE, NULL); /* with all below it */
	assert_near(e.idle_s, 61);
	assert_near(e.idle_max_s, 60);
	install(w, "10.1.0.0/16");
	e = why(w, "10.1.0.0/16", RIB_WHY_GOING, NULL);
	assert_int_equal(e.because, RIB_WHY_IDLE);
}

static void
rules_come_before_traffic(void **state)
{
	const struct rib_rule pin = { .prefix = prefix_of("10.1.0.0/16") };
	const struct rib_rule both[] = { pin, { .prefix = prefix_of("10.2.0.0/16") } };
	const struct rib_rule never = { .prefix = prefix_of("10.2.0.0/15"),
		.longer = true };
	struct world *w = *state;
	struct rib_explanation e;

	hear(w, "0.0.0.0/0", 1);
	hear(w, "10.0.0.0/8", 2);
	hear(w, "10.1.0.0/16", 1);
	hear(w, "10.2.0.0/16", 3);
	carry(w, "10.0.0.0/8", 100);
	carry(w, "10.2.0.0/16", 100);
	w->table->price = 1;
	set_policy(w, &(struct rib_policy){ .pin = &pin,
			  .n_pin = 1,
			  .never = &never,
			  .n_never = 1,
			  .fallback_weight = 1 });
	e = why(w, "10.1.0.0/16", RIB_WHY_COMING, NULL);
	assert_true(e.asked == 0 && e.pinned);
	why(w, "10.2.0.0/16", RIB_WHY_NEVER, NULL);
	why(w, "10.0.0.0/8", RIB_WHY_BELOW_BARRED, "10.2.0.0/16");
	install(w, "10.1.0.0/16");
	choose(w);
	why(w, "10.1.0.0/16", RIB_WHY_PINNED, NULL);
	hear(w, "11.0.0.0/8", 2);
	e = why(w, "11.0.0.0/8", RIB_WHY_NO_TRAFFIC, NULL);
	assert_rival(&e.least, NULL, 0); /* what is pinned does not go */

	set_policy(
	    w, &(struct rib_policy){ .pin = both, .n_pin = 2, .fallback_weight = 1 });
	why(w, "10.2.0.0/16", RIB_WHY_COMING, NULL);
	rib_set_capacity(w->rib, FAMILY_IPV4, 1);
	why(w, "10.2.0.0/16", RIB_WHY_PINS_FULL, NULL);
	rib_set_capacity(w->rib, FAMILY_IPV4, 0);
	why(w, "10.2.0.0/16", RIB_WHY_TOO_LARGE, NULL);
}

static void
exchanges_wait_for_the_budget(void **state)
{
	struct world *w = *state;

	hear(w, "10.0.0.0/8", 2);
	hear(w, "11.0.0.0/8", 2);
	carry(w, "10.0.0.0/8", 100);
	carry(w, "11.0.0.0/8", 1000);
	w->table->budget.left = 0;
	why(w, "11.0.0.0/8", RIB_WHY_COMING, NULL); /* there is room */
	install(w, "10.0.0.0/8");
	rib_set_capacity(w->rib, FAMILY_IPV4, 1);
	w->table->budget.left = 0;
	w->table->price = 500;
	why(w, "11.0.0.0/8", RIB_WHY_BUDGET, NULL);
	w->rib->clock = 2 / w->table->budget.rate;
	why(w, "11.0.0.0/8", RIB_WHY_COMING, NULL);
}

static void
the_fallback_may_be_another(void **state)
{
	struct world *w = *state;
	struct rib_policy policy = { .fallback = RIB_FALLBACK_NONE,
		.fallback_weight = 1 };
	struct rib_explanation e;

	hear(w, "0.0.0.0/0", 1);
	hear(w, "10.1.0.0/16", 1);
	carry(w, "10.1.0.0/16", 100);
	w->table->price = 1;
	e = why(w, "10.1.0.0/16", RIB_WHY_LIKE_DEFAULT, NULL);
	assert_false(e.by_next_hop);
	set_policy(w, &policy);
	e = why(w, "10.1.0.0/16", RIB_WHY_COMING, NULL);
	assert_int_equal(e.answer.action, RIB_NOTHING);
	assert_true(e.without == 0);
	policy.fallback = RIB_FALLBACK_NEXTHOP;
	assert_true(addr_parse("192.0.2.1", &policy.nexthop));
	set_policy(w, &policy);
	e = why(w, "10.1.0.0/16", RIB_WHY_LIKE_DEFAULT, NULL);
	assert_true(e.by_next_hop);
	assert_near(e.without, 100);
	/* what is right only as long as the fallback stands is worth a little */
	policy.fallback_weight = 0.9;
	set_policy(w, &policy);
	e = why(w, "10.1.0.0/16", RIB_WHY_COMING, NULL);
	assert_near(e.gain, 10);
	w->table->price = 10;
	why(w, "10.1.0.0/16", RIB_WHY_LIKE_DEFAULT, NULL);
}

static void
what_cannot_be_announced_is_named(void **state)
{
	struct world *w = *state;
	struct prefix prefix = prefix_of("10.1.1.0/24");

	hear(w, "10.0.0.0/8", 2);
	hear(w, "10.1.0.0/16", 2);
	hear(w, "10.1.1.0/24", 3);
	carry(w, "10.0.0.0/8", 100);
	carry(w, "10.1.1.0/24", 100);
	why(w, "10.0.0.0/8", RIB_WHY_COMING, NULL);
	rib_bar(w->rib, &prefix);
	why(w, "10.1.1.0/24", RIB_WHY_BARRED, NULL);
	why(w, "10.0.0.0/8", RIB_WHY_BELOW_BARRED, "10.1.1.0/24");
	prefix = prefix_of("10.1.0.0/16"); /* alike, so it need not come along */
	rib_bar(w->rib, &prefix);
	why(w, "10.0.0.0/8", RIB_WHY_BELOW_BARRED, "10.1.1.0/24");
	hear(w, "10.1.1.0/24", 2);
	why(w, "10.0.0.0/8", RIB_WHY_COMING, NULL);
}

static void
places_must_suffice(void **state)
{
	struct world *w = *state;
	struct rib_explanation e;

	hear(w, "10.0.0.0/8", 2);
	hear(w, "10.1.0.0/16", 3);
	hear(w, "10.2.0.0/16", 4);
	carry(w, "10.0.0.0/8", 100);
	rib_set_capacity(w->rib, FAMILY_IPV4, 3);
	why(w, "10.0.0.0/8", RIB_WHY_COMING, NULL);
	rib_set_capacity(w->rib, FAMILY_IPV4, 2);
	e = why(w, "10.0.0.0/8", RIB_WHY_TOO_LARGE, NULL);
	assert_int_equal(e.places, 3);
	rib_set_capacity(w->rib, FAMILY_IPV4, 0);
	why(w, "10.0.0.0/8", RIB_WHY_TOO_LARGE, NULL);
}

static void
nothing_is_installed_for_nobody(void **state)
{
	struct world *w = *state;
	struct rib_explanation e;

	hear(w, "10.0.0.0/8", 2);
	carry(w, "10.0.0.0/8", 100);
	rib_set_target(w->rib, FAMILY_IPV4, false);
	why(w, "10.0.0.0/8", RIB_WHY_NO_TARGET, NULL);
	rib_set_ready(w->rib, FAMILY_IPV4, false);
	why(w, "10.0.0.0/8", RIB_WHY_NOT_READY, NULL);
	rib_set_target(w->rib, FAMILY_IPV4, true);
	rib_set_ready(w->rib, FAMILY_IPV4, true);
	e = why(w, "10.0.0.0/8", RIB_WHY_COMING, NULL);
	assert_false(e.frozen);
	w->rib->sampled = -100;
	e = why(w, "10.0.0.0/8", RIB_WHY_FROZEN, NULL);
	assert_true(e.frozen);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(a_route_is_chosen_or_priced_out),
		TEST(a_closure_has_its_price),
		TEST(what_forwards_like_the_default_needs_no_place),
		TEST(what_is_not_there_is_named_by_what_covers_it),
		TEST(traffic_must_be_there_and_enough),
		TEST(idle_and_short_routes_are_as_the_operator_says),
		TEST(rules_come_before_traffic),
		TEST(exchanges_wait_for_the_budget),
		TEST(the_fallback_may_be_another),
		TEST(what_cannot_be_announced_is_named),
		TEST(places_must_suffice),
		TEST(nothing_is_installed_for_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
