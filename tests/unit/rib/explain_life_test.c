/* Over random lives each reason agrees with what the model knows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "rib/explain.h"
#include "rib/select.h"
#include "tests/unit/rib/model.h"

#define NEW (1 + SELECT_HYSTERESIS) /* what a place counts */
#define OLD (1 - SELECT_HYSTERESIS)

/* What the reason claims, against what the model knows. Returns the reason. */
static enum rib_reason
check_reason(struct model *m, unsigned heap)
{
	struct prefix prefix = model_prefix_of(m, heap), other;
	struct rib_explanation e;
	unsigned up = heap >> 1, near = 0;
	double rounding; /* of a difference of sums as large as the traffic */

	rib_explain(m->rib, &prefix, m->now, &e);
	rounding = e.traffic * 1e-12;
	assert((m->hardware[heap] != 0) == rib_reason_installed(e.reason));
	assert((m->table[heap] == 0) == (e.reason == RIB_WHY_UNKNOWN));
	for (; up && !near; up >>= 1)
		near = m->hardware[up] ? up : 0;
	if (near)
		other = model_prefix_of(m, near);
	if (m->table[heap] && near) {
		bool alike = m->hardware[near] == m->table[heap];

		assert(e.reason == (!m->hardware[heap] ? RIB_WHY_COVERED
				       : alike         ? RIB_WHY_REDUNDANT
						       : RIB_WHY_PROTECTS));
		assert(e.other_known && prefix_equal(&e.other, &other));
	}
	if (m->table[heap] && !near)
		assert(e.reason != RIB_WHY_COVERED && e.reason != RIB_WHY_REDUNDANT &&
		       e.reason != RIB_WHY_PROTECTS);
	if (e.reason == RIB_WHY_CHOSEN || e.reason == RIB_WHY_COMING)
		assert(e.worth >= e.price * OLD - rounding &&
		       e.worth > e.asked - rounding);
	if (e.reason == RIB_WHY_PRICED_OUT)
		assert(e.worth <= e.price * NEW * (1 + 1e-9) && e.traffic <= e.needed);
	if (e.reason == RIB_WHY_LIKE_DEFAULT || e.reason == RIB_WHY_FILLS)
		assert(e.traffic == 0 || m->fallback == m->table[heap] ||
		       e.fallback >= e.traffic);
	assert(e.gain <= e.traffic && e.fallback <= e.traffic * (1 + 1e-9));
	assert(e.capacity == m->capacity && e.installed == m->installed);
	return e.reason;
}

static void
random_life(enum family family, size_t capacity, unsigned seed, unsigned *retseen)
{
	const struct rib_policy policy = {
		.fallback_weight = 1,
		.churn_limit = 1,
		.churn_burst = 2,
	};
	struct model *m = malloc(sizeof *m);

	model_init(m, family, capacity, seed);
	model_set_default(m, 1);
	rib_set_policy(m->rib, family, &policy);
	for (unsigned i = 0; i < 6000; i++) {
		unsigned len = 3 + model_pick(m, BITS - 2);
		unsigned heap = (1u << len) + model_pick(m, 1u << len);
		unsigned a = model_pick(m, ADDRESSES);

		if (i == 300)
			model_listen(m);
		if (i < 300 || model_pick(m, 5) == 0)
			model_announce(m, heap, 1 + model_pick(m, 2 * NEXTHOPS));
		else if (model_pick(m, 5) == 0)
			model_withdraw(m, heap);
		model_replay(m);
		model_sample(m, a * a / ADDRESSES * a / ADDRESSES);
		model_replay(m);
		if (i % 20 == 0)
			m->now += 0.5, model_tick(m), model_replay(m);
		if (i % 10 == 0)
			*retseen |= 1u << check_reason(m, heap);
		if (i % 1000 == 999)
			for (heap = 8; heap < 2 * ADDRESSES; heap++)
				*retseen |= 1u << check_reason(m, heap);
	}
	model_fini(m);
	free(m);
}

static void
reasons_agree_with_what_is_there(void **state)
{
	static const unsigned want[] = { RIB_WHY_CHOSEN, RIB_WHY_PROTECTS,
		RIB_WHY_FILLS, RIB_WHY_REDUNDANT, RIB_WHY_GOING, RIB_WHY_COVERED,
		RIB_WHY_PRICED_OUT, RIB_WHY_LIKE_DEFAULT, RIB_WHY_NO_TRAFFIC,
		RIB_WHY_TOO_LARGE, RIB_WHY_BUDGET, RIB_WHY_COMING, RIB_WHY_UNKNOWN };
	unsigned seen = 0;

	(void)state;
	random_life(FAMILY_IPV4, 40, 1, &seen);
	random_life(FAMILY_IPV6, 300, 2, &seen);
	random_life(FAMILY_IPV4, 2, 3, &seen);
	/* the others take a policy, a bar, silence or nobody who listens */
	for (unsigned i = 0; i < sizeof want / sizeof *want; i++)
		if (!(seen >> want[i] & 1))
			fail_msg("reason %u was never given", want[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reasons_agree_with_what_is_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
