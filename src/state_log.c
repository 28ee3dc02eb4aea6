#include "state_log.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/mem.h"
#include "rib/attrs.h"

#define VERSION 2
#define FRAME_HEAD_LEN 12 /* length of the payload and its checksum */
#define RECORD_MAX 48

static const char magic[8] = "armdlog";

/* A record begins with the kind of memory, and these if it has several paths, a rate.
 */
#define RECORD_PATHS 0x40
#define RECORD_RATE 0x80

void
state_frame_fini(struct state_frame *frame)
{
	free(frame->wr.bytes);
	*frame = (struct state_frame){ 0 };
}

/* Room for another record. */
static void
make_room(struct state_frame *frame)
{
	struct wr *wr = &frame->wr;

	if (wr->cap - wr->len >= RECORD_MAX)
		return;
	wr->cap = wr->cap ? 2 * wr->cap : 4096;
	wr->bytes = mem_resize(wr->bytes, wr->cap, 1);
}

/* Length and checksum are known at the end. */
static void
begin(struct state_frame *frame, bool whole)
{
	static const uint8_t head[FRAME_HEAD_LEN];

	frame->wr.len = 0;
	frame->whole = whole;
	make_room(frame);
	if (whole)
		wr_bytes(&frame->wr, magic, sizeof magic);
	wr_bytes(&frame->wr, head, sizeof head);
}

void
state_frame_begin(struct state_frame *frame)
{
	begin(frame, false);
}

void
state_frame_begin_snapshot(struct state_frame *frame, const struct state_head *head)
{
	uint64_t clock;

	begin(frame, true);
	memcpy(&clock, &head->clock, sizeof clock);
	wr_u16(&frame->wr, VERSION);
	wr_u64(&frame->wr, head->wall_ms);
	wr_u64(&frame->wr, head->boot_ms);
	wr_u32(&frame->wr, head->router_id);
	make_room(frame);
	wr_bytes(&frame->wr, head->boot, sizeof head->boot);
	wr_u64(&frame->wr, clock);
}

static void
add_float(struct wr *wr, float value)
{
	uint32_t bits;

	memcpy(&bits, &value, sizeof bits);
	wr_u32(wr, bits);
}

void
state_frame_add(struct state_frame *frame, const struct rib_memory *memory)
{
	const struct prefix *prefix = &memory->prefix;
	const struct rib_rate *rate = &memory->rate;
	struct wr *wr = &frame->wr;
	uint8_t bytes[16];

	make_room(frame);
	bits_to_bytes(prefix->bits, bytes, sizeof bytes);
	wr_u8(wr, (uint8_t)(memory->kind | (memory->paths ? RECORD_PATHS : 0) |
			    (rate->samples ? RECORD_RATE : 0)));
	wr_u8(wr, prefix->family);
	wr_u8(wr, prefix->len);
	wr_bytes(wr, bytes, (prefix->len + 7u) / 8);
	if (memory->paths)
		wr_u16(wr, memory->paths);
	if (rate->samples == 0)
		return;
	wr_u32(wr, rate->samples);
	add_float(wr, rate->shape);
	add_float(wr, rate->exposure);
	add_float(wr, rate->bytes);
	add_float(wr, rate->packets);
	add_float(wr, rate->idle_s);
}

const uint8_t *
state_frame_end(struct state_frame *frame, size_t *retlen)
{
	struct wr *wr = &frame->wr;
	size_t at = frame->whole ? sizeof magic : 0;
	size_t len = wr->len - at - FRAME_HEAD_LEN;
	uint64_t sum = XXH3_64bits(wr->bytes + at + FRAME_HEAD_LEN, len);

	assert(!wr->full && len <= UINT32_MAX);
	wr_patch_u32(wr, at, (uint32_t)len);
	wr_patch_u32(wr, at + 4, (uint32_t)(sum >> 32));
	wr_patch_u32(wr, at + 8, (uint32_t)sum);
	*retlen = wr->len;
	return wr->bytes;
}

/* --- reading --- */

static float
read_float(struct rd *rd)
{
	uint32_t bits = rd_u32(rd);
	float value;

	memcpy(&value, &bits, sizeof value);
	if (!isfinite(value) || value < 0)
		rd_fail(rd);
	return value;
}

static struct prefix
read_prefix(struct rd *rd)
{
	uint8_t family = rd_u8(rd);
	uint8_t len = rd_u8(rd);
	size_t n = (len + 7u) / 8;
	const uint8_t *bytes = rd_bytes(rd, n);

	if (!bytes || family >= FAMILIES || len > family_bits((enum family)family)) {
		rd_fail(rd);
		return (struct prefix){ 0 };
	}
	return prefix_make((enum family)family, bits_from_bytes(bytes, n), len);
}

