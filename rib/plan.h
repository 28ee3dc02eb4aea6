/*
 * From the choice to the changes: what is chosen comes in, the most valuable first, and
 * what is no longer chosen makes room for it, the least valuable first, within what
 * safety.h demands after every single change.
 */
#ifndef RIB_PLAN_H
#define RIB_PLAN_H

#include "rib/table.h"

/* Places kept free, so that a repair finds room at once. */
size_t plan_reserve(size_t capacity);

/* Chooses and announces; `now` as in estimate.h. */
void plan_tick(struct table *table, double now);

/*
 * A packet to route `id` has just gone the wrong way. Installs the route at once if a
 * place is free, or if its latest samples came in such a burst that it is worth one.
 */
void plan_missed(struct table *table, const struct prefix *prefix, uint32_t id);

#endif
