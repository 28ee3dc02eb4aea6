/*
 * Restarts, ours and those of our neighbors: a part of router.c.
 *
 * A target keeps our routes while we are away; when it is back and the RIB is learned,
 * they are announced again before anything else (rib/adopt.h).
 */
#ifndef SRC_ROUTER_RESTART_H
#define SRC_ROUTER_RESTART_H

#include <stdbool.h>
#include <stdint.h>

#include "base/prefix.h"

struct config_router;
struct config_session;
struct router;
struct router_session;

/* For how long, in seconds, a target keeps our routes at most. */
uint64_t router_kept_at_most(const struct config_router *config);

/* True if it is known what the target at the place of a new session may hold of us. */
bool router_knows_target(
    const struct router *router, const struct config_session *config);

/* True if a target is to keep our routes from one session to the next at its place. */
bool router_keeps_target(
    const struct config_session *next, const struct config_session *last);

/* True if the session must not come up yet, for the sake of what the target keeps. */
bool router_must_wait(const struct router *router, const struct config_session *config);

/* Decides whether the session's next OPEN says that we have restarted. */
void router_prepare(const struct router *router, const struct router_session *session);

/* armd has started: what is kept is given up if its RIB does not come in time. */
void router_expect_rib(struct router *router);

/*
 * The family's RIB is as whole as its neighbor says, or given up. Lets the choice
 * begin, unless that neighbor has restarted and does not know yet all that the target
 * keeps.
 */
void router_begin(struct router *router, enum family family);

/* A RIB session is up. If nothing is left of the last one the choice has to wait. */
void router_begin_anew(struct router *router, enum family family);

/*
 * The family's target listens, and its RIB is learned, or one of the two: sends what
 * the target may have kept, and End-of-RIB behind it.
 */
void router_resume(struct router *router, enum family family);

/* Every second, at `now` ms. */
void router_check_restarts(struct router *router, uint64_t now);

#endif
