#include "rib/attrs.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/arena.h"
#include "base/mem.h"
#include "rib/nexthop.h"

#define HEAD offsetof(struct attrs, bytes)
#define BUCKETS_MIN 256

/*
 * Linear hashing: as many buckets as sets, and each new set splits one bucket in two.
 * With `mask` one less than a power of two above the number of buckets, a hash whose
 * bucket is not there yet is still in the one it will split from.
 */
struct attrs_table {
	struct fwkeys *fwkeys;
	struct arena arena;
	uint64_t seed;
	uint32_t *buckets;
	size_t buckets_cap;
	uint32_t n_buckets;
	uint32_t mask;
	uint32_t sets;
	struct attrs_limits limits;
};

struct attrs_table *
attrs_table_new(struct fwkeys *fwkeys, const struct attrs_limits *limits, uint64_t seed)
{
	struct attrs_table *table = mem_alloc(sizeof *table);

	table->fwkeys = fwkeys;
	table->limits = *limits;
	table->seed = seed;
	arena_init(&table->arena, limits->bytes);
	table->n_buckets = table->buckets_cap = BUCKETS_MIN;
	table->mask = BUCKETS_MIN - 1;
	table->buckets = mem_alloc(BUCKETS_MIN * sizeof *table->buckets);
	return table;
}

void
attrs_table_free(struct attrs_table *table)
{
	if (!table)
		return;
	for (uint32_t b = 0; b < table->n_buckets; b++) {
		for (uint32_t id = table->buckets[b]; id;
		     id = attrs_at(table, id)->next)
			fwkey_unref(table->fwkeys, attrs_at(table, id)->fwkey);
	}
	arena_fini(&table->arena);
	free(table->buckets);
	free(table);
}

const struct attrs *
attrs_at(const struct attrs_table *table, uint32_t id)
{
	assert(id);
	return arena_at(&table->arena, id);
}

bool
attrs_foreign(const struct attrs_table *table, uint32_t id, enum family family)
{
	size_t n;
	const struct nexthop *nexthops = fwkey_nexthops(
	    table->fwkeys, attrs_at(table, id)->fwkey, &n);

	for (size_t i = 0; i < n; i++)
		if ((nexthops[i].len == 4) != (family == FAMILY_IPV4))
			return true;
	return false;
}

static struct attrs *
set_at(const struct attrs_table *table, uint32_t id)
{
	return arena_at(&table->arena, id);
}

static uint32_t
hash_bytes(
    const struct attrs_table *table, uint8_t context, const void *bytes, size_t len)
{
	return (uint32_t)XXH3_64bits_withSeed(bytes, len, table->seed + context);
}

static uint32_t *
bucket_of(const struct attrs_table *table, uint32_t hash)
{
	uint32_t bucket = hash & table->mask;

	if (bucket >= table->n_buckets)
		bucket &= table->mask >> 1;
	return &table->buckets[bucket];
}

static uint32_t
find(const struct attrs_table *table, uint32_t hash, uint8_t context, const void *bytes,
    size_t len)
{
	const struct attrs *set;

	for (uint32_t id = *bucket_of(table, hash); id; id = set->next) {
		set = set_at(table, id);
		if (set->hash == hash && set->len == len && set->context == context &&
		    memcmp(set->bytes, bytes, len) == 0)
			return id;
	}
	return 0;
}

uint32_t
attrs_find(
    const struct attrs_table *table, uint8_t context, const uint8_t *bytes, size_t len)
{
	return find(table, hash_bytes(table, context, bytes, len), context, bytes, len);
}

/* Adds a bucket, and gives it its share of the one it splits from. */
static void
split(struct attrs_table *table)
{
	uint32_t added = table->n_buckets;
	uint32_t *link, *moved;

	if (added > table->mask)
		table->mask = table->mask << 1 | 1;
	table->buckets = mem_grow(
	    table->buckets, added, &table->buckets_cap, sizeof *table->buckets);
	table->n_buckets++;
	moved = &table->buckets[added];
	*moved = 0;
	link = &table->buckets[added & table->mask >> 1];
	while (*link) {
		struct attrs *set = set_at(table, *link);

		if ((set->hash & table->mask) == added) {
			*moved = *link;
			*link = set->next;
			set->next = 0;
			moved = &set->next;
		} else {
			link = &set->next;
		}
	}
}

