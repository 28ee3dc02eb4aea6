#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "tests/unit/bgp/session_rig.h"

static const struct bgp_error cease = { .code = 6, .subcode = 2 };
static const struct bgp_error malformed = { .code = 3, .subcode = 1 };

/* Whether routes are kept after each kind of end, without and with the N bit. */
static void
routes_are_kept_where_the_rfcs_say(void **state)
{
	static const struct bgp_error hard = { .code = 6, .subcode = 9 };
	static const struct {
		struct bgp_event event;
		bool kept[3]; /* no restart, restart, restart with N */
	} cases[] = {
		{ { .type = BGP_EVENT_CLOSED, .conn = OUT }, { false, true, true } },
		{ { .type = BGP_EVENT_ERROR, .error = &malformed },
		    { false, false, true } },
		{ { .type = BGP_EVENT_ERROR, .error = &hard },
		    { false, false, false } },
		{ { .type = BGP_EVENT_STOP }, { false, false, false } },
		{ { .type = BGP_EVENT_STOP, .error = &cease },
		    { false, false, false } },
	};
	struct bgp_session_config config = make_config();
	struct rig rig;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		for (unsigned mode = 0; mode < 3; mode++) {
			config.offer.graceful = (struct bgp_graceful){ .offered = mode >
										  0,
				.notification = mode > 1,
				.families = V4 };
			bring_to(&rig, BGP_ESTABLISHED, &config);
			step(&rig, &cases[i].event);
			assert_int_equal(
			    rig.session.down.graceful, cases[i].kept[mode]);
		}
	bring_to(&rig, BGP_ESTABLISHED, &config);
	hear(&rig, OUT, BGP_NOTIFICATION);
	assert_true(rig.session.down.graceful);
}

static void
a_cease_is_hard_where_it_would_not_be_believed(void **state)
{
	struct bgp_session_config config = make_config();
	struct bgp_error error;
	char text[BGP_ERROR_TEXT_MAX];
	struct rig rig;

	(void)state;
	config.offer.graceful = (struct bgp_graceful){
		.offered = true, .notification = true, .families = V4
	};
	bgp_error_cease(&error, BGP_CEASE_SHUTDOWN, "for good");
	bring_to(&rig, BGP_ESTABLISHED, &config);
	assert_string_equal(
	    step(&rig, &(struct bgp_event){ .type = BGP_EVENT_STOP, .error = &error }),
	    "send out NOTIFICATION 6/9, close out, down out");
	assert_string_equal(bgp_down_text(&rig.session.down, text),
	    "sent Cease/Hard Reset (6/9) of Cease/Administrative Shutdown (6/2): for good");
}

static void
the_longest_shutdowns_fit(void **state)
{
	struct bgp_session_config config = make_config();
	char long_text[300] = { 0 };
	struct bgp_error error;
	struct rig rig;

	(void)state;
	memset(long_text, 'x', 299);
	bgp_error_cease(&error, BGP_CEASE_SHUTDOWN, long_text);
	bring_to(&rig, BGP_OPENCONFIRM, &config);
	happen(&rig, BGP_EVENT_INCOMING);
	assert_string_equal(
	    step(&rig, &(struct bgp_event){ .type = BGP_EVENT_STOP, .error = &error }),
	    "send out NOTIFICATION 6/2, close out, send in NOTIFICATION 6/2, close in");
	assert_int_equal(rig.actions.list[0].len, BGP_HEADER_LEN + 2 + 256);
}

static void
what_the_peer_did_wrong_keeps_it_out_for_a_while(void **state)
{
	struct bgp_session_config config = make_config();
	struct rig rig;

	(void)state;
	bring_to(&rig, BGP_ESTABLISHED, &config);
	step(&rig, &(struct bgp_event){ .type = BGP_EVENT_ERROR, .error = &malformed });
	assert_string_equal(
	    happen(&rig, BGP_EVENT_INCOMING), "reject in NOTIFICATION 6/5");
	assert_true(bgp_session_deadline(&rig.session) <= rig.now_ms + 1000);
	assert_string_equal(wait(&rig), "connect out");
	assert_string_equal(
	    happen(&rig, BGP_EVENT_INCOMING), "accept in, send in OPEN");
}