static uint16_t
read_paths(struct rd *rd)
{
	uint16_t paths = rd_u16(rd);

	if (paths < 2 || paths > ATTRS_PATHS_MAX)
		rd_fail(rd);
	return paths;
}

static struct rib_memory
read_record(struct rd *rd)
{
	uint8_t record = rd_u8(rd);
	uint8_t kind = record & (uint8_t) ~(RECORD_PATHS | RECORD_RATE);
	struct rib_memory memory = { .kind = (enum rib_memory_kind)kind };

	if (kind > RIB_KNOWN)
		rd_fail(rd);
	memory.prefix = read_prefix(rd);
	if (record & RECORD_PATHS)
		memory.paths = read_paths(rd);
	if (!(record & RECORD_RATE))
		return memory;
	memory.rate.samples = rd_u32(rd);
	memory.rate.shape = read_float(rd);
	memory.rate.exposure = read_float(rd);
	memory.rate.bytes = read_float(rd);
	memory.rate.packets = read_float(rd);
	memory.rate.idle_s = read_float(rd);
	return memory;
}

/* The version comes first, so that those to come can look as they like. */
static bool
read_head(struct rd *rd, struct state_head *rethead, const char **reterr)
{
	struct state_head head = { 0 };
	const uint8_t *boot;
	uint64_t clock;

	if (rd_u16(rd) != VERSION) {
		*reterr = "it is of another version";
		return false;
	}
	head.wall_ms = rd_u64(rd);
	head.boot_ms = rd_u64(rd);
	head.router_id = rd_u32(rd);
	boot = rd_bytes(rd, STATE_BOOT_LEN);
	clock = rd_u64(rd);
	memcpy(&head.clock, &clock, sizeof clock);
	if (!boot || !rd_ok(rd) || !isfinite(head.clock) || head.clock < 0) {
		*reterr = "its head is damaged";
		return false;
	}
	memcpy(head.boot, boot, STATE_BOOT_LEN);
	*rethead = head;
	return true;
}

enum next { NEXT_FRAME, NEXT_END, NEXT_SHORT, NEXT_DAMAGED };

/* The next frame's payload. */
static enum next
next_frame(struct rd *rd, struct rd *retframe)
{
	uint32_t len;
	uint64_t sum;

	if (rd_left(rd) == 0)
		return NEXT_END;
	if (rd_left(rd) < FRAME_HEAD_LEN)
		return NEXT_SHORT;
	len = rd_u32(rd);
	sum = rd_u64(rd);
	if (rd_left(rd) < len)
		return NEXT_SHORT;
	*retframe = rd_sub(rd, len);
	return XXH3_64bits(retframe->at, len) == sum ? NEXT_FRAME : NEXT_DAMAGED;
}

static bool
read_records(
    struct rd *rd, void (*visit)(void *arg, const struct rib_memory *memory), void *arg)
{
	while (rd_left(rd)) {
		struct rib_memory memory = read_record(rd);

		if (rd_ok(rd) && visit)
			visit(arg, &memory);
	}
	return rd_ok(rd);
}

bool
state_log_read(const void *bytes, size_t len, struct state_head *rethead,
    size_t *retcut, void (*visit)(void *arg, const struct rib_memory *memory),
    void *arg, const char **reterr)
{
	const uint8_t *start;
	struct state_head head;
	struct rd rd, frame;
	enum next next;
	size_t left;

	rd_init(&rd, bytes, len);
	start = rd_bytes(&rd, sizeof magic);
	if (!start || memcmp(start, magic, sizeof magic) != 0) {
		*reterr = "it is no state of armd";
		return false;
	}
	if (next_frame(&rd, &frame) != NEXT_FRAME) {
		*reterr = "it is torn";
		return false;
	}
	if (!read_head(&frame, &head, reterr))
		return false;
	do {
		if (!read_records(&frame, visit, arg)) {
			*reterr = "a record is damaged";
			return false;
		}
		left = rd_left(&rd);
		next = next_frame(&rd, &frame);
	} while (next == NEXT_FRAME);
	if (next == NEXT_DAMAGED) {
		*reterr = "a checksum is wrong";
		return false;
	}
	*rethead = head;
	*retcut = next == NEXT_SHORT ? left : 0;
	return true;
}
