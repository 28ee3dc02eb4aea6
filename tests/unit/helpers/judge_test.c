#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "helpers/judge.h"
#include "helpers/sflowrt.h"

struct model {
	struct judge judge;
	int a, b; /* keys */
};

static struct addr
addr(const char *text)
{
	struct addr addr;

	assert_true(addr_parse(text, &addr));
	return addr;
}

static int
setup(void **state)
{
	static struct model model;
	struct addr hops[2] = { addr("192.0.2.1"), addr("192.0.2.2") };
	const size_t capacity[FAMILIES] = { 3, 3 };

	judge_init(&model.judge, capacity);
	model.a = judge_key(&model.judge, &hops[0], 1);
	model.b = judge_key(&model.judge, &hops[1], 1);
	*state = &model;
	return 0;
}

static int
teardown(void **state)
{
	struct model *model = *state;

	judge_fini(&model->judge);
	return 0;
}

static void
route(struct model *model, const char *text, int key)
{
	struct prefix prefix;

	assert_true(prefix_parse(text, &prefix));
	judge_route(&model->judge, &prefix, key);
}

static void
event(struct model *model, const char *text, int key)
{
	struct prefix prefix;

	assert_true(prefix_parse(text, &prefix));
	judge_event(&model->judge, &prefix, key);
}

static enum judge_verdict
packet(const struct model *model, const char *text)
{
	struct addr to = addr(text);

	return judge_packet(&model->judge, &to);
}

/* Nothing else lies astray. */
static void
assert_unsafe(struct model *model, size_t events, size_t states)
{
	judge_settle(&model->judge);
	assert_int_equal(model->judge.unsafe_events, events);
	assert_int_equal(model->judge.unsafe_states, states);
}

static void
nested_rib(struct model *model)
{
	route(model, "0.0.0.0/0", model->a);
	route(model, "10.0.0.0/8", model->b);
	route(model, "10.1.0.0/16", model->a);
	judge_settle(&model->judge);
}

static void
test_verdicts(void **state)
{
	struct model *m = *state;

	nested_rib(m);
	assert_int_equal(packet(m, "10.1.0.1"), JUDGE_BY_DEFAULT);
	assert_int_equal(packet(m, "10.2.0.1"), JUDGE_MISSED);
	event(m, "10.1.0.0/16", m->a);
	event(m, "10.0.0.0/8", m->b);
	assert_int_equal(packet(m, "10.2.0.1"), JUDGE_BY_ROUTE);
	assert_int_equal(packet(m, "10.1.0.1"), JUDGE_BY_ROUTE);
	assert_int_equal(packet(m, "2001:db8::1"), JUDGE_NO_ROUTE);
	event(m, "2001:db8::1/128", m->a);
	assert_int_equal(packet(m, "2001:db8::1"), JUDGE_ASTRAY);
	assert_int_equal(packet(m, "2001:db8::"), JUDGE_NO_ROUTE);
}

static void
test_good_order_is_safe(void **state)
{
	struct model *m = *state;

	nested_rib(m);
	event(m, "10.1.0.0/16", m->a);
	event(m, "10.0.0.0/8", m->b);
	event(m, "10.0.0.0/8", JUDGE_NONE);
	event(m, "10.1.0.0/16", JUDGE_NONE);
	assert_unsafe(m, 0, 0);
	assert_int_equal(m->judge.over_events, 0);
	assert_int_equal(m->judge.family[FAMILY_IPV4].highest, 2);
}

static void
test_cover_before_more_specific(void **state)
{
	struct model *m = *state;

	nested_rib(m);
	event(m, "10.0.0.0/8", m->b);
	assert_int_equal(packet(m, "10.1.0.1"), JUDGE_ASTRAY);
	assert_int_equal(judge_astray(&m->judge), 1);
	event(m, "10.1.0.0/16", m->a);
	assert_int_equal(judge_astray(&m->judge), 0);
	assert_unsafe(m, 1, 0);
}

static void
test_more_specific_goes_first(void **state)
{
	struct model *m = *state;

	nested_rib(m);
	event(m, "10.1.0.0/16", m->a);
	event(m, "10.0.0.0/8", m->b);
	event(m, "10.1.0.0/16", JUDGE_NONE);
	assert_unsafe(m, 1, 1);
}

static void
test_wrong_next_hop(void **state)
{
	struct model *m = *state;

	nested_rib(m);
	event(m, "10.1.0.0/16", m->b);
	assert_unsafe(m, 1, 1);
}