static void
a_pause_ends_with_its_session(void **state)
{
	struct bgp_session_config config = make_config();
	struct rig rig;

	(void)state;
	bring_to(&rig, BGP_ESTABLISHED, &config);
	bgp_session_pause(&rig.session, true, rig.now_ms);
	step(&rig, &(struct bgp_event){ .type = BGP_EVENT_CLOSED, .conn = OUT });
	happen(&rig, BGP_EVENT_INCOMING);
	hear(&rig, IN, BGP_OPEN);
	assert_string_equal(hear(&rig, IN, BGP_KEEPALIVE), "up in");
	rig.now_ms += 90000;
	assert_string_equal(happen(&rig, BGP_EVENT_TIMER),
	    "send in NOTIFICATION 4/0, close in, down in");
}

static void
who_takes_nothing_for_too_long_is_given_up(void **state)
{
	struct bgp_session_config config = make_config();
	uint64_t began_ms;
	struct rig rig;
	char text[BGP_ERROR_TEXT_MAX];

	(void)state;
	config.send_hold_ms = 200000; /* more than twice the hold time */
	bring_to(&rig, BGP_ESTABLISHED, &config);
	began_ms = rig.now_ms;
	bgp_session_progress(&rig.session, OUT, true, rig.now_ms);
	/* its keepalives do not help */
	for (; rig.now_ms < began_ms + 199999; rig.now_ms += 1000) {
		hear(&rig, OUT, BGP_KEEPALIVE);
		happen(&rig, BGP_EVENT_TIMER);
		assert_int_equal(bgp_session_state(&rig.session), BGP_ESTABLISHED);
	}
	rig.now_ms = began_ms + 200000;
	assert_string_equal(happen(&rig, BGP_EVENT_TIMER),
	    "send out NOTIFICATION 8/0, close out, down out");
	assert_string_equal(bgp_down_text(&rig.session.down, text),
	    "sent Send Hold Timer Expired (8/0)");
	/* it was up for long, and yet it counts as a failure that goes on */
	assert_int_equal(rig.session.failures, 1);
	happen(&rig, BGP_EVENT_INCOMING);
	hear(&rig, IN, BGP_OPEN);
	hear(&rig, IN, BGP_KEEPALIVE);
	bgp_session_progress(&rig.session, IN, true, rig.now_ms);
	while (bgp_session_state(&rig.session) == BGP_ESTABLISHED) {
		hear(&rig, IN, BGP_KEEPALIVE);
		wait(&rig);
	}
	assert_int_equal(rig.session.failures, 2);
}

static void
patience_may_change_in_flight(void **state)
{
	struct bgp_session_config config = make_config();
	struct rig rig;

	(void)state;
	bring_to(&rig, BGP_ESTABLISHED, &config);
	bgp_session_set_patience(&rig.session, 190000, 7000, 9000);
	bgp_session_progress(&rig.session, OUT, true, rig.now_ms);
	assert_int_equal(rig.session.conns[OUT].send_at, rig.now_ms + 190000);
	step(&rig, &(struct bgp_event){ .type = BGP_EVENT_CLOSED, .conn = OUT });
	assert_in_range(
	    bgp_session_retry_at(&rig.session), rig.now_ms + 5250, rig.now_ms + 7000);
	wait(&rig);
	happen(&rig, BGP_EVENT_CONNECT_FAILED);
	assert_in_range(
	    bgp_session_retry_at(&rig.session), rig.now_ms + 6750, rig.now_ms + 9000);
}

static void
who_takes_something_is_not(void **state)
{
	struct bgp_session_config config = make_config();
	struct rig rig;

	(void)state;
	config.send_hold_ms = 1000; /* twice the hold time is longer */
	bring_to(&rig, BGP_ESTABLISHED, &config);
	for (int i = 0; i < 10; i++) {
		bgp_session_progress(&rig.session, OUT, true, rig.now_ms);
		rig.now_ms += 89999;
		hear(&rig, OUT, BGP_KEEPALIVE);
		rig.now_ms += 89999;
		hear(&rig, OUT, BGP_KEEPALIVE);
		happen(&rig, BGP_EVENT_TIMER);
	}
	assert_int_equal(bgp_session_state(&rig.session), BGP_ESTABLISHED);
	bgp_session_progress(&rig.session, OUT, false, rig.now_ms);
	rig.now_ms += 80000;
	hear(&rig, OUT, BGP_KEEPALIVE);
	rig.now_ms += 80000;
	hear(&rig, OUT, BGP_KEEPALIVE);
	rig.now_ms += 80000;
	happen(&rig, BGP_EVENT_TIMER);
	assert_int_equal(bgp_session_state(&rig.session), BGP_ESTABLISHED);
}

