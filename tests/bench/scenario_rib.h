/*
 * The routes of a scenario: which prefixes, their next hops and how these change.
 *
 * A key is a set of next hops, a bit each. Neighbouring blocks (/16 of IPv4, /32 of
 * IPv6) tend to have the same key, and a more-specific tends to follow what covers it.
 */
#ifndef TESTS_BENCH_SCENARIO_RIB_H
#define TESTS_BENCH_SCENARIO_RIB_H

#include <err.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"
#include "base/prefix.h"
#include "bench/table.h"

#define RIB_HOPS_MAX 8
#define RIB_NO_KEY 0
#define RIB_DEPTH_MAX 129

struct rib_route {
	struct prefix prefix;
	unsigned key; /* now; RIB_NO_KEY if withdrawn */
	size_t end;   /* behind the last route inside it */
};

/* An address with traffic, and the route that matched it best at first. */
struct rib_place {
	struct addr addr;
	size_t route;
};

/* The first `v4` routes are those of IPv4. */
struct rib_model {
	struct rib_route *routes;
	size_t count, cap, v4;
	struct rib_place *places; /* `active` of them */
	size_t active;
	unsigned hops;
	double multipath; /* share of keys that are several next hops */
	uint64_t seed;
};

static inline double
rib_draw(struct rib_model *model)
{
	return table_draw_share(&model->seed);
}

static inline size_t
rib_draw_below(struct rib_model *model, size_t count)
{
	return (size_t)(rib_draw(model) * (double)count);
}

/* A next hop, the first ones more often: 1, 1/2, 1/3 and so on. */
static inline unsigned
rib_draw_hop(struct rib_model *model)
{
	double sum = 0, at;
	unsigned hop = 0;

	for (unsigned i = 0; i < model->hops; i++)
		sum += 1.0 / (i + 1);
	at = rib_draw(model) * sum - 1;
	while (at > 0 && hop + 1 < model->hops)
		at -= 1.0 / (++hop + 1);
	return 1u << hop;
}

static inline unsigned
rib_draw_key(struct rib_model *model)
{
	unsigned key = rib_draw_hop(model);

	if (rib_draw(model) < model->multipath)
		for (int i = 0; i < 2; i++)
			key |= rib_draw_hop(model);
	return key;
}

/* A random address of a prefix. */
static inline struct addr
rib_draw_addr(struct rib_model *model, const struct prefix *prefix)
{
	struct bits mask = bits_mask(prefix->len), all;
	struct addr addr = { .family = prefix->family };

	all = bits_mask(family_bits((enum family)prefix->family));
	addr.bits.hi = table_draw(&model->seed);
	addr.bits.lo = table_draw(&model->seed);
	addr.bits.hi = prefix->bits.hi | (addr.bits.hi & ~mask.hi & all.hi);
	addr.bits.lo = prefix->bits.lo | (addr.bits.lo & ~mask.lo & all.lo);
	return addr;
}

static inline uint64_t
rib_block(const struct prefix *prefix)
{
	return prefix->bits.hi >> (prefix->family == FAMILY_IPV4 ? 48 : 32);
}

/* Takes whole blocks of a table, in order, until about `goal` routes of a family. */
static inline void
rib_take_blocks(
    struct rib_model *model, const struct table *table, enum family family, double goal)
{
	unsigned block_len = family == FAMILY_IPV4 ? 16 : 32;
	bool taken = false, begun = false;
	uint64_t block = 0;
	size_t total = 0;

	for (size_t i = 0; i < table->count; i++)
		total += table->prefixes[i].family == family;
	for (size_t i = 0; i < table->count; i++) {
		const struct prefix *prefix = &table->prefixes[i];
		double share = goal / (double)(total ? total : 1);
		bool take;

		if (prefix->family != family || prefix->len == 0)
			continue;
		if (prefix->len < block_len) {
			take = rib_draw(model) < share;
		} else {
			if (!begun || rib_block(prefix) != block)
				taken = rib_draw(model) < share;
			begun = true;
			block = rib_block(prefix);
			take = taken;
		}
		if (!take)
			continue;
		model->routes = mem_grow(
		    model->routes, model->count, &model->cap, sizeof *model->routes);
		model->routes[model->count++] = (struct rib_route){ .prefix = *prefix };
	}
}

/* Gives each route a key and finds what lies inside it. */
static inline void
rib_assign(struct rib_model *model)
{
	size_t covers[RIB_DEPTH_MAX], depth = 0;
	unsigned habit = rib_draw_key(model);
	struct rib_route *routes = model->routes;

	for (size_t i = 0; i < model->count; i++) {
		struct rib_route *route = &routes[i];
		double share = rib_draw(model);

		if (i && rib_block(&route->prefix) != rib_block(&route[-1].prefix) &&
		    rib_draw(model) < 0.4)
			habit = rib_draw_key(model);
		while (depth && !prefix_covers(
				    &routes[covers[depth - 1]].prefix, &route->prefix))
			routes[covers[--depth]].end = i;
		if (depth && share < 0.7)
			route->key = routes[covers[depth - 1]].key;
		else
			route->key = share < 0.92 ? habit : rib_draw_key(model);
		covers[depth++] = i;
	}
	while (depth)
		routes[covers[--depth]].end = model->count;
}

/* An address that route `at` matches best, if one is found soon. */
static inline bool
rib_draw_own_addr(struct rib_model *model, size_t at, struct addr *retaddr)
{
	const struct rib_route *routes = model->routes;

	for (int i = 0; i < 40; i++) {
		struct addr addr = rib_draw_addr(model, &routes[at].prefix);
		size_t inside = at + 1;

		while (inside < routes[at].end &&
		       !prefix_contains(&routes[inside].prefix, &addr))
			inside = routes[inside].end;
		if (inside == routes[at].end) {
			*retaddr = addr;
			return true;
		}
	}
	return false;
}

/* The numbers from `first` on, in random order. */
static inline void
rib_shuffle(struct rib_model *model, size_t *retorder, size_t first, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		size_t other = rib_draw_below(model, i + 1);

		retorder[i] = retorder[other];
		retorder[other] = first + i;
	}
}

/*
 * Chooses places for traffic: an address in each of so many random routes, or in all of
 * them several times.
 */
static inline void
rib_choose_places(struct rib_model *model, size_t goal, double share6)
{
	size_t of[FAMILIES], from[FAMILIES], tries = 0;
	size_t *order = mem_alloc((model->count + 1) * sizeof *order);

	of[FAMILY_IPV4] = model->v4;
	of[FAMILY_IPV6] = model->count - model->v4;
	from[FAMILY_IPV4] = 0;
	from[FAMILY_IPV6] = model->v4;
	for (size_t f = 0; f < FAMILIES; f++)
		rib_shuffle(model, order + from[f], from[f], of[f]);
	model->places = mem_alloc(goal * sizeof *model->places);
	for (size_t next[FAMILIES] = { 0 }; model->active < goal;) {
		size_t f = rib_draw(model) < share6;
		struct rib_place *place = &model->places[model->active];

		if (of[f] == 0 || tries++ > 40 * goal)
			errx(1, "too few routes of %s", family_name((enum family)f));
		place->route = order[from[f] + next[f]++ % of[f]];
		model->active += rib_draw_own_addr(model, place->route, &place->addr);
	}
	free(order);
}

#endif
