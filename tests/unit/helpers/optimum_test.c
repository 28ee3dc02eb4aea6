#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "helpers/optimum.h"

/* All sets of routes in a space of few addresses are tried. */
#define SPACE_LEN 3
#define SPACE (1 << SPACE_LEN)
#define ROUTES_MAX 11
#define KEYS 3

struct small {
	struct optimum_route routes[ROUTES_MAX];
	size_t count;
	double best[ROUTES_MAX + 1]; /* traffic, by capacity */
};

static unsigned
draw(uint32_t *seed, unsigned below)
{
	*seed = *seed * 1103515245 + 12345;
	return (*seed >> 16) % below;
}

static int
compare(const void *a, const void *b)
{
	const struct optimum_route *x = a, *y = b;

	return prefix_compare(&x->prefix, &y->prefix);
}

static struct addr
address(unsigned at)
{
	struct addr addr = { { (uint64_t)at << (64 - SPACE_LEN), 0 }, FAMILY_IPV4 };

	return addr;
}

/* The longest match among the live routes of a set; -1 if there is none. */
static int
match(const struct small *small, unsigned set, unsigned at)
{
	struct addr addr = address(at);
	int found = -1;

	for (size_t i = 0; i < small->count; i++)
		if (set >> i & 1 && small->routes[i].key != OPTIMUM_NONE &&
		    prefix_contains(&small->routes[i].prefix, &addr))
			found = (int)i;
	return found;
}

/* What the set sends rightly; -1 if it sends anything astray. */
static double
traffic(const struct small *small, unsigned set)
{
	bool seen[ROUTES_MAX] = { false };
	double right = 0;

	for (unsigned at = 0; at < SPACE; at++) {
		int route = match(small, ~0u, at),
		    installed = match(small, set & ~1u, at);
		int key = route < 0 ? OPTIMUM_NONE : small->routes[route].key;
		int got = small->routes[installed < 0 ? 0 : installed].key;

		if (installed >= 0 && got != key)
			return -1;
		if (route >= 0 && !seen[route] && got == key)
			right += small->routes[route].weight;
		if (route >= 0)
			seen[route] = true;
	}
	return right;
}

static void
make(struct small *small, uint32_t *seed)
{
	size_t kept = 1, wanted = 3 + draw(seed, ROUTES_MAX - 2);

	memset(small, 0, sizeof *small);
	small->routes[0].key = draw(seed, 5) ? (int)draw(seed, KEYS) : OPTIMUM_NONE;
	for (size_t i = 1; i < wanted; i++) {
		unsigned len = 1 + draw(seed, SPACE_LEN);
		struct bits bits = { (uint64_t)draw(seed, 1u << len) << (64 - len), 0 };

		small->routes[i].prefix = prefix_make(FAMILY_IPV4, bits, len);
		small->routes[i].key = draw(seed, 8) ? (int)draw(seed, KEYS)
						     : OPTIMUM_NONE;
	}
	qsort(small->routes, wanted, sizeof small->routes[0], compare);
	for (size_t i = 1; i < wanted; i++)
		if (compare(&small->routes[i], &small->routes[kept - 1]) != 0)
			small->routes[kept++] = small->routes[i];
	small->count = kept;
	/* traffic goes only where a packet can */
	for (unsigned at = 0; at < SPACE; at++) {
		int route = match(small, ~0u, at);

		if (route >= 0 && small->routes[route].weight == 0)
			small->routes[route].weight = 1 + draw(seed, 10000) / 7.0;
	}
}

static void
try_all(struct small *small)
{
	for (size_t i = 0; i <= ROUTES_MAX; i++)
		small->best[i] = 0;
	for (unsigned set = 0; set < 1u << small->count; set += 2) {
		size_t entries = 0;
		double right = traffic(small, set);

		for (size_t i = 1; i < small->count; i++) {
			if (set >> i & 1 && small->routes[i].key == OPTIMUM_NONE)
				right = -1;
			entries += set >> i & 1;
		}
		for (size_t i = entries; i <= ROUTES_MAX; i++)
			if (right > small->best[i])
				small->best[i] = right;
	}
}

/* The best at the corners of the concave hull, which a price can reach, up to `n`. */
static double
reachable(const struct small *small, size_t n)
{
	double reached = small->best[0];

	for (size_t at = 0; at < n;) {
		size_t next = at + 1;
		double steepest = 0;

		for (size_t i = at + 1; i <= ROUTES_MAX; i++) {
			double slope = (small->best[i] - small->best[at]) /
				       (double)(i - at);

			if (slope > steepest * (1 + 1e-9)) {
				steepest = slope;
				next = i;
			}
		}
		if (steepest == 0 || next > n)
			break;
		at = next;
		reached = small->best[at];
	}
	return reached;
}

static void
assert_best(struct small *small, struct optimum *optimum)
{
	try_all(small);
	for (size_t capacity = 0; capacity <= ROUTES_MAX; capacity++) {
		double found = optimum_traffic(optimum, capacity);

		assert_true(found <= small->best[capacity] + 1e-6);
		assert_true(found >= reachable(small, capacity) * (1 - 1e-9) - 1e-6);
	}
}

static void
test_exhaustive(void **state)
{
	uint32_t seed = 7;

	(void)state;
	for (int i = 0; i < 300; i++) {
		struct optimum optimum;
		struct small small;

		make(&small, &seed);
		optimum_init(&optimum, small.routes, small.count);
		assert_best(&small, &optimum);
		optimum_fini(&optimum);
	}
}

static void
test_find(void **state)
{
	uint32_t seed = 3;

	(void)state;
	for (int i = 0; i < 200; i++) {
		struct optimum optimum;
		struct small small;

		make(&small, &seed);
		optimum_init(&optimum, small.routes, small.count);
		for (unsigned at = 0; at < SPACE; at++) {
			struct addr addr = address(at);
			size_t found = optimum_find(&optimum, &addr);
			int live = match(&small, ~0u, at);

			assert_true(
			    prefix_contains(&small.routes[found].prefix, &addr));
			found = optimum_live(&optimum, found);
			assert_int_equal(found, live < 0 ? 0 : live);
		}
		optimum_fini(&optimum);
	}
}

/* A key that changes later counts as if it had been so from the start. */
static void
test_changes(void **state)
{
	uint32_t seed = 11;

	(void)state;
	for (int i = 0; i < 50; i++) {
		struct optimum optimum;
		struct small small;

		make(&small, &seed);
		optimum_init(&optimum, small.routes, small.count);
		assert_best(&small, &optimum);
		for (size_t n = 0; n < small.count; n++) {
			optimum_set(&optimum, n, (int)draw(&seed, KEYS));
			small.routes[n].weight = 0;
		}
		for (unsigned at = 0; at < SPACE; at++)
			small.routes[match(&small, ~0u, at)].weight =
			    1 + draw(&seed, 10000) / 7.0;
		assert_best(&small, &optimum);
		optimum_fini(&optimum);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_exhaustive),
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_changes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
