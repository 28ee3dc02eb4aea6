#include "rib/table.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "rib/rib.h"

#define TRIE_BYTES_MAX 640 /* of a prefix that shares nothing */
#define ENTRIES_DEAD_MAX 4096

void
table_init(struct table *table, enum family family, struct attrs_table *attrs,
    size_t max_routes, size_t max_entries)
{
	memset(table, 0, sizeof *table);
	table->family = family;
	table->attrs = attrs;
	trie_init(&table->trie, max_routes * TRIE_BYTES_MAX);
	arena_init(&table->routes, max_routes * sizeof(struct route));
	table->count_limit = max_routes;
	table->entries_limit = max_entries;
	/* one a route at most, of which the arena may hold a few more, and the dead */
	table->entries_cap = max_routes + ARENA_BLOCK_MAX / sizeof(struct route) +
			     2 * ENTRIES_DEAD_MAX;
	table->entries = mem_reserve(table->entries_cap * sizeof *table->entries);
	table->entries_used = 1; /* 0 is none */
	policy_init(&table->policy);
}

void
table_fini(struct table *table)
{
	trie_fini(&table->trie);
	arena_fini(&table->routes);
	mem_release(table->entries, table->entries_cap * sizeof *table->entries);
	mem_release(table->sources, table->entries_cap * sizeof *table->sources);
	free(table->order);
	choice_fini(&table->choice);
	policy_fini(&table->policy);
	free(table->victims);
	free(table->missing);
	free(table->changes);
}

uint32_t
table_find(const struct table *table, const struct prefix *prefix)
{
	const uint32_t *id = trie_find(&table->trie, prefix->bits, prefix->len);

	return id ? *id : 0;
}

size_t
table_above(const struct table *table, const struct prefix *prefix,
    struct trie_match retabove[TRIE_CHAIN_MAX])
{
	size_t n;

	if (prefix->len == 0)
		return 0;
	n = trie_covering(&table->trie, prefix->bits, prefix->len - 1u, retabove);
	if (n && retabove[0].len == 0) {
		n--;
		memmove(retabove, retabove + 1, n * sizeof *retabove);
	}
	return n;
}

/* The RIB parent of `prefix`, or 0. */
static uint32_t
parent_of(const struct table *table, const struct prefix *prefix)
{
	unsigned len = 0;
	uint32_t id;

	id = trie_lookup_max(&table->trie, prefix->bits, prefix->len - 1u, &len);
	return len ? id : 0;
}

/* What stands directly below a prefix. */
struct survey {
	struct table *table;
	unsigned len;
	uint32_t old_key, new_key;
	uint32_t need;         /* of them all, below themselves */
	uint32_t old_conflict; /* how many have another key than old_key */
	uint32_t new_conflict;
	uint32_t entries; /* how many have one */
	uint32_t adopt;   /* the entry that becomes their parent, if `adopts` */
	bool adopts;
};

static enum trie_walk
survey_child(void *arg, struct bits bits, unsigned len, uint32_t id)
{
	struct survey *survey = arg;
	const struct route *route = route_at(survey->table, id);

	(void)bits;
	if (len == survey->len)
		return TRIE_CONTINUE;
	survey->need += route->need;
	survey->old_conflict += route->key != survey->old_key;
	survey->new_conflict += route->key != survey->new_key;
	if (route->entry) {
		survey->entries++;
		if (survey->adopts)
			survey->table->entries[route->entry].parent = survey->adopt;
	}
	return TRIE_SKIP;
}

/* Compares the children's keys with the one they have above and will have. */
static struct survey
survey_children(struct table *table, const struct prefix *prefix, uint32_t old_key,
    uint32_t new_key)
{
	struct survey survey = {
		.table = table,
		.len = prefix->len,
		.old_key = old_key,
		.new_key = new_key,
	};

	trie_walk(&table->trie, prefix->bits, prefix->len, survey_child, &survey);
	return survey;
}

/* Makes `entry` the parent of the `n` entries directly below `prefix`. */
static void
adopt_children(
    struct table *table, const struct prefix *prefix, uint32_t entry, uint32_t n)
{
	struct survey survey = {
		.table = table,
		.len = prefix->len,
		.adopt = entry,
		.adopts = true,
	};

	trie_walk(&table->trie, prefix->bits, prefix->len, survey_child, &survey);
	assert(survey.entries == n);
	if (entry)
		table->entries[entry].children += n;
}

static void
add_need(struct table *table, const struct prefix *prefix, uint32_t more, uint32_t less)
{
	struct trie_match above[TRIE_CHAIN_MAX];
	size_t n;

	if (more == less)
		return;
	n = table_above(table, prefix, above);
	for (size_t i = 0; i < n; i++)
		route_at(table, above[i].value)->need += more - less;
}

