/*
 * Two sessions on a bad day. The input configures both sides (two bytes each), then is
 * a script: orders to the network and to the users, each with what it draws from the
 * bytes behind it. Connections are delayed, cut into pieces, falsified, reset and
 * forgotten; sides stop, stall and die. tests/unit/bgp/session_pair.h watches every
 * step. In the end the network is as good as new, and then sides that can agree must
 * come together over one connection and stay so.
 */
#include "tests/unit/bgp/session_pair.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

#define ORDERS_MAX 300
#define SECOND 1000ull
#define PEACE_MS (40 * SECOND) /* longer than any hold time */
/* The longest wait is that for an OPEN on a connection that is dead, 240 s. */
#define RECOVERIES 10 /* times peace */

enum order {
	ORDER_PROGRESS, /* the commonest: half of all numbers are this */
	ORDER_RUN,
	ORDER_DEADLINE,
	ORDER_WAIT,
	ORDER_START,
	ORDER_STOP,
	ORDER_UPDATE,
	ORDER_REFRESH,
	ORDER_ERROR,
	ORDER_PAUSE,
	ORDER_FREEZE,
	ORDER_DEAFEN,
	ORDER_REINCARNATE,
	ORDER_FALSIFY,
	ORDER_CUT,
	ORDER_RESET,
	ORDERS,
};

static struct bgp_session_config
make_config(struct rd *rd, int s)
{
	static const uint16_t holds[] = { 30, 12, 9, 0 };
	struct bgp_session_config config = bgp_session_config_default();
	unsigned options = rd_u8(rd);
	unsigned offer = rd_u8(rd);

	config.dial = options & 1;
	config.listen = !config.dial || options & 2;
	config.hold_s = holds[options >> 2 & 3];
	/* iBGP, or eBGP with one identifier for both */
	config.local_as = s && options & 16 ? 65001 : 65136;
	config.local_id = 100 + (s && !(options & 16));
	config.connect_timeout_ms = 5000;
	config.retry_max_ms = 8000;
	config.send_hold_ms = options & 32 ? 10000 : 60000;
	config.offer.families = offer & 1 ? 1 : offer & 2 ? 2 : 3;
	config.offer.extended_message = offer & 4;
	config.offer.enhanced_refresh = offer & 8;
	config.offer.as4 = offer & 16;
	config.offer.graceful = (struct bgp_graceful){ .offered = offer & 32,
		.restarting = true,
		.notification = offer & 64,
		.time_s = 120,
		.families = config.offer.families };
	config.offer.add_path_send = config.offer.add_path_receive = offer & 128 ? 3
										 : 0;
	return config;
}

/* A connection that is open or about to be, as the script chooses; NULL if none is. */
static struct link *
pick_link(struct net *net)
{
	unsigned first = net->links_used ? net_random(net, net->links_used) : 0;

	for (unsigned k = 0; k < net->links_used; k++) {
		struct link *link = &net->links[(first + k) % net->links_used];

		if (link->used && (link->end[0] < END_LOST || link->end[1] < END_LOST))
			return link;
	}
	return NULL;
}

static void
break_link(struct link *link)
{
	link->broken = true;
	link->queued[0] = link->queued[1] = 0;
}

/* What the network does to a connection. */
static void
harm_link(struct net *net, enum order order)
{
	struct link *link = pick_link(net);
	unsigned s = net_random(net, SIDES), at;

	if (!link)
		return;
	if (order == ORDER_CUT) {
		link->cut = true;
		link->queued[0] = link->queued[1] = 0;
	} else if (order == ORDER_RESET) {
		break_link(link);
	} else if (link->queued[s]) {
		at = net_random(net, (unsigned)link->queued[s]);
		link->queue[s][at] ^= (uint8_t)(1 + net_random(net, 255));
		net->falsified = true;
	}
}

/* True if side `s` is up and what it sends does not pile up. */
static bool
may_send(const struct net *net, int s)
{
	enum bgp_conn_id conn;

	return bgp_session_established(&net->sides[s].session, &conn) &&
	       net->links[net->sides[s].link[conn]].queued[!s] < QUEUE / 4;
}

static void
stop(struct net *net, int s)
{
	struct bgp_event event = { .type = BGP_EVENT_STOP };
	struct bgp_error error;
	unsigned subcode = net_random(net, 10);

	bgp_error_cease(&error, subcode, "maintenance");
	if (subcode)
		event.error = &error;
	net_step(net, s, &event);
}

static void
refresh(struct net *net, int s)
{
	struct bgp_event event = { .type = BGP_EVENT_REFRESH,
		.family = net_random(net, FAMILIES),
		.subtype = net_random(net, 3) };

	if (may_send(net, s))
		net_step(net, s, &event);
}

static void
blame(struct net *net, int s)
{
	struct bgp_error error;

	bgp_error_set(&error, BGP_ERROR_UPDATE, BGP_UPDATE_MALFORMED_LIST, NULL, 0,
	    "%s", "script");
	net_step(
	    net, s, &(struct bgp_event){ .type = BGP_EVENT_ERROR, .error = &error });
}

