/*
 * Many small blocks in one reserved stretch of address space, named by 32-bit ids.
 *
 * An id is half a pointer, the stretch never moves, freed blocks go to exact size
 * classes, and its limit bounds what a remote can make us allocate. Pages come from
 * the kernel as they are touched. Blocks are 16-byte aligned.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>
#include <stdint.h>

#define ARENA_UNIT 16
#define ARENA_SMALL 4096 /* up to here a class a unit, above powers of two */
#define ARENA_BLOCK_MAX (1u << 20)
#define ARENA_CLASSES (ARENA_SMALL / ARENA_UNIT + 1 + 8)

struct arena {
	uint8_t *base;
	size_t reserved; /* bytes of address space */
	size_t touched;  /* bytes ever handed out, from the start */
	size_t used;     /* bytes in blocks now */
	uint32_t free[ARENA_CLASSES];
};

/* Reserves `limit` bytes (up to 64 GiB) of address space; dies if there is none. */
void arena_init(struct arena *arena, size_t limit);
void arena_fini(struct arena *arena);

/*
 * A block of `size` bytes (1 to ARENA_BLOCK_MAX), not zeroed. Returns its id, or 0 if
 * the arena has reached its limit.
 */
uint32_t arena_alloc(struct arena *arena, size_t size);

/* Gives back block `id` of `size` bytes; id 0 is allowed. */
void arena_free(struct arena *arena, uint32_t id, size_t size);

/*
 * Cuts block `id` from `old` bytes, at most ARENA_SMALL, to its first `size`, in place:
 * unlike a move to a smaller block this cannot fail.
 */
void arena_cut(struct arena *arena, uint32_t id, size_t old, size_t size);

/* The bytes a block of `size` really takes. */
size_t arena_size(size_t size);

/* Where block `id` is. */
static inline void *
arena_at(const struct arena *arena, uint32_t id)
{
	return arena->base + (size_t)id * ARENA_UNIT;
}

/* The id of the block that begins at `block`. */
static inline uint32_t
arena_id(const struct arena *arena, const void *block)
{
	return (uint32_t)((size_t)((const uint8_t *)block - arena->base) / ARENA_UNIT);
}

#endif
