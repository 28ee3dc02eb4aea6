/* What real agents sent, and what was made to break decoders: ../shared/data/sflow. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "helpers/pcap_file.h"
#include "helpers/sflow_outcome.h"
#include "sflow/agent.h"

#define SFLOW_PORT 6343
#define PATH_SIZE 4096
#define LINE_SIZE 512

struct tally {
	unsigned datagrams, faulty_datagrams;
	unsigned kinds[SFLOW_KINDS];
	unsigned families[FAMILIES]; /* of the destinations of flow samples */
	unsigned interfaces, tables;
	char agent[ADDR_TEXT_MAX];
	uint32_t sub_agent;
};

static void
tally_sample(struct tally *tally, const struct sflow_sample *sample)
{
	tally->kinds[sample->kind]++;
	if (sample->kind == SFLOW_FLOW && sample->flow.packet.origin != SFLOW_FROM_NONE)
		tally->families[sample->flow.packet.destination.family]++;
	if (sample->kind == SFLOW_COUNTERS) {
		tally->interfaces += sample->counters.has_interface;
		tally->tables += sample->counters.has_tables;
	}
}

/* Decodes an exact copy, and enters it into the books. */
static void
tally_datagram(struct tally *tally, struct sflow_agents *agents, const uint8_t *bytes,
    size_t len, uint64_t now_ms)
{
	uint8_t *copy = malloc(len ? len : 1);
	struct sflow_datagram datagram;
	struct sflow_reader reader;
	struct sflow_sample sample;
	struct sflow_agent *agent;
	enum sflow_fault fault;

	memcpy(copy, bytes, len);
	tally->datagrams++;
	if (sflow_open(&reader, copy, len, &datagram, &fault)) {
		addr_text(&datagram.agent, tally->agent);
		tally->sub_agent = datagram.sub_agent;
		agent = sflow_agents_datagram(agents, &datagram, now_ms);
		while (sflow_next(&reader, &sample)) {
			tally_sample(tally, &sample);
			sflow_agent_sample(agent, &sample, now_ms);
		}
		sflow_agent_fault(agent, reader.fault);
		fault = reader.fault;
	}
	tally->faulty_datagrams += fault != SFLOW_FAULT_NONE;
	free(copy);
}

/* False if the file is not there. */
static bool
tally_file(struct tally *tally, struct sflow_agents *agents, const char *name)
{
	char path[PATH_SIZE], below[PATH_SIZE];
	const uint8_t *bytes;
	struct pcap_file file;
	uint64_t time_ms;
	size_t len;

	snprintf(below, sizeof below, "sflow/%s", name);
	shared_path(below, path, sizeof path);
	*tally = (struct tally){ 0 };
	if (strstr(name, ".bin")) {
		uint8_t *whole = file_read(path, &len);

		if (whole)
			tally_datagram(tally, agents, whole, len, 0);
		free(whole);
		return whole != NULL;
	}
	if (!pcap_file_init(&file, path))
		return false;
	while (pcap_file_next(&file, SFLOW_PORT, &time_ms, &bytes, &len))
		tally_datagram(tally, agents, bytes, len, time_ms);
	pcap_file_fini(&file);
	return true;
}

static void
skip_without(const char *name)
{
	char path[PATH_SIZE];
	size_t len;
	uint8_t *bytes = file_read(shared_path(name, path, sizeof path), &len);

	if (!bytes) {
		print_message("skipped: no %s\n", path);
		skip();
	}
	free(bytes);
}

