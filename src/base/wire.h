/*
 * Bounded reading and writing of bytes in network order.
 *
 * A reader fails once and stays failed: from then on it yields zeros and NULL, so a
 * decoder reads a whole structure in a straight line and asks rd_done() or rd_ok()
 * once, before it acts on anything. Every length found in the input is fenced with
 * rd_sub(). A writer that runs out of room is `full` and writes nothing more.
 */
#ifndef BASE_WIRE_H
#define BASE_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rd {
	const uint8_t *at, *end;
	bool failed;
};

/* Reads `len` bytes at `bytes`, which the reader borrows. */
void rd_init(struct rd *rd, const void *bytes, size_t len);

/* The bytes not read yet; 0 once failed. */
size_t rd_left(const struct rd *rd);

/* True if nothing failed so far. */
bool rd_ok(const struct rd *rd);

/* True if nothing failed and nothing is left over. */
bool rd_done(const struct rd *rd);

/* Marks the reader as failed, for a value that decodes but cannot be. */
void rd_fail(struct rd *rd);

uint8_t rd_u8(struct rd *rd);
uint16_t rd_u16(struct rd *rd);
uint32_t rd_u32(struct rd *rd);
uint64_t rd_u64(struct rd *rd);

/* The next `len` bytes in place, or NULL if there are fewer (the reader then fails). */
const uint8_t *rd_bytes(struct rd *rd, size_t len);

/*
 * A reader fenced to the next `len` bytes, which `rd` skips. If there are fewer, both
 * fail.
 */
struct rd rd_sub(struct rd *rd, size_t len);

struct wr {
	uint8_t *bytes;
	size_t len, cap;
	bool full;
};

/* Writes to the caller's `cap` bytes. */
void wr_init(struct wr *wr, void *bytes, size_t cap);

/* The room left; 0 once full. */
size_t wr_room(const struct wr *wr);

void wr_u8(struct wr *wr, uint8_t value);
void wr_u16(struct wr *wr, uint16_t value);
void wr_u32(struct wr *wr, uint32_t value);
void wr_u64(struct wr *wr, uint64_t value);
void wr_bytes(struct wr *wr, const void *bytes, size_t len);

/* Overwrites what was written at offset `at`: a length known only afterwards. */
void wr_patch_u8(struct wr *wr, size_t at, uint8_t value);
void wr_patch_u16(struct wr *wr, size_t at, uint16_t value);
void wr_patch_u32(struct wr *wr, size_t at, uint32_t value);

#endif
