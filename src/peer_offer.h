/* What a session offers in its OPEN beside what all of them do. */
#ifndef SRC_PEER_OFFER_H
#define SRC_PEER_OFFER_H

struct bgp_capabilities;
struct config_session;

/*
 * Graceful restart (RFC 4724, RFC 8538) and long-lived graceful restart (RFC 9494). A
 * target is asked to keep our routes when we are gone. On a RIB session we have no
 * routes and are a helper only: without families, which makes the peer send End-of-RIB.
 */
void peer_offer_restart(
    const struct config_session *config, struct bgp_capabilities *offer);

#endif
