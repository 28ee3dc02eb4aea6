#include "base/mem.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static void *
have(void *bytes, size_t size)
{
	if (!bytes && size) {
		fprintf(stderr, "out of memory: %zu bytes\n", size);
		abort();
	}
	return bytes;
}

void *
mem_alloc(size_t size)
{
	return have(calloc(1, size ? size : 1), size);
}

void *
mem_resize(void *old, size_t count, size_t size)
{
	if (size && count > SIZE_MAX / size)
		return have(NULL, SIZE_MAX);
	if (count * size == 0) {
		free(old);
		return NULL;
	}
	return have(realloc(old, count * size), count * size);
}

char *
mem_strdup(const char *text)
{
	return have(strdup(text), strlen(text) + 1);
}

void *
mem_grow(void *items, size_t count, size_t *cap, size_t size)
{
	if (count < *cap)
		return items;
	*cap = *cap ? *cap * 2 : 16;
	return mem_resize(items, *cap, size);
}

void *
mem_reserve(size_t size)
{
	void *bytes = mmap(NULL, size, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return have(bytes == MAP_FAILED ? NULL : bytes, size);
}

void
mem_release(void *bytes, size_t size)
{
	if (bytes)
		munmap(bytes, size);
}
