#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "helpers/sflow_samples.h"
#include "sflow/header.h"

struct outcome {
	enum sflow_header header;
	struct addr source, destination;
};

/* Decodes an exact copy, so that the sanitizer sees a read beyond it. */
static struct outcome
decode(uint32_t protocol, const uint8_t *bytes, size_t len)
{
	struct outcome outcome = { .source = { .family = 99 } };
	uint8_t *copy = malloc(len ? len : 1);
	struct rd rd;

	memcpy(copy, bytes, len);
	rd_init(&rd, copy, len);
	outcome.header = sflow_header_decode(
	    protocol, &rd, &outcome.source, &outcome.destination);
	free(copy);
	return outcome;
}

static void
finds_the_outer_addresses(void **state)
{
	(void)state;
	for (size_t i = 0; i < packet_sample_count; i++) {
		const struct packet_sample *sample = &packet_samples[i];
		uint8_t bytes[256];
		struct outcome outcome;
		struct wr wr;

		wr_init(&wr, bytes, sizeof bytes);
		sample->make(&wr);
		outcome = decode(sample->protocol, bytes, wr.len);
		if (outcome.header != sample->header)
			fail_msg(
			    "%s: %s", sample->name, sflow_header_text(outcome.header));
		if (sample->destination) {
			char text[ADDR_TEXT_MAX];

			addr_text(&outcome.destination, text);
			assert_string_equal(text, sample->destination);
		} else {
			assert_int_equal(outcome.source.family, 99);
		}
	}
}

static void
finds_the_source_too(void **state)
{
	const uint8_t ipv4[] = { 0x45, 0, 0, 20, 0, 0, 0, 0, 1, 1, 0, 0, 192, 0, 2, 1,
		192, 0, 2, 2 };
	struct outcome outcome = decode(11, ipv4, sizeof ipv4);
	struct addr expected;

	(void)state;
	assert_int_equal(outcome.header, SFLOW_HEADER_IP);
	assert_true(addr_parse("192.0.2.1", &expected));
	assert_true(addr_equal(&outcome.source, &expected));
	assert_true(addr_parse("192.0.2.2", &expected));
	assert_true(addr_equal(&outcome.destination, &expected));
}

static void
every_truncation_is_seen(void **state)
{
	(void)state;
	for (size_t i = 0; i < packet_sample_count; i++) {
		const struct packet_sample *sample = &packet_samples[i];
		uint8_t bytes[256];
		size_t whole;
		struct wr wr;

		wr_init(&wr, bytes, sizeof bytes);
		sample->make(&wr);
		whole = wr.len;
		/* a tunnel's inner header may be missing */
		if (strcmp(sample->name, "ethernet-ipv4-in-ipv6") == 0)
			whole = 14 + 40;
		for (size_t len = 0; len < whole; len++) {
			enum sflow_header header =
			    decode(sample->protocol, bytes, len).header;

			if (sample->header != SFLOW_HEADER_NOT_IP &&
			    sample->header != SFLOW_HEADER_UNKNOWN_LINK)
				assert_int_equal(header, SFLOW_HEADER_CUT);
			else if (header != SFLOW_HEADER_CUT)
				assert_int_equal(header, sample->header);
		}
		for (size_t len = whole; len <= wr.len; len++)
			assert_int_equal(decode(sample->protocol, bytes, len).header,
			    sample->header);
	}
}

static void
endless_stacks_end(void **state)
{
	uint8_t bytes[1500];
	struct wr wr;

	(void)state;
	wr_init(&wr, bytes, sizeof bytes);
	wr_u64(&wr, 0);
	wr_u32(&wr, 0);
	while (wr_room(&wr) >= 4)
		wr_u32(&wr, 0x81000001);
	assert_int_equal(decode(1, bytes, wr.len).header, SFLOW_HEADER_CUT);
	memset(bytes, 0, sizeof bytes);
	assert_int_equal(decode(13, bytes, sizeof bytes).header, SFLOW_HEADER_CUT);
}

static void
every_verdict_has_a_text(void **state)
{
	(void)state;
	for (int i = 0; i < SFLOW_HEADERS; i++)
		for (int j = 0; j < i; j++)
			assert_string_not_equal(
			    sflow_header_text(i), sflow_header_text(j));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_the_outer_addresses),
		cmocka_unit_test(finds_the_source_too),
		cmocka_unit_test(every_truncation_is_seen),
		cmocka_unit_test(endless_stacks_end),
		cmocka_unit_test(every_verdict_has_a_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
