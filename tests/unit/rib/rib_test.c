/* The engine by examples: who gets the places, and what is said of it, and when. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/unit/rib/model_events.h"

/* Wherever a choice is: what would go by it stays if it is pinned meanwhile. */
static void
what_is_pinned_meanwhile_stays(void **state)
{
	(void)state;
	for (unsigned slices = 0; slices < 300; slices++) {
		struct model *m = model_new(FAMILY_IPV4, 1, 1);
		struct rib_rule pin;
		struct rib_policy policy = { .fallback_weight = 1, .pin = &pin };
		size_t changes;

		model_announce(m, ADDRESSES + 1, 1);
		model_announce(m, ADDRESSES + 2, 1);
		model_listen(m);
		model_sample(m, 1);
		model_replay(m);
		assert_int_equal(m->hardware[ADDRESSES + 1], 1);
		for (int i = 0; i < 50; i++)
			m->now += 0.3, model_sample(m, 2);
		rib_tick(m->rib, m->now);
		for (unsigned i = 0; i < slices; i++)
			rib_work(m->rib, 1);
		model_replay(m);
		changes = m->changes;
		if (changes > 1) { /* too late */
			model_free(m);
			assert_true(slices > 5);
			return;
		}
		pin = (struct rib_rule){ model_prefix_of(m, ADDRESSES + 1), false };
		policy.n_pin = 1;
		rib_set_policy(m->rib, m->family, &policy);
		while (rib_work(m->rib, 1))
			continue;
		model_replay(m);
		assert_int_equal(m->changes, changes);
		model_free(m);
	}
	fail();
}

/* Three routes, one place. */
static void
the_heaviest_takes_the_place(void **state)
{
	struct model *m = model_new(FAMILY_IPV4, 1, 6);

	(void)state;
	model_set_default(m, 1);
	model_announce(m, ADDRESSES + 1, 4);
	model_announce(m, ADDRESSES + 2, 4);
	model_announce(
	    m, ADDRESSES + 3, 2); /* like the default: heavier, but right anyway */
	model_listen(m);
	for (int i = 0; i < 400; i++) {
		model_sample(m, i % 4 == 0 ? 1 : i % 4 == 1 ? 2 : 3);
		if (i % 2 == 0)
			model_sample(m, 2);
		model_replay(m);
	}
	model_tick(m);
	model_replay(m);
	assert_int_equal(m->hardware[ADDRESSES + 2], 2);
	model_free(m);
}

/* What is installed at first is displaced when the traffic moves, not by the noise. */
static void
the_set_follows_the_traffic(void **state)
{
	struct model *m = model_new(FAMILY_IPV4, 16, 7);
	size_t changes = 0;

	(void)state;
	model_set_default(m, 1);
	for (unsigned a = 0; a < 64; a++)
		model_announce(m, ADDRESSES + a, 4);
	model_listen(m);
	for (int i = 0; i < 20000; i++) {
		model_sample(
		    m, model_pick(m, 4) ? model_pick(m, 10) : model_pick(m, 64));
		if (i % 500 == 0)
			model_tick(m), model_replay(m);
		model_replay(m);
		if (i == 10000)
			changes = m->changes;
	}
	for (unsigned a = 0; a < 10; a++)
		assert_int_equal(m->hardware[ADDRESSES + a], 2);
	assert_in_range(m->changes - changes, 0, 20);
	for (int i = 0; i < 20000; i++) {
		model_sample(
		    m, model_pick(m, 4) ? 40 + model_pick(m, 10) : model_pick(m, 64));
		if (i % 500 == 0)
			model_tick(m), model_replay(m);
		model_replay(m);
	}
	for (unsigned a = 40; a < 50; a++)
		assert_int_equal(m->hardware[ADDRESSES + a], 2);
	model_free(m);
}

/* What the target's coming had granted is no budget for the traffic's moves. */
static void
a_grant_lapses(void **state)
{
	const struct rib_policy policy = {
		.fallback_weight = 1,
		.churn_limit = 1e-6,
		.churn_burst = 4,
	};
	struct model *m = model_new(FAMILY_IPV4, 16, 7);
	size_t changes;

	(void)state;
	rib_set_policy(m->rib, m->family, &policy);
	for (unsigned a = 0; a < 64; a++)
		model_announce(m, ADDRESSES + a, 4);
	for (int i = 0; i < 1000; i++)
		model_sample(m, model_pick(m, 16));
	model_listen(m);
	for (int i = 0; i < 2; i++)
		m->now += 4, model_sample(m, 0), model_tick(m), model_replay(m);
	assert_int_equal(m->installed, 14);
	for (int i = 0; i < 120; i++)
		m->now += 1, model_sample(m, model_pick(m, 16));
	model_tick(m), model_replay(m);
	changes = m->changes;
	for (int i = 0; i < 10000; i++) {
		model_sample(m, 32 + model_pick(m, 16));
		if (i % 500 == 0)
			model_tick(m);
		model_replay(m);
	}
	assert_in_range(m->changes - changes, 1, 4);
	for (int i = 0; i < 120; i++)
		m->now += 1, model_sample(m, 32), model_replay(m);
	model_set_default(m, 1); /* all may be chosen anew */
	model_tick(m), model_replay(m);
	assert_in_range(m->changes - changes, 5, 1000);
	model_free(m);
}

