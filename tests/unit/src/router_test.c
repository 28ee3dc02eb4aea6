/* A router between two real BGP sessions on loopback: routes in, choice out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "clock.h"
#include "helpers/router_world.h"
#include "router.h"
#include "session_status.h"

/* Where in what the target was told the last word about a prefix stands. */
static size_t
place(const struct world *w, const char *prefix)
{
	const struct speaker_route *route = speaker_last(&w->target, prefix);

	assert_non_null(route);
	return (size_t)(route - w->target.routes);
}

static void
nothing_is_announced_before_the_end_of_the_table(void **state)
{
	struct world *w = *state;

	world_learn(w);
	for (int i = 0; i < 3; i++)
		router_tick(world_router(w));
	assert_int_equal(w->target.n_routes, 0);
	assert_int_equal(w->target.eors[FAMILY_IPV4], 0);
	assert_false(world_status(w, FAMILY_IPV4).ready);
	world_end_of_ribs(w);
	world_wait_ended(w);
	assert_int_equal(w->target.eors[FAMILY_IPV4], 1);
	/* what is chosen first comes before End-of-RIB: a restarting target keeps it */
	assert_true(place(w, "198.51.0.0/16") < w->target.eor_at[FAMILY_IPV4]);
	/* and we end ours, which is empty, on the RIB session */
	assert_int_equal(w->rib.eors[FAMILY_IPV4], 1);
	assert_int_equal(w->rib.n_routes, 0);
}

static void
the_choice_is_announced_in_safe_order(void **state)
{
	struct world *w = *state;
	const struct speaker_route *route;

	world_install(w);
	assert_true(place(w, "198.51.100.0/24") < place(w, "198.51.0.0/16"));
	assert_true(place(w, "198.51.101.0/24") < place(w, "198.51.0.0/16"));
	assert_null(speaker_last(&w->target, "0.0.0.0/0"));
	assert_null(speaker_last(&w->target, "::/0"));
	assert_null(speaker_last(&w->target, "203.0.113.0/24"));
	route = speaker_last(&w->target, "198.51.100.0/24");
	assert_string_equal(route->nexthop, "192.0.2.3");
	assert_non_null(strstr(route->communities, "no-advertise"));
	assert_non_null(strstr(route->communities, "65001:2"));
	route = speaker_last(&w->target, "2001:db8:1::/48");
	assert_string_equal(route->nexthop, "2001:db8::2");
	assert_non_null(strstr(route->communities, "no-advertise"));
}

static bool
moved(void *arg)
{
	struct world *w = arg;

	return !strcmp(
	    speaker_last(&w->target, "198.51.101.0/24")->nexthop, "192.0.2.9");
}

static void
a_new_more_specific_is_repaired_at_once(void **state)
{
	struct world *w = *state;

	world_install(w);
	speaker_update(&w->rib, "198.51.102.0/24", "192.0.2.4");
	world_wait_has(w, "198.51.102.0/24");
	speaker_update(&w->rib, "198.51.102.0/24", NULL);
	world_wait_has_not(w, "198.51.102.0/24");
	speaker_update(&w->rib, "198.51.101.0/24", "192.0.2.9");
	assert_true(rig_wait(&w->rig, moved, w));
	assert_int_equal(w->target.eors[FAMILY_IPV4], 1);
}

static void
a_lost_rib_is_kept_for_the_stale_time(void **state)
{
	struct world *w = *state;
	size_t before;
	uint64_t lost;

	world_install(w);
	before = w->target.n_routes;
	lost = clock_ms();
	speaker_hang_up(&w->rib);
	world_wait_has_not(w, "198.51.100.0/24");
	assert_true(clock_ms() - lost >= 1000);
	world_wait_learned(w, 0);
	assert_true(w->target.up);
	/* the cover goes before what it covers */
	assert_int_equal(w->target.n_routes, before + 4);
	assert_true(place(w, "198.51.0.0/16") < place(w, "198.51.100.0/24"));
	assert_true(place(w, "198.51.0.0/16") < place(w, "198.51.101.0/24"));
}