/* The books around a route that is new at `prefix`. */
static void
enter(struct table *table, const struct prefix *prefix, uint32_t id)
{
	struct route *route = route_at(table, id);
	uint32_t parent = parent_of(table, prefix), key = route->key;
	uint32_t parent_key = parent ? route_at(table, parent)->key : 0;
	struct survey below = survey_children(table, prefix, parent_key, key);

	route->need = below.need + below.new_conflict;
	if (parent)
		add_need(table, prefix, below.new_conflict + (key != parent_key),
		    below.old_conflict);
	if (below.entries) { /* it came between them and their parent */
		uint32_t entry = table_entry(table, prefix, id, true);
		uint32_t up = table->entries[entry].parent;

		adopt_children(table, prefix, entry, below.entries);
		if (up)
			table->entries[up].children -= below.entries;
	}
}

uint32_t
table_put(struct table *table, const struct prefix *prefix, uint32_t attrs,
    uint32_t key, bool *retnew)
{
	bool full = table->count == table->count_limit;
	uint32_t *slot = full ? trie_find(&table->trie, prefix->bits, prefix->len)
			      : trie_add(&table->trie, prefix->bits, prefix->len);
	uint32_t id;

	assert(key && key <= KEY_MAX);
	*retnew = slot && *slot == 0;
	if (!slot)
		return 0;
	if (!*retnew)
		return *slot;
	id = arena_alloc(&table->routes, sizeof(struct route));
	if (!id) {
		*slot = 1; /* any value: it goes at once */
		trie_remove(&table->trie, prefix->bits, prefix->len);
		return 0;
	}
	*slot = id;
	table->count++;
	*route_at(table, id) = (struct route){
		.attrs = attrs,
		.key = key & KEY_MAX,
		.generation = table->generation,
	};
	if (prefix->len == 0)
		table->fallback = id;
	else
		enter(table, prefix, id);
	return id;
}

void
table_rekey(struct table *table, const struct prefix *prefix, uint32_t id, uint32_t key)
{
	struct route *route = route_at(table, id);
	uint32_t old = route->key, parent, parent_key;
	struct survey below;

	assert(key && key <= KEY_MAX);
	route->key = key & KEY_MAX;
	if (prefix->len == 0)
		return;
	below = survey_children(table, prefix, old, key);
	route->need += below.new_conflict - below.old_conflict;
	parent = parent_of(table, prefix);
	if (!parent)
		return;
	parent_key = route_at(table, parent)->key;
	add_need(table, prefix, below.new_conflict + (key != parent_key),
	    below.old_conflict + (old != parent_key));
}

/* Takes an entry out of the tree; what is below it goes to what is above. */
static void
entry_unlink(struct table *table, const struct prefix *prefix, uint32_t id)
{
	struct entry *entry = &table->entries[id];

	if (entry->children)
		adopt_children(table, prefix, entry->parent, entry->children);
	entry->children = 0;
	table_entry_free(table, id);
}

void
table_remove(struct table *table, const struct prefix *prefix, uint32_t id)
{
	struct route *route = route_at(table, id);

	if (prefix->len == 0) {
		table->fallback = 0;
	} else {
		uint32_t parent = parent_of(table, prefix);

		if (parent) {
			uint32_t key = route_at(table, parent)->key;
			struct survey below = survey_children(
			    table, prefix, route->key, key);

			add_need(table, prefix, below.new_conflict,
			    below.old_conflict + (route->key != key));
		}
	}
	if (route->entry)
		entry_unlink(table, prefix, route->entry);
	trie_remove(&table->trie, prefix->bits, prefix->len);
	arena_free(&table->routes, id, sizeof *route);
	table->count--;
}

static uint32_t
entry_new(
    struct table *table, const struct prefix *prefix, uint32_t route, uint32_t parent)
{
	uint32_t id = table->entry_free;
	struct entry *entry;

	if (id) {
		table->entry_free = table->entries[id].parent;
	} else {
		assert(table->entries_used < table->entries_cap);
		id = (uint32_t)table->entries_used++;
	}
	table->entries_live++;
	entry = &table->entries[id];
	*entry = (struct entry){ .prefix = *prefix, .route = route, .parent = parent };
	estimate_init(&entry->estimate);
	if (table->sources)
		estimate_init(&table->sources[id]);
	if (parent)
		table->entries[parent].children++;
	table->order = mem_grow(
	    table->order, table->order_len, &table->order_cap, sizeof *table->order);
	table->order[table->order_len++] = id;
	route_at(table, route)->entry = id;
	return id;
}

