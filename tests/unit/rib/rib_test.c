/*
 * The engine against a model that shares nothing with it: arrays of what the RIB and
 * the hardware hold over a universe of 1,024 addresses. Random changes of the RIB,
 * samples, ticks, capacities and session losses; the model replays each announcement
 * and withdrawal and looks at every address after each.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "rib/attrs.h"
#include "rib/nexthop.h"
#include "rib/rib.h"

#define BITS 10
#define ADDRESSES (1u << BITS)
#define NEXTHOPS 4

struct model {
	enum family family;
	struct rib *rib;
	uint32_t attrs[2 * NEXTHOPS + 1]; /* two sets for each next hop */
	size_t capacity, installed;
	uint8_t table[2 * ADDRESSES]; /* next hops by heap position, 0: none */
	uint8_t hardware[2 * ADDRESSES];
	uint8_t fallback;
	bool bad[ADDRESSES];
	size_t changes;
	double now;
	unsigned seed;
};

static unsigned
pick(struct model *m, unsigned n)
{
	return (unsigned)rand_r(&m->seed) % n;
}

static struct prefix
prefix_of(const struct model *m, unsigned heap)
{
	unsigned len = 31u - (unsigned)__builtin_clz(heap);
	uint64_t bits = (uint64_t)(heap - (1u << len)) << (BITS - len);

	if (m->family == FAMILY_IPV4)
		return prefix_make(FAMILY_IPV4,
		    (struct bits){ (0x0a000000 | bits) << 32, 0 }, 32 - BITS + len);
	return prefix_make(
	    FAMILY_IPV6, (struct bits){ 0x20010db800000000, bits }, 128 - BITS + len);
}

static unsigned
heap_of(const struct model *m, const struct prefix *prefix)
{
	unsigned top = family_bits(m->family) - BITS, len = prefix->len - top;
	uint64_t bits = m->family == FAMILY_IPV4 ? prefix->bits.hi >> 32
						 : prefix->bits.lo;

	assert_true(prefix->family == m->family && prefix->len >= top);
	return (1u << len) + (unsigned)((bits & (ADDRESSES - 1)) >> (BITS - len));
}

static unsigned
longest(const uint8_t *set, unsigned address)
{
	for (unsigned heap = ADDRESSES + address; heap; heap >>= 1)
		if (set[heap])
			return set[heap];
	return 0;
}

static bool
is_bad(const struct model *m, unsigned address)
{
	unsigned hw = longest(m->hardware, address);

	return hw && hw != longest(m->table, address);
}

/* What a change of the RIB leaves wrong may be put right step by step. */
static void
rib_changed(struct model *m)
{
	for (unsigned a = 0; a < ADDRESSES; a++)
		m->bad[a] = is_bad(m, a);
}

static uint8_t
nexthop_of(const struct model *m, uint32_t attrs)
{
	for (uint8_t i = 1; i <= 2 * NEXTHOPS; i++)
		if (m->attrs[i] == attrs)
			return (uint8_t)((i + 1) / 2);
	fail_msg("attributes that nobody gave");
	return 0;
}

/* Replays what the engine says: no step may make an address wrong. */
static void
replay(struct model *m)
{
	size_t n;
	const struct rib_change *changes = rib_changes(m->rib, m->family, &n);

	for (size_t i = 0; i < n; i++) {
		unsigned heap = heap_of(m, &changes[i].prefix);

		m->changes++;
		if (changes[i].op == RIB_ANNOUNCE) {
			m->installed += !m->hardware[heap];
			m->hardware[heap] = nexthop_of(m, changes[i].attrs);
		} else {
			assert_int_not_equal(m->hardware[heap], 0);
			m->hardware[heap] = 0;
			m->installed--;
		}
		assert_in_range(m->installed, 0, m->capacity);
		for (unsigned a = 0; a < ADDRESSES; a++) {
			bool bad = is_bad(m, a);

			assert_false(bad && !m->bad[a]);
			m->bad[a] = bad;
		}
	}
	rib_changes_done(m->rib, m->family);
	for (unsigned a = 0; a < ADDRESSES; a++)
		assert_false(m->bad[a]);
}

static void
check_status(struct model *m)
{
	struct rib_status status;
	size_t learned = m->fallback != 0;

	for (unsigned heap = 1; heap < 2 * ADDRESSES; heap++)
		learned += m->table[heap] != 0;
	rib_status(m->rib, m->family, m->now, &status);
	assert_int_equal(status.installed, m->installed);
	assert_int_equal(status.learned, learned);
	assert_int_equal(status.capacity, m->capacity);
	assert_false(status.misforwarded > 0);
}

