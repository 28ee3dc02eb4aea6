/* What tests/bench/trie.c measures: rib/trie.h. */
#include "rib/trie.h"

#define SUBJECT "rib/trie"

static struct trie subject;

static void
subject_init(void)
{
	trie_init(&subject, (size_t)1 << 30);
}

static void
subject_add(struct bits bits, unsigned len, uint32_t value)
{
	*trie_add(&subject, bits, len) = value;
}

static uint32_t
subject_remove(struct bits bits, unsigned len)
{
	return trie_remove(&subject, bits, len);
}

static inline uint32_t
subject_lookup(struct bits addr)
{
	return trie_lookup(&subject, addr);
}

static size_t
subject_bytes(void)
{
	return trie_bytes(&subject);
}
