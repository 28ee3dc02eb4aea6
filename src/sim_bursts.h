/*
 * How fast new heavy routes come to be forwarded right.
 *
 * A burst begins with a sample to a route that had less than SIM_BURST_BEFORE of all
 * samples of the last minute and none of the last thousand; it is one if the route then
 * has SIM_BURST_SHARE of all samples of SIM_BURST_S seconds. The reaction is the time
 * from that first sample to the first one that is right.
 */
#ifndef SRC_SIM_BURSTS_H
#define SRC_SIM_BURSTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SIM_BURST_BEFORE 0.001
#define SIM_BURST_SHARE 0.005
#define SIM_BURST_S 10.0

struct sim_burst_figures {
	uint64_t bursts;
	uint64_t at_once;      /* of them, right from the first sample on */
	uint64_t never;        /* and not right within those seconds */
	double sum_s, worst_s; /* reactions of the others */
};

struct sim_bursts {
	struct sim_burst_watch *watches; /* by the judge's index of the route */
	size_t watches_len;
	struct sim_burst *bursts; /* what may be one, oldest first */
	size_t head, len, cap;
	uint64_t base;    /* number of the first in `bursts` */
	uint64_t samples; /* all ever */
	double lately;    /* of the last minute */
	double now;
	struct sim_burst_figures figures;
};

void sim_bursts_init(struct sim_bursts *bursts);
void sim_bursts_fini(struct sim_bursts *bursts);

/* A sample to a route. */
void sim_bursts_sample(
    struct sim_bursts *bursts, uint32_t route, bool right, double now);

/* The figures of what ended since the last call. */
struct sim_burst_figures sim_bursts_collect(struct sim_bursts *bursts, double now);

#endif
