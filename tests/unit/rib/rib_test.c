/*
 * The engine against the model: random changes of the RIB, samples, ticks, capacities
 * and session losses.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "rib/half.h"
#include "tests/unit/rib/model.h"

static void
target_flaps(struct model *m)
{
	model_target_lost(m);
	if (model_pick(m, 2))
		model_target_returns(m);
}

/* What the owner may do at any time, as when a choice is half through. */
static void
upset(struct model *m, size_t capacity)
{
	switch (model_pick(m, 5)) {
	case 0:
		model_set_policy(m, model_pick(m, 256), model_pick(m, ADDRESSES));
		break;
	case 1:
		model_set_capacity(m, model_pick(m, 2 * (unsigned)capacity + 1));
		break;
	case 2:
		target_flaps(m);
		break;
	case 3:
		model_set_default(m, model_pick(m, NEXTHOPS + 1));
		break;
	default:
		model_target_lost(m);
		model_target_returns(m);
		break;
	}
	model_replay(m);
}

/* Short prefixes are rare, as in life, and long ones follow their parent's next hop. */
static unsigned
random_prefix(struct model *m)
{
	unsigned len = 1 + model_pick(m, BITS) % BITS;

	if (len < 4 && model_pick(m, 3))
		len += 5;
	return (1u << len) + model_pick(m, 1u << len);
}

static unsigned
random_set(struct model *m, unsigned heap)
{
	unsigned above = 0;

	for (unsigned up = heap >> 1; up && !above; up >>= 1)
		above = m->table[up];
	if (above && model_pick(m, 10) < 6)
		return 2 * above - model_pick(m, 2);
	return 1 + model_pick(m, 2 * NEXTHOPS);
}

static void
random_step(struct model *m)
{
	unsigned heap = random_prefix(m);

	switch (model_pick(m, 24)) {
	case 0 ... 4:
		model_announce(m, heap, random_set(m, heap));
		break;
	case 5 ... 8:
		model_withdraw(m, heap);
		break;
	case 9 ... 18:
		for (unsigned i = model_pick(m, 6), a = model_pick(m, ADDRESSES);
		     i-- > 0;)
			model_sample(m, (a * a / 900) % ADDRESSES), model_replay(m);
		break;
	case 19 ... 20:
		m->now += 0.5;
		rib_tick(m->rib, m->now);
		break;
	case 21: /* and all may change before it is through */
		rib_work(m->rib, model_pick(m, 300));
		break;
	case 22:
		if (model_pick(m, 10) == 0)
			model_set_default(m, model_pick(m, NEXTHOPS + 1));
		break;
	default:
		model_check_lookup(m, model_pick(m, ADDRESSES));
		model_check_status(m);
		break;
	}
	model_replay(m);
}

