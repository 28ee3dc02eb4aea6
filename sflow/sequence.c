#include "sflow/sequence.h"

static void
begin(struct sflow_sequence *sequence, uint32_t value)
{
	sequence->started = true;
	sequence->last = value;
	sequence->missing = 0;
}

/* Moves `ahead` numbers on: all but the last of them are missing. */
static void
advance(struct sflow_sequence *sequence, uint32_t ahead)
{
	sequence->lost += ahead - 1;
	sequence->last += ahead;
	if (ahead < SFLOW_SEQUENCE_WINDOW)
		sequence->missing = sequence->missing << ahead | ((1ull << ahead) - 2);
	else
		sequence->missing = ~1ull;
}

enum sflow_step
sflow_sequence_step(struct sflow_sequence *sequence, uint32_t value, bool restarted)
{
	uint32_t ahead = value - sequence->last;
	uint32_t behind = sequence->last - value;

	if (!sequence->started) {
		begin(sequence, value);
		return SFLOW_STEP_AHEAD;
	}
	if (ahead == 1 || (!restarted && ahead - 1 < SFLOW_SEQUENCE_JUMP)) {
		advance(sequence, ahead);
		return SFLOW_STEP_AHEAD;
	}
	if (restarted || behind >= SFLOW_SEQUENCE_WINDOW) {
		begin(sequence, value);
		sequence->restarts++;
		return SFLOW_STEP_RESTART;
	}
	if (!(sequence->missing >> behind & 1)) {
		sequence->duplicates++;
		return SFLOW_STEP_DUPLICATE;
	}
	sequence->missing &= ~(1ull << behind);
	sequence->lost--;
	sequence->late++;
	return SFLOW_STEP_LATE;
}

void
sflow_sequence_rewind(struct sflow_sequence *sequence)
{
	sequence->started = false;
}
