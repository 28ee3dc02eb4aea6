#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "tests/unit/bgp/session_rig.h"

/* One thing that can happen. */
struct stimulus {
	enum { EVENT, SILENCE, MESSAGE, NOISE } kind;
	struct bgp_event event;
	enum bgp_message_type type;
};

static const char *
apply(struct rig *rig, const struct stimulus *stimulus)
{
	static const uint8_t noise[64];

	switch (stimulus->kind) {
	case EVENT:
		return step(rig, &stimulus->event);
	case SILENCE:
		if (rig->session.conns[OUT].hold_at == BGP_NEVER)
			return rig->session.started ? wait(rig)
						    : happen(rig, BGP_EVENT_TIMER);
		rig->now_ms = rig->session.conns[OUT].hold_at;
		return happen(rig, BGP_EVENT_TIMER);
	case MESSAGE:
		return hear(rig, OUT, stimulus->type);
	case NOISE:
		return hear_bytes(rig, OUT, noise, sizeof noise);
	}
	return NULL;
}

static const struct bgp_error cease = { .code = 6, .subcode = 2 };
static const struct bgp_error malformed = { .code = 3, .subcode = 1 };

/*
 * Every event in every state: what is done, and the state after it. "-": nothing is
 * done and the state stays.
 */
static const struct row {
	const char *name;
	struct stimulus stimulus;
	/* Idle, Connect, Active, OpenSent, OpenConfirm, Established */
	const char *expected[6];
} rows[] = {
	{ "start", { .event = { .type = BGP_EVENT_START } },
	    { "connect out > Connect", "-", "-", "-", "-", "-" } },
	{ "stop", { .event = { .type = BGP_EVENT_STOP, .error = &cease } },
	    { "-", "close out > Idle", " > Idle",
		"send out NOTIFICATION 6/2, close out > Idle",
		"send out NOTIFICATION 6/2, close out > Idle",
		"send out NOTIFICATION 6/2, close out, down out > Idle" } },
	{ "stop silently", { .event = { .type = BGP_EVENT_STOP } },
	    { "-", "close out > Idle", " > Idle", "close out > Idle",
		"close out > Idle", "close out, down out > Idle" } },
	{ "incoming", { .event = { .type = BGP_EVENT_INCOMING } },
	    { "reject in NOTIFICATION 6/5 > Idle", "accept in, send in OPEN > OpenSent",
		"accept in, send in OPEN > OpenSent",
		"accept in, send in OPEN > OpenSent",
		"accept in, send in OPEN > OpenConfirm",
		"reject in NOTIFICATION 6/5 > Established" } },
	{ "connected", { .event = { .type = BGP_EVENT_CONNECTED } },
	    { "-", "send out OPEN > OpenSent", "-", "-", "-", "-" } },
	{ "connect failed", { .event = { .type = BGP_EVENT_CONNECT_FAILED } },
	    { "-", "close out > Active", "-", "-", "-", "-" } },
	{ "closed", { .event = { .type = BGP_EVENT_CLOSED, .conn = OUT } },
	    { "-", "close out > Active", "-", "close out > Active",
		"close out > Active", "close out, down out > Active" } },
	{ "the other closed", { .event = { .type = BGP_EVENT_CLOSED, .conn = IN } },
	    { "-", "-", "-", "-", "-", "-" } },
	{ "error", { .event = { .type = BGP_EVENT_ERROR, .error = &malformed } },
	    { "-", "-", "-", "-", "-",
		"send out NOTIFICATION 3/1, close out, down out > Idle" } },
	{ "ask for refresh", { .event = { .type = BGP_EVENT_REFRESH } },
	    { "-", "-", "-", "-", "-", "send out ROUTE-REFRESH > Established" } },
	{ "early timer", { .event = { .type = BGP_EVENT_TIMER } },
	    { "-", "-", "-", "-", "-", "-" } },
	{ "silence", { .kind = SILENCE },
	    { "-", "close out > Active", "connect out > Connect",
		"send out NOTIFICATION 4/0, close out > Active",
		"send out NOTIFICATION 4/0, close out > Active",
		"send out NOTIFICATION 4/0, close out, down out > Active" } },
	{ "OPEN", { .kind = MESSAGE, .type = BGP_OPEN },
	    { "-", "-", "-", "send out KEEPALIVE > OpenConfirm",
		"send out NOTIFICATION 5/2, close out > Idle",
		"send out NOTIFICATION 5/3, close out, down out > Idle" } },
	{ "KEEPALIVE", { .kind = MESSAGE, .type = BGP_KEEPALIVE },
	    { "-", "-", "-", "send out NOTIFICATION 5/1, close out > Idle",
		"up out > Established", "-" } },
	{ "UPDATE", { .kind = MESSAGE, .type = BGP_UPDATE },
	    { "-", "-", "-", "send out NOTIFICATION 5/1, close out > Idle",
		"send out NOTIFICATION 5/2, close out > Idle",
		"update out > Established" } },
	{ "NOTIFICATION", { .kind = MESSAGE, .type = BGP_NOTIFICATION },
	    { "-", "-", "-", "close out > Active", "close out > Active",
		"close out, down out > Active" } },
	{ "ROUTE-REFRESH", { .kind = MESSAGE, .type = BGP_REFRESH },
	    { "-", "-", "-", "send out NOTIFICATION 5/1, close out > Idle",
		"send out NOTIFICATION 5/2, close out > Idle",
		"refresh out > Established" } },
	{ "noise", { .kind = NOISE },
	    { "-", "-", "-", "send out NOTIFICATION 1/1, close out > Idle",
		"send out NOTIFICATION 1/1, close out > Idle",
		"send out NOTIFICATION 1/1, close out, down out > Idle" } },
};

