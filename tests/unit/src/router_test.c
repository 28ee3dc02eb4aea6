/* A router between two real BGP sessions on loopback: routes in, choice out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "helpers/rig.h"
#include "helpers/speaker.h"
#include "peer.h"
#include "router.h"
#include "router_refresh.h"

#define ROUTER_HEAD "router \"r\" { as = 65000; router-id = 10.0.0.1; "
#define RIB "rib \"in\" { neighbor = 127.0.0.2; local = 127.0.0.1; port = @port } "
#define TARGET \
	"target \"out\" { neighbor = 127.0.0.3; local = 127.0.0.1; port = @port } "
#define TAIL "ipv4 { capacity = 100 } ipv6 { capacity = 100 } }"
#define ROUTERS ROUTER_HEAD "stale-time = 1; " RIB TARGET TAIL

struct world {
	struct rig rig;
	struct speaker rib, target;
	const char *prefix; /* what is waited for */
	size_t count;
};

static struct router *
router_of(const struct world *w)
{
	return w->rig.daemon.routers[0];
}

static void
dial_rib(struct world *w)
{
	speaker_dial(&w->rib, w->rig.base, "127.0.0.2", "127.0.0.1", w->rig.bgp_port);
}

static void
dial_target(struct world *w)
{
	speaker_dial(
	    &w->target, w->rig.base, "127.0.0.3", "127.0.0.1", w->rig.bgp_port);
}

static bool
both_up(void *arg)
{
	struct world *w = arg;

	return w->rib.up && w->target.up;
}

static bool
rib_up(void *arg)
{
	return ((struct world *)arg)->rib.up;
}

static bool
target_refreshed(void *arg)
{
	return ((struct world *)arg)->target.n_refreshes == 2;
}

static bool
target_ended(void *arg)
{
	struct world *w = arg;

	return w->target.eors[FAMILY_IPV4] && w->target.eors[FAMILY_IPV6];
}

static bool
target_has(void *arg)
{
	struct world *w = arg;

	return speaker_has(&w->target, w->prefix);
}

static bool
target_has_not(void *arg)
{
	return !target_has(arg);
}

/* So many routes are in the RIB. */
static bool
rib_holds(void *arg)
{
	struct world *w = arg;
	struct rib_status status;
	size_t learned = 0;

	for (int f = 0; f < FAMILIES; f++) {
		rib_status(router_of(w)->rib, (enum family)f, clock_s(), &status);
		learned += status.learned;
	}
	return learned == w->count;
}

#define wait_for(w, what) assert_true(rig_wait(&(w)->rig, what, w))

static void
wait_has(struct world *w, const char *prefix)
{
	w->prefix = prefix;
	wait_for(w, target_has);
}

static void
wait_has_not(struct world *w, const char *prefix)
{
	w->prefix = prefix;
	wait_for(w, target_has_not);
}

static void
wait_learned(struct world *w, size_t count)
{
	w->count = count;
	wait_for(w, rib_holds);
}

static void
end_of_ribs(struct world *w)
{
	speaker_end_of_rib(&w->rib, FAMILY_IPV4);
	speaker_end_of_rib(&w->rib, FAMILY_IPV6);
}

static int
setup(void **state)
{
	static struct world world;

	rig_start(&world.rig, ROUTERS);
	speaker_init(&world.rib, 65000, 0x0a000002);
	speaker_init(&world.target, 65000, 0x0a000003);
	*state = &world;
	return 0;
}

static int
teardown(void **state)
{
	struct world *w = *state;

	speaker_fini(&w->rib);
	speaker_fini(&w->target);
	rig_stop(&w->rig);
	return 0;
}

/*
 * 198.51.0.0/16 hides two more-specifics of another next hop, and traffic goes to all
 * of them; 203.0.113.0/24 forwards like the default route.
 */
static void
learn_all(struct world *w)
{
	dial_rib(w);
	dial_target(w);
	wait_for(w, both_up);
	speaker_update(&w->rib, "0.0.0.0/0 203.0.113.0/24", "192.0.2.1");
	speaker_update(&w->rib, "198.51.0.0/16", "192.0.2.2");
	speaker_update(&w->rib, "198.51.100.0/24 198.51.101.0/24", "192.0.2.3");
	speaker_update(&w->rib, "::/0", "2001:db8::1");
	speaker_update(&w->rib, "2001:db8:1::/48", "2001:db8::2");
	wait_learned(w, 7);
	rig_sample(router_of(w), "198.51.1.1", 10, 1e6);
	rig_sample(router_of(w), "198.51.100.1", 10, 1e6);
	rig_sample(router_of(w), "2001:db8:1::1", 10, 1e6);
}

