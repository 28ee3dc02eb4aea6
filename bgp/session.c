#include "bgp/session.h"

#include <assert.h>
#include <stdio.h>

#include "bgp/session_conn.h"

/* An event on its way through the state machine. */
struct occasion {
	struct bgp_session *session;
	const struct bgp_event *event;
	uint64_t now_ms;
	struct bgp_actions *actions;
};

const char *
bgp_state_name(enum bgp_state state)
{
	static const char *const names[] = {
		[BGP_IDLE] = "Idle",
		[BGP_CONNECT] = "Connect",
		[BGP_ACTIVE] = "Active",
		[BGP_OPENSENT] = "OpenSent",
		[BGP_OPENCONFIRM] = "OpenConfirm",
		[BGP_ESTABLISHED] = "Established",
	};

	return names[state];
}

char *
bgp_down_text(const struct bgp_down *down, char text[BGP_ERROR_TEXT_MAX])
{
	static const char *const causes[] = {
		[BGP_DOWN_NEVER_UP] = "never up",
		[BGP_DOWN_CLOSED] = "connection closed by peer or broken",
		[BGP_DOWN_SENT] = "sent",
		[BGP_DOWN_RECEIVED] = "peer sent",
		[BGP_DOWN_STOPPED] = "stopped",
		[BGP_DOWN_REPLACED] = "replaced by a new connection of the peer",
		[BGP_DOWN_UNREACHABLE] = "cannot connect",
	};
	char error[BGP_ERROR_TEXT_MAX];

	if (down->cause == BGP_DOWN_SENT || down->cause == BGP_DOWN_RECEIVED)
		snprintf(text, BGP_ERROR_TEXT_MAX, "%s %.480s", causes[down->cause],
		    bgp_error_text(&down->error, error));
	else if (down->cause == BGP_DOWN_UNREACHABLE && down->error.reason[0])
		snprintf(text, BGP_ERROR_TEXT_MAX, "%s: %s", causes[down->cause],
		    down->error.reason);
	else
		snprintf(text, BGP_ERROR_TEXT_MAX, "%s", causes[down->cause]);
	return text;
}

struct bgp_session_config
bgp_session_config_default(void)
{
	return (struct bgp_session_config){
		.hold_s = 90,
		.send_hold_ms = 480000,
		.listen = true,
		.connect_timeout_ms = 30000,
		.unanswered = "no answer",
		.retry_min_ms = 1000,
		.retry_max_ms = 60000,
		.offer = {
			.refresh = true,
			.enhanced_refresh = true,
			.extended_message = true,
			.as4 = true,
		},
	};
}

void
bgp_session_init(struct bgp_session *session, const struct bgp_session_config *config)
{
	assert(config->local_as && config->local_id);
	assert(config->hold_s != 1 && config->hold_s != 2);
	assert(config->dial || config->listen);
	*session = (struct bgp_session){
		.config = *config,
		.retry_at = BGP_NEVER,
		.idle_until = BGP_NEVER,
		/* zero would stay zero for ever */
		.random = config->seed ? config->seed : 88172645463325252ull,
	};
	for (size_t id = 0; id < BGP_CONNS; id++) {
		session->conns[id].hold_at = BGP_NEVER;
		session->conns[id].keepalive_at = BGP_NEVER;
		session->conns[id].send_at = BGP_NEVER;
	}
}

void
bgp_session_set_restarting(struct bgp_session *session, bool restarting)
{
	struct bgp_graceful *graceful = &session->config.offer.graceful;

	graceful->restarting = graceful->offered && restarting;
}

void
bgp_session_disown(struct bgp_session *session)
{
	session->config.offer.graceful.forwarding = 0;
	session->config.offer.long_lived.forwarding = 0;
}

bool
bgp_session_established(const struct bgp_session *session, enum bgp_conn_id *retconn)
{
	for (enum bgp_conn_id id = 0; id < BGP_CONNS; id++)
		if (session->conns[id].state == BGP_ESTABLISHED) {
			*retconn = id;
			return true;
		}
	return false;
}

/* True if there is no connection and none is being dialled. */
static bool
is_alone(const struct bgp_session *session)
{
	return session->conns[BGP_CONN_OUT].state == BGP_IDLE &&
	       session->conns[BGP_CONN_IN].state == BGP_IDLE;
}

enum bgp_state
bgp_session_state(const struct bgp_session *session)
{
	enum bgp_state out = session->conns[BGP_CONN_OUT].state;
	enum bgp_state in = session->conns[BGP_CONN_IN].state;

	if (is_alone(session))
		return session->started && session->idle_until == BGP_NEVER ? BGP_ACTIVE
									    : BGP_IDLE;
	return out > in ? out : in;
}

