#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#include "helpers/sflow_build.h"
#include "helpers/sflow_outcome.h"
#include "helpers/sflow_samples.h"
#include "sflow/sflow.h"

static void
good_sample(struct wr *wr)
{
	static const struct sflow_flow flow = { .sampling_rate = 10 };
	struct addr source = sample_addr(SAMPLE_SOURCE4);
	struct addr destination = sample_addr(SAMPLE_DESTINATION4);
	size_t at = build_open(wr, 1);

	build_flow_fields(wr, false, &flow, 1);
	build_sampled_ip(wr, 100, &source, &destination);
	build_close(wr, at);
}

static void
reads_the_header(void **state)
{
	const struct sflow_datagram datagrams[] = {
		{ sample_addr("192.0.2.10"), 100000, 7, 4294967295u, 0 },
		{ sample_addr("2001:db8::10"), 0, 4294967295u, 0, 0 },
	};

	(void)state;
	for (int i = 0; i < 2; i++) {
		uint8_t bytes[SAMPLE_BEGIN_MAX];
		struct wr wr;
		struct sflow_outcome outcome;

		wr_init(&wr, bytes, sizeof bytes);
		build_datagram(&wr, &datagrams[i]);
		outcome = sflow_outcome(bytes, wr.len);
		assert_true(outcome.opened);
		assert_int_equal(outcome.fault, SFLOW_FAULT_NONE);
		assert_true(addr_equal(&outcome.datagram.agent, &datagrams[i].agent));
		assert_int_equal(outcome.datagram.sub_agent, datagrams[i].sub_agent);
		assert_int_equal(outcome.datagram.sequence, datagrams[i].sequence);
		assert_int_equal(outcome.datagram.uptime_ms, datagrams[i].uptime_ms);
		assert_int_equal(outcome.datagram.samples, 0);
	}
}

static void
reads_every_kind(void **state)
{
	(void)state;
	for (size_t i = 0; i < datagram_sample_count; i++) {
		const struct datagram_sample *sample = &datagram_samples[i];
		uint8_t bytes[SAMPLE_BEGIN_MAX];
		struct wr wr;
		struct sflow_outcome outcome;

		wr_init(&wr, bytes, sizeof bytes);
		sample->make(&wr);
		outcome = sflow_outcome(bytes, wr.len);
		assert_true(outcome.opened);
		assert_int_equal(outcome.fault, SFLOW_FAULT_NONE);
		assert_int_equal(outcome.kinds[SFLOW_FLOW], sample->flows);
		assert_int_equal(outcome.kinds[SFLOW_COUNTERS], sample->counters);
		assert_int_equal(outcome.kinds[SFLOW_DISCARD], sample->discards);
		assert_int_equal(outcome.kinds[SFLOW_OTHER], sample->others);
		assert_int_equal(outcome.kinds[SFLOW_FAULTY], 0);
	}
}

static void
every_truncation_is_seen(void **state)
{
	(void)state;
	for (size_t i = 0; i < datagram_sample_count; i++) {
		uint8_t bytes[SAMPLE_BEGIN_MAX];
		struct wr wr;
		size_t header;

		wr_init(&wr, bytes, sizeof bytes);
		datagram_samples[i].make(&wr);
		header = bytes[7] == 1 ? 28 : 40;
		for (size_t len = 0; len < wr.len; len++) {
			struct sflow_outcome outcome = sflow_outcome(bytes, len);

			assert_true(outcome.opened == (len >= header));
			assert_int_equal(outcome.kinds[SFLOW_FAULTY], 0);
			if (!outcome.opened)
				assert_int_equal(
				    outcome.fault, SFLOW_FAULT_DATAGRAM_CUT);
			else if (outcome.fault != SFLOW_FAULT_SAMPLE_CUT)
				assert_int_equal(
				    outcome.fault, SFLOW_FAULT_SAMPLES_MISSING);
		}
	}
}

/* The bodies of samples that cannot be used. */

static void
body_of_no_bytes(struct wr *wr)
{
	(void)wr;
}

static void
body_cut_before_the_record_count(struct wr *wr)
{
	for (int word = 0; word < 7; word++)
		wr_u32(wr, 1);
}

static void
bad_records(struct wr *wr, uint32_t count)
{
	static const struct sflow_flow flow = { .sampling_rate = 10 };

	build_flow_fields(wr, false, &flow, count);
}

static void
body_with_fewer_records(struct wr *wr)
{
	bad_records(wr, 0xffffffff);
	build_sampled_ethernet(wr, 100);
}

