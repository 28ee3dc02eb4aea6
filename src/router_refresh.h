/*
 * ROUTE-REFRESH (RFC 2918, 7313): asked of the neighbors of RIB sessions, and answered
 * to targets.
 */
#ifndef SRC_ROUTER_REFRESH_H
#define SRC_ROUTER_REFRESH_H

#include <stdbool.h>
#include <stdint.h>

struct router;
struct router_session;

/*
 * Asks the neighbor of a RIB session for its routes again. False if it is not up, or
 * the neighbor does not know how; else *retfamilies is what was asked for.
 */
bool router_refresh_rib(struct router_session *session, uint8_t *retfamilies);

/* Gives the targets what they asked for, once they have taken what was sent before. */
void router_answer_refreshes(struct router *router);

/* Every second: gives up waiting for the end of a refresh. */
void router_check_refreshes(struct router *router, uint64_t now_ms);

#endif
