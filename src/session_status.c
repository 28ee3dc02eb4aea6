#include "session_status.h"

#include <string.h>

#include "peer.h"

static void
describe_end(const struct bgp_down *down, char *text, uint64_t *retms)
{
	if (down->cause == BGP_DOWN_NEVER_UP)
		return;
	bgp_down_text(down, text);
	*retms = down->at_ms;
}

static void
describe_error(const struct bgp_error *error, char *text, char *shutdown)
{
	if (!error->code)
		return;
	bgp_error_text(error, text);
	bgp_error_shutdown(error, shutdown);
}

void
session_status(const struct router_session *session, struct session_status *ret)
{
	const struct bgp_session *bgp = peer_session(session->peer);
	struct session_status status = {
		.state = bgp_session_state(bgp),
		.established_ms = bgp->established_ms,
		.retry_ms = bgp_session_retry_at(bgp),
		.idle_hold_ms = bgp->idle_until,
		.failures = bgp->failures,
		.flaps = bgp->flaps,
		.refused = bgp->refused,
		.updates = session->verdicts,
	};

	memcpy(status.limits, session->limits, sizeof status.limits);
	memcpy(status.received, bgp->received, sizeof status.received);
	memcpy(status.sent, bgp->sent, sizeof status.sent);
	describe_end(&bgp->down, status.lost, &status.lost_ms);
	describe_end(&bgp->ended, status.failed, &status.failed_ms);
	describe_error(&bgp->last_sent, status.error_sent, status.shutdown_sent);
	describe_error(
	    &bgp->last_received, status.error_received, status.shutdown_received);
	*ret = status;
}
