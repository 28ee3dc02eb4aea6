/* Any bytes as a datagram, decoded to its end and entered into small books. */
#include <stdlib.h>

#include "sflow/agent.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

/* What must hold of a flow sample, whatever the bytes. */
static void
check(const struct sflow_packet *packet)
{
	if (packet->origin == SFLOW_FROM_HEADER && packet->header != SFLOW_HEADER_IP)
		abort();
	if (packet->header == SFLOW_HEADER_IP && packet->origin != SFLOW_FROM_HEADER)
		abort();
	if (packet->origin != SFLOW_FROM_NONE &&
	    (packet->destination.family != packet->source.family ||
		packet->destination.family >= FAMILIES))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct sflow_agents agents;
	struct sflow_agent *agent;
	struct sflow_datagram datagram;
	struct sflow_reader reader;
	struct sflow_sample sample;
	enum sflow_fault fault = SFLOW_FAULT_NONE;
	size_t samples = 0;

	if (!sflow_open(&reader, bytes, len, &datagram, &fault)) {
		if (fault == SFLOW_FAULT_NONE)
			abort();
		return 0;
	}
	sflow_agents_init(&agents, 1, 2);
	agent = sflow_agents_datagram(&agents, &datagram, 0);
	while (sflow_next(&reader, &sample)) {
		samples++;
		if (sample.kind == SFLOW_FLOW)
			check(&sample.flow.packet);
		if (sample.kind == SFLOW_DISCARD)
			check(&sample.discard.packet);
		sflow_agent_sample(agent, &sample, 0);
	}
	sflow_agent_fault(agent, reader.fault);
	/* a sample takes eight bytes at least, and all are there unless a fault tells
	 */
	if (samples > len / 8 || samples > datagram.samples)
		abort();
	if (reader.fault == SFLOW_FAULT_NONE && samples != datagram.samples)
		abort();
	sflow_agents_fini(&agents);
	return 0;
}
