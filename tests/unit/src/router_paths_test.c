/* A router between two BGP sessions on loopback: ADD-PATH and extended next hops. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "clock.h"
#include "helpers/rig.h"
#include "helpers/speaker.h"
#include "rib/attrs.h"
#include "rib/nexthop.h"
#include "router.h"

#define HEAD "router \"r\" { as = 65000; router-id = 10.0.0.1; "
#define RIB                                                                    \
	"rib \"in\" { neighbor = 127.0.0.2; local = 127.0.0.1; port = @port; " \
	"add-path = %s } "
#define TARGET                                                                     \
	"target \"out\" { neighbor = 127.0.0.3; local = 127.0.0.1; port = @port; " \
	"add-path = %s } "
#define TAIL "ipv4 { capacity = 100 } ipv6 { capacity = 100 } }"
#define BOTH (BGP_FAMILY_BIT(FAMILY_IPV4) | BGP_FAMILY_BIT(FAMILY_IPV6))

#define A "192.0.2.1"
#define B "192.0.2.2"
#define C "192.0.2.3"

struct world {
	struct rig rig;
	struct speaker rib, target;
	const char *prefix, *hops; /* what is waited for */
	size_t learned;
};

static struct router *
router_of(const struct world *w)
{
	return w->rig.daemon.routers[0];
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
target_refreshed(void *arg)
{
	return ((struct world *)arg)->target.n_refreshes == 2;
}

static bool
target_holds(void *arg)
{
	struct world *w = arg;
	char text[SPEAKER_HOPS_MAX];

	return strcmp(speaker_hops(&w->target, w->prefix, text), w->hops) == 0;
}

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
	return learned == w->learned;
}

/* The target comes to hold paths by these next hops, and no other. */
static void
wait_hops(struct world *w, const char *prefix, const char *hops)
{
	w->prefix = prefix;
	w->hops = hops;
	if (!rig_wait(&w->rig, target_holds, w)) {
		char text[SPEAKER_HOPS_MAX];

		fail_msg("%s by '%s', not '%s'", prefix,
		    speaker_hops(&w->target, prefix, text), hops);
	}
}

static void
wait_learned(struct world *w, size_t routes)
{
	w->learned = routes;
	assert_true(rig_wait(&w->rig, rib_holds, w));
}

static void
dial_rib(struct world *w)
{
	speaker_dial(&w->rib, w->rig.base, "127.0.0.2", "127.0.0.1", w->rig.bgp_port);
	assert_true(rig_wait(&w->rig, rib_up, w));
}

static void
dial_target(struct world *w)
{
	speaker_dial(
	    &w->target, w->rig.base, "127.0.0.3", "127.0.0.1", w->rig.bgp_port);
	assert_true(rig_wait(&w->rig, target_up, w));
}

static void
end_of_ribs(struct world *w)
{
	speaker_end_of_rib(&w->rib, FAMILY_IPV4);
	speaker_end_of_rib(&w->rib, FAMILY_IPV6);
}

/* What the offers of both sides shall be. */
static void
start(struct world *w, const char *rib_option, const char *target_option)
{
	char text[1024];

	snprintf(text, sizeof text, HEAD "stale-time = 1; " RIB TARGET TAIL, rib_option,
	    target_option);
	rig_start(&w->rig, text);
	speaker_init(&w->rib, 65000, 0x0a000002);
	speaker_init(&w->target, 65000, 0x0a000003);
	w->rib.open.caps.add_path_send = BOTH;
	w->target.open.caps.add_path_receive = BOTH;
}

static void
stop(struct world *w)
{
	speaker_fini(&w->rib);
	speaker_fini(&w->target);
	rig_stop(&w->rig);
}

/* 198.51.100.0/24 has two equal paths, its cover one. */
static void
learn(struct world *w)
{
	speaker_update(&w->rib, "198.51.0.0/16#1", A);
	speaker_update(&w->rib, "198.51.100.0/24#1", A);
	speaker_update(&w->rib, "198.51.100.0/24#2", B);
	wait_learned(w, 2);
	rig_sample(router_of(w), "198.51.1.1", 10, 1e6);
	rig_sample(router_of(w), "198.51.100.1", 10, 1e6);
	end_of_ribs(w);
}

static void
install(struct world *w)
{
	start(w, "yes", "yes");
	dial_rib(w);
	dial_target(w);
	learn(w);
	wait_hops(w, "198.51.100.0/24", A " " B);
	wait_hops(w, "198.51.0.0/16", A);
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
	stop(&w);
}

static void
paths_come_and_go(void **state)
{
	struct world w;
	size_t before;

	(void)state;
	install(&w);
	speaker_update(&w.rib, "198.51.100.0/24#9", C);
	wait_hops(&w, "198.51.100.0/24", A " " B " " C);
	speaker_update(&w.rib, "198.51.100.0/24#2", NULL);
	wait_hops(&w, "198.51.100.0/24", A " " C);
	speaker_update(&w.rib, "198.51.100.0/24#1", NULL);
	wait_hops(&w, "198.51.100.0/24", C);
	/* one path is replaced in one step */
	before = w.target.n_routes;
	speaker_update(&w.rib, "198.51.100.0/24#9", B);
	wait_hops(&w, "198.51.100.0/24", B);
	assert_int_equal(w.target.n_routes, before + 1);
	/* with the next hop of its cover it is needed no more */
	speaker_update(&w.rib, "198.51.100.0/24#9", A);
	wait_hops(&w, "198.51.100.0/24", "");
	speaker_update(&w.rib, "198.51.0.0/16#1", NULL);
	wait_hops(&w, "198.51.0.0/16", "");
	wait_learned(&w, 1);
	stop(&w);
}