/* The peer dials and goes, again and again. Returns how long it was kept out. */
static uint64_t
flap(struct rig *rig)
{
	uint64_t began_ms = rig->now_ms;

	while (strncmp(happen(rig, BGP_EVENT_INCOMING), "reject", 6) == 0)
		rig->now_ms += 100;
	assert_string_equal(rig->did, "accept in, send in OPEN");
	step(rig, &(struct bgp_event){ .type = BGP_EVENT_CLOSED, .conn = IN });
	return rig->now_ms - began_ms;
}

static void
who_never_opens_is_kept_out_longer_and_longer(void **state)
{
	struct bgp_session_config config = make_config();
	uint64_t out_ms, longest_ms = 0;
	struct rig rig;

	(void)state;
	config.dial = false;
	bgp_session_init(&rig.session, &config);
	rig.now_ms = 5000;
	happen(&rig, BGP_EVENT_START);
	for (int i = 0; i < BGP_IDLE_HOLD_AFTER; i++)
		assert_int_equal(flap(&rig), 0);
	assert_int_equal(bgp_session_state(&rig.session), BGP_IDLE);
	for (int i = 0; i < 20; i++) {
		out_ms = flap(&rig);
		assert_true(out_ms > longest_ms || out_ms >= 45000);
		assert_true(out_ms <= 60100);
		longest_ms = out_ms > longest_ms ? out_ms : longest_ms;
	}
	/* once it is up, and for a while, all is forgotten */
	rig.now_ms = rig.session.idle_until;
	happen(&rig, BGP_EVENT_INCOMING);
	hear(&rig, IN, BGP_OPEN);
	assert_string_equal(hear(&rig, IN, BGP_KEEPALIVE), "up in");
	rig.now_ms += 61000;
	step(&rig, &(struct bgp_event){ .type = BGP_EVENT_CLOSED, .conn = IN });
	for (int i = 0; i < BGP_IDLE_HOLD_AFTER; i++)
		assert_int_equal(flap(&rig), 0);
	assert_in_range(flap(&rig), 1000, 32000);
}

static void
dialling_in_vain_keeps_nobody_out(void **state)
{
	struct bgp_session_config config = make_config();
	struct rig rig;

	(void)state;
	bring_to(&rig, BGP_CONNECT, &config);
	for (int i = 0; i < 2 * BGP_IDLE_HOLD_AFTER; i++) {
		happen(&rig, BGP_EVENT_CONNECT_FAILED);
		assert_string_equal(wait(&rig), "connect out");
	}
	happen(&rig, BGP_EVENT_CONNECT_FAILED);
	assert_string_equal(
	    happen(&rig, BGP_EVENT_INCOMING), "accept in, send in OPEN");
}

static void
an_error_may_ask_for_a_longer_pause(void **state)
{
	struct bgp_session_config config = make_config();
	const struct bgp_event event = {
		.type = BGP_EVENT_ERROR, .error = &malformed, .pause_ms = 300000
	};
	struct rig rig;

	(void)state;
	bring_to(&rig, BGP_ESTABLISHED, &config);
	step(&rig, &event);
	rig.now_ms += 299999;
	assert_string_equal(happen(&rig, BGP_EVENT_TIMER), "");
	assert_string_equal(
	    happen(&rig, BGP_EVENT_INCOMING), "reject in NOTIFICATION 6/5");
	rig.now_ms++;
	assert_string_equal(happen(&rig, BGP_EVENT_TIMER), "connect out");
	assert_string_equal(
	    happen(&rig, BGP_EVENT_INCOMING), "accept in, send in OPEN");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(routes_are_kept_where_the_rfcs_say),
		cmocka_unit_test(a_cease_is_hard_where_it_would_not_be_believed),
		cmocka_unit_test(the_longest_shutdowns_fit),
		cmocka_unit_test(what_the_peer_did_wrong_keeps_it_out_for_a_while),
		cmocka_unit_test(a_pause_ends_with_its_session),
		cmocka_unit_test(who_never_opens_is_kept_out_longer_and_longer),
		cmocka_unit_test(dialling_in_vain_keeps_nobody_out),
		cmocka_unit_test(an_error_may_ask_for_a_longer_pause),
		cmocka_unit_test(who_takes_nothing_for_too_long_is_given_up),
		cmocka_unit_test(who_takes_something_is_not),
		cmocka_unit_test(patience_may_change_in_flight),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
