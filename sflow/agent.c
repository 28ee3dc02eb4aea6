#include "sflow/agent.h"

#include <stdlib.h>

#include "base/mem.h"

/*
 * The boot time that a datagram implies, now less its uptime, stays put while the agent
 * lives. It may look later by what a datagram waits on its way to us, and earlier after
 * we ourselves stood still and lost what filled the socket meanwhile.
 */
#define BOOT_LATER_MAX_MS 10000u
#define BOOT_EARLIER_MAX_MS 3600000u

/* Twice as many slots as sources, so that probes stay short. */
static size_t
slots_for(size_t sources)
{
	size_t slots = 2;

	while (slots < 2 * sources)
		slots *= 2;
	return slots;
}

void
sflow_agents_init(struct sflow_agents *agents, size_t max, size_t max_sources)
{
	*agents = (struct sflow_agents){ .max = max, .max_sources = max_sources };
	agents->list = mem_alloc((max ? max : 1) * sizeof *agents->list);
}

void
sflow_agents_fini(struct sflow_agents *agents)
{
	for (size_t i = 0; i < agents->count; i++) {
		free(agents->list[i]->sources);
		free(agents->list[i]->slots);
		free(agents->list[i]);
	}
	free(agents->list);
	*agents = (struct sflow_agents){ 0 };
}

static struct sflow_agent *
agent_find(const struct sflow_agents *agents, const struct sflow_datagram *datagram)
{
	for (size_t i = 0; i < agents->count; i++) {
		struct sflow_agent *agent = agents->list[i];

		if (agent->sub_agent == datagram->sub_agent &&
		    addr_equal(&agent->address, &datagram->agent))
			return agent;
	}
	return NULL;
}

static struct sflow_agent *
agent_add(
    struct sflow_agents *agents, const struct sflow_datagram *datagram, uint64_t now_ms)
{
	struct sflow_agent *agent = mem_alloc(sizeof *agent);

	agent->address = datagram->agent;
	agent->sub_agent = datagram->sub_agent;
	agent->seen_ms = now_ms;
	agent->uptime_ms = datagram->uptime_ms;
	agent->source_max = agents->max_sources;
	agent->slot_count = slots_for(agents->max_sources);
	agent->slots = mem_alloc(agent->slot_count * sizeof *agent->slots);
	agents->list[agents->count++] = agent;
	return agent;
}

static bool
started_again(const struct sflow_agent *agent, uint32_t uptime_ms, uint64_t now_ms)
{
	uint32_t expected_ms = agent->uptime_ms + (uint32_t)(now_ms - agent->seen_ms);
	uint32_t later_ms = expected_ms - uptime_ms;

	return later_ms > BOOT_LATER_MAX_MS && -later_ms > BOOT_EARLIER_MAX_MS;
}

struct sflow_agent *
sflow_agents_datagram(
    struct sflow_agents *agents, const struct sflow_datagram *datagram, uint64_t now_ms)
{
	struct sflow_agent *agent = agent_find(agents, datagram);

	if (!agent && agents->count == agents->max) {
		agents->refused++;
		return NULL;
	}
	if (!agent)
		agent = agent_add(agents, datagram, now_ms);
	agent->datagrams++;
	agent->step = sflow_sequence_step(&agent->sequence, datagram->sequence,
	    started_again(agent, datagram->uptime_ms, now_ms));
	if (agent->step == SFLOW_STEP_RESTART)
		agent->life++;
	agent->seen_ms = now_ms;
	agent->uptime_ms = datagram->uptime_ms;
	return agent;
}

struct sflow_agent *
sflow_agents_lookup(const struct sflow_agents *agents, const struct addr *address)
{
	for (size_t i = 0; i < agents->count; i++)
		if (addr_equal(&agents->list[i]->address, address))
			return agents->list[i];
	return NULL;
}

/* Where the source is in the hash table, or the empty slot where it belongs. */
static uint32_t *
source_slot(const struct sflow_agent *agent, const struct sflow_source *source)
{
	/* Knuth's multiplicative hash; its high bits are the good ones */
	uint32_t hash = (source->index ^ source->class << 24) * 2654435761u;
	size_t at = hash >> 8;

	for (;; at++) {
		uint32_t *slot = &agent->slots[at & (agent->slot_count - 1)];
		const struct sflow_source *there;

		if (*slot == 0)
			return slot;
		there = &agent->sources[*slot - 1].source;
		if (there->index == source->index && there->class == source->class)
			return slot;
	}
}

/* The books of a source, opened if need be, or NULL past the limit. */
static struct sflow_source_books *
source_take(struct sflow_agent *agent, const struct sflow_flow *flow)
{
	uint32_t *slot = source_slot(agent, &flow->source);
	struct sflow_source_books *books;

	if (*slot)
		return &agent->sources[*slot - 1];
	if (agent->source_count == agent->source_max)
		return NULL;
	agent->sources = mem_grow(agent->sources, agent->source_count,
	    &agent->source_cap, sizeof *agent->sources);
	books = &agent->sources[agent->source_count++];
	*books = (struct sflow_source_books){
		.source = flow->source,
		.sampling_rate = flow->sampling_rate,
		.last_drops = flow->drops,
		.life = agent->life,
	};
	*slot = (uint32_t)agent->source_count;
	return books;
}

static void
enter_flow(struct sflow_agent *agent, const struct sflow_flow *flow, uint64_t now_ms)
{
	struct sflow_source_books *books;
	enum sflow_step step;

	agent->flows++;
	if (flow->packet.origin == SFLOW_FROM_NONE)
		agent->without_address[flow->packet.header]++;
	books = source_take(agent, flow);
	if (!books) {
		agent->sources_refused++;
		return;
	}
	books->samples++;
	books->seen_ms = now_ms;
	if (books->life != agent->life) {
		books->life = agent->life;
		books->last_drops = flow->drops;
		sflow_sequence_rewind(&books->sequence);
	}
	step = sflow_sequence_step(&books->sequence, flow->sequence, false);
	if (step == SFLOW_STEP_LATE || step == SFLOW_STEP_DUPLICATE)
		return; /* older than what the books say */
	if (step == SFLOW_STEP_AHEAD && flow->drops - books->last_drops <= INT32_MAX)
		books->drops += flow->drops - books->last_drops;
	books->last_drops = flow->drops;
	if (books->sampling_rate != flow->sampling_rate) {
		books->sampling_rate = flow->sampling_rate;
		books->rate_changes++;
	}
}

void
sflow_agent_sample(
    struct sflow_agent *agent, const struct sflow_sample *sample, uint64_t now_ms)
{
	switch (sample->kind) {
	case SFLOW_FLOW:
		enter_flow(agent, &sample->flow, now_ms);
		break;
	case SFLOW_COUNTERS:
		agent->counters++;
		if (sample->counters.has_tables) {
			agent->tables = sample->counters.tables;
			agent->tables_ms = now_ms;
		}
		break;
	case SFLOW_DISCARD:
		agent->discards++;
		break;
	case SFLOW_OTHER:
		agent->others++;
		break;
	case SFLOW_FAULTY:
		agent->faults[sample->fault]++;
		break;
	}
}

void
sflow_agent_fault(struct sflow_agent *agent, enum sflow_fault fault)
{
	if (fault != SFLOW_FAULT_NONE)
		agent->faults[fault]++;
}
