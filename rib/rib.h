/*
 * One router's routes: which it has, which carry traffic, which are to be installed.
 *
 * Changes of the RIB and samples go in, ordered changes of the installed set come out;
 * time is an argument (seconds on a monotonic clock, from any origin). After every call
 * the owner fetches the changes with rib_changes() and sends them in that order: they
 * are safe after each single one (safety.h). Nothing is announced for a family before
 * rib_set_ready() and rib_set_target() said that the RIB is learned and somebody
 * listens. From the moment the target is gone the set is empty; what it may have kept
 * is remembered, and announced first when both are there again (adopt.h).
 */
#ifndef RIB_RIB_H
#define RIB_RIB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/prefix.h"

struct attrs_table;
struct fwkeys;
struct rib;
struct rib_change;

struct rib_limits {
	uint32_t prefixes[FAMILIES]; /* what can be learned at most */
	uint32_t attributes;         /* distinct attribute sets */
	uint32_t active;             /* routes with traffic in the books, a family */
	uint64_t seed;               /* a number no peer can guess */
};

/* The caller frees with rib_free(). */
struct rib *rib_new(const struct rib_limits *limits);
void rib_free(struct rib *rib);

/* Where the routes' attribute sets and forwarding keys are interned. */
struct attrs_table *rib_attrs(struct rib *rib);
struct fwkeys *rib_fwkeys(struct rib *rib);

/*
 * How many routes may be installed. A smaller capacity withdraws at once what it has no
 * place for, the least valuable first.
 */
void rib_set_capacity(struct rib *rib, enum family family, size_t capacity);

/* What a packet meets that nothing installed matches. */
enum rib_fallback {
	RIB_FALLBACK_AUTO, /* the RIB's default route, if it has one */
	RIB_FALLBACK_NONE,
	RIB_FALLBACK_NEXTHOP,
};

struct rib_rule {
	struct prefix prefix;
	bool longer; /* and all below it */
};

/* What the operator says beside the capacity; zeros but for the weight leave it be. */
struct rib_policy {
	double min_rate;  /* bytes a second from which on a route is worth a place */
	unsigned min_len; /* shorter prefixes are worth none */
	double idle_s;    /* nor is what had no sample for so long; 0: for ever */

	enum rib_fallback fallback;
	struct addr nexthop;    /* with RIB_FALLBACK_NEXTHOP */
	double fallback_weight; /* 0 to 1: worth of traffic that is right by it alone */

	/*
	 * Changes a second, and at once, that exchange routes for better ones; 0: a
	 * hundredth and a tenth of the capacity. What safety demands is beyond it, and
	 * what takes many along comes at once and is paid off later.
	 */
	double churn_limit, churn_burst;

	/* Borrowed. What is pinned has a place before all else; `never` comes first. */
	const struct rib_rule *pin, *never;
	size_t n_pin, n_never;
};

/*
 * Puts a policy into force. What may never be installed is withdrawn at once; all else
 * changes with the choices to come.
 */
void rib_set_policy(
    struct rib *rib, enum family family, const struct rib_policy *policy);

/*
 * The route to `prefix` cannot be announced: it is not installed, nor what would need
 * it, until its attributes change. To be called while the target is down or going.
 */
void rib_bar(struct rib *rib, const struct prefix *prefix);

/*
 * Whether routes of `family` by next hops of the other one (RFC 8950) are barred,
 * because the target does not take them; at first they are not. To be called while the
 * target is down; where it changes and there were such, all routes are looked at.
 */
void rib_bar_foreign(struct rib *rib, enum family family, bool bar);

/* Another limit; what is learned already stays. */
void rib_set_max_prefixes(struct rib *rib, enum family family, uint32_t max);

/* --- the RIB session --- */

/*
 * A route was announced. `attrs` is borrowed and must have a forwarding key. Returns
 * false if the table is full and the prefix new: it is not in the RIB then.
 */
bool rib_announce(struct rib *rib, const struct prefix *prefix, uint32_t attrs);

/* A route was withdrawn; no harm if it was never there. */
void rib_withdraw(struct rib *rib, const struct prefix *prefix);

