/* A datagram decoded to its end, and what came out of it. */
#ifndef HELPERS_SFLOW_OUTCOME_H
#define HELPERS_SFLOW_OUTCOME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sflow/sflow.h"

#define SFLOW_KINDS (SFLOW_FAULTY + 1)

struct sflow_outcome {
	bool opened;
	enum sflow_fault fault; /* of the datagram */
	struct sflow_datagram datagram;
	unsigned kinds[SFLOW_KINDS];
	enum sflow_fault sample_fault; /* of the last faulty sample */
	struct sflow_sample last;
};

/* Decodes an exact copy, so that the sanitizer sees a read beyond it. */
struct sflow_outcome sflow_outcome(const uint8_t *bytes, size_t len);

#endif
