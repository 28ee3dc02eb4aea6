/*
 * Longest prefix match: a tree bitmap with a stride of six bits, for both families.
 *
 * A node covers six bits of the address. Its prefixes are a set of heap positions
 * (1 << length) + bits with length 0 to 6, its child nodes a set of six-bit slots; a
 * popcount finds the place of either in the node's one packed block. So lengths 6, 12,
 * 18, 24, ..., 48 fill a stride and need no node below, and an insert or a removal
 * moves one block of at most 2.5 KB.
 *
 * One trie holds one family; addresses stand left-aligned in struct bits. A prefix maps
 * to a value that is not zero: keep records elsewhere and their index here, for slots
 * move. No path compression: a lonely IPv6 /128 costs 600 bytes, so a remote needs a
 * limit on its prefixes as well as this one on memory.
 *
 * W. Eatherton, G. Varghese, Z. Dittia: "Tree Bitmap: Hardware/Software IP Lookups with
 * Incremental Updates", ACM CCR 34(2), 2004.
 */
#ifndef RIB_TRIE_H
#define RIB_TRIE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/prefix.h"

#define TRIE_LEN_MAX 128
#define TRIE_CHAIN_MAX (TRIE_LEN_MAX + 1)
#define TRIE_START 255 /* the length before the first prefix, for trie_next() */

struct trie_node;

/* Callers read `count` only. */
struct trie {
	struct arena arena;
	struct trie_node *upper; /* the root, then the 64 nodes of depth 6 */
	struct trie_node *top;   /* the 4096 nodes of depth 12 */
	size_t count;            /* prefixes */
};

/* An empty trie that takes up to about `memory_limit` bytes, at least 1 MB. */
void trie_init(struct trie *trie, size_t memory_limit);
void trie_fini(struct trie *trie);

/* Bytes in use; 130 KB when empty. */
size_t trie_bytes(const struct trie *trie);

/*
 * In all that follows `len` is 0 to TRIE_LEN_MAX, bits behind it are ignored, and a
 * pointer to a value holds until the next add or remove.
 */

/*
 * The value of a prefix, which is added with value 0 if it was absent: the caller then
 * sets another before the next call. NULL, and nothing changed, if memory is at its
 * limit.
 */
uint32_t *trie_add(struct trie *trie, struct bits bits, unsigned len);

/* The value of exactly this prefix, or NULL. */
uint32_t *trie_find(const struct trie *trie, struct bits bits, unsigned len);

/* Removes a prefix. Returns its value, or 0 if it was absent. Never needs memory. */
uint32_t trie_remove(struct trie *trie, struct bits bits, unsigned len);

/* The value of the longest prefix that contains `addr`, or 0. */
uint32_t trie_lookup(const struct trie *trie, struct bits addr);

/*
 * The same among prefixes not longer than `maxlen`: the parent of p/len is what
 * `maxlen` = len - 1 finds. *retlen is untouched if there is none.
 */
uint32_t trie_lookup_max(
    const struct trie *trie, struct bits addr, unsigned maxlen, unsigned *retlen);

/*
 * The longest matches of up to TRIE_LANES addresses at once, values and lengths: on a
 * table that is not in the cache several times as fast as one after the other. A value
 * of 0 says that there is none.
 */
#define TRIE_LANES 16
void trie_lookup_many(const struct trie *trie, const struct bits *addrs, size_t n,
    uint32_t *retvalues, uint8_t *retlens);

struct trie_match {
	uint32_t value;
	uint8_t len;
};

/*
 * All prefixes that cover bits/len, itself included, shortest first. Returns how many
 * were written to `retmatches`.
 */
size_t trie_covering(const struct trie *trie, struct bits bits, unsigned len,
    struct trie_match retmatches[TRIE_CHAIN_MAX]);

enum trie_walk {
	TRIE_CONTINUE,
	TRIE_SKIP, /* not below this prefix */
	TRIE_STOP,
};

/*
 * Visits all prefixes that bits/len covers, itself included, in address order and what
 * covers before what is covered. The visitor must not add or remove. Returns false if
 * it stopped the walk.
 */
bool trie_walk(const struct trie *trie, struct bits bits, unsigned len,
    enum trie_walk (*visit)(void *arg, struct bits bits, unsigned len, uint32_t value),
    void *arg);

/*
 * Steps from *bits / *len, which need not be there (any more), to the prefix behind it
 * in the same order, so that a long walk can pause while the trie changes. Begin with
 * *len = TRIE_START. False, and all untouched, behind the last one.
 */
bool trie_next(
    const struct trie *trie, struct bits *bits, unsigned *len, uint32_t *retvalue);

#endif
