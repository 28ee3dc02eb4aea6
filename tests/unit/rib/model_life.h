/*
 * A random life of an engine, against the model: changes of the RIB, samples, ticks,
 * slices of work; and what its owner may do at any time.
 */
#ifndef TESTS_UNIT_RIB_MODEL_LIFE_H
#define TESTS_UNIT_RIB_MODEL_LIFE_H

#include "tests/unit/rib/model_events.h"

/* Short prefixes are rare, as in life, and long ones follow their parent's next hop. */
static inline unsigned
life_prefix(struct model *m)
{
	unsigned len = 1 + model_pick(m, BITS) % BITS;

	if (len < 4 && model_pick(m, 3))
		len += 5;
	return (1u << len) + model_pick(m, 1u << len);
}

static inline unsigned
life_set(struct model *m, unsigned heap)
{
	unsigned above = 0;

	for (unsigned up = heap >> 1; up && !above; up >>= 1)
		above = m->table[up];
	if (above && model_pick(m, 10) < 6)
		return 2 * above - model_pick(m, 2);
	return 1 + model_pick(m, 2 * NEXTHOPS);
}

/* Announces so many random routes. */
static inline void
life_announce(struct model *m, int n)
{
	for (int i = 0; i < n; i++) {
		unsigned heap = life_prefix(m);

		model_announce(m, heap, life_set(m, heap));
	}
}

static inline void
life_step(struct model *m)
{
	unsigned heap = life_prefix(m);

	switch (model_pick(m, 24)) {
	case 0 ... 4:
		model_announce(m, heap, life_set(m, heap));
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

static inline void
life_target_flaps(struct model *m)
{
	model_target_lost(m);
	if (model_pick(m, 2))
		model_target_returns(m);
}

/* What the owner may do at any time, as when a choice is half through. */
static inline void
life_upset(struct model *m, size_t capacity)
{
	switch (model_pick(m, 5)) {
	case 0:
		model_set_policy(m, model_pick(m, 256), model_pick(m, ADDRESSES));
		break;
	case 1:
		model_set_capacity(m, model_pick(m, 2 * (unsigned)capacity + 1));
		break;
	case 2:
		life_target_flaps(m);
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

#endif
