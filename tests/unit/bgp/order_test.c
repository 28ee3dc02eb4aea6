#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "bgp/announce.h"
#include "bgp/order.h"

static struct bgp_change
announce(const char *text)
{
	struct bgp_change change = { .op = BGP_CHANGE_ANNOUNCE };

	assert_true(prefix_parse(text, &change.prefix));
	return change;
}

static void
only_what_covers_is_higher(void **state)
{
	const struct bgp_change changes[] = {
		announce("10.1.1.0/24"), /* 1 */
		announce("10.1.0.0/16"), /* 2: covers the first */
		announce("10.2.0.0/16"), /* 1 */
		announce("0.0.0.0/0"),   /* 3: covers all before */
		announce("10.1.2.0/24"), /* 4: the default was to go first */
		announce("2001:db8::/32"), announce("::/0"),
		announce("10.1.2.0/24"), /* 5: again */
	};
	const uint32_t expected[] = { 1, 2, 1, 3, 4, 1, 2, 5 };
	uint32_t heights[8];

	(void)state;
	bgp_order_heights(changes, 8, heights);
	for (size_t i = 0; i < 8; i++)
		assert_int_equal(heights[i], expected[i]);
}

static void
equals_the_definition(void **state)
{
	enum { N = 60, ROUNDS = 500 };
	unsigned seed = 11;

	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		struct bgp_change changes[N] = { 0 };
		uint32_t heights[N], expected[N];

		for (size_t i = 0; i < N; i++) {
			struct bits bits = { (uint64_t)rand_r(&seed) << 58, 0 };

			changes[i].prefix = prefix_make(
			    rand_r(&seed) % 2, bits, (unsigned)rand_r(&seed) % 7);
			expected[i] = 1;
			for (size_t k = 0; k < i; k++) {
				if ((prefix_covers(
					 &changes[i].prefix, &changes[k].prefix) ||
					prefix_covers(
					    &changes[k].prefix, &changes[i].prefix)) &&
				    expected[k] >= expected[i])
					expected[i] = expected[k] + 1;
			}
		}
		bgp_order_heights(changes, N, heights);
		for (size_t i = 0; i < N; i++)
			assert_int_equal(heights[i], expected[i]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_what_covers_is_higher),
		cmocka_unit_test(equals_the_definition),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