static void
every_event_in_every_state(void **state)
{
	struct bgp_session_config config = make_config();

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		for (enum bgp_state from = BGP_IDLE; from <= BGP_ESTABLISHED; from++) {
			const char *expected = rows[i].expected[from];
			char found[500], nothing[40];
			struct rig rig;

			bring_to(&rig, from, &config);
			apply(&rig, &rows[i].stimulus);
			snprintf(found, sizeof found, "%s > %s", rig.did,
			    bgp_state_name(bgp_session_state(&rig.session)));
			snprintf(
			    nothing, sizeof nothing, " > %s", bgp_state_name(from));
			if (strcmp(expected, "-") == 0)
				expected = nothing;
			if (strcmp(found, expected) != 0)
				fail_msg("%s in %s: %s, expected %s", rows[i].name,
				    bgp_state_name(from), found, expected);
		}
}

static void
a_passive_session_never_dials(void **state)
{
	struct bgp_session_config config = make_config();
	struct rig rig;

	(void)state;
	config.dial = false;
	bgp_session_init(&rig.session, &config);
	rig.now_ms = 0;
	assert_string_equal(happen(&rig, BGP_EVENT_START), "");
	assert_int_equal(bgp_session_state(&rig.session), BGP_ACTIVE);
	assert_true(bgp_session_deadline(&rig.session) == BGP_NEVER);
	happen(&rig, BGP_EVENT_INCOMING);
	hear(&rig, IN, BGP_OPEN);
	assert_string_equal(hear(&rig, IN, BGP_KEEPALIVE), "up in");
	step(&rig, &(struct bgp_event){ .type = BGP_EVENT_CLOSED, .conn = IN });
	assert_true(bgp_session_deadline(&rig.session) == BGP_NEVER);
	assert_string_equal(
	    happen(&rig, BGP_EVENT_INCOMING), "accept in, send in OPEN");
}

static void
an_active_session_refuses_callers(void **state)
{
	struct bgp_session_config config = make_config();
	struct rig rig;

	(void)state;
	config.listen = false;
	bring_to(&rig, BGP_ACTIVE, &config);
	assert_string_equal(
	    happen(&rig, BGP_EVENT_INCOMING), "reject in NOTIFICATION 6/5");
}

static void
a_half_open_caller_is_replaced(void **state)
{
	struct bgp_session_config config = make_config();
	struct rig rig;

	(void)state;
	config.dial = false;
	bgp_session_init(&rig.session, &config);
	rig.now_ms = 0;
	happen(&rig, BGP_EVENT_START);
	happen(&rig, BGP_EVENT_INCOMING);
	assert_string_equal(
	    happen(&rig, BGP_EVENT_INCOMING), "close in, accept in, send in OPEN");
	hear(&rig, IN, BGP_OPEN);
	assert_string_equal(hear(&rig, IN, BGP_KEEPALIVE), "up in");
}

static void
graceful_restart_replaces_the_old_connection(void **state)
{
	struct bgp_session_config config = make_config();
	struct rig rig;
	char text[BGP_ERROR_TEXT_MAX];

	(void)state;
	config.offer.graceful = (struct bgp_graceful){
		.offered = true, .restarting = true, .time_s = 120, .families = V4
	};
	bring_to(&rig, BGP_ESTABLISHED, &config);
	assert_true(rig.session.negotiated.graceful.restarting);
	assert_string_equal(happen(&rig, BGP_EVENT_INCOMING),
	    "close out, down out, accept in, send in OPEN");
	assert_int_equal(rig.session.down.cause, BGP_DOWN_REPLACED);
	assert_true(rig.session.down.graceful);
	assert_string_equal(bgp_down_text(&rig.session.down, text),
	    "replaced by a new connection of the peer");
	hear(&rig, IN, BGP_OPEN);
	assert_string_equal(hear(&rig, IN, BGP_KEEPALIVE), "up in");
	assert_int_equal(rig.session.flaps, 1);
}

