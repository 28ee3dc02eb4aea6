/*
 * What the target keeps while we are away: the engine is thrown away and goes on in a
 * new one by what it remembers, against the model.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "tests/unit/rib/model_events.h"

struct memories {
	struct rib_memory list[4 * ADDRESSES];
	size_t len;
};

static void
collect(void *arg, const struct rib_memory *memory)
{
	struct memories *memories = arg;

	assert_true(memories->len < 4 * ADDRESSES);
	memories->list[memories->len++] = *memory;
}

static void
remember(const struct model *m, struct memories *memories)
{
	memories->len = 0;
	rib_each_memory(m->rib, m->family, collect, memories);
}

/* armd dies with changes on their way, and starts again; nobody listens yet. */
static void
rebirth(struct model *m)
{
	struct memories *memories = malloc(sizeof *memories);
	double clock = rib_clock(m->rib);

	remember(m, memories);
	model_target_alone(m);
	rib_free(m->rib);
	model_start(m);
	rib_set_clock(m->rib, clock);
	for (size_t i = 0; i < memories->len; i++)
		rib_recall(m->rib, &memories->list[i]);
	free(memories);
	if (m->fallback)
		model_set_default(m, m->fallback);
	for (unsigned heap = 1; heap < 2 * ADDRESSES; heap++)
		if (m->table[heap])
			model_announce(m, heap, 2u * m->table[heap]);
	model_replay(m);
}

static unsigned
random_prefix(struct model *m)
{
	unsigned len = 2 + model_pick(m, BITS - 1);

	return (1u << len) + model_pick(m, 1u << len);
}

static void
random_route(struct model *m)
{
	unsigned heap = random_prefix(m);

	if (model_pick(m, 3))
		model_announce(m, heap, 1 + model_pick(m, 2 * NEXTHOPS));
	else
		model_withdraw(m, heap);
	model_replay(m);
}

static void
random_traffic(struct model *m)
{
	unsigned a = model_pick(m, ADDRESSES);

	for (unsigned i = model_pick(m, 8); i-- > 0;)
		model_sample(m, (a * a / 900) % ADDRESSES), model_replay(m);
	if (model_pick(m, 8) == 0) {
		m->now += 0.5, model_tick(m);
		model_replay(m);
	}
}

/* Dies every now and then; while nobody listens the RIB and the capacity may change. */
static void
random_lives(enum family family, size_t capacity, unsigned seed)
{
	struct model *m = malloc(sizeof *m);

	model_init(m, family, capacity, seed);
	model_set_default(m, 1);
	for (int i = 0; i < 200; i++)
		random_route(m);
	model_listen(m);
	for (int life = 0; life < 60; life++) {
		for (int i = 0; i < 100; i++)
			random_route(m), random_traffic(m);
		if (model_pick(m, 3))
			rebirth(m);
		else
			model_target_lost(m);
		for (unsigned i = model_pick(m, 20); i-- > 0;)
			random_route(m);
		if (model_pick(m, 4) == 0)
			model_set_capacity(m, capacity / 2 + model_pick(m, 40));
		rib_set_ready(m->rib, m->family, true);
		if (model_pick(m, 4))
			model_target_returns(m);
		model_replay(m);
		model_check_status(m);
	}
	assert_true(m->changes > 1000);
	model_fini(m);
	free(m);
}

static void
lives_are_safe_ipv4(void **state)
{
	(void)state;
	random_lives(FAMILY_IPV4, 60, 1);
}

static void
lives_are_safe_ipv6(void **state)
{
	(void)state;
	random_lives(FAMILY_IPV6, 400, 2);
}

static void
lives_are_safe_with_hardly_any_room(void **state)
{
	(void)state;
	random_lives(FAMILY_IPV4, 4, 3);
}

/* 64 routes of another next hop than the default's; the first `active` have traffic. */
static void
busy_world(struct model *m, unsigned active)
{
	model_set_default(m, 1);
	for (unsigned a = 0; a < 64; a++)
		model_announce(m, ADDRESSES + a, 4);
	model_listen(m);
	for (int i = 0; i < 5000; i++)
		model_sample(m, model_pick(m, active)), model_replay(m);
	model_tick(m);
	model_replay(m);
}

