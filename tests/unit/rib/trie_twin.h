/*
 * A trie and its naive twin: an array over all prefixes that differ in twelve bits
 * behind a fixed start, by heap position (1 << length) + bits. A step does one
 * operation to both.
 */
#ifndef TESTS_TRIE_TWIN_H
#define TESTS_TRIE_TWIN_H

#include <string.h>

#include "rib/trie.h"

#define TWIN_BITS 12
#define TWIN_SIZE (2u << TWIN_BITS)
#define TWIN_START_MAX (TRIE_LEN_MAX - TWIN_BITS)

enum twin_op {
	TWIN_ADD,
	TWIN_REMOVE,
	TWIN_FIND,
	TWIN_LOOKUP,
	TWIN_LOOKUP_MAX,
	TWIN_COVERING,
	TWIN_WALK,
	TWIN_NEXT,
	TWIN_OPS,
};

struct twin {
	struct trie trie;
	struct bits base; /* the fixed start, zeros behind */
	unsigned start;   /* its length, up to TWIN_START_MAX */
	uint32_t values[TWIN_SIZE];
	size_t count;
	/* during a walk */
	unsigned expected;
	unsigned top;
	bool differs;
};

static inline void
twin_init(struct twin *twin, struct bits base, unsigned start)
{
	memset(twin, 0, sizeof *twin);
	trie_init(&twin->trie, 1 << 20);
	twin->base = bits_and(base, bits_mask(start));
	twin->start = start;
}

static inline void
twin_fini(struct twin *twin)
{
	trie_fini(&twin->trie);
}

static inline unsigned
twin_depth(unsigned x)
{
	unsigned depth = 0;

	while (x >>= 1)
		depth++;
	return depth;
}

/* The length of the prefix at heap position x. */
static inline unsigned
twin_len(const struct twin *twin, unsigned x)
{
	return twin->start + twin_depth(x);
}

/* The address of the prefix at heap position x, and the bits of `tail` behind it. */
static inline struct bits
twin_bits(const struct twin *twin, unsigned x, struct bits tail)
{
	unsigned depth = twin_depth(x);
	struct bits mask = bits_mask(twin->start + depth), bits = twin->base;

	for (unsigned i = 0; i < depth; i++) {
		unsigned at = twin->start + i;

		if (!(x >> (depth - 1 - i) & 1))
			continue;
		if (at < 64)
			bits.hi |= 1ull << (63 - at);
		else
			bits.lo |= 1ull << (127 - at);
	}
	bits.hi |= tail.hi & ~mask.hi;
	bits.lo |= tail.lo & ~mask.lo;
	return bits;
}

/* The position behind all below x, in the subtree of `top`; 0 if there is none. */
static inline unsigned
twin_leave(unsigned x, unsigned top)
{
	while (x != top && x % 2)
		x /= 2;
	return x == top ? 0 : x + 1;
}

/* The first used position behind x, `below` it included or not. */
static inline unsigned
twin_behind(const struct twin *twin, unsigned x, unsigned top, bool below)
{
	do {
		x = below && 2 * x < TWIN_SIZE ? 2 * x : twin_leave(x, top);
		below = true;
	} while (x && !twin->values[x]);
	return x;
}

static inline bool
twin_add(struct twin *twin, unsigned x, struct bits bits, uint32_t value)
{
	uint32_t *slot = trie_add(&twin->trie, bits, twin_len(twin, x));

	if (!slot || *slot != twin->values[x])
		return false;
	twin->count += !twin->values[x];
	*slot = twin->values[x] = value ? value : 1;
	return true;
}

static inline bool
twin_remove(struct twin *twin, unsigned x, struct bits bits)
{
	uint32_t value = twin->values[x];

	twin->values[x] = 0;
	twin->count -= value != 0;
	return trie_remove(&twin->trie, bits, twin_len(twin, x)) == value;
}

static inline bool
twin_find(const struct twin *twin, unsigned x, struct bits bits)
{
	const uint32_t *slot = trie_find(&twin->trie, bits, twin_len(twin, x));

	return slot ? *slot && *slot == twin->values[x] : !twin->values[x];
}

/* Many lookups at once, of addresses beginning at x, agree with one after the other. */
static inline bool
twin_lookup_many(const struct twin *twin, unsigned x, struct bits tail)
{
	struct bits addrs[TRIE_LANES];
	uint32_t values[TRIE_LANES];
	uint8_t lens[TRIE_LANES];
	size_t n = 1 + x % TRIE_LANES;

	for (size_t i = 0; i < n; i++)
		addrs[i] = twin_bits(twin,
		    (x + (unsigned)i * 37) % (1u << TWIN_BITS) + (1u << TWIN_BITS),
		    tail);
	trie_lookup_many(&twin->trie, addrs, n, values, lens);
	for (size_t i = 0; i < n; i++) {
		unsigned len = 0;

		if (values[i] !=
			trie_lookup_max(&twin->trie, addrs[i], TRIE_LEN_MAX, &len) ||
		    lens[i] != len)
			return false;
	}
	return true;
}