/* The README beside the files tells these numbers, from two other readers. */
static const struct expected {
	const char *name, *agent;
	uint32_t sub_agent;
	unsigned datagrams, faulty_datagrams;
	unsigned flows, counters, discards, others, faulty;
	unsigned ipv4, ipv6, interfaces, tables;
} captures[] = {
	{ "hsflowd-nflog.pcap", "10.0.0.136", 100000, 391, 0, 2628, 2, 0, 0, 0, 1559,
	    1069, 0, 0 },
	{ "hsflowd-pcap.pcap", "10.0.0.136", 100000, 432, 0, 2654, 4, 0, 0, 0, 1559,
	    1095, 2, 0 },
	{ "hp-1000.pcap", "192.168.1.1", 0, 1000, 0, 5855, 502, 0, 0, 0, 5855, 0, 502,
	    0 },
	{ "sflow-print-v6.pcap", "30::1:1:1", 0, 25, 0, 13, 48, 0, 0, 0, 13, 0, 48, 0 },
	{ "sflow_expanded.pcap", "49.49.49.49", 0, 1, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0 },
	{ "ipv4-record-only.pcap", "1.1.1.1", 0, 1, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0 },
	{ "gopacket.TestPacket1.pcap", "10.1.248.22", 17, 1, 0, 6, 1, 0, 0, 0, 6, 0, 1,
	    0 },
	{ "gopacket.TestPacket2.pcap", "192.168.91.17", 0, 1, 0, 3, 0, 0, 0, 0, 3, 0, 0,
	    0 },
	{ "gopacket.TestPacket3.bin", "10.20.4.0", 100, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0,
	    0 },
	{ "gopacket.TestPacket4.bin", "192.168.1.7", 0, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0,
	    0 },
	/* its sample is four bytes longer than it says */
	{ "gopacket.TestPacket5.bin", "192.168.1.18", 0, 1, 1, 0, 0, 0, 0, 1, 0, 0, 0,
	    0 },
	{ "gopacket.TestPacket6.bin", "127.0.0.1", 0, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0 },
	{ "gopacket.TestPacket9.bin", "127.0.0.1", 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0 },
	/* ends before its only sample does */
	{ "gopacket.TestPacket11.bin", "127.0.0.1", 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0,
	    0 },
	{ "vflow-router.bin", "24.3.64.33", 1, 1, 0, 5, 0, 0, 0, 0, 5, 0, 0, 0 },
	{ "goflow2-line11.bin", "172.16.0.17", 1, 1, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0 },
	{ "goflow2-line153.bin", "192.168.119.184", 100000, 1, 0, 0, 0, 1, 0, 0, 0, 0,
	    0, 0 },
	{ "cistern-event_discarded_packet.bin", "10.30.1.254", 100000, 1, 0, 0, 0, 1, 0,
	    0, 0, 0, 0, 0 },
	{ "cistern-flow_sample.bin", "208.85.240.52", 1, 1, 0, 1, 0, 0, 0, 0, 1, 0, 0,
	    0 },
	/* trailing bytes */
	{ "cistern-flow_samples_2.bin", "208.85.240.52", 1, 1, 1, 2, 0, 0, 0, 0, 2, 0,
	    0, 0 },
	{ "logstash-counters_sample.bin", "10.243.29.150", 1, 1, 0, 0, 12, 0, 0, 0, 0,
	    0, 9, 0 },
	{ "logstash-flow_sample.bin", "10.1.240.66", 1, 1, 0, 1, 0, 0, 0, 0, 1, 0, 0,
	    0 },
	{ "logstash-flow_sample_eth_vlan.bin", "10.243.62.190", 0, 1, 0, 1, 0, 0, 0, 0,
	    1, 0, 0, 0 },
	{ "telegraf-issue_15918.bin", "192.168.227.2", 0, 1, 0, 6, 1, 0, 0, 0, 4, 2, 1,
	    0 },
	{ "telegraf-v5_example.bin", "192.168.119.184", 100000, 1, 0, 0, 1, 0, 0, 0, 0,
	    0, 1, 0 },
	{ "flowparser-flow_with_switch_and_raw_header.bin", "10.0.0.20", 0, 1, 0, 1, 1,
	    0, 0, 0, 1, 0, 1, 0 },
	{ "flowparser-unknown_http_records.bin", "10.0.0.150", 0, 1, 0, 2, 0, 0, 0, 0,
	    0, 0, 0, 0 },
	{ "flowparser-mixed_samples_with_three_record_flow.bin", "10.0.0.30", 0, 1, 0,
	    2, 1, 0, 0, 0, 2, 0, 1, 0 },
	/* 33 raw headers in flow samples, one sampled IPv4 and one IPv6 alone */
	{ "synthetic/synth-records.pcap", "192.0.2.10", 0, 24, 0, 36, 8, 1, 1, 0, 31, 4,
	    4, 1 },
};

