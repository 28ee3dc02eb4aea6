/* What a session's status says of good and bad days, by real TCP. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/wire.h"
#include "clock.h"
#include "helpers/rig.h"
#include "helpers/speaker.h"
#include "session_status.h"

#define WAITING                                                                  \
	"router \"r\" { as = 65000; router-id = 10.0.0.1; "                      \
	"rib \"in4\" { neighbor = 127.0.0.2; local = 127.0.0.1; port = @port } " \
	"}"
#define DIALLING                                                                \
	"router \"r\" { as = 65000; router-id = 10.0.0.1; "                     \
	"rib \"in4\" { neighbor = 127.0.0.2; local = 127.0.0.5; port = @port; " \
	"connect = yes; neighbor-port = 1 } }"

struct world {
	struct rig rig;
	struct speaker rib;
};

static struct session_status
status_of(const struct world *w)
{
	struct session_status status;

	session_status(&w->rig.daemon.routers[0]->sessions[0], &status);
	return status;
}

static int
setup(void **state)
{
	static struct world world;

	rig_start(&world.rig, WAITING);
	speaker_init(&world.rib, 65000, 0x0a000002);
	*state = &world;
	return 0;
}

static int
teardown(void **state)
{
	struct world *w = *state;

	speaker_fini(&w->rib);
	rig_stop(&w->rig);
	return 0;
}

static bool
is_lost(void *arg)
{
	return status_of(arg).flaps == 1;
}

static bool
has_failed(void *arg)
{
	return *status_of(arg).failed;
}

static void
at_first_there_is_nothing_to_say(void **state)
{
	struct session_status status = status_of(*state);

	assert_int_equal(status.state, BGP_ACTIVE);
	assert_true(status.retry_ms == BGP_NEVER && status.idle_hold_ms == BGP_NEVER);
	assert_string_equal(status.lost, "");
	assert_string_equal(status.failed, "");
	assert_string_equal(status.error_sent, "");
	assert_string_equal(status.shutdown_received, "");
	assert_int_equal(status.received[BGP_OPEN], 0);
}

static void
what_the_neighbor_said_is_shown(void **state)
{
	struct session_status status;
	struct bgp_error error;
	struct world *w = *state;
	uint8_t message[300];
	struct wr wr;

	rig_bring_up(&w->rig, &w->rib, "127.0.0.2");
	bgp_error_cease(&error, BGP_CEASE_SHUTDOWN, "back at noon");
	wr_init(&wr, message, sizeof message);
	bgp_notification_encode(&wr, &error);
	speaker_send(&w->rib, message, wr.len);
	assert_true(rig_wait(&w->rig, is_lost, w));
	status = status_of(w);
	assert_string_equal(
	    status.error_received, "Cease/Administrative Shutdown (6/2): back at noon");
	assert_string_equal(status.shutdown_received, "back at noon");
	assert_string_equal(status.shutdown_sent, "");
	assert_string_equal(status.error_sent, "");
	assert_string_equal(
	    status.lost, "peer sent Cease/Administrative Shutdown (6/2): back at noon");
	assert_string_equal(status.failed, status.lost);
	assert_in_range(status.lost_ms, clock_ms() - 10000, clock_ms());
	assert_int_equal(status.received[BGP_NOTIFICATION], 1);
}

static void
what_we_said_is_shown(void **state)
{
	struct session_status status;
	struct world *w = *state;

	w->rib.open.as = 65001;
	rig_dial(&w->rig, &w->rib, "127.0.0.2");
	rig_wait_closed(&w->rig, &w->rib);
	status = status_of(w);
	assert_string_equal(status.lost, "");
	assert_string_equal(status.failed,
	    "sent OPEN Message Error/Bad Peer AS (2/2): AS 65001, not 65000");
	assert_string_equal(status.error_sent, status.failed + strlen("sent "));
	assert_int_equal(status.failures, 1);
	assert_int_equal(status.flaps, 0);
	assert_true(status.idle_hold_ms != BGP_NEVER);
	rig_dial(&w->rig, &w->rib, "127.0.0.2");
	rig_wait_closed(&w->rig, &w->rib);
	assert_int_equal(status_of(w).refused, 1);
}

static void
dialling_in_vain_is_shown(void **state)
{
	struct session_status status;
	struct world *w = *state;

	rig_reload(&w->rig, DIALLING);
	assert_true(rig_wait(&w->rig, has_failed, w));
	status = status_of(w);
	assert_string_equal(status.failed, "cannot connect: Connection refused");
	assert_in_range(status.retry_ms, status.failed_ms, clock_ms() + 1000);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(at_first_there_is_nothing_to_say),
		TEST(what_the_neighbor_said_is_shown),
		TEST(what_we_said_is_shown),
		TEST(dialling_in_vain_is_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