/* The longest match of the address that has x's twelve bits, up to `maxlen`. */
static inline bool
twin_lookup(const struct twin *twin, unsigned x, struct bits tail, unsigned maxlen)
{
	struct bits addr;
	unsigned len = 999;
	uint32_t value;

	x = x % (1u << TWIN_BITS) + (1u << TWIN_BITS);
	addr = twin_bits(twin, x, tail);
	while (x && (!twin->values[x] || twin_len(twin, x) > maxlen))
		x /= 2;
	if (maxlen == TRIE_LEN_MAX &&
	    (trie_lookup(&twin->trie, addr) != twin->values[x] ||
		!twin_lookup_many(twin, x, tail)))
		return false;
	value = trie_lookup_max(&twin->trie, addr, maxlen, &len);
	return value == twin->values[x] && len == (x ? twin_len(twin, x) : 999);
}

/* An address outside of what the twin holds matches nothing. */
static inline bool
twin_stranger(const struct twin *twin, struct bits addr)
{
	if (bits_equal(bits_and(addr, bits_mask(twin->start)), twin->base))
		return true;
	return trie_lookup(&twin->trie, addr) == 0;
}

static inline bool
twin_covering(const struct twin *twin, unsigned x, struct bits bits)
{
	struct trie_match matches[TRIE_CHAIN_MAX];
	size_t n = trie_covering(&twin->trie, bits, twin_len(twin, x), matches);

	for (; x; x /= 2) {
		if (!twin->values[x])
			continue;
		if (n-- == 0 || matches[n].value != twin->values[x] ||
		    matches[n].len != twin_len(twin, x))
			return false;
	}
	return n == 0;
}

/* What a visitor answers depends on the value, so the twin foresees it. */
static inline enum trie_walk
twin_verdict(uint32_t value)
{
	if (value % 256 == 0)
		return TRIE_STOP;
	return value % 4 == 1 ? TRIE_SKIP : TRIE_CONTINUE;
}

static inline enum trie_walk
twin_visit(void *arg, struct bits bits, unsigned len, uint32_t value)
{
	struct twin *twin = arg;
	unsigned x = twin->expected;

	if (!x || value != twin->values[x] || len != twin_len(twin, x) ||
	    !bits_equal(bits, twin_bits(twin, x, (struct bits){ 0, 0 }))) {
		twin->differs = true;
		return TRIE_STOP;
	}
	if (twin_verdict(value) != TRIE_STOP)
		twin->expected = twin_behind(
		    twin, x, twin->top, twin_verdict(value) == TRIE_CONTINUE);
	return twin_verdict(value);
}

static inline bool
twin_walk(struct twin *twin, unsigned x, struct bits bits)
{
	bool whole;

	twin->differs = false;
	twin->top = x;
	twin->expected = twin->values[x] ? x : twin_behind(twin, x, x, true);
	whole = trie_walk(&twin->trie, bits, twin_len(twin, x), twin_visit, twin);
	return !twin->differs && whole == (twin->expected == 0);
}

static inline bool
twin_next(const struct twin *twin, unsigned x, struct bits bits)
{
	unsigned len = twin_len(twin, x);
	uint32_t value = 0;
	unsigned next = twin_behind(twin, x, 1, true);

	if (!trie_next(&twin->trie, &bits, &len, &value))
		return !next && len == twin_len(twin, x);
	return next && value == twin->values[next] && len == twin_len(twin, next) &&
	       bits_equal(bits, twin_bits(twin, next, (struct bits){ 0, 0 }));
}

/* One operation at heap position x (from 1). False if trie and twin disagree. */
static inline bool
twin_step(
    struct twin *twin, enum twin_op op, unsigned x, struct bits tail, uint32_t number)
{
	struct bits bits = twin_bits(twin, x, tail);

	switch (op) {
	case TWIN_ADD:
		return twin_add(twin, x, bits, number);
	case TWIN_REMOVE:
		return twin_remove(twin, x, bits);
	case TWIN_FIND:
		return twin_find(twin, x, bits);
	case TWIN_LOOKUP:
		return twin_lookup(twin, x, tail, TRIE_LEN_MAX) &&
		       twin_stranger(twin, tail);
	case TWIN_LOOKUP_MAX:
		return twin_lookup(twin, x, tail, number % (TRIE_LEN_MAX + 1));
	case TWIN_COVERING:
		return twin_covering(twin, x, bits);
	case TWIN_WALK:
		return twin_walk(twin, x, bits);
	case TWIN_NEXT:
		return twin_next(twin, x, bits);
	case TWIN_OPS:
		break;
	}
	return twin->trie.count == twin->count;
}

#endif
