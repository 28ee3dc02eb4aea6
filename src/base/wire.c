#include "base/wire.h"

#include <assert.h>
#include <string.h>

void
rd_init(struct rd *rd, const void *bytes, size_t len)
{
	static const uint8_t nothing;

	rd->at = bytes ? bytes : &nothing;
	rd->end = rd->at + (bytes ? len : 0);
	rd->failed = false;
}

size_t
rd_left(const struct rd *rd)
{
	return (size_t)(rd->end - rd->at);
}

bool
rd_ok(const struct rd *rd)
{
	return !rd->failed;
}

bool
rd_done(const struct rd *rd)
{
	return !rd->failed && rd->at == rd->end;
}

void
rd_fail(struct rd *rd)
{
	rd->failed = true;
	rd->at = rd->end;
}

const uint8_t *
rd_bytes(struct rd *rd, size_t len)
{
	const uint8_t *at = rd->at;

	if (rd_left(rd) < len || rd->failed) {
		rd_fail(rd);
		return NULL;
	}
	rd->at += len;
	return at;
}

uint8_t
rd_u8(struct rd *rd)
{
	const uint8_t *b = rd_bytes(rd, 1);

	return b ? b[0] : 0;
}

uint16_t
rd_u16(struct rd *rd)
{
	const uint8_t *b = rd_bytes(rd, 2);

	return b ? (uint16_t)(b[0] << 8 | b[1]) : 0;
}

uint32_t
rd_u32(struct rd *rd)
{
	const uint8_t *b = rd_bytes(rd, 4);

	if (!b)
		return 0;
	return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

uint64_t
rd_u64(struct rd *rd)
{
	uint64_t hi = rd_u32(rd);
	uint64_t lo = rd_u32(rd);

	return rd->failed ? 0 : hi << 32 | lo;
}

struct rd
rd_sub(struct rd *rd, size_t len)
{
	struct rd sub;
	const uint8_t *at = rd_bytes(rd, len);

	rd_init(&sub, at, len);
	sub.failed = at == NULL;
	return sub;
}

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