uint32_t
attrs_intern(struct attrs_table *table, uint8_t context, const uint8_t *bytes,
    size_t len, uint32_t fwkey)
{
	uint32_t hash = hash_bytes(table, context, bytes, len);
	uint32_t id = find(table, hash, context, bytes, len);
	struct attrs *set;

	if (id) {
		set_at(table, id)->refs++;
		return id;
	}
	if (len > ATTRS_LEN_MAX || table->sets >= table->limits.sets ||
	    table->arena.used + arena_size(HEAD + len) > table->limits.bytes)
		return 0;
	id = arena_alloc(&table->arena, HEAD + len);
	if (!id)
		return 0;
	for (int i = 0; i < 2 && table->sets >= table->n_buckets / 2; i++)
		split(table); /* two buckets a set: a wrong one is a cache miss */
	table->sets++;
	set = set_at(table, id);
	set->refs = 1;
	set->hash = hash;
	set->fwkey = fwkey;
	set->len = (uint16_t)len;
	set->context = context;
	if (len)
		memcpy(set->bytes, bytes, len);
	set->next = *bucket_of(table, hash);
	*bucket_of(table, hash) = id;
	fwkey_ref(table->fwkeys, fwkey);
	return id;
}

void
attrs_ref(struct attrs_table *table, uint32_t id)
{
	if (!id)
		return;
	assert(set_at(table, id)->refs);
	set_at(table, id)->refs++;
}

/* Takes out a set whose last reference went. */
static void
drop(struct attrs_table *table, uint32_t id)
{
	struct attrs *set = set_at(table, id);
	uint32_t *link;

	link = bucket_of(table, set->hash);
	while (*link != id)
		link = &set_at(table, *link)->next;
	*link = set->next;
	table->sets--;
	fwkey_unref(table->fwkeys, set->fwkey);
	arena_free(&table->arena, id, HEAD + set->len);
}

void
attrs_unref(struct attrs_table *table, uint32_t id)
{
	struct attrs *set;

	if (!id)
		return;
	set = set_at(table, id);
	assert(set->refs);
	if (--set->refs)
		return;
	if (set->context == ATTRS_CONTEXT_PATHS)
		for (size_t i = 0; i < attrs_paths(table, id); i++)
			attrs_unref(table, attrs_path(table, id, i));
	drop(table, id);
}

/* --- sets of paths --- */

size_t
attrs_paths(const struct attrs_table *table, uint32_t id)
{
	const struct attrs *set = attrs_at(table, id);

	return set->context == ATTRS_CONTEXT_PATHS ? set->len / sizeof id : 1;
}

uint32_t
attrs_path(const struct attrs_table *table, uint32_t id, size_t i)
{
	const struct attrs *set = attrs_at(table, id);

	assert(i < attrs_paths(table, id));
	if (set->context == ATTRS_CONTEXT_PATHS)
		memcpy(&id, set->bytes + i * sizeof id, sizeof id);
	return id;
}

/* The key of the next hops of all these paths, with a reference; 0 if there is none. */
static uint32_t
paths_key(struct attrs_table *table, const uint32_t *ids, size_t n)
{
	struct nexthop all[FWKEY_NEXTHOPS_MAX];
	size_t len = 0, more;

	for (size_t i = 0; i < n; i++) {
		const struct nexthop *nexthops = fwkey_nexthops(
		    table->fwkeys, attrs_at(table, ids[i])->fwkey, &more);

		if (more > FWKEY_NEXTHOPS_MAX - len)
			return 0;
		if (more)
			memcpy(all + len, nexthops, more * sizeof *all);
		len += more;
	}
	return fwkey_intern(table->fwkeys, all, len);
}

uint32_t
attrs_intern_paths(struct attrs_table *table, const uint32_t *ids, size_t n)
{
	const uint8_t *bytes = (const uint8_t *)ids;
	size_t len = n * sizeof *ids;
	uint32_t id, key;

	assert(n >= 2 && n <= ATTRS_PATHS_MAX);
	id = attrs_find(table, ATTRS_CONTEXT_PATHS, bytes, len);
	if (id) {
		attrs_ref(table, id);
		return id;
	}
	key = paths_key(table, ids, n);
	if (!key)
		return 0;
	id = attrs_intern(table, ATTRS_CONTEXT_PATHS, bytes, len, key);
	for (size_t i = 0; id && i < n; i++)
		attrs_ref(table, ids[i]);
	fwkey_unref(table->fwkeys, key);
	return id;
}

void
attrs_stats(const struct attrs_table *table, struct attrs_stats *retstats)
{
	*retstats = (struct attrs_stats){
		.sets = table->sets,
		.bytes = table->arena.used,
		.memory = table->arena.touched +
			  table->buckets_cap * sizeof *table->buckets,
	};
}
