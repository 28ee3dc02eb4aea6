/*
 * A model of the engine that shares nothing with it: arrays of what the RIB and the
 * hardware hold over a universe of 1,024 addresses, or what BITS says. It replays each
 * announcement and withdrawal and looks at every address after each; what is wrong
 * aborts, so that the tests and the fuzzer can share it.
 */
#ifndef TESTS_UNIT_RIB_MODEL_H
#define TESTS_UNIT_RIB_MODEL_H

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "rib/attrs.h"
#include "rib/nexthop.h"
#include "rib/rib.h"

#ifndef BITS
#define BITS 10
#endif
#define ADDRESSES (1u << BITS)
#define NEXTHOPS 4
#define UNDO_MAX 512

struct model {
	enum family family;
	struct rib *rib;
	uint32_t attrs[2 * NEXTHOPS + 1]; /* two sets for each next hop */
	size_t capacity, installed;
	uint8_t table[2 * ADDRESSES]; /* next hops by heap position, 0: none */
	uint8_t hardware[2 * ADDRESSES];
	uint8_t away[2 * ADDRESSES]; /* what a target that is gone has kept */
	bool stale[2 * ADDRESSES];   /* it has not been told anew */
	bool gone;                   /* the target, until it has been told anew */
	struct {                     /* changes that may still be on their way */
		unsigned heap;
		uint8_t before;
	} undo[UNDO_MAX];
	unsigned n_undo;
	unsigned luck; /* of the target, apart from what the test picks */
	uint8_t fallback;
	enum rib_fallback fallback_mode;
	uint8_t fallback_hop; /* with RIB_FALLBACK_NEXTHOP */
	bool never[2 * ADDRESSES];
	bool bad[ADDRESSES];
	size_t changes;
	double now;
	unsigned seed;
};

static inline unsigned
model_pick(struct model *m, unsigned n)
{
	return (unsigned)rand_r(&m->seed) % n;
}

static inline unsigned
model_luck(struct model *m, unsigned n)
{
	return (unsigned)rand_r(&m->luck) % n;
}

static inline struct prefix
model_prefix_of(const struct model *m, unsigned heap)
{
	unsigned len = 31u - (unsigned)__builtin_clz(heap);
	uint64_t bits = (uint64_t)(heap - (1u << len)) << (BITS - len);

	if (m->family == FAMILY_IPV4)
		return prefix_make(FAMILY_IPV4,
		    (struct bits){ (0x0a000000 | bits) << 32, 0 }, 32 - BITS + len);
	return prefix_make(
	    FAMILY_IPV6, (struct bits){ 0x20010db800000000, bits }, 128 - BITS + len);
}

static inline unsigned
model_heap_of(const struct model *m, const struct prefix *prefix)
{
	unsigned top = family_bits(m->family) - BITS, len = prefix->len - top;
	uint64_t bits = m->family == FAMILY_IPV4 ? prefix->bits.hi >> 32
						 : prefix->bits.lo;

	assert(prefix->family == m->family && prefix->len >= top);
	return (1u << len) + (unsigned)((bits & (ADDRESSES - 1)) >> (BITS - len));
}

/* The heap position of the longest match, or 0. */
static inline unsigned
model_match(const uint8_t *set, unsigned address)
{
	unsigned heap = ADDRESSES + address;

	while (heap && !set[heap])
		heap >>= 1;
	return heap;
}

static inline unsigned
model_longest(const uint8_t *set, unsigned address)
{
	return set[model_match(set, address)];
}

/* What is stale is the target's affair until it has been told anew. */
static inline bool
model_is_bad(const struct model *m, unsigned address)
{
	unsigned heap = model_match(m->hardware, address);

	return heap && !m->stale[heap] &&
	       m->hardware[heap] != model_longest(m->table, address);
}

/* What a change of the RIB leaves wrong may be put right step by step. */
static inline void
model_rib_changed(struct model *m)
{
	for (unsigned a = 0; a < ADDRESSES; a++)
		m->bad[a] = model_is_bad(m, a);
}

static inline uint8_t
model_nexthop_of(const struct model *m, uint32_t attrs)
{
	for (uint8_t i = 1; i <= 2 * NEXTHOPS; i++)
		if (m->attrs[i] == attrs)
			return (uint8_t)((i + 1) / 2);
	abort(); /* attributes that nobody gave */
}

