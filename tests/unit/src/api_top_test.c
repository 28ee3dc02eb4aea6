/* Long lists of top prefixes, made in steps while the table changes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "buffer.h"
#include "clock.h"
#include "helpers/rig.h"
#include "http_route.h"
#include "router.h"

#define ROUTER                                                  \
	"router \"leaf1\" { as = 65000; router-id = 10.0.0.1; " \
	"rib \"in\" { neighbor = 127.0.0.2; local = 127.0.0.1; port = @port } }"
#define TOP "/bgp/topprefixes/leaf1/json"
#define MANY 6000 /* more than are sorted for a piece */

static struct rig rig;

static struct rib *
rib(void)
{
	return rig.daemon.routers[0]->rib;
}

static void
nth(unsigned i, char *text)
{
	sprintf(text, "30.%u.%u.0/24", i >> 8, i & 255);
}

/* MANY routes of equal traffic, and one above them of more. */
static int
setup(void **state)
{
	char text[64];

	(void)state;
	rig_start(&rig, ROUTER);
	rig_learn(rig.daemon.routers[0], "30.0.0.0/8", "192.0.2.2");
	for (unsigned i = 0; i <= MANY; i++) {
		struct rib_packet packet = { .bytes = i < MANY ? 1000 : 9000,
			.packets = 1 };

		nth(i, text);
		if (i < MANY)
			rig_learn(rig.daemon.routers[0], text, "192.0.2.1");
		else
			strcpy(text, "30.200.0.0/24");
		strcpy(strrchr(text, '.'), ".1");
		assert_true(addr_parse(text, &packet.destination));
		packet.source = packet.destination;
		rib_sample_many(rib(), &packet, 1, clock_s());
	}
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	rig_stop(&rig);
	return 0;
}

static json_t *
finish(struct http_reply *reply, struct buffer *all)
{
	enum http_piece made;
	json_t *root;

	while ((made = rig_take(reply, all)) == HTTP_PIECE_MORE)
		;
	assert_int_equal(made, HTTP_PIECE_LAST);
	http_body_free(&reply->pieces);
	root = json_loadb(all->bytes, all->len, 0, NULL);
	assert_non_null(root);
	buffer_fini(all);
	return root;
}

static double
number(const json_t *root, const char *key)
{
	return json_number_value(json_object_get(root, key));
}

static size_t
listed(const json_t *root)
{
	return json_array_size(json_object_get(root, "topPrefixes"));
}

static void
choosing_takes_turns(void **state)
{
	struct buffer all = { .len = 0 };
	struct http_reply reply = rig_begin(&rig, TOP, "");
	const char *first;
	json_t *root;

	(void)state;
	assert_int_equal(rig_take(&reply, &all), HTTP_PIECE_MORE);
	assert_int_equal(all.len, 0); /* it is not sorted yet */
	root = finish(&reply, &all);
	assert_int_equal(listed(root), MANY + 1);
	first = json_string_value(json_object_get(
	    json_array_get(json_object_get(root, "topPrefixes"), 0), "prefix"));
	assert_string_equal(first, "30.0.0.0/8");
	assert_float_equal(number(root, "valuePercentCoverage"), 100, 1e-6);
	json_decref(root);
}

static void
covered_ones_take_turns(void **state)
{
	struct buffer all = { .len = 0 };
	struct http_reply reply = rig_begin(
	    &rig, TOP, "maxPrefixes=1&includeCovered=1");
	json_t *root = finish(&reply, &all);

	(void)state;
	assert_int_equal(listed(root), MANY + 1);
	json_decref(root);
	reply = rig_begin(&rig, TOP, "maxPrefixes=1&includeCovered=1&pruneCovered=1");
	root = finish(&reply, &all);
	assert_int_equal(listed(root), MANY + 1); /* they have another next hop */
	json_decref(root);
	rig_learn(rig.daemon.routers[0], "30.0.0.0/8", "192.0.2.1");
	reply = rig_begin(&rig, TOP, "pruneCovered=1");
	root = finish(&reply, &all);
	assert_int_equal(listed(root), 1);
	json_decref(root);
}

/* At each moment of the way a third of the routes goes: the answer is without them. */
static void
routes_may_go_meanwhile(void **state)
{
	static const char *const queries[] = { "", "includeCovered=1&maxPrefixes=3000",
		"pruneCovered=1" };
	struct prefix prefix;
	char text[64];

	for (size_t q = 0; q < 3; q++) {
		for (unsigned pieces = 1; pieces < 10; pieces += 4) {
			struct http_reply reply = rig_begin(&rig, TOP, queries[q]);
			struct buffer all = { .len = 0 };
			enum http_piece made = HTTP_PIECE_MORE;
			json_t *root;

			for (unsigned i = 0; i < pieces && made == HTTP_PIECE_MORE; i++)
				made = rig_take(&reply, &all);
			assert_int_equal(made, HTTP_PIECE_MORE);
			for (unsigned i = q; i < MANY; i += 3) {
				nth(i, text);
				prefix_parse(text, &prefix);
				rib_withdraw(rib(), &prefix);
			}
			root = finish(&reply, &all);
			assert_in_range(listed(root), MANY / 3, MANY + 1);
			assert_true(number(root, "valueTopPrefixes") <=
				    number(root, "valueTotal") * 1.000001);
			json_decref(root);
			teardown(state);
			setup(state);
		}
	}
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(choosing_takes_turns),
		TEST(covered_ones_take_turns),
		TEST(routes_may_go_meanwhile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
