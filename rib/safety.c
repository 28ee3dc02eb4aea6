#include "rib/safety.h"

#include <assert.h>

#include "base/mem.h"
#include "rib/attrs.h"
#include "rib/rib.h"

/* More than this many are not made room for: giving up the cover is cheaper. */
#define REPAIR_MAX 64

static void
emit(struct table *table, enum rib_op op, const struct prefix *prefix, uint32_t attrs)
{
	table->changes = mem_grow(table->changes, table->changes_len,
	    &table->changes_cap, sizeof *table->changes);
	attrs_ref(table->attrs, attrs);
	table->changes[table->changes_len++] = (struct rib_change){
		.op = op,
		.prefix = *prefix,
		.attrs = attrs,
	};
}

static void
announce(struct table *table, const struct prefix *prefix, uint32_t id)
{
	struct route *route = route_at(table, id);

	if (!route->installed) {
		assert(table->installed < table->capacity);
		table_entry(table, prefix, id, true);
		route->installed = 1;
		table->installed++;
	}
	emit(table, RIB_ANNOUNCE, prefix, route->attrs);
}

void
safety_withdraw(struct table *table, const struct prefix *prefix, uint32_t id)
{
	struct route *route = route_at(table, id);

	assert(route->installed);
	route->installed = 0;
	table->installed--;
	emit(table, RIB_WITHDRAW, prefix, 0);
}

void
safety_disown(struct table *table, const struct prefix *prefix)
{
	emit(table, RIB_WITHDRAW, prefix, 0);
}

void
safety_refresh(struct table *table, const struct prefix *prefix, uint32_t id)
{
	assert(route_at(table, id)->installed);
	emit(table, RIB_ANNOUNCE, prefix, route_at(table, id)->attrs);
}

uint32_t
safety_cover(const struct table *table, const struct prefix *prefix)
{
	struct trie_match above[TRIE_CHAIN_MAX];
	size_t n = table->installed ? table_above(table, prefix, above) : 0;

	while (n--)
		if (route_at(table, above[n].value)->installed)
			return above[n].value;
	return 0;
}

uint32_t
safety_cover_of(const struct table *table, uint32_t entry)
{
	if (table->installed == 0)
		return 0;
	for (entry = table->entries[entry].parent; entry;
	     entry = table->entries[entry].parent) {
		uint32_t id = table->entries[entry].route;

		if (route_at(table, id)->installed)
			return id;
	}
	return 0;
}

bool
safety_may_go(const struct table *table, const struct prefix *prefix, uint32_t id)
{
	uint32_t cover = safety_cover(table, prefix);

	return !cover || route_at(table, cover)->key == route_at(table, id)->key;
}

/* The walk below a prefix, with the keys of the routes above the one at hand. */
struct search {
	struct table *table;
	size_t found, limit;
	unsigned top; /* length of the prefix itself */
	unsigned depth;
	struct {
		struct prefix prefix;
		uint32_t key;
	} above[TRIE_CHAIN_MAX];
};

static enum trie_walk
search_visit(void *arg, struct bits bits, unsigned len, uint32_t id)
{
	struct search *search = arg;
	struct table *table = search->table;
	const struct route *route = route_at(table, id);
	struct prefix prefix = prefix_make(table->family, bits, len);

	if (len == search->top)
		return TRIE_CONTINUE;
	if (route->installed) /* and so all right below, too */
		return TRIE_SKIP;
	while (!prefix_covers(&search->above[search->depth].prefix, &prefix))
		search->depth--;
	if (route->key != search->above[search->depth].key) {
		if (route->barred) /* the next choice is to see that */
			table_entry(table, &prefix, id, false);
		if (search->found == search->limit || route->barred) {
			search->found = SIZE_MAX;
			return TRIE_STOP;
		}
		table->missing = mem_grow(table->missing, search->found,
		    &table->missing_cap, sizeof *table->missing);
		table->missing[search->found++] = (struct covered){ .prefix = prefix,
			.route = id };
	}
	if (route->need == 0)
		return TRIE_SKIP;
	search->depth++;
	search->above[search->depth].prefix = prefix;
	search->above[search->depth].key = route->key;
	return TRIE_CONTINUE;
}

size_t
safety_missing(
    struct table *table, const struct prefix *prefix, uint32_t key, size_t limit)
{
	struct search search = { .table = table, .limit = limit, .top = prefix->len };

