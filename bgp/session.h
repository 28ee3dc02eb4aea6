/*
 * The session with one neighbor: the state machine of RFC 4271 section 8, as events
 * in and actions out. No socket, no clock: the caller owns connections and buffers,
 * performs the actions in their order and calls again when bgp_session_deadline() says.
 *
 * A neighbor has at most two connections: one we dialled (BGP_CONN_OUT) and one it
 * dialled (BGP_CONN_IN), each with a state of its own until one is Established and the
 * other closed (collision: RFC 4271 6.8, RFC 6286 2.3).
 *
 * A new incoming connection beside an Established one is refused, unless graceful
 * restart was negotiated: then it replaces the old one (RFC 4724 4.2). One beside an
 * incoming connection not yet Established replaces that: the peer gave the older up.
 *
 * Failures are answered with an exponential pause before dialling again. If the peer's
 * own bytes were at fault, or BGP_IDLE_HOLD_AFTER connections in a row that it dialled
 * ended before they were Established, it may not dial us during that pause either.
 * (Those we dialled do not count: a peer that takes none must still get in.)
 *
 * Of what RFC 4271 8 leaves open there is no DelayOpen and no damping of its form; who
 * refuses capabilities is not tried without them (RFC 5492 3). What RFC 7606 lets a
 * speaker answer by disabling a family resets the session.
 *
 * Times are milliseconds of any monotonic clock.
 */
#ifndef BGP_SESSION_H
#define BGP_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/prefix.h"
#include "bgp/error.h"
#include "bgp/message.h"
#include "bgp/negotiate.h"
#include "bgp/open.h"

enum bgp_state {
	BGP_IDLE,
	BGP_CONNECT,
	BGP_ACTIVE,
	BGP_OPENSENT,
	BGP_OPENCONFIRM,
	BGP_ESTABLISHED,
};

/* "Established" */
const char *bgp_state_name(enum bgp_state state);

enum bgp_conn_id { BGP_CONN_OUT, BGP_CONN_IN };
#define BGP_CONNS 2

struct bgp_session_config {
	uint32_t local_as, peer_as; /* peer_as 0: any */
	uint32_t local_id;          /* host order */
	uint16_t hold_s;            /* 0, or 3 and more */
	/* How long the peer may take nothing of what is queued for it, or twice the
	 * hold time if that is longer. RFC 9687 */
	uint32_t send_hold_ms;
	bool dial, listen; /* at least one */
	/* Confirms the peer's OPEN only when the peer has confirmed ours, or after
	 * BGP_CONFIRM_MS: so what is sent at BGP_ACTION_UP comes right behind the
	 * KEEPALIVE by which the session is up for the peer, and whatever ends it, it
	 * was not up in vain. */
	bool confirm_last;
	uint32_t connect_timeout_ms;
	const char *unanswered;              /* what is said when it ends; borrowed */
	uint32_t retry_min_ms, retry_max_ms; /* pause before dialling again, doubled */
	uint64_t seed;                       /* of the jitter */
	/* offer.as is taken from local_as. Once the session was Established, the F bits
	 * of graceful restart are set, for from then on we know what the peer holds of
	 * us. */
	struct bgp_capabilities offer;
};

/*
 * Hold time 90 s, send hold time 8 min, listens, dials not, pauses 1 to 60 s; offers
 * 4-octet AS, both route refreshes, extended messages, and neither families nor
 * graceful restart.
 */
struct bgp_session_config bgp_session_config_default(void);

enum bgp_event_type {
	BGP_EVENT_START,
	/* Stay down. `error` is a Cease to send, or NULL to close without a word, which
	 * leaves a peer with graceful restart its routes. */
	BGP_EVENT_STOP,
	/* The peer dialled. Answered by BGP_ACTION_ACCEPT or BGP_ACTION_REJECT. */
	BGP_EVENT_INCOMING,
	BGP_EVENT_CONNECTED, /* our dialling succeeded */
	/* It did not, because of the `reason` in `error`, or nobody knows why: NULL. */
	BGP_EVENT_CONNECT_FAILED,
	BGP_EVENT_CLOSED, /* `conn` was closed or reset by the peer */
	/* The deadline is reached; harmless when early. What has arrived comes first,
	 * so that a stall of ours does not pass for the peer's silence. */
	BGP_EVENT_TIMER,
	/* The caller ends the Established session with `error` (an UPDATE it could not
	 * accept, too many prefixes); it comes back after a pause, of at least
	 * `pause_ms`. */
	BGP_EVENT_ERROR,
	/* Send a ROUTE-REFRESH for `family` with `subtype`, if negotiated. */
	BGP_EVENT_REFRESH,
};

