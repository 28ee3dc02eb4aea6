#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "helpers/sflow_build.h"
#include "helpers/sflow_outcome.h"
#include "helpers/sflow_samples.h"
#include "sflow/sflow.h"

static void
assert_port_equal(struct sflow_port a, struct sflow_port b)
{
	assert_int_equal(a.kind, b.kind);
	assert_int_equal(a.value, b.value);
}

static void
a_flow_sample_comes_back(void **state)
{
	const struct sflow_port ports[] = {
		{ SFLOW_PORT_UNKNOWN, 0 },
		{ SFLOW_PORT_INDEX, 1 },
		{ SFLOW_PORT_INDEX, 0x3ffffffe },
		{ SFLOW_PORT_INTERNAL, 0 },
		{ SFLOW_PORT_DISCARDED, 258 },
		{ SFLOW_PORT_SEVERAL, 0 },
		{ SFLOW_PORT_SEVERAL, 3 },
	};
	const size_t count = sizeof ports / sizeof *ports;

	(void)state;
	for (size_t i = 0; i < 2 * count * count; i++) {
		bool expanded = i % 2;
		struct sflow_flow flow = {
			.source = { 2, expanded ? 0x12345678 : 0x345678 },
			.sequence = 4000000000u,
			.sampling_rate = 4294967295u,
			.pool = 4100000000u,
			.drops = 4200000000u,
			.input = ports[i / 2 % count],
			.output = ports[i / 2 / count],
		};
		uint8_t bytes[SAMPLE_BEGIN_MAX];
		struct wr wr = sample_begin(bytes, 1);
		size_t at = build_open(&wr, expanded ? 3 : 1);
		struct sflow_outcome outcome;
		const struct sflow_flow *back = &outcome.last.flow;

		build_flow_fields(&wr, expanded, &flow, 1);
		build_raw_header(&wr, 1, 4294967295u, "", 0);
		build_close(&wr, at);
		outcome = sflow_outcome(bytes, wr.len);
		assert_int_equal(outcome.kinds[SFLOW_FLOW], 1);
		assert_int_equal(back->source.class, flow.source.class);
		assert_int_equal(back->source.index, flow.source.index);
		assert_int_equal(back->sequence, flow.sequence);
		assert_int_equal(back->sampling_rate, flow.sampling_rate);
		assert_int_equal(back->pool, flow.pool);
		assert_int_equal(back->drops, flow.drops);
		assert_port_equal(back->input, flow.input);
		assert_port_equal(back->output, flow.output);
		assert_int_equal(back->packet.header, SFLOW_HEADER_CUT);
		assert_int_equal(back->packet.origin, SFLOW_FROM_NONE);
		assert_true(sflow_flow_bytes(back) == 4294967295ull * 4294967295ull);
		assert_true(sflow_flow_packets(back) == 4294967295ull);
	}
}

static void
impossible_interfaces_are_unknown(void **state)
{
	const uint32_t expanded[][2] = { { 3, 7 }, { 0, 0xffffffff },
		{ 0, 0x80000000 } };

	(void)state;
	for (size_t i = 0; i < sizeof expanded / sizeof *expanded; i++) {
		uint8_t bytes[SAMPLE_BEGIN_MAX];
		struct wr wr = sample_begin(bytes, 1);
		size_t at = build_open(&wr, 3);
		struct sflow_outcome outcome;

		for (int word = 0; word < 6; word++)
			wr_u32(&wr, 1);
		wr_u32(&wr, expanded[i][0]);
		wr_u32(&wr, expanded[i][1]);
		wr_u32(&wr, 0);
		wr_u32(&wr, 0x7fffffff);
		wr_u32(&wr, 0);
		build_close(&wr, at);
		outcome = sflow_outcome(bytes, wr.len);
		assert_int_equal(outcome.kinds[SFLOW_FLOW], 1);
		assert_port_equal(outcome.last.flow.input,
		    (struct sflow_port){ SFLOW_PORT_UNKNOWN, 0 });
		assert_port_equal(outcome.last.flow.output,
		    (struct sflow_port){ SFLOW_PORT_INDEX, 0x7fffffff });
	}
}

/* A flow sample whose records are named by letters, in that order. */
static struct sflow_packet
packet_of(const char *records)
{
	static const struct sflow_flow flow = { .sampling_rate = 10 };
	struct addr source4 = sample_addr("10.0.0.1");
	struct addr destination4 = sample_addr("10.0.0.2");
	struct addr source6 = sample_addr("2001:db8::1");
	struct addr destination6 = sample_addr("2001:db8::2");
	uint8_t bytes[SAMPLE_BEGIN_MAX], packet[64];
	struct wr wr = sample_begin(bytes, 1);
	size_t at = build_open(&wr, 1);
	struct sflow_outcome outcome;
	struct wr inner;

	build_flow_fields(&wr, false, &flow, (uint32_t)strlen(records));
	for (const char *record = records; *record; record++) {
		wr_init(&inner, packet, sizeof packet);
		switch (*record) {
		case 'h':
			packet_samples[0].make(&inner);
			build_raw_header(&wr, 1, 1000, packet, inner.len);
			break;
		case 'a':
			build_ethernet(&inner, 0x0806);
			build_raw_header(&wr, 1, 64, packet, inner.len);
			break;
		case 'e':
			build_sampled_ethernet(&wr, 518);
			break;
		case '4':
			build_sampled_ip(&wr, 400, &source4, &destination4);
			break;
		case '6':
			build_sampled_ip(&wr, 600, &source6, &destination6);
			break;
		default:
			build_unknown_record(&wr, 8800 << 12 | 1, 5);
			break;
		}
	}
	build_close(&wr, at);
	outcome = sflow_outcome(bytes, wr.len);
	assert_int_equal(outcome.kinds[SFLOW_FLOW], 1);
	return outcome.last.flow.packet;
}

