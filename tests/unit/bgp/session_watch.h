/*
 * What a session must keep to, as the network of session_pair.h sees it from outside:
 * the contract of bgp/session.h and of RFC 4271. What is wrong aborts.
 */
#ifndef TESTS_BGP_SESSION_WATCH_H
#define TESTS_BGP_SESSION_WATCH_H

#include "tests/unit/bgp/session_links.h"

/* Of two connections that both know all about, one side must not keep the other's. */
static inline void
net_check_collision(struct net *net, int s, enum bgp_conn_id conn)
{
	const struct side *side = &net->sides[s];
	int lost = side->link[conn], kept = side->link[!conn];

	if (side->session.conns[!conn].state != BGP_OPENCONFIRM)
		return; /* it came first, and who is up does not ask */
	net->links[lost].yielded[s] = kept + 1;
	assert(net->falsified || net->links[kept].yielded[!s] != lost + 1);
}

/* What goes out is one message; that the peer was silent for too long must be true. */
static inline void
net_check_sent(struct net *net, int s, const struct bgp_action *action)
{
	const struct bgp_session *session = &net->sides[s].session;
	const struct bgp_conn *conn = &session->conns[action->conn];
	const struct link *link = &net->links[net->sides[s].link[action->conn]];
	uint64_t patience_ms = BGP_OPEN_HOLD_MS, waiting_ms = link->waiting_ms[s];
	struct bgp_frame frame;
	struct bgp_error error;

	assert(bgp_message_frame(action->bytes, action->len, BGP_MESSAGE_MAX, &frame,
		   &error) == BGP_FRAME_WHOLE);
	assert(frame.len == action->len);
	if (frame.type != BGP_NOTIFICATION)
		return;
	if (frame.body[0] == BGP_ERROR_CEASE && frame.body[1] == BGP_CEASE_COLLISION)
		net_check_collision(net, s, action->conn);
	if (frame.body[0] == BGP_ERROR_SEND_HOLD)
		assert(waiting_ms &&
		       net->now_ms - waiting_ms >= session->config.send_hold_ms);
	if (frame.body[0] != BGP_ERROR_HOLD)
		return;
	if (link->heard[s] & 1u << BGP_OPEN && conn->negotiated.hold_s)
		patience_ms = conn->negotiated.hold_s * 1000ull;
	assert(net->now_ms - link->heard_ms[s] >= patience_ms);
}

/* Up and down take turns, and nobody is up who did not hear OPEN and KEEPALIVE. */
static inline void
net_turn(struct net *net, int s, const struct bgp_action *action)
{
	struct side *side = &net->sides[s];
	unsigned needed = 1u << BGP_OPEN | 1u << BGP_KEEPALIVE;

	assert(side->up == (action->type == BGP_ACTION_DOWN));
	side->up = !side->up;
	if (!side->up) {
		side->downs++;
		return;
	}
	side->ups++;
	assert(side->link[action->conn] != -1);
	assert((net->links[side->link[action->conn]].heard[s] & needed) == needed);
}

/* What must hold whenever a session has said what to do and that was done. */
static inline void
net_check(const struct net *net, int s)
{
	const struct side *side = &net->sides[s];
	const struct bgp_session *session = &side->session;
	enum bgp_conn_id conn;

	assert(bgp_session_established(session, &conn) == side->up);
	for (size_t id = 0; id < BGP_CONNS; id++) {
		enum bgp_state state = session->conns[id].state;

		assert((state == BGP_IDLE) == (side->link[id] == -1));
		/* whoever waits for the peer waits with an end */
		if (state != BGP_IDLE && state != BGP_ESTABLISHED)
			assert(session->conns[id].hold_at != BGP_NEVER);
	}
	/* Established is one connection, and the only one */
	if (side->up)
		assert(side->link[conn] != -1 && side->link[!conn] == -1);
	if (!session->started)
		assert(bgp_session_state(session) == BGP_IDLE &&
		       bgp_session_deadline(session) == BGP_NEVER);
}

/* While it is up, nobody is silent for longer than agreed. */
static inline void
net_check_hold(const struct net *net, int s)
{
	const struct side *side = &net->sides[s];
	const struct bgp_session *session = &side->session;
	enum bgp_conn_id conn;

	if (bgp_session_established(session, &conn) && session->negotiated.hold_s &&
	    !session->paused)
		assert(net->now_ms - net->links[side->link[conn]].heard_ms[s] <
		       session->negotiated.hold_s * 1000ull);
}

#endif
