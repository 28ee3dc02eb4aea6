/*
 * A session through any life. The input is a script: the first byte configures it, then
 * come pairs of an order and its argument, an order to hear taking further bytes. The
 * fuzzer plays the caller as the contract has it, and the peer as it likes.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "bgp/session.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

enum order {
	ORDER_START,
	ORDER_STOP,
	ORDER_INCOMING,
	ORDER_CONNECTED,
	ORDER_CONNECT_FAILED,
	ORDER_CLOSED,
	ORDER_WAIT,
	ORDER_DEADLINE,
	ORDER_ERROR,
	ORDER_REFRESH,
	ORDER_PAUSE,
	ORDER_HEAR,      /* the argument's count of bytes follows */
	ORDER_HEAR_TYPE, /* the same, behind a good header */
	ORDER_PROGRESS,
	ORDERS,
};

/* The caller's side of the connections, and what it was told. */
struct caller {
	struct bgp_session session;
	uint64_t now_ms;
	bool open[BGP_CONNS]; /* or dialling */
	bool up;
};

static void
check(const struct caller *caller)
{
	const struct bgp_session *session = &caller->session;
	enum bgp_conn_id conn;
	bool up = bgp_session_established(session, &conn);
	char text[BGP_ERROR_TEXT_MAX];

	assert(up == caller->up);
	for (size_t id = 0; id < BGP_CONNS; id++) {
		enum bgp_state state = session->conns[id].state;

		assert(caller->open[id] == (state != BGP_IDLE));
		/* whoever waits for the peer waits with an end */
		if (state == BGP_CONNECT || state == BGP_OPENSENT ||
		    state == BGP_OPENCONFIRM)
			assert(session->conns[id].hold_at != BGP_NEVER);
	}
	if (up) {
		assert(!caller->open[!conn]);
		assert(session->negotiated.families);
		if (session->negotiated.hold_s)
			assert(session->conns[conn].hold_at != BGP_NEVER);
	}
	if (!session->started)
		assert(bgp_session_state(session) == BGP_IDLE &&
		       bgp_session_deadline(session) == BGP_NEVER);
	if (session->started && session->config.dial && !caller->open[0] &&
	    !caller->open[1])
		assert(
		    session->retry_at <= caller->now_ms + session->config.retry_max_ms);
	for (size_t id = 0; id < BGP_CONNS; id++)
		assert(caller->open[id] || session->conns[id].send_at == BGP_NEVER);
	/* nobody is kept out for ever */
	assert(session->idle_until == BGP_NEVER ||
	       session->idle_until <= caller->now_ms + session->config.retry_max_ms);
	assert(strlen(bgp_down_text(&session->down, text)) < sizeof text);
	assert(strlen(bgp_down_text(&session->ended, text)) < sizeof text);
}

/* Bytes sent are messages, in a connection that is open. */
static void
check_sent(const struct caller *caller, const struct bgp_action *action)
{
	struct bgp_frame frame;
	struct bgp_error error;

	assert(action->type == BGP_ACTION_REJECT || caller->open[action->conn]);
	assert(bgp_message_frame(action->bytes, action->len, BGP_MESSAGE_MAX, &frame,
		   &error) == BGP_FRAME_WHOLE);
	assert(frame.len == action->len);
}

static void
perform(struct caller *caller, const struct bgp_actions *actions)
{
	for (size_t i = 0; i < actions->count; i++) {
		const struct bgp_action *action = &actions->list[i];

		switch ((enum bgp_action_type)action->type) {
		case BGP_ACTION_CONNECT:
		case BGP_ACTION_ACCEPT:
			assert(!caller->open[action->conn]);
			caller->open[action->conn] = true;
			break;
		case BGP_ACTION_REJECT:
		case BGP_ACTION_SEND:
			check_sent(caller, action);
			break;
		case BGP_ACTION_CLOSE:
			assert(caller->open[action->conn]);
			caller->open[action->conn] = false;
			break;
		case BGP_ACTION_UP:
		case BGP_ACTION_DOWN:
			assert(caller->up == (action->type == BGP_ACTION_DOWN));
			caller->up = !caller->up;
			break;
		case BGP_ACTION_UPDATE:
		case BGP_ACTION_REFRESH:
			assert(caller->up);
			break;
		}
	}
	check(caller);
}

static void
step(struct caller *caller, const struct bgp_event *event)
{
	struct bgp_actions actions;

	bgp_session_step(&caller->session, event, caller->now_ms, &actions);
	perform(caller, &actions);
	if (event->type == BGP_EVENT_TIMER)
		assert(bgp_session_deadline(&caller->session) > caller->now_ms);
}

