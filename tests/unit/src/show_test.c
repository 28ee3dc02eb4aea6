#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "show.h"

typedef bool show_function(const char *json, FILE *out);

static const struct {
	const char *name;
	show_function *show;
} kinds[] = {
	{ "status", show_status },
	{ "top", show_top },
	{ "lookup", show_lookup },
	{ "explain", show_explain },
	{ "refresh", show_refresh },
	{ "capacity", show_capacity },
	{ "record", show_record },
	{ "sessions", show_sessions },
};

static char *
slurp(const char *name, const char *ending)
{
	char path[128];
	char *text = calloc(1, 1 << 16);
	FILE *file;

	snprintf(path, sizeof path, "tests/data/armctl/%s.%s", name, ending);
	file = fopen(path, "r");
	assert_non_null(file);
	assert_true(fread(text, 1, (1 << 16) - 1, file) > 0);
	fclose(file);
	return text;
}

/* What is printed for `json`, NULL if it is refused. The caller frees. */
static char *
shown(show_function *show, const char *json)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);
	bool good = show(json, out);

	fclose(out);
	if (good)
		return text;
	assert_int_equal(len, 0);
	free(text);
	return NULL;
}

static void
replies_are_shown_as_agreed(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		char *json = slurp(kinds[i].name, "json");
		char *want = slurp(kinds[i].name, "golden");
		char *got = shown(kinds[i].show, json);

		assert_string_equal(got, want);
		assert_null(strchr(got, '\033'));
		free(json);
		free(want);
		free(got);
	}
}

/* Each field in turn is renamed away, or its value made null: there is an answer. */
static void
missing_fields_are_tolerated(void **state)
{
	size_t rounds = 0;

	(void)state;
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		char *json = slurp(kinds[i].name, "json");

		for (char *at = json; (at = strstr(at, "\": ")); at += 3) {
			char kept = at[-1];
			char *got;

			at[-1] = '~';
			got = shown(kinds[i].show, json);
			assert_non_null(got);
			free(got);
			at[-1] = kept;
			rounds++;
		}
		free(json);
	}
	assert_true(rounds > 60);
}

static void
types_that_surprise_are_tolerated(void **state)
{
	static const char *const rows[] = { "{}", "{\"routers\": 7}",
		"{\"routers\": [null, 7, [], {\"sessions\": {}}]}",
		"{\"routers\": [{\"sessions\": [1, {\"families\": 4, \"port\": -1e300, "
		"\"uptime\": 1e300, \"state\": {}}], \"ipv4\": [], \"agents\": [2]}]}",
		"{\"topPrefixes\": [1, [], {\"prefix\": 4, \"value\": \"x\"}]}",
		"{\"topPrefixes\": 1, \"valueTotal\": \"x\"}",
		"{\"hardware\": 4, \"installed\": 7, \"correct\": \"perhaps\"}",
		"{\"sessions\": [1, {\"capabilities\": [[]], \"timers\": 5, \"state\": 7}]}",
		"{\"sessions\": {\"messages\": []}}",
		"{\"uptime\": -5, \"version\": \"\\u0007\"}" };

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
			char *got = shown(kinds[k].show, rows[i]);

			assert_non_null(got);
			assert_null(strchr(got, '\a'));
			free(got);
		}
	}
}

static void
what_is_no_object_is_refused(void **state)
{
	static const char *const rows[] = { "", "[]", "7", "{", "null", "<html>" };
	size_t count;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
			assert_null(shown(kinds[k].show, rows[i]));
		assert_null(show_error(rows[i]));
		assert_null(show_router_names(rows[i], &count));
	}
}

static void
errors_and_names_are_found(void **state)
{
	char *text = show_error("{\"error\": \"no\\u001b such\\nrouter\"}");
	size_t count = 77;

	(void)state;
	assert_string_equal(text, "no? such?router");
	free(text);
	assert_null(show_error("{\"error\": 7}"));

	text = show_router_names("{\"routers\": []}", &count);
	assert_string_equal(text, "");
	assert_int_equal(count, 0);
	free(text);
	text = show_router_names(
	    "{\"routers\": [{\"name\": \"a\"}, {\"name\": \"b\"}]}", &count);
	assert_string_equal(text, "a b");
	assert_int_equal(count, 2);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(replies_are_shown_as_agreed),
		cmocka_unit_test(missing_fields_are_tolerated),
		cmocka_unit_test(types_that_surprise_are_tolerated),
		cmocka_unit_test(what_is_no_object_is_refused),
		cmocka_unit_test(errors_and_names_are_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