static void
body_with_a_record_too_long(struct wr *wr)
{
	bad_records(wr, 1);
	wr_u32(wr, 77);
	wr_u32(wr, 0xfffffffd);
	wr_u32(wr, 0);
}

static void
body_with_a_record_unpadded(struct wr *wr)
{
	bad_records(wr, 1);
	wr_u32(wr, 77);
	wr_u32(wr, 5);
	wr_u32(wr, 0);
	wr_u8(wr, 0);
}

static void
body_with_a_short_raw_header(struct wr *wr)
{
	bad_records(wr, 1);
	build_unknown_record(wr, 1, 12);
}

static void
body_with_a_short_sampled_ipv6(struct wr *wr)
{
	bad_records(wr, 1);
	build_unknown_record(wr, 4, 36);
}

static void
body_with_no_sampled_ethernet(struct wr *wr)
{
	bad_records(wr, 1);
	build_unknown_record(wr, 2, 0);
}

static void
body_with_a_long_raw_header(struct wr *wr)
{
	size_t at;

	bad_records(wr, 1);
	at = build_open(wr, 1);
	wr_u32(wr, 1);
	wr_u32(wr, 100);
	wr_u32(wr, 0);
	wr_u32(wr, 9);
	wr_u64(wr, 0);
	build_close(wr, at);
}

static void
counters_with_a_short_record(struct wr *wr)
{
	static const struct sflow_counters counters;

	build_counter_fields(wr, false, &counters, 1);
	build_unknown_record(wr, 4413 << 12 | 3, 140);
}

static void
counters_with_fewer_records(struct wr *wr)
{
	static const struct sflow_counters counters;

	build_counter_fields(wr, false, &counters, 2);
	build_unknown_record(wr, 2, 52);
}

static void
counters_with_a_record_too_long(struct wr *wr)
{
	static const struct sflow_counters counters;

	build_counter_fields(wr, false, &counters, 1);
	wr_u32(wr, 1);
	wr_u32(wr, 88);
}

static void
a_bad_body_loses_one_sample(void **state)
{
	const struct {
		uint32_t format;
		void (*make)(struct wr *wr);
		enum sflow_fault fault;
	} rows[] = {
		{ 1, body_of_no_bytes, SFLOW_FAULT_BODY_CUT },
		{ 2, body_of_no_bytes, SFLOW_FAULT_BODY_CUT },
		{ 3, body_of_no_bytes, SFLOW_FAULT_BODY_CUT },
		{ 4, body_of_no_bytes, SFLOW_FAULT_BODY_CUT },
		{ 5, body_of_no_bytes, SFLOW_FAULT_BODY_CUT },
		{ 1, body_cut_before_the_record_count, SFLOW_FAULT_BODY_CUT },
		{ 5, body_cut_before_the_record_count, SFLOW_FAULT_BODY_CUT },
		{ 1, body_with_fewer_records, SFLOW_FAULT_RECORDS_MISSING },
		{ 1, body_with_a_record_too_long, SFLOW_FAULT_RECORD_CUT },
		{ 5, body_with_a_record_too_long, SFLOW_FAULT_RECORD_CUT },
		{ 1, body_with_a_short_raw_header, SFLOW_FAULT_RECORD_SHORT },
		{ 1, body_with_a_short_sampled_ipv6, SFLOW_FAULT_RECORD_SHORT },
		{ 1, body_with_no_sampled_ethernet, SFLOW_FAULT_RECORD_SHORT },
		{ 1, body_with_a_long_raw_header, SFLOW_FAULT_HEADER_LENGTH },
		{ 2, counters_with_a_short_record, SFLOW_FAULT_RECORD_SHORT },
		{ 2, counters_with_fewer_records, SFLOW_FAULT_RECORDS_MISSING },
		{ 2, counters_with_a_record_too_long, SFLOW_FAULT_RECORD_CUT },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		uint8_t bytes[SAMPLE_BEGIN_MAX];
		struct wr wr = sample_begin(bytes, 3);
		struct sflow_outcome outcome;
		size_t at;

		good_sample(&wr);
		at = build_open(&wr, rows[i].format);
		rows[i].make(&wr);
		build_close(&wr, at);
		good_sample(&wr);
		outcome = sflow_outcome(bytes, wr.len);
		assert_true(outcome.opened);
		assert_int_equal(outcome.fault, SFLOW_FAULT_NONE);
		assert_int_equal(outcome.sample_fault, rows[i].fault);
		assert_int_equal(outcome.kinds[SFLOW_FAULTY], 1);
		assert_int_equal(outcome.kinds[SFLOW_FLOW], 2);
	}
}

