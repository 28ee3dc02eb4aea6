/*
 * What real speakers sent, but for UPDATEs. Captures are searched for the marker
 * instead of being taken apart packet by packet.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "bgp/message.h"
#include "bgp/open.h"
#include "helpers/bgp_capture.h"
#include "helpers/shared_file.h"

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
		{ "bgp/pcap/bgp-4byte-asn.pcap", { 8, 8, 1, 0, 16 } },
		{ "bgp/pcap/bgp-bgp_capabilities_print-oobr-1.pcap",
		    { 1, 0, 0, 0, 0 } },
		{ "bgp/pcap/bgp-bgpsec.pcap", { 4, 4, 0, 0, 4 } },
		{ "bgp/pcap/bgp-cease-hard-reset.pcap", { 2, 2, 1, 0, 0 } },
		{ "bgp/pcap/bgp-enhanced-route-refresh-subtype.pcapng",
		    { 0, 0, 0, 3, 0 } },
		{ "bgp/pcap/bgp-evpn.pcap", { 1, 1, 0, 0, 0 } },
		{ "bgp/pcap/bgp-extended-msg.pcapng", { 1, 1, 0, 0, 0 } },
		{ "bgp/pcap/bgp-extended-shutdown-msg.pcapng", { 0, 0, 1, 0, 0 } },
		{ "bgp/pcap/bgp-malformed-hard-reset.pcap", { 0, 0, 1, 0, 0 } },
		{ "bgp/pcap/bgp-role.pcapng", { 1, 1, 0, 0, 2 } },
		{ "bgp/pcap/bgp-shutdown-communication.pcapng", { 0, 0, 2, 0, 0 } },
		{ "bgp/pcap/bgp_notification_rr_msg_error.pcap", { 0, 0, 1, 0, 0 } },
		{ "bgp/pcap/multiple-sessions.pcap", { 20, 20, 0, 0, 171 } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		size_t len, at = 0;
		uint8_t *bytes = shared_load(cases[i].name, &len);
		const struct tally *expected = &cases[i].expected;
		struct tally found = { 0 };
		struct bgp_frame frame;

		while (bgp_capture_message(bytes, len, &at, &frame))
			count_message(&frame, &found);
		free(bytes);
		if (memcmp(&found, expected, sizeof found) != 0)
			fail_msg(
			    "%s: %u OPEN (%u read), %u NOTIFICATION, %u ROUTE-REFRESH,"
			    " %u KEEPALIVE",
			    cases[i].name, found.opens, found.opens_read,
			    found.notifications, found.refreshes, found.keepalives);
	}
}

/* The NOTIFICATIONs, as tshark reads them too, in the words of the operator. */
static void
parting_words_are_read(void **state)
{
#define TICKET "[TICKET-1-1438367390] software upgrade; Expected downtime for 2 hours;"
	static const struct {
		const char *name, *texts[3];
	} cases[] = {
		{ "bgp/pcap/bgp-shutdown-communication.pcapng",
		    { "Cease/Administrative Shutdown (6/2): This is a test of the "
		      "shutdown communication system.",
			"Cease/Administrative Reset (6/4): This is a test of the "
			"shutdown communication system." } },
		{ "bgp/pcap/bgp-extended-shutdown-msg.pcapng",
		    { "Cease/Administrative Shutdown (6/2): " TICKET TICKET TICKET } },
		{ "bgp/pcap/bgp-cease-hard-reset.pcap",
		    { "Cease/Hard Reset (6/9) of Cease/Peer De-configured (6/3)" } },
		/* the error it should wrap is missing */
		{ "bgp/pcap/bgp-malformed-hard-reset.pcap",
		    { "Cease/Hard Reset (6/9)" } },
		/* nor is the message shown that was at fault */
		{ "bgp/pcap/bgp_notification_rr_msg_error.pcap",
		    { "ROUTE-REFRESH Message Error/Invalid Message Length (7/1): "
		      "feb0" } },
		{ "bgp/pcap/bgp-4byte-asn.pcap",
		    { "Cease/Other Configuration Change (6/6)" } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		size_t len, at = 0, n = 0;
		uint8_t *bytes = shared_load(cases[i].name, &len);
		struct bgp_frame frame;

		while (bgp_capture_message(bytes, len, &at, &frame)) {
			char text[BGP_ERROR_TEXT_MAX];
			struct bgp_error error;

			if (frame.type != BGP_NOTIFICATION)
				continue;
			assert_non_null(cases[i].texts[n]);
			assert_true(bgp_notification_decode(
			    frame.body, frame.body_len, &error));
			assert_string_equal(
			    bgp_error_text(&error, text), cases[i].texts[n++]);
		}
		assert_null(cases[i].texts[n]);
		free(bytes);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(captures_are_read),
		cmocka_unit_test(parting_words_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