/* Replays one change: it may make no address wrong. */
static inline void
model_change(struct model *m, const struct rib_change *change)
{
	unsigned heap = model_heap_of(m, &change->prefix);

	m->changes++;
	assert(m->n_undo < UNDO_MAX);
	m->undo[m->n_undo].heap = heap;
	m->undo[m->n_undo++].before = m->hardware[heap];
	if (change->op == RIB_ANNOUNCE) {
		assert(!m->never[heap]);
		if (!m->hardware[heap])
			assert(m->installed++ < m->capacity);
		m->hardware[heap] = model_nexthop_of(m, change->attrs);
	} else {
		assert(m->hardware[heap] || m->gone);
		m->installed -= m->hardware[heap] != 0;
		m->hardware[heap] = 0;
	}
	m->stale[heap] = false;
	for (unsigned a = 0; a < ADDRESSES; a++) {
		bool bad = model_is_bad(m, a);

		assert(!(bad && !m->bad[a]));
		m->bad[a] = bad;
	}
}

static inline bool
model_is_active(const struct model *m)
{
	struct rib_status status;

	rib_status(m->rib, m->family, m->now, &status);
	return status.ready && status.target;
}

/* The target is back with what it has kept. */
static inline void
model_target_back(struct model *m)
{
	m->installed = 0;
	for (unsigned heap = 1; heap < 2 * ADDRESSES; heap++) {
		m->hardware[heap] = m->away[heap];
		m->stale[heap] = m->away[heap] != 0;
		m->installed += m->away[heap] != 0;
	}
	model_rib_changed(m);
}

/* Replays what the engine says. */
static inline void
model_replay(struct model *m)
{
	bool back = m->gone && model_is_active(m);
	size_t n;
	const struct rib_change *changes = rib_changes(m->rib, m->family, &n);

	if (back)
		model_target_back(m);
	for (size_t i = 0; i < n; i++)
		model_change(m, &changes[i]);
	rib_changes_done(m->rib, m->family);
	assert(m->installed <= m->capacity);
	for (unsigned a = 0; a < ADDRESSES; a++)
		assert(!m->bad[a]);
	for (unsigned heap = 1; heap < 2 * ADDRESSES; heap++)
		assert(!m->never[heap] || !m->hardware[heap]);
	for (unsigned heap = 1; back && heap < 2 * ADDRESSES; heap++)
		assert(!m->stale[heap]); /* it knows all there was */
	m->gone &= !back;
	if (m->n_undo > UNDO_MAX / 2 || model_luck(m, 8) == 0) {
		rib_delivered(m->rib, m->family);
		m->n_undo = 0;
	}
}

static inline void
model_check_status(struct model *m)
{
	struct rib_status status;
	size_t learned = m->fallback != 0;

	for (unsigned heap = 1; heap < 2 * ADDRESSES; heap++)
		learned += m->table[heap] != 0;
	rib_status(m->rib, m->family, m->now, &status);
	assert(status.installed == m->installed);
	assert(status.learned == learned);
	assert(status.capacity == m->capacity);
	assert(!(status.misforwarded > 0));
}

static inline void
model_announce(struct model *m, unsigned heap, unsigned set)
{
	struct prefix prefix = model_prefix_of(m, heap);

	bool room = rib_announce(m->rib, &prefix, m->attrs[set]);

	assert(room);
	m->table[heap] = (uint8_t)((set + 1) / 2);
	model_rib_changed(m);
}

static inline void
model_withdraw(struct model *m, unsigned heap)
{
	struct prefix prefix = model_prefix_of(m, heap);

	rib_withdraw(m->rib, &prefix);
	m->table[heap] = 0;
	model_rib_changed(m);
}

static inline void
model_set_default(struct model *m, unsigned nexthop)
{
	struct prefix prefix = prefix_make(m->family, (struct bits){ 0, 0 }, 0);

	if (nexthop)
		rib_announce(m->rib, &prefix, m->attrs[2 * nexthop]);
	else
		rib_withdraw(m->rib, &prefix);
	m->fallback = (uint8_t)nexthop;
}

static inline struct addr
model_address(const struct model *m, unsigned a)
{
	struct prefix prefix = model_prefix_of(m, ADDRESSES + a);

	return (struct addr){ prefix.bits, prefix.family };
}

static inline void
model_sample(struct model *m, unsigned a)
{
	struct addr dst = model_address(m, a);

	m->now += 0.001;
	rib_sample_many(m->rib,
	    &(struct rib_packet){ dst, dst, 64 + model_pick(m, 1400), 1 }, 1, m->now);
}

