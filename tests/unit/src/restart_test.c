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

#include "helpers/router_world.h"
#include "router.h"

#define RIB WORLD_RIB("families = ipv4")
#define TARGET WORLD_TARGET("families = ipv4")
#define OTHER WORLD_TARGET("families = ipv4; restart-time = 0")
#define BRIEF WORLD_TARGET("families = ipv4; restart-time = 1")
#define IMPATIENT(target) WORLD_ROUTER("stale-time = 0; " RIB target)
#define SHORT WORLD_TARGET("families = ipv4; hold-time = 30")

/* Where the state is saved from one armd to the next. */
static char directory[64], path[128];

static struct rib_status
status_of(const struct world *w)
{
	return world_status(w, FAMILY_IPV4);
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
	world_bring_up(w, &w->rib);
	world_bring_up(w, &w->target);
	learn(w, "198.51.100.0/24 203.0.113.0/24 192.0.2.0/24");
	world_wait_learned(w, 4);
	rig_sample(world_router(w), "198.51.100.1", 10, 1e6);
	rig_sample(world_router(w), "203.0.113.1", 10, 1e6);
	speaker_end_of_rib(&w->rib, FAMILY_IPV4);
	world_wait_has(w, "198.51.100.0/24");
	world_wait_has(w, "203.0.113.0/24");
}

static bool
turned(void *left)
{
	return (*(int *)left)-- == 0;
}

/* As armd counts them: what it has in mind to do, it does. */
static void
let_seconds_pass(struct world *w)
{
	int left = 20;

	assert_true(rig_wait(&w->rig, turned, &left));
}

static void
begin_with(struct world *w, const char *routers)
{
	world_start(w, routers, directory);
	w->rib.open.caps.graceful.offered = true;
	w->target.open.caps.graceful.offered = true;
}

static void
begin(struct world *w)
{
	begin_with(w, WORLD_ROUTER(RIB TARGET));
}

static int
setup(void **state)
{
	static struct world world;

	strcpy(directory, "/tmp/armd-restart-XXXXXX");
	assert_non_null(mkdtemp(directory));
	snprintf(path, sizeof path, "%s/r.state", directory);
	begin(&world);
	*state = &world;
	return 0;
}

static int
teardown(void **state)
{
	world_stop(*state);
	unlink(path);
	assert_int_equal(rmdir(directory), 0);
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
	/* a RIB session is helped only, and is not to wait for us */
	caps = &w->rib.heard.caps;
	assert_true(caps->graceful.offered);
	assert_true(caps->graceful.restarting);
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
	world_wait_learned(w, 3);
	assert_int_equal(status_of(w).installed, 0);
	assert_int_equal(status_of(w).kept, 2);
	world_dial(w, &w->target);
	world_wait_ended(w);
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
	world_stop(w);
	begin(w);
	assert_int_equal(status_of(w).kept, 2);
	/* nothing to say yet: the connection waits */
	world_bring_up(w, &w->rib);
	world_dial(w, &w->target);
	learn(w, "198.51.100.0/24 203.0.113.0/24 192.0.2.0/24");
	world_wait_learned(w, 4);
	assert_false(w->target.up);
	speaker_end_of_rib(&w->rib, FAMILY_IPV4);
	world_wait_ended(w);
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
	world_stop(w);
	assert_int_equal(truncate(path, 30), 0);
	begin(w);
	assert_int_equal(status_of(w).kept, 0);
	world_bring_up(w, &w->target); /* nothing to wait for */
	assert_int_equal(w->target.heard.caps.graceful.forwarding, 0);
	assert_int_equal(w->target.heard.caps.long_lived.forwarding, 0);
}

