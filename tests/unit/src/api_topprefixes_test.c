/* /bgp/topprefixes: as sFlow-RT's script answers, field for field. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "tests/unit/src/api_world.h"

#define TOP6 "/bgp/topprefixes6/leaf1/json"
#define ALL "198.51.0.0/16 198.51.100.0/24 198.51.100.128/25 203.0.113.0/24 0.0.0.0/0"

static void
assert_top(const char *query, const char *expected)
{
	json_t *root = rig_get(&rig, TOP, query, 200);

	assert_prefixes(json_object_get(root, "topPrefixes"), expected);
	json_decref(root);
}

static void
topprefixes_are_as_they_were(void **state)
{
	json_t *root = rig_get(&rig, TOP, NULL, 200), *top, *item;
	double sum = 0, last = INFINITY;
	size_t i;

	(void)state;
	assert_fields(root,
	    "as direction id learnedPrefixesAdded learnedPrefixesRemoved nPrefixes "
	    "pushedPrefixesAdded pushedPrefixesRemoved startTime state topPrefixes "
	    "valueTopPrefixes valueTotal valuePercentCoverage");
	assert_int_equal(field_integer(root, "as"), 65000);
	assert_string_equal(field_text(root, "direction"), "destination");
	assert_string_equal(field_text(root, "id"), "10.0.0.1");
	assert_int_equal(field_integer(root, "learnedPrefixesAdded"), 6);
	assert_int_equal(field_integer(root, "learnedPrefixesRemoved"), 0);
	assert_int_equal(field_integer(root, "nPrefixes"), 6);
	assert_int_equal(field_integer(root, "pushedPrefixesAdded"), 0);
	assert_int_equal(field_integer(root, "pushedPrefixesRemoved"), 0);
	assert_true(llabs(field_integer(root, "startTime") -
			  (long long)clock_wall_ms()) < 60000);
	assert_string_equal(field_text(root, "state"), "down");
	top = json_object_get(root, "topPrefixes");
	assert_prefixes(top, ALL);
	json_array_foreach (top, i, item) {
		assert_fields(item,
		    "prefix nexthop aspath origin localpref med communities value");
		assert_true(field_number(item, "value") <= last);
		last = field_number(item, "value");
		sum += last;
	}
	item = json_array_get(top, 0);
	assert_string_equal(field_text(item, "nexthop"), "192.0.2.2");
	assert_string_equal(field_text(item, "aspath"), "65001-65002");
	assert_string_equal(field_text(item, "origin"), "IGP");
	assert_int_equal(field_integer(item, "localpref"), 200);
	assert_int_equal(field_integer(item, "med"), 7);
	assert_string_equal(field_text(item, "communities"), "65001:1 65001:2");
	assert_true(json_is_real(json_object_get(item, "value")));
	assert_float_equal(field_number(root, "valueTopPrefixes"), sum, 0.01);
	assert_float_equal(field_number(root, "valueTotal"), sum, 0.01);
	assert_float_equal(field_number(root, "valuePercentCoverage"), 100, 1e-6);
	json_decref(root);

	root = rig_get(&rig, TOP6, "", 200);
	assert_prefixes(json_object_get(root, "topPrefixes"), "2001:db8:1::/48");
	assert_int_equal(field_integer(root, "nPrefixes"), 2);
	item = json_array_get(json_object_get(root, "topPrefixes"), 0);
	assert_string_equal(field_text(item, "nexthop"), "2001:db8:ffff::2");
	json_decref(root);
}

static void
topprefixes_count_what_is_pushed(void **state)
{
	struct prefix prefix;
	json_t *root;

	(void)state;
	rig_choose(rig.daemon.routers[0]);
	rib_changes_done(rib(), FAMILY_IPV4);
	prefix_parse("203.0.113.0/24", &prefix);
	rib_withdraw(rib(), &prefix);
	rib_changes_done(rib(), FAMILY_IPV4);
	root = rig_get(&rig, TOP, NULL, 200);
	assert_int_equal(field_integer(root, "learnedPrefixesRemoved"), 1);
	assert_int_equal(field_integer(root, "nPrefixes"), 5);
	assert_int_equal(field_integer(root, "pushedPrefixesAdded"), 5);
	assert_int_equal(field_integer(root, "pushedPrefixesRemoved"), 1);
	json_decref(root);
}

static void
topprefixes_are_chosen_by_arguments(void **state)
{
	json_t *root;
	double least;
	char query[64];

	(void)state;
	assert_top("maxPrefixes=2", "198.51.0.0/16 198.51.100.0/24");
	root = rig_get(&rig, TOP, "maxPrefixes=2", 200);
	/* 70 of 105 packets */
	assert_float_equal(field_number(root, "valuePercentCoverage"), 66.667, 0.01);
	assert_float_equal(
	    field_number(root, "valueTopPrefixes") / field_number(root, "valueTotal"),
	    70.0 / 105, 1e-3);
	least = field_number(
	    json_array_get(json_object_get(root, "topPrefixes"), 1), "value");
	json_decref(root);
	snprintf(query, sizeof query, "minValue=%.0f", floor(least * 0.99));
	assert_top(query, "198.51.0.0/16 198.51.100.0/24");
	assert_top("minValue=1000000000", "");
	/* a length: 1 leaves the default route out */
	assert_top("minPrefix=0", ALL);
	assert_top("minPrefix=1",
	    "198.51.0.0/16 198.51.100.0/24 198.51.100.128/25 203.0.113.0/24");
	assert_top("minPrefix=25", "198.51.100.128/25");
	root = rig_get(&rig, TOP, "minPrefix=33", 200);
	assert_float_equal(field_number(root, "valuePercentCoverage"), 0, 1e-9);
	assert_true(field_number(root, "valueTotal") > 0);
	json_decref(root);
	assert_top("unknown=1", ALL);
}

