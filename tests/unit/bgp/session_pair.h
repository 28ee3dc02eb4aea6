/*
 * Two sessions and the network between them in memory, with one virtual clock: bytes
 * arrive in pieces of any size, things happen in any order, and connections break if
 * they are told to. Chance decides, or a script as long as it lasts. Whatever happens,
 * the sessions must keep to their contract. Shared by the tests and the fuzzer of what
 * two speakers do to each other.
 */
#ifndef TESTS_BGP_SESSION_PAIR_H
#define TESTS_BGP_SESSION_PAIR_H

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "bgp/session.h"
#include "bgp/session_conn.h"

#define SIDES 2
#define LINKS 16
#define QUEUE 8192

/* What one end of a connection knows of it; LOST: it died, and the other waits. */
enum end { END_DIALLING, END_ARRIVING, END_OPEN, END_LOST, END_CLOSED };

/* A connection, dialled by side `dialler`; indices are sides. */
struct link {
	bool used;
	int dialler;
	enum end end[SIDES];
	uint8_t queue[SIDES][QUEUE]; /* bytes under way to the side */
	size_t queued[SIDES];
	uint8_t input[SIDES][QUEUE]; /* arrived and not yet taken */
	size_t arrived[SIDES];
	unsigned heard[SIDES];    /* types of messages taken, a bit each */
	uint64_t heard_ms[SIDES]; /* the last of them, or the beginning */
	int yielded[SIDES];       /* 1 + the link in whose favour the side closes it */
	bool cut;                 /* what is sent is lost, and nobody notices */
	bool broken;              /* reset: both ends will learn */
};

struct side {
	struct bgp_session session;
	int link[BGP_CONNS]; /* -1: none */
	int arriving;        /* the link of an incoming connection being judged */
	bool frozen;         /* neither hears nor sees time pass */
	bool deaf;           /* nobody listens: dialling it fails */
	bool reckless;       /* refuses every UPDATE */
	bool up;
	unsigned ups, downs, dials, updates;
	uint64_t last_dial_ms, longest_pause_ms;
};

struct net {
	uint64_t now_ms;
	uint64_t random;
	struct rd script; /* what is drawn before chance is asked */
	bool falsified;   /* bytes were: the sides may have heard of different peers */
	struct side sides[SIDES];
	struct link links[LINKS];
	unsigned links_used; /* the first of them */
};

static inline unsigned
net_random(struct net *net, unsigned below)
{
	if (rd_left(&net->script))
		return (below > 256 ? rd_u16(&net->script) : rd_u8(&net->script)) %
		       below;
	net->random = net->random * 6364136223846793005ull + 1442695040888963407ull;
	return (unsigned)(net->random >> 33) % below;
}

static inline void net_step(struct net *net, int s, const struct bgp_event *event);

/* True if nobody will miss the connection; with `forget` also if nobody took it. */
static inline bool
net_is_free(const struct link *link, bool forget)
{
	enum end dialled = link->end[link->dialler], other = link->end[!link->dialler];

	return !link->used ||
	       (dialled >= END_LOST &&
		   (other >= END_LOST || (forget && other == END_ARRIVING)));
}

static inline int
net_new_link(struct net *net, int dialler)
{
	struct link *link;
	int i = 0;

	while (i < LINKS && !net_is_free(&net->links[i], false))
		i++;
	if (i == LINKS)
		for (i = 0; i < LINKS && !net_is_free(&net->links[i], true); i++)
			continue;
	assert(i < LINKS);
	link = &net->links[i];
	memset(link, 0, sizeof *link);
	link->used = true;
	if (net->links_used <= (unsigned)i)
		net->links_used = (unsigned)i + 1;
	link->dialler = dialler;
	link->end[dialler] = END_DIALLING;
	link->end[!dialler] = END_ARRIVING;
	return i;
}

static inline void
net_send(struct net *net, int s, int i, const uint8_t *bytes, size_t len)
{
	struct link *link = &net->links[i];

	if (link->end[!s] >= END_LOST || link->cut || link->broken)
		return;
	assert(link->queued[!s] + len <= QUEUE);
	memcpy(link->queue[!s] + link->queued[!s], bytes, len);
	link->queued[!s] += len;
}

static inline void
net_dial(struct net *net, int s)
{
	struct side *side = &net->sides[s];
	uint64_t pause_ms = net->now_ms - side->last_dial_ms;

	assert(side->link[BGP_CONN_OUT] == -1);
	side->link[BGP_CONN_OUT] = net_new_link(net, s);
	if (side->dials++ && pause_ms > side->longest_pause_ms)
		side->longest_pause_ms = pause_ms;
	side->last_dial_ms = net->now_ms;
}

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
	uint64_t patience_ms = BGP_OPEN_HOLD_MS;
	struct bgp_frame frame;
	struct bgp_error error;

	assert(bgp_message_frame(action->bytes, action->len, BGP_MESSAGE_MAX, &frame,
		   &error) == BGP_FRAME_WHOLE);
	assert(frame.len == action->len);
	if (frame.type != BGP_NOTIFICATION)
		return;
	if (frame.body[0] == BGP_ERROR_CEASE && frame.body[1] == BGP_CEASE_COLLISION)
		net_check_collision(net, s, action->conn);
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

