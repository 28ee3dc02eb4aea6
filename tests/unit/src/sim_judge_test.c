/* The judge against a naive one that looks through lists. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "rib/nexthop.h"
#include "sim_judge.h"

#define BITS 5 /* addresses are 198.51.100.0 and what follows */
#define ADDRS (1 << BITS)
#define KEYS 3

/* By length below the block, and place: the key of a route, 0 if there is none. */
struct naive {
	uint32_t rib[BITS + 1][ADDRS], installed[BITS + 1][ADDRS];
	uint32_t fallback;
};

static struct prefix
prefix_at(int len, int place)
{
	uint64_t low = (uint64_t)place << (BITS - len);
	struct bits bits = { (0xc6336400ull + low) << 32, 0 };

	return prefix_make(FAMILY_IPV4, bits, 32 - BITS + (unsigned)len);
}

static uint32_t
longest(uint32_t table[BITS + 1][ADDRS], int addr)
{
	for (int len = BITS; len >= 0; len--)
		if (table[len][addr >> (BITS - len)])
			return table[len][addr >> (BITS - len)];
	return 0;
}

static struct sim_verdict
judge_one(const struct sim_judge *judge, const struct addr *dst)
{
	struct rib_packet packet = { .destination = *dst };
	struct sim_verdict verdict;

	sim_judge_packets(judge, &packet, 1, &verdict);
	return verdict;
}

static void
check(const struct sim_judge *judge, struct naive *naive)
{
	for (int i = 0; i < ADDRS; i++) {
		struct addr addr = { { (0xc6336400ull + (uint64_t)i) << 32, 0 },
			FAMILY_IPV4 };
		struct sim_verdict verdict = judge_one(judge, &addr);
		uint32_t rib = longest(naive->rib, i);
		uint32_t met = longest(naive->installed, i);

		if (!rib)
			rib = naive->fallback;
		assert_int_equal(judge->list[verdict.route].key, rib);
		assert_int_equal(verdict.hit, met != 0);
		assert_int_equal(
		    verdict.right, rib && (met ? met : naive->fallback) == rib);
	}
}

/* True if no address meets an installed route that is wrong. */
static bool
is_safe(struct naive *naive)
{
	for (int i = 0; i < ADDRS; i++) {
		uint32_t rib = longest(naive->rib, i);
		uint32_t met = longest(naive->installed, i);

		if (met && met != (rib ? rib : naive->fallback))
			return false;
	}
	return true;
}

static void
withdraw_all(struct sim_judge *judge, struct naive *naive)
{
	for (int len = 0; len <= BITS; len++) {
		for (int place = 0; place < 1 << len; place++) {
			struct prefix prefix = prefix_at(len, place);

			sim_judge_install(judge, &prefix, 0);
			naive->installed[len][place] = 0;
		}
	}
}

static void
changes_are_followed(void **state)
{
	struct fwkeys *keys = fwkeys_new(100);
	struct naive naive = { 0 };
	struct sim_judge judge;
	uint32_t ids[KEYS + 1] = { 0 };
	size_t unsafe = 0, safe = 0;

	(void)state;
	srand(1);
	sim_judge_init(&judge, keys);
	for (uint8_t i = 1; i <= KEYS; i++) {
		struct nexthop nexthop = nexthop_make((uint8_t[]){ 192, 0, 2, i }, 4);

		ids[i] = fwkey_intern(keys, &nexthop, 1);
	}
	for (int step = 0; step < 20000; step++) {
		int len = rand() % (BITS + 1), place = rand() % (1 << len);
		uint32_t key = ids[rand() % 3 ? 0 : 1 + rand() % KEYS];
		struct prefix prefix = prefix_at(len, place);
		struct prefix all = prefix_at(0, 0), zero = { .len = 0 };

		/* mostly what is right, or nothing would ever be safe */
		if (key && step % 2 == 0 && rand() % 8)
			key = longest(naive.rib, place << (BITS - len));
		if (step % 20 == 0)
			withdraw_all(&judge, &naive);
		if (step % 50 == 0) {
			sim_judge_route(&judge, &zero, key);
			naive.fallback = key;
		} else if (step % 2) {
			sim_judge_route(&judge, &prefix, key);
			naive.rib[len][place] = key;
		} else {
			assert_int_equal(sim_judge_install(&judge, &prefix, key),
			    naive.installed[len][place] != key);
			naive.installed[len][place] = key;
		}
		check(&judge, &naive);
		/* a route whose addresses all have longer ones may be wrong unseen */
		if (sim_judge_is_safe(&judge, &all)) {
			assert_true(is_safe(&naive));
			safe++;
		} else {
			unsafe += !is_safe(&naive);
		}
	}
	assert_true(safe > 100 && unsafe > 100);
	sim_judge_fini(&judge);
	for (int i = 1; i <= KEYS; i++)
		fwkey_unref(keys, ids[i]);
	assert_int_equal(fwkeys_count(keys), 0);
	fwkeys_free(keys);
}

/* The operator's word on the fallback stands whatever the default route says. */
static void
the_fallback_may_be_fixed(void **state)
{
	static const enum rib_fallback modes[] = { RIB_FALLBACK_AUTO, RIB_FALLBACK_NONE,
		RIB_FALLBACK_NEXTHOP };
	struct addr dst = { prefix_at(BITS, 1).bits, FAMILY_IPV4 }, hops[2];
	struct prefix all = prefix_at(0, 0), zero = { .len = 0 };

	(void)state;
	addr_parse("192.0.2.1", &hops[0]);
	addr_parse("192.0.2.2", &hops[1]);
	for (int i = 0; i < 3; i++) {
		struct fwkeys *keys = fwkeys_new(100);
		uint32_t one = fwkey_of_addr(keys, &hops[0]);
		uint32_t two = fwkey_of_addr(keys, &hops[1]);
		struct sim_judge judge;

		sim_judge_init(&judge, keys);
		sim_judge_fallback(&judge, FAMILY_IPV4, modes[i], &hops[1]);
		sim_judge_route(&judge, &all, one);
		assert_false(judge_one(&judge, &dst).right);
		sim_judge_route(&judge, &zero, one);
		assert_int_equal(
		    judge_one(&judge, &dst).right, modes[i] == RIB_FALLBACK_AUTO);
		sim_judge_route(&judge, &all, two);
		assert_int_equal(
		    judge_one(&judge, &dst).right, modes[i] == RIB_FALLBACK_NEXTHOP);
		sim_judge_fini(&judge);
		fwkey_unref(keys, one);
		fwkey_unref(keys, two);
		assert_int_equal(fwkeys_count(keys), 0);
		fwkeys_free(keys);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(changes_are_followed),
		cmocka_unit_test(the_fallback_may_be_fixed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
