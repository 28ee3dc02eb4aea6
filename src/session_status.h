/*
 * How a session goes: what its parts know, in one struct for whoever shows it. Texts
 * are valid UTF-8 without control characters, "" where there is nothing to say. Pure.
 */
#ifndef SRC_SESSION_STATUS_H
#define SRC_SESSION_STATUS_H

#include <stdint.h>

#include "bgp/error.h"
#include "bgp/message.h"
#include "bgp/session.h"
#include "router.h"

/* Times are of clock_ms(). */
struct session_status {
	enum bgp_state state;
	uint64_t established_ms; /* since when, while Established */
	uint64_t retry_ms; /* when armd dials again; BGP_NEVER: it does not wait */
	/* Until then the neighbor's connections are refused; BGP_NEVER: they are not.
	 */
	uint64_t idle_hold_ms;
	unsigned failures; /* attempts in a row that failed, or did not last */
	uint64_t flaps;    /* times it was lost */
	uint64_t refused;  /* connections of the neighbor, during idle hold or beside
			    * an Established one */

	uint64_t received[BGP_MESSAGE_TYPES], sent[BGP_MESSAGE_TYPES];
	struct router_verdicts updates; /* received, since the start */
	enum router_limit limits[FAMILIES];

	char lost[BGP_ERROR_TEXT_MAX];   /* why it was last lost */
	char failed[BGP_ERROR_TEXT_MAX]; /* why its last connection ended or was none */
	uint64_t lost_ms, failed_ms;     /* when; meaningless without a text */
	/* The last NOTIFICATIONs, and what the operators said in them (RFC 9003). */
	char error_sent[BGP_ERROR_TEXT_MAX], error_received[BGP_ERROR_TEXT_MAX];
	char shutdown_sent[BGP_ERROR_TEXT_MAX], shutdown_received[BGP_ERROR_TEXT_MAX];
};

void session_status(const struct router_session *session, struct session_status *ret);

#endif
