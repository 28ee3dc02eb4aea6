/* What a session offers in its OPEN, and how it begins, by the configuration. */
#ifndef SRC_PEER_OFFER_H
#define SRC_PEER_OFFER_H

#include <stdint.h>

#include "bgp/session.h"

struct config_session;

/*
 * Graceful restart (RFC 4724, RFC 8538) and long-lived graceful restart (RFC 9494) are
 * offered by role. A target is asked to keep our routes when we are gone. On a RIB
 * session we have no routes and are a helper only: without families, which makes the
 * peer send End-of-RIB.
 */
struct bgp_session_config peer_session_config(
    const struct config_session *config, uint64_t seed);

#endif
