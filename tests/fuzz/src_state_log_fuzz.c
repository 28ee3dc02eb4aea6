/*
 * The saved state. The input is read as a log; and, because no fuzzer guesses a
 * checksum, as the records of a frame whose checksum is right. What is read is written
 * again and must come back the same.
 */
#include <assert.h>
#include <string.h>

#include "state_log.h"

#define RECORDS_MAX 3000 /* a new frame has room for more */

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void
copy(void *arg, const struct rib_memory *memory)
{
	assert(memory->kind <= RIB_KNOWN && memory->prefix.family < FAMILIES);
	assert(memory->prefix.len <= family_bits((enum family)memory->prefix.family));
	state_frame_add(arg, memory);
}

/* Writes what is read anew. Returns false if the log is refused. */
static bool
read_log(const uint8_t *bytes, size_t len, struct state_frame *retframe)
{
	struct state_frame scratch = { 0 };
	struct state_head head;
	const char *why = NULL;
	size_t cut;
	bool good;

	state_frame_begin(&scratch);
	good = state_log_read(bytes, len, &head, &cut, copy, &scratch, &why);
	state_frame_fini(&scratch);
	if (!good) {
		assert(why && *why);
		return false;
	}
	assert(cut < len && head.clock >= 0);
	state_frame_begin_snapshot(retframe, &head);
	good = state_log_read(bytes, len, &head, &cut, copy, retframe, &why);
	assert(good);
	return true;
}

/* Once written by us, it stays as it is. */
static void
check(const uint8_t *bytes, size_t len)
{
	struct state_frame once = { 0 }, twice = { 0 };
	size_t once_len, twice_len;

	if (read_log(bytes, len, &once)) {
		const uint8_t *first = state_frame_end(&once, &once_len), *second;
		bool good = read_log(first, once_len, &twice);

		assert(good);
		second = state_frame_end(&twice, &twice_len);
		assert(once_len == twice_len && memcmp(first, second, once_len) == 0);
	}
	state_frame_fini(&once);
	state_frame_fini(&twice);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	const struct state_head head = { .wall_ms = 1, .router_id = 2, .clock = 3 };
	struct state_frame frame = { 0 };
	const uint8_t *whole;
	size_t whole_len;

	check(bytes, len);
	state_frame_begin_snapshot(&frame, &head);
	wr_bytes(&frame.wr, bytes, len < RECORDS_MAX ? len : RECORDS_MAX);
	whole = state_frame_end(&frame, &whole_len);
	check(whole, whole_len);
	state_frame_fini(&frame);
	return 0;
}