static void
a_restart_changes_nothing(void **state)
{
	struct model *m = malloc(sizeof *m);
	uint8_t before[2 * ADDRESSES];

	(void)state;
	model_init(m, FAMILY_IPV4, 40, 4);
	busy_world(m, 32);
	assert_true(m->installed >= 32);
	memcpy(before, m->hardware, sizeof before);
	rebirth(m);
	/* samples come before the RIB is whole: few, and no reason to doubt */
	for (int i = 0; i < 20; i++)
		model_sample(m, 40), model_replay(m);
	model_listen(m);
	model_replay(m);
	assert_memory_equal(m->hardware, before, sizeof before);
	/* nor does any of it go because its samples are still to come */
	for (int i = 0; i < 5; i++) {
		model_sample(m, model_pick(m, 32));
		m->now += 1, model_tick(m);
		model_replay(m);
		for (unsigned a = 0; a < 32; a++)
			assert_int_equal(m->hardware[ADDRESSES + a], 2);
	}
	model_fini(m);
	free(m);
}

static void
rates_go_on(void **state)
{
	struct model *m = malloc(sizeof *m);
	struct rib_route before, after;
	struct prefix prefix;

	(void)state;
	model_init(m, FAMILY_IPV6, 40, 5);
	busy_world(m, 8);
	prefix = model_prefix_of(m, ADDRESSES + 3);
	assert_true(rib_find(m->rib, &prefix, &before));
	assert_true(before.installed && before.bytes_per_s > 0);
	rebirth(m);
	model_listen(m);
	model_replay(m);
	assert_true(rib_find(m->rib, &prefix, &after));
	assert_true(after.installed);
	assert_float_equal(
	    after.bytes_per_s, before.bytes_per_s, before.bytes_per_s / 1000);
	assert_float_equal(
	    after.packets_per_s, before.packets_per_s, before.packets_per_s / 1000);
	assert_int_equal(after.samples, before.samples);
	model_fini(m);
	free(m);
}

/* What is not installed competes as before. */
static void
rates_of_others_go_on(void **state)
{
	struct model *m = malloc(sizeof *m);
	struct rib_route route;
	unsigned others = 0;

	(void)state;
	model_init(m, FAMILY_IPV4, 16, 10);
	busy_world(m, 32);
	rebirth(m);
	model_listen(m);
	model_replay(m);
	for (unsigned a = 0; a < 32; a++) {
		struct prefix prefix = model_prefix_of(m, ADDRESSES + a);

		assert_true(rib_find(m->rib, &prefix, &route));
		assert_int_equal(route.installed, m->hardware[ADDRESSES + a] != 0);
		assert_true(route.samples > 100);
		others += !route.installed;
	}
	assert_true(others >= 16);
	model_fini(m);
	free(m);
}

static void
nothing_is_said_before_the_rib_is_learned(void **state)
{
	struct model *m = malloc(sizeof *m);
	size_t n;

	(void)state;
	model_init(m, FAMILY_IPV4, 40, 6);
	busy_world(m, 8);
	rebirth(m);
	rib_set_target(m->rib, m->family, true);
	model_sample(m, 50);
	m->now += 1, model_tick(m);
	rib_changes(m->rib, m->family, &n);
	assert_int_equal(n, 0);
	rib_set_ready(m->rib, m->family, true);
	rib_changes(m->rib, m->family, &n);
	assert_true(n >= 8);
	model_replay(m);
	model_fini(m);
	free(m);
}

static void
what_is_kept_is_known_or_not(void **state)
{
	struct model *m = malloc(sizeof *m);

	(void)state;
	model_init(m, FAMILY_IPV4, 40, 11);
	assert_true(rib_knows_kept(m->rib, m->family));
	busy_world(m, 8);
	model_target_lost(m);
	assert_true(rib_knows_kept(m->rib, m->family));
	model_withdraw(m, ADDRESSES + 5);
	assert_false(rib_knows_kept(m->rib, m->family));
	model_announce(m, ADDRESSES + 5, 3);
	assert_true(rib_knows_kept(m->rib, m->family));
	model_fini(m);
	free(m);
}

static void
what_the_rib_has_lost_is_withdrawn_first(void **state)
{
	struct model *m = malloc(sizeof *m);
	const struct rib_change *changes;
	size_t n;

	(void)state;
	model_init(m, FAMILY_IPV4, 40, 7);
	busy_world(m, 8);
	model_target_lost(m);
	model_withdraw(m, ADDRESSES + 5);
	rib_set_target(m->rib, m->family, true);
	changes = rib_changes(m->rib, m->family, &n);
	assert_true(n > 1);
	assert_int_equal(changes[0].op, RIB_WITHDRAW);
	assert_int_equal(model_heap_of(m, &changes[0].prefix), ADDRESSES + 5);
	for (size_t i = 1; i < n; i++)
		assert_int_equal(changes[i].op, RIB_ANNOUNCE);
	model_replay(m);
	model_fini(m);
	free(m);
}

