/*
 * One router: its RIB, the sessions that feed it and those it is announced on, its
 * sampling. Joins the pure parts; knows no socket.
 */
#ifndef SRC_ROUTER_H
#define SRC_ROUTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/log.h"
#include "bgp/fanout.h"
#include "bgp/session.h"
#include "config.h"
#include "rib/paths.h"
#include "rib/rib.h"

struct event;
struct event_base;
struct peer;
struct state;

/* UPDATEs received on a session, by what became of them (RFC 7606). */
struct router_verdicts {
	uint64_t accepted, attributes_discarded, treated_as_withdraw, resets;
	uint64_t ignored; /* fields of families not spoken */
};

/* How near the routes of a session are to max-prefix. */
enum router_limit { ROUTER_LIMIT_FAR, ROUTER_LIMIT_NEAR, ROUTER_LIMIT_BEYOND };

/* Bytes that a target may not have taken yet when it is given more. */
#define ROUTER_BACKLOG_LOW (64u << 10)

/* A session of the router, and what it carried since it came up. */
struct router_session {
	struct peer *peer;
	bool up;
	bool ended[FAMILIES]; /* End-of-RIB received, or sent */
	/* RIB: between BoRR and EoRR; target: asked for all, and is still to get it */
	bool refreshing[FAMILIES];
	uint64_t refresh_ms[FAMILIES];        /* RIB: when that is given up */
	uint64_t refresh_announced[FAMILIES]; /* `announced` when last looked at */
	enum router_limit limits[FAMILIES];   /* RIB */
	uint64_t announced, withdrawn; /* prefixes: received on RIB, sent on target */
	uint64_t rejected; /* RIB: of those announced that are not in the table */
	struct router_verdicts verdicts; /* since the start */
};

struct router {
	const struct config_router *config; /* borrowed: the one in force */
	struct event_base *base;
	struct event *work; /* long work that is done in slices */
	struct rib *rib;
	struct paths *paths;                 /* of the RIB sessions with ADD-PATH */
	struct bgp_fanout fanouts[FAMILIES]; /* of the targets with ADD-PATH */
	struct state *state; /* what the targets hold, saved; NULL: not saved */
	struct router_session *sessions;
	size_t n_sessions;
	struct router_session *rib_session[FAMILIES]; /* who carries it; NULL: nobody */
	struct router_session *target_session[FAMILIES];
	uint64_t stale_at[FAMILIES];   /* ms; a lost RIB is given up; 0: not lost */
	uint64_t learned_at[FAMILIES]; /* ms; no longer waiting for End-of-RIB then */
	/* ms; until then a peer that has restarted may announce again what it did
	 * before, 0: it has not restarted */
	uint64_t restarted_until[FAMILIES];
	bool sweeping[FAMILIES];
	bool congested; /* a target is slow: RIB sessions are not read */
	uint64_t samples_filtered;
	struct log_limit complaints; /* of bad UPDATEs */
	uint64_t started_ms;         /* wall clock */
	uint64_t born_ms;            /* the same, monotonic */
};

/*
 * `config` must outlive the router or be replaced by router_reload(). What is installed
 * is saved in the directory `state`, if that is not empty.
 */
struct router *router_new(
    struct event_base *base, const struct config_router *config, const char *state);

/* armd is to end: the targets may read what they were sent, until `until_ms`. */
void router_finish(struct router *router, uint64_t until_ms);

/* armd ends: sessions are closed without a word, so that targets keep our routes. */
void router_free(struct router *router);

/* The router is no more: takes leave on all sessions, and forgets what was saved. */
void router_remove(struct router *router);

/* Opens, keeps and closes sessions as the new configuration asks. */
void router_reload(struct router *router, const struct config_router *config);

/* The peer for a connection from `remote` to `local`:`port`, or NULL. */
struct peer *router_find_peer(const struct router *router, const struct addr *remote,
    const struct addr *local, uint16_t port);

/* --- what peers tell --- */

void router_peer_up(struct router *router, struct peer *peer);
void router_peer_down(struct router *router, struct peer *peer);

/* An UPDATE's body. It may end the session. */
void router_update(
    struct router *router, struct peer *peer, const uint8_t *body, size_t len);

/* The peer sent a ROUTE-REFRESH. */
void router_refresh(struct router *router, struct peer *peer, enum family family,
    enum bgp_refresh_subtype subtype);

/* The peer's backlog shrank. */
void router_drained(struct router *router);

/* --- for the files router_*.c --- */

/* The session of a peer; NULL while the peer is on its way out. */
struct router_session *router_session_of(
    struct router *router, const struct peer *peer);

/* The table of a family is whole, as far as we are going to know. */
void router_learned(struct router *router, enum family family, const char *why);

/* --- samples and time --- */

/* Sends what changed, in order. To be called at the end of each turn. */
void router_flush(struct router *router);

/* Every second. */
void router_tick(struct router *router);

#endif
