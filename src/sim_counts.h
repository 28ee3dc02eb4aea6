/* What armsim counts in a part of the trace. */
#ifndef SRC_SIM_COUNTS_H
#define SRC_SIM_COUNTS_H

#include <stdint.h>

#include "sim_bursts.h"
#include "sim_judge.h"

struct sim_counts {
	double seconds;
	uint64_t samples;
	uint64_t unrouted; /* of them, without a route in the RIB: in no share */
	double bytes, correct, hit, misforwarded;
	uint64_t announced, withdrawn;
	uint64_t rib_changes;
	struct sim_burst_figures bursts;
};

/* Counts what became of a packet that stands for so many bytes. */
void sim_counts_packet(
    struct sim_counts *counts, double bytes, struct sim_verdict verdict);

/* Adds up all but the seconds. */
void sim_counts_add(struct sim_counts *sum, const struct sim_counts *counts);

#endif
