/*
 * What must hold after every single change that leaves the daemon.
 *
 * Safety: an installed route sends no packet elsewhere than the RIB would. In terms of
 * the books: whenever a route is not installed and something above it is, the nearest
 * of these has the same forwarding key. Capacity: there are never more installed than
 * the hardware holds.
 *
 * So a route is installed after all its missing more-specifics, the deepest first; it
 * may go only if nothing covers it or what covers it forwards alike; and where a
 * change of the RIB can be repaired in no other way, the covers are given up, the
 * topmost first.
 */
#ifndef RIB_SAFETY_H
#define RIB_SAFETY_H

#include "rib/table.h"

/* A route below another that must be installed before it. */
struct covered {
	struct prefix prefix;
	uint32_t route;
};

/* The nearest installed route strictly above `prefix`, or 0. */
uint32_t safety_cover(const struct table *table, const struct prefix *prefix);

/* The same for a route that has an entry, which is much faster. */
uint32_t safety_cover_of(const struct table *table, uint32_t entry);

/*
 * Finds what must be installed below `prefix` before something with `key` covers it.
 * Returns how many, in table->missing with the topmost first; SIZE_MAX if that is more
 * than `limit`, or one of them is barred, which gets an entry if there is room.
 */
size_t safety_missing(
    struct table *table, const struct prefix *prefix, uint32_t key, size_t limit);

/* True if installed route `id` may be withdrawn alone. */
bool safety_may_go(const struct table *table, const struct prefix *prefix, uint32_t id);

/* Withdraws the installed route `id`. */
void safety_withdraw(struct table *table, const struct prefix *prefix, uint32_t id);

/*
 * Announces route `id` and, before it, the first `missing` of table->missing. There
 * must be room for all.
 */
void safety_install(
    struct table *table, const struct prefix *prefix, uint32_t id, size_t missing);

/* Announces the installed route `id` again because its attributes changed. */
void safety_refresh(struct table *table, const struct prefix *prefix, uint32_t id);

/* Withdraws route `id`, if it is installed, and first what relies on it. */
void safety_forbid(struct table *table, const struct prefix *prefix, uint32_t id);

/*
 * Withdraws the least valuable routes, none above or below `prefix`, until there is
 * room for `places`. Returns false if that is not to be had; some may be gone then.
 */
bool safety_make_room(struct table *table, const struct prefix *prefix, size_t places);

/* Repairs what the new route `id`, or its new key, has broken. */
void safety_added(struct table *table, const struct prefix *prefix, uint32_t id);

/* Withdraws the installed route `id` and all above it, the topmost first. */
void safety_give_up(struct table *table, const struct prefix *prefix, uint32_t id);

/* Withdraws what the target may hold though it is not in the books. */
void safety_disown(struct table *table, const struct prefix *prefix);

/*
 * Repairs what the removal of the installed route to `prefix` has broken, and withdraws
 * it. A route that was not installed breaks nothing when it goes.
 */
void safety_removed(struct table *table, const struct prefix *prefix);

#endif