static void
silence_changes_nothing(void **state)
{
	struct model *m = model_new(FAMILY_IPV4, 16, 8);
	struct rib_status status;
	size_t changes;

	(void)state;
	model_set_default(m, 1);
	for (unsigned a = 0; a < 64; a++)
		model_announce(m, ADDRESSES + a, 4);
	model_listen(m);
	for (int i = 0; i < 3000; i++)
		model_sample(m, model_pick(m, 64)), model_replay(m);
	model_tick(m);
	model_replay(m);
	changes = m->changes;
	rib_status(m->rib, m->family, m->now, &status);
	assert_false(status.frozen);
	for (int i = 0; i < 7200; i++)
		m->now += 1, model_tick(m), model_replay(m);
	assert_int_equal(m->changes, changes);
	rib_status(m->rib, m->family, m->now, &status);
	assert_true(status.frozen);
	/* a target that returns meanwhile gets what is known */
	model_target_lost(m);
	model_target_returns(m);
	m->now += 1, model_tick(m);
	model_replay(m);
	assert_true(m->installed > 10);
	model_free(m);
}

static void
changed_attributes_are_announced_again(void **state)
{
	struct model *m = model_new(FAMILY_IPV6, 16, 9);
	size_t changes;

	(void)state;
	model_announce(m, ADDRESSES + 5, 3);
	model_listen(m);
	model_sample(m, 5);
	model_replay(m);
	assert_int_equal(m->hardware[ADDRESSES + 5], 2);
	changes = m->changes;
	model_announce(m, ADDRESSES + 5, 4); /* the same next hop */
	model_replay(m);
	assert_int_equal(m->changes, changes + 1);
	model_announce(m, ADDRESSES + 5, 4);
	model_replay(m);
	assert_int_equal(m->changes, changes + 1);
	model_free(m);
}

static void
nothing_is_said_while_nobody_listens(void **state)
{
	struct model *m = model_new(FAMILY_IPV4, 16, 10);
	size_t n;

	(void)state;
	model_announce(m, ADDRESSES + 5, 4);
	model_sample(m, 5);
	rib_set_ready(m->rib, m->family, true);
	model_sample(m, 5);
	m->now += 1, model_tick(m);
	rib_changes(m->rib, m->family, &n);
	assert_int_equal(n, 0);
	rib_set_target(m->rib, m->family, true);
	model_sample(m, 5);
	rib_changes(m->rib, m->family, &n);
	assert_int_equal(n, 1);
	/* what was not fetched is of no use to the next target */
	rib_set_target(m->rib, m->family, false);
	rib_changes(m->rib, m->family, &n);
	assert_int_equal(n, 0);
	model_free(m);
}

static void
what_is_barred_waits_for_other_attributes(void **state)
{
	struct model *m = model_new(FAMILY_IPV4, 16, 11);
	struct prefix prefix;
	struct rib_rule rule;
	struct rib_policy policy = { .fallback_weight = 1, .never = &rule };

	(void)state;
	model_announce(m, ADDRESSES + 5, 4);
	prefix = model_prefix_of(m, ADDRESSES + 5);
	rule = (struct rib_rule){ prefix, false };
	rib_bar(m->rib, &prefix);
	model_listen(m);
	for (int i = 0; i < 10; i++)
		model_sample(m, 5);
	m->now += 1, model_tick(m);
	model_announce(m, ADDRESSES + 5, 4); /* the same */
	model_sample(m, 5);
	model_replay(m);
	assert_int_equal(m->installed, 0);
	/* another policy is none */
	policy.n_never = 1;
	rib_set_policy(m->rib, m->family, &policy);
	policy.n_never = 0;
	rib_set_policy(m->rib, m->family, &policy);
	model_sample(m, 5);
	model_replay(m);
	assert_int_equal(m->installed, 0);
	model_announce(m, ADDRESSES + 5, 3); /* others with the same next hop */
	model_sample(m, 5);
	model_replay(m);
	assert_int_equal(m->installed, 1);
	model_free(m);
}

static void
a_full_table_refuses_and_counts(void **state)
{
	struct model *m = model_new(FAMILY_IPV4, 1, 1);
	struct rib_limits limits = { { 2, 2 }, 10, 10, 1 };
	struct prefix prefix;
	struct rib_status status;
	uint32_t attrs;
	const uint8_t hop[4] = { 192, 0, 2, 1 };
	struct nexthop nexthop = nexthop_make(hop, 4);
	struct rib *rib = rib_new(&limits);
	uint32_t key = fwkey_intern(rib_fwkeys(rib), &nexthop, 1);

	(void)state;
	attrs = attrs_intern(rib_attrs(rib), 0, (const uint8_t *)"x", 1, 0);
	assert_int_not_equal(attrs, 0);
	attrs_unref(rib_attrs(rib), attrs);
	attrs = attrs_intern(rib_attrs(rib), 0, (const uint8_t *)"y", 1, key);
	fwkey_unref(rib_fwkeys(rib), key);
	for (unsigned i = 1; i <= 4; i++) {
		prefix = model_prefix_of(m, ADDRESSES + i);
		assert_int_equal(rib_announce(rib, &prefix, attrs), i <= 2);
	}
	prefix = model_prefix_of(m, ADDRESSES + 1);
	assert_true(rib_announce(rib, &prefix, attrs));
	rib_status(rib, FAMILY_IPV4, 0, &status);
	assert_int_equal(status.learned, 2);
	assert_int_equal(status.refused, 2);
	attrs_unref(rib_attrs(rib), attrs);
	rib_free(rib);
	model_free(m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_pinned_meanwhile_stays),
		cmocka_unit_test(the_heaviest_takes_the_place),
		cmocka_unit_test(the_set_follows_the_traffic),
		cmocka_unit_test(a_grant_lapses),
		cmocka_unit_test(silence_changes_nothing),
		cmocka_unit_test(changed_attributes_are_announced_again),
		cmocka_unit_test(nothing_is_said_while_nobody_listens),
		cmocka_unit_test(what_is_barred_waits_for_other_attributes),
		cmocka_unit_test(a_full_table_refuses_and_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
