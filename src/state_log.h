/*
 * The saved state of a router as bytes: what its targets hold, as a log.
 *
 * A magic number, then frames: length, checksum, payload. The first frame is a
 * snapshot: whose it is, the time of the estimates, and every route with its estimate.
 * Each further one holds changes in the order in which they were announced. Who is
 * killed while writing leaves at most the last frame short, and has not sent what it
 * says; anything else that is wrong makes the whole worthless.
 *
 * Pure: no files, no clock.
 */
#ifndef SRC_STATE_LOG_H
#define SRC_STATE_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/wire.h"
#include "rib/rib.h"

#define STATE_BOOT_LEN 16

/* What stands at the beginning. */
struct state_head {
	uint64_t wall_ms, boot_ms;    /* when the snapshot was taken: clock.h */
	uint32_t router_id;           /* host order */
	uint8_t boot[STATE_BOOT_LEN]; /* of the host */
	double clock;                 /* rib_clock() */
};

/* A frame in the making, in memory that grows and is kept for the next one. */
struct state_frame {
	struct wr wr;
	bool whole; /* with the magic number before it: a file can begin with it */
};

void state_frame_fini(struct state_frame *frame);

/* Begins a snapshot, or a frame of changes. What was in the frame is gone. */
void state_frame_begin_snapshot(
    struct state_frame *frame, const struct state_head *head);
void state_frame_begin(struct state_frame *frame);

void state_frame_add(struct state_frame *frame, const struct rib_memory *memory);

/* Ends it. The bytes are borrowed until the next call on the frame. */
const uint8_t *state_frame_end(struct state_frame *frame, size_t *retlen);

/*
 * Reads a log. True: *rethead is filled and each route was visited in order (`visit`
 * may be NULL); *retcut tells how many bytes of a short last frame were left out. False
 * and why: the log is not ours, torn or damaged, and what was visited means nothing.
 */
bool state_log_read(const void *bytes, size_t len, struct state_head *rethead,
    size_t *retcut, void (*visit)(void *arg, const struct rib_memory *memory),
    void *arg, const char **reterr);

#endif
