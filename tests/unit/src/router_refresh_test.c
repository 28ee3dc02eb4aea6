/* ROUTE-REFRESH both ways (RFC 2918, 7313): who asks, and what is swept. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "helpers/router_world.h"
#include "router.h"
#include "router_refresh.h"

static void
a_refresh_brings_everything_again(void **state)
{
	struct world *w = *state;

	world_install(w);
	assert_int_equal(speaker_count(&w->target, "198.51.100.0/24"), 1);
	speaker_refresh(&w->target, FAMILY_IPV4, BGP_REFRESH_REQUEST);
	world_wait_refreshed(w, &w->target, 2);
	/* RFC 7313: between BoRR and EoRR */
	assert_int_equal(w->target.refreshes[0], BGP_REFRESH_BEGIN);
	assert_int_equal(w->target.refreshes[1], BGP_REFRESH_END);
	assert_int_equal(speaker_count(&w->target, "198.51.100.0/24"), 2);
	assert_int_equal(speaker_count(&w->target, "198.51.101.0/24"), 2);
	assert_int_equal(speaker_count(&w->target, "198.51.0.0/16"), 2);
	assert_int_equal(speaker_count(&w->target, "2001:db8:1::/48"), 1);
}

static void
a_rib_is_asked_for_its_routes_again(void **state)
{
	struct world *w = *state;
	struct router_session *session = &world_router(w)->sessions[0];
	uint8_t families = 0;

	assert_false(router_refresh_rib(session, &families));
	world_learn(w);
	assert_true(router_refresh_rib(session, &families));
	assert_int_equal(
	    families, BGP_FAMILY_BIT(FAMILY_IPV4) | BGP_FAMILY_BIT(FAMILY_IPV6));
	world_wait_refreshed(w, &w->rib, 2);
	assert_int_equal(w->rib.refreshes[0], BGP_REFRESH_REQUEST);
	assert_int_equal(w->rib.refreshes[1], BGP_REFRESH_REQUEST);
	speaker_drop(&w->rib);
	w->rib.open.caps.refresh = false;
	world_bring_up(w, &w->rib);
	assert_false(router_refresh_rib(session, &families));
}

static void
a_rib_that_asks_gets_nothing_between_two_marks(void **state)
{
	struct world *w = *state;

	world_learn(w);
	speaker_refresh(&w->rib, FAMILY_IPV6, BGP_REFRESH_REQUEST);
	world_wait_refreshed(w, &w->rib, 2);
	assert_int_equal(w->rib.refreshes[0], BGP_REFRESH_BEGIN);
	assert_int_equal(w->rib.refreshes[1], BGP_REFRESH_END);
	assert_int_equal(w->rib.n_routes, 0);
}

/* RFC 7313 4: with graceful restart, marks before the End-of-RIB mean nothing. */
static void
a_refresh_before_the_end_of_the_table_is_none(void **state)
{
	struct world *w = *state;

	w->rib.open.caps.graceful.offered = true;
	world_learn(w);
	speaker_refresh(&w->rib, FAMILY_IPV4, BGP_REFRESH_BEGIN);
	speaker_refresh(&w->rib, FAMILY_IPV4, BGP_REFRESH_END);
	world_end_of_ribs(w);
	world_wait_ended(w);
	speaker_update(&w->rib, "192.0.2.0/24", "192.0.2.2");
	world_wait_learned(w, 8);
}

/* Nor do we send them before ours. */
static void
a_target_gets_its_refresh_behind_the_end_of_the_table(void **state)
{
	struct world *w = *state;

	world_learn(w);
	speaker_refresh(&w->target, FAMILY_IPV4, BGP_REFRESH_REQUEST);
	speaker_update(&w->rib, "192.0.2.0/24", "192.0.2.2");
	world_wait_learned(w, 8);
	assert_int_equal(w->target.n_refreshes, 0);
	assert_int_equal(w->target.eors[FAMILY_IPV4], 0);
	world_end_of_ribs(w);
	world_wait_refreshed(w, &w->target, 2);
	assert_int_equal(w->target.eors[FAMILY_IPV4], 1);
	assert_true(speaker_has(&w->target, "198.51.0.0/16"));
}

static void
a_refresh_that_never_ends_is_given_up(void **state)
{
	struct world *w = *state;

	rig_reload(
	    &w->rig, WORLD_ROUTER(WORLD_RIB("learn-timeout = 1") WORLD_TARGET("")));
	world_learn(w);
	world_end_of_ribs(w);
	world_wait_ended(w);
	speaker_refresh(&w->rib, FAMILY_IPV4, BGP_REFRESH_BEGIN);
	speaker_update(&w->rib, "0.0.0.0/0", "192.0.2.1");
	/* IPv6 is not concerned */
	world_wait_learned(w, 3);
	assert_true(w->rib.up);
	/* the end that came too late means nothing */
	speaker_refresh(&w->rib, FAMILY_IPV4, BGP_REFRESH_END);
	speaker_update(&w->rib, "192.0.2.0/24", "192.0.2.2");
	world_wait_learned(w, 4);
}

static void
a_refresh_that_a_rib_begins_drops_what_it_leaves_out(void **state)
{
	struct world *w = *state;

	world_install(w);
	speaker_refresh(&w->rib, FAMILY_IPV4, BGP_REFRESH_BEGIN);
	speaker_update(&w->rib, "0.0.0.0/0", "192.0.2.1");
	speaker_update(&w->rib, "198.51.0.0/16", "192.0.2.2");
	speaker_update(&w->rib, "198.51.100.0/24", "192.0.2.3");
	speaker_refresh(&w->rib, FAMILY_IPV4, BGP_REFRESH_END);
	world_wait_has_not(w, "198.51.101.0/24");
	world_wait_learned(w, 5);
	assert_true(speaker_has(&w->target, "198.51.100.0/24"));
	assert_int_equal(speaker_count(&w->target, "198.51.100.0/24"), 1);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)
	const struct CMUnitTest tests[] = {
		TEST(a_refresh_brings_everything_again),
		TEST(a_rib_is_asked_for_its_routes_again),
		TEST(a_rib_that_asks_gets_nothing_between_two_marks),
		TEST(a_refresh_before_the_end_of_the_table_is_none),
		TEST(a_target_gets_its_refresh_behind_the_end_of_the_table),
		TEST(a_refresh_that_never_ends_is_given_up),
		TEST(a_refresh_that_a_rib_begins_drops_what_it_leaves_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
