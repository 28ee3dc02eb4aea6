/*
 * How the RIB of a scenario changes: next hops move, routes go and come back, new
 * more-specifics come; and the default route, when the options say so.
 */
#ifndef TESTS_BENCH_SCENARIO_CHANGES_H
#define TESTS_BENCH_SCENARIO_CHANGES_H

#include <math.h>
#include <stddef.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/prefix.h"
#include "bench/scenario_options.h"
#include "bench/scenario_rib.h"

struct rib_change {
	unsigned second, micros;
	struct prefix prefix;
	unsigned key; /* RIB_NO_KEY: withdrawn */
	size_t slot;  /* for who makes use of it */
};

struct rib_changes {
	struct rib_change *items;
	size_t count, cap;
	struct rib_route **gone; /* and not yet back */
	size_t gone_count, gone_cap;
};

static inline void
rib_add_change(struct rib_model *model, struct rib_changes *changes, unsigned second,
    const struct prefix *prefix, unsigned key)
{
	struct rib_change change = { second, 0, *prefix, key, 0 };

	/* samples have multiples of four */
	change.micros = (unsigned)rib_draw_below(model, 249000) * 4 + 2;
	changes->items = mem_grow(
	    changes->items, changes->count, &changes->cap, sizeof change);
	changes->items[changes->count++] = change;
}

/* A place where the RIB changes, half of the time an active one, the heavy rather. */
static inline struct rib_route *
rib_draw_place(struct rib_model *model, struct addr *retaddr)
{
	struct rib_route *route;

	if (rib_draw(model) < 0.5) {
		double heavy = pow(rib_draw(model), 3);
		const struct rib_place *place =
		    &model->places[(size_t)(heavy * (double)model->active)];

		*retaddr = place->addr;
		return &model->routes[place->route];
	}
	route = &model->routes[rib_draw_below(model, model->count)];
	*retaddr = rib_draw_addr(model, &route->prefix);
	return route;
}

/* A route is withdrawn, or one that was comes back. */
static inline void
rib_flap(struct rib_model *model, struct rib_changes *changes, unsigned second,
    struct rib_route *route)
{
	size_t *count = &changes->gone_count;

	if (*count && (!route->key || rib_draw(model) < 0.5)) {
		size_t at = rib_draw_below(model, *count);

		route = changes->gone[at];
		changes->gone[at] = changes->gone[--*count];
		route->key = rib_draw_key(model);
	} else if (route->key) {
		changes->gone = mem_grow(
		    changes->gone, *count, &changes->gone_cap, sizeof *changes->gone);
		changes->gone[(*count)++] = route;
		route->key = RIB_NO_KEY;
	}
	rib_add_change(model, changes, second, &route->prefix, route->key);
}

static inline void
rib_draw_change(struct rib_model *model, struct rib_changes *changes, unsigned second)
{
	struct addr addr;
	struct rib_route *route = rib_draw_place(model, &addr);
	double kind = rib_draw(model);
	unsigned longest = addr.family == FAMILY_IPV4 ? 24 : 48;
	unsigned len = route->prefix.len;

	if (kind < OPT(flap) || !route->key) {
		rib_flap(model, changes, second, route);
	} else if (kind > 1 - OPT(fresh) && len < longest) {
		struct prefix prefix;

		len += 1 + (unsigned)rib_draw_below(model, longest - len);
		prefix = prefix_make((enum family)addr.family, addr.bits, len);
		rib_add_change(model, changes, second, &prefix, rib_draw_key(model));
	} else {
		route->key = rib_draw_key(model);
		rib_add_change(model, changes, second, &route->prefix, route->key);
	}
}

static inline int
rib_compare_changes(const void *a, const void *b)
{
	const struct rib_change *x = a, *y = b;

	if (x->second != y->second)
		return x->second < y->second ? -1 : 1;
	if (x->micros != y->micros)
		return x->micros < y->micros ? -1 : 1;
	return prefix_compare(&x->prefix, &y->prefix);
}

static inline void
rib_draw_changes(struct rib_model *model, struct rib_changes *changes)
{
	double due = 0;
	struct prefix whole = { .family = FAMILY_IPV4 };

	for (unsigned second = 0; second < OPT(seconds); second++) {
		for (due += OPT(changes); due >= 1; due--)
			rib_draw_change(model, changes, second);
		for (size_t f = 0; f < FAMILIES; f++) {
			whole.family = (uint8_t)f;
			if (f == FAMILY_IPV6 && OPT(routes6) == 0)
				continue;
			if (second && second == OPT(default_moves))
				rib_add_change(model, changes, second, &whole, 2);
			if (second && second == OPT(default_gone))
				rib_add_change(
				    model, changes, second, &whole, RIB_NO_KEY);
			if (second && second == OPT(default_back))
				rib_add_change(model, changes, second, &whole, 1);
		}
	}
	qsort(changes->items, changes->count, sizeof *changes->items,
	    rib_compare_changes);
	for (size_t i = 1; i < changes->count; i++) {
		struct rib_change *change = &changes->items[i];

		if (change->second == change[-1].second &&
		    change->micros <= change[-1].micros)
			change->micros = change[-1].micros + 4;
	}
}

#endif
