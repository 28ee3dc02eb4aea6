/* POST …/refresh: who is asked, and who cannot be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <jansson.h>
#include <stdlib.h>

#include "helpers/rig.h"
#include "helpers/speaker.h"
#include "router.h"

#define ROUTERS                                                                     \
	"router \"r\" { as = 65000; router-id = 10.0.0.1; "                         \
	"rib \"four\" { neighbor = 127.0.0.2; local = 127.0.0.1; port = @port; "    \
	"families = ipv4 } "                                                        \
	"rib \"six\" { neighbor = 127.0.0.3; local = 127.0.0.1; port = @port; "     \
	"families = ipv6 } "                                                        \
	"target \"out\" { neighbor = 127.0.0.4; local = 127.0.0.1; port = @port } " \
	"}"
#define PATH "/api/v1/routers/r/refresh"

struct world {
	struct rig rig;
	struct speaker four, six, out;
};

static int
setup(void **state)
{
	static struct world world;

	rig_start(&world.rig, ROUTERS);
	speaker_init(&world.four, 65000, 0x0a000002);
	speaker_init(&world.six, 65000, 0x0a000003);
	speaker_init(&world.out, 65000, 0x0a000004);
	*state = &world;
	return 0;
}

static int
teardown(void **state)
{
	struct world *w = *state;

	speaker_fini(&w->four);
	speaker_fini(&w->six);
	speaker_fini(&w->out);
	rig_stop(&w->rig);
	return 0;
}

static bool
is_up(void *arg)
{
	return ((struct router_session *)arg)->up;
}

static void
bring_up(struct world *w, struct speaker *speaker, const char *local)
{
	size_t i = speaker == &w->four ? 0 : speaker == &w->six ? 1 : 2;

	rig_dial(&w->rig, speaker, local);
	assert_true(rig_wait(&w->rig, is_up, &w->rig.daemon.routers[0]->sessions[i]));
}

static bool
is_asked(void *arg)
{
	const struct speaker *speaker = arg;

	return speaker->n_refreshes == 1 &&
	       speaker->refreshes[0] == BGP_REFRESH_REQUEST;
}

static void
assert_error(struct world *w, const char *query, int status, const char *error)
{
	json_t *root = rig_post(&w->rig, PATH, query, status);

	assert_string_equal(json_string_value(json_object_get(root, "error")), error);
	json_decref(root);
}

/* The sessions asked, in words. */
static void
assert_requested(struct world *w, const char *query, const char *expected)
{
	json_t *root = rig_post(&w->rig, PATH, query, 200);
	char *text = json_dumps(json_object_get(root, "requested"), JSON_COMPACT);

	assert_string_equal(text, expected);
	free(text);
	json_decref(root);
}

static void
all_that_are_up_are_asked(void **state)
{
	struct world *w = *state;

	bring_up(w, &w->out, "127.0.0.4");
	assert_error(w, "", 409, "session 'six': the session is not established");
	bring_up(w, &w->four, "127.0.0.2");
	assert_requested(w, "", "[{\"session\":\"four\",\"families\":[\"ipv4\"]}]");
	assert_true(rig_wait(&w->rig, is_asked, &w->four));
	bring_up(w, &w->six, "127.0.0.3");
	assert_requested(
	    w, "session=six", "[{\"session\":\"six\",\"families\":[\"ipv6\"]}]");
	assert_true(rig_wait(&w->rig, is_asked, &w->six));
	assert_int_equal(w->four.n_refreshes, 1);
	assert_int_equal(w->out.n_refreshes, 0);
}

static void
who_cannot_be_asked_is_named(void **state)
{
	struct world *w = *state;

	w->four.open.caps.refresh = false;
	bring_up(w, &w->four, "127.0.0.2");
	assert_error(w, "session=four", 409,
	    "session 'four': the neighbor does not know route refresh");
	assert_error(
	    w, "session=six", 409, "session 'six': the session is not established");
	assert_error(w, "session=out", 404, "the router has no RIB session 'out'");
	assert_error(w, "session=x", 404, "the router has no RIB session 'x'");
	json_decref(rig_post(&w->rig, "/api/v1/routers/x/refresh", "", 404));
	json_decref(rig_get(&w->rig, PATH, "", 405));
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(all_that_are_up_are_asked),
		TEST(who_cannot_be_asked_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