/* Time without a script: chance decides what happens in it. */
static void
run(struct net *net, uint64_t ms)
{
	struct rd script = net->script;

	rd_init(&net->script, NULL, 0);
	net_run(net, net->now_ms + ms);
	net->script = script;
}

/* Orders that concern one side. */
static void
obey_user(struct net *net, enum order order)
{
	int s = (int)net_random(net, SIDES);
	struct side *side = &net->sides[s];

	switch (order) {
	case ORDER_START:
		net_happen(net, s, BGP_EVENT_START);
		break;
	case ORDER_STOP:
		stop(net, s);
		break;
	case ORDER_UPDATE:
		if (may_send(net, s))
			net_update(net, s);
		break;
	case ORDER_REFRESH:
		refresh(net, s);
		break;
	case ORDER_ERROR:
		blame(net, s);
		break;
	case ORDER_PAUSE:
		net_pause(net, s, !side->session.paused);
		break;
	case ORDER_FREEZE:
		side->frozen = !side->frozen;
		break;
	case ORDER_DEAFEN:
		side->deaf = !side->deaf;
		break;
	default:
		net_reincarnate(net, s);
		break;
	}
}

static void
obey(struct net *net, unsigned order)
{
	uint64_t next_ms;

	switch (order) {
	case ORDER_RUN:
		net_pause(net, 0, false);
		net_pause(net, 1, false);
		run(net, 10ull << net_random(net, 12));
		break;
	case ORDER_DEADLINE:
		next_ms = net_timers(net);
		if (next_ms != BGP_NEVER)
			net->now_ms = next_ms;
		net_timers(net);
		break;
	case ORDER_WAIT:
		net->now_ms += 1ull << net_random(net, 18);
		net_timers(net);
		break;
	case ORDER_FALSIFY:
	case ORDER_CUT:
	case ORDER_RESET:
		harm_link(net, order);
		break;
	default:
		if (order > ORDER_PROGRESS && order < ORDERS)
			obey_user(net, order);
		else
			net_something(net);
		break;
	}
}

/* All is well again. Without hold times only a reset tells of what was lost before. */
static void
mend(struct net *net)
{
	bool timeless = !net->sides[0].session.config.hold_s ||
			!net->sides[1].session.config.hold_s;

	for (unsigned i = 0; i < net->links_used; i++) {
		struct link *link = &net->links[i];

		if (timeless &&
		    (link->cut || link->end[0] == END_LOST || link->end[1] == END_LOST))
			break_link(link);
	}
	for (int s = 0; s < SIDES; s++) {
		net->sides[s].frozen = net->sides[s].deaf = false;
		net_pause(net, s, false);
		net_happen(net, s, BGP_EVENT_START);
	}
}

static bool
can_meet(const struct bgp_session_config *a, const struct bgp_session_config *b)
{
	return a->offer.families & b->offer.families &&
	       ((a->dial && b->listen) || (b->dial && a->listen));
}

/* What two sides that met agree on must be one thing. */
static void
check_agreement(const struct net *net)
{
	const struct bgp_negotiated *a = &net->sides[0].session.negotiated;
	const struct bgp_negotiated *b = &net->sides[1].session.negotiated;

	assert(a->hold_s == b->hold_s && a->families == b->families);
	assert(a->as4 == b->as4 && a->internal == b->internal);
	assert(a->add_path_send == b->add_path_receive);
	assert(a->enhanced_refresh == b->enhanced_refresh);
	assert(a->graceful.offered == b->graceful.offered);
}

/* A time in which all stays as it is: up, over one connection. */
static bool
is_peace(struct net *net)
{
	unsigned ups = net->sides[0].ups + net->sides[1].ups;

	net_run(net, net->now_ms + PEACE_MS);
	return net_both_up(net) && net_links(net) == 1 &&
	       net->sides[0].ups + net->sides[1].ups == ups;
}

static void
check_end(struct net *net)
{
	const struct side *sides = net->sides;
	uint64_t mended_ms = net->now_ms;
	unsigned tries = 0;

	mend(net);
	if (!can_meet(&sides[0].session.config, &sides[1].session.config)) {
		assert(!is_peace(net));
		return;
	}
	while (!is_peace(net))
		assert(++tries < RECOVERIES);
	/* OPENs from before may have been falsified */
	if (sides[0].session.established_ms > mended_ms + BGP_OPEN_HOLD_MS &&
	    sides[1].session.established_ms > mended_ms + BGP_OPEN_HOLD_MS)
		check_agreement(net);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct bgp_session_config a, b;
	struct net *net;
	struct rd rd;

	rd_init(&rd, bytes, len);
	a = make_config(&rd, 0);
	b = make_config(&rd, 1);
	net = net_new(&a, &b, 1);
	net->script = rd;
	net_start(net);
	for (unsigned i = 0; i < ORDERS_MAX && rd_left(&net->script); i++)
		obey(net, net_random(net, 2 * ORDERS));
	rd_init(&net->script, NULL, 0);
	check_end(net);
	free(net);
	return 0;
}