/* Performs what the session of side `s` asks for. */
static inline void
net_perform(struct net *net, int s, const struct bgp_actions *actions)
{
	struct side *side = &net->sides[s];

	for (size_t i = 0; i < actions->count; i++) {
		const struct bgp_action *action = &actions->list[i];
		int *link = &side->link[action->conn];

		switch ((enum bgp_action_type)action->type) {
		case BGP_ACTION_CONNECT:
			net_dial(net, s);
			break;
		case BGP_ACTION_ACCEPT:
			assert(*link == -1);
			*link = side->arriving;
			net->links[*link].end[s] = END_OPEN;
			net->links[*link].heard_ms[s] = net->now_ms;
			break;
		case BGP_ACTION_REJECT:
			net_send(net, s, side->arriving, action->bytes, action->len);
			net->links[side->arriving].end[s] = END_CLOSED;
			break;
		case BGP_ACTION_SEND:
			assert(*link != -1);
			net_check_sent(net, s, action);
			net_send(net, s, *link, action->bytes, action->len);
			break;
		case BGP_ACTION_CLOSE:
			assert(*link != -1);
			net->links[*link].end[s] = END_CLOSED;
			*link = -1;
			break;
		case BGP_ACTION_UP:
		case BGP_ACTION_DOWN:
			net_turn(net, s, action);
			break;
		case BGP_ACTION_UPDATE:
			assert(side->up && *link != -1);
			side->updates++;
			if (side->reckless)
				net_step(net, s,
				    &(struct bgp_event){ .type = BGP_EVENT_ERROR,
					.error = &(struct bgp_error){
					    .code = 3, .subcode = 1 } });
			break;
		case BGP_ACTION_REFRESH:
			assert(side->up && *link != -1);
			break;
		}
	}
	net_check(net, s);
}

static inline void
net_step(struct net *net, int s, const struct bgp_event *event)
{
	struct bgp_actions actions;

	bgp_session_step(&net->sides[s].session, event, net->now_ms, &actions);
	net_perform(net, s, &actions);
}

static inline void
net_happen(struct net *net, int s, enum bgp_event_type type)
{
	net_step(net, s, &(struct bgp_event){ .type = type });
}

/* Sends an UPDATE without routes from side `s`, which is Established. */
static inline void
net_update(struct net *net, int s)
{
	struct side *side = &net->sides[s];
	enum bgp_conn_id conn;
	uint8_t out[23];
	struct wr wr;

	assert(bgp_session_established(&side->session, &conn));
	wr_init(&wr, out, sizeof out);
	bgp_message_begin(&wr, BGP_UPDATE);
	wr_u32(&wr, 0);
	bgp_message_end(&wr, 0);
	net_send(net, s, side->link[conn], out, wr.len);
	bgp_session_count_updates(&side->session, 1);
}

/* The slot that link `i` has at side `s`. */
static inline enum bgp_conn_id
net_slot(const struct net *net, int s, int i)
{
	return net->sides[s].link[BGP_CONN_OUT] == i ? BGP_CONN_OUT : BGP_CONN_IN;
}

/* Some of the bytes under way arrive, and the session takes what it can. */
static inline void
net_arrive(struct net *net, int s, int i)
{
	struct link *link = &net->links[i];
	size_t len = 1 + net_random(net, (unsigned)link->queued[s]);
	enum bgp_conn_id slot = net_slot(net, s, i);
	struct bgp_actions actions;
	size_t taken;

	assert(link->arrived[s] + len <= QUEUE);
	memcpy(link->input[s] + link->arrived[s], link->queue[s], len);
	link->arrived[s] += len;
	link->queued[s] -= len;
	memmove(link->queue[s], link->queue[s] + len, link->queued[s]);
	do {
		taken = bgp_session_receive(&net->sides[s].session, slot,
		    link->input[s], link->arrived[s], net->now_ms, &actions);
		assert(taken <= link->arrived[s]);
		if (taken) {
			link->heard[s] |= 1u << link->input[s][BGP_HEADER_LEN - 1];
			link->heard_ms[s] = net->now_ms;
		}
		net_perform(net, s, &actions);
		link->arrived[s] -= taken;
		memmove(link->input[s], link->input[s] + taken, link->arrived[s]);
	} while (taken);
}