static void
the_raw_header_goes_first_in_any_order(void **state)
{
	const struct {
		const char *records;
		enum sflow_origin origin;
		uint32_t frame_length;
		const char *destination;
	} rows[] = {
		{ "", SFLOW_FROM_NONE, 0, NULL },
		{ "?", SFLOW_FROM_NONE, 0, NULL },
		{ "h", SFLOW_FROM_HEADER, 1000, SAMPLE_DESTINATION4 },
		{ "h4", SFLOW_FROM_HEADER, 1000, SAMPLE_DESTINATION4 },
		{ "4h", SFLOW_FROM_HEADER, 1000, SAMPLE_DESTINATION4 },
		{ "e6?h", SFLOW_FROM_HEADER, 1000, SAMPLE_DESTINATION4 },
		{ "ha", SFLOW_FROM_HEADER, 1000, SAMPLE_DESTINATION4 },
		{ "a", SFLOW_FROM_NONE, 64, NULL },
		{ "ah", SFLOW_FROM_NONE, 64, NULL },
		{ "a4", SFLOW_FROM_IPV4, 64, "10.0.0.2" },
		{ "e", SFLOW_FROM_NONE, 518, NULL },
		{ "4", SFLOW_FROM_IPV4, 400, "10.0.0.2" },
		{ "6", SFLOW_FROM_IPV6, 600, "2001:db8::2" },
		{ "46", SFLOW_FROM_IPV4, 400, "10.0.0.2" },
		{ "4e", SFLOW_FROM_IPV4, 518, "10.0.0.2" },
		{ "e?6", SFLOW_FROM_IPV6, 518, "2001:db8::2" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct sflow_packet packet = packet_of(rows[i].records);
		char text[ADDR_TEXT_MAX];

		assert_int_equal(packet.origin, rows[i].origin);
		assert_int_equal(packet.frame_length, rows[i].frame_length);
		if (rows[i].destination) {
			addr_text(&packet.destination, text);
			assert_string_equal(text, rows[i].destination);
		}
	}
}

static void
a_discarded_packet_comes_back(void **state)
{
	const struct sflow_discard discard = {
		.source = { 1, 0x12345678 },
		.sequence = 4000000000u,
		.drops = 9,
		.input = { SFLOW_PORT_INDEX, 5 },
		.output = { SFLOW_PORT_UNKNOWN, 0 },
		.reason = 258,
	};
	uint8_t bytes[SAMPLE_BEGIN_MAX];
	struct wr wr = sample_begin(bytes, 1);
	size_t at = build_open(&wr, 5);
	struct sflow_outcome outcome;
	const struct sflow_discard *back = &outcome.last.discard;

	(void)state;
	build_discard_fields(&wr, &discard, 1);
	build_sampled_ethernet(&wr, 99);
	build_close(&wr, at);
	outcome = sflow_outcome(bytes, wr.len);
	assert_int_equal(outcome.kinds[SFLOW_DISCARD], 1);
	assert_int_equal(back->source.class, 1);
	assert_int_equal(back->source.index, 0x12345678);
	assert_int_equal(back->sequence, 4000000000u);
	assert_int_equal(back->drops, 9);
	assert_port_equal(back->input, discard.input);
	assert_port_equal(back->output, discard.output);
	assert_int_equal(back->reason, 258);
	assert_int_equal(back->packet.frame_length, 99);
}

static void
structures_may_grow_at_their_end(void **state)
{
	static const struct sflow_flow flow = { .sampling_rate = 10 };
	uint8_t bytes[SAMPLE_BEGIN_MAX];
	struct wr wr = sample_begin(bytes, 1);
	size_t sample = build_open(&wr, 1);
	size_t record;
	struct sflow_outcome outcome;

	(void)state;
	build_flow_fields(&wr, false, &flow, 1);
	record = build_open(&wr, 3);
	for (uint32_t word = 0; word < 20; word++)
		wr_u32(&wr, word);
	build_close(&wr, record);
	wr_u64(&wr, 0);
	build_close(&wr, sample);
	outcome = sflow_outcome(bytes, wr.len);
	assert_int_equal(outcome.kinds[SFLOW_FLOW], 1);
	assert_int_equal(outcome.last.flow.packet.origin, SFLOW_FROM_IPV4);
	assert_true(outcome.last.flow.packet.destination.bits.hi == 3ull << 32);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_flow_sample_comes_back),
		cmocka_unit_test(impossible_interfaces_are_unknown),
		cmocka_unit_test(the_raw_header_goes_first_in_any_order),
		cmocka_unit_test(a_discarded_packet_comes_back),
		cmocka_unit_test(structures_may_grow_at_their_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
