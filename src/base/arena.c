#include "base/arena.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"

#if defined(__SANITIZE_ADDRESS__)
#define ARENA_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_ASAN 1
#endif
#endif

#ifdef ARENA_ASAN
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(at, size) ((void)(at), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(at, size) ((void)(at), (void)(size))
#endif

static unsigned
class_of(size_t size)
{
	unsigned class = ARENA_SMALL / ARENA_UNIT;

	assert(size > 0 && size <= ARENA_BLOCK_MAX);
	if (size <= ARENA_SMALL)
		return (unsigned)((size + ARENA_UNIT - 1) / ARENA_UNIT);
	for (size_t top = ARENA_SMALL; top < size; top *= 2)
		class ++;
	return class;
}

static size_t
class_size(unsigned class)
{
	unsigned small = ARENA_SMALL / ARENA_UNIT;

	if (class <= small)
		return (size_t) class * ARENA_UNIT;
	return (size_t)ARENA_SMALL << (class - small);
}

size_t
arena_size(size_t size)
{
	return class_size(class_of(size));
}

void
arena_init(struct arena *arena, size_t limit)
{
	memset(arena, 0, sizeof *arena);
	limit = (limit + 4095) / 4096 * 4096 + ARENA_BLOCK_MAX;
	arena->base = mem_reserve(limit);
	arena->reserved = limit;
	arena->touched = ARENA_UNIT; /* id 0 is none */
}

void
arena_fini(struct arena *arena)
{
	ASAN_UNPOISON_MEMORY_REGION(arena->base, arena->touched);
	mem_release(arena->base, arena->reserved);
	memset(arena, 0, sizeof *arena);
}

uint32_t
arena_alloc(struct arena *arena, size_t size)
{
	unsigned class = class_of(size);
	size_t bytes = class_size(class);
	uint32_t id = arena->free[class];

	if (id) {
		ASAN_UNPOISON_MEMORY_REGION(arena_at(arena, id), sizeof id);
		memcpy(&arena->free[class], arena_at(arena, id), sizeof id);
	} else {
		if (arena->reserved - arena->touched < bytes)
			return 0;
		id = (uint32_t)(arena->touched / ARENA_UNIT);
		arena->touched += bytes;
	}
	ASAN_POISON_MEMORY_REGION(arena_at(arena, id), bytes);
	ASAN_UNPOISON_MEMORY_REGION(arena_at(arena, id), size);
	arena->used += bytes;
	return id;
}

void
arena_free(struct arena *arena, uint32_t id, size_t size)
{
	unsigned class;

	if (!id)
		return;
	class = class_of(size);
	ASAN_UNPOISON_MEMORY_REGION(arena_at(arena, id), sizeof id);
	memcpy(arena_at(arena, id), &arena->free[class], sizeof id);
	ASAN_POISON_MEMORY_REGION(arena_at(arena, id), class_size(class));
	arena->free[class] = id;
	arena->used -= class_size(class);
}

void
arena_cut(struct arena *arena, uint32_t id, size_t old, size_t size)
{
	size_t keep = arena_size(size);

	assert(size <= old && old <= ARENA_SMALL);
	old = arena_size(old);
	if (old > keep)
		arena_free(arena, id + (uint32_t)(keep / ARENA_UNIT), old - keep);
	ASAN_POISON_MEMORY_REGION((uint8_t *)arena_at(arena, id) + size, keep - size);
}
