/*
 * Who judges what a policy did: a RIB and a set of installed routes of its own, which
 * know nothing of the engine's books. It is told of every change, in order.
 *
 * A packet is right if it meets the forwarding key that the RIB wants for it: the key
 * of the longest installed match, or where there is none that of the fallback. It is a
 * hit if an installed route matches, and misforwarded if that has another key.
 */
#ifndef SRC_SIM_JUDGE_H
#define SRC_SIM_JUDGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/prefix.h"
#include "rib/rib.h"
#include "rib/trie.h"

struct fwkeys;

/* A route of the RIB. */
struct sim_route {
	struct prefix prefix;
	uint32_t key; /* 0: it is gone */
};

struct sim_judge {
	struct fwkeys *keys;          /* borrowed; a reference for each route */
	struct trie routes[FAMILIES]; /* to indices of `list` */
	struct sim_route *list;       /* the first is no route */
	size_t len, cap;
	uint32_t free;                   /* gone routes, linked by `key` */
	uint32_t fallback[FAMILIES];     /* keys */
	bool fixed[FAMILIES];            /* whatever the default route says */
	struct trie installed[FAMILIES]; /* to keys */
};

void sim_judge_init(struct sim_judge *judge, struct fwkeys *keys);
void sim_judge_fini(struct sim_judge *judge);

/* What a packet meets that nothing installed matches; to be said before all routes. */
void sim_judge_fallback(struct sim_judge *judge, enum family family,
    enum rib_fallback fallback, const struct addr *nexthop);

/* The RIB's route to `prefix` has this key now; 0: there is none any longer. */
void sim_judge_route(
    struct sim_judge *judge, const struct prefix *prefix, uint32_t key);

/* The same of the installed route. Returns false if nothing changed by it. */
bool sim_judge_install(
    struct sim_judge *judge, const struct prefix *prefix, uint32_t key);

struct sim_verdict {
	uint32_t route; /* index of the RIB's route, 0: it has none */
	bool right, hit;
};

/* Judges `n` packets, as things stand. */
void sim_judge_packets(const struct sim_judge *judge, const struct rib_packet *packets,
    size_t n, struct sim_verdict *retverdicts);

/* True if no address in `prefix` has an installed route that is not right. */
bool sim_judge_is_safe(const struct sim_judge *judge, const struct prefix *prefix);

#endif
