/*
 * What real speakers sent, and what others broke on purpose. Captures are searched for
 * the marker instead of being taken apart packet by packet.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "bgp/session.h"

#define FILE_MAX (1 << 20)
#define TAR_BLOCK 512

/* Reads a file of the shared data, unpacked if it was packed. Skips if it is not here.
 */
static size_t
read_shared(const char *name, uint8_t *bytes, size_t size)
{
	const char *shared = getenv("ARMD_SHARED");
	char path[400];
	gzFile file;
	int len;

	snprintf(
	    path, sizeof path, "%s/data/bgp/%s", shared ? shared : "../shared", name);
	file = gzopen(path, "rb");
	if (!file) {
		print_message("skipped: no %s\n", path);
		skip();
	}
	len = gzread(file, bytes, (unsigned)size);
	gzclose(file);
	assert_in_range(len, 1, size - 1);
	return (size_t)len;
}

/* What a capture holds, and what of it we could read. */
struct tally {
	unsigned opens, opens_read, notifications, refreshes, keepalives;
};

static void
count_message(const struct bgp_frame *frame, struct tally *tally)
{
	struct bgp_refresh refresh;
	struct bgp_error error;
	struct bgp_open open;
	/* an exact allocation, so that the sanitizer sees the first byte too far */
	uint8_t *body = malloc(frame->body_len ? frame->body_len : 1);

	assert_non_null(body);
	memcpy(body, frame->body, frame->body_len);
	switch ((enum bgp_message_type)frame->type) {
	case BGP_OPEN:
		tally->opens++;
		tally->opens_read += bgp_open_decode(
		    body, frame->body_len, &open, &error);
		break;
	case BGP_NOTIFICATION: {
		char text[BGP_ERROR_TEXT_MAX];

		assert_true(bgp_notification_decode(body, frame->body_len, &error));
		assert_non_null(bgp_error_code_name(error.code));
		assert_true(strlen(bgp_error_text(&error, text)) > 0);
		tally->notifications++;
		break;
	}
	case BGP_REFRESH:
		tally->refreshes += bgp_refresh_decode(
		    body, frame->body_len, true, &refresh, &error);
		break;
	case BGP_KEEPALIVE:
		tally->keepalives++;
		break;
	case BGP_UPDATE:
		break;
	}
	free(body);
}

static void
captures_are_read(void **state)
{
	/* as tshark counts them */
	static const struct {
		const char *name;
		struct tally expected;
	} cases[] = {
		{ "pcap/bgp-4byte-asn.pcap", { 8, 8, 1, 0, 16 } },
		{ "pcap/bgp-bgp_capabilities_print-oobr-1.pcap", { 1, 0, 0, 0, 0 } },
		{ "pcap/bgp-bgpsec.pcap", { 4, 4, 0, 0, 4 } },
		{ "pcap/bgp-cease-hard-reset.pcap", { 2, 2, 1, 0, 0 } },
		{ "pcap/bgp-enhanced-route-refresh-subtype.pcapng", { 0, 0, 0, 3, 0 } },
		{ "pcap/bgp-evpn.pcap", { 1, 1, 0, 0, 0 } },
		{ "pcap/bgp-extended-msg.pcapng", { 1, 1, 0, 0, 0 } },
		{ "pcap/bgp-extended-shutdown-msg.pcapng", { 0, 0, 1, 0, 0 } },
		{ "pcap/bgp-malformed-hard-reset.pcap", { 0, 0, 1, 0, 0 } },
		{ "pcap/bgp-role.pcapng", { 1, 1, 0, 0, 2 } },
		{ "pcap/bgp-shutdown-communication.pcapng", { 0, 0, 2, 0, 0 } },
		{ "pcap/bgp_notification_rr_msg_error.pcap", { 0, 0, 1, 0, 0 } },
		{ "pcap/multiple-sessions.pcap", { 20, 20, 0, 0, 171 } },
	};
	static uint8_t bytes[FILE_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		size_t len = read_shared(cases[i].name, bytes, sizeof bytes), at = 0;
		const struct tally *expected = &cases[i].expected;
		struct tally found = { 0 };

		while (at < len) {
			struct bgp_frame frame;
			struct bgp_error error;

			if (bgp_message_frame(bytes + at, len - at, BGP_MESSAGE_MAX,
				&frame, &error) == BGP_FRAME_WHOLE) {
				count_message(&frame, &found);
				at += frame.len;
			} else
				at++;
		}
		if (memcmp(&found, expected, sizeof found) != 0)
			fail_msg(
			    "%s: %u OPEN (%u read), %u NOTIFICATION, %u ROUTE-REFRESH,"
			    " %u KEEPALIVE",
			    cases[i].name, found.opens, found.opens_read,
			    found.notifications, found.refreshes, found.keepalives);
	}
}

