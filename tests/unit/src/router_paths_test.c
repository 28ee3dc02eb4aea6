/* A router between two BGP sessions on loopback: ADD-PATH and extended next hops. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "helpers/router_world.h"
#include "rib/attrs.h"
#include "router.h"

#define BOTH (BGP_FAMILY_BIT(FAMILY_IPV4) | BGP_FAMILY_BIT(FAMILY_IPV6))

#define A "192.0.2.1"
#define B "192.0.2.2"
#define C "192.0.2.3"

/* What the offers of both sides shall be. */
static void
start(struct world *w, const char *rib_option, const char *target_option)
{
	char text[1024];

	snprintf(text, sizeof text,
	    WORLD_ROUTER("stale-time = 1; " WORLD_RIB("add-path = %s")
		    WORLD_TARGET("add-path = %s")),
	    rib_option, target_option);
	world_start(w, text, "");
	w->rib.open.caps.add_path_send = BOTH;
	w->target.open.caps.add_path_receive = BOTH;
}

/* 198.51.100.0/24 has two equal paths, its cover one. */
static void
learn(struct world *w)
{
	speaker_update(&w->rib, "198.51.0.0/16#1", A);
	speaker_update(&w->rib, "198.51.100.0/24#1", A);
	speaker_update(&w->rib, "198.51.100.0/24#2", B);
	world_wait_learned(w, 2);
	rig_sample(world_router(w), "198.51.1.1", 10, 1e6);
	rig_sample(world_router(w), "198.51.100.1", 10, 1e6);
	world_end_of_ribs(w);
}

static void
install(struct world *w)
{
	start(w, "yes", "yes");
	world_bring_up(w, &w->rib);
	world_bring_up(w, &w->target);
	learn(w);
	world_wait_hops(w, "198.51.100.0/24", A " " B);
	world_wait_hops(w, "198.51.0.0/16", A);
}

/* Where in what the target was told the first word about a prefix stands. */
static size_t
first_place(const struct world *w, const char *prefix)
{
	struct prefix wanted;
	size_t i = 0;

	assert_true(prefix_parse(prefix, &wanted));
	while (!prefix_equal(&w->target.routes[i].prefix, &wanted))
		i++;
	return i;
}

static void
all_equal_paths_are_announced(void **state)
{
	struct world w;

	(void)state;
	install(&w);
	/* the last path of a more-specific before what covers it */
	assert_true(speaker_last(&w.target, "198.51.100.0/24") <
		    &w.target.routes[first_place(&w, "198.51.0.0/16")]);
	assert_int_equal(speaker_last(&w.target, "198.51.0.0/16")->path_id, 1);
	assert_non_null(strstr(
	    speaker_last(&w.target, "198.51.100.0/24")->communities, "no-advertise"));
	world_stop(&w);
}

static void
paths_come_and_go(void **state)
{
	struct world w;
	size_t before;

	(void)state;
	install(&w);
	speaker_update(&w.rib, "198.51.100.0/24#9", C);
	world_wait_hops(&w, "198.51.100.0/24", A " " B " " C);
	speaker_update(&w.rib, "198.51.100.0/24#2", NULL);
	world_wait_hops(&w, "198.51.100.0/24", A " " C);
	speaker_update(&w.rib, "198.51.100.0/24#1", NULL);
	world_wait_hops(&w, "198.51.100.0/24", C);
	/* one path is replaced in one step */
	before = w.target.n_routes;
	speaker_update(&w.rib, "198.51.100.0/24#9", B);
	world_wait_hops(&w, "198.51.100.0/24", B);
	assert_int_equal(w.target.n_routes, before + 1);
	/* with the next hop of its cover it is needed no more */
	speaker_update(&w.rib, "198.51.100.0/24#9", A);
	world_wait_hops(&w, "198.51.100.0/24", "");
	speaker_update(&w.rib, "198.51.0.0/16#1", NULL);
	world_wait_hops(&w, "198.51.0.0/16", "");
	world_wait_learned(&w, 1);
	world_stop(&w);
}

static void
a_refresh_brings_all_paths(void **state)
{
	struct world w;

	(void)state;
	install(&w);
	assert_int_equal(speaker_count(&w.target, "198.51.100.0/24"), 2);
	speaker_refresh(&w.target, FAMILY_IPV4, BGP_REFRESH_REQUEST);
	world_wait_refreshed(&w, &w.target, 2);
	assert_int_equal(speaker_count(&w.target, "198.51.100.0/24"), 4);
	world_wait_hops(&w, "198.51.100.0/24", A " " B);
	world_stop(&w);
}

/* The neighbor numbers its paths anew, and one is missing. */
static void
a_rib_session_returns(void **state)
{
	struct world w;

	(void)state;
	install(&w);
	speaker_hang_up(&w.rib);
	world_bring_up(&w, &w.rib);
	speaker_update(&w.rib, "198.51.0.0/16#7", A);
	speaker_update(&w.rib, "198.51.100.0/24#1", B);
	speaker_update(&w.rib, "203.0.113.0/24#1", B);
	world_end_of_ribs(&w);
	world_wait_hops(&w, "198.51.100.0/24", B);
	world_wait_hops(&w, "198.51.0.0/16", A);
	/* without path ids this time */
	speaker_hang_up(&w.rib);
	w.rib.open.caps.add_path_send = 0;
	world_bring_up(&w, &w.rib);
	speaker_update(&w.rib, "198.51.0.0/16", A);
	speaker_update(&w.rib, "198.51.100.0/24", C);
	world_wait_hops(&w, "198.51.100.0/24", C);
	/* with the paths by ids goes what it no longer tells, and nothing else */
	world_end_of_ribs(&w);
	world_wait_learned(&w, 2);
	world_wait_hops(&w, "198.51.100.0/24", C);
	speaker_update(&w.rib, "198.51.100.0/24", NULL);
	world_wait_hops(&w, "198.51.100.0/24", "");
	/* and not at all */
	speaker_hang_up(&w.rib);
	world_wait_learned(&w, 0);
	world_wait_hops(&w, "198.51.0.0/16", "");
	world_stop(&w);
}

