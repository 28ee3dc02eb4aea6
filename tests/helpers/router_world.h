/*
 * A router between two neighbors on loopback: the RIB at 127.0.0.2 tells it routes, the
 * target at 127.0.0.3 is told what it chose. What is waited for and does not come
 * within the patience of rig_wait() fails the test, with a word of what it was.
 */
#ifndef HELPERS_ROUTER_WORLD_H
#define HELPERS_ROUTER_WORLD_H

#include <stddef.h>

#include "helpers/rig.h"
#include "helpers/speaker.h"
#include "rib/rib.h"

/* The section of such a router, or with other neighbors, for rig_reload(). */
#define WORLD_ROUTER(neighbors)                                       \
	"router \"r\" { as = 65000; router-id = 10.0.0.1; " neighbors \
	"ipv4 { capacity = 100 } ipv6 { capacity = 100 } }"
#define WORLD_RIB(options)                                       \
	"rib \"in\" { neighbor = 127.0.0.2; local = 127.0.0.1; " \
	"port = @port; " options " } "
#define WORLD_TARGET(options)                                        \
	"target \"out\" { neighbor = 127.0.0.3; local = 127.0.0.1; " \
	"port = @port; " options " } "

struct world {
	struct rig rig;
	struct speaker rib, target;
};

/* Starts the daemon as rig_start_in() does; nobody dials yet. */
void world_start(struct world *w, const char *routers, const char *state);
void world_stop(struct world *w);

/* The same for cmocka: *state is a world, without options but a stale time of 1 s. */
int world_setup(void **state);
int world_teardown(void **state);

struct router *world_router(const struct world *w);
struct rib_status world_status(const struct world *w, enum family family);

/* One of the two dials, without or with waiting until its session is up. */
void world_dial(struct world *w, struct speaker *speaker);
void world_bring_up(struct world *w, struct speaker *speaker);

/* The RIB says End-of-RIB for both families. */
void world_end_of_ribs(struct world *w);

/*
 * Both come up, and the RIB tells seven routes: 198.51.0.0/16 hides two more-specifics
 * of another next hop, and traffic goes to all of them; 203.0.113.0/24 forwards like
 * the default route; 2001:db8:1::/48 does not.
 */
void world_learn(struct world *w);

/* The same, then the tables end, and what is worth it is installed. */
void world_install(struct world *w);

/* So many routes of both families are in the RIB. */
size_t world_learned(const struct world *w);
void world_wait_learned(struct world *w, size_t routes);

/* The target holds the prefix, or no longer. */
void world_wait_has(struct world *w, const char *prefix);
void world_wait_has_not(struct world *w, const char *prefix);

/* The target holds paths by these next hops, as speaker_hops() writes them. */
void world_wait_hops(struct world *w, const char *prefix, const char *hops);

/* The target's session is up and it heard End-of-RIB for each family of it. */
void world_wait_ended(struct world *w);

/* One of the two heard so many words of ROUTE-REFRESH. */
void world_wait_refreshed(struct world *w, const struct speaker *speaker, size_t n);

#endif
