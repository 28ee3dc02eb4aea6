/* The answers of the REST API, field for field, over a RIB fed by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "tests/unit/src/api_world.h"
#include "version.h"

#define LOOKUP "/api/v1/routers/leaf1/lookup"
#define ROUTES "/api/v1/routers/leaf1/routes"

static void
assert_error(const char *path, const char *query, int status, const char *expected)
{
	json_t *root = rig_get(&rig, path, query, status);

	assert_fields(root, "error");
	if (!strstr(field_text(root, "error"), expected))
		fail_msg("'%s' is not in '%s'", expected, field_text(root, "error"));
	json_decref(root);
}

static void
bad_arguments_are_named(void **state)
{
	(void)state;
	assert_error(TOP, "direction=up", 400, "direction: 'up' is none of");
	assert_error(TOP, "maxPrefixes=0", 400, "maxPrefixes");
	assert_error(TOP, "maxPrefixes=-1", 400, "maxPrefixes");
	assert_error(TOP, "maxPrefixes=many", 400, "many");
	assert_error(TOP, "minValue=1.5", 400, "minValue");
	assert_error(TOP, "minPrefix=129", 400, "minPrefix");
	assert_error(TOP, "includeCovered=yes", 400, "includeCovered");
	assert_error(TOP, "pruneCovered=", 400, "pruneCovered");
	assert_error(TOP, "maxPrefixes=1&maxPrefixes=2", 400, "maxPrefixes");
	assert_error(LOOKUP, "address=10.0.0.0/8", 400, "'10.0.0.0/8' is no");
	assert_error(LOOKUP, "", 400, "address");
	assert_error(ROUTES, "family=ipx", 400, "'ipx' is neither");
	assert_error(ROUTES, "max=0", 400, "max");
	assert_error(ROUTES, "max=4294967296", 400, "max");
	assert_error(ROUTES, "format=xml", 400, "format: 'xml' is neither");
}

static void
routers_have_a_name_and_addresses(void **state)
{
	static const char *const names[] = { "leaf1", "127.0.0.2", "::2", "0:0::2" };
	char path[128];
	json_t *root;

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		snprintf(path, sizeof path, "/bgp/topprefixes/%s/json", names[i]);
		root = rig_get(&rig, path, NULL, 200);
		assert_int_equal(field_integer(root, "nPrefixes"), 6);
		json_decref(root);
	}
	root = rig_get(&rig, "/bgp/topprefixes/127.0.0.4/json", NULL, 200);
	assert_string_equal(field_text(root, "id"), "10.0.0.2");
	json_decref(root);
	assert_error("/bgp/topprefixes/leaf3/json", "", 404, "'leaf3'");
	assert_error("/bgp/topprefixes/127.0.0.3/json", "", 404, "'127.0.0.3'");
	assert_error("/bgp/topprefixes6/127.0.0.9/json", "", 404, "'127.0.0.9'");
	assert_error("/api/v1/routers/x/lookup", "address=::1", 404, "'x'");
	assert_error("/api/v1/routers/x/routes", "", 404, "'x'");
	assert_error("/api/v1/routers", "", 404, "nothing");
}

/* What becomes of a packet; `by` NULL: by nothing known. */
static void
assert_lookup(const char *address, const char *prefix, const char *action,
    const char *by, bool correct)
{
	char query[64];
	json_t *root, *hardware;

	snprintf(query, sizeof query, "address=%s", address);
	root = rig_get(&rig, LOOKUP, query, 200);
	assert_fields(root,
	    "address prefix nexthop aspath origin localpref med communities "
	    "largecommunities extcommunities installed bytes_per_second "
	    "packets_per_second samples relative_error hardware correct");
	assert_string_equal(field_text(root, "address"), address);
	assert_string_equal(field_text(root, "prefix"), prefix);
	field_integer(root, "samples");
	if (field_integer(root, "samples"))
		assert_true(field_number(root, "relative_error") > 0);
	else
		assert_true(json_is_null(json_object_get(root, "relative_error")));
	field_number(root, "bytes_per_second");
	field_number(root, "packets_per_second");
	assert_int_equal(field_truth(root, "installed"), !strcmp(action, "installed"));
	assert_int_equal(field_truth(root, "correct"), correct);
	hardware = json_object_get(root, "hardware");
	assert_string_equal(field_text(hardware, "action"), action);
	if (by) {
		assert_fields(hardware,
		    "action prefix nexthop aspath origin localpref med communities");
		assert_string_equal(field_text(hardware, "prefix"), by);
	} else {
		assert_fields(hardware, "action");
	}
	json_decref(root);
}