static void
test_rib_change_left_alone(void **state)
{
	struct model *m = *state;

	nested_rib(m);
	event(m, "10.1.0.0/16", m->a);
	assert_unsafe(m, 0, 0);
	route(m, "10.1.0.0/16", m->b);
	assert_unsafe(m, 0, 1);
}

static void
test_rib_change_repaired(void **state)
{
	struct model *m = *state;

	nested_rib(m);
	event(m, "10.1.0.0/16", m->a);
	event(m, "10.0.0.0/8", m->b);
	route(m, "10.0.0.0/8", m->a);
	/* it lies astray already, so this is not to blame */
	event(m, "10.2.0.0/16", m->b);
	event(m, "10.2.0.0/16", JUDGE_NONE);
	event(m, "10.0.0.0/8", JUDGE_NONE);
	assert_unsafe(m, 0, 0);
}

static void
test_repair_that_breaks(void **state)
{
	struct model *m = *state;

	nested_rib(m);
	event(m, "10.1.0.0/16", m->a);
	event(m, "10.0.0.0/8", m->b);
	route(m, "10.2.0.0/16", m->a);
	event(m, "10.1.0.0/16", JUDGE_NONE);
	event(m, "10.0.0.0/8", JUDGE_NONE);
	assert_unsafe(m, 1, 0);
}

static void
test_withdrawal_exposes(void **state)
{
	struct model *m = *state;

	nested_rib(m);
	route(m, "10.1.0.0/17", m->b);
	route(m, "10.1.128.0/17", m->b);
	judge_settle(&m->judge);
	/* 10.1.0.0/16 has no address of its own and may be left out */
	event(m, "10.0.0.0/8", m->b);
	assert_unsafe(m, 0, 0);
	route(m, "10.1.0.0/17", JUDGE_NONE);
	assert_unsafe(m, 0, 1);
	assert_int_equal(packet(m, "10.1.0.1"), JUDGE_ASTRAY);
}

static void
test_over_capacity(void **state)
{
	struct model *m = *state;

	route(m, "0.0.0.0/0", m->a);
	event(m, "10.0.0.0/16", m->a);
	event(m, "10.1.0.0/16", m->a);
	event(m, "10.1.0.0/16", m->a);
	event(m, "10.2.0.0/16", m->a);
	assert_int_equal(m->judge.over_events, 0);
	event(m, "10.3.0.0/16", m->a);
	event(m, "10.3.0.0/16", JUDGE_NONE);
	assert_int_equal(m->judge.over_events, 1);
	assert_int_equal(m->judge.family[FAMILY_IPV4].highest, 4);
	assert_int_equal(m->judge.family[FAMILY_IPV4].installed, 3);
}

static void
test_default_moves(void **state)
{
	struct model *m = *state;

	nested_rib(m);
	route(m, "0.0.0.0/0", m->b);
	assert_int_equal(packet(m, "10.2.0.1"), JUDGE_BY_DEFAULT);
	assert_int_equal(packet(m, "10.1.0.1"), JUDGE_MISSED);
	route(m, "0.0.0.0/0", JUDGE_NONE);
	assert_int_equal(packet(m, "10.2.0.1"), JUDGE_MISSED);
	assert_int_equal(packet(m, "11.0.0.1"), JUDGE_NO_ROUTE);
	assert_unsafe(m, 0, 0);
}

static void
test_multipath_keys(void **state)
{
	struct model *m = *state;
	struct addr hops[3] = { addr("192.0.2.2"), addr("192.0.2.1"),
		addr("192.0.2.2") };
	int both = judge_key(&m->judge, hops, 2);

	assert_int_not_equal(both, m->a);
	assert_int_not_equal(both, m->b);
	assert_int_equal(judge_key(&m->judge, hops, 3), both);
	assert_int_equal(judge_key(&m->judge, hops + 1, 2), both);
	assert_int_equal(judge_key_join(&m->judge, m->a, &hops[0]), both);
	route(m, "10.0.0.0/8", both);
	event(m, "10.0.0.0/8", m->a);
	assert_unsafe(m, 1, 1);
}

/* --- random operations against all addresses of a small space, one by one --- */

#define SPACE_LEN 6
#define SPACE (1 << SPACE_LEN)

struct twin {
	int rib[SPACE_LEN + 1][SPACE], installed[SPACE_LEN + 1][SPACE];
};

