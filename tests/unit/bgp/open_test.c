#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "bgp/message.h"
#include "bgp/open.h"
#include "everything.h"

/* One of a speaker that knows no capabilities. */
static const struct bgp_open bare = { .as = 65001, .id = 1, .hold_s = 180 };

/* Decodes an allocation of exactly `len` bytes. */
static bool
decode_exactly(
    const uint8_t *body, size_t len, struct bgp_open *open, struct bgp_error *error)
{
	uint8_t *copy = malloc(len ? len : 1);
	bool ok;

	assert_non_null(copy);
	memcpy(copy, body, len);
	ok = bgp_open_decode(copy, len, open, error);
	free(copy);
	return ok;
}

/* The body of `open` as written. */
static size_t
encode_body(const struct bgp_open *open, uint8_t *retbody)
{
	uint8_t out[BGP_OPEN_MAX];
	struct bgp_frame frame;
	struct bgp_error error;
	struct wr wr;

	wr_init(&wr, out, sizeof out);
	bgp_open_encode(&wr, open);
	assert_false(wr.full);
	assert_int_equal(
	    bgp_message_frame(out, wr.len, BGP_MESSAGE_MAX, &frame, &error),
	    BGP_FRAME_WHOLE);
	assert_int_equal(frame.type, BGP_OPEN);
	assert_int_equal(frame.len, wr.len);
	memcpy(retbody, frame.body, frame.body_len);
	return frame.body_len;
}

static void
assert_refused(const uint8_t *body, size_t len, unsigned subcode)
{
	struct bgp_open open;
	struct bgp_error error;

	assert_false(decode_exactly(body, len, &open, &error));
	assert_int_equal(error.code, BGP_ERROR_OPEN);
	assert_int_equal(error.subcode, subcode);
	assert_true(error.reason[0]);
}

static void
an_open_comes_back(void **state)
{
	static const struct bgp_open *const opens[] = { &everything, &bare };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		uint8_t body[BGP_OPEN_MAX], again[BGP_OPEN_MAX];
		size_t len = encode_body(opens[i], body);
		struct bgp_open got;
		struct bgp_error error;

		assert_true(decode_exactly(body, len, &got, &error));
		assert_int_equal(got.as, opens[i]->as);
		assert_int_equal(got.id, opens[i]->id);
		assert_int_equal(got.hold_s, opens[i]->hold_s);
		assert_int_equal(encode_body(&got, again), len);
		assert_memory_equal(body, again, len);
	}
}