static void
announce(struct model *m, unsigned heap, unsigned set)
{
	struct prefix prefix = prefix_of(m, heap);

	assert_true(rib_announce(m->rib, &prefix, m->attrs[set]));
	m->table[heap] = (uint8_t)((set + 1) / 2);
	rib_changed(m);
}

static void
withdraw(struct model *m, unsigned heap)
{
	struct prefix prefix = prefix_of(m, heap);

	rib_withdraw(m->rib, &prefix);
	m->table[heap] = 0;
	rib_changed(m);
}

static void
set_default(struct model *m, unsigned nexthop)
{
	struct prefix prefix = prefix_make(m->family, (struct bits){ 0, 0 }, 0);

	if (nexthop)
		assert_true(rib_announce(m->rib, &prefix, m->attrs[2 * nexthop]));
	else
		rib_withdraw(m->rib, &prefix);
	m->fallback = (uint8_t)nexthop;
}

static struct addr
address(const struct model *m, unsigned a)
{
	struct prefix prefix = prefix_of(m, ADDRESSES + a);

	return (struct addr){ prefix.bits, prefix.family };
}

static void
sample(struct model *m, unsigned a)
{
	struct addr dst = address(m, a);

	m->now += 0.001;
	rib_sample(m->rib, &dst, 64 + pick(m, 1400), 1, m->now);
}

static void
check_lookup(struct model *m, unsigned a)
{
	struct addr addr = address(m, a);
	struct rib_answer answer;
	unsigned want = longest(m->table, a), hw = longest(m->hardware, a);

	rib_lookup(m->rib, &addr, &answer);
	assert_int_equal(answer.found, want || m->fallback);
	if (!answer.found)
		return;
	assert_int_equal(nexthop_of(m, answer.route.attrs), want ? want : m->fallback);
	assert_int_equal(
	    hw != 0, answer.action == RIB_INSTALLED || answer.action == RIB_COVERED);
	assert_int_equal(answer.by_known, hw || m->fallback);
	if (answer.by_known)
		assert_int_equal(nexthop_of(m, answer.by_attrs), hw ? hw : m->fallback);
	assert_int_equal(
	    answer.correct, (hw ? hw : m->fallback) == (want ? want : m->fallback));
}

static void
model_init(struct model *m, enum family family, size_t capacity, unsigned seed)
{
	struct rib_limits limits = {
		.prefixes = { 2 * ADDRESSES, 2 * ADDRESSES },
		.attributes = 100,
		.active = 2 * ADDRESSES,
		.seed = seed,
	};

	memset(m, 0, sizeof *m);
	m->family = family;
	m->seed = seed;
	m->capacity = capacity;
	m->rib = rib_new(&limits);
	for (uint8_t i = 1; i <= 2 * NEXTHOPS; i++) {
		uint8_t hop[16] = { 192, 0, 2, (uint8_t)((i + 1) / 2) };
		struct nexthop nexthop = nexthop_make(
		    hop, family == FAMILY_IPV4 ? 4 : 16);
		uint32_t key = fwkey_intern(rib_fwkeys(m->rib), &nexthop, 1);

		m->attrs[i] = attrs_intern(rib_attrs(m->rib), 0, &i, 1, key);
		assert_int_not_equal(m->attrs[i], 0);
		fwkey_unref(rib_fwkeys(m->rib), key);
	}
	rib_set_capacity(m->rib, family, capacity);
}

static void
model_fini(struct model *m)
{
	struct attrs_stats stats;

	for (unsigned heap = 1; heap < 2 * ADDRESSES; heap++)
		if (m->table[heap])
			withdraw(m, heap), replay(m);
	set_default(m, 0);
	assert_int_equal(m->installed, 0);
	for (int i = 1; i <= 2 * NEXTHOPS; i++)
		attrs_unref(rib_attrs(m->rib), m->attrs[i]);
	attrs_stats(rib_attrs(m->rib), &stats);
	assert_int_equal(stats.sets, 0);
	assert_int_equal(fwkeys_count(rib_fwkeys(m->rib)), 0);
	rib_free(m->rib);
}

static void
listen(struct model *m)
{
	rib_set_ready(m->rib, m->family, true);
	rib_set_target(m->rib, m->family, true);
}

static void
target_lost(struct model *m)
{
	rib_set_target(m->rib, m->family, false);
	memset(m->hardware, 0, sizeof m->hardware);
	m->installed = 0;
	rib_changed(m);
	if (pick(m, 2))
		rib_set_target(m->rib, m->family, true);
}

