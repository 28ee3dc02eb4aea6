/*
 * Heap memory that never fails: without memory the daemon dies here, in one place and
 * with one line, because no caller could do better.
 */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>

/* `size` bytes, zeroed. The caller frees with free(). */
void *mem_alloc(size_t size);

/* `count` items of `size` bytes at `old`, moved if need be; new bytes are not zeroed.
 */
void *mem_resize(void *old, size_t count, size_t size);

/* A copy of `text`. The caller frees with free(). */
char *mem_strdup(const char *text);

/*
 * Makes room for one more item behind `count` in the growing array `items`, whose
 * capacity is `*cap` items of `size` bytes. Returns the array, perhaps moved.
 */
void *mem_grow(void *items, size_t count, size_t *cap, size_t size);

/*
 * Address space for `size` bytes, zeroed and at the start of a page; memory is taken as
 * it is touched. mem_release() gives it back; NULL is allowed there.
 */
void *mem_reserve(size_t size);
void mem_release(void *bytes, size_t size);

#endif
