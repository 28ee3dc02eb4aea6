/* Another configuration in force while the sessions are up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "helpers/router_world.h"
#include "peer.h"
#include "router.h"

static void
reload_keeps_what_did_not_change(void **state)
{
	struct world *w = *state;
	const struct router *router;
	const struct peer *rib;

	world_install(w);
	router = world_router(w);
	rib = router->rib_session[FAMILY_IPV4]->peer;
	/* another name and another limit are adopted in flight */
	rig_reload(&w->rig,
	    "router \"r\" { as = 65000; router-id = 10.0.0.1; "
	    "rib \"renamed\" { neighbor = 127.0.0.2; local = 127.0.0.1; "
	    "port = @port; max-prefix = 4 } " WORLD_TARGET(
		"") "ipv4 { capacity = 2 } ipv6 { capacity = 100 } }");
	assert_ptr_equal(world_router(w), router);
	assert_ptr_equal(router->rib_session[FAMILY_IPV4]->peer, rib);
	assert_string_equal(peer_name(rib), "rib renamed (127.0.0.2)");
	world_wait_has_not(w, "198.51.0.0/16"); /* three no longer fit */
	assert_true(w->rib.up && w->target.up);
	/* another target at its place: it keeps its routes, the RIB stays */
	rig_reload(
	    &w->rig, WORLD_ROUTER(WORLD_RIB("") WORLD_TARGET("communities = {}")));
	rig_wait_closed(&w->rig, &w->target);
	assert_int_equal(w->target.notification.code, 0);
	assert_true(w->rib.up);
	world_dial(w, &w->target);
	world_wait_has(w, "198.51.0.0/16");
	assert_null(strstr(
	    speaker_last(&w->target, "198.51.0.0/16")->communities, "no-advertise"));
}

static void
reload_ends_a_router_that_is_gone(void **state)
{
	struct world *w = *state;

	world_install(w);
	rig_reload(&w->rig,
	    "router \"other\" { as = 65000; router-id = 10.0.0.1; " WORLD_RIB("")
		WORLD_TARGET("") "ipv4 { capacity = 100 } ipv6 { capacity = 100 } }");
	rig_wait_closed(&w->rig, &w->rib);
	rig_wait_closed(&w->rig, &w->target);
	assert_int_equal(w->rib.notification.subcode, BGP_CEASE_DECONFIGURED);
	assert_string_equal(world_router(w)->config->name, "other");
	assert_int_equal(world_learned(w), 0);
	world_install(w);
}

static void
a_bad_configuration_changes_nothing(void **state)
{
	struct world *w = *state;
	const struct config *config = w->rig.daemon.config;
	FILE *file;

	world_install(w);
	file = fopen(w->rig.path, "w");
	fputs("router \"r\" { as = no }\n", file);
	fclose(file);
	daemon_reload(&w->rig.daemon);
	assert_ptr_equal(w->rig.daemon.config, config);
	speaker_update(&w->rib, "198.51.102.0/24", "192.0.2.4");
	world_wait_has(w, "198.51.102.0/24");
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)
	const struct CMUnitTest tests[] = {
		TEST(reload_keeps_what_did_not_change),
		TEST(reload_ends_a_router_that_is_gone),
		TEST(a_bad_configuration_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
