/* The books of a family with routes by name and rates set by hand, for the tests. */
#ifndef TESTS_UNIT_RIB_BOOKS_H
#define TESTS_UNIT_RIB_BOOKS_H

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "rib/attrs.h"
#include "rib/nexthop.h"
#include "rib/rib.h"
#include "rib/safety.h"
#include "rib/table.h"

#define BOOKS_HOPS 4

struct books {
	struct table table;
	struct fwkeys *keys;
	struct attrs_table *sets;
	uint32_t attrs[BOOKS_HOPS + 1], key[BOOKS_HOPS + 1]; /* by next hop, from 1 */
};

static inline void
books_init(struct books *b, size_t capacity)
{
	struct attrs_limits limits = { .sets = 100, .bytes = 100000 };

	b->keys = fwkeys_new(100);
	b->sets = attrs_table_new(b->keys, &limits, 1);
	for (uint8_t i = 1; i <= BOOKS_HOPS; i++) {
		uint8_t hop[4] = { 192, 0, 2, i };
		struct nexthop nexthop = nexthop_make(hop, sizeof hop);

		b->key[i] = fwkey_intern(b->keys, &nexthop, 1);
		b->attrs[i] = attrs_intern(b->sets, 0, &i, 1, b->key[i]);
	}
	table_init(&b->table, FAMILY_IPV4, b->sets, 100000, 100000);
	b->table.capacity = capacity;
}

static inline void
books_fini(struct books *b)
{
	table_fini(&b->table);
	attrs_table_free(b->sets);
	fwkeys_free(b->keys);
}

static inline struct prefix
books_prefix(const char *text)
{
	struct prefix prefix = { .family = FAMILY_IPV4 };
	bool ok = prefix_parse(text, &prefix);

	assert(ok);
	return prefix;
}

/* A route that is new. */
static inline uint32_t
put(struct table *table, const struct prefix *prefix, uint32_t attrs, uint32_t key)
{
	bool new;
	uint32_t id = table_put(table, prefix, attrs, key, &new);

	assert(new == (id != 0));
	return id;
}

/* A route that the engine hears of. */
static inline uint32_t
books_add(struct books *b, const char *text, unsigned hop)
{
	struct prefix prefix = books_prefix(text);
	uint32_t id = put(&b->table, &prefix, b->attrs[hop], b->key[hop]);

	assert(id);
	safety_added(&b->table, &prefix, id);
	return id;
}

static inline struct route *
books_route(const struct books *b, const char *text)
{
	struct prefix prefix = books_prefix(text);
	uint32_t id = table_find(&b->table, &prefix);

	assert(id);
	return route_at(&b->table, id);
}

static inline void
books_rekey(struct books *b, const char *text, unsigned hop)
{
	struct prefix prefix = books_prefix(text);
	uint32_t id = table_find(&b->table, &prefix);

	route_at(&b->table, id)->attrs = b->attrs[hop];
	table_rekey(&b->table, &prefix, id, b->key[hop]);
	safety_added(&b->table, &prefix, id);
}

static inline void
books_remove(struct books *b, const char *text)
{
	struct prefix prefix = books_prefix(text);
	uint32_t id = table_find(&b->table, &prefix);
	bool installed = route_at(&b->table, id)->installed;

	table_remove(&b->table, &prefix, id);
	if (installed)
		safety_removed(&b->table, &prefix);
}

static inline struct estimate *
books_estimate(struct books *b, const char *text)
{
	struct prefix prefix = books_prefix(text);
	uint32_t id = table_find(&b->table, &prefix);
	uint32_t entry = table_entry(&b->table, &prefix, id, true);

	return &b->table.entries[entry].estimate;
}

/* At time 0 the route has exactly this rate, in bytes a second. */
static inline void
books_rate(struct books *b, const char *text, double rate)
{
	struct estimate *estimate = books_estimate(b, text);

	estimate_init(estimate);
	estimate->shape = estimate->exposure = 1;
	estimate->bytes = (float)rate;
	estimate->samples = 10;
	estimate->touched = 0;
}

/* A choice at time `now`, to its end. */
static inline void
books_choose(struct books *b, double now)
{
	budget_grant(&b->table.budget, 1e6);
	choice_begin(&b->table, true, now);
	while (choice_work(&b->table, 7))
		continue;
}

/* Chooses only, for so many places, with each entry a node unless `fold`. */
static inline void
books_select(struct table *table, size_t places, bool fold, double now)
{
	choice_begin(table, true, now);
	table->choice.places = places;
	if (!fold)
		table->choice.folded = 0;
	while (table->choice.step < CHOICE_MOVES)
		choice_work(table, 1);
	choice_stop(table);
}

/* Installs the route with what it takes along. */
static inline void
books_install(struct books *b, const char *text)
{
	struct prefix prefix = books_prefix(text);
	uint32_t id = table_find(&b->table, &prefix);
	size_t n = safety_missing(
	    &b->table, &prefix, route_at(&b->table, id)->key, SIZE_MAX - 1);

	safety_install(&b->table, &prefix, id, n);
}

static inline void
books_victims(struct books *b, const char *const *texts, size_t n)
{
	struct table *table = &b->table;

	table->victims = realloc(table->victims, n * sizeof *table->victims);
	table->victims_len = table->victims_cap = n;
	for (size_t i = 0; i < n; i++)
		table->victims[i] = books_route(b, texts[i])->entry;
}

/* The changes since the last call: "+10.0.0.0/8=1 -10.0.0.0/16 ...". */
static inline const char *
books_changes(struct books *b)
{
	static char text[8192];
	char prefix[PREFIX_TEXT_MAX];
	size_t len = 0;

	text[0] = '\0';
	for (size_t i = 0; i < b->table.changes_len; i++) {
		const struct rib_change *c = &b->table.changes[i];
		const char *gap = i ? " " : "";

		prefix_text(&c->prefix, prefix);
		assert(len + 70 < sizeof text);
		if (c->op == RIB_ANNOUNCE)
			len += (size_t)sprintf(text + len, "%s+%s=%u", gap, prefix,
			    attrs_at(b->sets, c->attrs)->bytes[0]);
		else
			len += (size_t)sprintf(text + len, "%s-%s", gap, prefix);
		attrs_unref(b->sets, c->attrs);
	}
	b->table.changes_len = 0;
	return text;
}

#endif
