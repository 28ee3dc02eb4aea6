/* The cost of a sample: datagrams as hsflowd sends them, seven samples each. */
#include <stdio.h>
#include <time.h>

#include "helpers/sflow_build.h"
#include "sflow/agent.h"

#define SAMPLES 7
#define ROUNDS 300000

static double
now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1e9 + (double)ts.tv_nsec;
}

static size_t
make(uint8_t *bytes, size_t cap, const char *source_text, const char *destination_text)
{
	const struct sflow_datagram datagram = {
		.agent = { .bits = { 0x0a00008800000000, 0 }, .family = FAMILY_IPV4 },
		.sub_agent = 100000,
		.samples = SAMPLES,
	};
	struct addr source, destination;
	uint8_t packet[128] = { 0 };
	struct wr wr;

	addr_parse(source_text, &source);
	addr_parse(destination_text, &destination);
	wr_init(&wr, packet, sizeof packet);
	build_ethernet(&wr, source.family == FAMILY_IPV4 ? 0x0800 : 0x86dd);
	build_ip(&wr, &source, &destination);
	wr_init(&wr, bytes, cap);
	build_datagram(&wr, &datagram);
	for (uint32_t i = 0; i < SAMPLES; i++) {
		struct sflow_flow flow = {
			.source = { 0, i + 1 },
			.sampling_rate = 1000,
			.input = { SFLOW_PORT_INTERNAL, 0 },
			.output = { SFLOW_PORT_INDEX, i + 1 },
		};
		size_t at = build_open(&wr, 3);

		build_flow_fields(&wr, true, &flow, 2);
		build_unknown_record(&wr, 1043, 8);
		build_raw_header(&wr, 1, 1518, packet, sizeof packet);
		build_close(&wr, at);
	}
	return wr.len;
}

static void
run(const char *what, const uint8_t *bytes, size_t len, struct sflow_agents *agents)
{
	uint64_t sum = 0;
	double began = now_ns();

	for (uint32_t i = 0; i < ROUNDS; i++) {
		struct sflow_reader reader;
		struct sflow_datagram datagram;
		struct sflow_sample sample;
		struct sflow_agent *agent = NULL;
		enum sflow_fault fault;

		if (!sflow_open(&reader, bytes, len, &datagram, &fault))
			return;
		if (agents) {
			datagram.sequence = datagram.uptime_ms = i;
			agent = sflow_agents_datagram(agents, &datagram, i);
		}
		while (sflow_next(&reader, &sample)) {
			sum += sflow_flow_bytes(&sample.flow);
			sum += sample.flow.packet.destination.bits.hi;
			if (agent) {
				sample.flow.sequence = i;
				sflow_agent_sample(agent, &sample, i);
			}
		}
	}
	printf("%-40s %8.1f ns a sample (%llu)\n", what,
	    (now_ns() - began) / ROUNDS / SAMPLES, (unsigned long long)(sum & 1));
}

int
main(void)
{
	static uint8_t ipv4[4096], ipv6[4096];
	size_t len4 = make(ipv4, sizeof ipv4, "198.51.100.1", "203.0.113.1");
	size_t len6 = make(ipv6, sizeof ipv6, "2001:db8::1", "2001:db8::2");
	struct sflow_agents agents;

	sflow_agents_init(&agents, 4, 64);
	run("decode, IPv4", ipv4, len4, NULL);
	run("decode, IPv6", ipv6, len6, NULL);
	run("decode and books, IPv4", ipv4, len4, &agents);
	sflow_agents_fini(&agents);
	return 0;
}
