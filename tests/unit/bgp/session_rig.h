/*
 * One session to be poked, for the tests of its parts: it says in words what it did.
 * Included after cmocka.h.
 */
#ifndef TESTS_BGP_SESSION_RIG_H
#define TESTS_BGP_SESSION_RIG_H

#include <stdio.h>
#include <string.h>

#include "bgp/session.h"

#define V4 BGP_FAMILY_BIT(FAMILY_IPV4)
#define V6 BGP_FAMILY_BIT(FAMILY_IPV6)
#define OUT BGP_CONN_OUT
#define IN BGP_CONN_IN

/* The session under test, its clock, and what it did last, in words. */
struct rig {
	struct bgp_session session;
	uint64_t now_ms;
	struct bgp_actions actions;
	char did[400];
};

/* The messages of a peer that is like us, with another identifier. */
static inline size_t
make_message(uint8_t *out, size_t size, enum bgp_message_type type,
    const struct bgp_session_config *config)
{
	struct bgp_open open = { .as = config->local_as,
		.id = config->local_id + 1,
		.hold_s = 90,
		.caps = config->offer };
	struct bgp_error error;
	struct wr wr;

	wr_init(&wr, out, size);
	switch (type) {
	case BGP_OPEN:
		bgp_open_encode(&wr, &open);
		break;
	case BGP_UPDATE:
		bgp_message_begin(&wr, BGP_UPDATE);
		wr_u32(&wr, 0);
		bgp_message_end(&wr, 0);
		break;
	case BGP_NOTIFICATION:
		bgp_error_cease(&error, BGP_CEASE_SHUTDOWN, "bye");
		bgp_notification_encode(&wr, &error);
		break;
	case BGP_KEEPALIVE:
		bgp_keepalive_encode(&wr);
		break;
	case BGP_REFRESH:
		bgp_refresh_encode(&wr, FAMILY_IPV4, BGP_REFRESH_REQUEST);
		break;
	}
	assert_false(wr.full);
	return wr.len;
}

/* "OPEN", "NOTIFICATION 6/2" */
static inline int
describe_message(char *text, size_t size, const struct bgp_action *action)
{
	struct bgp_frame frame;
	struct bgp_error error;

	assert_int_equal(bgp_message_frame(action->bytes, action->len, BGP_MESSAGE_MAX,
			     &frame, &error),
	    BGP_FRAME_WHOLE);
	if (frame.type == BGP_NOTIFICATION)
		return snprintf(
		    text, size, "NOTIFICATION %u/%u", frame.body[0], frame.body[1]);
	return snprintf(text, size, "%s", bgp_message_name(frame.type));
}

/* The actions in words, separated by commas. */
static inline void
describe(struct rig *rig)
{
	static const char *const names[] = {
		[BGP_ACTION_CONNECT] = "connect",
		[BGP_ACTION_ACCEPT] = "accept",
		[BGP_ACTION_REJECT] = "reject",
		[BGP_ACTION_SEND] = "send",
		[BGP_ACTION_CLOSE] = "close",
		[BGP_ACTION_UP] = "up",
		[BGP_ACTION_DOWN] = "down",
		[BGP_ACTION_UPDATE] = "update",
		[BGP_ACTION_REFRESH] = "refresh",
	};
	char *at = rig->did, *end = rig->did + sizeof rig->did;

	*at = '\0';
	for (size_t i = 0; i < rig->actions.count; i++) {
		const struct bgp_action *action = &rig->actions.list[i];

		at += snprintf(at, (size_t)(end - at), "%s%s %s", i ? ", " : "",
		    names[action->type], action->conn == OUT ? "out" : "in");
		if (action->type == BGP_ACTION_SEND ||
		    action->type == BGP_ACTION_REJECT) {
			*at++ = ' ';
			at += describe_message(at, (size_t)(end - at), action);
		}
		assert_true(at < end);
	}
}

static inline const char *
step(struct rig *rig, const struct bgp_event *event)
{
	bgp_session_step(&rig->session, event, rig->now_ms, &rig->actions);
	describe(rig);
	return rig->did;
}

static inline const char *
happen(struct rig *rig, enum bgp_event_type type)
{
	return step(rig, &(struct bgp_event){ .type = type });
}

static inline const char *
hear_bytes(struct rig *rig, enum bgp_conn_id conn, const uint8_t *bytes, size_t len)
{
	bgp_session_receive(
	    &rig->session, conn, bytes, len, rig->now_ms, &rig->actions);
	describe(rig);
	return rig->did;
}

static inline const char *
hear(struct rig *rig, enum bgp_conn_id conn, enum bgp_message_type type)
{
	uint8_t out[300];

	return hear_bytes(
	    rig, conn, out, make_message(out, sizeof out, type, &rig->session.config));
}

/* Lets the time come that the session waits for. */
static inline const char *
wait(struct rig *rig)
{
	assert_true(bgp_session_deadline(&rig->session) != BGP_NEVER);
	rig->now_ms = bgp_session_deadline(&rig->session);
	return happen(rig, BGP_EVENT_TIMER);
}

static inline struct bgp_session_config
make_config(void)
{
	struct bgp_session_config config = bgp_session_config_default();

	config.local_as = config.peer_as = 65136;
	config.local_id = 100;
	config.dial = true;
	config.offer.families = V4 | V6;
	return config;
}

/* Brings a new session to a state, on the connection it dialled. */
static inline void
bring_to(struct rig *rig, enum bgp_state state, const struct bgp_session_config *config)
{
	bgp_session_init(&rig->session, config);
	rig->now_ms = 5000;
	if (state >= BGP_CONNECT)
		happen(rig, BGP_EVENT_START);
	if (state == BGP_ACTIVE)
		happen(rig, BGP_EVENT_CONNECT_FAILED);
	if (state >= BGP_OPENSENT)
		happen(rig, BGP_EVENT_CONNECTED);
	if (state >= BGP_OPENCONFIRM)
		hear(rig, OUT, BGP_OPEN);
	if (state >= BGP_ESTABLISHED)
		hear(rig, OUT, BGP_KEEPALIVE);
	assert_int_equal(bgp_session_state(&rig->session), state);
}

#endif
