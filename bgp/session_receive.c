#include "bgp/session.h"

#include <assert.h>

#include "bgp/session_conn.h"

/* A message on its way through the state machine. */
struct receipt {
	struct bgp_session *session;
	enum bgp_conn_id id;
	const struct bgp_frame *frame;
	uint64_t now_ms;
	struct bgp_actions *actions;
};

static struct bgp_conn *
conn_of(const struct receipt *r)
{
	return &r->session->conns[r->id];
}

static void
refuse(const struct receipt *r, const struct bgp_error *error)
{
	bgp_conn_refuse(r->session, r->id, error, r->now_ms, r->actions);
}

/* Hears the peer: its hold time starts anew, or never runs out if it is zero. */
static void
restart_hold(struct bgp_conn *conn, uint64_t now_ms)
{
	uint64_t hold_ms = conn->negotiated.hold_s * 1000ull;

	conn->hold_at = hold_ms ? now_ms + hold_ms : BGP_NEVER;
}

enum bgp_conn_id
bgp_collision_winner(const struct bgp_open *ours, uint32_t peer_id, uint32_t peer_as)
{
	if (ours->id != peer_id)
		return ours->id < peer_id ? BGP_CONN_IN : BGP_CONN_OUT;
	return ours->as < peer_as ? BGP_CONN_IN : BGP_CONN_OUT;
}

/* True if this connection goes on, without a rival that has come as far. */
static bool
survives_collision(const struct receipt *r)
{
	const struct bgp_conn *conn = conn_of(r);
	enum bgp_conn_id rival = !r->id, winner;

	if (r->session->conns[rival].state != BGP_OPENCONFIRM)
		return true;
	winner = bgp_collision_winner(
	    &conn->ours, conn->negotiated.peer_id, conn->negotiated.peer_as);
	bgp_conn_yield(r->session, !winner, r->actions);
	return winner == r->id;
}

static void
take_open(const struct receipt *r)
{
	struct bgp_conn *conn = conn_of(r);
	struct bgp_error error;
	struct bgp_open open;

	if (!bgp_open_decode(r->frame->body, r->frame->body_len, &open, &error) ||
	    !bgp_negotiate(&conn->ours, &open, r->session->config.peer_as,
		&conn->negotiated, &error)) {
		refuse(r, &error);
		return;
	}
	if (!survives_collision(r))
		return;
	conn->theirs = open;
	conn->state = BGP_OPENCONFIRM;
	restart_hold(conn, r->now_ms);
	if (!conn->negotiated.hold_s)
		conn->hold_at = r->now_ms + BGP_OPEN_HOLD_MS;
	if (r->session->config.confirm_last)
		conn->keepalive_at = r->now_ms + BGP_CONFIRM_MS;
	else
		bgp_conn_keepalive(r->session, r->id, r->now_ms, r->actions);
}

/* The KEEPALIVE that confirms our OPEN. */
static void
take_confirmation(const struct receipt *r)
{
	struct bgp_session *session = r->session;
	struct bgp_capabilities *offer = &session->config.offer;
	struct bgp_conn *conn = conn_of(r);

	bgp_conn_yield(session, !r->id, r->actions);
	if (!conn->confirmed)
		bgp_conn_keepalive(session, r->id, r->now_ms, r->actions);
	conn->state = BGP_ESTABLISHED;
	restart_hold(conn, r->now_ms);
	session->negotiated = conn->negotiated;
	session->established_ms = r->now_ms;
	session->unopened = 0;
	offer->graceful.forwarding = offer->graceful.families;
	offer->long_lived.forwarding = offer->long_lived.families;
	bgp_conn_act(r->actions, BGP_ACTION_UP, r->id);
}

static void
take_keepalive(const struct receipt *r)
{
	restart_hold(conn_of(r), r->now_ms);
}

static void
take_update(const struct receipt *r)
{
	struct bgp_action *action = bgp_conn_act(r->actions, BGP_ACTION_UPDATE, r->id);

	action->bytes = r->frame->body;
	action->len = r->frame->body_len;
	restart_hold(conn_of(r), r->now_ms);
}