/* Dials if it is time to and the peer has not come first. */
static void
dial_when_due(const struct occasion *o)
{
	struct bgp_session *session = o->session;
	struct bgp_conn *conn = &session->conns[BGP_CONN_OUT];

	if (o->now_ms < session->retry_at || !is_alone(session))
		return;
	session->retry_at = BGP_NEVER;
	conn->state = BGP_CONNECT;
	conn->hold_at = o->now_ms + session->config.connect_timeout_ms;
	bgp_conn_act(o->actions, BGP_ACTION_CONNECT, BGP_CONN_OUT);
}

static void
on_start(const struct occasion *o)
{
	struct bgp_session *session = o->session;

	if (session->started)
		return;
	session->started = true;
	session->retry_at = session->config.dial ? o->now_ms : BGP_NEVER;
	dial_when_due(o);
}

static void
on_stop(const struct occasion *o)
{
	struct bgp_session *session = o->session;
	const struct bgp_error *error = o->event->error;

	for (enum bgp_conn_id id = 0; id < BGP_CONNS; id++)
		if (session->conns[id].state != BGP_IDLE)
			bgp_conn_end(session, id,
			    error ? BGP_DOWN_SENT : BGP_DOWN_STOPPED, error,
			    BGP_BLAME_NOBODY, o->now_ms, o->actions);
	session->started = false;
	session->failures = session->unopened = 0;
	session->retry_at = BGP_NEVER;
	session->idle_until = BGP_NEVER;
}

/* Makes way for a new incoming connection. False if the present one is to stay. */
static bool
make_way(const struct occasion *o)
{
	struct bgp_session *session = o->session;
	enum bgp_conn_id id;

	if (!bgp_session_established(session, &id)) {
		if (session->conns[BGP_CONN_IN].state != BGP_IDLE)
			bgp_conn_end(session, BGP_CONN_IN, BGP_DOWN_REPLACED, NULL,
			    BGP_BLAME_NOBODY, o->now_ms, o->actions);
		return true;
	}
	if (!session->negotiated.graceful.offered)
		return false;
	bgp_conn_end(session, id, BGP_DOWN_REPLACED, NULL, BGP_BLAME_NOBODY, o->now_ms,
	    o->actions);
	return true;
}

static void
on_incoming(const struct occasion *o)
{
	struct bgp_session *session = o->session;

	if (!session->started || !session->config.listen ||
	    session->idle_until != BGP_NEVER || !make_way(o)) {
		bgp_conn_reject(session, o->actions);
		return;
	}
	bgp_conn_act(o->actions, BGP_ACTION_ACCEPT, BGP_CONN_IN);
	bgp_conn_open(session, BGP_CONN_IN, o->now_ms, o->actions);
}

static void
on_connected(const struct occasion *o)
{
	if (o->session->conns[BGP_CONN_OUT].state == BGP_CONNECT)
		bgp_conn_open(o->session, BGP_CONN_OUT, o->now_ms, o->actions);
}

static void
on_connect_failed(const struct occasion *o)
{
	if (o->session->conns[BGP_CONN_OUT].state == BGP_CONNECT)
		bgp_conn_end(o->session, BGP_CONN_OUT, BGP_DOWN_UNREACHABLE,
		    o->event->error, BGP_BLAME_NOBODY, o->now_ms, o->actions);
}

static void
on_closed(const struct occasion *o)
{
	if (o->session->conns[o->event->conn].state != BGP_IDLE)
		bgp_conn_end(o->session, o->event->conn, BGP_DOWN_CLOSED, NULL,
		    BGP_BLAME_NOBODY, o->now_ms, o->actions);
}

/* When the patience with the peer of a connection ends. */
static uint64_t
hold_deadline(const struct bgp_session *session, const struct bgp_conn *conn)
{
	return session->paused && conn->state == BGP_ESTABLISHED ? BGP_NEVER
								 : conn->hold_at;
}

static void
on_hold_expired(const struct occasion *o, enum bgp_conn_id id)
{
	struct bgp_error error;

	if (o->session->conns[id].state == BGP_CONNECT) {
		bgp_error_set(
		    &error, 0, 0, NULL, 0, "%s", o->session->config.unanswered);
		bgp_conn_end(o->session, id, BGP_DOWN_UNREACHABLE, &error,
		    BGP_BLAME_NOBODY, o->now_ms, o->actions);
		return;
	}
	bgp_error_set(&error, BGP_ERROR_HOLD, 0, NULL, 0, "%s", "");
	bgp_conn_end(o->session, id, BGP_DOWN_SENT, &error, BGP_BLAME_NOBODY, o->now_ms,
	    o->actions);
}