static void
an_unpadded_record_is_cut(void **state)
{
	uint8_t bytes[SAMPLE_BEGIN_MAX];
	struct wr wr = sample_begin(bytes, 1);
	size_t at = build_open(&wr, 1);
	struct sflow_outcome outcome;

	(void)state;
	body_with_a_record_unpadded(&wr);
	build_close(&wr, at);
	outcome = sflow_outcome(bytes, wr.len);
	assert_int_equal(outcome.kinds[SFLOW_FAULTY], 1);
	assert_int_equal(outcome.sample_fault, SFLOW_FAULT_RECORD_CUT);
}

static void
what_lies_before_a_framing_fault_counts(void **state)
{
	uint8_t bytes[SAMPLE_BEGIN_MAX];
	struct sflow_outcome outcome;
	struct wr wr;

	(void)state;
	wr = sample_begin(bytes, 3);
	good_sample(&wr);
	wr_u32(&wr, 1);
	wr_u32(&wr, 0xffffffff);
	good_sample(&wr);
	outcome = sflow_outcome(bytes, wr.len);
	assert_int_equal(outcome.fault, SFLOW_FAULT_SAMPLE_CUT);
	assert_int_equal(outcome.kinds[SFLOW_FLOW], 1);

	wr = sample_begin(bytes, 0xffffffff);
	good_sample(&wr);
	good_sample(&wr);
	outcome = sflow_outcome(bytes, wr.len);
	assert_int_equal(outcome.fault, SFLOW_FAULT_SAMPLES_MISSING);
	assert_int_equal(outcome.kinds[SFLOW_FLOW], 2);

	wr = sample_begin(bytes, 2);
	good_sample(&wr);
	good_sample(&wr);
	wr_u8(&wr, 0);
	outcome = sflow_outcome(bytes, wr.len);
	assert_int_equal(outcome.fault, SFLOW_FAULT_TRAILING);
	assert_int_equal(outcome.kinds[SFLOW_FLOW], 2);
}

static void
other_versions_and_agents_are_refused(void **state)
{
	uint8_t bytes[SAMPLE_BEGIN_MAX];
	struct wr wr = sample_begin(bytes, 1);
	struct sflow_outcome outcome;

	(void)state;
	good_sample(&wr);
	wr_patch_u32(&wr, 0, 4);
	outcome = sflow_outcome(bytes, wr.len);
	assert_false(outcome.opened);
	assert_int_equal(outcome.fault, SFLOW_FAULT_VERSION);
	wr_patch_u32(&wr, 0, 5);
	for (uint32_t type = 0; type < 9; type += 3) {
		wr_patch_u32(&wr, 4, type);
		outcome = sflow_outcome(bytes, wr.len);
		assert_false(outcome.opened);
		assert_int_equal(outcome.fault, SFLOW_FAULT_AGENT_ADDRESS);
	}
}

static void
random_changes_do_no_harm(void **state)
{
	(void)state;
	srand(1);
	for (int round = 0; round < 20000; round++) {
		const struct datagram_sample *sample =
		    &datagram_samples[(size_t)rand() % datagram_sample_count];
		uint8_t bytes[SAMPLE_BEGIN_MAX];
		struct wr wr;

		wr_init(&wr, bytes, sizeof bytes);
		sample->make(&wr);
		for (int changes = rand() % 4; changes >= 0; changes--)
			bytes[(size_t)rand() % wr.len] = (uint8_t)rand();
		sflow_outcome(bytes, (size_t)rand() % (wr.len + 1));
	}
}

static void
every_fault_has_a_text(void **state)
{
	(void)state;
	for (int i = 0; i < SFLOW_FAULTS; i++)
		for (int j = 0; j < i; j++)
			assert_string_not_equal(
			    sflow_fault_text(i), sflow_fault_text(j));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_the_header),
		cmocka_unit_test(reads_every_kind),
		cmocka_unit_test(every_truncation_is_seen),
		cmocka_unit_test(a_bad_body_loses_one_sample),
		cmocka_unit_test(an_unpadded_record_is_cut),
		cmocka_unit_test(what_lies_before_a_framing_fault_counts),
		cmocka_unit_test(other_versions_and_agents_are_refused),
		cmocka_unit_test(random_changes_do_no_harm),
		cmocka_unit_test(every_fault_has_a_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