uint32_t
table_entry(struct table *table, const struct prefix *prefix, uint32_t id, bool force)
{
	struct trie_match above[TRIE_CHAIN_MAX];
	uint32_t parent = 0;
	size_t n;

	if (route_at(table, id)->entry)
		return route_at(table, id)->entry;
	if (!force && table->entries_live >= table->entries_limit)
		return 0;
	n = table_above(table, prefix, above);
	if (!force && table->entries_live + n + 1 > table->entries_limit)
		return 0;
	if (table->order_len - table->entries_live > ENTRIES_DEAD_MAX)
		table_compact(table);
	for (size_t i = 0; i < n; i++) {
		struct prefix up = prefix_make(
		    table->family, prefix->bits, above[i].len);
		uint32_t entry = route_at(table, above[i].value)->entry;

		parent = entry ? entry : entry_new(table, &up, above[i].value, parent);
	}
	return entry_new(table, prefix, id, parent);
}

void
table_entry_free(struct table *table, uint32_t id)
{
	struct entry *entry = &table->entries[id];

	assert(entry->route && entry->children == 0);
	if (entry->parent)
		table->entries[entry->parent].children--;
	route_at(table, entry->route)->entry = 0;
	entry->route = 0; /* `order` names it until it is compacted */
	table->entries_live--;
}

void
table_watch_sources(struct table *table, bool watch, double now)
{
	if (watch == (table->sources != NULL))
		return;
	mem_release(table->sources, table->entries_cap * sizeof *table->sources);
	table->sources = NULL;
	table->sources_since = now;
	if (!watch)
		return;
	table->sources = mem_reserve(table->entries_cap * sizeof *table->sources);
	for (size_t i = 0; i < table->entries_used; i++)
		estimate_init(&table->sources[i]);
}

static int
compare_entries(const void *a, const void *b, void *arg)
{
	const struct table *table = arg;
	const struct entry *x = &table->entries[*(const uint32_t *)a];
	const struct entry *y = &table->entries[*(const uint32_t *)b];

	return prefix_compare(&x->prefix, &y->prefix);
}

/* Drops the dead from a part of `order`, and frees them. Returns how many are left. */
static size_t
keep_live(struct table *table, uint32_t *order, size_t len)
{
	size_t kept = 0;

	for (size_t i = 0; i < len; i++) {
		struct entry *entry = &table->entries[order[i]];

		if (entry->route) {
			order[kept++] = order[i];
			continue;
		}
		entry->parent = table->entry_free;
		table->entry_free = order[i];
	}
	return kept;
}

/* The ids of the dead may name others soon. */
static void
forget_dead_victims(struct table *table)
{
	size_t kept = 0;

	for (size_t i = table->victims_first; i < table->victims_len; i++)
		if (table->entries[table->victims[i]].route)
			table->victims[kept++] = table->victims[i];
	table->victims_first = 0;
	table->victims_len = kept;
}

void
table_compact(struct table *table)
{
	uint32_t *fresh;
	size_t old, n;

	if (table->order_len == table->entries_live)
		return;
	fresh = table->order + table->order_sorted;
	forget_dead_victims(table);
	old = keep_live(table, table->order, table->order_sorted);
	n = keep_live(table, fresh, table->order_len - table->order_sorted);
	memmove(table->order + old, fresh, n * sizeof *fresh);
	table->order_sorted = old;
	table->order_len = old + n;
	table->order_epoch++;
}

/* How many of the first `len` of `order` stand before the entry `id`. */
static size_t
place_of(struct table *table, uint32_t id, size_t len)
{
	size_t low = 0;

	while (low < len) {
		size_t middle = low + (len - low) / 2;

		if (compare_entries(&table->order[middle], &id, table) < 0)
			low = middle + 1;
		else
			len = middle;
	}
	return low;
}

bool
table_sort_some(struct table *table, size_t limit)
{
	size_t old, n;
	uint32_t *new;

	table_compact(table);
	old = table->order_sorted;
	n = table->order_len - old < limit ? table->order_len - old : limit;
	if (n == 0)
		return false;
	new = mem_resize(NULL, n, sizeof *new);
	memcpy(new, table->order + old, n * sizeof *new);
	qsort_r(new, n, sizeof *new, compare_entries, table);
	/* few among many, put in from behind, so that nothing is overwritten */
	for (size_t j = n, end = old; j-- > 0;) {
		uint32_t *place = table->order + place_of(table, new[j], end);
		size_t behind = end - (size_t)(place - table->order);

		memmove(place + j + 1, place, behind * sizeof *place);
		place[j] = new[j];
		end -= behind;
	}
	free(new);
	table->order_sorted = old + n;
	table->order_epoch++;
	return table->order_sorted < table->order_len;
}
