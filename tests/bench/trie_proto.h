/* What tests/bench/trie.c is measured against: stride6.h of the prototype. */
#include "stride6.h"

#define SUBJECT "prototype"

static T *subject;

static void
subject_init(void)
{
	subject = create();
}

static void
subject_add(struct bits bits, unsigned len, uint32_t value)
{
	*route_add(
	    subject, (key128){ bits.hi, bits.lo }, (int)len) = (void *)(uintptr_t)value;
}

static uint32_t
subject_remove(struct bits bits, unsigned len)
{
	return (uint32_t)(uintptr_t)route_del(
	    subject, (key128){ bits.hi, bits.lo }, (int)len);
}

static inline uint32_t
subject_lookup(struct bits addr)
{
	return (uint32_t)(uintptr_t)route_lookup(subject, (key128){ addr.hi, addr.lo });
}

static size_t
subject_bytes(void)
{
	return subject->used;
}