static void
install_all(struct world *w)
{
	learn_all(w);
	end_of_ribs(w);
	wait_for(w, target_ended);
	wait_has(w, "198.51.0.0/16");
	wait_has(w, "2001:db8:1::/48");
}

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
	struct rib_status status;

	learn_all(w);
	for (int i = 0; i < 3; i++)
		router_tick(router_of(w));
	assert_int_equal(w->target.n_routes, 0);
	assert_int_equal(w->target.eors[FAMILY_IPV4], 0);
	rib_status(router_of(w)->rib, FAMILY_IPV4, clock_s(), &status);
	assert_false(status.ready);
	end_of_ribs(w);
	wait_for(w, target_ended);
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

	install_all(w);
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

	install_all(w);
	speaker_update(&w->rib, "198.51.102.0/24", "192.0.2.4");
	wait_has(w, "198.51.102.0/24");
	speaker_update(&w->rib, "198.51.102.0/24", NULL);
	wait_has_not(w, "198.51.102.0/24");
	speaker_update(&w->rib, "198.51.101.0/24", "192.0.2.9");
	wait_for(w, moved);
	assert_int_equal(w->target.eors[FAMILY_IPV4], 1);
}

static void
a_refresh_brings_everything_again(void **state)
{
	struct world *w = *state;

	install_all(w);
	assert_int_equal(speaker_count(&w->target, "198.51.100.0/24"), 1);
	speaker_refresh(&w->target, FAMILY_IPV4, BGP_REFRESH_REQUEST);
	wait_for(w, target_refreshed);
	/* RFC 7313: between BoRR and EoRR */
	assert_int_equal(w->target.refreshes[0], BGP_REFRESH_BEGIN);
	assert_int_equal(w->target.refreshes[1], BGP_REFRESH_END);
	assert_int_equal(speaker_count(&w->target, "198.51.100.0/24"), 2);
	assert_int_equal(speaker_count(&w->target, "198.51.101.0/24"), 2);
	assert_int_equal(speaker_count(&w->target, "198.51.0.0/16"), 2);
	assert_int_equal(speaker_count(&w->target, "2001:db8:1::/48"), 1);
}

static bool
rib_session_is_asked(void *arg)
{
	return ((struct world *)arg)->rib.n_refreshes == 2;
}

static void
a_rib_is_asked_for_its_routes_again(void **state)
{
	struct world *w = *state;
	struct router_session *session = &router_of(w)->sessions[0];
	uint8_t families = 0;

	assert_false(router_refresh_rib(session, &families));
	learn_all(w);
	assert_true(router_refresh_rib(session, &families));
	assert_int_equal(
	    families, BGP_FAMILY_BIT(FAMILY_IPV4) | BGP_FAMILY_BIT(FAMILY_IPV6));
	wait_for(w, rib_session_is_asked);
	assert_int_equal(w->rib.refreshes[0], BGP_REFRESH_REQUEST);
	assert_int_equal(w->rib.refreshes[1], BGP_REFRESH_REQUEST);
	speaker_drop(&w->rib);
	w->rib.open.caps.refresh = false;
	dial_rib(w);
	wait_for(w, rib_up);
	assert_false(router_refresh_rib(session, &families));
}

static void
a_rib_that_asks_gets_nothing_between_two_marks(void **state)
{
	struct world *w = *state;

	learn_all(w);
	speaker_refresh(&w->rib, FAMILY_IPV6, BGP_REFRESH_REQUEST);
	wait_for(w, rib_session_is_asked);
	assert_int_equal(w->rib.refreshes[0], BGP_REFRESH_BEGIN);
	assert_int_equal(w->rib.refreshes[1], BGP_REFRESH_END);
	assert_int_equal(w->rib.n_routes, 0);
}

/* RFC 7313 section 4: with graceful restart, marks before the End-of-RIB mean nothing.
 */
static void
a_refresh_before_the_end_of_the_table_is_none(void **state)
{
	struct world *w = *state;

	w->rib.open.caps.graceful.offered = true;
	learn_all(w);
	speaker_refresh(&w->rib, FAMILY_IPV4, BGP_REFRESH_BEGIN);
	speaker_refresh(&w->rib, FAMILY_IPV4, BGP_REFRESH_END);
	end_of_ribs(w);
	wait_for(w, target_ended);
	speaker_update(&w->rib, "192.0.2.0/24", "192.0.2.2");
	wait_learned(w, 8);
}