/* A peer that does not read: what we say would not reach it in time. */
static void
on_send_hold_expired(const struct occasion *o, enum bgp_conn_id id)
{
	struct bgp_error error;

	bgp_error_set(&error, BGP_ERROR_SEND_HOLD, 0, NULL, 0, "%s", "");
	bgp_conn_end(o->session, id, BGP_DOWN_SENT, &error, BGP_BLAME_NOBODY, o->now_ms,
	    o->actions);
}

static void
on_timer(const struct occasion *o)
{
	struct bgp_session *session = o->session;

	for (enum bgp_conn_id id = 0; id < BGP_CONNS; id++) {
		struct bgp_conn *conn = &session->conns[id];

		if (o->now_ms >= hold_deadline(session, conn))
			on_hold_expired(o, id);
		else if (o->now_ms >= conn->send_at)
			on_send_hold_expired(o, id);
		else if (o->now_ms >= conn->keepalive_at)
			bgp_conn_keepalive(session, id, o->now_ms, o->actions);
	}
	dial_when_due(o);
}

static void
on_error(const struct occasion *o)
{
	enum bgp_conn_id id;

	if (!bgp_session_established(o->session, &id))
		return;
	bgp_conn_refuse(o->session, id, o->event->error, o->now_ms, o->actions);
	bgp_conn_hold_off(o->session, o->now_ms + o->event->pause_ms);
}

static void
on_refresh(const struct occasion *o)
{
	const struct bgp_event *event = o->event;
	const struct bgp_negotiated *negotiated = &o->session->negotiated;
	enum bgp_conn_id id;

	if (!bgp_session_established(o->session, &id) || !negotiated->refresh ||
	    !(negotiated->families & BGP_FAMILY_BIT(event->family)) ||
	    (event->subtype != BGP_REFRESH_REQUEST && !negotiated->enhanced_refresh))
		return;
	bgp_conn_refresh(o->session, id, event->family, event->subtype, o->actions);
}

void
bgp_session_step(struct bgp_session *session, const struct bgp_event *event,
    uint64_t now_ms, struct bgp_actions *retactions)
{
	static void (*const on[])(const struct occasion *o) = {
		[BGP_EVENT_START] = on_start,
		[BGP_EVENT_STOP] = on_stop,
		[BGP_EVENT_INCOMING] = on_incoming,
		[BGP_EVENT_CONNECTED] = on_connected,
		[BGP_EVENT_CONNECT_FAILED] = on_connect_failed,
		[BGP_EVENT_CLOSED] = on_closed,
		[BGP_EVENT_TIMER] = on_timer,
		[BGP_EVENT_ERROR] = on_error,
		[BGP_EVENT_REFRESH] = on_refresh,
	};
	const struct occasion occasion = { session, event, now_ms, retactions };

	bgp_conn_begin(session, retactions);
	if (now_ms >= session->idle_until)
		session->idle_until = BGP_NEVER;
	on[event->type](&occasion);
}

void
bgp_session_pause(struct bgp_session *session, bool paused, uint64_t now_ms)
{
	enum bgp_conn_id id;

	if (!bgp_session_established(session, &id))
		return;
	if (session->paused && !paused && session->negotiated.hold_s)
		session->conns[id].hold_at = now_ms +
					     session->negotiated.hold_s * 1000ull;
	session->paused = paused;
}

void
bgp_session_progress(struct bgp_session *session, enum bgp_conn_id conn_id,
    bool waiting, uint64_t now_ms)
{
	struct bgp_conn *conn = &session->conns[conn_id];
	uint64_t hold_ms = conn->negotiated.hold_s * 2000ull;

	if (hold_ms < session->config.send_hold_ms)
		hold_ms = session->config.send_hold_ms;
	conn->send_at = waiting ? now_ms + hold_ms : BGP_NEVER;
}

void
bgp_session_set_patience(struct bgp_session *session, uint32_t send_hold_ms,
    uint32_t retry_min_ms, uint32_t retry_max_ms)
{
	session->config.send_hold_ms = send_hold_ms;
	session->config.retry_min_ms = retry_min_ms;
	session->config.retry_max_ms = retry_max_ms;
}

void
bgp_session_count_updates(struct bgp_session *session, uint64_t count)
{
	session->sent[BGP_UPDATE] += count;
}

uint64_t
bgp_session_retry_at(const struct bgp_session *session)
{
	return is_alone(session) ? session->retry_at : BGP_NEVER;
}

static uint64_t
earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

uint64_t
bgp_session_deadline(const struct bgp_session *session)
{
	uint64_t at = session->idle_until;

	for (size_t id = 0; id < BGP_CONNS; id++) {
		const struct bgp_conn *conn = &session->conns[id];

		at = earlier(at, hold_deadline(session, conn));
		at = earlier(at, conn->keepalive_at);
		at = earlier(at, conn->send_at);
	}
	return earlier(at, bgp_session_retry_at(session));
}
