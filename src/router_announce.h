/* The changes of the installed set, on their way to the target session. */
#ifndef SRC_ROUTER_ANNOUNCE_H
#define SRC_ROUTER_ANNOUNCE_H

#include "router.h"

/*
 * Sends what changed in the family since the last time, and after the first choice
 * End-of-RIB.
 */
void router_announce(
    struct router *router, struct router_session *session, enum family family);

/* Sends End-of-RIB: that is all for now. */
void router_end_of_rib(struct router_session *session, enum family family);

/* Sends all that is installed again, between the marks of RFC 7313. */
void router_announce_all(
    struct router *router, struct router_session *session, enum family family);

#endif
