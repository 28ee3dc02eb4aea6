/*
 * Two sessions and the network between them in memory, with one virtual clock: nothing
 * is lost, but bytes arrive in pieces of any size and things happen in any order. For
 * the tests of what two speakers do to each other. Included after cmocka.h.
 */
#ifndef TESTS_BGP_SESSION_PAIR_H
#define TESTS_BGP_SESSION_PAIR_H

#include <stdlib.h>
#include <string.h>

#include "bgp/session.h"

#define SIDES 2
#define LINKS 64
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
};

struct side {
	struct bgp_session session;
	int link[BGP_CONNS]; /* -1: none */
	int arriving;        /* the link of an incoming connection being judged */
	bool frozen;         /* neither hears nor sees time pass */
	bool deaf;           /* nobody listens: dialling it fails */
	bool reckless;       /* refuses every UPDATE */
	unsigned ups, downs, dials, updates;
	uint64_t last_dial_ms, longest_pause_ms;
};

struct net {
	uint64_t now_ms;
	uint64_t random;
	struct side sides[SIDES];
	struct link links[LINKS];
	unsigned links_used; /* the first of them */
};

static inline unsigned
net_random(struct net *net, unsigned below)
{
	net->random = net->random * 6364136223846793005ull + 1442695040888963407ull;
	return (unsigned)(net->random >> 33) % below;
}

static inline void net_step(struct net *net, int s, const struct bgp_event *event);

static inline int
net_new_link(struct net *net, int dialler)
{
	for (int i = 0; i < LINKS; i++) {
		struct link *link = &net->links[i];

		if (link->used && (link->end[0] < END_LOST || link->end[1] < END_LOST))
			continue;
		memset(link, 0, sizeof *link);
		link->used = true;
		if (net->links_used <= (unsigned)i)
			net->links_used = (unsigned)i + 1;
		link->dialler = dialler;
		link->end[dialler] = END_DIALLING;
		link->end[!dialler] = END_ARRIVING;
		return i;
	}
	fail_msg("too many connections");
	return -1;
}

static inline void
net_send(struct net *net, int s, int i, const uint8_t *bytes, size_t len)
{
	struct link *link = &net->links[i];

	if (link->end[!s] >= END_LOST)
		return;
	assert_true(link->queued[!s] + len <= QUEUE);
	memcpy(link->queue[!s] + link->queued[!s], bytes, len);
	link->queued[!s] += len;
}

static inline void
net_dial(struct net *net, int s)
{
	struct side *side = &net->sides[s];
	uint64_t pause_ms = net->now_ms - side->last_dial_ms;

	assert_int_equal(side->link[BGP_CONN_OUT], -1);
	side->link[BGP_CONN_OUT] = net_new_link(net, s);
	if (side->dials++ && pause_ms > side->longest_pause_ms)
		side->longest_pause_ms = pause_ms;
	side->last_dial_ms = net->now_ms;
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
			assert_int_equal(*link, -1);
			*link = side->arriving;
			net->links[*link].end[s] = END_OPEN;
			break;
		case BGP_ACTION_REJECT:
			net_send(net, s, side->arriving, action->bytes, action->len);
			net->links[side->arriving].end[s] = END_CLOSED;
			break;
		case BGP_ACTION_SEND:
			assert_int_not_equal(*link, -1);
			net_send(net, s, *link, action->bytes, action->len);
			break;
		case BGP_ACTION_CLOSE:
			assert_int_not_equal(*link, -1);
			net->links[*link].end[s] = END_CLOSED;
			*link = -1;
			break;
		case BGP_ACTION_UP:
			side->ups++;
			break;
		case BGP_ACTION_DOWN:
			side->downs++;
			break;
		case BGP_ACTION_UPDATE:
			side->updates++;
			if (side->reckless)
				net_step(net, s,
				    &(struct bgp_event){ .type = BGP_EVENT_ERROR,
					.error = &(struct bgp_error){
					    .code = 3, .subcode = 1 } });
			break;
		case BGP_ACTION_REFRESH:
			break;
		}
	}
	/* Established is one connection, and the only one */
	if (bgp_session_state(&side->session) == BGP_ESTABLISHED)
		assert_int_not_equal(
		    side->link[BGP_CONN_OUT] == -1, side->link[BGP_CONN_IN] == -1);
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

	assert_true(bgp_session_established(&side->session, &conn));
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

	memcpy(link->input[s] + link->arrived[s], link->queue[s], len);
	link->arrived[s] += len;
	link->queued[s] -= len;
	memmove(link->queue[s], link->queue[s] + len, link->queued[s]);
	do {
		taken = bgp_session_receive(&net->sides[s].session, slot,
		    link->input[s], link->arrived[s], net->now_ms, &actions);
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
		if (side->deaf || link->end[!s] == END_CLOSED) {
			link->end[s] = END_CLOSED;
			return true;
		}
		side->arriving = i;
		net_happen(net, s, BGP_EVENT_INCOMING);
		return true;
	case END_DIALLING:
		if (link->end[!s] == END_ARRIVING)
			return false;
		if (link->end[!s] == END_CLOSED && !link->queued[s]) {
			net_happen(net, s, BGP_EVENT_CONNECT_FAILED);
			return true;
		}
		link->end[s] = END_OPEN;
		net_happen(net, s, BGP_EVENT_CONNECTED);
		return true;
	case END_OPEN:
		if (link->queued[s]) {
			net_arrive(net, s, i);
			return true;
		}
		if (link->end[!s] != END_CLOSED)
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
		/* a deadline that was served lies in the future */
		assert_true(bgp_session_deadline(session) > net->now_ms);
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

	assert_non_null(net);
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