static void
captures_hold_what_is_known_of_them(void **state)
{
	(void)state;
	skip_without("sflow/hp-1000.pcap");
	for (size_t i = 0; i < sizeof captures / sizeof *captures; i++) {
		const struct expected *expected = &captures[i];
		struct sflow_agents agents;
		struct tally tally;

		sflow_agents_init(&agents, 4, 64);
		if (!tally_file(&tally, &agents, expected->name))
			fail_msg("no %s", expected->name);
		if (strcmp(tally.agent, expected->agent) != 0)
			fail_msg("%s: agent %s", expected->name, tally.agent);
		assert_int_equal(tally.sub_agent, expected->sub_agent);
		assert_int_equal(tally.datagrams, expected->datagrams);
		assert_int_equal(tally.faulty_datagrams, expected->faulty_datagrams);
		assert_int_equal(tally.kinds[SFLOW_FLOW], expected->flows);
		assert_int_equal(tally.kinds[SFLOW_COUNTERS], expected->counters);
		assert_int_equal(tally.kinds[SFLOW_DISCARD], expected->discards);
		assert_int_equal(tally.kinds[SFLOW_OTHER], expected->others);
		assert_int_equal(tally.kinds[SFLOW_FAULTY], expected->faulty);
		assert_int_equal(tally.families[FAMILY_IPV4], expected->ipv4);
		assert_int_equal(tally.families[FAMILY_IPV6], expected->ipv6);
		assert_int_equal(tally.interfaces, expected->interfaces);
		assert_int_equal(tally.tables, expected->tables);
		sflow_agents_fini(&agents);
	}
}

static void
long_captures_show_no_loss(void **state)
{
	static const char *const names[] = { "hp-1000.pcap", "hsflowd-nflog.pcap",
		"hsflowd-pcap.pcap", "sflow-print-v6.pcap" };

	(void)state;
	skip_without("sflow/hp-1000.pcap");
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct sflow_agents agents;
		const struct sflow_agent *agent;
		struct tally tally;

		sflow_agents_init(&agents, 4, 64);
		assert_true(tally_file(&tally, &agents, names[i]));
		assert_int_equal(agents.count, 1);
		agent = agents.list[0];
		assert_int_equal(agent->datagrams, tally.datagrams);
		assert_int_equal(agent->flows, tally.kinds[SFLOW_FLOW]);
		assert_int_equal(agent->counters, tally.kinds[SFLOW_COUNTERS]);
		assert_int_equal(agent->sequence.lost, 0);
		assert_int_equal(agent->sequence.restarts, 0);
		assert_int_equal(agent->sequence.duplicates, 0);
		assert_int_equal(agent->source_count, 1);
		assert_int_equal(agent->sources[0].samples, agent->flows);
		assert_int_equal(agent->sources[0].sequence.lost, 0);
		assert_int_equal(agent->sources[0].sequence.duplicates, 0);
		assert_int_equal(agent->sources[0].drops, 0);
		assert_int_equal(agent->sources[0].rate_changes, 0);
		sflow_agents_fini(&agents);
	}
}

/* NFLOG: input internal, output the port where packets came in; pcap the reverse. */
static void
hsflowd_tells_interfaces_its_own_way(void **state)
{
	char path[PATH_SIZE];
	const uint8_t *bytes;
	struct pcap_file file;
	uint64_t time_ms;
	size_t len;

	(void)state;
	skip_without("sflow/hsflowd-nflog.pcap");
	for (int tap = 0; tap < 2; tap++) {
		assert_true(
		    pcap_file_init(&file, shared_path(tap ? "sflow/hsflowd-pcap.pcap"
							  : "sflow/hsflowd-nflog.pcap",
					      path, sizeof path)));
		while (pcap_file_next(&file, SFLOW_PORT, &time_ms, &bytes, &len)) {
			struct sflow_outcome outcome = sflow_outcome(bytes, len);
			const struct sflow_flow *flow = &outcome.last.flow;

			if (outcome.last.kind != SFLOW_FLOW)
				continue;
			assert_int_equal(flow->sampling_rate, 100);
			assert_int_equal((tap ? flow->output : flow->input).kind,
			    SFLOW_PORT_INTERNAL);
			assert_int_equal(
			    (tap ? flow->input : flow->output).kind, SFLOW_PORT_INDEX);
		}
		pcap_file_fini(&file);
	}
}

/* What must be found: where a row's outer header is none, its inner one is what is
 * routed, unless a pseudowire carries it. */
static void
expected_addresses(const char *name, const char *outer, const char *inner, char *source,
    char *destination)
{
	const char *which = strchr(outer, '>') ? outer : inner;

	*source = *destination = '\0';
	if (strcmp(name, "eompls-control-word") != 0)
		sscanf(which, "%45[^>]>%45s", source, destination);
	if (!*destination)
		*source = '\0';
}