static void
a_target_that_is_removed_is_told(void **state)
{
	struct world *w = *state;

	install(w);
	rig_reload(&w->rig, WORLD_ROUTER(RIB));
	rig_wait_closed(&w->rig, &w->target);
	assert_int_equal(w->target.notification.code, BGP_ERROR_CEASE);
	assert_int_equal(w->target.notification.subcode, BGP_CEASE_DECONFIGURED);
	assert_int_equal(status_of(w).kept, 0);
	/* nor does the next armd think that it holds anything */
	world_stop(w);
	begin(w);
	assert_int_equal(status_of(w).kept, 0);
}

/* Its routes stay, for what it holds is known. */
static uint8_t
forwarding(const struct world *w)
{
	return w->target.heard.caps.graceful.forwarding;
}

static void
a_target_that_is_changed_keeps_its_routes(void **state)
{
	struct world *w = *state;

	install(w);
	rig_reload(&w->rig, WORLD_ROUTER(RIB SHORT));
	rig_wait_closed(&w->rig, &w->target);
	assert_int_equal(w->target.notification.code, 0);
	assert_int_equal(status_of(w).kept, 2);
	world_dial(w, &w->target);
	world_wait_ended(w);
	assert_int_equal(forwarding(w), BGP_FAMILY_BIT(FAMILY_IPV4));
	assert_int_equal(w->target.eor_at[FAMILY_IPV4], 2);
	/* not if it is to keep nothing from now on */
	rig_reload(&w->rig, WORLD_ROUTER(RIB OTHER));
	rig_wait_closed(&w->rig, &w->target);
	assert_int_equal(w->target.notification.subcode, BGP_CEASE_CONFIG_CHANGE);
}

/* Nobody knows what a new target holds, of whatever life of ours. */
static void
a_new_target_is_to_begin_with_nothing(void **state)
{
	struct world *w = *state;

	install(w);
	rig_reload(&w->rig, WORLD_ROUTER(RIB));
	rig_wait_closed(&w->rig, &w->target);
	rig_reload(&w->rig, WORLD_ROUTER(RIB TARGET));
	world_dial(w, &w->target);
	world_wait_ended(w);
	assert_int_equal(forwarding(w), 0);
}

static void
a_torn_state_is_not_forgotten_by_a_reload(void **state)
{
	struct world *w = *state;

	install(w);
	world_stop(w);
	assert_int_equal(truncate(path, 30), 0);
	begin(w);
	rig_reload(&w->rig, WORLD_ROUTER(RIB SHORT));
	world_dial(w, &w->target);
	rig_wait_up(&w->rig, &w->target);
	assert_int_equal(forwarding(w), 0);
}

static void
a_router_that_is_removed_leaves_no_state(void **state)
{
	struct world *w = *state;

	install(w);
	assert_int_equal(access(path, F_OK), 0);
	rig_reload(
	    &w->rig, "router \"s\" { as = 65000; router-id = 10.0.0.1; " RIB "}");
	assert_int_equal(access(path, F_OK), -1);
	rig_wait_closed(&w->rig, &w->target);
	assert_int_equal(w->target.notification.subcode, BGP_CEASE_DECONFIGURED);
}

static void
without_restart_time_nothing_is_kept(void **state)
{
	struct world *w = *state;

	rig_reload(&w->rig, WORLD_ROUTER(RIB OTHER));
	world_bring_up(w, &w->target);
	assert_true(w->target.heard.caps.graceful.offered);
	assert_int_equal(w->target.heard.caps.graceful.families, 0);
	assert_false(w->target.heard.caps.long_lived.offered);
}

/* As if armd had been there all the time. */
static void
what_is_kept_is_given_up_without_a_rib(void **state)
{
	struct world *w = *state;

	install(w);
	world_stop(w);
	begin_with(w, IMPATIENT(BRIEF));
	assert_int_equal(status_of(w).kept, 2);
	world_dial(w, &w->target);
	world_wait_ended(w);
	assert_int_equal(forwarding(w), BGP_FAMILY_BIT(FAMILY_IPV4));
	assert_int_equal(w->target.eor_at[FAMILY_IPV4], 2);
	assert_false(w->target.routes[0].announced || w->target.routes[1].announced);
	assert_int_equal(status_of(w).kept, 0);
}

