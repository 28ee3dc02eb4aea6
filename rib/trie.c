#include "rib/trie.h"

#include <assert.h>
#include <string.h>

#include "rib/trie_node.h"

/* A remove never takes the block of a size above ARENA_SMALL, which it could not cut.
 */
_Static_assert(SLOTS * sizeof(struct trie_node) + 127 * sizeof(uint32_t) <= ARENA_SMALL,
    "the largest block is a small one");

#define UPPER_NODES (1 + SLOTS)
#define TOP_NODES (SLOTS * SLOTS)

static void *
node_array(struct trie *trie, size_t count)
{
	uint32_t block = arena_alloc(&trie->arena, count * sizeof(struct trie_node));

	assert(block);
	return memset(
	    arena_at(&trie->arena, block), 0, count * sizeof(struct trie_node));
}

void
trie_init(struct trie *trie, size_t memory_limit)
{
	memset(trie, 0, sizeof *trie);
	arena_init(&trie->arena, memory_limit);
	trie->upper = node_array(trie, UPPER_NODES);
	trie->top = node_array(trie, TOP_NODES);
}

void
trie_fini(struct trie *trie)
{
	arena_fini(&trie->arena);
	memset(trie, 0, sizeof *trie);
}

size_t
trie_bytes(const struct trie *trie)
{
	return trie->arena.used;
}

/* The bytes of what a node has. */
static size_t
content_size(const struct trie_node *node)
{
	return count_ones(node->kids) * sizeof *node +
	       (count_ones(node->prefixes[0]) + count_ones(node->prefixes[1])) *
		   sizeof(uint32_t);
}

/* The block that `size` bytes of content take, 0 if they stand in the node. */
static size_t
content_room(size_t size)
{
	if (size <= sizeof(uint32_t))
		return 0;
	return (size + ARENA_UNIT - 1) / ARENA_UNIT * ARENA_UNIT;
}

/*
 * Opens `size` bytes at offset `at` of what a node has; the caller fills them and sets
 * the bit. Returns where they are, or NULL without memory.
 */
static void *
content_open(struct trie *trie, struct trie_node *node, size_t at, size_t size)
{
	size_t len = content_size(node);
	size_t room = content_room(len), new_room = content_room(len + size);
	uint8_t *from = node_content(trie, node), *to = from;
	uint32_t block = node->block;

	if (new_room != room) {
		block = arena_alloc(&trie->arena, new_room);
		if (!block)
			return NULL;
		to = arena_at(&trie->arena, block);
		memcpy(to, from, at);
	}
	memmove(to + at + size, from + at, len - at);
	if (new_room != room) {
		if (room)
			arena_free(&trie->arena, node->block, room);
		node->block = block;
	}
	return to + at;
}

/*
 * Closes `size` bytes at offset `at`, while the bit is still set. At the limit of
 * memory the block is cut instead of moved.
 */
static void
content_close(struct trie *trie, struct trie_node *node, size_t at, size_t size)
{
	size_t len = content_size(node), rest = len - at - size;
	size_t room = content_room(len), new_room = content_room(len - size);
	uint8_t *from = node_content(trie, node), *to = from;
	uint32_t block = new_room ? node->block : 0;

	if (new_room != room) {
		if (new_room)
			block = arena_alloc(&trie->arena, new_room);
		if (block)
			to = arena_at(&trie->arena, block);
		else if (!new_room)
			to = (void *)&node->value;
		if (to != from)
			memcpy(to, from, at);
	}
	memmove(to + at, from + at + size, rest);
	if (to != from) {
		arena_free(&trie->arena, node->block, room);
		node->block = block;
	} else if (new_room != room) {
		arena_cut(&trie->arena, node->block, room, new_room);
	}
}

static size_t
kid_offset(const struct trie_node *node, unsigned slot)
{
	return node_kid_rank(node, slot) * sizeof *node;
}

static size_t
value_offset(const struct trie_node *node, unsigned position)
{
	return count_ones(node->kids) * sizeof *node +
	       node_rank(node, position) * sizeof(uint32_t);
}

/* Frees the nodes below `node`, each an only child. */
static void
chain_free(struct trie *trie, const struct trie_node *node)
{
	uint32_t block = node->block;

	while (block) {
		uint32_t below =
		    ((struct trie_node *)arena_at(&trie->arena, block))->block;

		arena_free(&trie->arena, block, sizeof *node);
		block = below;
	}
}

