/* A neighbor that misbehaves, by real TCP: what it may do to armd and its routes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <event2/event.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "helpers/rig.h"
#include "helpers/speaker.h"
#include "listener.h"
#include "peer.h"
#include "router.h"
#include "session_status.h"

#define ROUTERS                                                                    \
	"router \"r\" { as = 65000; router-id = 10.0.0.1; "                        \
	"rib \"in4\" { neighbor = 127.0.0.2; local = 127.0.0.1; port = @port; "    \
	"families = ipv4; max-prefix = 4000 } "                                    \
	"rib \"in6\" { neighbor = 127.0.0.4; local = 127.0.0.1; port = @port; "    \
	"families = ipv6; max-prefix6 = 3; max-prefix-restart = 1 } "              \
	"target \"out\" { neighbor = 127.0.0.3; local = 127.0.0.1; port = @port; " \
	"send-hold-time = 3 } "                                                    \
	"ipv4 { capacity = 4000 } ipv6 { capacity = 100 } }"
#define MANY 200 /* routes that a deaf target is told about over and over */

struct world {
	struct rig rig;
	struct speaker rib, rib6, target;
	size_t count;
	enum family family;
};

static struct router *
router_of(const struct world *w)
{
	return w->rig.daemon.routers[0];
}

static bool
rib_holds(void *arg)
{
	struct world *w = arg;
	struct rib_status status;

	rib_status(router_of(w)->rib, w->family, clock_s(), &status);
	return status.learned == w->count;
}

static void
wait_learned(struct world *w, enum family family, size_t count)
{
	w->family = family;
	w->count = count;
	assert_true(rig_wait(&w->rig, rib_holds, w));
}

static int
setup(void **state)
{
	static struct world world;

	rig_start(&world.rig, ROUTERS);
	speaker_init(&world.rib, 65000, 0x0a000002);
	speaker_init(&world.rib6, 65000, 0x0a000004);
	speaker_init(&world.target, 65000, 0x0a000003);
	*state = &world;
	return 0;
}

static int
teardown(void **state)
{
	struct world *w = *state;

	speaker_fini(&w->rib);
	speaker_fini(&w->rib6);
	speaker_fini(&w->target);
	rig_stop(&w->rig);
	return 0;
}

static void
strangers_are_refused(void **state)
{
	struct world *w = *state;

	rig_dial(&w->rig, &w->rib, "127.0.0.9");
	rig_wait_closed(&w->rig, &w->rib);
	assert_int_equal(w->rib.in_len, 0);
	assert_int_equal(listeners_refused(w->rig.daemon.listeners), 1);
	rig_bring_up(&w->rig, &w->rib, "127.0.0.2");
	assert_int_equal(listeners_refused(w->rig.daemon.listeners), 1);
}

static void
a_wrong_as_is_refused(void **state)
{
	struct world *w = *state;

	w->rib.open.as = 65001;
	rig_dial(&w->rig, &w->rib, "127.0.0.2");
	rig_wait_closed(&w->rig, &w->rib);
	assert_false(w->rib.up);
	assert_int_equal(w->rib.notification.code, BGP_ERROR_OPEN);
	assert_int_equal(w->rib.notification.subcode, BGP_OPEN_BAD_PEER_AS);
}

static void
too_many_prefixes_end_the_session(void **state)
{
	struct world *w = *state;

	rig_bring_up(&w->rig, &w->rib6, "127.0.0.4");
	rig_bring_up(&w->rig, &w->rib, "127.0.0.2");
	speaker_update(
	    &w->rib6, "2001:db8:1::/48 2001:db8:2::/48 2001:db8:3::/48", "2001:db8::1");
	wait_learned(w, FAMILY_IPV6, 3);
	assert_true(w->rib6.up);
	speaker_update(&w->rib6, "2001:db8:4::/48", "2001:db8::1");
	rig_wait_closed(&w->rig, &w->rib6);
	assert_int_equal(w->rib6.notification.code, BGP_ERROR_CEASE);
	assert_int_equal(w->rib6.notification.subcode, BGP_CEASE_MAX_PREFIXES);
	assert_true(w->rib.up);
	wait_learned(w, FAMILY_IPV6, 3);
	rig_dial_until_up(&w->rig, &w->rib6, "127.0.0.4");
}