/* A target that takes one path gets the best, and that is what counts for it. */
static void
a_target_without_path_ids(void **state)
{
	struct world w;
	struct rib_route route;
	struct prefix prefix;

	(void)state;
	start(&w, "yes", "yes");
	w.target.open.caps.add_path_receive = 0;
	world_bring_up(&w, &w.rib);
	world_bring_up(&w, &w.target);
	learn(&w);
	/* the same as its cover */
	world_wait_hops(&w, "198.51.0.0/16", A);
	world_wait_hops(&w, "198.51.100.0/24", "");
	speaker_update(&w.rib, "198.51.100.0/24#1", NULL);
	world_wait_hops(&w, "198.51.100.0/24", B);
	speaker_update(&w.rib, "198.51.100.0/24#5", C);
	world_wait_hops(&w, "198.51.100.0/24", B);
	/* now with them */
	speaker_hang_up(&w.target);
	w.target.open.caps.add_path_receive = BOTH;
	world_bring_up(&w, &w.target);
	world_wait_hops(&w, "198.51.100.0/24", B " " C);
	world_wait_hops(&w, "198.51.0.0/16", A);
	/* and without again */
	speaker_hang_up(&w.target);
	w.target.open.caps.add_path_receive = 0;
	world_bring_up(&w, &w.target);
	world_wait_hops(&w, "198.51.100.0/24", B);
	assert_true(prefix_parse("198.51.100.0/24", &prefix));
	assert_true(rib_find(world_router(&w)->rib, &prefix, &route));
	assert_int_equal(attrs_paths(rib_attrs(world_router(&w)->rib), route.attrs), 1);
	world_stop(&w);
}

static void
options_that_say_no(void **state)
{
	struct world w;

	(void)state;
	start(&w, "no", "yes");
	w.rib.open.caps.add_path_send = BOTH;
	world_bring_up(&w, &w.rib);
	world_bring_up(&w, &w.target);
	speaker_update(&w.rib, "198.51.100.0/24", A);
	speaker_update(&w.rib, "198.51.100.0/24", B);
	world_wait_learned(&w, 1);
	rig_sample(world_router(&w), "198.51.100.1", 10, 1e6);
	world_end_of_ribs(&w);
	world_wait_hops(&w, "198.51.100.0/24", B);
	assert_int_equal(speaker_last(&w.target, "198.51.100.0/24")->path_id, 1);
	world_stop(&w);

	start(&w, "yes", "no");
	w.target.open.caps.add_path_receive = 0; /* to hear what comes */
	world_bring_up(&w, &w.rib);
	world_bring_up(&w, &w.target);
	learn(&w);
	world_wait_hops(&w, "198.51.0.0/16", A);
	world_stop(&w);
}

/* RFC 8950: IPv4 routes by IPv6 next hops. */
static void
ipv4_by_ipv6(void **state)
{
	struct world w;

	(void)state;
	start(&w, "yes", "yes");
	w.rib.open.caps.add_path_send = 0;
	w.target.open.caps.add_path_receive = 0;
	w.rib.open.caps.extended_next_hop = true;
	w.target.open.caps.extended_next_hop = true;
	world_bring_up(&w, &w.rib);
	world_bring_up(&w, &w.target);
	speaker_update(&w.rib, "198.51.0.0/16", A);
	speaker_update(&w.rib, "198.51.100.0/24", "2001:db8::1");
	world_wait_learned(&w, 2);
	rig_sample(world_router(&w), "198.51.1.1", 10, 1e6);
	world_end_of_ribs(&w);
	world_wait_hops(&w, "198.51.100.0/24", "2001:db8::1");
	world_wait_hops(&w, "198.51.0.0/16", A);
	/* one that does not take them is not asked to, nor lost */
	speaker_hang_up(&w.target);
	w.target.open.caps.extended_next_hop = false;
	world_bring_up(&w, &w.target);
	speaker_update(&w.rib, "203.0.113.0/24", B);
	world_wait_learned(&w, 3);
	rig_sample(world_router(&w), "203.0.113.1", 10, 1e6);
	world_wait_hops(&w, "203.0.113.0/24", B);
	speaker_update(&w.rib, "203.0.113.128/25", "2001:db8::2");
	world_wait_hops(&w, "203.0.113.0/24", ""); /* it would hide that one */
	world_wait_hops(&w, "198.51.0.0/16", "");
	world_wait_hops(&w, "198.51.100.0/24", "");
	speaker_update(&w.rib, "203.0.113.128/25", NULL);
	world_wait_hops(&w, "203.0.113.0/24", B);
	assert_true(w.target.up);
	world_stop(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_equal_paths_are_announced),
		cmocka_unit_test(paths_come_and_go),
		cmocka_unit_test(a_refresh_brings_all_paths),
		cmocka_unit_test(a_rib_session_returns),
		cmocka_unit_test(a_target_without_path_ids),
		cmocka_unit_test(options_that_say_no),
		cmocka_unit_test(ipv4_by_ipv6),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
