/* armd ends and starts again between real BGP sessions on loopback. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "helpers/rig.h"
#include "helpers/speaker.h"
#include "router.h"

#define HEAD                                                     \
	"router \"r\" { as = 65000; router-id = 10.0.0.1; "      \
	"rib \"in\" { neighbor = 127.0.0.2; local = 127.0.0.1; " \
	"port = @port; families = ipv4 } ipv4 { capacity = 100 } "
#define TARGET                                                       \
	"target \"out\" { neighbor = 127.0.0.3; local = 127.0.0.1; " \
	"port = @port; families = ipv4 } "
#define OTHER                                                          \
	"target \"other\" { neighbor = 127.0.0.3; local = 127.0.0.1; " \
	"port = @port; families = ipv4; restart-time = 0 } "
#define ROUTERS HEAD TARGET "}"

struct world {
	struct rig rig;
	struct speaker rib, target;
	char directory[64], path[128];
	const char *prefix;
	size_t count;
};

static struct router *
router_of(const struct world *w)
{
	return w->rig.daemon.routers[0];
}

static struct rib_status
status_of(const struct world *w)
{
	struct rib_status status;

	rib_status(router_of(w)->rib, FAMILY_IPV4, clock_s(), &status);
	return status;
}

static bool
rib_up(void *arg)
{
	return ((struct world *)arg)->rib.up;
}

static bool
target_up(void *arg)
{
	return ((struct world *)arg)->target.up;
}

static bool
target_closed(void *arg)
{
	return ((struct world *)arg)->target.closed;
}

static bool
target_ended(void *arg)
{
	return ((struct world *)arg)->target.eors[FAMILY_IPV4] > 0;
}

static bool
target_has(void *arg)
{
	struct world *w = arg;

	return speaker_has(&w->target, w->prefix);
}

static bool
rib_holds(void *arg)
{
	struct world *w = arg;

	return status_of(w).learned == w->count;
}

#define wait_for(w, what) assert_true(rig_wait(&(w)->rig, what, w))

static void
dial_rib(struct world *w)
{
	speaker_dial(&w->rib, w->rig.base, "127.0.0.2", "127.0.0.1", w->rig.bgp_port);
	wait_for(w, rib_up);
}

static void
dial_target(struct world *w)
{
	speaker_dial(
	    &w->target, w->rig.base, "127.0.0.3", "127.0.0.1", w->rig.bgp_port);
}

static void
learn(struct world *w, const char *others)
{
	speaker_update(&w->rib, "0.0.0.0/0", "192.0.2.1");
	speaker_update(&w->rib, others, "192.0.2.2");
}

/* Two installed routes, and a third that is not. */
static void
install(struct world *w)
{
	dial_rib(w);
	dial_target(w);
	wait_for(w, target_up);
	learn(w, "198.51.100.0/24 203.0.113.0/24 192.0.2.0/24");
	w->count = 4;
	wait_for(w, rib_holds);
	rig_sample(router_of(w), "198.51.100.1", 10, 1e6);
	rig_sample(router_of(w), "203.0.113.1", 10, 1e6);
	speaker_end_of_rib(&w->rib, FAMILY_IPV4);
	w->prefix = "198.51.100.0/24";
	wait_for(w, target_has);
	w->prefix = "203.0.113.0/24";
	wait_for(w, target_has);
}

static void
begin(struct world *w)
{
	rig_start_in(&w->rig, ROUTERS, w->directory);
	speaker_init(&w->rib, 65000, 0x0a000002);
	speaker_init(&w->target, 65000, 0x0a000003);
}

static void
end(struct world *w)
{
	rig_stop(&w->rig);
	speaker_fini(&w->rib);
	speaker_fini(&w->target);
}

static int
setup(void **state)
{
	static struct world world;

	strcpy(world.directory, "/tmp/armd-restart-XXXXXX");
	assert_non_null(mkdtemp(world.directory));
	snprintf(world.path, sizeof world.path, "%s/r.state", world.directory);
	begin(&world);
	*state = &world;
	return 0;
}

static int
teardown(void **state)
{
	struct world *w = *state;

	end(w);
	unlink(w->path);
	assert_int_equal(rmdir(w->directory), 0);
	return 0;
}

static void
a_target_is_asked_to_keep_routes(void **state)
{
	struct world *w = *state;
	const struct bgp_capabilities *caps = &w->target.heard.caps;

	install(w);
	assert_true(caps->graceful.offered && caps->graceful.notification);
	assert_int_equal(caps->graceful.time_s, 120);
	assert_int_equal(caps->graceful.families, BGP_FAMILY_BIT(FAMILY_IPV4));
	assert_int_equal(caps->long_lived.families, BGP_FAMILY_BIT(FAMILY_IPV4));
	assert_int_equal(caps->long_lived.stale_s[FAMILY_IPV4], 86400);
	/* armd has just started, and knows nothing of what is kept */
	assert_true(caps->graceful.restarting);
	assert_int_equal(caps->graceful.forwarding, 0);
	/* a RIB session is helped only */
	caps = &w->rib.heard.caps;
	assert_true(caps->graceful.offered);
	assert_false(caps->graceful.restarting);
	assert_int_equal(caps->graceful.families, 0);
	assert_false(caps->long_lived.offered);
}