static void
a_full_stream_behind_the_limit_still_hears_why(void **state)
{
	struct world *w = *state;

	rig_bring_up(&w->rig, &w->rib6, "127.0.0.4");
	for (int i = 0; i < 5000; i++) {
		char prefix[64];

		snprintf(prefix, sizeof prefix, "2001:db8:%x::/48", i);
		speaker_update(&w->rib6, prefix, "2001:db8::1");
		if (i % 100 == 99)
			event_base_loop(w->rig.base, EVLOOP_NONBLOCK);
	}
	rig_wait_closed(&w->rig, &w->rib6);
	assert_int_equal(w->rib6.notification.subcode, BGP_CEASE_MAX_PREFIXES);
}

static void
a_bad_attribute_withdraws_its_routes_only(void **state)
{
	/* an UPDATE for 198.51.100.0/24 with ORIGIN 7, RFC 7606 7.1 */
	static const uint8_t bad[] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 52, 2, 0, 0, 0, 25,
		0x40, 1, 1, 7, 0x40, 2, 0, 0x40, 3, 4, 192, 0, 2, 1, 0x40, 5, 4, 0, 0,
		0, 100, 0x80, 4, 0, 0, 24, 198, 51, 100 };
	struct world *w = *state;
	struct router_session *session;

	rig_bring_up(&w->rig, &w->rib, "127.0.0.2");
	speaker_update(&w->rib, "198.51.100.0/24 198.51.101.0/24", "192.0.2.1");
	wait_learned(w, FAMILY_IPV4, 2);
	speaker_send(&w->rib, bad, sizeof bad);
	wait_learned(w, FAMILY_IPV4, 1);
	session = router_of(w)->rib_session[FAMILY_IPV4];
	assert_int_equal(session->verdicts.treated_as_withdraw, 1);
	assert_true(w->rib.up);
}

static void
a_broken_update_resets_the_session_and_keeps_its_routes(void **state)
{
	/* the withdrawn routes run past the message */
	static const uint8_t bad[] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 23, 2, 0, 9, 0, 0 };
	struct world *w = *state;

	rig_bring_up(&w->rig, &w->rib, "127.0.0.2");
	speaker_update(&w->rib, "198.51.100.0/24", "192.0.2.1");
	wait_learned(w, FAMILY_IPV4, 1);
	speaker_send(&w->rib, bad, sizeof bad);
	rig_wait_closed(&w->rig, &w->rib);
	assert_int_equal(w->rib.notification.code, BGP_ERROR_UPDATE);
	assert_int_equal(w->rib.notification.subcode, BGP_UPDATE_MALFORMED_LIST);
	rig_dial_until_up(&w->rig, &w->rib, "127.0.0.2");
	wait_learned(w, FAMILY_IPV4, 1);
}

/* Bytes come as they like: here one by one. */
static void
messages_may_come_in_pieces(void **state)
{
	static const uint8_t update[] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 48, 2, 0, 0, 0,
		21, 0x40, 1, 1, 0, 0x40, 2, 0, 0x40, 3, 4, 192, 0, 2, 1, 0x40, 5, 4, 0,
		0, 0, 100, 24, 198, 51, 100 };
	struct world *w = *state;
	uint8_t two[2 * sizeof update];

	rig_bring_up(&w->rig, &w->rib, "127.0.0.2");
	for (size_t i = 0; i < sizeof update; i++) {
		speaker_send(&w->rib, update + i, 1);
		event_base_loop(w->rig.base, EVLOOP_NONBLOCK);
	}
	wait_learned(w, FAMILY_IPV4, 1);
	/* and one and a half at once */
	memcpy(two, update, sizeof update);
	memcpy(two + sizeof update, update, sizeof update);
	two[sizeof update - 1] = 101;
	two[sizeof two - 1] = 102;
	speaker_send(&w->rib, two, sizeof update + 20);
	wait_learned(w, FAMILY_IPV4, 2);
	speaker_send(&w->rib, two + sizeof update + 20, sizeof update - 20);
	wait_learned(w, FAMILY_IPV4, 3);
}

/* --- a target that does not read --- */

static bool
is_congested(void *arg)
{
	return router_of(arg)->congested;
}

