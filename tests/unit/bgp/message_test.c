#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "bgp/message.h"

/* A header that says `len` and `type`, at the head of zeros. */
static void
make_header(uint8_t *bytes, size_t size, unsigned len, unsigned type)
{
	memset(bytes, 0, size);
	memset(bytes, 0xff, 16);
	bytes[16] = (uint8_t)(len >> 8);
	bytes[17] = (uint8_t)len;
	bytes[18] = (uint8_t)type;
}

/* Frames an allocation of exactly `len` bytes, so that one too far is seen. */
static enum bgp_frame_result
frame_exactly(const uint8_t *bytes, size_t len, size_t max, struct bgp_frame *frame,
    struct bgp_error *error)
{
	uint8_t *copy = malloc(len ? len : 1);
	enum bgp_frame_result result;

	assert_non_null(copy);
	memcpy(copy, bytes, len);
	result = bgp_message_frame(copy, len, max, frame, error);
	free(copy);
	return result;
}

static void
a_keepalive_comes_back(void **state)
{
	uint8_t out[BGP_HEADER_LEN + 1];
	struct bgp_frame frame;
	struct bgp_error error;
	struct wr wr;

	(void)state;
	wr_init(&wr, out, sizeof out);
	bgp_keepalive_encode(&wr);
	assert_int_equal(wr.len, BGP_HEADER_LEN);
	for (size_t len = 0; len < wr.len; len++)
		assert_int_equal(
		    frame_exactly(out, len, BGP_MESSAGE_MAX, &frame, &error),
		    BGP_FRAME_PARTIAL);
	assert_int_equal(
	    bgp_message_frame(out, wr.len, BGP_MESSAGE_MAX, &frame, &error),
	    BGP_FRAME_WHOLE);
	assert_int_equal(frame.type, BGP_KEEPALIVE);
	assert_int_equal(frame.len, BGP_HEADER_LEN);
	assert_int_equal(frame.body_len, 0);
}

static void
a_notification_comes_back(void **state)
{
	struct bgp_error sent, got, error;
	struct bgp_frame frame;
	uint8_t out[300];
	struct wr wr;

	(void)state;
	bgp_error_cease(&sent, BGP_CEASE_SHUTDOWN, "bye");
	wr_init(&wr, out, sizeof out);
	bgp_notification_encode(&wr, &sent);
	assert_int_equal(
	    bgp_message_frame(out, wr.len, BGP_MESSAGE_MAX, &frame, &error),
	    BGP_FRAME_WHOLE);
	assert_int_equal(frame.type, BGP_NOTIFICATION);
	assert_true(bgp_notification_decode(frame.body, frame.body_len, &got));
	assert_int_equal(got.code, 6);
	assert_int_equal(got.subcode, 2);
	assert_int_equal(got.len, 4);
	assert_memory_equal(got.data, sent.data, 4);
	assert_string_equal(got.reason, "");
	assert_false(bgp_notification_decode(frame.body, 1, &got));
	assert_false(bgp_notification_decode(frame.body, 0, &got));
}

static void
a_refresh_comes_back(void **state)
{
	(void)state;
	for (enum family family = 0; family < FAMILIES; family++)
		for (unsigned subtype = 0; subtype < 3; subtype++) {
			struct bgp_refresh refresh;
			struct bgp_frame frame;
			struct bgp_error error;
			enum family got;
			uint8_t out[23];
			struct wr wr;

			wr_init(&wr, out, sizeof out);
			bgp_refresh_encode(&wr, family, subtype);
			assert_false(wr.full);
			assert_int_equal(bgp_message_frame(out, wr.len, BGP_MESSAGE_MAX,
					     &frame, &error),
			    BGP_FRAME_WHOLE);
			assert_true(bgp_refresh_decode(
			    frame.body, frame.body_len, true, &refresh, &error));
			assert_true(bgp_family(refresh.afi, refresh.safi, &got));
			assert_int_equal(got, family);
			assert_int_equal(refresh.subtype, subtype);
			/* one who does not know subtypes reads a request: RFC 2918 */
			assert_true(bgp_refresh_decode(
			    frame.body, frame.body_len, false, &refresh, &error));
			assert_int_equal(refresh.subtype, BGP_REFRESH_REQUEST);
		}
}

