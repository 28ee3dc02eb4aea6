/*
 * The engine against its model. Input: family, capacity, what stands at the beginning,
 * then steps of four bytes: operation, next hop or number, heap position or address.
 */
#include "base/wire.h"

#define BITS 6 /* a small world is searched faster */
#include "tests/unit/rib/model_events.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

#define STEPS_MAX 400

enum step {
	ANNOUNCE,
	WITHDRAW,
	SAMPLE,
	TICK,
	DEFAULT,
	CAPACITY,
	POLICY,
	BAR,
	TARGET,
	SESSION,
	LOOKUP,
	BEGIN, /* a choice, which other steps may then find half done */
	WORK,
	STEPS,
};

/* What cannot be announced is found out when it was: the target starts anew. */
static void
bar(struct model *m, unsigned heap)
{
	struct prefix prefix = model_prefix_of(m, heap);

	rib_bar(m->rib, &prefix);
	model_target_lost(m);
	model_target_returns(m);
}

static void
step(struct model *m, enum step step, unsigned number, unsigned x)
{
	unsigned heap = x % (2 * ADDRESSES - 1) + 1, a = x % ADDRESSES;

	switch (step) {
	case ANNOUNCE:
		model_announce(m, heap, 1 + number % (2 * NEXTHOPS));
		break;
	case WITHDRAW:
		model_withdraw(m, heap);
		break;
	case SAMPLE:
		for (unsigned i = 0; i <= number % 8; i++)
			model_sample(m, a), model_replay(m);
		break;
	case TICK:
		m->now += number / 8.0;
		model_tick(m);
		break;
	case DEFAULT:
		model_set_default(m, number % (NEXTHOPS + 1));
		break;
	case CAPACITY:
		model_set_capacity(m, number);
		break;
	case POLICY:
		model_set_policy(m, number, x);
		break;
	case BAR:
		bar(m, heap);
		break;
	case TARGET:
		model_target_lost(m);
		rib_set_target(m->rib, m->family, number % 4 != 0);
		break;
	case SESSION:
		model_session_lost(m);
		break;
	case LOOKUP:
		model_check_lookup(m, a);
		model_check_status(m);
		break;
	case BEGIN:
		m->now += number / 8.0;
		rib_tick(m->rib, m->now);
		break;
	case WORK:
		assert(rib_work(m->rib, 1 + number) == rib_has_work(m->rib));
		break;
	case STEPS:
		break;
	}
	model_replay(m);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static struct model m;
	enum family family;
	unsigned capacity;
	struct rd rd;

	rd_init(&rd, bytes, len);
	family = rd_u8(&rd) & 1 ? FAMILY_IPV6 : FAMILY_IPV4;
	capacity = rd_u8(&rd);
	model_init(&m, family, capacity, 1);
	model_listen(&m);
	for (unsigned i = 0; i < STEPS_MAX && rd_left(&rd) >= 4; i++) {
		enum step which = (enum step)(rd_u8(&rd) % STEPS);
		unsigned number = rd_u8(&rd);

		step(&m, which, number, rd_u16(&rd));
	}
	model_fini(&m);
	return 0;
}