struct bgp_event {
	enum bgp_event_type type;
	enum bgp_conn_id conn;            /* CLOSED */
	const struct bgp_error *error;    /* STOP, ERROR, CONNECT_FAILED */
	uint64_t pause_ms;                /* ERROR */
	enum family family;               /* REFRESH */
	enum bgp_refresh_subtype subtype; /* REFRESH */
};

enum bgp_action_type {
	BGP_ACTION_CONNECT, /* dial; answer with CONNECTED or CONNECT_FAILED */
	BGP_ACTION_ACCEPT,  /* the incoming connection is now `conn` BGP_CONN_IN */
	BGP_ACTION_REJECT,  /* send `bytes` on the incoming connection and close it */
	BGP_ACTION_SEND,    /* queue `bytes` on `conn` */
	/* Send what is queued, then close `conn`, or stop dialling. The end of every
	 * connection, also of one that the peer closed or that could not be dialled. */
	BGP_ACTION_CLOSE,
	BGP_ACTION_UP,      /* Established on `conn`: see session->negotiated */
	BGP_ACTION_DOWN,    /* no longer Established: see session->down */
	BGP_ACTION_UPDATE,  /* the body of an UPDATE: `bytes`, in the caller's input */
	BGP_ACTION_REFRESH, /* the peer sent a ROUTE-REFRESH: `family`, `subtype` */
};

struct bgp_action {
	uint8_t type;    /* enum bgp_action_type */
	uint8_t conn;    /* enum bgp_conn_id */
	uint8_t family;  /* enum family */
	uint8_t subtype; /* enum bgp_refresh_subtype */
	/* Borrowed until the next call on the session. */
	const uint8_t *bytes;
	size_t len;
};

#define BGP_ACTIONS_MAX 12

struct bgp_actions {
	size_t count;
	struct bgp_action list[BGP_ACTIONS_MAX];
};

enum bgp_down_cause {
	BGP_DOWN_NEVER_UP,    /* so far */
	BGP_DOWN_CLOSED,      /* the peer closed the connection, or it broke */
	BGP_DOWN_SENT,        /* we sent the NOTIFICATION `error` */
	BGP_DOWN_RECEIVED,    /* the peer sent it */
	BGP_DOWN_STOPPED,     /* stopped without a NOTIFICATION */
	BGP_DOWN_REPLACED,    /* by a new connection of the peer */
	BGP_DOWN_UNREACHABLE, /* could not dial, because of the reason in `error` */
};

/* Why a session or connection ended. */
struct bgp_down {
	enum bgp_down_cause cause;
	bool graceful; /* the peer's routes are to be kept: RFC 4724 4.2, RFC 8538 4 */
	uint64_t at_ms;
	struct bgp_error error;
};

/* "peer sent Cease/Administrative Shutdown (6/2)". Returns `text`. */
char *bgp_down_text(const struct bgp_down *down, char text[BGP_ERROR_TEXT_MAX]);

#define BGP_IDLE_HOLD_AFTER 5
#define BGP_CONFIRM_MS 1000

#define BGP_NEVER UINT64_MAX /* a timer that does not run */

struct bgp_conn {
	enum bgp_state state; /* BGP_IDLE: none; never BGP_ACTIVE */
	uint64_t hold_at;     /* in BGP_CONNECT the end of patience with dialling */
	uint64_t keepalive_at;
	uint64_t send_at;                 /* the end of patience with what is queued */
	bool confirmed;                   /* we have sent KEEPALIVE */
	struct bgp_open ours;             /* as sent, from OpenSent on */
	struct bgp_open theirs;           /* as received, from OpenConfirm on */
	struct bgp_negotiated negotiated; /* from OpenConfirm on */
};

#define BGP_SESSION_OUT_MAX 1024