static void
a_mark_of_another_length_is_shown_back(void **state)
{
	static const uint8_t body[300] = { 0, 1, BGP_REFRESH_BEGIN, 1, 42 };
	static const size_t lens[] = { 3, 5, 300 };

	(void)state;
	for (size_t i = 0; i < sizeof lens / sizeof *lens; i++) {
		size_t whole = BGP_HEADER_LEN + lens[i];
		struct bgp_refresh refresh;
		struct bgp_error error;

		assert_false(bgp_refresh_decode(body, lens[i], true, &refresh, &error));
		assert_int_equal(error.code, 7);
		assert_int_equal(error.subcode, 1);
		assert_int_equal(
		    error.len, whole < BGP_ERROR_DATA_MAX ? whole : BGP_ERROR_DATA_MAX);
		assert_int_equal(error.data[16] << 8 | error.data[17], whole);
		assert_int_equal(error.data[18], BGP_REFRESH);
		assert_memory_equal(error.data + BGP_HEADER_LEN, body,
		    error.len - (size_t)BGP_HEADER_LEN);
	}
}

/* RFC 4271 6.1 where RFC 7313 section 5 says nothing else */
static void
a_request_of_another_length_is_a_header_error(void **state)
{
	static const struct {
		uint8_t subtype;
		size_t len;
		bool enhanced;
	} cases[] = { { 0, 0, true }, { 0, 3, true }, { 0, 5, true }, { 1, 2, true },
		{ 0, 5, false }, { 1, 5, false }, { 3, 3, false } };

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const uint8_t body[5] = { 0, 1, cases[i].subtype, 1, 0 };
		struct bgp_refresh refresh;
		struct bgp_error error;

		assert_false(bgp_refresh_decode(
		    body, cases[i].len, cases[i].enhanced, &refresh, &error));
		assert_int_equal(error.code, 1);
		assert_int_equal(error.subcode, 2);
		assert_int_equal(error.len, 2);
		assert_int_equal(error.data[1], BGP_HEADER_LEN + cases[i].len);
	}
}

static void
every_wrong_marker_byte_is_seen(void **state)
{
	uint8_t bytes[BGP_HEADER_LEN];
	struct bgp_frame frame;
	struct bgp_error error;

	(void)state;
	for (size_t i = 0; i < 16; i++) {
		make_header(bytes, sizeof bytes, BGP_HEADER_LEN, BGP_KEEPALIVE);
		bytes[i] = 0xfe;
		assert_int_equal(
		    frame_exactly(bytes, sizeof bytes, BGP_MESSAGE_MAX, &frame, &error),
		    BGP_FRAME_BAD);
		assert_int_equal(error.code, 1);
		assert_int_equal(error.subcode, 1);
		assert_int_equal(error.len, 0);
	}
}

static void
wrong_lengths_are_refused_at_the_header(void **state)
{
	static const struct {
		unsigned type, len, max;
	} cases[] = {
		{ BGP_KEEPALIVE, 0, 4096 }, { BGP_KEEPALIVE, 18, 4096 },
		{ BGP_KEEPALIVE, 20, 4096 }, { BGP_OPEN, 28, 4096 },
		{ BGP_OPEN, 4097, 65535 }, { BGP_UPDATE, 22, 4096 },
		{ BGP_UPDATE, 4097, 4096 }, { BGP_UPDATE, 65535, 4096 },
		{ BGP_NOTIFICATION, 20, 4096 }, { BGP_REFRESH, 18, 4096 },
		{ 77, 18, 4096 }, /* the length is judged before the type */
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		uint8_t bytes[BGP_HEADER_LEN];
		struct bgp_frame frame;
		struct bgp_error error;

		make_header(bytes, sizeof bytes, cases[i].len, cases[i].type);
		assert_int_equal(
		    frame_exactly(bytes, sizeof bytes, cases[i].max, &frame, &error),
		    BGP_FRAME_BAD);
		assert_int_equal(error.code, 1);
		assert_int_equal(error.subcode, 2);
		assert_int_equal(error.len, 2);
		assert_int_equal(error.data[0] << 8 | error.data[1], cases[i].len);
	}
}