/* Hears an allocation of exactly these bytes. */
static void
hear(struct caller *caller, enum bgp_conn_id conn, const uint8_t *bytes, size_t len)
{
	uint8_t *copy = malloc(len ? len : 1), *at = copy;
	struct bgp_actions actions;
	size_t taken;

	if (len)
		memcpy(copy, bytes, len);
	do {
		taken = bgp_session_receive(
		    &caller->session, conn, at, len, caller->now_ms, &actions);
		assert(taken <= len);
		perform(caller, &actions);
		at += taken;
		len -= taken;
	} while (taken);
	free(copy);
}

static void
hear_order(struct caller *caller, struct rd *rd, enum order order, uint8_t argument)
{
	enum bgp_conn_id conn = argument >> 7;
	uint8_t message[BGP_HEADER_LEN + 256];
	size_t len = argument & 0x7f;
	const uint8_t *bytes;
	struct wr wr;
	size_t begin;

	if (len > rd_left(rd))
		len = rd_left(rd);
	if (order == ORDER_HEAR) {
		hear(caller, conn, rd_bytes(rd, len), len);
		return;
	}
	wr_init(&wr, message, sizeof message);
	begin = bgp_message_begin(&wr, 1 + rd_u8(rd) % 5);
	if (len > rd_left(rd))
		len = rd_left(rd);
	bytes = rd_bytes(rd, len);
	wr_bytes(&wr, bytes, len);
	bgp_message_end(&wr, begin);
	hear(caller, conn, message, wr.len);
}

static void
obey(struct caller *caller, struct rd *rd, enum order order, uint8_t argument)
{
	static const enum bgp_event_type plain[] = {
		[ORDER_START] = BGP_EVENT_START,
		[ORDER_INCOMING] = BGP_EVENT_INCOMING,
		[ORDER_CONNECTED] = BGP_EVENT_CONNECTED,
		[ORDER_CONNECT_FAILED] = BGP_EVENT_CONNECT_FAILED,
	};
	struct bgp_session *session = &caller->session;
	struct bgp_error error;
	struct bgp_event event = { .error = &error };

	bgp_error_set(&error, 3, argument, &argument, 1, "script");
	switch (order) {
	case ORDER_START:
	case ORDER_INCOMING:
	case ORDER_CONNECTED:
	case ORDER_CONNECT_FAILED:
		event.type = plain[order];
		break;
	case ORDER_STOP:
		event.type = BGP_EVENT_STOP;
		bgp_error_cease(&error, argument, "script");
		if (argument == 0)
			event.error = NULL;
		break;
	case ORDER_CLOSED:
		event.type = BGP_EVENT_CLOSED;
		event.conn = argument & 1;
		break;
	case ORDER_WAIT:
		caller->now_ms += 1ull << argument % 20;
		event.type = BGP_EVENT_TIMER;
		break;
	case ORDER_DEADLINE:
		if (bgp_session_deadline(session) != BGP_NEVER &&
		    bgp_session_deadline(session) > caller->now_ms)
			caller->now_ms = bgp_session_deadline(session);
		event.type = BGP_EVENT_TIMER;
		break;
	case ORDER_ERROR:
		event.type = BGP_EVENT_ERROR;
		event.pause_ms = argument * 100u;
		break;
	case ORDER_REFRESH:
		event.type = BGP_EVENT_REFRESH;
		event.family = argument & 1;
		event.subtype = argument % 3;
		break;
	case ORDER_PAUSE:
		bgp_session_pause(session, argument & 1, caller->now_ms);
		return;
	case ORDER_HEAR:
	case ORDER_HEAR_TYPE:
		hear_order(caller, rd, order, argument);
		return;
	case ORDER_PROGRESS:
		/* only what is open can have anything queued */
		if (caller->open[argument & 1])
			bgp_session_progress(
			    session, argument & 1, argument & 2, caller->now_ms);
		return;
	case ORDERS:
		return;
	}
	step(caller, &event);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct bgp_session_config config = bgp_session_config_default();
	struct caller caller = { .now_ms = 1 };
	uint8_t options;
	struct rd rd;

	rd_init(&rd, bytes, len);
	options = rd_u8(&rd);
	config.local_as = 65136;
	config.peer_as = options & 1 ? 65136 : 0;
	config.local_id = 0x0a000088;
	config.dial = options & 2;
	config.listen = !config.dial || options & 4;
	config.hold_s = options & 8 ? 0 : 9;
	config.offer.families = options & 16 ? 1 : 3;
	config.offer.extended_message = options & 32;
	config.offer.graceful = (struct bgp_graceful){ .offered = options & 64,
		.notification = options & 128,
		.families = config.offer.families };
	bgp_session_init(&caller.session, &config);
	while (rd_left(&rd) > 0) {
		enum order order = rd_u8(&rd) % ORDERS;
		uint8_t argument = rd_u8(&rd);

		obey(&caller, &rd, order, argument);
	}
	return 0;
}