/* Read by all, written by the functions below only. */
struct bgp_session {
	struct bgp_session_config config;
	bool started;
	bool paused;
	struct bgp_conn conns[BGP_CONNS];
	struct bgp_negotiated negotiated; /* of the Established, else of the last */
	uint64_t retry_at;                /* when to dial */
	uint64_t idle_until;              /* refuse incoming connections until then */
	uint64_t established_ms;          /* since when, while Established */
	unsigned failures;                /* in a row */
	unsigned unopened;  /* the peer's connections in a row that never were up */
	unsigned undialled; /* connections that could not be dialled */
	uint64_t random;

	uint64_t received[BGP_MESSAGE_TYPES], sent[BGP_MESSAGE_TYPES];
	uint64_t flaps;                            /* times it left Established */
	uint64_t refused;                          /* connections rejected */
	struct bgp_error last_sent, last_received; /* NOTIFICATIONs; code 0: none yet */
	struct bgp_down down;                      /* why it last left Established */
	struct bgp_down ended; /* why its last connection ended, Established or not */

	uint8_t out[BGP_SESSION_OUT_MAX];
	size_t out_len;
};

/* Begins Idle; BGP_EVENT_START sets it going. Nothing to free. */
void bgp_session_init(
    struct bgp_session *session, const struct bgp_session_config *config);

/*
 * Whether OPENs from now on have the R bit of graceful restart, also of a helper. It
 * speaks of our start, not of the session's: a peer that restarts, too, does then not
 * wait for our End-of-RIB before it announces. RFC 4724 section 4.1
 */
void bgp_session_set_restarting(struct bgp_session *session, bool restarting);

/*
 * While the session is down: what the peer may hold of us is not known. OPENs have no F
 * bits, so that it drops that, until one of them led to Established.
 */
void bgp_session_disown(struct bgp_session *session);

/* An event happened. *retactions is overwritten with what to do, in that order. */
void bgp_session_step(struct bgp_session *session, const struct bgp_event *event,
    uint64_t now_ms, struct bgp_actions *retactions);

/*
 * Takes at most one message from the `len` bytes received on `conn` and not yet taken.
 * Returns how many bytes that was: 0 if no whole message is there, or if the connection
 * is closed. A buffer of BGP_MESSAGE_EXTENDED_MAX bytes always suffices, one of
 * BGP_MESSAGE_MAX if extended messages are not offered. Call again while it returns
 * more than 0.
 */
size_t bgp_session_receive(struct bgp_session *session, enum bgp_conn_id conn,
    const uint8_t *bytes, size_t len, uint64_t now_ms, struct bgp_actions *retactions);

/*
 * While the caller does not read (back-pressure), silence is not the peer's fault: the
 * hold time is not counted, and starts anew when reading resumes.
 */
void bgp_session_pause(struct bgp_session *session, bool paused, uint64_t now_ms);

/*
 * The kernel took bytes that were queued on `conn`, or for the first time not all of
 * them: the send hold time runs anew while some are `waiting`. RFC 9687
 */
void bgp_session_progress(
    struct bgp_session *session, enum bgp_conn_id conn, bool waiting, uint64_t now_ms);

/* Patience and pauses from now on; see struct bgp_session_config. */
void bgp_session_set_patience(struct bgp_session *session, uint32_t send_hold_ms,
    uint32_t retry_min_ms, uint32_t retry_max_ms);

/* Counts UPDATEs that the caller sent. */
void bgp_session_count_updates(struct bgp_session *session, uint64_t count);

/* When BGP_EVENT_TIMER is due; BGP_NEVER if nothing is waited for. */
uint64_t bgp_session_deadline(const struct bgp_session *session);

/* When it dials again; BGP_NEVER if it is not waiting for that. */
uint64_t bgp_session_retry_at(const struct bgp_session *session);

/* The state of the whole: that of the connection that has come furthest. */
enum bgp_state bgp_session_state(const struct bgp_session *session);

/*
 * The connection to keep of two that collided: the one dialled by the side with the
 * greater identifier, or AS if they are equal. RFC 4271 6.8, RFC 6286 2.3.
 */
enum bgp_conn_id bgp_collision_winner(
    const struct bgp_open *ours, uint32_t peer_id, uint32_t peer_as);

/* The Established connection; false if there is none. */
bool bgp_session_established(
    const struct bgp_session *session, enum bgp_conn_id *retconn);

#endif