static void
a_lost_session_gets_what_stood(void **state)
{
	struct world *w = *state;

	install(w);
	speaker_drop(&w->target);
	speaker_update(&w->rib, "203.0.113.0/24", NULL);
	w->count = 3;
	wait_for(w, rib_holds);
	assert_int_equal(status_of(w).installed, 0);
	assert_int_equal(status_of(w).kept, 2);
	dial_target(w);
	wait_for(w, target_ended);
	assert_false(w->target.heard.caps.graceful.restarting);
	assert_int_equal(
	    w->target.heard.caps.graceful.forwarding, BGP_FAMILY_BIT(FAMILY_IPV4));
	assert_int_equal(w->target.eor_at[FAMILY_IPV4], 2);
	assert_false(w->target.routes[0].announced); /* what is no more comes first */
	assert_true(speaker_has(&w->target, "198.51.100.0/24"));
	assert_int_equal(status_of(w).kept, 0);
}

static void
an_end_leaves_the_routes(void **state)
{
	struct world *w = *state;

	install(w);
	end(w);
	begin(w);
	assert_int_equal(status_of(w).kept, 2);
	/* nothing to say yet: the connection waits */
	dial_rib(w);
	dial_target(w);
	learn(w, "198.51.100.0/24 203.0.113.0/24 192.0.2.0/24");
	w->count = 4;
	wait_for(w, rib_holds);
	assert_false(w->target.up);
	speaker_end_of_rib(&w->rib, FAMILY_IPV4);
	wait_for(w, target_ended);
	assert_true(w->target.heard.caps.graceful.restarting);
	assert_int_equal(
	    w->target.heard.caps.graceful.forwarding, BGP_FAMILY_BIT(FAMILY_IPV4));
	assert_int_equal(w->target.eor_at[FAMILY_IPV4], 2);
	assert_true(speaker_has(&w->target, "198.51.100.0/24"));
	assert_true(speaker_has(&w->target, "203.0.113.0/24"));
	assert_int_equal(status_of(w).installed, 2);
}

static void
a_torn_state_makes_the_target_flush(void **state)
{
	struct world *w = *state;

	install(w);
	end(w);
	assert_int_equal(truncate(w->path, 30), 0);
	begin(w);
	assert_int_equal(status_of(w).kept, 0);
	dial_target(w); /* nothing to wait for */
	wait_for(w, target_up);
	assert_int_equal(w->target.heard.caps.graceful.forwarding, 0);
	assert_int_equal(w->target.heard.caps.long_lived.forwarding, 0);
}

static void
a_target_that_is_removed_is_told(void **state)
{
	struct world *w = *state;

	install(w);
	rig_reload(&w->rig, HEAD "}");
	wait_for(w, target_closed);
	assert_int_equal(w->target.notification.code, BGP_ERROR_CEASE);
	assert_int_equal(w->target.notification.subcode, BGP_CEASE_DECONFIGURED);
	assert_int_equal(status_of(w).kept, 0);
	/* nor does the next armd think that it holds anything */
	end(w);
	begin(w);
	assert_int_equal(status_of(w).kept, 0);
}

static void
a_router_that_is_removed_leaves_no_state(void **state)
{
	struct world *w = *state;

	install(w);
	assert_int_equal(access(w->path, F_OK), 0);
	rig_reload(&w->rig,
	    "router \"s\" { as = 65000; router-id = 10.0.0.1; "
	    "rib \"in\" { neighbor = 127.0.0.2; local = 127.0.0.1; port = @port } }");
	assert_int_equal(access(w->path, F_OK), -1);
	wait_for(w, target_closed);
	assert_int_equal(w->target.notification.subcode, BGP_CEASE_DECONFIGURED);
}

static void
without_restart_time_nothing_is_kept(void **state)
{
	struct world *w = *state;

	rig_reload(&w->rig, HEAD OTHER "}");
	dial_target(w);
	wait_for(w, target_up);
	assert_true(w->target.heard.caps.graceful.offered);
	assert_int_equal(w->target.heard.caps.graceful.families, 0);
	assert_false(w->target.heard.caps.long_lived.offered);
}

