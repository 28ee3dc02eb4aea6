/*
 * The best that route selection can do: the share of traffic that the best safe set of
 * at most so many routes sends where the RIB does, when the true rates are known.
 *
 * The routes of a family are an array in order, the first the default route's place;
 * those inside route u are u + 1 to end - 1. At a price an entry, the best set takes
 * one number a route: the traffic below it without what all of it costs together with
 * its more-specifics of other keys, or else the sum over its children (Lagrange's way
 * with a knapsack). The price is searched until the entries fit; what this loses is
 * less than one entry's worth.
 */
#ifndef HELPERS_OPTIMUM_H
#define HELPERS_OPTIMUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/prefix.h"

#define OPTIMUM_NONE (-1) /* not in the RIB now */

struct optimum_route {
	struct prefix prefix;
	int key;         /* or OPTIMUM_NONE */
	uint32_t up;     /* the route around it */
	uint32_t end;    /* behind the last inside it */
	double weight;   /* traffic that matches it best */
	uint32_t need;   /* entries below it that it takes when installed */
	uint64_t inside; /* of its addresses, those in live routes inside */
};

struct optimum {
	struct optimum_route *routes;
	size_t count;
	bool stale;   /* keys have changed since `need` was counted */
	double price; /* the last, of an entry */
	uint32_t *kept;
	struct optimum_pass *passes;
};

/* Takes routes in order, whose first has length 0, and works out what is inside what.
 */
void optimum_init(struct optimum *optimum, struct optimum_route *routes, size_t count);
void optimum_fini(struct optimum *optimum);

/* A route's key changes. */
void optimum_set(struct optimum *optimum, size_t route, int key);

/* The innermost route, live or not, around an address; and the live one around u. */
size_t optimum_find(const struct optimum *optimum, const struct addr *addr);
size_t optimum_live(const struct optimum *optimum, size_t route);

/*
 * The traffic, in the unit of the weights, that at most `capacity` installed routes and
 * the default route send rightly. The first route's key is the default's.
 */
double optimum_traffic(struct optimum *optimum, size_t capacity);

#endif
