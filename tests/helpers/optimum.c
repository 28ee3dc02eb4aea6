#include "helpers/optimum.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define PASSES_MAX 60
#define PRICE_EXACT 1.0002

/* A route that has traffic, itself or inside. */
struct optimum_pass {
	uint32_t up;     /* index of the one around it */
	double below;    /* all traffic of its addresses */
	double fallback; /* traffic of its own that is right by the default route */
	double best;
	size_t entries;
};

/* Addresses, in units of /64 for IPv6. Routes behind /64 are taken to have one. */
static uint64_t
size_of(const struct prefix *prefix)
{
	unsigned bits = prefix->family == FAMILY_IPV4 ? 32 : 64;

	return prefix->len == 0 || prefix->len > bits ? 0
						      : 1ull << (bits - prefix->len);
}

static bool
has_own(const struct optimum_route *route)
{
	uint64_t size = size_of(&route->prefix);

	return size == 0 || route->inside < size;
}

void
optimum_init(struct optimum *optimum, struct optimum_route *routes, size_t count)
{
	size_t at = 0;

	memset(optimum, 0, sizeof *optimum);
	optimum->routes = routes;
	optimum->count = count;
	optimum->stale = true;
	routes[0].up = 0;
	for (size_t i = 1; i < count; i++) {
		while (!prefix_covers(&routes[at].prefix, &routes[i].prefix)) {
			routes[at].end = (uint32_t)i;
			at = routes[at].up;
		}
		routes[i].up = (uint32_t)at;
		at = i;
	}
	for (; at; at = routes[at].up)
		routes[at].end = (uint32_t)count;
	routes[0].end = (uint32_t)count;
	optimum->kept = mem_alloc(count * sizeof *optimum->kept);
	optimum->passes = mem_alloc(count * sizeof *optimum->passes);
}

void
optimum_fini(struct optimum *optimum)
{
	free(optimum->kept);
	free(optimum->passes);
}

void
optimum_set(struct optimum *optimum, size_t route, int key)
{
	optimum->stale |= optimum->routes[route].key != key;
	optimum->routes[route].key = key;
}

size_t
optimum_find(const struct optimum *optimum, const struct addr *addr)
{
	const struct optimum_route *routes = optimum->routes;
	size_t low = 0, high = optimum->count;

	/* the last that begins at or before the address */
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (bits_compare(routes[middle].prefix.bits, addr->bits) <= 0)
			low = middle;
		else
			high = middle;
	}
	while (!prefix_contains(&routes[low].prefix, addr))
		low = routes[low].up;
	return low;
}

size_t
optimum_live(const struct optimum *optimum, size_t route)
{
	while (route && optimum->routes[route].key == OPTIMUM_NONE)
		route = optimum->routes[route].up;
	return route;
}

static uint32_t need_inside(const struct optimum_route *routes, size_t route, int key);

/* Entries for a route and all inside it, under an installed one of `key`. */
static uint32_t
need_under(const struct optimum_route *routes, size_t at, int key)
{
	const struct optimum_route *route = &routes[at];
	uint32_t with = route->need + 1, without;

	if (route->key == key)
		return route->need;
	if (route->key != OPTIMUM_NONE && has_own(route))
		return with;
	/* without addresses of its own it may be left out */
	without = need_inside(routes, at, key);
	return route->key == OPTIMUM_NONE || without < with ? without : with;
}

static uint32_t
need_inside(const struct optimum_route *routes, size_t at, int key)
{
	uint32_t sum = 0;

	for (size_t i = at + 1; i < routes[at].end; i = routes[i].end)
		sum += need_under(routes, i, key);
	return sum;
}

static void
count_needs(struct optimum *optimum)
{
	struct optimum_route *routes = optimum->routes;

	for (size_t i = 0; i < optimum->count; i++)
		routes[i].inside = 0;
	for (size_t i = 1; i < optimum->count; i++)
		if (routes[i].key != OPTIMUM_NONE)
			routes[optimum_live(optimum, routes[i].up)].inside += size_of(
			    &routes[i].prefix);
	for (size_t i = optimum->count - 1; i > 0; i--)
		if (routes[i].key != OPTIMUM_NONE)
			routes[i].need = need_inside(routes, i, routes[i].key);
	optimum->stale = false;
}

/* Lists the routes with traffic and what is around them, in order. */
static size_t
keep(struct optimum *optimum)
{
	struct optimum_route *routes = optimum->routes;
	struct optimum_pass *passes = optimum->passes;
	/* where each route stands in the list, plus one */
	uint32_t *place = mem_alloc(optimum->count * sizeof *place);
	size_t count = 0;

	place[0] = 1;
	for (size_t i = 1; i < optimum->count; i++)
		for (size_t at = i; routes[i].weight > 0 && !place[at];)
			place[at] = 1, at = routes[at].up;
	for (size_t i = 0; i < optimum->count; i++) {
		struct optimum_route *route = &routes[i];

		if (!place[i])
			continue;
		optimum->kept[count] = (uint32_t)i;
		passes[count].up = place[route->up] - 1;
		passes[count].below = route->weight;
		passes[count].fallback = route->key == routes[0].key &&
						 route->key != OPTIMUM_NONE
					     ? route->weight
					     : 0;
		place[i] = (uint32_t)++count;
	}
	for (size_t i = count - 1; i > 0; i--)
		passes[passes[i].up].below += passes[i].below;
	free(place);
	return count;
}

/* The best at a price; returns the traffic and the entries. */
static double
run_pass(struct optimum *optimum, size_t count, double price, size_t *retentries)
{
	struct optimum_pass *passes = optimum->passes;

	for (size_t i = 0; i < count; i++) {
		passes[i].best = passes[i].fallback;
		passes[i].entries = 0;
	}
	for (size_t i = count - 1; i > 0; i--) {
		const struct optimum_route *route = &optimum->routes[optimum->kept[i]];
		struct optimum_pass *pass = &passes[i];
		double cost = price * (1 + route->need);

		if (route->key != OPTIMUM_NONE && pass->below - cost > pass->best) {
			pass->best = pass->below - cost;
			pass->entries = 1 + route->need;
		}
		passes[pass->up].best += pass->best;
		passes[pass->up].entries += pass->entries;
	}
	*retentries = passes[0].entries;
	return passes[0].best + price * (double)passes[0].entries;
}

double
optimum_traffic(struct optimum *optimum, size_t capacity)
{
	double low = 0, high = 0, step = optimum->price > 0 ? 1.1 : 2;
	double best, price, all;
	size_t count, entries;

	if (optimum->stale)
		count_needs(optimum);
	count = keep(optimum);
	all = optimum->passes[0].below;
	best = run_pass(optimum, count, all * 1e-12, &entries);
	if (entries <= capacity)
		return best;
	best = run_pass(optimum, count, all * 2, &entries);
	price = optimum->price > 0 ? optimum->price : all * 1e-5;
	for (int i = 0; i < PASSES_MAX; i++) {
		double traffic = run_pass(optimum, count, price, &entries);

		if (entries <= capacity) {
			best = fmax(best, traffic);
			high = price;
		} else {
			low = price;
		}
		if (entries == capacity ||
		    (low > 0 && high / low < PRICE_EXACT && high > 0))
			break;
		if (low == 0 || high == 0)
			price *= low == 0 ? 1 / step : step;
		else
			price = sqrt(low * high);
	}
	optimum->price = price;
	return best;
}