/* BIRD -R says End-of-RIB when its own peers have not told it anything yet. */
static void
a_restarted_rib_is_not_swept_at_once(void **state)
{
	struct world *w = *state;

	install(w);
	speaker_hang_up(&w->rib);
	w->rib.open.caps.graceful.restarting = true;
	dial_rib(w);
	speaker_end_of_rib(&w->rib, FAMILY_IPV4);
	learn(w, "198.51.100.0/24 10.0.0.0/8");
	w->count = 5;
	wait_for(w, rib_holds);
	for (int i = 0; i < 5; i++)
		router_tick(router_of(w));
	assert_true(speaker_has(&w->target, "203.0.113.0/24"));
	/* without the R bit the same End-of-RIB ends what was not announced */
	speaker_hang_up(&w->rib);
	w->rib.open.caps.graceful.restarting = false;
	dial_rib(w);
	learn(w, "198.51.100.0/24");
	speaker_end_of_rib(&w->rib, FAMILY_IPV4);
	w->count = 2;
	wait_for(w, rib_holds);
	assert_true(speaker_has(&w->target, "198.51.100.0/24"));
}

static bool
both_have_both(void *arg)
{
	struct world *w = arg;
	char text[SPEAKER_HOPS_MAX];

	return strcmp(speaker_hops(&w->target, "203.0.113.0/24", text),
		   "192.0.2.2 192.0.2.3") == 0 &&
	       strcmp(speaker_hops(&w->target, "198.51.100.0/24", text),
		   "192.0.2.2 192.0.2.3") == 0;
}

static void
speak_paths(struct world *w)
{
	w->rib.open.caps.add_path_send = BGP_FAMILY_BIT(FAMILY_IPV4);
	w->target.open.caps.add_path_receive = BGP_FAMILY_BIT(FAMILY_IPV4);
}

/* Two installed routes with two paths each. */
static void
install_paths(struct world *w)
{
	speak_paths(w);
	dial_rib(w);
	dial_target(w);
	wait_for(w, target_up);
	speaker_update(&w->rib, "0.0.0.0/0#1", "192.0.2.1");
	speaker_update(&w->rib, "198.51.100.0/24#1 203.0.113.0/24#1", "192.0.2.2");
	speaker_update(&w->rib, "198.51.100.0/24#2 203.0.113.0/24#2", "192.0.2.3");
	w->count = 3;
	wait_for(w, rib_holds);
	rig_sample(router_of(w), "198.51.100.1", 10, 1e6);
	rig_sample(router_of(w), "203.0.113.1", 10, 1e6);
	speaker_end_of_rib(&w->rib, FAMILY_IPV4);
	wait_for(w, both_have_both);
}

/* One of them is gone and the other one has a path less: each path is told so. */
static void
expect_paths_taken_back(struct world *w)
{
	static const struct {
		bool announced;
		uint8_t net;
		uint32_t path_id;
	} told[] = { { false, 203, 1 }, { false, 203, 2 }, { true, 198, 1 },
		{ false, 198, 2 } };

	wait_for(w, target_ended);
	assert_int_equal(w->target.eor_at[FAMILY_IPV4], sizeof told / sizeof *told);
	for (size_t i = 0; i < sizeof told / sizeof *told; i++) {
		const struct speaker_route *route = &w->target.routes[i];

		assert_int_equal(route->announced, told[i].announced);
		assert_int_equal(route->prefix.bits.hi >> 56, told[i].net);
		assert_int_equal(route->path_id, told[i].path_id);
	}
	assert_string_equal(w->target.routes[2].nexthop, "192.0.2.3");
}

static void
paths_are_taken_back_when_the_target_returns(void **state)
{
	struct world *w = *state;

	install_paths(w);
	speaker_drop(&w->target);
	speaker_update(&w->rib, "198.51.100.0/24#1", NULL);
	speaker_update(&w->rib, "203.0.113.0/24#1 203.0.113.0/24#2", NULL);
	w->count = 2;
	wait_for(w, rib_holds);
	dial_target(w);
	expect_paths_taken_back(w);
}

static void
paths_are_taken_back_after_an_end(void **state)
{
	struct world *w = *state;

	install_paths(w);
	end(w);
	begin(w);
	speak_paths(w);
	dial_rib(w);
	dial_target(w);
	speaker_update(&w->rib, "0.0.0.0/0#1", "192.0.2.1");
	speaker_update(&w->rib, "198.51.100.0/24#2", "192.0.2.3");
	speaker_end_of_rib(&w->rib, FAMILY_IPV4);
	expect_paths_taken_back(w);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(a_target_is_asked_to_keep_routes),
		TEST(a_lost_session_gets_what_stood),
		TEST(an_end_leaves_the_routes),
		TEST(a_torn_state_makes_the_target_flush),
		TEST(a_target_that_is_removed_is_told),
		TEST(a_router_that_is_removed_leaves_no_state),
		TEST(without_restart_time_nothing_is_kept),
		TEST(a_restarted_rib_is_not_swept_at_once),
		TEST(paths_are_taken_back_when_the_target_returns),
		TEST(paths_are_taken_back_after_an_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
