/*
 * What a router's routes are made of: a half for each family, and the clock of the
 * estimates. For the files of this folder; rib.h is the interface.
 */
#ifndef RIB_HALF_H
#define RIB_HALF_H

#include <stdbool.h>
#include <stdint.h>

#include "rib/adopt.h"
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
	struct adopt adopt;
	bool stood; /* what is to be fetched is what stood */
	bool ready, target;
	bool
	    urgent; /* what was chosen is out of date: choose even if no samples come */
	double chosen;       /* when the latest choice began */
	uint64_t heard_then; /* samples until then */
	double relieved;     /* when the budget was last lifted */
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
	void (*changed)(void *arg, const struct prefix *prefix, uint32_t attrs);
	void *changed_arg;
};

/* Chosen and announced only then. */
static inline bool
half_is_active(const struct half *half)
{
	return half->ready && half->target;
}

static inline bool
half_has_work(const struct half *half)
{
	return (half->urgent && half_is_active(half)) ||
	       half->table.choice.step != CHOICE_NONE;
}

static inline bool
rib_is_frozen(const struct rib *rib, double now)
{
	return !rib->begun || now - rib->sampled > FREEZE_S;
}

/* The longest match of an address: a route's id, or 0. */
uint32_t half_match(
    const struct half *half, const struct addr *addr, struct prefix *retprefix);

/* What the hardware does with a packet. */
struct met {
	enum rib_action action;
	uint32_t by;  /* the route it meets, or 0 */
	uint32_t key; /* by which it is forwarded, or 0 */
};

/*
 * ... to the route `id`, which is there, if the nearest installed route above it is
 * `cover`.
 */
struct met half_met(const struct half *half, uint32_t id, uint32_t cover);

/* The choice is to be made anew, at once; the churn budget does not stand in its way.
 */
void half_upset(struct rib *rib, struct half *half);

/* What becomes of packets that match the route `id` to `prefix`. */
void half_answer(const struct rib *rib, const struct prefix *prefix, uint32_t id,
    struct rib_answer *retanswer);

/* Steps a cursor. */
bool half_step(const struct half *half, struct rib_cursor *cursor, uint32_t *retid);

#endif
