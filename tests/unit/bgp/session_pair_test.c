#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/unit/bgp/session_pair.h"

#define V4 BGP_FAMILY_BIT(FAMILY_IPV4)
#define V6 BGP_FAMILY_BIT(FAMILY_IPV6)
#define SECOND 1000ull
#define HOUR (3600 * SECOND)
#define SEEDS 300

/* Side 0 listens as armd does, side 1 dials as BIRD does. */
static struct bgp_session_config
make_config(int s)
{
	struct bgp_session_config config = bgp_session_config_default();

	config.local_as = config.peer_as = 65136;
	config.local_id = 100 + (uint32_t)s;
	config.dial = s == 1;
	config.listen = s == 0;
	config.offer.families = V4 | V6;
	return config;
}

static void
they_meet_and_stay_together(void **state)
{
	struct bgp_session_config a = make_config(0), b = make_config(1);

	(void)state;
	for (uint64_t seed = 1; seed <= 10; seed++) {
		struct net *net = net_new(&a, &b, seed);

		net_start(net);
		net_run(net, net->now_ms + 2 * SECOND);
		assert_true(net_both_up(net));
		net_run(net, net->now_ms + 10 * HOUR);
		assert_true(net_both_up(net));
		for (int s = 0; s < SIDES; s++) {
			const struct bgp_session *session = &net->sides[s].session;

			assert_int_equal(net->sides[s].ups, 1);
			assert_int_equal(session->flaps, 0);
			/* one every 22.5 to 30 s */
			assert_in_range(session->sent[BGP_KEEPALIVE], 1200, 1602);
			assert_in_range(net->sides[!s].session.received[BGP_KEEPALIVE],
			    session->sent[BGP_KEEPALIVE] - 1,
			    session->sent[BGP_KEEPALIVE]);
		}
		free(net);
	}
}

static void
without_hold_time_nobody_needs_to_speak(void **state)
{
	struct bgp_session_config a = make_config(0), b = make_config(1);
	struct net *net;

	(void)state;
	a.hold_s = 0;
	net = net_new(&a, &b, 1);
	net_start(net);
	net_run(net, net->now_ms + 10 * HOUR);
	assert_true(net_both_up(net));
	assert_int_equal(net->sides[0].session.flaps, 0);
	assert_int_equal(net->sides[0].session.sent[BGP_KEEPALIVE], 1);
	assert_int_equal(net->sides[1].session.sent[BGP_KEEPALIVE], 1);
	free(net);
}

static void
silence_ends_the_session_in_time(void **state)
{
	struct bgp_session_config a = make_config(0), b = make_config(1);
	struct net *net;
	uint64_t silent_ms;

	(void)state;
	b.hold_s = 30;
	net = net_new(&a, &b, 3);
	net_start(net);
	net_run(net, net->now_ms + 100 * SECOND);
	assert_true(net_both_up(net));
	net->sides[1].frozen = true;
	silent_ms = net->now_ms;
	net_run(net, silent_ms + 31 * SECOND);
	assert_int_equal(net->sides[0].downs, 1);
	assert_int_equal(net->sides[0].session.down.cause, BGP_DOWN_SENT);
	assert_int_equal(net->sides[0].session.last_sent.code, BGP_ERROR_HOLD);
	/* the last keepalive came up to 10 s earlier */
	assert_in_range(net->sides[0].session.down.at_ms, silent_ms + 20 * SECOND,
	    silent_ms + 30 * SECOND);
	/* and it comes back when the peer does */
	net->sides[1].frozen = false;
	net_run(net, net->now_ms + 5 * SECOND);
	assert_true(net_both_up(net));
	free(net);
}