static void
encapsulations_row_by_row(void **state)
{
	char path[PATH_SIZE], line[LINE_SIZE];
	struct pcap_file file;
	unsigned rows = 0;
	FILE *text;

	(void)state;
	skip_without("sflow/synthetic/synth-encap.pcap");
	text = fopen(
	    shared_path("sflow/synthetic/synth-encap.tsv", path, sizeof path), "r");
	assert_non_null(text);
	shared_path("sflow/synthetic/synth-encap.pcap", path, sizeof path);
	assert_true(pcap_file_init(&file, path));
	assert_non_null(fgets(line, sizeof line, text));
	while (fgets(line, sizeof line, text)) {
		char name[64], outer[100], inner[100];
		char source[ADDR_TEXT_MAX], destination[ADDR_TEXT_MAX];
		char found[ADDR_TEXT_MAX];
		unsigned rate, frame_length;
		struct sflow_outcome outcome;
		const struct sflow_flow *flow = &outcome.last.flow;
		const uint8_t *bytes;
		uint64_t time_ms;
		size_t len;

		rows++;
		assert_int_equal(sscanf(line, "%*u %63s %u %u %99s %99s", name, &rate,
				     &frame_length, outer, inner),
		    5);
		assert_true(pcap_file_next(&file, SFLOW_PORT, &time_ms, &bytes, &len));
		outcome = sflow_outcome(bytes, len);
		assert_int_equal(outcome.kinds[SFLOW_FLOW], 1);
		assert_int_equal(flow->sampling_rate, rate);
		assert_int_equal(flow->packet.frame_length, frame_length);
		assert_true(sflow_flow_bytes(flow) == (uint64_t)rate * frame_length);
		expected_addresses(name, outer, inner, source, destination);
		if (!*destination) {
			if (flow->packet.origin != SFLOW_FROM_NONE)
				fail_msg("%s: addresses", name);
			continue;
		}
		if (flow->packet.origin != SFLOW_FROM_HEADER)
			fail_msg(
			    "%s: %s", name, sflow_header_text(flow->packet.header));
		assert_string_equal(addr_text(&flow->packet.source, found), source);
		assert_string_equal(
		    addr_text(&flow->packet.destination, found), destination);
	}
	assert_int_equal(rows, 42);
	fclose(text);
	pcap_file_fini(&file);
}