static void
session_lost(struct model *m)
{
	uint8_t before[2 * ADDRESSES];
	bool more;

	memcpy(before, m->table, sizeof before);
	rib_mark_stale(m->rib, m->family);
	if (m->fallback)
		set_default(m, m->fallback);
	for (unsigned heap = 1; heap < 2 * ADDRESSES; heap++) {
		if (!before[heap] || pick(m, 4) == 0)
			continue;
		announce(m, heap, 2u * before[heap] - pick(m, 2));
		replay(m);
		before[heap] = 0;
	}
	do {
		more = rib_sweep(m->rib, m->family, 50);
		/* several routes may go in one call; judge by what is left at its end
		 */
		size_t n;
		const struct rib_change *changes = rib_changes(m->rib, m->family, &n);

		for (size_t i = 0; i < n; i++)
			if (changes[i].op == RIB_WITHDRAW)
				m->changes++;
		for (unsigned heap = 1; heap < 2 * ADDRESSES; heap++) {
			struct prefix prefix = prefix_of(m, heap);
			struct rib_route route;

			if (m->table[heap] && !rib_find(m->rib, &prefix, &route))
				m->table[heap] = 0;
		}
		rib_changed(m);
		for (size_t i = 0; i < n; i++) { /* order is judged elsewhere */
			unsigned heap = heap_of(m, &changes[i].prefix);

			if (changes[i].op == RIB_ANNOUNCE) {
				m->installed += !m->hardware[heap];
				m->hardware[heap] = nexthop_of(m, changes[i].attrs);
			} else {
				m->hardware[heap] = 0;
				m->installed--;
			}
			assert_in_range(m->installed, 0, m->capacity);
		}
		rib_changes_done(m->rib, m->family);
		rib_changed(m);
		for (unsigned a = 0; a < ADDRESSES; a++)
			assert_false(m->bad[a]);
	} while (more);
	for (unsigned heap = 1; heap < 2 * ADDRESSES; heap++)
		if (before[heap])
			assert_int_equal(m->table[heap], 0);
}

/* Short prefixes are rare, as in life, and long ones follow their parent's next hop. */
static unsigned
random_prefix(struct model *m)
{
	unsigned len = 1 + pick(m, BITS) % BITS;

	if (len < 4 && pick(m, 3))
		len += 5;
	return (1u << len) + pick(m, 1u << len);
}

static unsigned
random_set(struct model *m, unsigned heap)
{
	unsigned above = 0;

	for (unsigned up = heap >> 1; up && !above; up >>= 1)
		above = m->table[up];
	if (above && pick(m, 10) < 6)
		return 2 * above - pick(m, 2);
	return 1 + pick(m, 2 * NEXTHOPS);
}

static void
random_step(struct model *m)
{
	unsigned heap = random_prefix(m);

	switch (pick(m, 24)) {
	case 0 ... 4:
		announce(m, heap, random_set(m, heap));
		break;
	case 5 ... 8:
		withdraw(m, heap);
		break;
	case 9 ... 18:
		for (unsigned i = pick(m, 6), a = pick(m, ADDRESSES); i-- > 0;)
			sample(m, (a * a / 900) % ADDRESSES), replay(m);
		break;
	case 19 ... 21:
		m->now += 0.5;
		rib_tick(m->rib, m->now);
		break;
	case 22:
		if (pick(m, 10) == 0)
			set_default(m, pick(m, NEXTHOPS + 1));
		break;
	default:
		check_lookup(m, pick(m, ADDRESSES));
		check_status(m);
		break;
	}
	replay(m);
}

static void
random_life(enum family family, size_t capacity, unsigned seed, unsigned steps)
{
	struct model *m = malloc(sizeof *m);
	size_t changes;

	model_init(m, family, capacity, seed);
	set_default(m, 1);
	for (int i = 0; i < 300; i++) {
		unsigned heap = random_prefix(m);

		announce(m, heap, random_set(m, heap));
		replay(m);
	}
	assert_int_equal(m->changes, 0); /* nobody listens */
	listen(m);
	for (unsigned i = 0; i < steps; i++) {
		random_step(m);
		if (i % 2000 == 1999)
			session_lost(m);
		if (i % 700 == 699)
			target_lost(m);
		if (i % 500 == 499)
			rib_set_target(m->rib, m->family, true),
			    memset(m->hardware, 0, sizeof m->hardware),
			    m->installed = 0;
	}
	changes = m->changes;
	assert_true(changes > steps / 20);
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
	set_default(m, 1);
	for (int i = 0; i < 400; i++) {
		unsigned heap = random_prefix(m);

		announce(m, heap, random_set(m, heap));
	}
	listen(m);
	for (int i = 0; i < 3000; i++) {
		sample(m, pick(m, ADDRESSES));
		replay(m);
		if (i % 500 == 0)
			rib_tick(m->rib, m->now), replay(m);
	}
	assert_true(m->installed > 100);
	for (size_t capacity = 150; capacity; capacity /= 2) {
		rib_set_capacity(m->rib, m->family, capacity);
		/* on the way down more are installed than the new capacity */
		replay(m);
		assert_in_range(m->installed, 0, capacity);
		m->capacity = capacity;
		rib_tick(m->rib, m->now += 1);
		replay(m);
		check_status(m);
	}
	model_fini(m);
	free(m);
}

