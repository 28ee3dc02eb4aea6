#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json_line.h"

#define ROUNDS 200000
#define ROUTE                                                                      \
	"{\"prefix\":\"192.0.2.0/24\",\"aspath\":\"65001-{1,2}\",\"med\":0,"       \
	"\"installed\":true,\"bytes_per_second\":-12.5e+3,\"relative_error\":null" \
	",\"nexthops\":[\"10.0.0.1\", \"10.0.0.2\"],\"paths\":[{\"a\":[]},{}]}"

/* Reads `text` to the end; how many members there are, or -1 if it is no object. */
static int
members(const char *text, size_t len)
{
	char *copy = malloc(len + 1);
	struct json_member member;
	struct json_line line;
	int n = 0;

	memcpy(copy, text, len);
	copy[len] = '\0';
	json_line_begin(&line, copy, len);
	while (json_line_next(&line, &member))
		n++;
	if (!json_line_whole(&line))
		n = -1;
	free(copy);
	return n;
}

static void
members_come_one_by_one(void **state)
{
	static const struct {
		const char *name;
		enum json_kind kind;
		const char *text;
		double number;
		size_t items;
	} rows[] = {
		{ "prefix", JSON_LINE_TEXT, "192.0.2.0/24", 0, 0 },
		{ "aspath", JSON_LINE_TEXT, "65001-{1,2}", 0, 0 },
		{ "med", JSON_LINE_NUMBER, "", 0, 0 },
		{ "installed", JSON_LINE_TRUE, "", 0, 0 },
		{ "bytes_per_second", JSON_LINE_NUMBER, "", -12500, 0 },
		{ "relative_error", JSON_LINE_NULL, "", 0, 0 },
		{ "nexthops", JSON_LINE_LIST, "", 0, 2 },
		{ "paths", JSON_LINE_LIST, "", 0, 2 },
	};
	char text[] = ROUTE;
	struct json_member member;
	struct json_line line;

	(void)state;
	json_line_begin(&line, text, strlen(text));
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_true(json_line_next(&line, &member));
		assert_string_equal(member.name, rows[i].name);
		assert_int_equal(member.kind, rows[i].kind);
		assert_string_equal(member.text, rows[i].text);
		assert_true(member.number == rows[i].number);
		assert_int_equal(member.items, rows[i].items);
		assert_false(json_line_whole(&line));
	}
	assert_false(json_line_next(&line, &member));
	assert_true(json_line_whole(&line));
	assert_false(json_line_next(&line, &member));
}

static void
texts_are_fit_for_a_terminal(void **state)
{
	static const struct {
		const char *json, *text;
	} rows[] = {
		{ "{\"a\":\"\"}", "" },
		{ "{\"a\":\"\\\"\\\\\\/\"}", "\"\\/" },
		{ "{\"a\":\"\\u001b[31m\\n\"}", "?[31m?" },
		{ "{\"a\":\"\xc2\x9b\x7f\"}", "???" },
	};
	struct json_member member;
	struct json_line line;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char text[64];

		snprintf(text, sizeof text, "%s", rows[i].json);
		json_line_begin(&line, text, strlen(text));
		assert_true(json_line_next(&line, &member));
		assert_string_equal(member.text, rows[i].text);
	}
}

static void
only_whole_objects_are_whole(void **state)
{
	static const char *const bad[] = { "", " ", "[]", "{", "{}{}", "{} x", "{,}",
		"{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{\"a\":1 \"b\":2}", "{a:1}",
		"{\"a\":01}", "{\"a\":1.}", "{\"a\":.5}", "{\"a\":1e}", "{\"a\":+1}",
		"{\"a\":tru}", "{\"a\":nul", "{\"a\":\"\t\"}", "{\"a\":\"\\x\"}",
		"{\"a\":\"\\u12\"}", "{\"a\":\"", "{\"a\":\"\\", "{\"a\":[1,]}",
		"{\"a\":[1}]}", "{\"a\":{1:2}}" };

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (members(bad[i], strlen(bad[i])) >= 0)
			fail_msg("'%s'", bad[i]);
	assert_int_equal(members("{}\0", 3), -1);
	assert_int_equal(members(" { } ", 5), 0);
	for (size_t len = 0; len < strlen(ROUTE); len++)
		assert_int_equal(members(ROUTE, len), -1);
	assert_int_equal(members(ROUTE, strlen(ROUTE)), 8);
}

static void
nesting_has_a_limit(void **state)
{
	char text[200] = "{\"a\":";
	size_t begin = strlen(text), depth = JSON_LINE_DEPTH - 1;

	(void)state;
	memset(text + begin, '[', depth);
	memset(text + begin + depth, ']', depth);
	strcpy(text + begin + 2 * depth, "}");
	assert_int_equal(members(text, strlen(text)), 1);
	memset(text + begin, '[', depth + 1);
	memset(text + begin + depth + 1, ']', depth + 1);
	strcpy(text + begin + 2 * (depth + 1), "}");
	assert_int_equal(members(text, strlen(text)), -1);
}

/* A route with a few bytes changed is an object here if it is one for jansson. */
static void
it_agrees_with_a_full_parser(void **state)
{
	static const char bytes[] = "{}[]\",:\\ 01.-+eEtrufalsn";
	const size_t len = strlen(ROUTE);
	int good = 0;

	(void)state;
	srandom(1);
	for (int round = 0; round < ROUNDS; round++) {
		char text[] = ROUTE;
		json_t *twin;

		for (long n = random() % 4; n >= 0; n--)
			text[(size_t)random() % len] =
			    bytes[(size_t)random() % (sizeof bytes - 1)];
		twin = json_loadb(text, len, 0, NULL);
		if ((members(text, len) >= 0) != json_is_object(twin))
			fail_msg("%s", text);
		good += json_is_object(twin);
		json_decref(twin);
	}
	assert_in_range(good, ROUNDS / 20, ROUNDS - ROUNDS / 20);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(members_come_one_by_one),
		cmocka_unit_test(texts_are_fit_for_a_terminal),
		cmocka_unit_test(only_whole_objects_are_whole),
		cmocka_unit_test(nesting_has_a_limit),
		cmocka_unit_test(it_agrees_with_a_full_parser),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