static void
dialling_in_vain_says_why(void **state)
{
	struct bgp_session_config config = make_config();
	struct rig rig;
	char text[BGP_ERROR_TEXT_MAX];
	struct bgp_error error;

	(void)state;
	bring_to(&rig, BGP_CONNECT, &config);
	assert_true(bgp_session_retry_at(&rig.session) == BGP_NEVER);
	bgp_error_set(&error, 0, 0, NULL, 0, "No route to host");
	assert_string_equal(step(&rig,
				&(struct bgp_event){
				    .type = BGP_EVENT_CONNECT_FAILED,
				    .error = &error,
				}),
	    "close out");
	assert_string_equal(bgp_down_text(&rig.session.ended, text),
	    "cannot connect: No route to host");
	assert_in_range(bgp_session_retry_at(&rig.session), rig.now_ms + 1,
	    rig.now_ms + config.retry_min_ms);
	wait(&rig); /* dials */
	wait(&rig); /* in vain */
	assert_string_equal(
	    bgp_down_text(&rig.session.ended, text), "cannot connect: no answer");
	assert_int_equal(rig.session.down.cause, BGP_DOWN_NEVER_UP);
	assert_int_equal(rig.session.undialled, 2);
	assert_int_equal(rig.session.failures, 2);
}

/* What OPENs say of our restart: F when we know what the peer may hold. */
static void
the_first_open_tells_of_our_start(void **state)
{
	struct bgp_session_config config = make_config();

	(void)state;
	config.dial = false;
	config.offer.graceful = (struct bgp_graceful){
		.offered = true, .time_s = 120, .families = V4, .forwarding = V4
	};
	config.offer.long_lived = (struct bgp_long_lived){
		.offered = true, .families = V4, .forwarding = V4
	};
	for (unsigned known = 0; known < 2; known++) {
		const struct bgp_capabilities *offer;
		struct rig rig = { 0 };

		bgp_session_init(&rig.session, &config);
		bgp_session_set_restarting(&rig.session, true);
		if (!known)
			bgp_session_disown(&rig.session);
		offer = &rig.session.config.offer;
		assert_true(offer->graceful.restarting);
		assert_int_equal(offer->graceful.forwarding, known ? V4 : 0);
		assert_int_equal(offer->long_lived.forwarding, known ? V4 : 0);
		happen(&rig, BGP_EVENT_START);
		happen(&rig, BGP_EVENT_INCOMING);
		assert_int_equal(
		    rig.session.conns[IN].ours.caps.graceful.forwarding, known);
		hear(&rig, IN, BGP_OPEN);
		assert_string_equal(hear(&rig, IN, BGP_KEEPALIVE), "up in");
		assert_true(offer->graceful.restarting); /* until told otherwise */
		assert_int_equal(offer->graceful.forwarding, V4);
		assert_int_equal(offer->long_lived.forwarding, V4);
	}
}

/* The session is up for the peer only when it is for us. */
static void
an_open_is_confirmed_last(void **state)
{
	struct bgp_session_config config = make_config();
	struct rig rig;

	(void)state;
	config.confirm_last = true;
	bring_to(&rig, BGP_OPENSENT, &config);
	assert_string_equal(hear(&rig, OUT, BGP_OPEN), "");
	assert_string_equal(
	    hear(&rig, OUT, BGP_KEEPALIVE), "send out KEEPALIVE, up out");
	/* one that waits for us, too, is not kept waiting for long */
	bring_to(&rig, BGP_OPENCONFIRM, &config);
	assert_int_equal(
	    bgp_session_deadline(&rig.session), rig.now_ms + BGP_CONFIRM_MS);
	assert_string_equal(wait(&rig), "send out KEEPALIVE");
	assert_string_equal(hear(&rig, OUT, BGP_KEEPALIVE), "up out");
	/* nor another connection in its place */
	bring_to(&rig, BGP_OPENCONFIRM, &config);
	happen(&rig, BGP_EVENT_STOP);
	happen(&rig, BGP_EVENT_START);
	happen(&rig, BGP_EVENT_CONNECTED);
	hear(&rig, OUT, BGP_OPEN);
	assert_string_equal(
	    hear(&rig, OUT, BGP_KEEPALIVE), "send out KEEPALIVE, up out");
}

/* A helper does, lest a peer that restarts as well waits for it; others have no word.
 */
static void
a_helper_tells_of_its_start(void **state)
{
	struct bgp_session_config config = make_config();
	struct bgp_session session;

	(void)state;
	for (unsigned offered = 0; offered < 2; offered++) {
		config.offer.graceful.offered = offered;
		bgp_session_init(&session, &config);
		bgp_session_set_restarting(&session, true);
		assert_int_equal(session.config.offer.graceful.restarting, offered);
		bgp_session_set_restarting(&session, false);
		assert_false(session.config.offer.graceful.restarting);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_event_in_every_state),
		cmocka_unit_test(a_passive_session_never_dials),
		cmocka_unit_test(an_active_session_refuses_callers),
		cmocka_unit_test(a_half_open_caller_is_replaced),
		cmocka_unit_test(graceful_restart_replaces_the_old_connection),
		cmocka_unit_test(dialling_in_vain_says_why),
		cmocka_unit_test(the_first_open_tells_of_our_start),
		cmocka_unit_test(an_open_is_confirmed_last),
		cmocka_unit_test(a_helper_tells_of_its_start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
