#include "helpers/sflow_outcome.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct sflow_outcome
sflow_outcome(const uint8_t *bytes, size_t len)
{
	struct sflow_outcome outcome = { .fault = SFLOW_FAULT_NONE };
	uint8_t *copy = malloc(len ? len : 1);
	struct sflow_reader reader;
	struct sflow_sample sample;

	memcpy(copy, bytes, len);
	outcome.opened = sflow_open(
	    &reader, copy, len, &outcome.datagram, &outcome.fault);
	if (outcome.opened) {
		while (sflow_next(&reader, &sample)) {
			outcome.kinds[sample.kind]++;
			if (sample.kind == SFLOW_FAULTY)
				outcome.sample_fault = sample.fault;
			else
				assert(sample.fault == SFLOW_FAULT_NONE);
			outcome.last = sample;
		}
		/* the end stays the end */
		assert(!sflow_next(&reader, &sample));
		outcome.fault = reader.fault;
	}
	free(copy);
	return outcome;
}