/*
 * Makes the missing nodes from the child of `node` down to the prefix, which has `len`
 * bits of `key` left. They hang together before they are hung on the trie, so that it
 * stays as it was if there is no memory.
 */
static uint32_t *
chain_add(struct trie *trie, struct trie_node *node, struct bits key, unsigned len)
{
	struct trie_node first = { 0 }, *last = &first, *kid;
	unsigned slot = key_slot(key), position;
	uint32_t block = 0;

	key = key_down(key, 1);
	for (len -= STRIDE; len > STRIDE; len -= STRIDE, key = key_down(key, 1)) {
		block = arena_alloc(&trie->arena, sizeof *last);
		if (!block) {
			chain_free(trie, &first);
			return NULL;
		}
		last->kids = 1ull << key_slot(key);
		last->block = block;
		last = arena_at(&trie->arena, block);
		*last = (struct trie_node){ 0 };
	}
	position = key_position(key, len);
	last->prefixes[position / 64] = 1ull << (position % 64);
	kid = content_open(trie, node, kid_offset(node, slot), sizeof *kid);
	if (!kid) {
		chain_free(trie, &first);
		return NULL;
	}
	node->kids |= 1ull << slot;
	*kid = first;
	trie->count++;
	if (block)
		kid = arena_at(&trie->arena, block);
	return &kid->value;
}

uint32_t *
trie_add(struct trie *trie, struct bits bits, unsigned len)
{
	unsigned level = level_to_start(len), position;
	struct trie_node *node = node_start(trie, bits, level);
	struct bits key = key_down(bits, level);
	uint32_t *value;

	for (len -= level * STRIDE; len > STRIDE; len -= STRIDE) {
		unsigned slot = key_slot(key);

		if (!node_has_kid(node, slot))
			return chain_add(trie, node, key, len);
		node = node_kid(trie, node, slot);
		key = key_down(key, 1);
	}
	position = key_position(key, len);
	if (node_has(node, position))
		return node_value(trie, node, position);
	value = content_open(
	    trie, node, value_offset(node, position), sizeof(uint32_t));
	if (!value)
		return NULL;
	node->prefixes[position / 64] |= 1ull << (position % 64);
	*value = 0;
	trie->count++;
	return value;
}

uint32_t *
trie_find(const struct trie *trie, struct bits bits, unsigned len)
{
	unsigned level = level_to_start(len), position;
	struct trie_node *node = node_start(trie, bits, level);
	struct bits key = key_down(bits, level);

	for (len -= level * STRIDE; len > STRIDE; len -= STRIDE) {
		unsigned slot = key_slot(key);

		if (!node_has_kid(node, slot))
			return NULL;
		node = node_kid(trie, node, slot);
		key = key_down(key, 1);
	}
	position = key_position(key, len);
	return node_has(node, position) ? node_value(trie, node, position) : NULL;
}

static bool
node_empty(const struct trie_node *node)
{
	return !(node->kids | node->prefixes[0] | node->prefixes[1]);
}

uint32_t
trie_remove(struct trie *trie, struct bits bits, unsigned len)
{
	unsigned level = level_to_start(len), slots[LEVELS], position;
	struct trie_node *path[LEVELS], *node = node_start(trie, bits, level);
	struct bits key = key_down(bits, level);
	uint32_t value;

	for (len -= level * STRIDE; len > STRIDE; len -= STRIDE, level++) {
		path[level] = node;
		slots[level] = key_slot(key);
		if (!node_has_kid(node, slots[level]))
			return 0;
		node = node_kid(trie, node, slots[level]);
		key = key_down(key, 1);
	}
	position = key_position(key, len);
	if (!node_has(node, position))
		return 0;
	value = *node_value(trie, node, position);
	content_close(trie, node, value_offset(node, position), sizeof value);
	node->prefixes[position / 64] &= ~(1ull << (position % 64));
	while (level > TOP_LEVEL && node_empty(node)) {
		node = path[--level];
		content_close(trie, node, kid_offset(node, slots[level]), sizeof *node);
		node->kids &= ~(1ull << slots[level]);
	}
	trie->count--;
	return value;
}
