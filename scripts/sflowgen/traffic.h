/*
 * Where packets go: destinations by Zipf's law, whose rates drift, and now and then an
 * elephant, a destination without traffic before that takes a share of all packets.
 */
#ifndef SFLOWGEN_TRAFFIC_H
#define SFLOWGEN_TRAFFIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/prefix.h"
#include "scripts/sflowgen/random.h"
#include "scripts/sflowgen/table.h"

struct traffic_options {
	double active, zipf; /* how many destinations, the exponent */
	double drift,
	    drift_time; /* sigma of a rate's logarithm, seconds to forget it */
	double elephant_every, elephant_share, elephant_time; /* seconds, 0 to 1 */
};

struct traffic_event {
	double at_s;
	bool rises; /* else ends */
	struct addr addr;
	struct prefix prefix; /* the longest match of `addr` */
};

struct destination {
	struct addr addr;
	double log_weight, drift;
};

struct traffic {
	const struct traffic_options *options;
	const struct table *table;
	struct random random;
	bool *warm; /* prefixes that had traffic */
	struct destination *destinations;
	double *upto; /* sum of the weights up to each destination */
	size_t count;
	double next_drift_s, next_elephant_s, elephant_end_s;
	bool elephant_lives;
	struct addr elephant;
	void (*report)(const struct traffic_event *event, void *context);
	void *context;
};

/*
 * Borrows `options` and `table` until traffic_fini(). Each rise and end of an elephant
 * is told to `report`.
 */
void traffic_init(struct traffic *traffic, const struct traffic_options *options,
    const struct table *table, uint64_t seed,
    void (*report)(const struct traffic_event *event, void *context), void *context);
void traffic_fini(struct traffic *traffic);

/* The destination of a packet at `now_s`, which never goes back; it starts at 0. */
struct addr traffic_next(struct traffic *traffic, double now_s);

#endif
