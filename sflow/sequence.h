/*
 * Follows a 32-bit sequence number that a sender counts up: what was lost, came late or
 * twice, and when the sender started again. A window over the last 64 numbers tells the
 * late from the doubled, so a late one takes back the loss that its gap was counted as.
 */
#ifndef SFLOW_SEQUENCE_H
#define SFLOW_SEQUENCE_H

#include <stdbool.h>
#include <stdint.h>

#define SFLOW_SEQUENCE_WINDOW 64

/* A longer jump ahead is no loss: whoever sends is another. */
#define SFLOW_SEQUENCE_JUMP (1u << 20)

enum sflow_step {
	SFLOW_STEP_AHEAD,     /* the newest number so far, perhaps behind a gap */
	SFLOW_STEP_LATE,      /* overtaken by others, missed until now */
	SFLOW_STEP_DUPLICATE, /* seen before, or older than the first */
	SFLOW_STEP_RESTART,   /* the first of a new count */
};

/* All zero at first. */
struct sflow_sequence {
	uint64_t lost, late, duplicates, restarts;
	uint64_t missing; /* bit i: the number last - i counts as lost */
	uint32_t last;
	bool started;
};

/*
 * Takes in the number `value`. `restarted` says that the sender looks as if it had
 * started again; the very next number goes on all the same. The first of all is AHEAD.
 */
enum sflow_step sflow_sequence_step(
    struct sflow_sequence *sequence, uint32_t value, bool restarted);

/* Expects a new count: the next number is neither loss nor restart. */
void sflow_sequence_rewind(struct sflow_sequence *sequence);

#endif