static void
lookup_says_what_the_hardware_does(void **state)
{
	struct prefix prefix;
	json_t *root;

	(void)state;
	assert_lookup("203.0.113.1", "203.0.113.0/24", "fallback", "0.0.0.0/0", false);
	assert_lookup("198.51.101.1", "198.51.101.0/24", "fallback", "0.0.0.0/0", true);
	rig_choose(rig.daemon.routers[0]);
	assert_lookup(
	    "203.0.113.1", "203.0.113.0/24", "installed", "203.0.113.0/24", true);
	assert_lookup("8.8.8.8", "0.0.0.0/0", "fallback", "0.0.0.0/0", true);
	/* a more-specific that forwards alike need not be there */
	rig_learn(rig.daemon.routers[0], "203.0.113.64/26", "192.0.2.4");
	assert_lookup(
	    "203.0.113.65", "203.0.113.64/26", "covered", "203.0.113.0/24", true);
	assert_lookup(
	    "2001:db8:1::1", "2001:db8:1::/48", "installed", "2001:db8:1::/48", true);
	/* IPv6 has no default route */
	assert_lookup("2001:db8:2::1", "2001:db8::/32", "none", NULL, false);
	root = rig_get(&rig, LOOKUP, "address=2001:db9::", 200);
	assert_fields(root, "address prefix hardware correct");
	assert_true(json_is_null(json_object_get(root, "prefix")));
	assert_true(json_is_null(json_object_get(root, "correct")));
	assert_string_equal(
	    field_text(json_object_get(root, "hardware"), "action"), "none");
	json_decref(root);
	prefix_parse("0.0.0.0/0", &prefix);
	rib_withdraw(rib(), &prefix);
	root = rig_get(&rig, LOOKUP, "address=8.8.8.8", 200);
	assert_string_equal(
	    field_text(json_object_get(root, "hardware"), "action"), "none");
	json_decref(root);
}

static void
assert_routes(const char *query, const char *expected, bool more)
{
	json_t *root = rig_get(&rig, ROUTES, query, 200);

	assert_fields(root, "routes more");
	assert_prefixes(json_object_get(root, "routes"), expected);
	assert_int_equal(field_truth(root, "more"), more);
	json_decref(root);
}

static void
routes_are_listed(void **state)
{
	json_t *root;

	(void)state;
	assert_routes("",
	    "0.0.0.0/0 198.51.0.0/16 198.51.100.0/24 198.51.100.128/25 "
	    "198.51.101.0/24 203.0.113.0/24",
	    false);
	assert_routes("family=ipv6", "2001:db8::/32 2001:db8:1::/48", false);
	assert_routes("max=2", "0.0.0.0/0 198.51.0.0/16", true);
	assert_routes("family=ipv6&max=2", "2001:db8::/32 2001:db8:1::/48", false);
	assert_routes("installed=true", "", false);
	rig_choose(rig.daemon.routers[0]);
	assert_routes("family=ipv6&installed=true", "2001:db8:1::/48", false);
	root = rig_get(&rig, ROUTES, "installed=true", 200);
	assert_int_equal(json_array_size(json_object_get(root, "routes")), 5);
	assert_fields(json_array_get(json_object_get(root, "routes"), 0),
	    "prefix nexthop aspath origin localpref med communities largecommunities "
	    "extcommunities installed bytes_per_second packets_per_second samples "
	    "relative_error");
	json_decref(root);
	root = rig_get(&rig, ROUTES, "installed=true&max=4", 200);
	assert_int_equal(json_array_size(json_object_get(root, "routes")), 4);
	assert_true(field_truth(root, "more"));
	json_decref(root);
}