static int
twin_key(int keys[SPACE_LEN + 1][SPACE], unsigned to)
{
	for (int len = SPACE_LEN; len >= 0; len--)
		if (keys[len][to >> (SPACE_LEN - len)] != JUDGE_NONE)
			return keys[len][to >> (SPACE_LEN - len)];
	return JUDGE_NONE;
}

/* Which addresses go astray. */
static uint64_t
twin_astray(struct twin *twin)
{
	uint64_t astray = 0;

	for (unsigned to = 0; to < SPACE; to++) {
		int installed = twin_key(twin->installed, to);

		if (installed != JUDGE_NONE && installed != twin_key(twin->rib, to))
			astray |= 1ull << to;
	}
	return astray;
}

static enum judge_verdict
twin_packet(struct twin *twin, unsigned to)
{
	int installed = twin_key(twin->installed, to), rib = twin_key(twin->rib, to);

	if (installed != JUDGE_NONE)
		return installed == rib ? JUDGE_BY_ROUTE : JUDGE_ASTRAY;
	if (rib == JUDGE_NONE)
		return JUDGE_NO_ROUTE;
	return rib == twin->rib[0][0] ? JUDGE_BY_DEFAULT : JUDGE_MISSED;
}

static unsigned
draw(uint32_t *seed, unsigned below)
{
	*seed = *seed * 1103515245 + 12345;
	return (*seed >> 16) % below;
}

static void
test_against_twin(void **state)
{
	struct model *m = *state;
	static struct twin twin;
	uint32_t seed = 1;
	size_t unsafe = 0;

	for (int len = 0; len <= SPACE_LEN; len++)
		for (int i = 0; i < SPACE; i++)
			twin.rib[len][i] = twin.installed[len][i] = JUDGE_NONE;
	for (int i = 0; i < 20000; i++) {
		unsigned len = draw(&seed, SPACE_LEN + 1), at = draw(&seed, 1u << len);
		int key = (int)draw(&seed, 3) - 1;
		bool is_event = draw(&seed, 2) && len > 0;
		struct bits bits = { len ? (uint64_t)at << (64 - len) : 0, 0 };
		struct prefix prefix = prefix_make(FAMILY_IPV4, bits, len);
		uint64_t before = twin_astray(&twin), after;
		struct addr to = { .family = FAMILY_IPV4 };
		unsigned last = draw(&seed, SPACE);

		if (is_event) {
			twin.installed[len][at] = key;
			judge_event(&m->judge, &prefix, key);
		} else {
			twin.rib[len][at] = key;
			judge_route(&m->judge, &prefix, key);
		}
		after = twin_astray(&twin);
		unsafe += is_event && (after & ~before);
		assert_int_equal(m->judge.unsafe_events, unsafe);
		assert_int_equal(judge_astray(&m->judge) > 0, after != 0);
		to.bits.hi = (uint64_t)last << (64 - SPACE_LEN);
		assert_int_equal(
		    judge_packet(&m->judge, &to), twin_packet(&twin, last));
	}
	assert_true(unsafe > 100);
}

static void
test_sflowrt_takes_what_it_covers(void **state)
{
	struct model *m = *state;
	struct addr to = addr("10.2.0.1");
	struct sflowrt policy;

	nested_rib(m);
	route(m, "10.3.0.0/16", m->b);
	sflowrt_init(&policy, &m->judge, FAMILY_IPV4);
	sflowrt_sample(&policy, &to, 1e6);
	assert_int_equal(sflowrt_second(&policy), 2);
	assert_int_equal(packet(m, "10.2.0.1"), JUDGE_BY_ROUTE);
	assert_int_equal(packet(m, "10.1.0.1"), JUDGE_BY_ROUTE);
	assert_int_equal(sflowrt_second(&policy), 0);
	for (int i = 0; i < 200; i++)
		sflowrt_second(&policy);
	assert_int_equal(m->judge.family[FAMILY_IPV4].installed, 0);
	sflowrt_fini(&policy);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_verdicts),
		TEST(test_good_order_is_safe),
		TEST(test_cover_before_more_specific),
		TEST(test_more_specific_goes_first),
		TEST(test_wrong_next_hop),
		TEST(test_rib_change_left_alone),
		TEST(test_rib_change_repaired),
		TEST(test_repair_that_breaks),
		TEST(test_withdrawal_exposes),
		TEST(test_over_capacity),
		TEST(test_default_moves),
		TEST(test_multipath_keys),
		TEST(test_against_twin),
		TEST(test_sflowrt_takes_what_it_covers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
