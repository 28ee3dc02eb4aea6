#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "tests/unit/bgp/session_rig.h"

static void
a_collision_leaves_the_one_of_the_greater_identifier(void **state)
{
	struct bgp_session_config config = make_config();
	struct rig rig;

	(void)state;
	/* the peer has identifier 101, we have 100: its connection stays */
	bring_to(&rig, BGP_OPENCONFIRM, &config);
	happen(&rig, BGP_EVENT_INCOMING);
	assert_string_equal(hear(&rig, IN, BGP_OPEN),
	    "send out NOTIFICATION 6/7, close out, send in KEEPALIVE");
	assert_string_equal(hear(&rig, IN, BGP_KEEPALIVE), "up in");
	/* the other way round it yields */
	bring_to(&rig, BGP_OPENSENT, &config);
	happen(&rig, BGP_EVENT_INCOMING);
	hear(&rig, IN, BGP_OPEN);
	assert_string_equal(
	    hear(&rig, OUT, BGP_OPEN), "send out NOTIFICATION 6/7, close out");
	assert_int_equal(rig.session.conns[IN].state, BGP_OPENCONFIRM);
}

/* The OPEN of a peer whose identifier is less than ours. */
static const char *
hear_lesser(struct rig *rig, enum bgp_conn_id id)
{
	static const uint8_t identifier[4] = { 0, 0, 0, 1 };
	uint8_t bytes[300];
	size_t len = make_message(bytes, sizeof bytes, BGP_OPEN, &rig->session.config);

	memcpy(bytes + 24, identifier, sizeof identifier);
	return hear_bytes(rig, id, bytes, len);
}

static void
a_collision_leaves_ours_if_our_identifier_is_greater(void **state)
{
	struct bgp_session_config config = make_config();
	struct rig rig;

	(void)state;
	bring_to(&rig, BGP_OPENSENT, &config);
	hear_lesser(&rig, OUT);
	happen(&rig, BGP_EVENT_INCOMING);
	assert_string_equal(
	    hear_lesser(&rig, IN), "send in NOTIFICATION 6/7, close in");
	assert_string_equal(hear(&rig, OUT, BGP_KEEPALIVE), "up out");
	/* also where the other has come further */
	bring_to(&rig, BGP_OPENSENT, &config);
	happen(&rig, BGP_EVENT_INCOMING);
	hear_lesser(&rig, IN);
	assert_string_equal(hear_lesser(&rig, OUT),
	    "send in NOTIFICATION 6/7, close in, send out KEEPALIVE");
	assert_string_equal(hear(&rig, OUT, BGP_KEEPALIVE), "up out");
}

static void
who_is_established_first_wins(void **state)
{
	struct bgp_session_config config = make_config();
	struct rig rig;

	(void)state;
	bring_to(&rig, BGP_OPENCONFIRM, &config);
	happen(&rig, BGP_EVENT_INCOMING);
	assert_string_equal(hear(&rig, OUT, BGP_KEEPALIVE),
	    "send in NOTIFICATION 6/7, close in, up out");
	bring_to(&rig, BGP_CONNECT, &config);
	happen(&rig, BGP_EVENT_INCOMING);
	hear(&rig, IN, BGP_OPEN);
	assert_string_equal(hear(&rig, IN, BGP_KEEPALIVE), "close out, up in");
}

static void
equal_identifiers_compare_the_as(void **state)
{
	struct bgp_open ours = { .as = 65001, .id = 7 };

	(void)state;
	assert_int_equal(bgp_collision_winner(&ours, 8, 1), IN);
	assert_int_equal(bgp_collision_winner(&ours, 6, 70000), OUT);
	assert_int_equal(bgp_collision_winner(&ours, 7, 70000), IN);
	assert_int_equal(bgp_collision_winner(&ours, 7, 65000), OUT);
}

static void
bad_opens_are_answered(void **state)
{
	static const struct {
		size_t at;
		uint8_t value;
		const char *answer;
	} cases[] = {
		{ 19, 3, "send out NOTIFICATION 2/1, close out" },
		{ 23, 2, "send out NOTIFICATION 2/6, close out" },
		{ 28, 1, "send out NOTIFICATION 2/0, close out" },
		{ 27, 100,
		    "send out NOTIFICATION 2/3, close out" }, /* our identifier */
		{ 29, 7, "send out NOTIFICATION 2/4, close out" },
		{ 17, 18, "send out NOTIFICATION 1/2, close out" },
		{ 18, 6, "send out NOTIFICATION 1/3, close out" },
	};
	struct bgp_session_config config = make_config();
	struct rig rig;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		uint8_t bytes[300];
		size_t len = make_message(bytes, sizeof bytes, BGP_OPEN, &config);

		bring_to(&rig, BGP_OPENSENT, &config);
		if (cases[i].at == 23)
			bytes[22] = 0;
		bytes[cases[i].at] = cases[i].value;
		assert_string_equal(hear_bytes(&rig, OUT, bytes, len), cases[i].answer);
		assert_int_equal(rig.session.last_sent.code, cases[i].answer[22] - '0');
	}
	config.peer_as = 65001;
	bring_to(&rig, BGP_OPENSENT, &config);
	assert_string_equal(
	    hear(&rig, OUT, BGP_OPEN), "send out NOTIFICATION 2/2, close out");
}