static void
receive(struct bgp_session *session, const uint8_t *bytes, size_t len)
{
	struct bgp_actions actions;
	size_t taken;

	while ((taken = bgp_session_receive(
		    session, BGP_CONN_IN, bytes, len, 0, &actions))) {
		assert_true(taken <= len);
		bytes += taken;
		len -= taken;
	}
}

/* A new session that waits in `state` for what comes. */
static void
bring_to(struct bgp_session *session, enum bgp_state state)
{
	struct bgp_session_config config = bgp_session_config_default();
	struct bgp_open open = { .as = 65001, .id = 2, .hold_s = 90 };
	static const enum bgp_event_type events[] = { BGP_EVENT_START,
		BGP_EVENT_INCOMING };
	struct bgp_actions actions;
	uint8_t out[300];
	struct wr wr;

	config.local_as = 65136;
	config.local_id = 1;
	config.offer.families = BGP_FAMILY_BIT(FAMILY_IPV4);
	bgp_session_init(session, &config);
	for (size_t i = 0; i < 2; i++)
		bgp_session_step(
		    session, &(struct bgp_event){ .type = events[i] }, 0, &actions);
	wr_init(&wr, out, sizeof out);
	if (state >= BGP_OPENCONFIRM)
		bgp_open_encode(&wr, &open);
	if (state >= BGP_ESTABLISHED)
		bgp_keepalive_encode(&wr);
	receive(session, out, wr.len);
	assert_int_equal(bgp_session_state(session), state);
}

/* Feeds the bytes in `state` as they are, and as the body of each type of message. */
static void
feed(const uint8_t *bytes, size_t len, enum bgp_state state)
{
	uint8_t *message = malloc(BGP_HEADER_LEN + len);

	assert_non_null(message);
	for (unsigned type = 0; type < BGP_MESSAGE_TYPES; type++) {
		struct bgp_session session;
		size_t begin;
		struct wr wr;

		wr_init(&wr, message, BGP_HEADER_LEN + len);
		begin = type ? bgp_message_begin(&wr, type) : 0;
		wr_bytes(&wr, bytes, len);
		if (type)
			bgp_message_end(&wr, begin);
		bring_to(&session, state);
		receive(&session, message, wr.len);
		assert_true(bgp_session_state(&session) != BGP_CONNECT);
	}
	free(message);
}

static void
broken_messages_break_nothing(void **state)
{
	static const char *const names[] = { "malformed/bird-corpus-a.tgz",
		"malformed/frr-bgpd-corpus-a.tgz", "malformed/gobgp-bad-len-a.tgz",
		"malformed/seeds.tgz" };
	static uint8_t tar[8 * FILE_MAX];
	unsigned files = 0;

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		size_t len = read_shared(names[i], tar, sizeof tar);

		for (size_t at = 0; at + TAR_BLOCK <= len;) {
			size_t size = strtoul((char *)tar + at + 124, NULL, 8);
			bool plain = tar[at + 156] == '0';

			at += TAR_BLOCK;
			assert_true(at + size <= len);
			if (plain &&
			    size <= BGP_MESSAGE_EXTENDED_MAX - BGP_HEADER_LEN) {
				feed(tar + at, size, BGP_OPENSENT);
				feed(tar + at, size, BGP_OPENCONFIRM);
				feed(tar + at, size, BGP_ESTABLISHED);
				files++;
			}
			at += (size + TAR_BLOCK - 1) / TAR_BLOCK * TAR_BLOCK;
		}
	}
	assert_true(files > 500);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(captures_are_read),
		cmocka_unit_test(broken_messages_break_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