/* Its restart time is over, but it may keep the routes for long. */
static void
a_late_rib_is_waited_for(void **state)
{
	struct world *w = *state;

	install(w);
	world_stop(w);
	begin(w);
	world_router(w)->born_ms -= 300000;
	world_dial(w, &w->target);
	let_seconds_pass(w);
	assert_false(w->target.up);
	world_bring_up(w, &w->rib);
	learn(w, "198.51.100.0/24 203.0.113.0/24");
	speaker_end_of_rib(&w->rib, FAMILY_IPV4);
	world_wait_ended(w);
	assert_int_equal(w->target.eor_at[FAMILY_IPV4], 2);
	assert_true(speaker_has(&w->target, "198.51.100.0/24"));
}

/* What is known of a table that begins anew is not chosen from. */
static void
a_rib_that_was_given_up_is_learned_first(void **state)
{
	struct world *w = *state;

	rig_reload(&w->rig, IMPATIENT(TARGET));
	install(w);
	speaker_hang_up(&w->rib);
	world_wait_learned(w, 0);
	world_bring_up(w, &w->rib);
	learn(w, "198.51.100.0/24");
	world_wait_learned(w, 2);
	rig_sample(world_router(w), "198.51.100.1", 10, 1e6);
	let_seconds_pass(w);
	assert_false(speaker_has(&w->target, "198.51.100.0/24"));
	speaker_end_of_rib(&w->rib, FAMILY_IPV4);
	world_wait_has(w, "198.51.100.0/24");
}

/* BIRD -R says End-of-RIB when its own peers have not told it anything yet. */
static void
a_restarted_rib_is_not_swept_at_once(void **state)
{
	struct world *w = *state;

	install(w);
	speaker_hang_up(&w->rib);
	w->rib.open.caps.graceful.restarting = true;
	world_bring_up(w, &w->rib);
	speaker_end_of_rib(&w->rib, FAMILY_IPV4);
	learn(w, "198.51.100.0/24 10.0.0.0/8");
	world_wait_learned(w, 5);
	let_seconds_pass(w);
	assert_true(speaker_has(&w->target, "203.0.113.0/24"));
	/* without the R bit the same End-of-RIB ends what was not announced */
	speaker_hang_up(&w->rib);
	w->rib.open.caps.graceful.restarting = false;
	world_bring_up(w, &w->rib);
	learn(w, "198.51.100.0/24");
	speaker_end_of_rib(&w->rib, FAMILY_IPV4);
	world_wait_learned(w, 2);
	assert_true(speaker_has(&w->target, "198.51.100.0/24"));
}

/* Before the table is known the next session begins as the first one did. */
static void
a_rib_need_not_wait_for_one_that_learns(void **state)
{
	struct world *w = *state;

	for (int i = 0; i < 2; i++) {
		world_bring_up(w, &w->rib);
		assert_true(w->rib.heard.caps.graceful.restarting);
		speaker_hang_up(&w->rib);
	}
	world_bring_up(w, &w->rib);
	speaker_end_of_rib(&w->rib, FAMILY_IPV4);
	world_dial(w, &w->target);
	world_wait_ended(w);
	speaker_hang_up(&w->rib);
	world_bring_up(w, &w->rib);
	assert_false(w->rib.heard.caps.graceful.restarting);
}

