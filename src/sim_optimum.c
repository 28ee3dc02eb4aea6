/*
 * The best set of routes in hindsight: chosen once, from the traffic that a first pass
 * over the trace adds up, and never changed. The RIB is as it was at the beginning.
 *
 * At a price for a place one number a route decides, from the deepest up, as in
 * rib/select.h, but over the whole RIB and without hysteresis. The price is searched
 * until the places fit. Routes of the same worth would come or go all at once; so each
 * is given a little more, by chance, and they go one by one.
 */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "config.h"
#include "rib/nexthop.h"
#include "rib/rib.h"
#include "rib/trie.h"
#include "sim_policy.h"
#include "sim_rib.h"

#define TRIE_BYTES (16ull << 30)
#define TIE 1e-7 /* of a route's worth at most */
#define STEPS 100

struct route {
	struct prefix prefix;
	uint32_t key;
	uint32_t up;   /* index of what covers it, 0: nothing */
	uint32_t need; /* below it, with another key than what covers them */
	double own[2]; /* bytes: in the seconds to be skipped, and behind them */
	double alone;  /* right by the fallback if it is not installed */
	double all;    /* of it and what is below */
	double best;   /* N */
	bool wins;     /* installing it is better than to leave it */
	bool chosen;   /* and nothing above is */
	bool under;    /* below a chosen one */
};

struct half {
	struct trie trie; /* to indices of `routes` */
	struct route *routes;
	size_t len, cap; /* by prefix; the first is none */
	size_t capacity;
	uint32_t fallback; /* key */
	bool fixed;        /* whatever the default route says */
};

struct optimum {
	const struct sim_rib *rib;
	struct sim_install install;
	double skip_s;
	bool begun; /* the RIB is what it is */
	struct half halves[FAMILIES];
};

void *
sim_optimum_new(const struct config_router *config, const struct sim_rib *rib,
    const struct sim_install *install, double skip_s)
{
	struct optimum *optimum = mem_alloc(sizeof *optimum);

	optimum->rib = rib;
	optimum->install = *install;
	optimum->skip_s = skip_s;
	for (int f = 0; f < FAMILIES; f++) {
		const struct config_family *family = &config->families[f];
		struct half *half = &optimum->halves[f];

		trie_init(&half->trie, TRIE_BYTES);
		half->capacity = family->capacity;
		half->fixed = family->fallback != RIB_FALLBACK_AUTO;
		if (family->fallback == RIB_FALLBACK_NEXTHOP)
			half->fallback = fwkey_of_addr(
			    rib->keys, &family->fallback_nexthop);
		half->routes = mem_alloc(sizeof *half->routes);
		half->len = half->cap = 1;
	}
	return optimum;
}

static void
optimum_free(void *policy)
{
	struct optimum *optimum = policy;

	for (int f = 0; f < FAMILIES; f++) {
		if (optimum->halves[f].fixed)
			fwkey_unref(optimum->rib->keys, optimum->halves[f].fallback);
		trie_fini(&optimum->halves[f].trie);
		free(optimum->halves[f].routes);
	}
	free(optimum);
}

/* Only the keys, until the beginning. */
static void
optimum_route(void *policy, const struct prefix *prefix, uint32_t attrs)
{
	struct optimum *optimum = policy;
	struct half *half = &optimum->halves[prefix->family];
	uint32_t key = sim_rib_key(optimum->rib, attrs), *value;

	if (optimum->begun)
		return;
	if (prefix->len == 0) {
		half->fallback = half->fixed ? half->fallback : key;
	} else if (key) {
		value = trie_add(&half->trie, prefix->bits, prefix->len);
		if (value)
			*value = key;
	} else {
		trie_remove(&half->trie, prefix->bits, prefix->len);
	}
}

/* Makes the tree: all routes by prefix, each with what covers it. */
static void
make_tree(struct half *half, enum family family)
{
	struct bits bits = { 0, 0 };
	unsigned len = TRIE_START;
	uint32_t value, up = 0;

	while (trie_next(&half->trie, &bits, &len, &value)) {
		struct prefix prefix = prefix_make(family, bits, len);

		while (up && !prefix_covers(&half->routes[up].prefix, &prefix))
			up = half->routes[up].up;
		half->routes = mem_grow(
		    half->routes, half->len, &half->cap, sizeof *half->routes);
		half->routes[half->len] =
		    (struct route){ .prefix = prefix, .key = value, .up = up };
		up = (uint32_t)half->len++;
	}
	for (size_t i = half->len; --i > 0;) {
		struct route *route = &half->routes[i];

		*trie_find(
		    &half->trie, route->prefix.bits, route->prefix.len) = (uint32_t)i;
		if (route->up)
			half->routes[route->up].need +=
			    route->need + (route->key != half->routes[route->up].key);
	}
}