#define SESSION                                                      \
	"name role neighbor local port families state uptime flaps " \
	"prefixes_withdrawn messages updates backlog last_error "    \
	"last_failure failures connections_refused next_retry "      \
	"idle_hold shutdown_received shutdown_sent "
#define FAMILY                                                                                         \
	"learned installed capacity configured_capacity active ready "                                 \
	"learn_timeout stale_time kept target_up frozen samples unrouted refused paths paths_dropped " \
	"paths_unmerged announced withdrawn bytes_per_second "                                         \
	"packets_per_second correct_share hit_share misforwarded_share price"

static void
status_says_how_it_goes(void **state)
{
	json_t *root, *router, *session, *family;

	(void)state;
	rig_choose(rig.daemon.routers[0]);
	root = rig_get(&rig, "/api/v1/status", NULL, 200);
	assert_fields(root, "version uptime routers sflow record bgp http");
	assert_string_equal(field_text(root, "version"), ARMD_VERSION);
	assert_true(
	    field_number(root, "uptime") >= 0 && field_number(root, "uptime") < 60);
	assert_fields(json_object_get(root, "sflow"),
	    "datagrams bytes unknown_agents agents_refused lost faults");
	assert_int_equal(
	    field_integer(json_object_get(root, "bgp"), "connections_refused"), 0);
	assert_fields(
	    json_object_get(root, "http"), "connections requests refused timeouts");
	assert_int_equal(json_array_size(json_object_get(root, "routers")), 2);
	router = json_array_get(json_object_get(root, "routers"), 0);
	assert_fields(router,
	    "name as id sessions ipv4 ipv6 attribute_sets samples_filtered congested configured_agents "
	    "agents");
	assert_string_equal(field_text(router, "name"), "leaf1");
	assert_string_equal(field_text(router, "id"), "10.0.0.1");
	assert_int_equal(field_integer(router, "as"), 65000);
	assert_int_equal(field_integer(router, "attribute_sets"), 6);
	assert_int_equal(json_array_size(json_object_get(router, "agents")), 0);

	assert_int_equal(json_array_size(json_object_get(router, "sessions")), 3);
	session = json_array_get(json_object_get(router, "sessions"), 0);
	assert_fields(
	    session, SESSION "prefixes_received prefixes_rejected max_prefix");
	assert_string_equal(field_text(session, "role"), "rib");
	assert_string_equal(field_text(session, "state"), "active");
	assert_true(json_is_null(json_object_get(session, "uptime")));
	assert_true(json_is_null(json_object_get(session, "last_error")));
	assert_fields(json_object_get(session, "messages"),
	    "open update notification keepalive route_refresh");
	assert_fields(json_object_get(session, "updates"),
	    "accepted attribute_discard treat_as_withdraw session_reset "
	    "ignored_fields");
	session = json_array_get(json_object_get(router, "sessions"), 2);
	assert_fields(session, SESSION "prefixes_announced");
	assert_string_equal(field_text(session, "role"), "target");

	family = json_object_get(router, "ipv4");
	assert_fields(family, FAMILY);
	assert_int_equal(field_integer(family, "learned"), 6);
	assert_int_equal(field_integer(family, "installed"), 5);
	assert_int_equal(field_integer(family, "capacity"), 50);
	assert_int_equal(field_integer(family, "samples"), 105);
	assert_true(field_truth(family, "ready") && field_truth(family, "target_up"));
	assert_false(field_truth(family, "frozen"));
	/* all samples came before anything was installed: 5 of 105 were right */
	assert_float_equal(field_number(family, "correct_share"), 5.0 / 105, 1e-6);
	assert_float_equal(field_number(family, "hit_share"), 0, 1e-9);
	assert_float_equal(field_number(family, "misforwarded_share"), 0, 1e-9);
	/* no traffic, no share */
	router = json_array_get(json_object_get(root, "routers"), 1);
	family = json_object_get(router, "ipv4");
	assert_true(json_is_null(json_object_get(family, "correct_share")));
	assert_true(field_truth(family, "frozen"));
	json_decref(root);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(bad_arguments_are_named),
		TEST(routers_have_a_name_and_addresses),
		TEST(lookup_says_what_the_hardware_does),
		TEST(routes_are_listed),
		TEST(status_says_how_it_goes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
