/*
 * From the choice to the changes: what is chosen comes in, the most valuable first, and
 * what is no longer chosen makes room for it, the least valuable first, within what
 * safety.h demands after every single change.
 *
 * Exchanges are paid from the churn budget. What fills a free place costs nothing, nor
 * does what safety demands.
 */
#ifndef RIB_PLAN_H
#define RIB_PLAN_H

#include "rib/table.h"

/* Places that may be taken: some are kept free, so that a repair finds room at once. */
size_t plan_places(const struct table *table);

/* How far routes that forward like the default fill them up. */
size_t plan_full(const struct table *table);

/* The steps of a choice (choice.h) behind those of select.h, in their order. */

/* What may go, what is cheap, what is to come. */
choice_worker plan_find_moves;

/* Installs what is chosen, in exchange for what is not where no place is free. */
choice_worker plan_exchange;

/* Withdraws what the operator wants no place spent on, needed or not. */
choice_worker plan_shed;

/*
 * Spare room: routes that forward like the default keep their traffic right when it
 * moves. They enter free places only and are the first to go.
 */
choice_worker plan_fill_up;

/* Keeps the least loss at hand for repairs and fast installs until the next choice. */
choice_worker plan_keep_victims;

/* Withdraws what a smaller capacity has no place for. */
void plan_shrink(struct table *table);

/*
 * A packet to route `id` has just gone the wrong way. Installs the route at once if a
 * place is free, or if its latest samples came in such a burst that it is worth one.
 */
void plan_missed(struct table *table, const struct prefix *prefix, uint32_t id);

#endif