/* What relied on it goes first: a moment without it would lead packets astray. */
static void
what_may_not_stay_goes_behind_its_covers(void **state)
{
	const unsigned below = ADDRESSES + 5, cover = below / 4;
	struct model *m = malloc(sizeof *m);
	const struct rib_change *changes;
	struct rib_rule never;
	struct rib_policy policy = { .never = &never, .n_never = 1 };
	size_t n;

	(void)state;
	model_init(m, FAMILY_IPV4, 40, 12);
	busy_world(m, 8);
	model_withdraw(m, below + 1), model_replay(m);
	model_withdraw(m, below + 2), model_replay(m);
	model_announce(m, cover, 6), model_replay(m);
	for (int i = 0; i < 1000; i++)
		model_sample(m, 6 + model_pick(m, 2)), model_replay(m);
	model_tick(m), model_replay(m);
	assert_true(m->hardware[cover] && m->hardware[below]);
	model_target_lost(m);
	never = (struct rib_rule){ .prefix = model_prefix_of(m, below) };
	rib_set_policy(m->rib, m->family, &policy);
	rib_set_target(m->rib, m->family, true);
	changes = rib_changes(m->rib, m->family, &n);
	assert_true(n > 2);
	assert_int_equal(model_heap_of(m, &changes[0].prefix), cover);
	assert_int_equal(changes[0].op, RIB_WITHDRAW);
	assert_int_equal(model_heap_of(m, &changes[1].prefix), below);
	assert_int_equal(changes[1].op, RIB_WITHDRAW);
	model_replay(m);
	model_fini(m);
	free(m);
}

static size_t
count(const struct memories *memories, enum rib_memory_kind kind)
{
	size_t n = 0;

	for (size_t i = 0; i < memories->len; i++)
		n += memories->list[i].kind == kind;
	return n;
}

static void
what_nobody_holds_is_forgotten(void **state)
{
	struct model *m = malloc(sizeof *m);
	struct memories *memories = malloc(sizeof *memories);

	(void)state;
	model_init(m, FAMILY_IPV4, 40, 8);
	busy_world(m, 8);
	model_target_lost(m);
	remember(m, memories);
	assert_true(count(memories, RIB_HELD) >= 8);
	rib_forget(m->rib, m->family);
	remember(m, memories);
	assert_int_equal(count(memories, RIB_HELD), 0);
	assert_int_equal(count(memories, RIB_KNOWN), 8); /* but the traffic is not */
	memset(m->away, 0, sizeof m->away);
	model_fini(m);
	free(memories);
	free(m);
}

/* A target that hears nothing for days: each of its routes is remembered once. */
static void
what_is_on_its_way_is_bounded(void **state)
{
	struct model *m = malloc(sizeof *m);
	struct memories *memories = malloc(sizeof *memories);

	(void)state;
	model_init(m, FAMILY_IPV4, 40, 9);
	busy_world(m, 8);
	for (int i = 0; i < 20000; i++) {
		model_withdraw(m, ADDRESSES + 3);
		model_announce(m, ADDRESSES + 3, 4);
		model_sample(m, 3);
		rib_changes_done(m->rib, m->family);
	}
	remember(m, memories);
	assert_true(memories->len < 2000);
	rib_delivered(m->rib, m->family);
	remember(m, memories);
	assert_true(memories->len <= 40);
	rib_free(m->rib);
	free(memories);
	free(m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lives_are_safe_ipv4),
		cmocka_unit_test(lives_are_safe_ipv6),
		cmocka_unit_test(lives_are_safe_with_hardly_any_room),
		cmocka_unit_test(a_restart_changes_nothing),
		cmocka_unit_test(rates_go_on),
		cmocka_unit_test(rates_of_others_go_on),
		cmocka_unit_test(nothing_is_said_before_the_rib_is_learned),
		cmocka_unit_test(what_is_kept_is_known_or_not),
		cmocka_unit_test(what_the_rib_has_lost_is_withdrawn_first),
		cmocka_unit_test(what_may_not_stay_goes_behind_its_covers),
		cmocka_unit_test(what_nobody_holds_is_forgotten),
		cmocka_unit_test(what_is_on_its_way_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