static void
a_rib_that_returns_in_time_changes_nothing(void **state)
{
	struct world *w = *state;
	size_t before;

	world_install(w);
	before = w->target.n_routes;
	speaker_hang_up(&w->rib);
	world_bring_up(w, &w->rib);
	speaker_update(&w->rib, "0.0.0.0/0", "192.0.2.1");
	speaker_update(&w->rib, "198.51.0.0/16", "192.0.2.2");
	speaker_update(&w->rib, "198.51.100.0/24", "192.0.2.3");
	speaker_update(&w->rib, "::/0", "2001:db8::1");
	speaker_update(&w->rib, "2001:db8:1::/48", "2001:db8::2");
	world_end_of_ribs(w);
	/* only what it no longer has goes */
	world_wait_has_not(w, "198.51.101.0/24");
	world_wait_learned(w, 5);
	assert_int_equal(w->target.n_routes, before + 1);
}

static void
a_table_without_an_end_is_taken_after_a_while(void **state)
{
	struct world *w = *state;
	uint64_t begin;

	rig_reload(
	    &w->rig, WORLD_ROUTER(WORLD_RIB("learn-timeout = 1") WORLD_TARGET("")));
	begin = clock_ms();
	world_learn(w);
	world_wait_has(w, "198.51.0.0/16");
	assert_true(clock_ms() - begin >= 1000);
	assert_true(place(w, "198.51.100.0/24") < place(w, "198.51.0.0/16"));
}

static void
a_target_that_returns_gets_everything(void **state)
{
	struct world *w = *state;

	world_install(w);
	speaker_hang_up(&w->target);
	world_dial(w, &w->target);
	world_wait_ended(w);
	world_wait_has(w, "198.51.0.0/16");
	assert_true(place(w, "198.51.100.0/24") < place(w, "198.51.0.0/16"));
	assert_int_equal(world_status(w, FAMILY_IPV4).installed, 3);
}

/* An UPDATE of 4096 bytes, to which LOCAL_PREF is still to be added. */
static void
update_of_full_length(struct speaker *speaker)
{
	static const uint8_t attrs[] = { 0x40, 1, 1, 0, 0x40, 2, 0, 0x40, 3, 4, 192, 0,
		2, 3, 0xd0, 250 };
	static const uint8_t nlri[] = { 24, 203, 0, 114 }, zeros[BGP_MESSAGE_MAX];
	uint8_t message[BGP_MESSAGE_MAX];
	size_t filling = BGP_MESSAGE_MAX - BGP_HEADER_LEN - 4 - sizeof attrs - 2 -
			 sizeof nlri;
	struct wr wr;

	wr_init(&wr, message, sizeof message);
	bgp_message_begin(&wr, BGP_UPDATE);
	wr_u16(&wr, 0);
	wr_u16(&wr, (uint16_t)(sizeof attrs + 2 + filling));
	wr_bytes(&wr, attrs, sizeof attrs);
	wr_u16(&wr, (uint16_t)filling);
	wr_bytes(&wr, zeros, filling);
	wr_bytes(&wr, nlri, sizeof nlri);
	bgp_message_end(&wr, 0);
	assert_int_equal(wr.len, BGP_MESSAGE_MAX);
	speaker_send(speaker, message, wr.len);
}

static bool
target_was_told(void *arg)
{
	return ((struct world *)arg)->target.notification.code;
}

/* What cannot be told resets the session, with the reason in words: RFC 9003. */
static void
a_target_hears_why_it_is_reset(void **state)
{
	static const char said[] =
	    "the attributes of 203.0.114.0/24 do not fit into a message";
	char text[BGP_ERROR_TEXT_MAX];
	struct world *w = *state;
	struct session_status status;

	world_install(w);
	update_of_full_length(&w->rib);
	world_wait_learned(w, 8);
	rig_sample(world_router(w), "203.0.114.1", 50, 1e7);
	assert_true(rig_wait(&w->rig, target_was_told, w));
	assert_string_equal(bgp_error_shutdown(&w->target.notification, text), said);
	session_status(&world_router(w)->sessions[1], &status);
	assert_string_equal(status.shutdown_sent, said);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)
	const struct CMUnitTest tests[] = {
		TEST(nothing_is_announced_before_the_end_of_the_table),
		TEST(the_choice_is_announced_in_safe_order),
		TEST(a_new_more_specific_is_repaired_at_once),
		TEST(a_lost_rib_is_kept_for_the_stale_time),
		TEST(a_rib_that_returns_in_time_changes_nothing),
		TEST(a_table_without_an_end_is_taken_after_a_while),
		TEST(a_target_that_returns_gets_everything),
		TEST(a_target_hears_why_it_is_reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