	search.above[0].prefix = *prefix;
	search.above[0].key = key;
	trie_walk(&table->trie, prefix->bits, prefix->len, search_visit, &search);
	return search.found;
}

/* Announces the first `n` of table->missing, the deepest first. */
static void
announce_missing(struct table *table, size_t n)
{
	while (n--)
		announce(table, &table->missing[n].prefix, table->missing[n].route);
}

void
safety_install(
    struct table *table, const struct prefix *prefix, uint32_t id, size_t missing)
{
	announce_missing(table, missing);
	announce(table, prefix, id);
}

static bool
is_installed(const struct table *table, const struct entry *entry)
{
	return entry->route && route_at(table, entry->route)->installed;
}

/* True if the entry may make room for a route to `prefix`. */
static bool
is_victim(
    const struct table *table, const struct entry *entry, const struct prefix *prefix)
{
	return is_installed(table, entry) && !entry->pinned &&
	       !prefix_covers(prefix, &entry->prefix) &&
	       !prefix_covers(&entry->prefix, prefix) &&
	       safety_may_go(table, &entry->prefix, entry->route);
}

bool
safety_make_room(struct table *table, const struct prefix *prefix, size_t places)
{
	for (size_t i = table->victims_first;
	     i < table->victims_len && table->installed + places > table->capacity;
	     i++) {
		const struct entry *entry = &table->entries[table->victims[i]];

		if (is_victim(table, entry, prefix))
			safety_withdraw(table, &entry->prefix, entry->route);
		/* what went is not passed again in a storm, nor taken if it is back */
		if (i == table->victims_first && !is_installed(table, entry))
			table->victims_first++;
	}
	return table->installed + places <= table->capacity;
}

/* Withdraws all that is installed above `prefix`, the topmost first. */
static void
drop_covers(struct table *table, const struct prefix *prefix)
{
	struct trie_match above[TRIE_CHAIN_MAX];
	size_t n = table_above(table, prefix, above);

	for (size_t i = 0; i < n; i++) {
		struct prefix up = prefix_make(
		    table->family, prefix->bits, above[i].len);

		if (route_at(table, above[i].value)->installed)
			safety_withdraw(table, &up, above[i].value);
	}
}

void
safety_give_up(struct table *table, const struct prefix *prefix, uint32_t id)
{
	drop_covers(table, prefix);
	safety_withdraw(table, prefix, id);
}

void
safety_forbid(struct table *table, const struct prefix *prefix, uint32_t id)
{
	if (!route_at(table, id)->installed)
		return;
	if (safety_may_go(table, prefix, id))
		safety_withdraw(table, prefix, id);
	else
		safety_give_up(table, prefix, id);
}

/*
 * Finds what is missing below `prefix` under `key`, and room for it and `more` places.
 * Returns false if that is too much.
 */
static bool
prepare(struct table *table, const struct prefix *prefix, uint32_t key, size_t more,
    size_t *retmissing)
{
	size_t room = table->capacity - table->installed;
	size_t limit = room > REPAIR_MAX ? room : REPAIR_MAX;
	size_t missing = safety_missing(table, prefix, key, limit);

	if (missing == SIZE_MAX || !safety_make_room(table, prefix, missing + more))
		return false;
	*retmissing = missing;
	return true;
}

void
safety_added(struct table *table, const struct prefix *prefix, uint32_t id)
{
	struct route *route = route_at(table, id);
	uint32_t cover = safety_cover(table, prefix);
	bool was = route->installed;
	bool alike = cover && route_at(table, cover)->key == route->key;
	size_t missing;

	if (prefix->len == 0 || (!was && (!cover || alike)))
		return;
	if ((route->barred && !alike) ||
	    !prepare(table, prefix, route->key, !was, &missing)) {
		drop_covers(table, prefix);
		if (was)
			safety_withdraw(table, prefix, id);
		return;
	}
	announce_missing(table, missing);
	if (alike && !table->entries[route->entry].pinned)
		safety_withdraw(table, prefix, id); /* it says what its cover says */
	else
		announce(table, prefix, id);
}

void
safety_removed(struct table *table, const struct prefix *prefix)
{
	uint32_t cover = safety_cover(table, prefix);
	size_t missing;

	if (cover) {
		if (prepare(table, prefix, route_at(table, cover)->key, 0, &missing))
			announce_missing(table, missing);
		else
			drop_covers(table, prefix);
	}
	table->installed--;
	emit(table, RIB_WITHDRAW, prefix, 0);
}
