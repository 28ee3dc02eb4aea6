/* Lists of routes: chosen by filters, told in pieces while the table changes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buffer.h"
#include "helpers/rig.h"
#include "http_route.h"
#include "router.h"

#define OTHER                                                   \
	"router \"leaf2\" { as = 65000; router-id = 10.0.0.1; " \
	"rib \"in\" { neighbor = 127.0.0.3; local = 127.0.0.1; port = @port } }"
#define ROUTER                                                  \
	"router \"leaf1\" { as = 65000; router-id = 10.0.0.1; " \
	"rib \"in\" { neighbor = 127.0.0.2; local = 127.0.0.1; port = @port } }"
#define ROUTES "/api/v1/routers/leaf1/routes"

static struct rig rig;

static struct rib *
rib(void)
{
	return rig.daemon.routers[0]->rib;
}

static int
setup(void **state)
{
	struct router *router;

	(void)state;
	rig_start(&rig, ROUTER);
	router = rig.daemon.routers[0];
	rig_learn(router, "0.0.0.0/0 10.0.0.0/8 10.1.0.0/16", "192.0.2.1");
	rig_learn(router, "10.1.1.0/24 10.2.0.0/16 11.0.0.0/8", "192.0.2.2");
	rig_learn(router, "2001:db8::/32 2001:db8:1::/48", "2001:db8:ffff::1");
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	rig_stop(&rig);
	return 0;
}

/* What is left of a reply, ended by a zero; the caller frees. */
static char *
rest(struct http_reply *reply)
{
	struct buffer all = { .len = 0 };
	enum http_piece made;

	while ((made = rig_take(reply, &all)) == HTTP_PIECE_MORE)
		;
	assert_int_equal(made, HTTP_PIECE_LAST);
	http_body_free(&reply->pieces);
	buffer_add(&all, "", 1);
	return all.bytes;
}

/* The prefixes of the routes listed, with a blank between. */
static void
assert_listed(const char *query, const char *expected)
{
	json_t *root = rig_get(&rig, ROUTES, query, 200), *item;
	char got[1024] = "";
	size_t i;

	json_array_foreach (json_object_get(root, "routes"), i, item) {
		if (i)
			strcat(got, " ");
		strcat(got, json_string_value(json_object_get(item, "prefix")));
	}
	if (strcmp(got, expected) != 0)
		fail_msg("%s: %s", query, got);
	assert_true(json_is_false(json_object_get(root, "more")));
	json_decref(root);
}

#define ALL "0.0.0.0/0 10.0.0.0/8 10.1.0.0/16 10.1.1.0/24 10.2.0.0/16 11.0.0.0/8"

