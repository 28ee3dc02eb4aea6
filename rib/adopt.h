/*
 * What a target may still hold of us, though no session says so: it keeps stale routes
 * while we are away (RFC 4724, RFC 9494), and nobody knows how much of the last changes
 * it has heard.
 *
 * So what is remembered is a superset: all that was installed when the target went, and
 * all that was withdrawn and perhaps not heard. When it is back and the RIB is learned,
 * adopt_resume() makes its state and the books one again by means that are right
 * whether it has kept everything, a part or nothing: it withdraws what may not stay,
 * and announces what stood. Nothing else is announced before, so what the target had
 * and what it gets are never more than the capacity together.
 */
#ifndef RIB_ADOPT_H
#define RIB_ADOPT_H

#include <stddef.h>

#include "rib/rib.h"

struct attrs_table;
struct table;

/* While the target is up: what was withdrawn and may be on its way. Else all. */
struct adopt {
	struct rib_memory *list; /* of two with the same prefix the later one counts */
	size_t len, cap;
	size_t held; /* how many of them the target may hold, at most */
};

void adopt_fini(struct adopt *adopt);

/* rib_memory.paths of a route by these attributes; 0 for 0. */
uint16_t adopt_paths(const struct attrs_table *table, uint32_t attrs);

void adopt_add(struct adopt *adopt, const struct rib_memory *memory);

/* The target went: adds all that is installed, which in the books it is no longer. */
void adopt_lost(struct adopt *adopt, struct table *table, double clock);

/* Whether the table has a route, by as many paths, for all that the target may hold. */
bool adopt_is_known(struct adopt *adopt, const struct table *table);

/* The target listens: returns how many routes are installed again. */
size_t adopt_resume(struct adopt *adopt, struct table *table, double clock);

/* Forgets all. */
void adopt_clear(struct adopt *adopt);

/* What adopt_add() would have to be told again, in order. */
void adopt_each(const struct adopt *adopt, const struct table *table, double clock,
    void (*visit)(void *arg, const struct rib_memory *memory), void *arg);

#endif
