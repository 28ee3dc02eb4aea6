/* Whatever happens, and whenever: each change is safe and within the capacity. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "rib/half.h"
#include "tests/unit/rib/model_life.h"

static void
random_life(enum family family, size_t capacity, unsigned seed, unsigned steps)
{
	struct model *m = model_new(family, capacity, seed);
	size_t changes;

	model_set_default(m, 1);
	for (int i = 0; i < 300; i++) {
		unsigned heap = life_prefix(m);

		model_announce(m, heap, life_set(m, heap));
		model_replay(m);
	}
	assert_int_equal(m->changes, 0); /* nobody listens */
	model_listen(m);
	for (unsigned i = 0; i < steps; i++) {
		life_step(m);
		if (i % 300 == 299)
			model_set_policy(
			    m, model_pick(m, 256), model_pick(m, ADDRESSES)),
			    model_replay(m);
		if (i % 2000 == 1999)
			model_session_lost(m);
		if (i % 700 == 699)
			life_target_flaps(m);
		if (i % 500 == 499)
			model_target_lost(m), model_target_returns(m);
	}
	changes = m->changes;
	assert_true(changes > steps / 200);
	model_free(m);
}

static void
every_change_is_safe_ipv4(void **state)
{
	(void)state;
	random_life(FAMILY_IPV4, 40, 1, 15000);
}

static void
every_change_is_safe_ipv6(void **state)
{
	(void)state;
	random_life(FAMILY_IPV6, 100, 2, 15000);
}

static void
every_change_is_safe_with_hardly_any_room(void **state)
{
	(void)state;
	random_life(FAMILY_IPV4, 3, 3, 15000);
}

static void
every_change_is_safe_with_much_room(void **state)
{
	(void)state;
	random_life(FAMILY_IPV4, 2000, 4, 8000);
}

/* A choice is never left alone for long: all that it relied on changes meanwhile. */
static void
choices_are_upset_halfway(void **state)
{
	static const size_t capacities[] = { 0, 1, 2, 8, 30, 400 };

	(void)state;
	for (unsigned k = 0; k < sizeof capacities / sizeof *capacities; k++) {
		struct model *m = model_new(
		    k % 2 ? FAMILY_IPV4 : FAMILY_IPV6, capacities[k], k + 1);

		life_announce(m, 300);
		model_listen(m);
		for (int i = 0; i < 4000; i++) {
			life_step(m);
			rib_work(m->rib, 1 + model_pick(m, 60));
			model_replay(m);
			if (model_pick(m, 12) == 0)
				life_upset(m, capacities[k]);
		}
		model_free(m);
	}
}

/* Where nothing comes in between, slices change nothing but who waits. */
static void
slices_of_any_size_lead_to_the_same(void **state)
{
	struct model *one = model_new(FAMILY_IPV4, 60, 12);
	struct model *all = model_new(FAMILY_IPV4, 60, 12);
	struct model *both[] = { one, all };

	(void)state;
	model_listen(one);
	model_listen(all);
	for (int i = 0; i < 4000; i++) {
		for (int k = 0; k < 2; k++) {
			life_step(both[k]);
			if (model_pick(both[k], 30) == 0)
				life_upset(both[k], 60);
			while (rib_work(both[k]->rib, k ? SIZE_MAX : 1))
				continue;
			model_replay(both[k]);
		}
		assert_int_equal(one->changes, all->changes);
		assert_memory_equal(one->hardware, all->hardware, sizeof one->hardware);
	}
	assert_true(one->changes > 1000);
	model_free(one);
	model_free(all);
}

/* Where nothing changes, one choice after the other comes to the same. */
static void
a_choice_that_is_repeated_changes_nothing(void **state)
{
	(void)state;
	for (unsigned seed = 1; seed <= 30; seed++) {
		struct model *m = model_new(FAMILY_IPV4, seed * 2, seed);
		unsigned number = 0;
		size_t before = 0;

		model_set_default(m, 1);
		model_listen(m);
		for (int i = 0; i < 1000; i++) {
			life_step(m);
			if (i % 100 == 0)
				number = model_pick(m, 256);
		}
		for (int i = 0; i < 12; i++) { /* each time urgent */
			before = m->changes;
			budget_grant(&m->rib->halves[m->family].table.budget, 1e6);
			model_set_policy(m, number, seed);
			while (rib_work(m->rib, 100))
				continue;
			model_replay(m);
		}
		assert_int_equal(m->changes, before);
		model_free(m);
	}
}

static void
capacity_shrinks_at_once_and_in_order(void **state)
{
	struct model *m = model_new(FAMILY_IPV4, 200, 5);

	(void)state;
	model_set_default(m, 1);
	life_announce(m, 400);
	model_listen(m);
	for (int i = 0; i < 3000; i++) {
		model_sample(m, model_pick(m, ADDRESSES));
		model_replay(m);
		if (i % 500 == 0)
			model_tick(m), model_replay(m);
	}
	assert_true(m->installed > 100);
	for (size_t capacity = 150; capacity; capacity /= 2) {
		model_set_capacity(m, capacity);
		m->now += 1, model_tick(m);
		model_replay(m);
		model_check_status(m);
	}
	model_free(m);
}

