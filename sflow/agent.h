/*
 * Books on the agents that send us sFlow: what came, what was lost on the way or inside
 * the agent, what could not be read; for each sub-agent and each of its data sources.
 *
 * What a remote can make grow is bounded: beyond the limits given at init, sub-agents
 * and sources are counted and not kept. Nothing is ever forgotten before fini.
 *
 *	agent = sflow_agents_datagram(agents, &datagram, now_ms);
 *	if (!agent)
 *		return;
 *	while (sflow_next(&reader, &sample))
 *		sflow_agent_sample(agent, &sample, now_ms);
 *	sflow_agent_fault(agent, reader.fault);
 */
#ifndef SFLOW_AGENT_H
#define SFLOW_AGENT_H

#include <stddef.h>
#include <stdint.h>

#include "base/prefix.h"
#include "sflow/sequence.h"
#include "sflow/sflow.h"

/* Books on a data source of a sub-agent. */
struct sflow_source_books {
	struct sflow_source source;
	struct sflow_sequence sequence; /* of flow samples; faulty ones are lost */
	uint64_t samples;               /* flow samples */
	uint64_t drops;                 /* flow samples lost inside the agent */
	uint64_t rate_changes;
	uint64_t seen_ms;       /* last flow sample */
	uint32_t sampling_rate; /* now */
	uint32_t last_drops;    /* private: the agent's counter */
	uint32_t life;          /* private: of the agent, when last seen */
};

/* Books on a sub-agent. */
struct sflow_agent {
	struct addr address;
	uint32_t sub_agent;
	struct sflow_sequence sequence; /* of datagrams */
	enum sflow_step step;           /* of the last: a DUPLICATE counted already */
	uint64_t datagrams;
	uint64_t flows, counters, discards, others; /* samples by kind, faulty apart */
	uint64_t faults[SFLOW_FAULTS];
	uint64_t without_address[SFLOW_HEADERS]; /* flow samples, by why */
	uint64_t sources_refused;                /* samples of sources past the limit */
	uint64_t seen_ms;                        /* last datagram */
	struct sflow_tables tables;              /* the latest heard of, */
	uint64_t tables_ms;                      /* and when; 0: none yet */
	uint32_t uptime_ms;                      /* at seen_ms */
	void *user;                              /* the caller's, NULL at first */

	size_t source_count;
	struct sflow_source_books *sources;
	/* private */
	size_t source_max, source_cap;
	uint32_t *slots; /* hash table: index of the source + 1, 0 is empty */
	size_t slot_count;
	uint32_t life; /* grows with every restart */
};

struct sflow_agents {
	struct sflow_agent **list;
	size_t count;
	uint64_t refused; /* datagrams of sub-agents past the limit */
	/* private */
	size_t max, max_sources;
};

/* At most `max` sub-agents in all, and `max_sources` data sources for each. */
void sflow_agents_init(struct sflow_agents *agents, size_t max, size_t max_sources);
void sflow_agents_fini(struct sflow_agents *agents);

/*
 * Enters a datagram that came at `now_ms`. Returns the books of its sub-agent, borrowed
 * until fini, or NULL if there are too many already: then the datagram is refused.
 */
struct sflow_agent *sflow_agents_datagram(struct sflow_agents *agents,
    const struct sflow_datagram *datagram, uint64_t now_ms);

/*
 * Some sub-agent of that address which sent before, or NULL: an agent let in once need
 * not be looked up in the configuration again.
 */
struct sflow_agent *sflow_agents_lookup(
    const struct sflow_agents *agents, const struct addr *address);

/* Enters a sample of the agent's datagram. */
void sflow_agent_sample(
    struct sflow_agent *agent, const struct sflow_sample *sample, uint64_t now_ms);

/* Enters what ended the datagram early; SFLOW_FAULT_NONE is allowed. */
void sflow_agent_fault(struct sflow_agent *agent, enum sflow_fault fault);

#endif