static bool
is_free(void *arg)
{
	return !is_congested(arg);
}

/* Each by a next hop of its own, so that each goes out in a message of its own. */
static void
announce_many(struct world *w, int by)
{
	char prefix[PREFIX_TEXT_MAX], nexthop[ADDR_TEXT_MAX];

	for (int i = 0; i < MANY; i++) {
		snprintf(prefix, sizeof prefix, "10.0.%d.0/24", i);
		snprintf(nexthop, sizeof nexthop, "192.0.%d.%d", by, i);
		speaker_update(&w->rib, prefix, nexthop);
	}
}

/* MANY routes are installed, and the target reads no more. */
static void
install_many(struct world *w)
{
	struct rib_status status;
	struct addr addr;

	rig_bring_up(&w->rig, &w->rib, "127.0.0.2");
	rig_bring_up(&w->rig, &w->target, "127.0.0.3");
	announce_many(w, 0);
	speaker_end_of_rib(&w->rib, FAMILY_IPV4);
	wait_learned(w, FAMILY_IPV4, MANY);
	for (uint64_t i = 0; i < MANY; i++) {
		addr.family = FAMILY_IPV4;
		addr.bits = (struct bits){ (10ull << 24 | i << 8 | 1) << 32, 0 };
		rib_sample_many(router_of(w)->rib,
		    &(struct rib_packet){ addr, addr, 1e6, 1e3 }, 1, clock_s());
	}
	do {
		router_tick(router_of(w));
		rib_status(router_of(w)->rib, FAMILY_IPV4, clock_s(), &status);
	} while (status.installed < MANY);
	speaker_set_deaf(&w->target, true);
}

/* Lets the routes move between next hops until the target is too far behind. */
static void
congest(struct world *w)
{
	uint64_t end = clock_ms() + 10000;

	for (int i = 0; !is_congested(w) && clock_ms() < end; i++) {
		announce_many(w, 1 + i % 2);
		for (int k = 0; k < 8; k++)
			event_base_loop(w->rig.base, EVLOOP_NONBLOCK);
	}
	assert_true(is_congested(w));
}

static size_t
backlog(const struct world *w)
{
	return peer_backlog(router_of(w)->target_session[FAMILY_IPV4]->peer);
}

static bool
is_refreshed(void *arg)
{
	return ((struct world *)arg)->target.n_refreshes >= 2;
}

static void
a_deaf_target_stops_the_rib(void **state)
{
	struct world *w = *state;
	size_t before;

	install_many(w);
	congest(w);
	before = backlog(w);
	assert_true(before < 1u << 20);
	/* what comes now stays with its sender */
	speaker_update(&w->rib, "10.255.0.0/24", "192.0.2.9");
	speaker_update(&w->rib, "10.0.0.0/24", NULL);
	for (int i = 0; i < 20; i++) {
		router_tick(router_of(w));
		event_base_loop(w->rig.base, EVLOOP_NONBLOCK);
	}
	assert_true(rib_holds(w));
	assert_int_equal(backlog(w), before);
	/* a refresh is answered when it can be, and once */
	for (int i = 0; i < 50; i++)
		speaker_refresh(&w->target, FAMILY_IPV4, BGP_REFRESH_REQUEST);
	for (int i = 0; i < 20; i++)
		event_base_loop(w->rig.base, EVLOOP_NONBLOCK);
	assert_int_equal(backlog(w), before);

	speaker_set_deaf(&w->target, false);
	assert_true(rig_wait(&w->rig, is_free, w));
	w->count = MANY;
	assert_true(rig_wait(&w->rig, rib_holds, w));
	assert_true(w->rib.up && w->target.up);
	assert_true(rig_wait(&w->rig, is_refreshed, w));
	assert_null(speaker_last(&w->target, "10.255.0.0/24"));
	assert_false(speaker_has(&w->target, "10.0.0.0/24"));
	assert_true(speaker_has(&w->target, "10.0.1.0/24"));
	assert_int_equal(w->target.n_refreshes, 2);
}

