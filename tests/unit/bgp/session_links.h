/*
 * The connections between the two sessions of session_pair.h: who has which end open,
 * and the bytes under way.
 */
#ifndef TESTS_BGP_SESSION_LINKS_H
#define TESTS_BGP_SESSION_LINKS_H

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
	unsigned heard[SIDES];      /* types of messages taken, a bit each */
	uint64_t heard_ms[SIDES];   /* the last of them, or the beginning */
	uint64_t waiting_ms[SIDES]; /* since when the other takes nothing; 0: it does */
	int yielded[SIDES]; /* 1 + the link in whose favour the side closes it */
	bool cut;           /* what is sent is lost, and nobody notices */
	bool broken;        /* reset: both ends will learn */
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

#endif
