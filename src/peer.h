/*
 * A BGP neighbor: the session of bgp/session.h with its sockets and timer. What the
 * session delivers goes to the router, what the router announces comes by peer_send().
 */
#ifndef SRC_PEER_H
#define SRC_PEER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bgp/session.h"
#include "config.h"

struct event_base;
struct peer;
struct router;

/*
 * The caller frees with peer_free(). peer_start() sets it going. `seed` is of the
 * randomness in its pauses.
 */
struct peer *peer_new(struct event_base *base, struct router *router,
    const struct config_session *config, uint64_t seed);
void peer_start(struct peer *peer);

/* What the next OPENs say of our restart: see the functions of bgp/session.h. */
void peer_set_restarting(struct peer *peer, bool restarting);
void peer_disown(struct peer *peer);

/* Closes what is open, after `error` as a last word if it is not NULL. */
void peer_free(struct peer *peer, const struct bgp_error *error);

/* Adopts what config_session_equal() allows to differ. */
void peer_adopt(struct peer *peer, const struct config_session *config);

const struct config_session *peer_config(const struct peer *peer);
const struct bgp_session *peer_session(const struct peer *peer);

/* Takes an accepted connection from the configured neighbor. Before peer_start() it
 * waits, unanswered. */
void peer_incoming(struct peer *peer, int fd);

/* Queues whole messages on the Established connection; peer_flush() writes them. */
void peer_send(struct peer *peer, const void *bytes, size_t len);
void peer_flush(struct peer *peer);

/* Counts UPDATEs that were queued. */
void peer_sent_updates(struct peer *peer, uint64_t count);

/* Bytes queued and not yet taken by the kernel. */
size_t peer_backlog(const struct peer *peer);

/* True if the neighbor's host has confirmed all that was sent. */
bool peer_is_delivered(const struct peer *peer);

/* Gives the neighbor until then to read what was sent: conn_finish(). */
void peer_finish(struct peer *peer, uint64_t until_ms);

/*
 * Stops and resumes reading: back-pressure on the neighbor. A pause is over when the
 * session goes down, and nothing if it is not up.
 */
void peer_pause(struct peer *peer, bool paused);

/*
 * Ends the session with a NOTIFICATION; it comes back after a pause, of at least
 * `pause_ms`.
 */
void peer_fail(struct peer *peer, const struct bgp_error *error, uint64_t pause_ms);

/*
 * Sends a ROUTE-REFRESH, behind what was queued: a request, or the marks of RFC 7313
 * around an answer, if the neighbor knows them.
 */
void peer_refresh(
    struct peer *peer, enum family family, enum bgp_refresh_subtype subtype);

/* "rib to_arm4 (127.0.0.1)": for logs. Borrowed. */
const char *peer_name(const struct peer *peer);

#endif
