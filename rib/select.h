/*
 * Which routes are worth their place: the best set for given rates and capacity.
 *
 * A set is worth the traffic it puts on its right next hop. Under an installed route
 * nothing is left to choose (the RIB fixes what it takes along), so at a price for a
 * place one number a route decides, from the deepest up:
 *
 *   N(u) = max( right by fallback + sum of N(children),  W(u) - price * places(u) )
 *
 * The left side leaves u out, the right one installs it with its closure; W is the
 * traffic of the whole subtree. What is in place costs less and what is new more, which
 * keeps routes from trading places for nothing. The price is searched until the places
 * fit the capacity.
 */
#ifndef RIB_SELECT_H
#define RIB_SELECT_H

#include "rib/table.h"

/* What is in place costs so much less, and what is new so much more, than the price. */
#define SELECT_HYSTERESIS 0.15

struct node {
	uint32_t entry;
	uint32_t up;    /* the parent's node; 0, which is no entry, for the topmost */
	uint32_t cost;  /* places taken with its closure */
	uint32_t taken; /* places taken by the best choice at and below it */
	double rate;    /* W, bytes a second */
	double alone;   /* what is right without u: the left side */
	double best;    /* N */
	double units;   /* of the price, for its closure */
	double fallen;  /* its own traffic that is right by the fallback */
	bool root;      /* chosen, if nothing above is */
	bool under;     /* at or below a chosen route */
	bool wanted;
	bool like_default;
};

/*
 * Frees the entries that are no longer worth their memory at time `now`; looks for them
 * every ten seconds, and oftener when memory is short.
 */
void select_forget(struct table *table, double now);

/*
 * Forgets, and chooses anew at the rates of time `now`: fills table->nodes and
 * table->price. `places` is how many may be taken.
 */
void select_routes(struct table *table, size_t places, double now);

#endif