/* The next hop of what nothing installed matches; 0: none. */
static inline unsigned
model_fallback(const struct model *m)
{
	switch (m->fallback_mode) {
	case RIB_FALLBACK_AUTO:
		return m->fallback;
	case RIB_FALLBACK_NONE:
		return 0;
	case RIB_FALLBACK_NEXTHOP:
		break;
	}
	return m->fallback_hop;
}

static inline void
model_check_lookup(struct model *m, unsigned a)
{
	struct addr addr = model_address(m, a);
	struct rib_answer answer;
	unsigned want = model_longest(m->table, a), hw = model_longest(m->hardware, a);

	rib_lookup(m->rib, &addr, &answer);
	assert(answer.found == (want || m->fallback));
	if (!answer.found)
		return;
	assert(model_nexthop_of(m, answer.route.attrs) == (want ? want : m->fallback));
	assert((hw != 0) ==
	       (answer.action == RIB_INSTALLED || answer.action == RIB_COVERED));
	assert(answer.by_known ==
	       (hw || (m->fallback && m->fallback_mode == RIB_FALLBACK_AUTO)));
	if (answer.by_known)
		assert(model_nexthop_of(m, answer.by_attrs) == (hw ? hw : m->fallback));
	assert(answer.correct ==
	       ((hw ? hw : model_fallback(m)) == (want ? want : m->fallback)));
}

/* The next hop with a number, as on the wire and as the operator names it. */
static inline struct nexthop
model_nexthop(const struct model *m, uint8_t number)
{
	uint8_t hop[16] = { 192, 0, 2, number };

	return nexthop_make(hop, m->family == FAMILY_IPV4 ? 4 : 16);
}

/* An engine without routes, and attributes to announce some with. */
static inline void
model_start(struct model *m)
{
	struct rib_limits limits = {
		.prefixes = { 2 * ADDRESSES, 2 * ADDRESSES },
		.attributes = 100,
		.active = 2 * ADDRESSES,
		.seed = m->seed,
	};

	m->rib = rib_new(&limits);
	for (uint8_t i = 1; i <= 2 * NEXTHOPS; i++) {
		struct nexthop nexthop = model_nexthop(m, (uint8_t)((i + 1) / 2));
		uint32_t key = fwkey_intern(rib_fwkeys(m->rib), &nexthop, 1);

		m->attrs[i] = attrs_intern(rib_attrs(m->rib), 0, &i, 1, key);
		assert(m->attrs[i] != 0);
		fwkey_unref(rib_fwkeys(m->rib), key);
	}
	rib_set_capacity(m->rib, m->family, m->capacity);
}

static inline void
model_init(struct model *m, enum family family, size_t capacity, unsigned seed)
{
	memset(m, 0, sizeof *m);
	m->family = family;
	m->seed = seed;
	m->capacity = capacity;
	model_start(m);
}

static inline void
model_fini(struct model *m)
{
	struct attrs_stats stats;

	if (m->gone)
		rib_set_target(m->rib, m->family, false);
	for (unsigned heap = 1; heap < 2 * ADDRESSES; heap++)
		if (m->table[heap])
			model_withdraw(m, heap), model_replay(m);
	model_set_default(m, 0);
	assert(m->installed == 0);
	for (int i = 1; i <= 2 * NEXTHOPS; i++)
		attrs_unref(rib_attrs(m->rib), m->attrs[i]);
	rib_set_policy(m->rib, m->family, &(struct rib_policy){ .fallback_weight = 1 });
	attrs_stats(rib_attrs(m->rib), &stats);
	assert(stats.sets == 0);
	assert(fwkeys_count(rib_fwkeys(m->rib)) == 0);
	rib_free(m->rib);
}

/* The same on the heap: it is large. */
static inline struct model *
model_new(enum family family, size_t capacity, unsigned seed)
{
	struct model *m = malloc(sizeof *m);

	assert(m);
	model_init(m, family, capacity, seed);
	return m;
}

static inline void
model_free(struct model *m)
{
	model_fini(m);
	free(m);
}

static inline void
model_listen(struct model *m)
{
	rib_set_ready(m->rib, m->family, true);
	rib_set_target(m->rib, m->family, true);
}

/* A choice begins, and is made to its end. */
static inline void
model_tick(struct model *m)
{
	rib_tick(m->rib, m->now);
	while (rib_work(m->rib, 1 + model_pick(m, 1000)))
		continue;
}

#endif