/* Nor do we send them before ours. */
static void
a_target_gets_its_refresh_behind_the_end_of_the_table(void **state)
{
	struct world *w = *state;

	learn_all(w);
	speaker_refresh(&w->target, FAMILY_IPV4, BGP_REFRESH_REQUEST);
	speaker_update(&w->rib, "192.0.2.0/24", "192.0.2.2");
	wait_learned(w, 8);
	assert_int_equal(w->target.n_refreshes, 0);
	assert_int_equal(w->target.eors[FAMILY_IPV4], 0);
	end_of_ribs(w);
	wait_for(w, target_refreshed);
	assert_int_equal(w->target.eors[FAMILY_IPV4], 1);
	assert_true(speaker_has(&w->target, "198.51.0.0/16"));
}

static void
a_refresh_that_never_ends_is_given_up(void **state)
{
	struct world *w = *state;

	rig_reload(&w->rig, ROUTER_HEAD
	    "rib \"in\" { neighbor = 127.0.0.2; local = 127.0.0.1; port = @port; "
	    "learn-timeout = 1 } " TARGET TAIL);
	learn_all(w);
	end_of_ribs(w);
	wait_for(w, target_ended);
	speaker_refresh(&w->rib, FAMILY_IPV4, BGP_REFRESH_BEGIN);
	speaker_update(&w->rib, "0.0.0.0/0", "192.0.2.1");
	/* IPv6 is not concerned */
	wait_learned(w, 3);
	assert_true(w->rib.up);
	/* the end that came too late means nothing */
	speaker_refresh(&w->rib, FAMILY_IPV4, BGP_REFRESH_END);
	speaker_update(&w->rib, "192.0.2.0/24", "192.0.2.2");
	wait_learned(w, 4);
}

static void
a_refresh_that_a_rib_begins_drops_what_it_leaves_out(void **state)
{
	struct world *w = *state;

	install_all(w);
	speaker_refresh(&w->rib, FAMILY_IPV4, BGP_REFRESH_BEGIN);
	speaker_update(&w->rib, "0.0.0.0/0", "192.0.2.1");
	speaker_update(&w->rib, "198.51.0.0/16", "192.0.2.2");
	speaker_update(&w->rib, "198.51.100.0/24", "192.0.2.3");
	speaker_refresh(&w->rib, FAMILY_IPV4, BGP_REFRESH_END);
	wait_has_not(w, "198.51.101.0/24");
	wait_learned(w, 5);
	assert_true(speaker_has(&w->target, "198.51.100.0/24"));
	assert_int_equal(speaker_count(&w->target, "198.51.100.0/24"), 1);
}

static void
a_lost_rib_is_kept_for_the_stale_time(void **state)
{
	struct world *w = *state;
	size_t before;
	uint64_t lost;

	install_all(w);
	before = w->target.n_routes;
	lost = clock_ms();
	speaker_hang_up(&w->rib);
	wait_has_not(w, "198.51.100.0/24");
	assert_true(clock_ms() - lost >= 1000);
	wait_learned(w, 0);
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

	install_all(w);
	before = w->target.n_routes;
	speaker_hang_up(&w->rib);
	dial_rib(w);
	wait_for(w, rib_up);
	speaker_update(&w->rib, "0.0.0.0/0", "192.0.2.1");
	speaker_update(&w->rib, "198.51.0.0/16", "192.0.2.2");
	speaker_update(&w->rib, "198.51.100.0/24", "192.0.2.3");
	speaker_update(&w->rib, "::/0", "2001:db8::1");
	speaker_update(&w->rib, "2001:db8:1::/48", "2001:db8::2");
	end_of_ribs(w);
	/* only what it no longer has goes */
	wait_has_not(w, "198.51.101.0/24");
	wait_learned(w, 5);
	assert_int_equal(w->target.n_routes, before + 1);
}

static void
a_table_without_an_end_is_taken_after_a_while(void **state)
{
	struct world *w = *state;
	uint64_t begin;

	rig_reload(&w->rig,
	    ROUTER_HEAD "rib \"in\" { neighbor = 127.0.0.2; local = 127.0.0.1; "
			"port = @port; learn-timeout = 1 }" TARGET TAIL);
	begin = clock_ms();
	learn_all(w);
	wait_has(w, "198.51.0.0/16");
	assert_true(clock_ms() - begin >= 1000);
	assert_true(place(w, "198.51.100.0/24") < place(w, "198.51.0.0/16"));
}