static void
messages_are_taken_one_by_one(void **state)
{
	struct bgp_session_config config = make_config();
	uint8_t bytes[300];
	size_t len = 0, taken = 0, updates = 0;
	struct rig rig;

	(void)state;
	bring_to(&rig, BGP_ESTABLISHED, &config);
	for (size_t i = 0; i < 5; i++)
		len += make_message(bytes + len, sizeof bytes - len,
		    i == 2 ? BGP_KEEPALIVE : BGP_UPDATE, &config);
	for (size_t n; (n = bgp_session_receive(&rig.session, OUT, bytes + taken,
			    len - 1 - taken, rig.now_ms, &rig.actions));
	     taken += n) {
		if (!rig.actions.count)
			continue;
		updates++;
		assert_int_equal(rig.actions.list[0].type, BGP_ACTION_UPDATE);
		assert_ptr_equal(
		    rig.actions.list[0].bytes, bytes + taken + BGP_HEADER_LEN);
		assert_int_equal(rig.actions.list[0].len, 4);
	}
	assert_int_equal(updates, 3);
	assert_int_equal(len - taken, 23);
	assert_int_equal(rig.session.received[BGP_UPDATE], 3);
	assert_int_equal(rig.session.received[BGP_KEEPALIVE], 2);
	assert_int_equal(rig.session.received[BGP_OPEN], 1);
	assert_int_equal(rig.session.sent[BGP_OPEN], 1);
	assert_int_equal(rig.session.sent[BGP_KEEPALIVE], 1);
	bgp_session_count_updates(&rig.session, 7);
	assert_int_equal(rig.session.sent[BGP_UPDATE], 7);
}

static void
nothing_is_taken_from_a_closed_connection(void **state)
{
	struct bgp_session_config config = make_config();
	uint8_t bytes[64];
	struct rig rig;
	size_t len;

	(void)state;
	bring_to(&rig, BGP_ESTABLISHED, &config);
	/* what ended it is not taken either, so that a reader's loop ends */
	len = make_message(bytes, sizeof bytes, BGP_NOTIFICATION, &config);
	assert_int_equal(bgp_session_receive(
			     &rig.session, OUT, bytes, len, rig.now_ms, &rig.actions),
	    0);
	assert_int_equal(rig.session.conns[OUT].state, BGP_IDLE);
	assert_string_equal(hear(&rig, OUT, BGP_UPDATE), "");
	assert_string_equal(hear(&rig, IN, BGP_OPEN), "");
}

/* A message of `len` bytes. */
static void
hear_long(struct rig *rig, enum bgp_message_type type, unsigned len)
{
	static uint8_t bytes[BGP_MESSAGE_EXTENDED_MAX];

	memset(bytes, 0xff, 16);
	bytes[16] = (uint8_t)(len >> 8);
	bytes[17] = (uint8_t)len;
	bytes[18] = (uint8_t)type;
	hear_bytes(rig, OUT, bytes, len);
}

static void
long_messages_are_taken_if_offered(void **state)
{
	struct bgp_session_config config = make_config();
	struct rig rig;

	(void)state;
	bring_to(&rig, BGP_ESTABLISHED, &config);
	hear_long(&rig, BGP_UPDATE, BGP_MESSAGE_EXTENDED_MAX);
	assert_string_equal(rig.did, "update out");
	config.offer.extended_message = false;
	bring_to(&rig, BGP_ESTABLISHED, &config);
	hear_long(&rig, BGP_UPDATE, BGP_MESSAGE_MAX);
	assert_string_equal(rig.did, "update out");
	hear_long(&rig, BGP_UPDATE, BGP_MESSAGE_MAX + 1);
	assert_string_equal(rig.did, "send out NOTIFICATION 1/2, close out, down out");
	/* who refuses our OPEN has seen what it offers */
	for (unsigned offered = 0; offered < 2; offered++) {
		config.offer.extended_message = offered;
		bring_to(&rig, BGP_OPENSENT, &config);
		hear_long(&rig, BGP_NOTIFICATION, BGP_MESSAGE_MAX + 1);
		assert_string_equal(rig.did,
		    offered ? "close out" : "send out NOTIFICATION 1/2, close out");
		/* an OPEN is never that long */
		bring_to(&rig, BGP_OPENSENT, &config);
		hear_long(&rig, BGP_OPEN, BGP_MESSAGE_MAX + 1);
		assert_string_equal(rig.did, "send out NOTIFICATION 1/2, close out");
	}
}