static void
a_rib_may_come_while_the_target_is_deaf(void **state)
{
	struct world *w = *state;

	install_many(w);
	congest(w);
	/* what comes with its KEEPALIVE is in our buffer, not in the kernel's */
	w->rib6.hasty = true;
	rig_dial(&w->rig, &w->rib6, "127.0.0.4");
	speaker_update(&w->rib6, "2001:db8:1::/48", "2001:db8::1");
	speaker_update(&w->rib6, "2001:db8:2::/48", "2001:db8::1");
	rig_wait_up(&w->rig, &w->rib6);
	w->family = FAMILY_IPV6;
	w->count = 0;
	for (int i = 0; i < 20; i++)
		event_base_loop(w->rig.base, EVLOOP_NONBLOCK);
	assert_true(rib_holds(w));
	speaker_set_deaf(&w->target, false);
	wait_learned(w, FAMILY_IPV6, 2);
	assert_true(w->rib.up && w->rib6.up);
}

static void
a_rib_may_restart_while_the_target_is_deaf(void **state)
{
	struct world *w = *state;

	w->rib.open.caps.graceful.offered = true;
	install_many(w);
	congest(w);
	rig_bring_up(&w->rig, &w->rib, "127.0.0.2");
	assert_int_equal(
	    peer_session(router_of(w)->rib_session[FAMILY_IPV4]->peer)->flaps, 1);
	speaker_update(&w->rib, "10.255.0.0/24", "192.0.2.9");
	w->count = MANY;
	for (int i = 0; i < 20; i++)
		event_base_loop(w->rig.base, EVLOOP_NONBLOCK);
	assert_true(rib_holds(w));
	speaker_set_deaf(&w->target, false);
	wait_learned(w, FAMILY_IPV4, MANY + 1);
}

static void
a_deaf_target_that_goes_frees_the_rib(void **state)
{
	struct world *w = *state;

	install_many(w);
	congest(w);
	speaker_update(&w->rib, "10.255.0.0/24", "192.0.2.9");
	speaker_hang_up(&w->target);
	wait_learned(w, FAMILY_IPV4, MANY + 1);
	assert_false(is_congested(w));
}

/* RFC 9687: its keepalives do not save one who does not read. */
static void
a_deaf_target_is_given_up(void **state)
{
	struct world *w = *state;
	struct session_status status;

	w->target.open.hold_s = 0; /* else twice the hold time is longer */
	install_many(w);
	congest(w);
	speaker_update(&w->rib, "10.255.0.0/24", "192.0.2.9");
	wait_learned(w, FAMILY_IPV4, MANY + 1);
	assert_false(is_congested(w));
	session_status(router_of(w)->target_session[FAMILY_IPV4], &status);
	assert_string_equal(status.lost, "sent Send Hold Timer Expired (8/0)");
	assert_true(w->rib.up);
}

/* --- armd dials --- */

static void
armd_dials_where_it_is_told_to(void **state)
{
	struct world *w = *state;
	uint16_t port = speaker_listen(&w->rib, w->rig.base, "127.0.0.2");
	char routers[512];

	snprintf(routers, sizeof routers,
	    "router \"r\" { as = 65000; router-id = 10.0.0.1; "
	    "rib \"in4\" { neighbor = 127.0.0.2; local = 127.0.0.5; port = @port; "
	    "connect = yes; neighbor-port = %u } }",
	    port);
	rig_reload(&w->rig, routers);
	rig_wait_up(&w->rig, &w->rib);
	speaker_update(&w->rib, "198.51.100.0/24", "192.0.2.1");
	wait_learned(w, FAMILY_IPV4, 1);
	/* and again when the connection is lost */
	speaker_drop(&w->rib);
	rig_wait_up(&w->rig, &w->rib);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(strangers_are_refused),
		TEST(a_wrong_as_is_refused),
		TEST(too_many_prefixes_end_the_session),
		TEST(a_full_stream_behind_the_limit_still_hears_why),
		TEST(a_bad_attribute_withdraws_its_routes_only),
		TEST(a_broken_update_resets_the_session_and_keeps_its_routes),
		TEST(messages_may_come_in_pieces),
		TEST(a_deaf_target_stops_the_rib),
		TEST(a_rib_may_come_while_the_target_is_deaf),
		TEST(a_rib_may_restart_while_the_target_is_deaf),
		TEST(a_deaf_target_that_goes_frees_the_rib),
		TEST(a_deaf_target_is_given_up),
		TEST(armd_dials_where_it_is_told_to),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
