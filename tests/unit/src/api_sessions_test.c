/* The details of BGP sessions, with a neighbor that opens, errs and leaves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/wire.h"
#include "helpers/fields.h"
#include "helpers/rig.h"
#include "helpers/speaker.h"
#include "helpers/update_encode.h"
#include "router.h"

#define ROUTERS                                                                 \
	"router \"leaf1\" { as = 65000; router-id = 10.0.0.1; "                 \
	"rib \"in\" { neighbor = 127.0.0.2; local = 127.0.0.1; port = @port } " \
	"target \"out\" { neighbor = 127.0.0.3; local = 127.0.0.1; "            \
	"port = @port } }"                                                      \
	"router \"leaf2\" { as = 65000; router-id = 10.0.0.2; "                 \
	"rib \"in\" { neighbor = 127.0.0.4; local = 127.0.0.1; port = @port; "  \
	"ttl-security = 2; families = ipv6; max-prefix6 = 70; connect = yes; "  \
	"neighbor-port = 1 } }"
#define SESSIONS "/api/v1/sessions"

static struct rig rig;
static struct speaker speaker;

static int
setup(void **state)
{
	(void)state;
	rig_start(&rig, ROUTERS);
	speaker_init(&speaker, 65000, 0x0a000002);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	speaker_fini(&speaker);
	rig_stop(&rig);
	return 0;
}

/* The sessions that answer a query; the caller decrefs *retroot. */
static json_t *
get(const char *query, size_t count, json_t **retroot)
{
	json_t *list;

	*retroot = rig_get(&rig, SESSIONS, query, 200);
	list = json_object_get(*retroot, "sessions");
	assert_int_equal(json_array_size(list), count);
	return json_array_get(list, 0);
}

/* ours, theirs, agreed as digits: "110" */
static void
assert_capability(const json_t *session, const char *name, const char *expected)
{
	static const char *const keys[] = { "offered", "received", "agreed" };
	json_t *list = json_object_get(session, "capabilities"), *item;
	char got[4] = "";
	size_t i;

	json_array_foreach (list, i, item) {
		if (strcmp(json_string_value(json_object_get(item, "name")), name) != 0)
			continue;
		for (size_t k = 0; k < 3; k++)
			got[k] = json_is_true(json_object_get(item, keys[k])) ? '1'
									      : '0';
	}
	if (strcmp(got, expected) != 0)
		fail_msg("%s: %s", name, got);
}

static const struct router_session *
session(void)
{
	return &rig.daemon.routers[0]->sessions[0];
}

static bool
is_up(void *arg)
{
	(void)arg;
	return speaker.up && session()->up;
}

static void
sessions_are_found(void **state)
{
	json_t *root;

	(void)state;
	get("", 3, &root);
	json_decref(root);
	get("name=in", 2, &root);
	json_decref(root);
	get("router=leaf1", 2, &root);
	json_decref(root);
	/* also by a neighbor's address */
	get("router=127.0.0.4", 1, &root);
	json_decref(root);
	get("router=leaf1&name=out", 1, &root);
	json_decref(root);
	json_decref(rig_get(&rig, SESSIONS, "name=no", 404));
	json_decref(rig_get(&rig, SESSIONS, "router=no", 404));
	json_decref(rig_get(&rig, SESSIONS, "router=leaf2&name=out", 404));
	json_decref(rig_get(&rig, SESSIONS, "name=in&name=out", 400));
}

static void
before_it_is_up_only_we_offer(void **state)
{
	json_t *root, *s = get("name=out", 1, &root);

	(void)state;
	assert_capability(s, "ipv4_unicast", "100");
	assert_capability(s, "as4", "100");
	assert_capability(s, "extended_next_hop", "100");
	assert_true(json_is_null(json_object_get(s, "neighbor_restart")));
	assert_true(
	    json_is_null(json_object_get(json_object_get(s, "timers"), "hold")));
	assert_int_equal(field_integer(json_object_get(s, "prefixes"), "ipv6"), 0);
	json_decref(root);
}

static void
what_is_configured_is_shown(void **state)
{
	json_t *root, *s = get("router=leaf2", 1, &root), *guards;

	(void)state;
	assert_int_equal(field_integer(s, "neighbor_port"), 1);
	assert_int_equal(field_integer(json_object_get(s, "max_prefixes"), "ipv6"), 70);
	assert_null(json_object_get(json_object_get(s, "max_prefixes"), "ipv4"));
	guards = json_object_get(s, "guards");
	assert_int_equal(field_integer(guards, "ttl_security"), 2);
	assert_true(json_is_false(json_object_get(guards, "md5")));
	json_decref(root);
	s = get("name=out", 1, &root);
	assert_null(json_object_get(s, "neighbor_port"));
	assert_null(json_object_get(s, "max_prefixes"));
	guards = json_object_get(s, "guards");
	assert_true(json_is_null(json_object_get(guards, "ttl_security")));
	assert_int_equal(field_integer(json_object_get(s, "own_restart"), "time"), 120);
	json_decref(root);
}