static void
filters_choose(void **state)
{
	static const char *const rows[][2] = {
		{ "", ALL },
		{ "prefix=10.1.0.0/16", "10.1.0.0/16" },
		{ "prefix=0.0.0.0/0", "0.0.0.0/0" },
		{ "prefix=10.1.0.0/17", "" },
		{ "prefix=2001:db8::/32", "2001:db8::/32" },
		{ "covered=10.0.0.0/8",
		    "10.0.0.0/8 10.1.0.0/16 10.1.1.0/24 10.2.0.0/16" },
		{ "covered=10.0.0.0/9", "10.1.0.0/16 10.1.1.0/24 10.2.0.0/16" },
		{ "covered=10.1.0.0/23", "10.1.1.0/24" },
		{ "covered=10.3.0.0/16", "" },
		{ "covered=0.0.0.0/0", ALL },
		{ "covered=::/0", "2001:db8::/32 2001:db8:1::/48" },
		{ "nexthop=192.0.2.1", "0.0.0.0/0 10.0.0.0/8 10.1.0.0/16" },
		{ "nexthop=192.0.2.3", "" },
		{ "nexthop=192.0.2.2&covered=10.0.0.0/8", "10.1.1.0/24 10.2.0.0/16" },
		{ "family=ipv6&nexthop=2001:db8:ffff::1",
		    "2001:db8::/32 2001:db8:1::/48" },
		/* the rig's paths are 65001 65002, with two communities */
		{ "origin_as=65002", ALL },
		{ "origin_as=65001", "" },
		{ "community=65001:2", ALL },
		{ "community=65001:3", "" },
		{ "community=65001:2&origin_as=65002&prefix=11.0.0.0/8", "11.0.0.0/8" },
		{ "community=no-export", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_listed(rows[i][0], rows[i][1]);
}

static void
lines_are_objects_and_the_last_is_the_end(void **state)
{
	struct http_reply reply = rig_begin(&rig, ROUTES, "format=lines&max=2");
	char *text = rest(&reply), *line, *at = text;
	unsigned n = 0;
	json_t *object = NULL;

	(void)state;
	assert_string_equal(reply.type, "application/x-ndjson");
	while ((line = strsep(&at, "\n")) && *line) {
		json_decref(object);
		object = json_loads(line, 0, NULL);
		assert_non_null(object);
		n++;
		if (n <= 2)
			assert_string_equal(
			    json_string_value(json_object_get(object, "nexthop")),
			    "192.0.2.1");
	}
	assert_int_equal(n, 3);
	assert_true(json_is_true(json_object_get(object, "more")));
	assert_null(at);
	json_decref(object);
	free(text);
}

/* Enough routes for several pieces: 30.0.0.0/24 and on. */
static void
learn_many(unsigned count)
{
	char text[64];

	for (unsigned i = 0; i < count; i++) {
		snprintf(text, sizeof text, "30.%u.%u.0/24", i >> 8, i & 255);
		rig_learn(rig.daemon.routers[0], text, "192.0.2.9");
	}
}

static unsigned
count_of(const char *text, const char *word)
{
	unsigned n = 0;

	for (; (text = strstr(text, word)); text++)
		n++;
	return n;
}

static void
pieces_are_small_and_make_a_whole(void **state)
{
	struct http_reply reply;
	enum http_piece made;
	unsigned pieces = 0;
	struct buffer all = { .len = 0 };
	json_t *root;

	(void)state;
	learn_many(3000);
	reply = rig_begin(&rig, ROUTES, "max=4000000000");
	do {
		size_t before = all.len;

		made = rig_take(&reply, &all);
		pieces++;
		assert_in_range(all.len - before, 0, HTTP_PIECE_BYTES + 1024);
	} while (made == HTTP_PIECE_MORE);
	assert_int_equal(made, HTTP_PIECE_LAST);
	assert_true(pieces > 5);
	root = json_loadb(all.bytes, all.len, 0, NULL);
	assert_int_equal(json_array_size(json_object_get(root, "routes")), 3006);
	json_decref(root);
	buffer_fini(&all);
	http_body_free(&reply.pieces);
}

/* Looking for what is rare is cut into pieces, too, of no bytes. */
static void
a_search_takes_turns(void **state)
{
	struct http_reply reply;
	struct buffer all = { .len = 0 };
	unsigned empty = 0;
	size_t begun;

	(void)state;
	learn_many(3000);
	reply = rig_begin(&rig, ROUTES, "nexthop=192.0.2.77");
	assert_int_equal(rig_take(&reply, &all), HTTP_PIECE_MORE);
	begun = all.len;
	while (rig_take(&reply, &all) == HTTP_PIECE_MORE) {
		assert_int_equal(all.len, begun);
		empty++;
	}
	assert_in_range(empty, 1, 100);
	buffer_fini(&all);
	http_body_free(&reply.pieces);
}

static void
the_table_may_change_meanwhile(void **state)
{
	struct buffer all = { .len = 0 };
	struct http_reply reply;
	struct prefix prefix;
	char *end;

	(void)state;
	learn_many(3000);
	reply = rig_begin(&rig, ROUTES, "format=lines&max=100000");
	assert_int_equal(rig_take(&reply, &all), HTTP_PIECE_MORE);
	/* all goes, also what was just told of, and something new comes behind it */
	for (unsigned i = 0; i < 3000; i++) {
		char text[64];

		snprintf(text, sizeof text, "30.%u.%u.0/24", i >> 8, i & 255);
		prefix_parse(text, &prefix);
		rib_withdraw(rib(), &prefix);
	}
	rig_learn(rig.daemon.routers[0], "31.0.0.0/8 9.0.0.0/8", "192.0.2.1");
	end = rest(&reply);
	assert_int_equal(count_of(end, "\"prefix\""), 1);
	assert_non_null(strstr(end, "\"31.0.0.0/8\""));
	assert_non_null(strstr(end, "{\"more\":false}\n"));
	free(end);
	buffer_fini(&all);
}

static void
a_list_ends_with_its_router(void **state)
{
	struct buffer all = { .len = 0 };
	struct http_reply reply;

	(void)state;
	learn_many(3000);
	reply = rig_begin(&rig, ROUTES, "max=100000");
	assert_int_equal(rig_take(&reply, &all), HTTP_PIECE_MORE);
	rig_reload(&rig, OTHER);
	assert_int_equal(rig_take(&reply, &all), HTTP_PIECE_CUT);
	buffer_fini(&all);
	http_body_free(&reply.pieces);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(filters_choose),
		TEST(lines_are_objects_and_the_last_is_the_end),
		TEST(pieces_are_small_and_make_a_whole),
		TEST(a_search_takes_turns),
		TEST(the_table_may_change_meanwhile),
		TEST(a_list_ends_with_its_router),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