static void
a_reader_who_pauses_blames_nobody(void **state)
{
	struct bgp_session_config a = make_config(0), b = make_config(1);
	struct net *net;
	uint64_t sent;

	(void)state;
	a.send_hold_ms = 2 * HOUR; /* it is not about a peer that does not read */
	net = net_new(&a, &b, 4);
	net_start(net);
	net_run(net, net->now_ms + 10 * SECOND);
	net_pause(net, 0, true);
	net->sides[1].frozen = true;
	sent = net->sides[0].session.sent[BGP_KEEPALIVE];
	net_run(net, net->now_ms + HOUR);
	assert_int_equal(net->sides[0].downs, 0);
	/* it goes on speaking itself */
	assert_in_range(
	    net->sides[0].session.sent[BGP_KEEPALIVE], sent + 119, sent + 161);
	net_pause(net, 0, false);
	net_run(net, net->now_ms + 89 * SECOND);
	assert_int_equal(net->sides[0].downs, 0);
	net_run(net, net->now_ms + 2 * SECOND);
	assert_int_equal(net->sides[0].downs, 1);
	assert_false(net->sides[0].session.paused);
	free(net);
}

static void
a_peer_that_does_not_read_is_given_up(void **state)
{
	struct bgp_session_config a = make_config(0), b = make_config(1);
	struct net *net;

	(void)state;
	a.send_hold_ms = 200 * SECOND;
	net = net_new(&a, &b, 4);
	net_start(net);
	net_run(net, net->now_ms + 10 * SECOND);
	net_pause(net, 0, true);
	net->sides[1].frozen = true;
	net_run(net, net->now_ms + 199 * SECOND);
	assert_int_equal(net->sides[0].downs, 0);
	/* a keepalive begins it */
	net_run(net, net->now_ms + 32 * SECOND);
	assert_int_equal(net->sides[0].downs, 1);
	assert_int_equal(net->sides[0].session.last_sent.code, BGP_ERROR_SEND_HOLD);
	free(net);
}

static void
collisions_leave_one_connection(void **state)
{
	struct bgp_session_config a = make_config(0), b = make_config(1);
	unsigned flaps = 0, collided = 0;

	(void)state;
	a.dial = a.listen = b.dial = b.listen = true;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		struct net *net;

		/* iBGP, eBGP, and eBGP with one identifier for both */
		b.local_as = a.peer_as = seed % 3 ? 65001 : 65136;
		b.local_id = seed % 3 == 2 ? 100 : 101;
		net = net_new(&a, &b, seed);
		net_start(net);
		net_run(net, net->now_ms + 20 * SECOND);
		assert_true(net_both_up(net));
		assert_int_equal(net_links(net), 1);
		for (int s = 0; s < SIDES; s++) {
			flaps += net->sides[s].downs;
			collided += net->sides[s].session.sent[BGP_NOTIFICATION] > 0;
		}
		net_run(net, net->now_ms + HOUR);
		assert_true(net_both_up(net));
		assert_int_equal(net_links(net), 1);
		free(net);
	}
	/* the test is about something, and what it is about is rarely felt */
	assert_true(collided > SEEDS / 4);
	assert_true(flaps < SEEDS / 4);
}

static void
dialling_in_vain_slows_down(void **state)
{
	struct bgp_session_config a = make_config(0), b = make_config(1);
	struct net *net = net_new(&a, &b, 5);

	(void)state;
	net->sides[0].deaf = true;
	net_start(net);
	net_run(net, net->now_ms + 2 * SECOND);
	assert_in_range(net->sides[1].dials, 2, 3);
	net_run(net, net->now_ms + HOUR);
	/* 45 to 60 s apart in the end */
	assert_in_range(net->sides[1].dials, 60, 90);
	assert_in_range(net->sides[1].longest_pause_ms, 45 * SECOND, 60 * SECOND);
	net->sides[0].deaf = false;
	net_run(net, net->now_ms + 61 * SECOND);
	assert_true(net_both_up(net));
	free(net);
}

static void
who_refuses_all_we_dial_still_gets_in(void **state)
{
	struct bgp_session_config a = make_config(0), b = make_config(1);

	(void)state;
	a.dial = true;
	b.listen = false;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		struct net *net = net_new(&a, &b, seed);

		/* dialled in vain until the peer begins to dial */
		net_happen(net, 0, BGP_EVENT_START);
		net_run(net, net->now_ms + 200 * SECOND);
		net_happen(net, 1, BGP_EVENT_START);
		net_run(net, net->now_ms + 200 * SECOND);
		assert_true(net_both_up(net));
		free(net);
	}
}

