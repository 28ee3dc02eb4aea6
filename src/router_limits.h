/* Prefix limits of RIB sessions: a warning on the way there, and what happens there. */
#ifndef SRC_ROUTER_LIMITS_H
#define SRC_ROUTER_LIMITS_H

struct peer;
struct router;

/*
 * Every second: says once that a session comes near its limit, or is beyond it. Closes
 * one that is beyond a limit which was lowered.
 */
void router_check_limits(struct router *router);

/* The session brought more routes than fit, and is closed for max-prefix-restart. */
void router_limit_reached(struct router *router, struct peer *peer);

#endif