static void
random_life(enum family family, size_t capacity, unsigned seed, unsigned steps)
{
	struct model *m = malloc(sizeof *m);
	size_t changes;

	model_init(m, family, capacity, seed);
	model_set_default(m, 1);
	for (int i = 0; i < 300; i++) {
		unsigned heap = random_prefix(m);

		model_announce(m, heap, random_set(m, heap));
		model_replay(m);
	}
	assert_int_equal(m->changes, 0); /* nobody listens */
	model_listen(m);
	for (unsigned i = 0; i < steps; i++) {
		random_step(m);
		if (i % 300 == 299)
			model_set_policy(
			    m, model_pick(m, 256), model_pick(m, ADDRESSES)),
			    model_replay(m);
		if (i % 2000 == 1999)
			model_session_lost(m);
		if (i % 700 == 699)
			target_flaps(m);
		if (i % 500 == 499)
			model_target_lost(m), model_target_returns(m);
	}
	changes = m->changes;
	assert_true(changes > steps / 200);
	model_fini(m);
	free(m);
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

static void
capacity_shrinks_at_once_and_in_order(void **state)
{
	struct model *m = malloc(sizeof *m);

	(void)state;
	model_init(m, FAMILY_IPV4, 200, 5);
	model_set_default(m, 1);
	for (int i = 0; i < 400; i++) {
		unsigned heap = random_prefix(m);

		model_announce(m, heap, random_set(m, heap));
	}
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
	model_fini(m);
	free(m);
}

/* A choice is never left alone for long: all that it relied on changes meanwhile. */
static void
choices_are_upset_halfway(void **state)
{
	static const size_t capacities[] = { 0, 1, 2, 8, 30, 400 };

	(void)state;
	for (unsigned k = 0; k < sizeof capacities / sizeof *capacities; k++) {
		struct model *m = malloc(sizeof *m);

		model_init(m, k % 2 ? FAMILY_IPV4 : FAMILY_IPV6, capacities[k], k + 1);
		for (int i = 0; i < 300; i++) {
			unsigned heap = random_prefix(m);

			model_announce(m, heap, random_set(m, heap));
		}
		model_listen(m);
		for (int i = 0; i < 4000; i++) {
			random_step(m);
			rib_work(m->rib, 1 + model_pick(m, 60));
			model_replay(m);
			if (model_pick(m, 12) == 0)
				upset(m, capacities[k]);
		}
		model_fini(m);
		free(m);
	}
}

/* Where nothing comes in between, slices change nothing but who waits. */
static void
slices_of_any_size_lead_to_the_same(void **state)
{
	struct model *one = malloc(sizeof *one), *all = malloc(sizeof *all);
	struct model *both[] = { one, all };

	(void)state;
	for (int k = 0; k < 2; k++) {
		model_init(both[k], FAMILY_IPV4, 60, 12);
		model_listen(both[k]);
	}
	for (int i = 0; i < 4000; i++) {
		for (int k = 0; k < 2; k++) {
			random_step(both[k]);
			if (model_pick(both[k], 30) == 0)
				upset(both[k], 60);
			while (rib_work(both[k]->rib, k ? SIZE_MAX : 1))
				continue;
			model_replay(both[k]);
		}
		assert_int_equal(one->changes, all->changes);
		assert_memory_equal(one->hardware, all->hardware, sizeof one->hardware);
	}
	assert_true(one->changes > 1000);
	for (int k = 0; k < 2; k++) {
		model_fini(both[k]);
		free(both[k]);
	}
}

/* Where nothing changes, one choice after the other comes to the same. */
static void
a_choice_that_is_repeated_changes_nothing(void **state)
{
	(void)state;
	for (unsigned seed = 1; seed <= 30; seed++) {
		struct model *m = malloc(sizeof *m);
		unsigned number = 0;
		size_t before = 0;

		model_init(m, FAMILY_IPV4, seed * 2, seed);
		model_set_default(m, 1);
		model_listen(m);
		for (int i = 0; i < 1000; i++) {
			random_step(m);
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
		model_fini(m);
		free(m);
	}
}

/* Wherever a choice is: what would go by it stays if it is pinned meanwhile. */
static void
what_is_pinned_meanwhile_stays(void **state)
{
	(void)state;
	for (unsigned slices = 0; slices < 300; slices++) {
		struct model *m = malloc(sizeof *m);
		struct rib_rule pin;
		struct rib_policy policy = { .fallback_weight = 1, .pin = &pin };
		size_t changes;

		model_init(m, FAMILY_IPV4, 1, 1);
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
			model_fini(m);
			free(m);
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
		model_fini(m);
		free(m);
	}
	fail();
}

/* Three routes, one place. */
static void
the_heaviest_takes_the_place(void **state)
{
	struct model *m = malloc(sizeof *m);

	(void)state;
	model_init(m, FAMILY_IPV4, 1, 6);
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
	model_fini(m);
	free(m);
}

/* What is installed at first is displaced when the traffic moves, not by the noise. */
static void
the_set_follows_the_traffic(void **state)
{
	struct model *m = malloc(sizeof *m);
	size_t changes = 0;

	(void)state;
	model_init(m, FAMILY_IPV4, 16, 7);
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
	model_fini(m);
	free(m);
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
	struct model *m = malloc(sizeof *m);
	size_t changes;

	(void)state;
	model_init(m, FAMILY_IPV4, 16, 7);
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
	model_fini(m);
	free(m);
}

static void
silence_changes_nothing(void **state)
{
	struct model *m = malloc(sizeof *m);
	struct rib_status status;
	size_t changes;

	(void)state;
	model_init(m, FAMILY_IPV4, 16, 8);
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
	model_fini(m);
	free(m);
}

static void
changed_attributes_are_announced_again(void **state)
{
	struct model *m = malloc(sizeof *m);
	size_t changes;

	(void)state;
	model_init(m, FAMILY_IPV6, 16, 9);
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
	model_fini(m);
	free(m);
}

static void
nothing_is_said_while_nobody_listens(void **state)
{
	struct model *m = malloc(sizeof *m);
	size_t n;

	(void)state;
	model_init(m, FAMILY_IPV4, 16, 10);
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
	model_fini(m);
	free(m);
}

static void
what_is_barred_waits_for_other_attributes(void **state)
{
	struct model *m = malloc(sizeof *m);
	struct prefix prefix;
	struct rib_rule rule;
	struct rib_policy policy = { .fallback_weight = 1, .never = &rule };

	(void)state;
	model_init(m, FAMILY_IPV4, 16, 11);
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
	model_fini(m);
	free(m);
}

/* A model whose last next hop is of IPv6, for IPv4 routes. */
static void
init_with_foreign_hop(struct model *m, size_t capacity)
{
	const uint8_t bytes[16] = { 0x20, 0x01, 0x0d, 0xb8 };
	struct nexthop hop = nexthop_make(bytes, 16);
	uint32_t key;

	model_init(m, FAMILY_IPV4, capacity, 5);
	key = fwkey_intern(rib_fwkeys(m->rib), &hop, 1);
	for (uint8_t i = 2 * NEXTHOPS - 1; i <= 2 * NEXTHOPS; i++) {
		attrs_unref(rib_attrs(m->rib), m->attrs[i]);
		m->attrs[i] = attrs_intern(rib_attrs(m->rib), 0, &i, 1, key);
	}
	fwkey_unref(rib_fwkeys(m->rib), key);
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
	struct model *m = malloc(sizeof *m);
	unsigned taken = 0;

	(void)state;
	init_with_foreign_hop(m, 100);
	for (int i = 0; i < 300; i++)
		model_announce(m, random_prefix(m), 1 + model_pick(m, 2 * NEXTHOPS));
	rib_set_ready(m->rib, FAMILY_IPV4, true);
	for (int life = 0; life < 10; life++) {
		bool bar = life % 2 == 0;

		rib_bar_foreign(m->rib, FAMILY_IPV4, bar);
		model_target_returns(m);
		for (int i = 0; i < 500; i++) {
			random_step(m);
			if (bar)
				assert_int_equal(foreign_installed(m), 0);
			taken += foreign_installed(m);
		}
		assert_true(m->installed > 0);
		model_target_lost(m);
	}
	assert_true(taken > 0);
	model_fini(m);
	free(m);
}

static void
a_full_table_refuses_and_counts(void **state)
{
	struct model *m = malloc(sizeof *m);
	struct rib_limits limits = { { 2, 2 }, 10, 10, 1 };
	struct prefix prefix;
	struct rib_status status;
	uint32_t attrs;
	struct rib *rib = rib_new(&limits);

	(void)state;
	model_init(m, FAMILY_IPV4, 1, 1);
	attrs = attrs_intern(rib_attrs(rib), 0, (const uint8_t *)"x", 1, 0);
	assert_int_not_equal(attrs, 0);
	attrs_unref(rib_attrs(rib), attrs);
	{
		const uint8_t hop[4] = { 192, 0, 2, 1 };
		struct nexthop nexthop = nexthop_make(hop, 4);
		uint32_t key = fwkey_intern(rib_fwkeys(rib), &nexthop, 1);

		attrs = attrs_intern(rib_attrs(rib), 0, (const uint8_t *)"y", 1, key);
		fwkey_unref(rib_fwkeys(rib), key);
	}
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
	model_fini(m);
	free(m);
}

/* What is entered at once is entered in order: as if it came one by one. */
static void
samples_at_once_are_samples_in_order(void **state)
{
	struct model *one = malloc(sizeof *one), *many = malloc(sizeof *many);
	struct model *both[] = { one, many };

	(void)state;
	for (int k = 0; k < 2; k++) {
		model_init(both[k], FAMILY_IPV6, 8, 11);
		model_set_default(both[k], 1);
		for (int i = 0; i < 300; i++) {
			unsigned heap = random_prefix(both[k]);

			model_announce(both[k], heap, random_set(both[k], heap));
		}
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
	for (int k = 0; k < 2; k++) {
		model_fini(both[k]);
		free(both[k]);
	}
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
	struct model *m = malloc(sizeof *m);
	struct observer *o = calloc(1, sizeof *o);
	unsigned told;

	(void)state;
	model_init(m, FAMILY_IPV6, 20, 5);
	o->model = m;
	rib_observe(m->rib, observe, o);
	model_set_default(m, 1);
	model_listen(m);
	for (unsigned i = 0; i < 3000; i++) {
		random_step(m);
		if (i % 500 == 499)
			model_session_lost(m);
		assert_memory_equal(o->table, m->table, sizeof o->table);
	}
	told = o->told;
	assert_true(told > 500);
	rib_observe(m->rib, NULL, NULL);
	for (unsigned i = 0; i < 100; i++)
		random_step(m);
	assert_int_equal(o->told, told);
	model_fini(m);
	free(m);
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
		cmocka_unit_test(an_observer_knows_the_table),
		cmocka_unit_test(what_is_pinned_meanwhile_stays),
		cmocka_unit_test(the_heaviest_takes_the_place),
		cmocka_unit_test(the_set_follows_the_traffic),
		cmocka_unit_test(a_grant_lapses),
		cmocka_unit_test(silence_changes_nothing),
		cmocka_unit_test(changed_attributes_are_announced_again),
		cmocka_unit_test(nothing_is_said_while_nobody_listens),
		cmocka_unit_test(what_is_barred_waits_for_other_attributes),
		cmocka_unit_test(next_hops_that_the_target_does_not_take),
		cmocka_unit_test(a_full_table_refuses_and_counts),
		cmocka_unit_test(samples_at_once_are_samples_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