static void
dialling_nowhere_is_given_up_and_tried_again(void **state)
{
	struct bgp_session_config a = make_config(0), b = make_config(1);
	struct net *net = net_new(&a, &b, 6);

	(void)state;
	net->sides[0].frozen = true;
	net_start(net);
	net_run(net, net->now_ms + 29 * SECOND);
	assert_int_equal(net->sides[1].dials, 1);
	net_run(net, net->now_ms + 4 * SECOND);
	assert_int_equal(net->sides[1].dials, 2);
	free(net);
}

/* Runs until both are up, an hour at most. */
static void
run_until_up(struct net *net)
{
	uint64_t until_ms = net->now_ms + HOUR;

	while (!net_both_up(net) && net->now_ms < until_ms)
		net_run(net, net->now_ms + 1);
	assert_true(net_both_up(net));
}

static void
errors_that_repeat_slow_down(void **state)
{
	struct bgp_session_config a = make_config(0), b = make_config(1);
	struct net *net = net_new(&a, &b, 7);
	uint64_t start_ms;

	(void)state;
	net->sides[0].reckless = true;
	net_start(net);
	start_ms = net->now_ms;
	while (net->now_ms < start_ms + HOUR) {
		run_until_up(net);
		net_update(net, 1);
		net_run(net, net->now_ms + 500);
	}
	/* the listener keeps the dialler out, so it is not up more often than this */
	assert_in_range(net->sides[0].downs, 30, 90);
	assert_int_equal(net->sides[0].session.last_sent.code, BGP_ERROR_UPDATE);
	assert_int_equal(net->sides[1].session.last_received.code, BGP_ERROR_UPDATE);
	/* a session that lasted is forgiven */
	net->sides[0].reckless = false;
	run_until_up(net);
	net_run(net, net->now_ms + 2 * HOUR);
	net->sides[0].reckless = true;
	net_update(net, 1);
	net_run(net, net->now_ms + 500);
	assert_int_equal(net->sides[0].session.failures, 1);
	assert_false(net_both_up(net));
	net_run(net, net->now_ms + 6 * SECOND);
	assert_true(net_both_up(net));
	free(net);
}

static void
a_restarted_peer_gets_in_at_once_with_graceful_restart(void **state)
{
	(void)state;
	for (unsigned graceful = 0; graceful < 2; graceful++) {
		struct bgp_session_config a = make_config(0), b = make_config(1);
		struct net *net;

		a.offer.graceful.offered = graceful;
		b.offer.graceful = (struct bgp_graceful){ .offered = graceful,
			.restarting = true,
			.time_s = 120,
			.families = V4 | V6,
			.forwarding = V4 };
		net = net_new(&a, &b, 8);
		net_start(net);
		net_run(net, net->now_ms + 10 * SECOND);
		assert_true(net_both_up(net));
		net_reincarnate(net, 1);
		net_run(net, net->now_ms + 10 * SECOND);
		/* without, the old connection must first time out */
		assert_int_equal(net_both_up(net), graceful);
		assert_int_equal(net->sides[0].downs, graceful);
		assert_int_equal(net->sides[0].session.down.graceful, graceful);
		net_run(net, net->now_ms + 180 * SECOND);
		assert_true(net_both_up(net));
		assert_int_equal(net->sides[0].downs, 1);
		assert_int_equal(net_links(net), 1);
		free(net);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(they_meet_and_stay_together),
		cmocka_unit_test(without_hold_time_nobody_needs_to_speak),
		cmocka_unit_test(silence_ends_the_session_in_time),
		cmocka_unit_test(a_reader_who_pauses_blames_nobody),
		cmocka_unit_test(a_peer_that_does_not_read_is_given_up),
		cmocka_unit_test(collisions_leave_one_connection),
		cmocka_unit_test(dialling_in_vain_slows_down),
		cmocka_unit_test(who_refuses_all_we_dial_still_gets_in),
		cmocka_unit_test(dialling_nowhere_is_given_up_and_tried_again),
		cmocka_unit_test(errors_that_repeat_slow_down),
		cmocka_unit_test(
		    a_restarted_peer_gets_in_at_once_with_graceful_restart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