/*
 * Calls `changed` at each change of what is learned: there is a route to `prefix`, by
 * other next hops than before or new, or there is none any more (`attrs` 0). It must
 * not touch the RIB. One at a time can observe; NULL: nobody does.
 */
void rib_observe(struct rib *rib,
    void (*changed)(void *arg, const struct prefix *prefix, uint32_t attrs), void *arg);

/* The session went: its routes stay, and are stale until announced again. */
void rib_mark_stale(struct rib *rib, enum family family);

/*
 * Removes stale routes, looking at no more than `limit` routes. Returns true while
 * there may be more: call again. A mark made meanwhile begins the sweep anew.
 */
bool rib_sweep(struct rib *rib, enum family family, size_t limit);

/* The RIB is learned: what is announced from now on is safe with regard to all of it.
 */
void rib_set_ready(struct rib *rib, enum family family, bool ready);

/* --- samples and time --- */

/* A sampled packet, of one family, standing for so many bytes and packets. */
struct rib_packet {
	struct addr destination, source;
	double bytes, packets;
};

/* Samples heard at `now`. The more at once, the less each costs. */
void rib_sample_many(
    struct rib *rib, const struct rib_packet *packets, size_t n, double now);

/*
 * Beside the destinations, which the choice is made by, the sources of packets can be
 * watched: for somebody who asks, and until nobody did for RIB_WATCH_S.
 */
#define RIB_WATCH_S 600.0
void rib_watch_sources(struct rib *rib, double now);

/*
 * To be called every second or so: lets a choice begin if enough was heard since the
 * last one. Where no samples come nothing is chosen.
 */
void rib_tick(struct rib *rib, double now);

/*
 * Goes on with the choices that are under way or urgent, visiting about `limit` routes
 * (10 to 50 ns each; RIB_WORK_SLICE keeps nobody waiting for long). Returns true while
 * there is more to do: call again when packets and routes had their turn.
 */
#define RIB_WORK_SLICE 10000
bool rib_work(struct rib *rib, size_t limit);

/* True if rib_work() has something to do. */
bool rib_has_work(const struct rib *rib);

/* --- the target session --- */

/*
 * The session is up, or gone. If the other side may hold anything of ours, from before
 * or from an earlier life, the first changes after up and ready make that ours again:
 * they are to be sent, and End-of-RIB behind them, before anything else is asked of
 * the engine.
 */
void rib_set_target(struct rib *rib, enum family family, bool up);

/* All changes fetched so far are known to have arrived. */
void rib_delivered(struct rib *rib, enum family family);

/* A rate's estimate, to go on from. */
struct rib_rate {
	uint32_t samples; /* 0: none, and nothing else counts */
	float shape, exposure, bytes, packets;
	float idle_s; /* since the latest sample, in the time of rib_clock() */
};

enum rib_memory_kind {
	RIB_HELD,  /* the target may hold it */
	RIB_GONE,  /* withdrawn, which the target may not have heard */
	RIB_KNOWN, /* only its traffic is */
};

/* What is remembered of a route. */
struct rib_memory {
	struct prefix prefix;
	enum rib_memory_kind kind;
	uint16_t paths; /* that the target may hold of it, if several; else 0 */
	struct rib_rate rate;
};

/*
 * Visits what the next life has to be told by rib_recall() to go on from here: all that
 * is installed, or was when the target went, what is being withdrawn, and what is worth
 * half a place. In order: of two with the same prefix the later one counts, but for
 * what it does not know.
 */
void rib_each_memory(const struct rib *rib, enum family family,
    void (*visit)(void *arg, const struct rib_memory *memory), void *arg);

/* What it visits for a route that is installed, or has just been withdrawn. */
struct rib_memory rib_remember(const struct rib *rib, const struct rib_change *change);

/*
 * True if the RIB has a route, by as many paths as then, for all that the target may
 * hold. For the time before it is ready.
 */
bool rib_knows_kept(struct rib *rib, enum family family);

/* Tells what an earlier life knew. To be called before the target is up. */
void rib_recall(struct rib *rib, const struct rib_memory *memory);