/* Three routes, one place. */
static void
the_heaviest_takes_the_place(void **state)
{
	struct model *m = malloc(sizeof *m);

	(void)state;
	model_init(m, FAMILY_IPV4, 1, 6);
	set_default(m, 1);
	announce(m, ADDRESSES + 1, 4);
	announce(m, ADDRESSES + 2, 4);
	announce(m, ADDRESSES + 3, 2); /* like the default: heavier, but right anyway */
	listen(m);
	for (int i = 0; i < 400; i++) {
		sample(m, i % 4 == 0 ? 1 : i % 4 == 1 ? 2 : 3);
		if (i % 2 == 0)
			sample(m, 2);
		replay(m);
	}
	rib_tick(m->rib, m->now);
	replay(m);
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
	set_default(m, 1);
	for (unsigned a = 0; a < 64; a++)
		announce(m, ADDRESSES + a, 4);
	listen(m);
	for (int i = 0; i < 20000; i++) {
		sample(m, pick(m, 4) ? pick(m, 10) : pick(m, 64));
		if (i % 500 == 0)
			rib_tick(m->rib, m->now), replay(m);
		replay(m);
		if (i == 10000)
			changes = m->changes;
	}
	for (unsigned a = 0; a < 10; a++)
		assert_int_equal(m->hardware[ADDRESSES + a], 2);
	assert_in_range(m->changes - changes, 0, 20);
	for (int i = 0; i < 20000; i++) {
		sample(m, pick(m, 4) ? 40 + pick(m, 10) : pick(m, 64));
		if (i % 500 == 0)
			rib_tick(m->rib, m->now), replay(m);
		replay(m);
	}
	for (unsigned a = 40; a < 50; a++)
		assert_int_equal(m->hardware[ADDRESSES + a], 2);
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
	set_default(m, 1);
	for (unsigned a = 0; a < 64; a++)
		announce(m, ADDRESSES + a, 4);
	listen(m);
	for (int i = 0; i < 3000; i++)
		sample(m, pick(m, 64)), replay(m);
	rib_tick(m->rib, m->now);
	replay(m);
	changes = m->changes;
	rib_status(m->rib, m->family, m->now, &status);
	assert_false(status.frozen);
	for (int i = 0; i < 7200; i++)
		rib_tick(m->rib, m->now += 1), replay(m);
	assert_int_equal(m->changes, changes);
	rib_status(m->rib, m->family, m->now, &status);
	assert_true(status.frozen);
	/* a target that returns meanwhile gets what is known */
	rib_set_target(m->rib, m->family, false);
	memset(m->hardware, 0, sizeof m->hardware);
	m->installed = 0;
	rib_set_target(m->rib, m->family, true);
	rib_tick(m->rib, m->now += 1);
	replay(m);
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
	announce(m, ADDRESSES + 5, 3);
	listen(m);
	sample(m, 5);
	replay(m);
	assert_int_equal(m->hardware[ADDRESSES + 5], 2);
	changes = m->changes;
	announce(m, ADDRESSES + 5, 4); /* the same next hop */
	replay(m);
	assert_int_equal(m->changes, changes + 1);
	announce(m, ADDRESSES + 5, 4);
	replay(m);
	assert_int_equal(m->changes, changes + 1);
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
		prefix = prefix_of(m, ADDRESSES + i);
		assert_int_equal(rib_announce(rib, &prefix, attrs), i <= 2);
	}
	prefix = prefix_of(m, ADDRESSES + 1);
	assert_true(rib_announce(rib, &prefix, attrs));
	rib_status(rib, FAMILY_IPV4, 0, &status);
	assert_int_equal(status.learned, 2);
	assert_int_equal(status.refused, 2);
	attrs_unref(rib_attrs(rib), attrs);
	rib_free(rib);
	model_fini(m);
	free(m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_change_is_safe_ipv4),
		cmocka_unit_test(every_change_is_safe_ipv6),
		cmocka_unit_test(every_change_is_safe_with_hardly_any_room),
		cmocka_unit_test(every_change_is_safe_with_much_room),
		cmocka_unit_test(capacity_shrinks_at_once_and_in_order),
		cmocka_unit_test(the_heaviest_takes_the_place),
		cmocka_unit_test(the_set_follows_the_traffic),
		cmocka_unit_test(silence_changes_nothing),
		cmocka_unit_test(changed_attributes_are_announced_again),
		cmocka_unit_test(a_full_table_refuses_and_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