/* Lets one thing happen at side `s` on link `i`, if there is one. */
static inline bool
net_progress(struct net *net, int s, int i)
{
	struct link *link = &net->links[i];
	struct side *side = &net->sides[s];

	if (!link->used || side->frozen)
		return false;
	switch (link->end[s]) {
	case END_LOST:
	case END_CLOSED:
		return false;
	case END_ARRIVING:
		if (side->deaf || link->broken ||
		    (link->end[!s] == END_CLOSED && !link->queued[s])) {
			link->end[s] = END_CLOSED;
			return true;
		}
		side->arriving = i;
		net_happen(net, s, BGP_EVENT_INCOMING);
		return true;
	case END_DIALLING:
		/* the other side's kernel may accept before it does */
		if (link->end[!s] == END_ARRIVING && !link->broken &&
		    (net->sides[!s].frozen || net->sides[!s].deaf || link->cut ||
			net_random(net, 2)))
			return false;
		if (link->broken || (link->end[!s] == END_CLOSED && !link->queued[s])) {
			net_happen(net, s, BGP_EVENT_CONNECT_FAILED);
			return true;
		}
		link->end[s] = END_OPEN;
		link->heard_ms[s] = net->now_ms;
		net_happen(net, s, BGP_EVENT_CONNECTED);
		return true;
	case END_OPEN:
		if (link->queued[s]) {
			net_arrive(net, s, i);
			return true;
		}
		if (link->end[!s] != END_CLOSED && !link->broken)
			return false;
		net_step(net, s,
		    &(struct bgp_event){
			.type = BGP_EVENT_CLOSED, .conn = net_slot(net, s, i) });
		return true;
	}
	return false;
}

/* Lets something happen anywhere; false if all is quiet. */
static inline bool
net_something(struct net *net)
{
	unsigned places = net->links_used * SIDES;
	unsigned first = places ? net_random(net, places) : 0;

	for (unsigned k = 0; k < places; k++) {
		unsigned at = (first + k) % places;

		if (net_progress(net, (int)(at % SIDES), (int)(at / SIDES)))
			return true;
	}
	return false;
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

/* Lets side `s` read no longer, or again. */
static inline void
net_pause(struct net *net, int s, bool paused)
{
	struct side *side = &net->sides[s];
	enum bgp_conn_id conn;

	if (bgp_session_established(&side->session, &conn) && side->session.paused)
		net->links[side->link[conn]].heard_ms[s] = net->now_ms;
	bgp_session_pause(&side->session, paused, net->now_ms);
}

/* Serves the timers that are due. Returns when the next one is. */
static inline uint64_t
net_timers(struct net *net)
{
	uint64_t next_ms = BGP_NEVER;

	for (int s = 0; s < SIDES; s++) {
		struct bgp_session *session = &net->sides[s].session;

		if (net->sides[s].frozen)
			continue;
		if (bgp_session_deadline(session) <= net->now_ms)
			net_happen(net, s, BGP_EVENT_TIMER);
		net_check_hold(net, s);
		/* a deadline that was served lies in the future */
		assert(bgp_session_deadline(session) > net->now_ms);
		if (bgp_session_deadline(session) < next_ms)
			next_ms = bgp_session_deadline(session);
	}
	return next_ms;
}

/* Runs until `until_ms`. Things take 0 to 2 ms, timers go off when they are due. */
static inline void
net_run(struct net *net, uint64_t until_ms)
{
	while (net->now_ms < until_ms) {
		uint64_t next_ms = net_timers(net);

		if (net_something(net))
			net->now_ms += net_random(net, 3);
		else
			net->now_ms = next_ms < until_ms ? next_ms : until_ms;
	}
}

/* Two sides with their configurations, not yet started. The caller frees. */
static inline struct net *
net_new(const struct bgp_session_config *a, const struct bgp_session_config *b,
    uint64_t seed)
{
	struct net *net = calloc(1, sizeof *net);

	assert(net);
	net->random = seed;
	net->now_ms = 1000;
	for (int s = 0; s < SIDES; s++) {
		struct bgp_session_config config = s ? *b : *a;

		config.seed = seed * 2 + (uint64_t)s + 1;
		bgp_session_init(&net->sides[s].session, &config);
		net->sides[s].link[0] = net->sides[s].link[1] = -1;
	}
	return net;
}

static inline void
net_start(struct net *net)
{
	for (int s = 0; s < SIDES; s++)
		net_happen(net, s, BGP_EVENT_START);
}

static inline bool
net_both_up(const struct net *net)
{
	return bgp_session_state(&net->sides[0].session) == BGP_ESTABLISHED &&
	       bgp_session_state(&net->sides[1].session) == BGP_ESTABLISHED;
}

/* Side `s` dies without a word and comes back with nothing; the other sees nothing. */
static inline void
net_reincarnate(struct net *net, int s)
{
	struct side *side = &net->sides[s];
	struct bgp_session_config config = side->session.config;

	for (int slot = 0; slot < BGP_CONNS; slot++) {
		if (side->link[slot] != -1)
			net->links[side->link[slot]].end[s] = END_LOST;
		side->link[slot] = -1;
	}
	side->up = false;
	bgp_session_init(&side->session, &config);
	net_happen(net, s, BGP_EVENT_START);
}

/* Connections of which an end is not closed. */
static inline unsigned
net_links(const struct net *net)
{
	unsigned count = 0;

	for (int i = 0; i < LINKS; i++)
		count += net->links[i].used && (net->links[i].end[0] < END_LOST ||
						   net->links[i].end[1] < END_LOST);
	return count;
}

#endif
