#include "base/wire.h"

#include <assert.h>
#include <string.h>

void
wr_init(struct wr *wr, void *bytes, size_t cap)
{
	wr->bytes = bytes;
	wr->len = 0;
	wr->cap = cap;
	wr->full = false;
}

size_t
wr_room(const struct wr *wr)
{
	return wr->full ? 0 : wr->cap - wr->len;
}

/* The next `len` bytes to be filled, or NULL. */
static uint8_t *
wr_claim(struct wr *wr, size_t len)
{
	uint8_t *at = wr->bytes + wr->len;

	if (wr_room(wr) < len) {
		wr->full = true;
		return NULL;
	}
	wr->len += len;
	return at;
}

static void
put_u16(uint8_t *b, uint16_t value)
{
	b[0] = (uint8_t)(value >> 8);
	b[1] = (uint8_t)value;
}

static void
put_u32(uint8_t *b, uint32_t value)
{
	put_u16(b, (uint16_t)(value >> 16));
	put_u16(b + 2, (uint16_t)value);
}

void
wr_u8(struct wr *wr, uint8_t value)
{
	uint8_t *b = wr_claim(wr, 1);

	if (b)
		*b = value;
}

void
wr_u16(struct wr *wr, uint16_t value)
{
	uint8_t *b = wr_claim(wr, 2);

	if (b)
		put_u16(b, value);
}

void
wr_u32(struct wr *wr, uint32_t value)
{
	uint8_t *b = wr_claim(wr, 4);

	if (b)
		put_u32(b, value);
}

void
wr_u64(struct wr *wr, uint64_t value)
{
	uint8_t *b = wr_claim(wr, 8);

	if (b) {
		put_u32(b, (uint32_t)(value >> 32));
		put_u32(b + 4, (uint32_t)value);
	}
}

void
wr_bytes(struct wr *wr, const void *bytes, size_t len)
{
	uint8_t *b = wr_claim(wr, len);

	if (b && len)
		memcpy(b, bytes, len);
}

void
wr_patch_u8(struct wr *wr, size_t at, uint8_t value)
{
	assert(at + 1 <= wr->len);
	wr->bytes[at] = value;
}

void
wr_patch_u16(struct wr *wr, size_t at, uint16_t value)
{
	assert(at + 2 <= wr->len);
	put_u16(wr->bytes + at, value);
}

void
wr_patch_u32(struct wr *wr, size_t at, uint32_t value)
{
	assert(at + 4 <= wr->len);
	put_u32(wr->bytes + at, value);
}
