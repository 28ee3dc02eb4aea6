/*
 * The books of one address family: all routes of the RIB in a trie, and beside them the
 * few that matter, the entries, linked as the containment tree they form.
 *
 * A route is small, because there are a million. It knows its attribute set, its
 * forwarding key and `need`: how many more-specifics of it have another key than their
 * own RIB parent, which is what installing it would take along.
 *
 * An entry exists for each route that has traffic or is installed, and for each route
 * above such a one, so that the nearest entry above an entry is its RIB parent.
 *
 * The default route stands in the trie for lookups, but outside the tree: it is never
 * installed and covers nothing; what it forwards is the fallback.
 *
 * This header is for the files of this folder; rib.h is the interface.
 */
#ifndef RIB_TABLE_H
#define RIB_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/prefix.h"
#include "rib/budget.h"
#include "rib/choice.h"
#include "rib/estimate.h"
#include "rib/policy.h"
#include "rib/trie.h"

#define KEY_BITS 21
#define KEY_MAX ((1u << KEY_BITS) - 1)

struct attrs_table;
struct covered;
struct rib_change;

struct route {
	uint32_t attrs; /* interned set */
	uint32_t need;
	uint32_t entry; /* 0: none */
	uint32_t key : KEY_BITS;
	uint32_t installed : 1;
	uint32_t barred : 1;     /* is not to be announced */
	uint32_t unfit : 1;      /* as its attributes cannot be */
	uint32_t generation : 8; /* when it was last announced to us */
};

/* What samples and choices touch comes first and fills a line of the cache. */
struct entry {
	_Alignas(64)
	    uint32_t route; /* id; 0: dead, or free and `parent` the next free one */
	uint32_t parent;
	struct estimate estimate;
	uint32_t children : 31; /* entries that name it as parent */
	uint32_t pinned : 1;    /* by the operator */
	uint32_t position;      /* its node in the latest choice; 0: none */
	struct prefix prefix;
};

_Static_assert(offsetof(struct entry, prefix) == 64, "more than a line");

struct table {
	enum family family;
	struct attrs_table *attrs; /* borrowed: where the sets of the routes are */
	struct trie trie;
	struct arena routes;
	uint32_t fallback; /* the default route's id, 0: none */
	uint8_t generation;
	size_t count, count_limit; /* routes */

	struct entry *entries;    /* reserved for as many as there can be */
	struct estimate *sources; /* beside the entries; NULL if nobody watches them */
	double sources_since;     /* their time 0 */
	size_t entries_used, entries_cap, entries_live, entries_limit;
	uint32_t entry_free;
	double forget_at; /* when to look for idle entries again */
	uint32_t *order;  /* entries: sorted by prefix, behind them the new ones */
	size_t order_len, order_sorted, order_cap;
	unsigned order_epoch; /* another one whenever `order` is put in order */

	size_t installed, capacity;

	bool foreign;     /* there were routes by next hops of the other family */
	bool bar_foreign; /* and such are barred */
	struct policy policy;
	struct budget budget; /* of changes that safety does not demand */
	struct choice choice;
	double price;         /* of a place, bytes a second, by the latest choice */
	uint32_t *victims;    /* entries that are the least loss, cheapest first */
	size_t victims_first; /* what stands before it is gone already */
	size_t victims_len, victims_cap;

	struct covered *missing; /* scratch of safety.c */
	size_t missing_cap;

	struct rib_change *changes; /* to be fetched by the owner */
	size_t changes_len, changes_cap;
};

void table_init(struct table *table, enum family family, struct attrs_table *attrs,
    size_t max_routes, size_t max_entries);
void table_fini(struct table *table);

static inline struct route *
route_at(const struct table *table, uint32_t id)
{
	return arena_at(&table->routes, id);
}

/* The forwarding key of what nothing installed matches; 0: nothing forwards it. */
static inline uint32_t
table_fallback_key(const struct table *table)
{
	switch (table->policy.fallback) {
	case RIB_FALLBACK_AUTO:
		return table->fallback ? route_at(table, table->fallback)->key : 0;
	case RIB_FALLBACK_NONE:
		return 0;
	case RIB_FALLBACK_NEXTHOP:
		break;
	}
	return table->policy.fallback_key;
}

/* The id of the route to exactly `prefix`, or 0. */
uint32_t table_find(const struct table *table, const struct prefix *prefix);

/*
 * The route to `prefix`. If there is none, adds it and does the books of all around it;
 * *retnew says which. Returns 0 and changes nothing if it is new and the table has
 * reached its limit.
 */
uint32_t table_put(struct table *table, const struct prefix *prefix, uint32_t attrs,
    uint32_t key, bool *retnew);

/* Gives the route `id` to `prefix` another key. */
void table_rekey(
    struct table *table, const struct prefix *prefix, uint32_t id, uint32_t key);

/* Takes the route to `prefix` out of the books, and its entry. */
void table_remove(struct table *table, const struct prefix *prefix, uint32_t id);

/*
 * The entry of a route, made if need be with those of the routes above. Returns 0 if
 * there are too many and not `force`.
 */
uint32_t table_entry(
    struct table *table, const struct prefix *prefix, uint32_t id, bool force);

/* Frees the entry of a route that needs none any longer. It has no children. */
void table_entry_free(struct table *table, uint32_t id);

/* Begins at time `now`, and ends, to estimate the traffic from each entry. */
void table_watch_sources(struct table *table, bool watch, double now);

/* Drops the dead entries from `order`, so that they can be used again. */
void table_compact(struct table *table);

/*
 * Does so, and sorts it by prefix, up to `limit` of the entries that came since the
 * last time. Returns true while there are more.
 */
bool table_sort_some(struct table *table, size_t limit);

/* The routes strictly above `prefix`, shortest first, without the default route. */
size_t table_above(const struct table *table, const struct prefix *prefix,
    struct trie_match retabove[TRIE_CHAIN_MAX]);

#endif
