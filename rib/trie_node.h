/*
 * The node of the trie, for the files of rib/trie*.c only.
 *
 * What a node has lies packed in one block: its child nodes in order of slot, then its
 * values in order of heap position. A lone value stands in the node itself, so most
 * leaves need no block.
 *
 * The nodes of the top twelve bits, the three levels `upper` and `top`, always exist
 * and are found by index instead: a lookup begins at depth 12. The `kids` of the first
 * two of these levels stay zero.
 */
#ifndef RIB_TRIE_NODE_H
#define RIB_TRIE_NODE_H

#include "rib/trie.h"

#define STRIDE 6
#define SLOTS (1u << STRIDE)
#define LEVELS ((TRIE_LEN_MAX + STRIDE - 1) / STRIDE)
#define TOP_LEVEL 2

struct trie_node {
	uint64_t kids;        /* slots with a child node */
	uint64_t prefixes[2]; /* heap positions 1 to 63, and 64 to 127 */
	uint32_t block;       /* 0 if what it has fits in `value` */
	uint32_t value;
};

/* The next six bits of a key, which is shifted left from level to level. */
static inline unsigned
key_slot(struct bits key)
{
	return (unsigned)(key.hi >> (64 - STRIDE));
}

/* The key `levels` (0 to TOP_LEVEL) further down. */
static inline struct bits
key_down(struct bits key, unsigned levels)
{
	unsigned n = levels * STRIDE;

	return (struct bits){ key.hi << n | key.lo >> 1 >> (63 - n), key.lo << n };
}

/* The heap position of the first `len` (0 to 6) bits of a key. */
static inline unsigned
key_position(struct bits key, unsigned len)
{
	return (1u << len) + (key_slot(key) >> (STRIDE - len));
}

/* The length at a heap position. */
static inline unsigned
position_len(unsigned position)
{
	return 31 - (unsigned)__builtin_clz(position);
}

/* The level where a prefix stands: one that fills a stride stands in the parent. */
static inline unsigned
level_of(unsigned len)
{
	return len ? (len - 1) / STRIDE : 0;
}

/* The same, but not below what is found by index. */
static inline unsigned
level_to_start(unsigned len)
{
	return len > TOP_LEVEL * STRIDE ? TOP_LEVEL : level_of(len);
}

/* The node of a level down to TOP_LEVEL on the way to `bits`. */
static inline struct trie_node *
node_start(const struct trie *trie, struct bits bits, unsigned level)
{
	if (level == TOP_LEVEL)
		return trie->top + (bits.hi >> (64 - 2 * STRIDE));
	return trie->upper + (level ? 1 + key_slot(bits) : 0);
}

static inline unsigned
count_ones(uint64_t word)
{
	return (unsigned)__builtin_popcountll(word);
}

static inline uint64_t
ones_below(unsigned bit)
{
	return (1ull << bit) - 1;
}

static inline bool
node_has_kid(const struct trie_node *node, unsigned slot)
{
	return node->kids >> slot & 1;
}

static inline bool
node_has(const struct trie_node *node, unsigned position)
{
	return node->prefixes[position / 64] >> (position % 64) & 1;
}

/* How many values stand before that of `position`. */
static inline unsigned
node_rank(const struct trie_node *node, unsigned position)
{
	if (position < 64)
		return count_ones(node->prefixes[0] & ones_below(position));
	return count_ones(node->prefixes[0]) +
	       count_ones(node->prefixes[1] & ones_below(position - 64));
}

static inline unsigned
node_kid_rank(const struct trie_node *node, unsigned slot)
{
	return count_ones(node->kids & ones_below(slot));
}

/* The child of `slot`, which exists. */
static inline struct trie_node *
node_kid(const struct trie *trie, const struct trie_node *node, unsigned slot)
{
	struct trie_node *kids = arena_at(&trie->arena, node->block);

	return kids + node_kid_rank(node, slot);
}

/* What a node has: its child nodes, then its values. */
static inline void *
node_content(const struct trie *trie, const struct trie_node *node)
{
	return node->block ? arena_at(&trie->arena, node->block) : (void *)&node->value;
}

/* The value of `position`, which exists. */
static inline uint32_t *
node_value(const struct trie *trie, const struct trie_node *node, unsigned position)
{
	struct trie_node *kids = node_content(trie, node);

	return (uint32_t *)(kids + count_ones(node->kids)) + node_rank(node, position);
}

#endif