/* A model whose last next hop is of IPv6, for IPv4 routes. */
static struct model *
model_with_foreign_hop(size_t capacity)
{
	struct model *m = model_new(FAMILY_IPV4, capacity, 5);
	const uint8_t bytes[16] = { 0x20, 0x01, 0x0d, 0xb8 };
	struct nexthop hop = nexthop_make(bytes, 16);
	uint32_t key;

	key = fwkey_intern(rib_fwkeys(m->rib), &hop, 1);
	for (uint8_t i = 2 * NEXTHOPS - 1; i <= 2 * NEXTHOPS; i++) {
		attrs_unref(rib_attrs(m->rib), m->attrs[i]);
		m->attrs[i] = attrs_intern(rib_attrs(m->rib), 0, &i, 1, key);
	}
	fwkey_unref(rib_fwkeys(m->rib), key);
	return m;
}

static unsigned
foreign_installed(const struct model *m)
{
	unsigned n = 0;

	for (unsigned heap = 1; heap < 2 * ADDRESSES; heap++)
		n += m->hardware[heap] == NEXTHOPS;
	return n;
}

static void
next_hops_that_the_target_does_not_take(void **state)
{
	struct model *m = model_with_foreign_hop(100);
	unsigned taken = 0;

	(void)state;
	for (int i = 0; i < 300; i++)
		model_announce(m, life_prefix(m), 1 + model_pick(m, 2 * NEXTHOPS));
	rib_set_ready(m->rib, FAMILY_IPV4, true);
	for (int life = 0; life < 10; life++) {
		bool bar = life % 2 == 0;

		rib_bar_foreign(m->rib, FAMILY_IPV4, bar);
		model_target_returns(m);
		for (int i = 0; i < 500; i++) {
			life_step(m);
			if (bar)
				assert_int_equal(foreign_installed(m), 0);
			taken += foreign_installed(m);
		}
		assert_true(m->installed > 0);
		model_target_lost(m);
	}
	assert_true(taken > 0);
	model_free(m);
}

/* What is entered at once is entered in order: as if it came one by one. */
static void
samples_at_once_are_samples_in_order(void **state)
{
	struct model *one = model_new(FAMILY_IPV6, 8, 11);
	struct model *many = model_new(FAMILY_IPV6, 8, 11);
	struct model *both[] = { one, many };

	(void)state;
	for (int k = 0; k < 2; k++) {
		model_set_default(both[k], 1);
		life_announce(both[k], 300);
		model_listen(both[k]);
	}
	for (int i = 0; i < 500; i++) {
		struct rib_packet packets[50];
		size_t n = 1 + model_pick(one, 50);

		for (size_t k = 0; k < n; k++) {
			struct addr dst = model_address(
			    one, model_pick(one, i < 250 ? 300 : 900));

			packets[k] = (struct rib_packet){ dst, dst, 1000, 1 };
			rib_sample_many(one->rib, &packets[k], 1, i * 0.1);
		}
		rib_sample_many(many->rib, packets, n, i * 0.1);
		if (i % 10 == 0)
			for (int k = 0; k < 2; k++)
				rib_tick(both[k]->rib, i * 0.1);
		for (int k = 0; k < 2; k++)
			rib_work(both[k]->rib, 100);
		for (int k = 0; k < 2; k++)
			model_replay(both[k]);
		assert_memory_equal(
		    one->hardware, many->hardware, sizeof one->hardware);
		assert_int_equal(one->changes, many->changes);
	}
	assert_true(one->changes > 30);
	model_free(one);
	model_free(many);
}

struct observer {
	struct model *model;
	uint8_t table[2 * ADDRESSES]; /* as the model's */
	unsigned told;
};

static void
observe(void *arg, const struct prefix *prefix, uint32_t attrs)
{
	struct observer *o = arg;
	uint8_t nexthop = attrs ? model_nexthop_of(o->model, attrs) : 0;
	unsigned heap;

	if (prefix->len == 0)
		return;
	heap = model_heap_of(o->model, prefix);
	assert_int_not_equal(o->table[heap], nexthop);
	o->table[heap] = nexthop;
	o->told++;
}

/* Each change of a next hop is told once, and nothing else is. */
static void
an_observer_knows_the_table(void **state)
{
	struct model *m = model_new(FAMILY_IPV6, 20, 5);
	struct observer *o = calloc(1, sizeof *o);
	unsigned told;

	(void)state;
	o->model = m;
	rib_observe(m->rib, observe, o);
	model_set_default(m, 1);
	model_listen(m);
	for (unsigned i = 0; i < 3000; i++) {
		life_step(m);
		if (i % 500 == 499)
			model_session_lost(m);
		assert_memory_equal(o->table, m->table, sizeof o->table);
	}
	told = o->told;
	assert_true(told > 500);
	rib_observe(m->rib, NULL, NULL);
	for (unsigned i = 0; i < 100; i++)
		life_step(m);
	assert_int_equal(o->told, told);
	model_free(m);
	free(o);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_change_is_safe_ipv4),
		cmocka_unit_test(every_change_is_safe_ipv6),
		cmocka_unit_test(every_change_is_safe_with_hardly_any_room),
		cmocka_unit_test(every_change_is_safe_with_much_room),
		cmocka_unit_test(choices_are_upset_halfway),
		cmocka_unit_test(slices_of_any_size_lead_to_the_same),
		cmocka_unit_test(a_choice_that_is_repeated_changes_nothing),
		cmocka_unit_test(capacity_shrinks_at_once_and_in_order),
		cmocka_unit_test(next_hops_that_the_target_does_not_take),
		cmocka_unit_test(samples_at_once_are_samples_in_order),
		cmocka_unit_test(an_observer_knows_the_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
