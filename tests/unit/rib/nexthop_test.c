#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "rib/nexthop.h"

static struct nexthop
hop(uint8_t last)
{
	return nexthop_make((uint8_t[]){ 192, 0, 2, last }, 4);
}

static void
a_next_hop_is_an_address(void **state)
{
	static const uint8_t both[32] = { 0x20, 0x01, 0x0d, 0xb8, [16] = 0xfe, 0x80 };
	struct nexthop v4 = hop(7), v6 = nexthop_make(both, 32);
	struct addr addr;
	char text[ADDR_TEXT_MAX];

	(void)state;
	addr = nexthop_addr(&v4);
	assert_string_equal(addr_text(&addr, text), "192.0.2.7");
	addr = nexthop_addr(&v6);
	assert_string_equal(addr_text(&addr, text), "2001:db8::");
	assert_true(nexthop_compare(&v4, &v6) < 0);
	assert_int_equal(nexthop_compare(&v6, &v6), 0);
}

static void
order_and_duplicates_do_not_matter(void **state)
{
	struct fwkeys *keys = fwkeys_new(10);
	struct nexthop a[] = { hop(1), hop(2), hop(3) };
	struct nexthop b[] = { hop(3), hop(1), hop(1), hop(2), hop(3) };
	const struct nexthop *hops;
	uint32_t id = fwkey_intern(keys, a, 3);
	size_t n;

	(void)state;
	assert_int_not_equal(id, 0);
	assert_int_equal(fwkey_intern(keys, b, 5), id);
	assert_int_not_equal(fwkey_intern(keys, b, 2), id);
	hops = fwkey_nexthops(keys, id, &n);
	assert_int_equal(n, 3);
	for (uint8_t i = 0; i < 3; i++)
		assert_int_equal(hops[i].bytes[3], i + 1);
	assert_null(fwkey_nexthops(keys, 0, &n));
	assert_int_equal(n, 0);
	fwkeys_free(keys);
}

static void
the_limit_holds_and_room_comes_back(void **state)
{
	struct fwkeys *keys = fwkeys_new(2);
	struct nexthop hops[] = { hop(1), hop(2), hop(3) };
	struct nexthop many[FWKEY_NEXTHOPS_MAX + 1] = { 0 };
	uint32_t first = fwkey_intern(keys, &hops[0], 1);
	uint32_t second = fwkey_intern(keys, &hops[1], 1);

	(void)state;
	assert_int_equal(fwkey_intern(keys, &hops[2], 1), 0);
	assert_int_equal(fwkey_intern(keys, hops, 0), 0);
	assert_int_equal(fwkey_intern(keys, &hops[1], 1), second);
	fwkey_ref(keys, first);
	fwkey_unref(keys, first);
	assert_int_equal(fwkeys_count(keys), 2);
	fwkey_unref(keys, first);
	assert_int_equal(fwkeys_count(keys), 1);
	assert_int_equal(fwkey_intern(keys, many, FWKEY_NEXTHOPS_MAX + 1), 0);
	assert_int_equal(fwkey_intern(keys, &hops[2], 1), first);
	fwkey_ref(keys, 0);
	fwkey_unref(keys, 0);
	fwkeys_free(keys);
}

/* Sets of next hops 0 to 7 as bitmaps, with their references, beside the real thing. */
static void
behaves_like_a_naive_twin(void **state)
{
	enum { LIMIT = 200, ROUNDS = 50000 };
	uint32_t refs[256] = { 0 }, ids[256] = { 0 }, live = 0;
	struct fwkeys *keys = fwkeys_new(LIMIT);
	unsigned seed = 7;

	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		unsigned set = 1 + (unsigned)rand_r(&seed) % 255;
		struct nexthop hops[8];
		size_t n = 0, got;

		if (refs[set] && rand_r(&seed) % 5 < 3) {
			fwkey_unref(keys, ids[set]);
			live -= --refs[set] == 0;
			continue;
		}
		for (uint8_t i = 8; i-- > 0;) {
			if (set >> i & 1)
				hops[n++] = hop(i);
		}
		got = fwkey_intern(keys, hops, n);
		if (!refs[set] && live == LIMIT) {
			assert_int_equal(got, 0);
			continue;
		}
		assert_int_not_equal(got, 0);
		if (refs[set])
			assert_int_equal(got, ids[set]);
		live += refs[set]++ == 0;
		ids[set] = (uint32_t)got;
		assert_int_equal(fwkeys_count(keys), live);
		for (unsigned other = 1; other < 256; other++) {
			if (other != set && refs[other])
				assert_int_not_equal(ids[other], got);
		}
		assert_int_equal(
		    fwkey_nexthops(keys, ids[set], &got)->bytes[3], __builtin_ctz(set));
		assert_int_equal(got, n);
	}
	fwkeys_free(keys);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_next_hop_is_an_address),
		cmocka_unit_test(order_and_duplicates_do_not_matter),
		cmocka_unit_test(the_limit_holds_and_room_comes_back),
		cmocka_unit_test(behaves_like_a_naive_twin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