static void
what_both_sides_offer_is_shown(void **state)
{
	json_t *root, *s, *timers;

	(void)state;
	speaker.open.hold_s = 30;
	speaker.open.caps.families = BGP_FAMILY_BIT(FAMILY_IPV4);
	speaker.open.caps.refresh = true;
	speaker.open.caps.enhanced_refresh = false;
	speaker.open.caps.add_path_send = BGP_FAMILY_BIT(FAMILY_IPV6);
	speaker.open.caps.graceful = (struct bgp_graceful){ .offered = true,
		.time_s = 77,
		.families = BGP_FAMILY_BIT(FAMILY_IPV4),
		.notification = true };
	speaker_dial(&speaker, rig.base, "127.0.0.2", "127.0.0.1", rig.bgp_port);
	assert_true(rig_wait(&rig, is_up, NULL));
	s = get("router=leaf1&name=in", 1, &root);
	assert_string_equal(
	    json_string_value(json_object_get(s, "state")), "established");
	assert_string_equal(json_string_value(json_object_get(s, "router")), "leaf1");
	assert_capability(s, "ipv4_unicast", "111");
	assert_capability(s, "ipv6_unicast", "100");
	assert_capability(s, "route_refresh", "111");
	assert_capability(s, "enhanced_route_refresh", "100");
	assert_capability(s, "graceful_restart", "111");
	assert_capability(s, "add_path_receive_ipv6", "110");
	assert_int_equal(field_integer(s, "hold_time"), 30);
	assert_int_equal(field_integer(s, "hold_time_configured"), 90);
	assert_int_equal(
	    field_integer(json_object_get(s, "neighbor_restart"), "time"), 77);
	timers = json_object_get(s, "timers");
	assert_true(json_number_value(json_object_get(timers, "hold")) > 1);
	assert_true(json_number_value(json_object_get(timers, "hold")) <= 30);
	assert_true(json_number_value(json_object_get(timers, "keepalive")) <= 10);
	json_decref(root);
}

static bool
was_told(void *arg)
{
	return session()->announced + session()->withdrawn >= *(uint64_t *)arg;
}

/* Treated as a withdrawal: RFC 7606 7.1. */
static void
update_with_bad_origin(const char *prefixes)
{
	uint8_t message[BGP_MESSAGE_MAX];
	struct wr wr;

	wr_init(&wr, message, sizeof message);
	update_encode(&wr, prefixes, "192.0.2.1");
	assert_int_equal(message[24], 1); /* the type of the first attribute */
	message[26] = 9;
	speaker_send(&speaker, message, wr.len);
}

/* A route that a reflector sends back to us, whose identifier is 10.0.0.1. */
static void
update_of_ours(void)
{
	static const uint8_t attrs[] = { 0x40, 1, 1, 0, 0x40, 2, 0, 0x40, 3, 4, 192, 0,
		2, 1, 0x80, 9, 4, 10, 0, 0, 1 };
	uint8_t message[64];
	struct wr wr;

	wr_init(&wr, message, sizeof message);
	bgp_message_begin(&wr, BGP_UPDATE);
	wr_u16(&wr, 0);
	wr_u16(&wr, sizeof attrs);
	wr_bytes(&wr, attrs, sizeof attrs);
	wr_u16(&wr, 8 << 8 | 10); /* 10.0.0.0/8 */
	bgp_message_end(&wr, 0);
	speaker_send(&speaker, message, wr.len);
}

static void
prefixes_are_counted_by_their_fate(void **state)
{
	uint64_t expected = 3;
	json_t *root, *s;

	(void)state;
	speaker_dial(&speaker, rig.base, "127.0.0.2", "127.0.0.1", rig.bgp_port);
	assert_true(rig_wait(&rig, is_up, NULL));
	speaker_update(
	    &speaker, "192.0.2.0/24 198.51.100.0/24 203.0.113.0/24", "192.0.2.1");
	assert_true(rig_wait(&rig, was_told, &expected));
	update_with_bad_origin("192.0.2.0/24 198.18.0.0/15");
	speaker_update(&speaker, "224.0.1.0/24 127.0.0.0/8", "192.0.2.1");
	update_of_ours();
	expected = 8;
	assert_true(rig_wait(&rig, was_told, &expected));
	s = get("router=leaf1&name=in", 1, &root);
	assert_int_equal(field_integer(s, "prefixes_received"), 8);
	assert_int_equal(field_integer(s, "prefixes_rejected"), 5);
	assert_int_equal(field_integer(json_object_get(s, "prefixes"), "ipv4"), 2);
	assert_int_equal(
	    field_integer(json_object_get(s, "updates"), "treat_as_withdraw"), 2);
	json_decref(root);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(sessions_are_found),
		TEST(before_it_is_up_only_we_offer),
		TEST(what_is_configured_is_shown),
		TEST(what_both_sides_offer_is_shown),
		TEST(prefixes_are_counted_by_their_fate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