/* Nobody holds anything of ours any more; nothing is forgotten of a target that is up.
 */
void rib_forget(struct rib *rib, enum family family);

/* The time of the estimates, in seconds; how far it had come in an earlier life. */
double rib_clock(const struct rib *rib);
void rib_set_clock(struct rib *rib, double clock);

enum rib_op { RIB_ANNOUNCE, RIB_WITHDRAW };

struct rib_change {
	enum rib_op op;
	struct prefix prefix;
	uint32_t attrs; /* of an announcement; 0 in a withdrawal */
};

/* What changed since rib_changes_done(), in order; borrowed until then. */
const struct rib_change *rib_changes(
    struct rib *rib, enum family family, size_t *retlen);
void rib_changes_done(struct rib *rib, enum family family);

/* --- questions --- */

struct rib_status {
	size_t learned, installed, capacity;
	size_t kept;   /* that the target may hold while none is installed */
	size_t active; /* entries in the books */
	bool ready, target, frozen; /* frozen: no samples come */
	/* rib_work() has nothing to do, or what stood before is to be fetched first */
	bool settled;
	uint64_t announced, withdrawn; /* routes learned, ever */
	uint64_t pushed, pulled;       /* changes sent, ever */
	uint64_t samples, unrouted;    /* ever; unrouted: no route at all */
	uint64_t refused;              /* routes that did not fit, ever */
	double bytes_per_s, packets_per_s;
	/* shares of the traffic of the last minute or so; NAN if there was none */
	double correct, hit, misforwarded;
	double price; /* of a place, bytes a second */
};

void rib_status(const struct rib *rib, enum family family, double now,
    struct rib_status *retstatus);

/* What packets meet in the hardware. */
enum rib_action {
	RIB_INSTALLED, /* the route itself */
	RIB_COVERED,   /* an installed route above it, which forwards alike */
	RIB_FALLBACK,  /* neither, but the fallback */
	RIB_NOTHING,   /* no route at all */
};

struct rib_route {
	struct prefix prefix;
	uint32_t attrs; /* borrowed */
	bool installed;
	double bytes_per_s, packets_per_s;
	double error;              /* of bytes_per_s: see estimate_error() */
	double source_bytes_per_s; /* from it; 0 if sources are not watched */
	uint32_t samples;          /* that the rates come from, ever seen */
};

struct rib_answer {
	bool found; /* the RIB has a route; else `route` is empty */
	struct rib_route route;
	enum rib_action action;
	bool correct;  /* the hardware sends it where the RIB says */
	bool by_known; /* `by` says what it meets */
	struct prefix by;
	uint32_t by_attrs; /* borrowed */
};

/* What becomes of a packet to `addr`. */
void rib_lookup(struct rib *rib, const struct addr *addr, struct rib_answer *retanswer);

/* The route to exactly `prefix`. False if there is none. */
bool rib_find(struct rib *rib, const struct prefix *prefix, struct rib_route *retroute);

/*
 * All routes in order of prefixes: begin with a zeroed cursor, or with a prefix in it
 * and `begun` to go on behind that. False behind the last. The RIB may change between
 * the calls.
 */
struct rib_cursor {
	struct bits bits;
	unsigned len;
	bool begun;
};

bool rib_next(struct rib *rib, enum family family, struct rib_cursor *cursor,
    struct rib_route *retroute);

/* All routes with an entry in the books (traffic, or installed), in no order. */
void rib_each_active(struct rib *rib, enum family family,
    void (*visit)(void *arg, const struct rib_route *route), void *arg);

/* What the books alone say of a route: cheaper than a struct rib_route. */
struct rib_traffic {
	struct prefix prefix;
	double bytes_per_s;
	double source_bytes_per_s; /* from it; 0 if sources are not watched */
};

/*
 * The same, a route a call: begin with *position 0. False behind the last. The RIB may
 * change between the calls; a route that keeps its entry is met exactly once.
 */
bool rib_next_active(struct rib *rib, enum family family, uint32_t *position,
    struct rib_traffic *rettraffic);

#endif
