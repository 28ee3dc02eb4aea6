/*
 * What comes over an engine beside routes and samples: another policy or capacity, the
 * loss of the target or of the RIB session.
 */
#ifndef TESTS_UNIT_RIB_MODEL_EVENTS_H
#define TESTS_UNIT_RIB_MODEL_EVENTS_H

#include "tests/unit/rib/model.h"

/* Another policy, of which `number` and `x` decide. */
static inline void
model_set_policy(struct model *m, unsigned number, unsigned x)
{
	struct rib_rule rules[4];
	struct nexthop hop = model_nexthop(m, (uint8_t)(1 + x % NEXTHOPS));
	struct rib_policy policy = {
		.min_rate = number % 2 * 1000.0 * (number % 16),
		.min_len = number / 2 % 4 ? 0 : family_bits(m->family) - 4,
		.idle_s = number / 4 % 4,
		.fallback = number / 8 % 3,
		.nexthop = nexthop_addr(&hop),
		.fallback_weight = number / 3 % 5 / 4.0,
		.churn_limit = x % 4 ? 0 : x % 5,
		.churn_burst = x % 4 ? 0 : x % 7,
		.pin = rules,
		.n_pin = number % 3,
		.never = rules + number % 3,
		.n_never = number / 16 % 3,
	};

	for (unsigned i = 0; i < 4; i++)
		rules[i] = (struct rib_rule){
			model_prefix_of(m, 1 + x * (i + 1) % (2 * ADDRESSES - 1)),
			(number >> i) & 1,
		};
	for (unsigned heap = 1; heap < 2 * ADDRESSES; heap++) {
		struct prefix prefix = model_prefix_of(m, heap);

		m->never[heap] = false;
		for (size_t i = 0; i < policy.n_never; i++) {
			const struct rib_rule *rule = &policy.never[i];

			m->never[heap] |= rule->longer
					      ? prefix_covers(&rule->prefix, &prefix)
					      : prefix_equal(&rule->prefix, &prefix);
		}
	}
	m->fallback_mode = policy.fallback;
	m->fallback_hop = (uint8_t)(1 + x % NEXTHOPS);
	rib_set_policy(m->rib, m->family, &policy);
}

/* The target is without us; it keeps what it has heard, or nothing. */
static inline void
model_target_alone(struct model *m)
{
	if (!m->gone) {
		for (unsigned i = model_luck(m, m->n_undo + 1); i-- > 0;) {
			m->n_undo--;
			m->hardware[m->undo[m->n_undo].heap] =
			    m->undo[m->n_undo].before;
		}
		memcpy(m->away, m->hardware, sizeof m->away);
		memset(m->hardware, 0, sizeof m->hardware);
	}
	if (model_luck(m, 4) == 0)
		memset(m->away, 0, sizeof m->away);
	m->installed = m->n_undo = 0;
	m->gone = true;
	model_rib_changed(m);
}

static inline void
model_target_lost(struct model *m)
{
	rib_set_target(m->rib, m->family, false);
	model_target_alone(m);
}

static inline void
model_target_returns(struct model *m)
{
	rib_set_target(m->rib, m->family, true);
	model_replay(m);
}

/* Another capacity: on the way down more are installed than the new one. */
static inline void
model_set_capacity(struct model *m, size_t capacity)
{
	size_t before = m->capacity;

	rib_set_capacity(m->rib, m->family, capacity);
	m->capacity = capacity > before ? capacity : before;
	model_replay(m);
	assert(m->installed <= capacity);
	m->capacity = capacity;
}

/* The RIB session goes and comes back with three quarters of its routes. */
static inline void
model_session_lost(struct model *m)
{
	uint8_t before[2 * ADDRESSES];
	bool more;

	memcpy(before, m->table, sizeof before);
	rib_mark_stale(m->rib, m->family);
	if (m->fallback)
		model_set_default(m, m->fallback);
	for (unsigned heap = 1; heap < 2 * ADDRESSES; heap++) {
		if (!before[heap] || model_pick(m, 4) == 0)
			continue;
		model_announce(m, heap, 2u * before[heap] - model_pick(m, 2));
		model_replay(m);
		before[heap] = 0;
	}
	do { /* one at a time: each must be safe */
		more = rib_sweep(m->rib, m->family, 1);
		for (unsigned heap = 1; heap < 2 * ADDRESSES; heap++) {
			struct prefix prefix = model_prefix_of(m, heap);
			struct rib_route route;

			if (before[heap] && !rib_find(m->rib, &prefix, &route))
				m->table[heap] = 0;
		}
		model_rib_changed(m);
		model_replay(m);
	} while (more);
	for (unsigned heap = 1; heap < 2 * ADDRESSES; heap++)
		if (before[heap])
			assert(m->table[heap] == 0);
}

#endif