static void
each_capability_comes_back_alone(void **state)
{
	const struct bgp_capabilities *all = &everything.caps;
	const struct bgp_capabilities alone[] = {
		{ .families = V4, .multiprotocol = true },
		{ .families = V6, .multiprotocol = true },
		{ .refresh = true },
		{ .enhanced_refresh = true },
		{ .extended_message = true },
		{ .extended_next_hop = true },
		{ .as4 = true, .as = 4200000001 },
		{ .add_path_receive = V4 },
		{ .add_path_send = V4 },
		{ .add_path_receive = V6, .add_path_send = V4 | V6 },
		{ .graceful = all->graceful },
		{ .graceful = { .offered = true } },
		{ .graceful = { .offered = true, .restarting = true, .families = V4 } },
		{ .graceful = { .offered = true,
		      .notification = true,
		      .time_s = 120,
		      .families = V6,
		      .forwarding = V6 } },
		{ .long_lived = all->long_lived },
		{ .long_lived = { .offered = true } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof alone / sizeof *alone; i++) {
		struct bgp_capabilities got = { 0 };
		uint8_t out[BGP_CAPABILITIES_MAX];
		struct bgp_error error;
		struct wr wr;
		struct rd rd;

		wr_init(&wr, out, sizeof out);
		bgp_capabilities_encode(&wr, &alone[i]);
		assert_false(wr.full);
		rd_init(&rd, out, wr.len);
		assert_true(bgp_capabilities_decode(&rd, &got, &error));
		assert_int_equal(got.families, alone[i].families);
		assert_int_equal(got.multiprotocol, alone[i].multiprotocol);
		assert_int_equal(got.refresh, alone[i].refresh);
		assert_int_equal(got.enhanced_refresh, alone[i].enhanced_refresh);
		assert_int_equal(got.extended_message, alone[i].extended_message);
		assert_int_equal(got.extended_next_hop, alone[i].extended_next_hop);
		assert_int_equal(got.as4, alone[i].as4);
		assert_int_equal(got.as, alone[i].as);
		assert_int_equal(got.add_path_receive, alone[i].add_path_receive);
		assert_int_equal(got.add_path_send, alone[i].add_path_send);
		assert_memory_equal(
		    &got.graceful, &alone[i].graceful, sizeof got.graceful);
		assert_memory_equal(
		    &got.long_lived, &alone[i].long_lived, sizeof got.long_lived);
	}
}

static void
every_truncation_is_refused(void **state)
{
	uint8_t body[BGP_OPEN_MAX];
	size_t len = encode_body(&everything, body);

	(void)state;
	for (size_t cut = 0; cut < len; cut++)
		assert_refused(body, cut, BGP_OPEN_UNSPECIFIC);
	/* now with lengths that agree, so that the capabilities are cut */
	for (size_t cut = 12; cut < len; cut++) {
		uint8_t shorter[BGP_OPEN_MAX];
		struct bgp_open open;
		struct bgp_error error;

		memcpy(shorter, body, cut);
		shorter[9] = (uint8_t)(cut - 10);
		shorter[11] = (uint8_t)(cut - 12);
		if (!decode_exactly(shorter, cut, &open, &error)) {
			assert_int_equal(error.code, BGP_ERROR_OPEN);
			assert_int_equal(error.subcode, BGP_OPEN_UNSPECIFIC);
		}
	}
	body[len] = 0;
	assert_refused(body, len + 1, BGP_OPEN_UNSPECIFIC);
}

static void
a_writer_too_short_is_full(void **state)
{
	uint8_t body[BGP_OPEN_MAX];
	size_t len = BGP_HEADER_LEN + encode_body(&everything, body);

	(void)state;
	for (size_t cap = 0; cap < len; cap++) {
		uint8_t *out = malloc(cap ? cap : 1);
		struct wr wr;

		wr_init(&wr, out, cap);
		bgp_open_encode(&wr, &everything);
		assert_true(wr.full);
		free(out);
	}
}

static void
bad_fields_have_their_subcodes(void **state)
{
	static const struct {
		size_t at;
		uint8_t bytes[4];
		size_t count;
		unsigned subcode;
	} cases[] = {
		{ 0, { 3 }, 1, BGP_OPEN_BAD_VERSION },
		{ 0, { 5 }, 1, BGP_OPEN_BAD_VERSION },
		{ 1, { 0, 0 }, 2, BGP_OPEN_BAD_PEER_AS },
		{ 3, { 0, 1 }, 2, BGP_OPEN_BAD_HOLD_TIME },
		{ 3, { 0, 2 }, 2, BGP_OPEN_BAD_HOLD_TIME },
		{ 5, { 0, 0, 0, 0 }, 4, BGP_OPEN_BAD_ID },
		{ 9, { 1 }, 1, BGP_OPEN_UNSPECIFIC },
	};
	uint8_t body[BGP_OPEN_MAX];
	size_t len = encode_body(&bare, body);
	struct bgp_open open;
	struct bgp_error error;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		uint8_t bad[BGP_OPEN_MAX];

		memcpy(bad, body, len);
		memcpy(bad + cases[i].at, cases[i].bytes, cases[i].count);
		assert_refused(bad, len, cases[i].subcode);
	}
	/* also beside the capability, which knows better: RFC 7607 */
	body[1] = body[2] = 0;
	memcpy(body + len - 1, "\x08\x02\x06\x41\x04\0\1\0\0", 9);
	assert_refused(body, len + 8, BGP_OPEN_BAD_PEER_AS);
	body[2] = 1;
	assert_true(decode_exactly(body, len + 8, &open, &error));
	assert_int_equal(open.as, 65536);
	memset(body + len + 4, 0, 4);
	assert_refused(body, len + 8, BGP_OPEN_BAD_PEER_AS);
	encode_body(&bare, body);
	body[0] = 3;
	assert_false(decode_exactly(body, len, &open, &error));
	assert_int_equal(error.len, 2);
	assert_int_equal(error.data[0], 0);
	assert_int_equal(error.data[1], 4);
	body[0] = 4;
	memset(body + 3, 0, 2);
	assert_true(decode_exactly(body, len, &open, &error));
	assert_int_equal(open.hold_s, 0);
}

