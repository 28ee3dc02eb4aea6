/* Walks in address order: what a prefix covers, and step by step. */
#include "rib/trie.h"

#include "rib/trie_node.h"

/*
 * A place in the order: heap position x of the node path[level], with all that lies
 * below it. Heap positions are a binary tree (2x and 2x + 1 below x), whose leaves, the
 * slots, continue in the child nodes.
 */
struct cursor {
	const struct trie *trie;
	const struct trie_node *path[LEVELS];
	uint8_t slots[LEVELS]; /* taken from path[level] to path[level + 1] */
	struct bits bits;      /* of those slots, zeros behind */
	unsigned level;
	unsigned x;                    /* 0 behind the end */
	unsigned first_level, first_x; /* all of the walk lies below here */
};

/* For each heap position those of length up to 5 below it, and itself. */
#define GENERATION(x, n) ((x) << (n) < 64 ? ones_of(1 << (n)) << ((x) << (n)&63) : 0)
#define ones_of(n) ((1ull << (n)) - 1)
#define BELOW(x)                                                                     \
	(GENERATION(x, 0) | GENERATION(x, 1) | GENERATION(x, 2) | GENERATION(x, 3) | \
	    GENERATION(x, 4) | GENERATION(x, 5))
#define BELOW_2(x) BELOW(x), BELOW((x) + 1)
#define BELOW_8(x) BELOW_2(x), BELOW_2((x) + 2), BELOW_2((x) + 4), BELOW_2((x) + 6)
static const uint64_t below[64] = {
	BELOW_8(0),
	BELOW_8(8),
	BELOW_8(16),
	BELOW_8(24),
	BELOW_8(32),
	BELOW_8(40),
	BELOW_8(48),
	BELOW_8(56),
};

/* `bits`, which end at `depth`, and then the six of `slot`. */
static struct bits
bits_append(struct bits bits, unsigned depth, unsigned slot)
{
	uint64_t six = (uint64_t)slot << (64 - STRIDE);

	if (depth >= 64)
		return (struct bits){ bits.hi, bits.lo | six >> (depth - 64) };
	bits.hi |= six >> depth;
	if (depth > 64 - STRIDE)
		bits.lo |= six << (64 - depth);
	return bits;
}

/* True if there is a prefix, or a node that may have some, at x or below. */
static inline bool
cursor_any(const struct cursor *at)
{
	const struct trie_node *node = at->path[at->level];
	uint64_t slots = node->prefixes[1];
	unsigned len = position_len(at->x);

	slots |= at->level < TOP_LEVEL ? ~0ull : node->kids;
	if (at->x >= 64)
		return slots >> (at->x - 64) & 1;
	slots = slots >> ((at->x << (STRIDE - len)) - 64) << (64 - (64 >> len));
	return slots || node->prefixes[0] & below[at->x];
}

/* On to what follows all that lies below x. */
static void
cursor_leave(struct cursor *at)
{
	for (;;) {
		unsigned first = at->level == at->first_level ? at->first_x : 1;

		while (at->x != first && at->x & 1)
			at->x /= 2;
		if (at->x != first) {
			at->x++;
			return;
		}
		if (at->level == at->first_level) {
			at->x = 0;
			return;
		}
		at->level--;
		at->x = SLOTS + at->slots[at->level];
		at->bits = bits_and(at->bits, bits_mask(at->level * STRIDE));
	}
}

static bool
cursor_has_kid(const struct cursor *at, unsigned slot)
{
	return at->level < TOP_LEVEL || node_has_kid(at->path[at->level], slot);
}

/* To the child node of `slot`, which exists. */
static void
cursor_descend(struct cursor *at, unsigned slot)
{
	const struct trie_node *node = at->path[at->level];

	at->slots[at->level] = (uint8_t)slot;
	at->bits = bits_append(at->bits, at->level * STRIDE, slot);
	at->level++;
	at->path[at->level] = at->level <= TOP_LEVEL
				  ? node_start(at->trie, at->bits, at->level)
				  : node_kid(at->trie, node, slot);
	at->x = 1;
}

/* On to what follows x itself. */
static void
cursor_enter(struct cursor *at)
{
	if (at->x < 64)
		at->x *= 2;
	else if (cursor_has_kid(at, at->x - SLOTS))
		cursor_descend(at, at->x - SLOTS);
	else
		cursor_leave(at);
}

/* On to the first prefix from x on. False if there is none. */
static bool
cursor_find(struct cursor *at)
{
	while (at->x) {
		if (!cursor_any(at))
			cursor_leave(at);
		else if (node_has(at->path[at->level], at->x))
			return true;
		else
			cursor_enter(at);
	}
	return false;
}

/* The prefix at x, which exists. */
static uint32_t
cursor_read(const struct cursor *at, struct bits *retbits, unsigned *retlen)
{
	unsigned depth = at->level * STRIDE, len = position_len(at->x);

	*retbits = bits_append(at->bits, depth, (at->x << (STRIDE - len)) - SLOTS);
	*retlen = depth + len;
	return *node_value(at->trie, at->path[at->level], at->x);
}

/*
 * To bits/len, by way of the levels from `level` on. False, and at the slot where the
 * way ends, if there is no node for it.
 */
static bool
cursor_init(struct cursor *at, const struct trie *trie, unsigned level,
    struct bits bits, unsigned len)
{
	struct bits key = key_down(bits, level);

	at->trie = trie;
	at->path[level] = node_start(trie, bits, level);
	at->bits = bits_and(bits, bits_mask(level * STRIDE));
	at->level = at->first_level = level;
	at->first_x = 1;
	for (len -= level * STRIDE; len > STRIDE; len -= STRIDE) {
		if (!cursor_has_kid(at, key_slot(key))) {
			at->x = SLOTS + key_slot(key);
			return false;
		}
		cursor_descend(at, key_slot(key));
		key = key_down(key, 1);
	}
	at->x = key_position(key, len);
	return true;
}

bool
trie_walk(const struct trie *trie, struct bits bits, unsigned len,
    enum trie_walk (*visit)(void *arg, struct bits bits, unsigned len, uint32_t value),
    void *arg)
{
	struct cursor at;

	if (!cursor_init(&at, trie, level_to_start(len), bits, len))
		return true;
	at.first_level = at.level;
	at.first_x = at.x;
	while (cursor_find(&at)) {
		uint32_t value = cursor_read(&at, &bits, &len);

		switch (visit(arg, bits, len, value)) {
		case TRIE_CONTINUE:
			cursor_enter(&at);
			break;
		case TRIE_SKIP:
			cursor_leave(&at);
			break;
		case TRIE_STOP:
			return false;
		}
	}
	return true;
}

bool
trie_next(const struct trie *trie, struct bits *bits, unsigned *len, uint32_t *retvalue)
{
	struct cursor at;

	if (*len == TRIE_START)
		cursor_init(&at, trie, 0, *bits, 0);
	else if (cursor_init(&at, trie, 0, *bits, *len))
		cursor_enter(&at);
	else
		cursor_leave(&at);
	if (!cursor_find(&at))
		return false;
	*retvalue = cursor_read(&at, bits, len);
	return true;
}