/* Target and RIB are of a BIRD that was restarted, with -R, while armd was away. */
static void
a_restarted_rib_is_waited_for(void **state)
{
	struct world *w = *state;

	install(w);
	world_stop(w);
	begin(w);
	w->rib.open.caps.graceful.restarting = true;
	world_bring_up(w, &w->rib);
	world_dial(w, &w->target);
	speaker_end_of_rib(&w->rib, FAMILY_IPV4);
	learn(w, "198.51.100.0/24 192.0.2.0/24");
	world_wait_learned(w, 3);
	let_seconds_pass(w);
	assert_false(w->target.up); /* one that stood is still missing */
	speaker_update(&w->rib, "203.0.113.0/24", "192.0.2.2");
	world_wait_ended(w);
	assert_false(w->target.heard.caps.graceful.restarting);
	assert_int_equal(
	    w->target.heard.caps.graceful.forwarding, BGP_FAMILY_BIT(FAMILY_IPV4));
	assert_int_equal(w->target.eor_at[FAMILY_IPV4], 2);
	assert_true(speaker_has(&w->target, "198.51.100.0/24"));
	assert_true(speaker_has(&w->target, "203.0.113.0/24"));
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
	world_bring_up(w, &w->rib);
	world_bring_up(w, &w->target);
	speaker_update(&w->rib, "0.0.0.0/0#1", "192.0.2.1");
	speaker_update(&w->rib, "198.51.100.0/24#1 203.0.113.0/24#1", "192.0.2.2");
	speaker_update(&w->rib, "198.51.100.0/24#2 203.0.113.0/24#2", "192.0.2.3");
	world_wait_learned(w, 3);
	rig_sample(world_router(w), "198.51.100.1", 10, 1e6);
	rig_sample(world_router(w), "203.0.113.1", 10, 1e6);
	speaker_end_of_rib(&w->rib, FAMILY_IPV4);
	assert_true(rig_wait(&w->rig, both_have_both, w));
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

	world_wait_ended(w);
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
	world_wait_learned(w, 2);
	world_dial(w, &w->target);
	expect_paths_taken_back(w);
}

static void
paths_are_taken_back_after_an_end(void **state)
{
	struct world *w = *state;

	install_paths(w);
	world_stop(w);
	begin(w);
	speak_paths(w);
	world_bring_up(w, &w->rib);
	world_dial(w, &w->target);
	speaker_update(&w->rib, "0.0.0.0/0#1", "192.0.2.1");
	speaker_update(&w->rib, "198.51.100.0/24#2", "192.0.2.3");
	speaker_end_of_rib(&w->rib, FAMILY_IPV4);
	expect_paths_taken_back(w);
}

/* A restarted RIB knows a prefix by one path, which had two. */
static void
a_path_less_is_waited_for(void **state)
{
	struct world *w = *state;

	install_paths(w);
	world_stop(w);
	begin(w);
	speak_paths(w);
	w->rib.open.caps.graceful.restarting = true;
	world_bring_up(w, &w->rib);
	world_dial(w, &w->target);
	speaker_end_of_rib(&w->rib, FAMILY_IPV4);
	speaker_update(&w->rib, "198.51.100.0/24#1 203.0.113.0/24#1", "192.0.2.2");
	speaker_update(&w->rib, "198.51.100.0/24#2", "192.0.2.3");
	world_wait_learned(w, 2);
	let_seconds_pass(w);
	assert_false(w->target.up);
	speaker_update(&w->rib, "203.0.113.0/24#2", "192.0.2.3");
	world_wait_ended(w);
	assert_true(both_have_both(w));
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
		TEST(a_target_that_is_changed_keeps_its_routes),
		TEST(a_new_target_is_to_begin_with_nothing),
		TEST(a_torn_state_is_not_forgotten_by_a_reload),
		TEST(a_router_that_is_removed_leaves_no_state),
		TEST(without_restart_time_nothing_is_kept),
		TEST(what_is_kept_is_given_up_without_a_rib),
		TEST(a_late_rib_is_waited_for),
		TEST(a_rib_that_was_given_up_is_learned_first),
		TEST(a_restarted_rib_is_not_swept_at_once),
		TEST(a_rib_need_not_wait_for_one_that_learns),
		TEST(a_restarted_rib_is_waited_for),
		TEST(a_path_less_is_waited_for),
		TEST(paths_are_taken_back_when_the_target_returns),
		TEST(paths_are_taken_back_after_an_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
