#include "bgp/session_conn.h"

#include <assert.h>
#include <string.h>

#define BACKOFF_DOUBLINGS_MAX 16

void
bgp_conn_begin(struct bgp_session *session, struct bgp_actions *actions)
{
	actions->count = 0;
	session->out_len = 0;
}

struct bgp_action *
bgp_conn_act(
    struct bgp_actions *actions, enum bgp_action_type type, enum bgp_conn_id id)
{
	struct bgp_action *action = &actions->list[actions->count++];

	assert(actions->count <= BGP_ACTIONS_MAX);
	*action = (struct bgp_action){ .type = (uint8_t)type, .conn = (uint8_t)id };
	return action;
}

/* xorshift64 */
static uint64_t
next_random(struct bgp_session *session)
{
	uint64_t x = session->random;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	return session->random = x;
}

uint64_t
bgp_conn_jitter(struct bgp_session *session, uint64_t ms)
{
	return ms - next_random(session) % (ms / 4 + 1);
}

/* A writer into what is left of the session's buffer. */
static struct wr
begin_out(struct bgp_session *session)
{
	struct wr wr;

	wr_init(&wr, session->out + session->out_len,
	    sizeof session->out - session->out_len);
	return wr;
}

/* Makes an action of the message written. */
static void
end_out(struct bgp_session *session, const struct wr *wr, enum bgp_action_type type,
    enum bgp_conn_id id, struct bgp_actions *actions)
{
	struct bgp_action *action = bgp_conn_act(actions, type, id);

	assert(!wr->full);
	action->bytes = wr->bytes;
	action->len = wr->len;
	session->out_len += wr->len;
}

void
bgp_conn_open(struct bgp_session *session, enum bgp_conn_id id, uint64_t now_ms,
    struct bgp_actions *actions)
{
	const struct bgp_session_config *config = &session->config;
	struct bgp_conn *conn = &session->conns[id];
	struct wr wr = begin_out(session);

	conn->state = BGP_OPENSENT;
	conn->confirmed = false;
	conn->hold_at = now_ms + BGP_OPEN_HOLD_MS;
	conn->keepalive_at = BGP_NEVER;
	conn->ours = (struct bgp_open){
		.as = config->local_as,
		.id = config->local_id,
		.hold_s = config->hold_s,
		.caps = config->offer,
	};
	bgp_open_encode(&wr, &conn->ours);
	end_out(session, &wr, BGP_ACTION_SEND, id, actions);
	session->sent[BGP_OPEN]++;
}

void
bgp_conn_keepalive(struct bgp_session *session, enum bgp_conn_id id, uint64_t now_ms,
    struct bgp_actions *actions)
{
	struct bgp_conn *conn = &session->conns[id];
	uint64_t interval_ms = conn->negotiated.keepalive_s * 1000ull;
	struct wr wr = begin_out(session);

	conn->keepalive_at = interval_ms
				 ? now_ms + bgp_conn_jitter(session, interval_ms)
				 : BGP_NEVER;
	conn->confirmed = true;
	bgp_keepalive_encode(&wr);
	end_out(session, &wr, BGP_ACTION_SEND, id, actions);
	session->sent[BGP_KEEPALIVE]++;
}

void
bgp_conn_refresh(struct bgp_session *session, enum bgp_conn_id id, enum family family,
    enum bgp_refresh_subtype subtype, struct bgp_actions *actions)
{
	struct wr wr = begin_out(session);

	bgp_refresh_encode(&wr, family, subtype);
	end_out(session, &wr, BGP_ACTION_SEND, id, actions);
	session->sent[BGP_REFRESH]++;
}

static void
send_notification(struct bgp_session *session, enum bgp_conn_id id,
    const struct bgp_error *error, struct bgp_actions *actions)
{
	struct wr wr = begin_out(session);

	bgp_notification_encode(&wr, error);
	end_out(session, &wr, BGP_ACTION_SEND, id, actions);
	session->sent[BGP_NOTIFICATION]++;
	session->last_sent = *error;
}

void
bgp_conn_reject(struct bgp_session *session, struct bgp_actions *actions)
{
	struct wr wr = begin_out(session);
	struct bgp_error error;

	bgp_error_cease(&error, BGP_CEASE_REJECTED, NULL);
	bgp_notification_encode(&wr, &error);
	end_out(session, &wr, BGP_ACTION_REJECT, BGP_CONN_IN, actions);
	session->refused++;
}

static void
close_conn(
    struct bgp_session *session, enum bgp_conn_id id, struct bgp_actions *actions)
{
	struct bgp_conn *conn = &session->conns[id];

	bgp_conn_act(actions, BGP_ACTION_CLOSE, id);
	conn->state = BGP_IDLE;
	conn->hold_at = BGP_NEVER;
	conn->keepalive_at = BGP_NEVER;
	conn->send_at = BGP_NEVER;
}

void
bgp_conn_yield(
    struct bgp_session *session, enum bgp_conn_id id, struct bgp_actions *actions)
{
	struct bgp_error error;

	if (session->conns[id].state == BGP_IDLE)
		return;
	if (session->conns[id].state >= BGP_OPENSENT) {
		bgp_error_cease(&error, BGP_CEASE_COLLISION, NULL);
		send_notification(session, id, &error, actions);
	}
	close_conn(session, id, actions);
}

