/* Prefix limits: the warning before, what is done at the limit, and when it is over. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "clock.h"
#include "helpers/rig.h"
#include "helpers/speaker.h"
#include "router.h"
#include "session_status.h"

#define ROUTERS(options)                                                       \
	"router \"r\" { as = 65000; router-id = 10.0.0.1; "                    \
	"rib \"in\" { neighbor = 127.0.0.2; local = 127.0.0.1; port = @port; " \
	"max-prefix = 10; " options " } }"

struct world {
	struct rig rig;
	struct speaker rib;
	enum router_limit limit; /* what is waited for */
};

static struct session_status
status_of(const struct world *w)
{
	struct session_status status;

	session_status(&w->rig.daemon.routers[0]->sessions[0], &status);
	return status;
}

static bool
limit_is(void *arg)
{
	const struct world *w = arg;

	return status_of(w).limits[FAMILY_IPV4] == w->limit;
}

static void
wait_limit(struct world *w, enum router_limit limit)
{
	w->limit = limit;
	assert_true(rig_wait(&w->rig, limit_is, w));
}

static bool
has_ten(void *arg)
{
	const struct world *w = arg;
	const struct router *router = w->rig.daemon.routers[0];
	struct rib_status rib;

	rib_status(router->rib, FAMILY_IPV4, clock_s(), &rib);
	return rib.learned == 10;
}

/* Announces, or without a next hop withdraws, the routes from `first` to `last`. */
static void
tell(struct world *w, int first, int last, const char *nexthop)
{
	for (int i = first; i <= last; i++) {
		char prefix[PREFIX_TEXT_MAX];

		snprintf(prefix, sizeof prefix, "10.0.%d.0/24", i);
		speaker_update(&w->rib, prefix, nexthop);
	}
}

static struct world *
begin(struct world *w, const char *routers)
{
	rig_start(&w->rig, routers);
	speaker_init(&w->rib, 65000, 0x0a000002);
	rig_bring_up(&w->rig, &w->rib, "127.0.0.2");
	return w;
}

static void
end(struct world *w)
{
	speaker_fini(&w->rib);
	rig_stop(&w->rig);
}

static void
the_way_to_the_limit_is_watched(void **state)
{
	static struct world world;
	struct world *w = begin(&world, ROUTERS("max-prefix-warning = 70"));

	(void)state;
	tell(w, 1, 6, "192.0.2.1");
	wait_limit(w, ROUTER_LIMIT_FAR);
	tell(w, 7, 7, "192.0.2.1");
	wait_limit(w, ROUTER_LIMIT_NEAR);
	tell(w, 7, 7, NULL);
	wait_limit(w, ROUTER_LIMIT_FAR);
	tell(w, 7, 10, "192.0.2.1");
	wait_limit(w, ROUTER_LIMIT_NEAR);
	assert_true(w->rib.up);
	end(w);
}

static void
beyond_the_limit_the_session_is_closed_for_a_time(void **state)
{
	static struct world world;
	struct world *w = begin(&world, ROUTERS("max-prefix-restart = 300"));
	struct session_status status;

	(void)state;
	tell(w, 1, 11, "192.0.2.1");
	rig_wait_closed(&w->rig, &w->rib);
	assert_int_equal(w->rib.notification.code, BGP_ERROR_CEASE);
	assert_int_equal(w->rib.notification.subcode, BGP_CEASE_MAX_PREFIXES);
	status = status_of(w);
	assert_int_equal(status.state, BGP_IDLE);
	assert_in_range(status.idle_hold_ms, clock_ms() + 290000, clock_ms() + 300000);
	assert_string_equal(
	    status.lost, "sent Cease/Maximum Number of Prefixes Reached (6/1)");
	rig_dial(&w->rig, &w->rib, "127.0.0.2");
	rig_wait_closed(&w->rig, &w->rib);
	assert_int_equal(w->rib.notification.subcode, BGP_CEASE_REJECTED);
	end(w);
}

/* The limit is lowered below what is there, and then also what is there. */
static void
a_lower_limit_is_in_force_at_once(void **state)
{
	static struct world world;
	struct world *w = begin(&world, ROUTERS("max-prefix-restart = 1"));

	(void)state;
	tell(w, 1, 10, "192.0.2.1");
	speaker_end_of_rib(&w->rib, FAMILY_IPV4);
	assert_true(rig_wait(&w->rig, has_ten, w));
	rig_reload(&w->rig, "router \"r\" { as = 65000; router-id = 10.0.0.1; "
			    "rib \"in\" { neighbor = 127.0.0.2; local = 127.0.0.1; "
			    "port = @port; max-prefix = 5; max-prefix-restart = 1 } }");
	rig_wait_closed(&w->rig, &w->rib);
	assert_int_equal(w->rib.notification.subcode, BGP_CEASE_MAX_PREFIXES);
	rig_dial_until_up(&w->rig, &w->rib, "127.0.0.2");
	tell(w, 1, 5, "192.0.2.1");
	speaker_end_of_rib(&w->rib, FAMILY_IPV4);
	wait_limit(w, ROUTER_LIMIT_NEAR);
	assert_true(w->rib.up && !w->rib.closed);
	end(w);
}

static void
or_it_is_only_said(void **state)
{
	static struct world world;
	struct world *w = begin(&world, ROUTERS("max-prefix-action = warn"));
	struct rib_status rib;

	(void)state;
	tell(w, 1, 20, "192.0.2.1");
	wait_limit(w, ROUTER_LIMIT_BEYOND);
	tell(w, 11, 20, NULL);
	wait_limit(w, ROUTER_LIMIT_NEAR);
	assert_true(w->rib.up);
	rib_status(w->rig.daemon.routers[0]->rib, FAMILY_IPV4, clock_s(), &rib);
	assert_int_equal(rib.learned, 10);
	assert_int_equal(rib.refused, 0);
	end(w);
}

static void
without_a_warning_there_is_none(void **state)
{
	static struct world world;
	struct world *w = begin(&world, ROUTERS("max-prefix-warning = 0"));

	(void)state;
	tell(w, 1, 10, "192.0.2.1");
	assert_true(rig_wait(&w->rig, has_ten, w));
	router_tick(w->rig.daemon.routers[0]);
	assert_int_equal(status_of(w).limits[FAMILY_IPV4], ROUTER_LIMIT_FAR);
	end(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_way_to_the_limit_is_watched),
		cmocka_unit_test(beyond_the_limit_the_session_is_closed_for_a_time),
		cmocka_unit_test(a_lower_limit_is_in_force_at_once),
		cmocka_unit_test(or_it_is_only_said),
		cmocka_unit_test(without_a_warning_there_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
