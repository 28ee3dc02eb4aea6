/*
 * What a router's routes are made of: a half for each family, and the clock of the
 * estimates. For the files of this folder; rib.h is the interface.
 */
#ifndef RIB_HALF_H
#define RIB_HALF_H

#include <stdbool.h>
#include <stdint.h>

#include "rib/rib.h"
#include "rib/table.h"

#define FREEZE_S 5.0 /* without a sample for so long, time stands still */

/* Traffic by what became of it, in bytes; packets beside it. */
struct traffic {
	double bytes, packets;
	double correct, hit, misforwarded;
};

struct half { /* a family */
	struct table table;
	bool ready, target;
	bool refill; /* the installed set is new: choose even if no samples come */
	struct rib_cursor sweep;
	unsigned marks; /* since the last whole sweep */
	struct traffic fresh, window;
	double window_s;
	uint64_t announced, withdrawn, pushed, pulled, samples, unrouted, refused;
};

struct rib {
	struct fwkeys *fwkeys;
	struct attrs_table *attrs;
	struct half halves[FAMILIES];
	double clock; /* seconds in which samples came: the estimates' time */
	double heard, ticked, sampled;
	double watch_until; /* real time; 0: sources are not watched */
	bool begun;
};

/* Chosen and announced only then. */
static inline bool
half_is_active(const struct half *half)
{
	return half->ready && half->target;
}

static inline bool
rib_is_frozen(const struct rib *rib, double now)
{
	return !rib->begun || now - rib->sampled > FREEZE_S;
}

/* The longest match of an address: a route's id, or 0. */
uint32_t half_match(
    const struct half *half, const struct addr *addr, struct prefix *retprefix);

/*
 * What the hardware does with a packet to the route `id`, which is there, if the
 * nearest installed route above it is `cover`: the route it meets, or 0.
 */
uint32_t half_forwarded(
    const struct half *half, uint32_t id, uint32_t cover, enum rib_action *retaction);

/* Steps a cursor. */
bool half_step(const struct half *half, struct rib_cursor *cursor, uint32_t *retid);

#endif