static void
a_refresh_brings_all_paths(void **state)
{
	struct world w;

	(void)state;
	install(&w);
	assert_int_equal(speaker_count(&w.target, "198.51.100.0/24"), 2);
	speaker_refresh(&w.target, FAMILY_IPV4, BGP_REFRESH_REQUEST);
	assert_true(rig_wait(&w.rig, target_refreshed, &w));
	assert_int_equal(speaker_count(&w.target, "198.51.100.0/24"), 4);
	wait_hops(&w, "198.51.100.0/24", A " " B);
	stop(&w);
}

/* The neighbor numbers its paths anew, and one is missing. */
static void
a_rib_session_returns(void **state)
{
	struct world w;

	(void)state;
	install(&w);
	speaker_hang_up(&w.rib);
	dial_rib(&w);
	speaker_update(&w.rib, "198.51.0.0/16#7", A);
	speaker_update(&w.rib, "198.51.100.0/24#1", B);
	end_of_ribs(&w);
	wait_hops(&w, "198.51.100.0/24", B);
	wait_hops(&w, "198.51.0.0/16", A);
	/* without path ids this time */
	speaker_hang_up(&w.rib);
	w.rib.open.caps.add_path_send = 0;
	dial_rib(&w);
	speaker_update(&w.rib, "198.51.0.0/16", A);
	speaker_update(&w.rib, "198.51.100.0/24", C);
	end_of_ribs(&w);
	wait_hops(&w, "198.51.100.0/24", C);
	speaker_update(&w.rib, "198.51.100.0/24", NULL);
	wait_hops(&w, "198.51.100.0/24", "");
	/* and not at all */
	speaker_hang_up(&w.rib);
	wait_learned(&w, 0);
	wait_hops(&w, "198.51.0.0/16", "");
	stop(&w);
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
	dial_rib(&w);
	dial_target(&w);
	learn(&w);
	/* the same as its cover */
	wait_hops(&w, "198.51.0.0/16", A);
	wait_hops(&w, "198.51.100.0/24", "");
	speaker_update(&w.rib, "198.51.100.0/24#1", NULL);
	wait_hops(&w, "198.51.100.0/24", B);
	speaker_update(&w.rib, "198.51.100.0/24#5", C);
	wait_hops(&w, "198.51.100.0/24", B);
	/* now with them */
	speaker_hang_up(&w.target);
	w.target.open.caps.add_path_receive = BOTH;
	dial_target(&w);
	wait_hops(&w, "198.51.100.0/24", B " " C);
	wait_hops(&w, "198.51.0.0/16", A);
	/* and without again */
	speaker_hang_up(&w.target);
	w.target.open.caps.add_path_receive = 0;
	dial_target(&w);
	wait_hops(&w, "198.51.100.0/24", B);
	assert_true(prefix_parse("198.51.100.0/24", &prefix));
	assert_true(rib_find(router_of(&w)->rib, &prefix, &route));
	assert_int_equal(attrs_paths(rib_attrs(router_of(&w)->rib), route.attrs), 1);
	stop(&w);
}

static void
options_that_say_no(void **state)
{
	struct world w;

	(void)state;
	start(&w, "no", "yes");
	w.rib.open.caps.add_path_send = BOTH;
	dial_rib(&w);
	dial_target(&w);
	speaker_update(&w.rib, "198.51.100.0/24", A);
	speaker_update(&w.rib, "198.51.100.0/24", B);
	wait_learned(&w, 1);
	rig_sample(router_of(&w), "198.51.100.1", 10, 1e6);
	end_of_ribs(&w);
	wait_hops(&w, "198.51.100.0/24", B);
	assert_int_equal(speaker_last(&w.target, "198.51.100.0/24")->path_id, 1);
	stop(&w);

	start(&w, "yes", "no");
	w.target.open.caps.add_path_receive = 0; /* to hear what comes */
	dial_rib(&w);
	dial_target(&w);
	learn(&w);
	wait_hops(&w, "198.51.0.0/16", A);
	stop(&w);
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
	dial_rib(&w);
	dial_target(&w);
	speaker_update(&w.rib, "198.51.0.0/16", A);
	speaker_update(&w.rib, "198.51.100.0/24", "2001:db8::1");
	wait_learned(&w, 2);
	rig_sample(router_of(&w), "198.51.1.1", 10, 1e6);
	end_of_ribs(&w);
	wait_hops(&w, "198.51.100.0/24", "2001:db8::1");
	wait_hops(&w, "198.51.0.0/16", A);
	/* one that does not take them is not asked to, nor lost */
	speaker_hang_up(&w.target);
	w.target.open.caps.extended_next_hop = false;
	dial_target(&w);
	speaker_update(&w.rib, "203.0.113.0/24", B);
	wait_learned(&w, 3);
	rig_sample(router_of(&w), "203.0.113.1", 10, 1e6);
	wait_hops(&w, "203.0.113.0/24", B);
	speaker_update(&w.rib, "203.0.113.128/25", "2001:db8::2");
	wait_hops(&w, "203.0.113.0/24", ""); /* it would hide that one */
	wait_hops(&w, "198.51.0.0/16", "");
	wait_hops(&w, "198.51.100.0/24", "");
	speaker_update(&w.rib, "203.0.113.128/25", NULL);
	wait_hops(&w, "203.0.113.0/24", B);
	assert_true(w.target.up);
	stop(&w);
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