/* An OPEN with these optional parameters. */
static size_t
with_parameters(const uint8_t *parameters, size_t len, uint8_t *retbody)
{
	size_t begin = encode_body(&bare, retbody) - 1;

	retbody[begin] = (uint8_t)len;
	memcpy(retbody + begin + 1, parameters, len);
	return begin + 1 + len;
}

static void
bad_parameters_have_their_subcodes(void **state)
{
	static const struct {
		uint8_t bytes[16];
		size_t len;
		unsigned subcode;
	} cases[] = {
		{ { 1, 1, 0 }, 3, BGP_OPEN_BAD_PARAMETER }, /* authentication of old */
		{ { 9, 0 }, 2, BGP_OPEN_BAD_PARAMETER },
		{ { 2 }, 1, BGP_OPEN_UNSPECIFIC },
		{ { 2, 5, 2, 0 }, 4, BGP_OPEN_UNSPECIFIC },
		{ { 2, 1, 2 }, 3, BGP_OPEN_UNSPECIFIC },
		{ { 2, 3, 2, 1, 0 }, 5, BGP_OPEN_UNSPECIFIC }, /* refresh with value */
		{ { 2, 5, 1, 3, 0, 1, 0 }, 7, BGP_OPEN_UNSPECIFIC }, /* MP of 3 */
		{ { 2, 7, 1, 5, 0, 1, 0, 1, 0 }, 9, BGP_OPEN_UNSPECIFIC },
		{ { 2, 5, 65, 3, 0, 1, 0 }, 7, BGP_OPEN_UNSPECIFIC }, /* AS4 of 3 */
		{ { 2, 3, 64, 1, 0 }, 5, BGP_OPEN_UNSPECIFIC },       /* GR of 1 */
		{ { 2, 7, 64, 5, 0, 9, 0, 1, 1 }, 9, BGP_OPEN_UNSPECIFIC },
		{ { 2, 5, 69, 3, 0, 1, 1 }, 7,
		    BGP_OPEN_UNSPECIFIC }, /* ADD-PATH of 3 */
		{ { 2, 8, 71, 6, 0, 1, 1, 0, 0, 1 }, 10, BGP_OPEN_UNSPECIFIC },
		{ { 2, 6, 5, 4, 0, 1, 0, 1 }, 8,
		    BGP_OPEN_UNSPECIFIC }, /* next hop of 4 */
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		uint8_t body[64];
		size_t len = with_parameters(cases[i].bytes, cases[i].len, body);

		assert_refused(body, len, cases[i].subcode);
	}
}

static void
what_we_do_not_know_is_skipped(void **state)
{
	static const uint8_t parameters[] = {
		2, 0,                              /* empty */
		2, 6, 73, 4, 1, 'h', 1, 'd',       /* FQDN */
		2, 6, 1, 4, 0, 25, 0, 70,          /* EVPN */
		2, 2, 128, 0,                      /* the refresh of before RFC 2918 */
		2, 6, 69, 4, 0, 1, 1, 7,           /* ADD-PATH of an unknown mode */
		2, 8, 64, 6, 0, 5, 0, 25, 70, 128, /* GR of another family */
		2, 2, 2, 0, 2, 2, 2, 0,            /* route refresh, twice */
		2, 4, 70, 0, 6, 0,                 /* two in a parameter */
	};
	uint8_t body[128];
	size_t len = with_parameters(parameters, sizeof parameters, body);
	struct bgp_open open;
	struct bgp_error error;

	(void)state;
	assert_true(decode_exactly(body, len, &open, &error));
	assert_true(open.caps.refresh);
	assert_true(open.caps.enhanced_refresh && open.caps.extended_message);
	assert_true(open.caps.multiprotocol);
	assert_int_equal(open.caps.families, 0);
	assert_int_equal(open.caps.add_path_receive | open.caps.add_path_send, 0);
	assert_true(open.caps.graceful.offered);
	assert_int_equal(open.caps.graceful.time_s, 5);
	assert_int_equal(open.caps.graceful.families, 0);
	assert_int_equal(open.caps.graceful.forwarding, 0);
}

