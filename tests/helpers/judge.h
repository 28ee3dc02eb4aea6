/*
 * The judge of route selection: what the RIB and what a few installed routes make of
 * the same packet, as two keys at the nodes of a plain binary trie.
 *
 * It shares no code with what it judges. A key stands for a set of next hops. The rules
 * are those of selection: an installed route never sends a packet elsewhere than the
 * RIB would (safety), and there are never more of them than the capacity.
 */
#ifndef HELPERS_JUDGE_H
#define HELPERS_JUDGE_H

#include <stddef.h>
#include <stdint.h>

#include "base/prefix.h"

#define JUDGE_NONE (-1)   /* no route */
#define JUDGE_HOPS_MAX 64 /* next hops of a key */
#define JUDGE_KEYS_MAX INT16_MAX

struct judge_node {
	uint32_t child[2]; /* 0: none */
	int16_t rib, installed;
};

struct judge_family {
	struct judge_node *nodes; /* the first is the root */
	size_t count, cap;
	size_t capacity, installed, highest;
};

struct judge_key {
	struct addr *hops; /* in order */
	size_t count;
};

struct judge {
	struct judge_family family[FAMILIES];
	struct judge_key *keys;
	size_t keys_count, keys_cap;
	struct prefix *touched; /* since judge_settle() */
	size_t touched_count, touched_cap;
	size_t unsafe_events; /* each sent packets astray that went right before it */
	size_t unsafe_states; /* instants that left packets astray */
	size_t over_events;   /* announcements beyond the capacity */
};

enum judge_verdict {
	JUDGE_BY_ROUTE,   /* right, by an installed route */
	JUDGE_BY_DEFAULT, /* right, by the default route */
	JUDGE_MISSED,     /* the default route sends it elsewhere than the RIB would */
	JUDGE_ASTRAY,     /* an installed route does */
	JUDGE_NO_ROUTE,   /* nor has the RIB a route, so nothing could be right */
};

void judge_init(struct judge *judge, const size_t capacity[FAMILIES]);
void judge_fini(struct judge *judge);

/* The key of a set of 1 to JUDGE_HOPS_MAX next hops, in any order. */
int judge_key(struct judge *judge, const struct addr *hops, size_t count);

/* The key of `key` and one more next hop. */
int judge_key_join(struct judge *judge, int key, const struct addr *hop);

/* The RIB's route for a prefix is now `key`, or JUDGE_NONE; returns what it was. */
int judge_route(struct judge *judge, const struct prefix *prefix, int key);

/* An announcement, or with JUDGE_NONE a withdrawal, of an installed route. */
void judge_event(struct judge *judge, const struct prefix *prefix, int key);

/* The same without counting what lies astray before the instant is over. */
void judge_event_unordered(struct judge *judge, const struct prefix *prefix, int key);

/* An instant is over: what changed in it must be safe now. */
void judge_settle(struct judge *judge);

/* Places where installed routes send packets astray, in the whole of both tries. */
size_t judge_astray(const struct judge *judge);

/* What becomes of a packet. The default route is that of the RIB. */
enum judge_verdict judge_packet(const struct judge *judge, const struct addr *to);

/* The node of a prefix, made if need be; and of the longest match in the RIB. */
uint32_t judge_node(struct judge *judge, const struct prefix *prefix);
uint32_t judge_match(const struct judge *judge, const struct addr *to);

#endif
