/* Explanations by the API, over a RIB fed by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "helpers/fields.h"
#include "helpers/rig.h"
#include "router.h"

#define ROUTERS                                                                 \
	"router \"leaf1\" { as = 65000; router-id = 10.0.0.1; "                 \
	"rib \"in\" { neighbor = 127.0.0.2; local = 127.0.0.1; port = @port } " \
	"target \"out\" { neighbor = 127.0.0.3; local = 127.0.0.1; "            \
	"port = @port } ipv4 { capacity = 2 } }"
#define EXPLAIN "/api/v1/routers/leaf1/explain"
#define FAMILY " price min_rate table_installed capacity spare frozen"
#define WEIGHTS                                                                                      \
	" bytes_per_second relative_error samples idle right_by_fallback right_without gain needed " \
	"places worth asked pinned least next"

static struct rig rig;

static struct rib *
rib(void)
{
	return rig.daemon.routers[0]->rib;
}

/* Three routes that differ from the default, one more than there are places. */
static int
setup(void **state)
{
	struct router *router;

	(void)state;
	rig_start(&rig, ROUTERS);
	router = rig.daemon.routers[0];
	rig_learn(router, "0.0.0.0/0 198.51.101.0/24", "192.0.2.1");
	rig_learn(router, "198.51.0.0/16 203.0.113.0/24 203.0.113.128/25", "192.0.2.2");
	rig_learn(router, "192.88.99.0/24", "192.0.2.3");
	rig_learn(router, "192.88.98.0/24", "192.0.2.3");
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	rig_stop(&rig);
	return 0;
}

/* The reply to a query, whose sentence begins so; the caller frees it. */
static json_t *
explain(const char *query, const char *reason, const char *sentence)
{
	json_t *root = rig_get(&rig, EXPLAIN, query, 200);

	if (strcmp(field_text(root, "reason"), reason) != 0)
		fail_msg("%s: %s", query, field_text(root, "text"));
	if (strncmp(field_text(root, "text"), sentence, strlen(sentence)) != 0)
		fail_msg("%s: %s", query, field_text(root, "text"));
	return root;
}

static void
routes_are_explained(void **state)
{
	json_t *root, *rival;

	(void)state;
	rig_sample(rig.daemon.routers[0], "203.0.113.1", 50, 1000);
	rig_sample(rig.daemon.routers[0], "203.0.113.129", 5, 1000);
	rig_sample(rig.daemon.routers[0], "198.51.101.1", 70, 1000);
	rig_sample(rig.daemon.routers[0], "192.88.99.1", 30, 1000);
	rig_sample(rig.daemon.routers[0], "192.88.98.1", 2, 1000);
	json_decref(explain("prefix=203.0.113.0/24", "not-ready",
	    "203.0.113.0/24 is not installed because the table"));
	rib_set_ready(rib(), FAMILY_IPV4, true);
	json_decref(explain("prefix=203.0.113.0/24", "no-target",
	    "203.0.113.0/24 is not installed because no target"));
	rig_choose(rig.daemon.routers[0]);

	root = explain("prefix=203.0.113.0/24", "chosen",
	    "203.0.113.0/24 is installed: it carries ");
	assert_fields(root,
	    "prefix text reason because installed other by correct" WEIGHTS FAMILY);
	assert_string_equal(field_text(root, "prefix"), "203.0.113.0/24");
	assert_string_equal(field_text(root, "by"), "203.0.113.0/24");
	assert_true(json_is_true(json_object_get(root, "installed")));
	assert_true(json_is_true(json_object_get(root, "correct")));
	assert_true(json_is_null(json_object_get(root, "other")));
	assert_string_equal(
	    field_text(json_object_get(root, "least"), "prefix"), "192.88.99.0/24");
	assert_string_equal(
	    field_text(json_object_get(root, "next"), "prefix"), "192.88.98.0/24");
	assert_int_equal(json_integer_value(json_object_get(root, "places")), 1);
	assert_int_equal(json_integer_value(json_object_get(root, "samples")), 50);
	assert_true(json_number_value(json_object_get(root, "relative_error")) > 0);
	assert_true(json_number_value(json_object_get(root, "worth")) >
		    json_number_value(json_object_get(root, "asked")));
	json_decref(root);

	root = explain("address=192.88.98.7", "priced-out",
	    "192.88.98.7 belongs to 192.88.98.0/24, which is not installed because "
	    "others are worth more: it carries ");
	assert_string_equal(field_text(root, "address"), "192.88.98.7");
	assert_string_equal(field_text(root, "by"), "0.0.0.0/0");
	assert_true(json_is_false(json_object_get(root, "installed")));
	assert_true(json_is_false(json_object_get(root, "correct")));
	assert_true(json_number_value(json_object_get(root, "needed")) >
		    json_number_value(json_object_get(root, "bytes_per_second")));
	rival = json_object_get(root, "least");
	assert_fields(rival, "prefix worth");
	assert_string_equal(field_text(rival, "prefix"), "192.88.99.0/24");
	assert_true(json_number_value(json_object_get(rival, "worth")) >
		    json_number_value(json_object_get(root, "worth")));
	json_decref(root);

	root = explain("prefix=203.0.113.128/25", "covered",
	    "203.0.113.128/25 is not installed because 203.0.113.0/24 is");
	assert_string_equal(field_text(root, "other"), "203.0.113.0/24");
	assert_true(json_is_true(json_object_get(root, "correct")));
	json_decref(root);
	json_decref(explain("prefix=198.51.101.0/24", "like-default",
	    "198.51.101.0/24 is not installed because it needs no place"));
}