/* Of what may stand once the last counts: RFC 4724 3. */
static void
the_last_of_equals_counts(void **state)
{
	static const uint8_t parameters[] = {
		2,
		16,
		64,
		6,
		0xc0,
		90,
		0,
		1,
		1,
		0x80, /* restarting, and IPv4 */
		64,
		6,
		0,
		30,
		0,
		2,
		1,
		0, /* neither */
		2,
		18,
		71,
		7,
		0,
		1,
		1,
		0x80,
		0,
		0,
		9, /* nor here */
		71,
		7,
		0,
		2,
		1,
		0,
		0,
		0,
		5,
		2,
		12,
		65,
		4,
		0,
		1,
		0,
		0,
		65,
		4,
		0,
		2,
		0,
		0,
	};
	uint8_t body[128];
	size_t len = with_parameters(parameters, sizeof parameters, body);
	struct bgp_open open;
	struct bgp_error error;

	(void)state;
	assert_true(decode_exactly(body, len, &open, &error));
	assert_false(open.caps.graceful.restarting);
	assert_int_equal(open.caps.graceful.time_s, 30);
	assert_int_equal(open.caps.graceful.families, V6);
	assert_int_equal(open.caps.graceful.forwarding, 0);
	assert_int_equal(open.caps.long_lived.families, V6);
	assert_int_equal(open.caps.long_lived.stale_s[FAMILY_IPV6], 5);
	assert_int_equal(open.as, 0x20000);
}

static void
extended_parameters_are_read(void **state)
{
	/* 300 bytes of a capability we do not know, then the AS: RFC 9072 */
	uint8_t body[512];
	size_t len = encode_body(&bare, body) - 1;
	struct bgp_open open;
	struct bgp_error error;
	struct wr wr;

	(void)state;
	for (unsigned short_len = 1; short_len < 256; short_len += 254) {
		wr_init(&wr, body + len, sizeof body - len);
		wr_u8(&wr, (uint8_t)short_len); /* to be ignored unless 0 */
		wr_u8(&wr, 255);
		wr_u16(&wr, 3 + 302 + 3 + 6);
		wr_u8(&wr, 2);
		wr_u16(&wr, 302);
		for (unsigned i = 0; i < 302; i += 151) {
			static const uint8_t zeros[149];

			wr_u8(&wr, 200);
			wr_u8(&wr, sizeof zeros);
			wr_bytes(&wr, zeros, sizeof zeros);
		}
		wr_u8(&wr, 2);
		wr_u16(&wr, 6);
		wr_u8(&wr, BGP_CAP_AS4);
		wr_u8(&wr, 4);
		wr_u32(&wr, 4200000009);
		assert_false(wr.full);
		assert_true(decode_exactly(body, len + wr.len, &open, &error));
		assert_int_equal(open.as, 4200000009);
		for (size_t cut = 0; cut < len + wr.len; cut++)
			assert_refused(body, cut, BGP_OPEN_UNSPECIFIC);
		body[len] = 0;
		assert_refused(body, len + wr.len, BGP_OPEN_UNSPECIFIC);
	}
}

static void
a_long_as_number_travels_as_trans(void **state)
{
	uint8_t body[BGP_OPEN_MAX];
	struct bgp_open open;
	struct bgp_error error;
	size_t len = encode_body(&everything, body);

	(void)state;
	assert_int_equal(body[1] << 8 | body[2], BGP_AS_TRANS);
	assert_true(bgp_open_decode(body, len, &open, &error));
	assert_int_equal(open.as, 4200000001);
	encode_body(&bare, body);
	assert_int_equal(body[1] << 8 | body[2], 65001);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_open_comes_back),
		cmocka_unit_test(each_capability_comes_back_alone),
		cmocka_unit_test(every_truncation_is_refused),
		cmocka_unit_test(a_writer_too_short_is_full),
		cmocka_unit_test(bad_fields_have_their_subcodes),
		cmocka_unit_test(bad_parameters_have_their_subcodes),
		cmocka_unit_test(what_we_do_not_know_is_skipped),
		cmocka_unit_test(the_last_of_equals_counts),
		cmocka_unit_test(extended_parameters_are_read),
		cmocka_unit_test(a_long_as_number_travels_as_trans),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
