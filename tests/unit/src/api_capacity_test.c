/* The capacity of a router, changed while it runs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "helpers/rig.h"
#include "router.h"

#define ROUTERS                                                  \
	"router \"leaf1\" { as = 65000; router-id = 10.0.0.1; "  \
	"rib \"in\" { neighbor = 127.0.0.2; local = 127.0.0.1; " \
	"port = @port } ipv4 { capacity = 50 } ipv6 { capacity = 7 } }"
#define CAPACITY "/api/v1/routers/leaf1/capacity"

static struct rig rig;

/* Four routes are installed. */
static int
setup(void **state)
{
	struct router *router;

	(void)state;
	rig_start(&rig, ROUTERS);
	router = rig.daemon.routers[0];
	rig_learn(router, "10.0.0.0/16 10.1.0.0/16", "192.0.2.1");
	rig_learn(router, "10.2.0.0/16 10.3.0.0/16", "192.0.2.2");
	rig_sample(router, "10.0.0.1", 1, 1000);
	rig_sample(router, "10.1.0.1", 1, 1000);
	rig_sample(router, "10.2.0.1", 1, 1000);
	rig_sample(router, "10.3.0.1", 1, 1000);
	rig_choose(router);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	rig_stop(&rig);
	return 0;
}

static void
assert_capacity(json_t *root, const char *family, long long capacity,
    long long configured, long long installed)
{
	const json_t *object = json_object_get(root, family);

	assert_int_equal(
	    json_integer_value(json_object_get(object, "capacity")), capacity);
	assert_int_equal(
	    json_integer_value(json_object_get(object, "configured")), configured);
	assert_int_equal(
	    json_integer_value(json_object_get(object, "installed")), installed);
}

static void
it_shrinks_at_once_and_comes_back_with_reload(void **state)
{
	json_t *root = rig_get(&rig, CAPACITY, NULL, 200);
	const json_t *family;

	(void)state;
	assert_capacity(root, "ipv4", 50, 50, 4);
	assert_capacity(root, "ipv6", 7, 7, 0);
	json_decref(root);

	root = rig_ask(&rig, HTTP_METHOD_PUT, CAPACITY, "ipv4=3", 200);
	assert_capacity(root, "ipv4", 3, 50, 3);
	assert_capacity(root, "ipv6", 7, 7, 0);
	assert_string_equal(json_string_value(json_object_get(root, "lasts")),
	    "until reload or restart");
	json_decref(root);

	root = rig_ask(&rig, HTTP_METHOD_PUT, CAPACITY, "ipv4=0&ipv6=9", 200);
	assert_capacity(root, "ipv4", 0, 50, 0);
	assert_capacity(root, "ipv6", 9, 7, 0);
	json_decref(root);

	/* the status shows both */
	root = rig_get(&rig, "/api/v1/status", NULL, 200);
	family = json_object_get(
	    json_array_get(json_object_get(root, "routers"), 0), "ipv4");
	assert_int_equal(json_integer_value(json_object_get(family, "capacity")), 0);
	assert_int_equal(
	    json_integer_value(json_object_get(family, "configured_capacity")), 50);
	json_decref(root);

	rig_reload(&rig, ROUTERS);
	root = rig_get(&rig, CAPACITY, NULL, 200);
	assert_capacity(root, "ipv4", 50, 50, 0);
	assert_capacity(root, "ipv6", 7, 7, 0);
	json_decref(root);
}

static void
what_makes_no_sense_changes_nothing(void **state)
{
	static const struct {
		const char *path, *query;
		int status;
		const char *error;
	} rows[] = {
		{ CAPACITY, "", 400, "neither ipv4 nor ipv6 says how many routes" },
		{ CAPACITY, "ipv4=1&ipv6=-1", 400,
		    "ipv6: '-1' is not a number from 0 to 4000000" },
		{ CAPACITY, "ipv4=4000001", 400,
		    "ipv4: '4000001' is not a number from 0 to 4000000" },
		{ "/api/v1/routers/no/capacity", "ipv4=1", 404,
		    "no router has the name or RIB peer 'no'" },
	};
	json_t *root;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		root = rig_ask(
		    &rig, HTTP_METHOD_PUT, rows[i].path, rows[i].query, rows[i].status);
		assert_string_equal(
		    json_string_value(json_object_get(root, "error")), rows[i].error);
		json_decref(root);
	}
	root = rig_get(&rig, CAPACITY, NULL, 200);
	assert_capacity(root, "ipv4", 50, 50, 4);
	json_decref(root);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    it_shrinks_at_once_and_comes_back_with_reload, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    what_makes_no_sense_changes_nothing, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