static void
take_notification(const struct receipt *r)
{
	struct bgp_session *session = r->session;

	/* the frame is known to hold code and subcode */
	if (bgp_notification_decode(
		r->frame->body, r->frame->body_len, &session->last_received))
		bgp_conn_end(session, r->id, BGP_DOWN_RECEIVED, &session->last_received,
		    BGP_BLAME_NOBODY, r->now_ms, r->actions);
}

/* Families not agreed on and unknown subtypes are ignored: RFC 2918, RFC 7313 5. */
static void
take_refresh(const struct receipt *r)
{
	const struct bgp_negotiated *negotiated = &r->session->negotiated;
	struct bgp_refresh refresh;
	struct bgp_action *action;
	struct bgp_error error;
	enum family family;

	restart_hold(conn_of(r), r->now_ms);
	if (!bgp_refresh_decode(r->frame->body, r->frame->body_len,
		negotiated->enhanced_refresh, &refresh, &error)) {
		refuse(r, &error);
		return;
	}
	if (!bgp_family(refresh.afi, refresh.safi, &family) ||
	    !(negotiated->families & BGP_FAMILY_BIT(family)) ||
	    refresh.subtype > BGP_REFRESH_END)
		return;
	action = bgp_conn_act(r->actions, BGP_ACTION_REFRESH, r->id);
	action->family = (uint8_t)family;
	action->subtype = refresh.subtype;
}

/* RFC 6608: the subcodes are those of the states, the data is the type. */
static void
take_unexpected(const struct receipt *r)
{
	struct bgp_error error;
	enum bgp_state state = conn_of(r)->state;

	bgp_error_set(&error, BGP_ERROR_FSM, state - BGP_OPENSENT + BGP_FSM_OPENSENT,
	    &r->frame->type, 1, "%s", bgp_message_name(r->frame->type));
	refuse(r, &error);
}

/* What to do with a message in a state; where nothing stands it must not come. */
static void (*const take[][BGP_MESSAGE_TYPES])(const struct receipt *r) = {
	[BGP_OPENSENT] = {
		[BGP_OPEN] = take_open,
		[BGP_NOTIFICATION] = take_notification,
	},
	[BGP_OPENCONFIRM] = {
		[BGP_NOTIFICATION] = take_notification,
		[BGP_KEEPALIVE] = take_confirmation,
	},
	[BGP_ESTABLISHED] = {
		[BGP_UPDATE] = take_update,
		[BGP_NOTIFICATION] = take_notification,
		[BGP_KEEPALIVE] = take_keepalive,
		[BGP_REFRESH] = take_refresh,
	},
};

/* The longest message we take: who has seen our offer may use it. RFC 8654 4 */
static size_t
receive_max(const struct bgp_conn *conn)
{
	return conn->ours.caps.extended_message ? BGP_MESSAGE_EXTENDED_MAX
						: BGP_MESSAGE_MAX;
}

size_t
bgp_session_receive(struct bgp_session *session, enum bgp_conn_id conn_id,
    const uint8_t *bytes, size_t len, uint64_t now_ms, struct bgp_actions *retactions)
{
	struct bgp_conn *conn = &session->conns[conn_id];
	struct bgp_frame frame;
	struct receipt receipt = { session, conn_id, &frame, now_ms, retactions };
	struct bgp_error error;

	bgp_conn_begin(session, retactions);
	if (conn->state < BGP_OPENSENT)
		return 0;
	switch (bgp_message_frame(bytes, len, receive_max(conn), &frame, &error)) {
	case BGP_FRAME_PARTIAL:
		return 0;
	case BGP_FRAME_BAD:
		refuse(&receipt, &error);
		return 0;
	case BGP_FRAME_WHOLE:
		break;
	}
	session->received[frame.type]++;
	if (take[conn->state][frame.type])
		take[conn->state][frame.type](&receipt);
	else
		take_unexpected(&receipt);
	return conn->state == BGP_IDLE ? 0 : frame.len;
}