/* Announces what was chosen with all it needs, the deepest first. */
static void
install_chosen(struct optimum *optimum, struct half *half)
{
	for (size_t i = half->len; --i > 0;) {
		const struct route *route = &half->routes[i];
		bool needed = route->under && route->key != half->routes[route->up].key;

		if (route->chosen || needed)
			optimum->install.take(
			    optimum->install.arg, &route->prefix, route->key);
	}
}

static void
optimum_begin(void *policy)
{
	struct optimum *optimum = policy;

	for (int f = 0; f < FAMILIES; f++) {
		if (optimum->begun)
			install_chosen(optimum, &optimum->halves[f]);
		else
			make_tree(&optimum->halves[f], (enum family)f);
	}
	optimum->begun = true;
}

static void
optimum_samples(void *policy, const struct rib_packet *packets, size_t n, double now)
{
	struct optimum *optimum = policy;

	for (size_t i = 0; i < n; i++) {
		const struct addr *dst = &packets[i].destination;
		struct half *half = &optimum->halves[dst->family];
		uint32_t index = trie_lookup(&half->trie, dst->bits);

		half->routes[index].own[now >= optimum->skip_s] += packets[i].bytes;
	}
}

/* --- the choice --- */

/* A number from 0 to 1 that looks like chance. */
static double
chance(uint32_t i)
{
	uint64_t x = i * 0x9e3779b97f4a7c15ull;

	x = (x ^ x >> 29) * 0xbf58476d1ce4e5b9ull;
	return (double)(x >> 11) * 0x1p-53;
}

static void
weigh(struct half *half, bool skipped)
{
	for (size_t i = 0; i < half->len; i++)
		half->routes[i].all = 0;
	for (size_t i = half->len; --i > 0;) {
		struct route *route = &half->routes[i];
		double own = route->own[1] + (skipped ? 0 : route->own[0]);

		own *= 1 + TIE * chance((uint32_t)i);
		route->alone = route->key == half->fallback ? own : 0;
		route->all += own;
		half->routes[route->up].all += route->all;
	}
}

/* Chooses at a price and returns the places taken. */
static size_t
choose(struct half *half, double price)
{
	size_t places = 0;

	for (size_t i = 0; i < half->len; i++)
		half->routes[i].best = half->routes[i].alone;
	for (size_t i = half->len; --i > 0;) {
		struct route *route = &half->routes[i];
		double with = route->all - price * (route->need + 1.0);

		route->wins = with > route->best;
		if (route->wins)
			route->best = with;
		half->routes[route->up].best += route->best;
	}
	for (size_t i = 1; i < half->len; i++) {
		struct route *route = &half->routes[i];
		const struct route *above = &half->routes[route->up];

		route->under = above->chosen || above->under;
		route->chosen = route->wins && !route->under;
		places += route->chosen ? route->need + 1 : 0;
	}
	return places;
}

/* The lowest price at which the places fit. */
static void
search(struct half *half)
{
	double low = 0, high = half->routes[0].all + 1;

	if (choose(half, 0) <= half->capacity)
		return;
	for (int i = 0; i < STEPS; i++) {
		double price = low > 0 ? sqrt(low * high) : high * 1e-9;

		if (choose(half, price) <= half->capacity)
			high = price;
		else
			low = price;
		if (low == 0)
			break; /* so cheap that no more is to be had */
	}
	choose(half, high);
}

void
sim_optimum_choose(void *policy, bool skipped)
{
	struct optimum *optimum = policy;

	for (int f = 0; f < FAMILIES; f++) {
		weigh(&optimum->halves[f], skipped);
		search(&optimum->halves[f]);
	}
}

static void
optimum_tick(void *policy, double now)
{
	(void)policy;
	(void)now;
}

static const char *
optimum_fault(void *policy)
{
	(void)policy;
	return NULL;
}

const struct sim_policy sim_policy_optimum = {
	.route = optimum_route,
	.begin = optimum_begin,
	.samples = optimum_samples,
	.tick = optimum_tick,
	.fault = optimum_fault,
	.free = optimum_free,
};