static void
covered_prefixes_are_added_and_pruned(void **state)
{
	json_t *root, *top;

	(void)state;
	/* 198.51.101.0/24 has no traffic, and goes where the default goes */
	assert_top("maxPrefixes=1&includeCovered=true",
	    "198.51.0.0/16 198.51.100.0/24 198.51.100.128/25 198.51.101.0/24");
	root = rig_get(&rig, TOP, "maxPrefixes=1&includeCovered=true", 200);
	top = json_object_get(root, "topPrefixes");
	assert_null(json_object_get(json_array_get(top, 0), "parentprefix"));
	for (size_t i = 1; i < 4; i++)
		assert_string_equal(field_text(json_array_get(top, i), "parentprefix"),
		    "198.51.0.0/16");
	assert_float_equal(field_number(json_array_get(top, 3), "value"), 0, 1e-9);
	json_decref(root);
	/* the default covers all, and is not meant */
	root = rig_get(&rig, TOP, "includeCovered=1", 200);
	top = json_object_get(root, "topPrefixes");
	assert_string_equal(
	    field_text(json_array_get(top, 3), "prefix"), "203.0.113.0/24");
	assert_null(json_object_get(json_array_get(top, 3), "parentprefix"));
	json_decref(root);
	assert_top("minValue=0&includeCovered=1",
	    "198.51.0.0/16 198.51.100.0/24 198.51.100.128/25 203.0.113.0/24 0.0.0.0/0 "
	    "198.51.101.0/24");

	/* pruned is what goes where the nearest in the list goes */
	assert_top("pruneCovered=true", ALL);
	rig_learn(rig.daemon.routers[0], "198.51.100.0/24", "192.0.2.2");
	assert_top("pruneCovered=true", "198.51.0.0/16 203.0.113.0/24 0.0.0.0/0");
	/* of what is chosen, and of what covers */
	assert_top("maxPrefixes=2&pruneCovered=true", "198.51.0.0/16");
	assert_top("maxPrefixes=1&includeCovered=true&pruneCovered=true",
	    "198.51.0.0/16 198.51.101.0/24");
}

static void
directions_have_two_names_each(void **state)
{
	static const struct {
		const char *query, *direction;
	} rows[] = {
		{ "direction=destination", "destination" },
		{ "direction=egress", "destination" },
		{ "direction=source", "source" },
		{ "direction=ingress", "source" },
	};
	struct addr source, heaviest;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		json_t *root = rig_get(&rig, TOP, rows[i].query, 200);

		assert_string_equal(field_text(root, "direction"), rows[i].direction);
		if (!strcmp(rows[i].direction, "source")) {
			assert_prefixes(json_object_get(root, "topPrefixes"), "");
			assert_float_equal(field_number(root, "valueTotal"), 0, 1e-9);
		}
		json_decref(root);
	}
	/* who asked for sources gets them from then on */
	addr_parse("203.0.113.9", &source);
	addr_parse("198.51.0.1", &heaviest);
	for (int i = 0; i < 9; i++)
		rib_sample_many(rib(),
		    &(struct rib_packet){ heaviest, source, 1000, 1 }, 1, clock_s());
	assert_top("direction=source", "203.0.113.0/24");
	assert_top("direction=egress", ALL);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(topprefixes_are_as_they_were),
		TEST(topprefixes_count_what_is_pushed),
		TEST(topprefixes_are_chosen_by_arguments),
		TEST(covered_prefixes_are_added_and_pruned),
		TEST(directions_have_two_names_each),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
