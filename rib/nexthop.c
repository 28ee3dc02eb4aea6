#include "rib/nexthop.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct fwkey {
	uint32_t refs; /* 0: free */
	uint32_t next; /* in its bucket, or in the list of free ids */
	uint32_t hash;
	uint16_t n;
	struct nexthop *nexthops;
};

struct fwkeys {
	struct fwkey *keys; /* by id; the first is never used */
	size_t cap;
	uint32_t end; /* ids from here on were never used */
	uint32_t free;
	uint32_t count, limit;
	uint32_t *buckets;
	uint32_t mask;
};

struct nexthop
nexthop_make(const uint8_t *bytes, size_t len)
{
	struct nexthop nexthop = { .len = (uint8_t)len };

	assert(len <= NEXTHOP_MAX);
	if (len)
		memcpy(nexthop.bytes, bytes, len);
	return nexthop;
}

int
nexthop_compare(const struct nexthop *a, const struct nexthop *b)
{
	if (a->len != b->len)
		return (int)a->len - (int)b->len;
	return memcmp(a->bytes, b->bytes, a->len);
}

struct addr
nexthop_addr(const struct nexthop *nexthop)
{
	struct addr addr = { .family = FAMILY_IPV6 };

	assert(nexthop->len >= 4);
	if (nexthop->len == 4) {
		addr.family = FAMILY_IPV4;
		addr.bits = bits_from_bytes(nexthop->bytes, 4);
		return addr;
	}
	addr.bits = bits_from_bytes(nexthop->bytes, 16);
	if (nexthop->len == 32 && addr.bits.hi == 0 && addr.bits.lo == 0)
		addr.bits = bits_from_bytes(nexthop->bytes + 16, 16);
	return addr;
}

struct fwkeys *
fwkeys_new(uint32_t limit)
{
	struct fwkeys *keys = mem_alloc(sizeof *keys);
	uint32_t size = 64;

	while (size < limit && size < 1u << 20)
		size *= 2;
	keys->limit = limit;
	keys->end = 1;
	keys->mask = size - 1;
	keys->buckets = mem_alloc(size * sizeof *keys->buckets);
	return keys;
}

void
fwkeys_free(struct fwkeys *keys)
{
	if (!keys)
		return;
	for (uint32_t id = 1; id < keys->end; id++)
		free(keys->keys[id].nexthops);
	free(keys->keys);
	free(keys->buckets);
	free(keys);
}

static int
compare(const void *a, const void *b)
{
	return nexthop_compare(a, b);
}

/* Sorts, and folds what is equal; returns how many are left. */
static size_t
make_set(struct nexthop *nexthops, size_t n)
{
	size_t kept = 1;

	qsort(nexthops, n, sizeof *nexthops, compare);
	for (size_t i = 1; i < n; i++) {
		if (nexthop_compare(&nexthops[i], &nexthops[kept - 1]) != 0)
			nexthops[kept++] = nexthops[i];
	}
	return kept;
}

/* FNV-1a: sets are short and few. */
static uint32_t
hash_set(const struct nexthop *nexthops, size_t n)
{
	uint32_t hash = 2166136261u;

	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < nexthops[i].len; k++)
			hash = (hash ^ nexthops[i].bytes[k]) * 16777619u;
	}
	return hash ^ hash >> 15;
}

static bool
same_set(const struct fwkey *key, const struct nexthop *nexthops, size_t n)
{
	if (key->n != n)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (nexthop_compare(&key->nexthops[i], &nexthops[i]) != 0)
			return false;
	}
	return true;
}

static uint32_t
new_id(struct fwkeys *keys)
{
	uint32_t id = keys->free;

	if (id) {
		keys->free = keys->keys[id].next;
		return id;
	}
	id = keys->end++;
	keys->keys = mem_grow(keys->keys, id, &keys->cap, sizeof *keys->keys);
	return id;
}

uint32_t
fwkey_intern(struct fwkeys *keys, const struct nexthop *nexthops, size_t n)
{
	struct nexthop set[FWKEY_NEXTHOPS_MAX];
	struct fwkey *key;
	uint32_t hash, id, *bucket;

	if (n == 0 || n > FWKEY_NEXTHOPS_MAX)
		return 0;
	memcpy(set, nexthops, n * sizeof *set);
	n = make_set(set, n);
	hash = hash_set(set, n);
	bucket = &keys->buckets[hash & keys->mask];
	for (id = *bucket; id; id = key->next) {
		key = &keys->keys[id];
		if (key->hash == hash && same_set(key, set, n)) {
			key->refs++;
			return id;
		}
	}
	if (keys->count >= keys->limit)
		return 0;
	id = new_id(keys);
	key = &keys->keys[id];
	*key = (struct fwkey){ .refs = 1, .next = *bucket, .hash = hash };
	key->n = (uint16_t)n;
	key->nexthops = mem_alloc(n * sizeof *set);
	memcpy(key->nexthops, set, n * sizeof *set);
	*bucket = id;
	keys->count++;
	return id;
}

uint32_t
fwkey_of_addr(struct fwkeys *keys, const struct addr *addr)
{
	size_t len = family_bits(addr->family) / 8;
	uint8_t bytes[16];
	struct nexthop nexthop;

	bits_to_bytes(addr->bits, bytes, len);
	nexthop = nexthop_make(bytes, len);
	return fwkey_intern(keys, &nexthop, 1);
}

void
fwkey_ref(struct fwkeys *keys, uint32_t id)
{
	if (!id)
		return;
	assert(id < keys->end && keys->keys[id].refs);
	keys->keys[id].refs++;
}

void
fwkey_unref(struct fwkeys *keys, uint32_t id)
{
	struct fwkey *key;
	uint32_t *link;

	if (!id)
		return;
	assert(id < keys->end && keys->keys[id].refs);
	key = &keys->keys[id];
	if (--key->refs)
		return;
	link = &keys->buckets[key->hash & keys->mask];
	while (*link != id)
		link = &keys->keys[*link].next;
	*link = key->next;
	free(key->nexthops);
	key->nexthops = NULL;
	key->next = keys->free;
	keys->free = id;
	keys->count--;
}

const struct nexthop *
fwkey_nexthops(const struct fwkeys *keys, uint32_t id, size_t *retn)
{
	if (!id) {
		*retn = 0;
		return NULL;
	}
	assert(id < keys->end && keys->keys[id].refs);
	*retn = keys->keys[id].n;
	return keys->keys[id].nexthops;
}

uint32_t
fwkeys_count(const struct fwkeys *keys)
{
	return keys->count;
}