/* One row a datagram of synth-malformed.pcap, in the order of its .tsv. */
static const struct {
	enum sflow_fault fault, sample_fault;
	unsigned good;            /* samples */
	enum sflow_header header; /* of the last sample, if a good flow sample */
} malformed[] = {
	{ SFLOW_FAULT_DATAGRAM_CUT, 0, 0, 0 },
	{ SFLOW_FAULT_DATAGRAM_CUT, 0, 0, 0 },
	{ SFLOW_FAULT_VERSION, 0, 0, 0 },
	{ SFLOW_FAULT_VERSION, 0, 0, 0 },
	{ SFLOW_FAULT_AGENT_ADDRESS, 0, 0, 0 },
	{ SFLOW_FAULT_SAMPLES_MISSING, 0, 0, 0 },
	{ SFLOW_FAULT_DATAGRAM_CUT, 0, 0, 0 },
	{ SFLOW_FAULT_SAMPLE_CUT, 0, 0, 0 },
	{ SFLOW_FAULT_SAMPLE_CUT, 0, 0, 0 },
	{ SFLOW_FAULT_SAMPLE_CUT, 0, 1, SFLOW_HEADER_IP },
	{ SFLOW_FAULT_SAMPLES_MISSING, 0, 2, SFLOW_HEADER_IP },
	{ SFLOW_FAULT_SAMPLES_MISSING, 0, 1, SFLOW_HEADER_IP },
	{ SFLOW_FAULT_NONE, SFLOW_FAULT_RECORDS_MISSING, 0, 0 },
	{ SFLOW_FAULT_NONE, SFLOW_FAULT_RECORDS_MISSING, 1, SFLOW_HEADER_IP },
	{ SFLOW_FAULT_NONE, SFLOW_FAULT_RECORD_CUT, 0, 0 },
	{ SFLOW_FAULT_NONE, SFLOW_FAULT_RECORD_CUT, 1, SFLOW_HEADER_IP },
	{ SFLOW_FAULT_SAMPLE_CUT, 0, 0, 0 },
	{ SFLOW_FAULT_NONE, SFLOW_FAULT_BODY_CUT, 1, SFLOW_HEADER_IP },
	/* length 33, read as padded to 36: no records, and nothing fits behind it */
	{ SFLOW_FAULT_SAMPLE_CUT, 0, 1, SFLOW_HEADER_ABSENT },
	{ SFLOW_FAULT_NONE, SFLOW_FAULT_HEADER_LENGTH, 0, 0 },
	{ SFLOW_FAULT_NONE, SFLOW_FAULT_HEADER_LENGTH, 0, 0 },
	{ SFLOW_FAULT_NONE, SFLOW_FAULT_RECORD_SHORT, 0, 0 },
	{ SFLOW_FAULT_NONE, 0, 1, SFLOW_HEADER_CUT },    /* header length 0 */
	{ SFLOW_FAULT_NONE, 0, 1, SFLOW_HEADER_NOT_IP }, /* frame length 0 */
	{ SFLOW_FAULT_NONE, 0, 1, SFLOW_HEADER_NOT_IP }, /* stripped > frame */
	{ SFLOW_FAULT_NONE, 0, 1, SFLOW_HEADER_BAD },    /* ihl 0 */
	{ SFLOW_FAULT_NONE, 0, 1, SFLOW_HEADER_IP },     /* ihl 15 in 34 bytes */
	{ SFLOW_FAULT_NONE, 0, 1, SFLOW_HEADER_BAD },    /* 20 tags, IPv4 of zeros */
	{ SFLOW_FAULT_NONE, 0, 1, SFLOW_HEADER_CUT },    /* labels without bottom */
	{ SFLOW_FAULT_NONE, 0, 1, SFLOW_HEADER_IP },     /* endless extensions */
	{ SFLOW_FAULT_NONE, 0, 1, SFLOW_HEADER_ABSENT }, /* gateways, not read */
	{ SFLOW_FAULT_NONE, 0, 1, SFLOW_HEADER_ABSENT },
	{ SFLOW_FAULT_NONE, 0, 1, SFLOW_HEADER_ABSENT },
	{ SFLOW_FAULT_NONE, 0, 1, 0 }, /* a port name, not read */
	{ SFLOW_FAULT_TRAILING, 0, 2, 0 },
	{ SFLOW_FAULT_NONE, SFLOW_FAULT_RECORD_SHORT, 0, 0 },
	{ SFLOW_FAULT_SAMPLE_CUT, 0, 0, 0 },
};

static void
malformed_datagrams_are_told_apart(void **state)
{
	const size_t count = sizeof malformed / sizeof *malformed;
	char path[PATH_SIZE];
	struct pcap_file file;
	const uint8_t *bytes;
	uint64_t time_ms;
	size_t len, i;

	(void)state;
	skip_without("sflow/synthetic/synth-malformed.pcap");
	shared_path("sflow/synthetic/synth-malformed.pcap", path, sizeof path);
	assert_true(pcap_file_init(&file, path));
	for (i = 0; pcap_file_next(&file, SFLOW_PORT, &time_ms, &bytes, &len); i++) {
		struct sflow_outcome outcome = sflow_outcome(bytes, len);
		unsigned good = 0;

		assert_in_range(i, 0, count - 1);
		for (int kind = 0; kind < SFLOW_FAULTY; kind++)
			good += outcome.kinds[kind];
		if (outcome.fault != malformed[i].fault)
			fail_msg("%zu: %s", i + 1, sflow_fault_text(outcome.fault));
		if (outcome.sample_fault != malformed[i].sample_fault)
			fail_msg(
			    "%zu: %s", i + 1, sflow_fault_text(outcome.sample_fault));
		assert_int_equal(good, malformed[i].good);
		if (good > 0 && outcome.last.kind == SFLOW_FLOW &&
		    outcome.last.flow.packet.header != malformed[i].header)
			fail_msg("%zu: %s", i + 1,
			    sflow_header_text(outcome.last.flow.packet.header));
	}
	assert_int_equal(i, count);
	pcap_file_fini(&file);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(captures_hold_what_is_known_of_them),
		cmocka_unit_test(long_captures_show_no_loss),
		cmocka_unit_test(hsflowd_tells_interfaces_its_own_way),
		cmocka_unit_test(encapsulations_row_by_row),
		cmocka_unit_test(malformed_datagrams_are_told_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
