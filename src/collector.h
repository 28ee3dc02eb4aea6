/*
 * Where sFlow comes in: UDP sockets, read in batches. A datagram of a configured agent
 * is entered in the books of sflow/agent.h, and its samples in the RIB of the router
 * that the agent belongs to; anything else is counted.
 */
#ifndef SRC_COLLECTOR_H
#define SRC_COLLECTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config.h"
#include "sflow/agent.h"

struct collector;
struct event_base;
struct record_datagram;
struct router;

struct collector_stats {
	uint64_t datagrams, bytes;
	uint64_t unknown_agents;       /* datagrams of agents that are nobody's */
	uint64_t faults[SFLOW_FAULTS]; /* datagrams that are no sFlow 5, by reason */
	uint64_t lost;                 /* dropped by the kernel: our buffer was full */
};

struct collector_owner {
	/* Says whose an agent is; NULL: nobody's. */
	struct router *(*find)(void *arg, const struct addr *agent);
	/* Hears of each datagram of somebody's agent, without its time in `us`. */
	void (*heard)(void *arg, const struct router *router,
	    const struct record_datagram *datagram, double now_s);
	void *arg;
};

struct collector *collector_new(
    struct event_base *base, const struct collector_owner *owner);
void collector_free(struct collector *collector);

/*
 * Opens the sockets of the configuration in place of those open. Must be called again
 * whenever agents may have changed hands. False with a sentence in `reterr`.
 */
bool collector_apply(struct collector *collector, const struct config_sflow *config,
    char *reterr, size_t size);

const struct collector_stats *collector_stats(const struct collector *collector);

/* The books; `user` of an agent is its struct router, or NULL. */
const struct sflow_agents *collector_agents(const struct collector *collector);

#endif