static void
refreshes_are_heeded_as_agreed(void **state)
{
	static const struct {
		uint8_t body[5];
		size_t len;
		const char *done, *plain; /* with and without enhanced refresh */
	} cases[] = {
		{ { 0, 1, 0, 1 }, 4, "refresh out", "refresh out" },
		{ { 0, 1, 1, 1 }, 4, "refresh out", "refresh out" },
		{ { 0, 1, 2, 1 }, 4, "refresh out", "refresh out" },
		{ { 0, 1, 3, 1 }, 4, "", "refresh out" },
		{ { 0, 1, 3, 1, 0 }, 5, "",
		    "send out NOTIFICATION 1/2, close out, down out" },
		{ { 0, 1, 3 }, 3, "",
		    "send out NOTIFICATION 1/2, close out, down out" },
		{ { 0, 2, 0, 1 }, 4, "", "" },
		{ { 0, 1, 0, 2 }, 4, "", "" },
		{ { 64, 4, 0, 71 }, 4, "", "" },
		{ { 0, 1, 1, 1, 0 }, 5,
		    "send out NOTIFICATION 7/1, close out, down out",
		    "send out NOTIFICATION 1/2, close out, down out" },
		{ { 0, 1, 2 }, 3, "send out NOTIFICATION 7/1, close out, down out",
		    "send out NOTIFICATION 1/2, close out, down out" },
		{ { 0, 1, 0 }, 3, "send out NOTIFICATION 1/2, close out, down out",
		    "send out NOTIFICATION 1/2, close out, down out" },
		{ { 0 }, 0, "send out NOTIFICATION 1/2, close out, down out",
		    "send out NOTIFICATION 1/2, close out, down out" },
	};
	struct bgp_session_config config = make_config();
	struct rig rig;

	(void)state;
	config.offer.families = V4;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		for (unsigned enhanced = 0; enhanced < 2; enhanced++) {
			uint8_t bytes[32];
			struct wr wr;

			config.offer.enhanced_refresh = enhanced;
			bring_to(&rig, BGP_ESTABLISHED, &config);
			wr_init(&wr, bytes, sizeof bytes);
			bgp_message_begin(&wr, BGP_REFRESH);
			wr_bytes(&wr, cases[i].body, cases[i].len);
			bgp_message_end(&wr, 0);
			assert_string_equal(hear_bytes(&rig, OUT, bytes, wr.len),
			    enhanced ? cases[i].done : cases[i].plain);
		}
}

static void
without_hold_time_an_open_is_not_awaited_for_ever(void **state)
{
	struct bgp_session_config config = make_config();
	struct rig rig;

	(void)state;
	config.hold_s = 0;
	bring_to(&rig, BGP_OPENCONFIRM, &config);
	assert_int_equal(bgp_session_deadline(&rig.session), rig.now_ms + 240000);
	assert_string_equal(wait(&rig), "send out NOTIFICATION 4/0, close out");
	bring_to(&rig, BGP_ESTABLISHED, &config);
	assert_true(bgp_session_deadline(&rig.session) == BGP_NEVER);
}

static void
what_the_peer_said_at_the_end_is_known(void **state)
{
	struct bgp_session_config config = make_config();
	char text[BGP_ERROR_TEXT_MAX];
	struct rig rig;

	(void)state;
	bring_to(&rig, BGP_ESTABLISHED, &config);
	hear(&rig, OUT, BGP_NOTIFICATION);
	assert_string_equal(bgp_down_text(&rig.session.down, text),
	    "peer sent Cease/Administrative Shutdown (6/2): bye");
	assert_string_equal(bgp_error_text(&rig.session.last_received, text),
	    "Cease/Administrative Shutdown (6/2): bye");
	assert_int_equal(rig.session.last_sent.code, 0);
	assert_int_equal(rig.session.received[BGP_NOTIFICATION], 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_collision_leaves_the_one_of_the_greater_identifier),
		cmocka_unit_test(a_collision_leaves_ours_if_our_identifier_is_greater),
		cmocka_unit_test(who_is_established_first_wins),
		cmocka_unit_test(equal_identifiers_compare_the_as),
		cmocka_unit_test(bad_opens_are_answered),
		cmocka_unit_test(messages_are_taken_one_by_one),
		cmocka_unit_test(nothing_is_taken_from_a_closed_connection),
		cmocka_unit_test(long_messages_are_taken_if_offered),
		cmocka_unit_test(refreshes_are_heeded_as_agreed),
		cmocka_unit_test(without_hold_time_an_open_is_not_awaited_for_ever),
		cmocka_unit_test(what_the_peer_said_at_the_end_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
