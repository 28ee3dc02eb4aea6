/*
 * Two sessions and the network between them in memory, with one virtual clock: bytes
 * arrive in pieces of any size, things happen in any order, and connections break if
 * they are told to. Chance decides, or a script as long as it lasts. Whatever happens,
 * the sessions must keep to their contract. Shared by the tests and the fuzzer of what
 * two speakers do to each other.
 */
#ifndef TESTS_BGP_SESSION_PAIR_H
#define TESTS_BGP_SESSION_PAIR_H

#include "tests/unit/bgp/session_links.h"
#include "tests/unit/bgp/session_watch.h"

static inline void net_step(struct net *net, int s, const struct bgp_event *event);

/* The other end of the connection `conn` took something, or nothing since now. */
static inline void
net_progress_sent(struct net *net, int s, enum bgp_conn_id conn, bool taken)
{
	struct link *link = &net->links[net->sides[s].link[conn]];
	bool waiting = link->queued[!s] || link->cut || link->end[!s] == END_LOST;

	if (!taken && link->waiting_ms[s])
		return;
	link->waiting_ms[s] = waiting ? net->now_ms : 0;
	bgp_session_progress(&net->sides[s].session, conn, waiting, net->now_ms);
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
			/* what goes before a close is the kernel's affair */
			if (side->session.conns[action->conn].state != BGP_IDLE)
				net_progress_sent(net, s, action->conn, false);
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

/* The slot that link `i` has at side `s`; false if it has none there. */
static inline bool
net_slot(const struct net *net, int s, int i, enum bgp_conn_id *retslot)
{
	for (enum bgp_conn_id slot = 0; slot < BGP_CONNS; slot++)
		if (net->sides[s].link[slot] == i) {
			*retslot = slot;
			return true;
		}
	return false;
}

/* Some of the bytes under way arrive, and the session takes what it can. */
static inline void
net_arrive(struct net *net, int s, int i)
{
	struct link *link = &net->links[i];
	size_t len = 1 + net_random(net, (unsigned)link->queued[s]);
	enum bgp_conn_id slot, sender;
	bool open = net_slot(net, s, i, &slot);
	struct bgp_actions actions;
	size_t taken;

	assert(open && link->arrived[s] + len <= QUEUE);
	memcpy(link->input[s] + link->arrived[s], link->queue[s], len);
	link->arrived[s] += len;
	link->queued[s] -= len;
	memmove(link->queue[s], link->queue[s] + len, link->queued[s]);
	if (net_slot(net, !s, i, &sender))
		net_progress_sent(net, !s, sender, true);
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
	enum bgp_conn_id slot;
	bool open;

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
		open = net_slot(net, s, i, &slot);
		assert(open);
		net_step(net, s,
		    &(struct bgp_event){ .type = BGP_EVENT_CLOSED, .conn = slot });
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
