/*
 * What the two halves of the session share (session.c: events and timers;
 * session_receive.c: messages): sending, and the ends of connections. For them only.
 */
#ifndef BGP_SESSION_CONN_H
#define BGP_SESSION_CONN_H

#include "bgp/session.h"

/* Milliseconds; what RFC 4271 suggests for the time before hold times are agreed on. */
#define BGP_OPEN_HOLD_MS 240000

/* Who is to blame for an end; the peer's keeps its connections out for a while. */
enum bgp_blame { BGP_BLAME_NOBODY, BGP_BLAME_PEER };

/* Begins a call: nothing to do, nothing to send. */
void bgp_conn_begin(struct bgp_session *session, struct bgp_actions *actions);

/* Appends an action. */
struct bgp_action *bgp_conn_act(
    struct bgp_actions *actions, enum bgp_action_type type, enum bgp_conn_id id);

/* A time of 75 to 100 % of `ms` (RFC 4271 section 10). */
uint64_t bgp_conn_jitter(struct bgp_session *session, uint64_t ms);

/* Sends OPEN on a connection just made: OpenSent. */
void bgp_conn_open(struct bgp_session *session, enum bgp_conn_id id, uint64_t now_ms,
    struct bgp_actions *actions);

/* Sends KEEPALIVE and sets the timer of the next. */
void bgp_conn_keepalive(struct bgp_session *session, enum bgp_conn_id id,
    uint64_t now_ms, struct bgp_actions *actions);

void bgp_conn_refresh(struct bgp_session *session, enum bgp_conn_id id,
    enum family family, enum bgp_refresh_subtype subtype, struct bgp_actions *actions);

/* Refuses the connection that the peer just made. */
void bgp_conn_reject(struct bgp_session *session, struct bgp_actions *actions);

/* Closes `id` in favour of the other connection, with a word if there is a peer on it.
 */
void bgp_conn_yield(
    struct bgp_session *session, enum bgp_conn_id id, struct bgp_actions *actions);

/*
 * Ends `id` because of `cause`, with `error` if it is SENT (the NOTIFICATION goes out
 * first), RECEIVED or (NULL if unknown) UNREACHABLE: the connection closes, the session
 * goes down if it was up, and if no other connection is left, pauses.
 */
void bgp_conn_end(struct bgp_session *session, enum bgp_conn_id id,
    enum bgp_down_cause cause, const struct bgp_error *error, enum bgp_blame blame,
    uint64_t now_ms, struct bgp_actions *actions);

/* Neither dials nor lets the peer dial before `until_ms`. */
void bgp_conn_hold_off(struct bgp_session *session, uint64_t until_ms);

/* Ends `id` with the NOTIFICATION `error` for something the peer sent. */
void bgp_conn_refuse(struct bgp_session *session, enum bgp_conn_id id,
    const struct bgp_error *error, uint64_t now_ms, struct bgp_actions *actions);

#endif