static void
a_target_that_returns_gets_everything(void **state)
{
	struct world *w = *state;
	struct rib_status status;

	install_all(w);
	speaker_hang_up(&w->target);
	w->prefix = NULL;
	dial_target(w);
	wait_for(w, target_ended);
	wait_has(w, "198.51.0.0/16");
	assert_true(place(w, "198.51.100.0/24") < place(w, "198.51.0.0/16"));
	rib_status(router_of(w)->rib, FAMILY_IPV4, clock_s(), &status);
	assert_int_equal(status.installed, 3);
}

static bool
target_down(void *arg)
{
	return ((struct world *)arg)->target.closed;
}

static void
reload_keeps_what_did_not_change(void **state)
{
	struct world *w = *state;
	const struct router *router;
	const struct peer *rib;

	install_all(w);
	router = router_of(w);
	rib = router->rib_session[FAMILY_IPV4]->peer;
	/* another name and another limit are adopted in flight */
	rig_reload(&w->rig,
	    ROUTER_HEAD "rib \"renamed\" { neighbor = 127.0.0.2; local = 127.0.0.1; "
			"port = @port; max-prefix = 4 }" TARGET
			"ipv4 { capacity = 2 } ipv6 { capacity = 100 } }");
	assert_ptr_equal(router_of(w), router);
	assert_ptr_equal(router->rib_session[FAMILY_IPV4]->peer, rib);
	assert_string_equal(peer_name(rib), "rib renamed (127.0.0.2)");
	wait_has_not(w, "198.51.0.0/16"); /* three no longer fit */
	assert_true(w->rib.up && w->target.up);
	/* another target: the old one goes with a Cease, the RIB stays */
	rig_reload(&w->rig,
	    ROUTER_HEAD RIB "target \"out\" { neighbor = 127.0.0.3; local = "
			    "127.0.0.1; port = @port; communities = {} }" TAIL);
	wait_for(w, target_down);
	assert_int_equal(w->target.notification.code, BGP_ERROR_CEASE);
	assert_int_equal(w->target.notification.subcode, BGP_CEASE_CONFIG_CHANGE);
	assert_true(w->rib.up);
	dial_target(w);
	wait_has(w, "198.51.0.0/16");
	assert_null(strstr(
	    speaker_last(&w->target, "198.51.0.0/16")->communities, "no-advertise"));
}

static bool
rib_down(void *arg)
{
	return ((struct world *)arg)->rib.closed;
}

static void
reload_ends_a_router_that_is_gone(void **state)
{
	struct world *w = *state;

	install_all(w);
	rig_reload(&w->rig,
	    "router \"other\" { as = 65000; router-id = 10.0.0.1; " RIB TARGET TAIL);
	wait_for(w, rib_down);
	wait_for(w, target_down);
	assert_int_equal(w->rib.notification.subcode, BGP_CEASE_DECONFIGURED);
	assert_string_equal(router_of(w)->config->name, "other");
	w->count = 0;
	assert_true(rib_holds(w));
	install_all(w);
}

static void
a_bad_configuration_changes_nothing(void **state)
{
	struct world *w = *state;
	const struct config *config = w->rig.daemon.config;
	FILE *file;

	install_all(w);
	file = fopen(w->rig.path, "w");
	fputs("router \"r\" { as = no }\n", file);
	fclose(file);
	daemon_reload(&w->rig.daemon);
	assert_ptr_equal(w->rig.daemon.config, config);
	speaker_update(&w->rib, "198.51.102.0/24", "192.0.2.4");
	wait_has(w, "198.51.102.0/24");
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(nothing_is_announced_before_the_end_of_the_table),
		TEST(the_choice_is_announced_in_safe_order),
		TEST(a_new_more_specific_is_repaired_at_once),
		TEST(a_refresh_brings_everything_again),
		TEST(a_rib_is_asked_for_its_routes_again),
		TEST(a_rib_that_asks_gets_nothing_between_two_marks),
		TEST(a_refresh_before_the_end_of_the_table_is_none),
		TEST(a_target_gets_its_refresh_behind_the_end_of_the_table),
		TEST(a_refresh_that_never_ends_is_given_up),
		TEST(a_refresh_that_a_rib_begins_drops_what_it_leaves_out),
		TEST(a_lost_rib_is_kept_for_the_stale_time),
		TEST(a_rib_that_returns_in_time_changes_nothing),
		TEST(a_table_without_an_end_is_taken_after_a_while),
		TEST(a_target_that_returns_gets_everything),
		TEST(reload_keeps_what_did_not_change),
		TEST(reload_ends_a_router_that_is_gone),
		TEST(a_bad_configuration_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
