/*
 * Why a route is installed, or is not: the question that operators ask first.
 *
 * The answer is made from the rates and the price of this moment, by the formula of
 * select.h; only the rivals are those of the latest choice. What is chosen next may
 * differ as far as rates move until then.
 */
#ifndef RIB_EXPLAIN_H
#define RIB_EXPLAIN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/prefix.h"
#include "rib/rib.h"

enum rib_reason {
	/* installed */
	RIB_WHY_CHOSEN,    /* it is worth its places */
	RIB_WHY_PINNED,    /* the operator wants it */
	RIB_WHY_PROTECTS,  /* the installed `other` above forwards elsewhere */
	RIB_WHY_FILLS,     /* forwards like the fallback, but a place was free */
	RIB_WHY_REDUNDANT, /* the installed `other` above forwards alike: it may go */
	RIB_WHY_GOING,     /* it may go, or is to go, `because` of a reason below */
	/* not installed */
	RIB_WHY_COVERED,      /* the installed `other` above forwards alike */
	RIB_WHY_PRICED_OUT,   /* others are worth more */
	RIB_WHY_LIKE_DEFAULT, /* its traffic goes right by the fallback */
	RIB_WHY_NO_TRAFFIC,   /* none was seen, to it or below it */
	RIB_WHY_MIN_RATE,     /* its traffic is below the least that counts */
	RIB_WHY_IDLE,         /* it had no sample for too long */
	RIB_WHY_TOO_SHORT,    /* the operator wants no such short prefix */
	RIB_WHY_NEVER,        /* nor this one */
	RIB_WHY_BARRED,       /* it cannot be announced */
	RIB_WHY_BELOW_BARRED, /* `other` would have to come with it and may not */
	RIB_WHY_TOO_LARGE,    /* there are fewer places than it takes */
	RIB_WHY_PINS_FULL,    /* it is pinned, but others that are fill the capacity */
	RIB_WHY_NOT_READY,    /* the RIB is not learned yet */
	RIB_WHY_NO_TARGET,    /* nobody listens */
	RIB_WHY_FROZEN,       /* it is to be installed, but no samples come */
	RIB_WHY_BUDGET,       /* it is to be installed, but the churn budget is spent */
	RIB_WHY_COMING,       /* it is to be installed, by one of the next choices */
	RIB_WHY_DEFAULT,      /* the default route never is */
	RIB_WHY_UNKNOWN,      /* not in the RIB, where `other` covers it, if anything */
};
#define RIB_REASONS (RIB_WHY_UNKNOWN + 1)

/* True if a route is installed for this reason. */
static inline bool
rib_reason_installed(enum rib_reason reason)
{
	return reason <= RIB_WHY_GOING;
}

/* A route that one at hand competes with. */
struct rib_rival {
	bool known;
	struct prefix prefix;
	double worth; /* bytes a second a place */
};

struct rib_explanation {
	enum rib_reason reason;
	enum rib_reason because;  /* of RIB_WHY_GOING: it may go for PRICED_OUT and
				    NO_TRAFFIC, and is to for MIN_RATE, IDLE and
				    TOO_SHORT */
	struct prefix prefix;     /* as asked for */
	struct rib_answer answer; /* of the route; of `other` if it is unknown */
	bool other_known;
	struct prefix other;

	/* with all below it, bytes a second */
	double traffic;
	double error;    /* of the traffic, a share of it: as of struct rib_route */
	double idle_s;   /* since the latest sample */
	double fallback; /* of the traffic, what goes right by the fallback */
	double without;  /* the same, or by more-specifics alone at the price */
	double gain;     /* what the route adds to that, less their price */
	double needed;   /* traffic that is worth its places at the price */

	size_t places; /* it takes: its own, and those of what must come with it; 0 if
			  it was not weighed */
	double worth;  /* gain a place */
	double price;  /* of a place at present */
	double asked; /* the same for this route: less in place, more for what is new */

	/* what the operator says: see struct rib_policy */
	double min_rate, idle_max_s;
	unsigned min_len;
	bool pinned;
	bool by_next_hop; /* the fallback is one, not the default route */

	size_t installed, capacity;
	size_t spare; /* places that the next choice finds free */
	bool frozen;
	/* routes that neither cover it nor are covered, nor pinned or barred */
	struct rib_rival least; /* of those installed the one that is worth least */
	struct rib_rival next;  /* of the others the one that is worth most */
};

/*
 * Why the route to `prefix` stands as it stands. The default route, and what is not in
 * the RIB, is not weighed: the figures are 0. Visits the routes below that have traffic
 * and the nodes of the latest choice.
 */
void rib_explain(struct rib *rib, const struct prefix *prefix, double now,
    struct rib_explanation *ret);

#endif