static void
unknown_types_are_refused(void **state)
{
	(void)state;
	for (unsigned type = 0; type < 256; type++) {
		uint8_t bytes[BGP_HEADER_LEN];
		struct bgp_frame frame;
		struct bgp_error error;

		make_header(bytes, sizeof bytes, 23, type);
		if (type >= BGP_OPEN && type <= BGP_REFRESH)
			continue;
		assert_int_equal(
		    frame_exactly(bytes, sizeof bytes, BGP_MESSAGE_MAX, &frame, &error),
		    BGP_FRAME_BAD);
		assert_int_equal(error.code, 1);
		assert_int_equal(error.subcode, 3);
		assert_int_equal(error.len, 1);
		assert_int_equal(error.data[0], type);
	}
}

static void
the_longest_messages_are_framed(void **state)
{
	static const size_t maxima[] = { BGP_MESSAGE_MAX, BGP_MESSAGE_EXTENDED_MAX };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		static uint8_t bytes[BGP_MESSAGE_EXTENDED_MAX + 1];
		struct bgp_frame frame;
		struct bgp_error error;
		size_t max = maxima[i];

		make_header(bytes, sizeof bytes, (unsigned)max, BGP_UPDATE);
		assert_int_equal(frame_exactly(bytes, max - 1, max, &frame, &error),
		    BGP_FRAME_PARTIAL);
		assert_int_equal(bgp_message_frame(bytes, max + 1, max, &frame, &error),
		    BGP_FRAME_WHOLE);
		assert_int_equal(frame.len, max);
		assert_int_equal(frame.body_len, max - BGP_HEADER_LEN);
		assert_ptr_equal(frame.body, bytes + BGP_HEADER_LEN);
	}
}

static void
a_short_writer_is_full(void **state)
{
	struct bgp_error error;
	uint8_t out[30];
	struct wr wr;

	(void)state;
	bgp_error_cease(&error, BGP_CEASE_SHUTDOWN, "more than fits in the rest");
	for (size_t cap = 0; cap < sizeof out; cap++) {
		wr_init(&wr, out, cap);
		bgp_notification_encode(&wr, &error);
		assert_true(wr.full);
	}
}

static void
families_have_numbers(void **state)
{
	enum family family = FAMILY_IPV4;

	(void)state;
	assert_true(bgp_family(2, 1, &family));
	assert_int_equal(family, FAMILY_IPV6);
	assert_false(bgp_family(1, 2, &family));
	assert_false(bgp_family(25, 1, &family));
	assert_false(bgp_family(0, 1, &family));
	assert_int_equal(family, FAMILY_IPV6);
	assert_int_equal(bgp_afi(FAMILY_IPV4), 1);
	assert_int_equal(bgp_afi(FAMILY_IPV6), 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_keepalive_comes_back),
		cmocka_unit_test(a_notification_comes_back),
		cmocka_unit_test(a_refresh_comes_back),
		cmocka_unit_test(a_mark_of_another_length_is_shown_back),
		cmocka_unit_test(a_request_of_another_length_is_a_header_error),
		cmocka_unit_test(every_wrong_marker_byte_is_seen),
		cmocka_unit_test(wrong_lengths_are_refused_at_the_header),
		cmocka_unit_test(unknown_types_are_refused),
		cmocka_unit_test(the_longest_messages_are_framed),
		cmocka_unit_test(a_short_writer_is_full),
		cmocka_unit_test(families_have_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