static void
what_is_not_weighed_has_no_weights(void **state)
{
	json_t *root;

	(void)state;
	rig_choose(rig.daemon.routers[0]);
	root = explain("address=8.8.8.8", "default",
	    "8.8.8.8 belongs to 0.0.0.0/0, which is never installed");
	assert_fields(root,
	    "address prefix text reason because installed other by correct" FAMILY);
	json_decref(root);
	root = explain("prefix=198.51.100.0/24", "unknown",
	    "198.51.100.0/24 is not in the table: it belongs to 198.51.0.0/16, which "
	    "is not installed.");
	assert_fields(
	    root, "prefix text reason because installed other by correct" FAMILY);
	json_decref(root);
	root = explain("address=2001:db8::1", "unknown",
	    "2001:db8::1 is not in the table, and nothing there covers it.");
	assert_string_equal(field_text(root, "prefix"), "2001:db8::1/128");
	assert_true(json_is_null(json_object_get(root, "correct")));
	json_decref(root);
	json_decref(explain("prefix=198.51.0.0%2F16", "no-traffic",
	    "198.51.0.0/16 is not installed because no traffic to it was seen."));
}

static void
bad_questions_are_refused(void **state)
{
	static const struct {
		const char *query, *says;
	} rows[] = {
		{ "", "give either prefix or address" },
		{ "prefix=10.0.0.0/8&address=10.0.0.1",
		    "give either prefix or address" },
		{ "prefix=10.0.0.0", "prefix: '10.0.0.0': this is no prefix such as "
				     "192.0.2.0/24" },
		{ "prefix=10.1.0.0/8", "prefix: '10.1.0.0/8': bits are set behind the "
				       "length; 10.0.0.0/8 is the prefix" },
		{ "prefix=10.0.0.0/33", "prefix: '10.0.0.0/33': the length is no "
					"number from 0 to 32" },
		{ "prefix=", "prefix: '': this is no prefix such as 192.0.2.0/24" },
		{ "address=10.0.0.0/8",
		    "address: '10.0.0.0/8' is no IPv4 or IPv6 address" },
		{ "address=", "address: '' is no IPv4 or IPv6 address" },
	};
	json_t *root;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		root = rig_get(&rig, EXPLAIN, rows[i].query, 400);
		assert_string_equal(field_text(root, "error"), rows[i].says);
		json_decref(root);
	}
	root = rig_get(&rig, "/api/v1/routers/x/explain", "address=::1", 404);
	assert_non_null(strstr(field_text(root, "error"), "'x'"));
	json_decref(root);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(routes_are_explained),
		TEST(what_is_not_weighed_has_no_weights),
		TEST(bad_questions_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