/*
 * Where both let routes outlive a NOTIFICATION, a Cease must go as a Hard Reset to mean
 * what it says: RFC 8538 section 3.1 wraps its code, subcode and data.
 */
static struct bgp_error
harden(const struct bgp_conn *conn, const struct bgp_error *error)
{
	uint8_t data[BGP_ERROR_DATA_MAX];
	struct bgp_error hard;
	struct wr wr;

	if (conn->state != BGP_ESTABLISHED || !conn->negotiated.graceful.notification ||
	    error->code != BGP_ERROR_CEASE || error->subcode == BGP_CEASE_HARD_RESET)
		return *error;
	wr_init(&wr, data, sizeof data);
	wr_u8(&wr, error->code);
	wr_u8(&wr, error->subcode);
	wr_bytes(&wr, error->data, error->len);
	bgp_error_set(&hard, BGP_ERROR_CEASE, BGP_CEASE_HARD_RESET, data, wr.len, "%s",
	    error->reason);
	return hard;
}

/* Whether the peer's routes outlive this end of the session. */
static bool
keeps_routes(const struct bgp_graceful *graceful, const struct bgp_down *down)
{
	if (!graceful->families)
		return false;
	switch (down->cause) {
	case BGP_DOWN_NEVER_UP:
	case BGP_DOWN_STOPPED:
	case BGP_DOWN_UNREACHABLE:
		return false;
	case BGP_DOWN_CLOSED:
	case BGP_DOWN_REPLACED:
		return true;
	case BGP_DOWN_SENT:
	case BGP_DOWN_RECEIVED:
		return graceful->notification &&
		       !(down->error.code == BGP_ERROR_CEASE &&
			   down->error.subcode == BGP_CEASE_HARD_RESET);
	}
	return false;
}

/* Waits before anything is tried again, longer each time. */
static void
pause_retry(struct bgp_session *session, enum bgp_blame blame, uint64_t now_ms)
{
	const struct bgp_session_config *config = &session->config;
	unsigned doublings = session->failures < BACKOFF_DOUBLINGS_MAX
				 ? session->failures
				 : BACKOFF_DOUBLINGS_MAX;
	uint64_t pause_ms = (uint64_t)config->retry_min_ms << doublings;
	uint64_t until;

	if (pause_ms > config->retry_max_ms)
		pause_ms = config->retry_max_ms;
	until = now_ms + bgp_conn_jitter(session, pause_ms);
	session->failures++;
	session->retry_at = config->dial ? until : BGP_NEVER;
	session->idle_until = blame == BGP_BLAME_PEER ? until : BGP_NEVER;
}

void
bgp_conn_hold_off(struct bgp_session *session, uint64_t until_ms)
{
	if (session->retry_at < until_ms)
		session->retry_at = until_ms;
	if (session->idle_until == BGP_NEVER || session->idle_until < until_ms)
		session->idle_until = until_ms;
}

/* The Established session is no more. */
static void
go_down(struct bgp_session *session, enum bgp_conn_id id, const struct bgp_down *down,
    struct bgp_actions *actions)
{
	session->down = *down;
	session->down.graceful = keeps_routes(&session->negotiated.graceful, down);
	session->flaps++;
	session->paused = false;
	/* what held this long did not fail at once; who did not read, did not hold */
	if (down->at_ms - session->established_ms >= session->config.retry_max_ms &&
	    (down->cause != BGP_DOWN_SENT || down->error.code != BGP_ERROR_SEND_HOLD))
		session->failures = 0;
	bgp_conn_act(actions, BGP_ACTION_DOWN, id);
}

void
bgp_conn_end(struct bgp_session *session, enum bgp_conn_id id,
    enum bgp_down_cause cause, const struct bgp_error *error, enum bgp_blame blame,
    uint64_t now_ms, struct bgp_actions *actions)
{
	struct bgp_down down = { .cause = cause, .at_ms = now_ms };
	struct bgp_conn *conn = &session->conns[id];
	bool was_up = conn->state == BGP_ESTABLISHED;

	if (cause == BGP_DOWN_SENT) {
		down.error = harden(conn, error);
		if (conn->state >= BGP_OPENSENT)
			send_notification(session, id, &down.error, actions);
	} else if (error)
		down.error = *error;
	close_conn(session, id, actions);
	session->ended = down;
	session->undialled += cause == BGP_DOWN_UNREACHABLE;
	if (was_up)
		go_down(session, id, &down, actions);
	else if (id == BGP_CONN_IN && ++session->unopened >= BGP_IDLE_HOLD_AFTER)
		blame = BGP_BLAME_PEER;
	if (session->conns[!id].state == BGP_IDLE)
		pause_retry(session, blame, now_ms);
}

void
bgp_conn_refuse(struct bgp_session *session, enum bgp_conn_id id,
    const struct bgp_error *error, uint64_t now_ms, struct bgp_actions *actions)
{
	bgp_conn_end(
	    session, id, BGP_DOWN_SENT, error, BGP_BLAME_PEER, now_ms, actions);
}
