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
 *
 * These are the steps of a choice (choice.h), in their order.
 */
#ifndef RIB_SELECT_H
#define RIB_SELECT_H

#include "rib/table.h"

/* What is in place costs so much less, and what is new so much more, than the price. */
#define SELECT_HYSTERESIS 0.17

/* Of the latest price: what is worth less, and covers nothing, is not looked at alone.
 */
#define SELECT_FOLD 1.0

/*
 * Frees the entries that are no longer worth their memory; looks for them every ten
 * seconds, and oftener when memory is short.
 */
choice_worker select_forget;

/* The entries as nodes. */
choice_worker select_build;

/* Sums of the subtrees, and what each closure costs in units of the price. */
choice_worker select_weigh;

/*
 * Finds the lowest price at which the places suffice, near the last one: rates change
 * little from one time to the next. Leaves the choice at that price in the nodes, and
 * the price in the table.
 */
choice_worker select_search;

/* Marks what the chosen routes take along: no choice counts below a chosen one. */
choice_worker select_mark;

/*
 * The same formula for whoever asks about single routes: the entry `id` as a node, to
 * be used from the deepest up, where so many places may be taken.
 */
struct node select_node(
    const struct table *table, uint32_t id, size_t places, double now);

/* Adds a node, whose subtree is complete, to the sums of the one above it. */
void select_weigh_node(const struct policy *policy, struct node *node, struct node *up);

/* Decides, where `best` holds the best without the node. */
void select_decide(struct node *node, double price);

#endif
