#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "http_args.h"

static void
percent_signs_are_decoded(void **state)
{
	static const struct {
		const char *in, *out; /* NULL: refused */
		bool plus;
	} rows[] = {
		{ "", "", false },
		{ "abc", "abc", false },
		{ "a%20b", "a b", false },
		{ "%2f%2F%7e", "//~", false },
		{ "%ff%80", "\xff\x80", false },
		{ "a+b", "a+b", false },
		{ "a+b%2b", "a b+", true },
		{ "%2525", "%25", false },
		{ "%00", NULL, false },
		{ "a%0", NULL, false },
		{ "a%", NULL, false },
		{ "%g0", NULL, false },
		{ "%0g", NULL, false },
		{ "%%41", NULL, false },
		{ "% 1", NULL, false },
		{ "%-1", NULL, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char text[64];

		strcpy(text, rows[i].in);
		assert_int_equal(http_decode(text, rows[i].plus), rows[i].out != NULL);
		if (rows[i].out)
			assert_string_equal(text, rows[i].out);
	}
}

static void
paths_match_by_segments(void **state)
{
	static const struct {
		const char *path, *pattern, *first, *second; /* pieces */
		bool match;
	} rows[] = {
		{ "/", "/", NULL, NULL, true },
		{ "/", "/{}", NULL, NULL, false },
		{ "/a", "/a", NULL, NULL, true },
		{ "/a/", "/a", NULL, NULL, false },
		{ "/a", "/a/", NULL, NULL, false },
		{ "//a", "/a", NULL, NULL, false },
		{ "/ab", "/a", NULL, NULL, false },
		{ "/a", "/ab", NULL, NULL, false },
		{ "/a/x/b", "/a/{}/b", "x", NULL, true },
		{ "/a//b", "/a/{}/b", NULL, NULL, false },
		{ "/a/x/y/b", "/a/{}/b", NULL, NULL, false },
		{ "/a/x%2Fy/b", "/a/{}/b", "x/y", NULL, true },
		{ "/%61/x", "/a/{}", "x", NULL, true },
		{ "/x/y", "/{}/{}", "x", "y", true },
		{ "/a/x", "/a/{}/b", NULL, NULL, false },
		{ "/{}", "/a", NULL, NULL, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const char *pieces[HTTP_SEGMENTS_MAX] = { NULL };
		char text[64], why[HTTP_ERROR_MAX];
		struct http_path path;

		strcpy(text, rows[i].path);
		assert_true(http_path_parse(text, &path, why));
		assert_int_equal(
		    http_path_match(&path, rows[i].pattern, pieces), rows[i].match);
		assert_int_equal(pieces[0] != NULL, rows[i].first != NULL);
		assert_int_equal(pieces[1] != NULL, rows[i].second != NULL);
		if (rows[i].first)
			assert_string_equal(pieces[0], rows[i].first);
		if (rows[i].second)
			assert_string_equal(pieces[1], rows[i].second);
	}
}

static void
bad_paths_are_refused(void **state)
{
	static const struct {
		const char *path, *why;
	} rows[] = {
		{ "", "the path does not begin with /" },
		{ "a/b", "the path does not begin with /" },
		{ "*", "the path does not begin with /" },
		{ "/a/%zz", "bad %-encoding in the path" },
		{ "/a/%00", "bad %-encoding in the path" },
		{ "/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17",
		    "the path has more than 16 segments" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char text[64], why[HTTP_ERROR_MAX];
		struct http_path path = { .n = 77 };

		strcpy(text, rows[i].path);
		assert_false(http_path_parse(text, &path, why));
		assert_string_equal(why, rows[i].why);
		assert_int_equal(path.n, 77);
	}
}

static struct http_args args;
static char why[HTTP_ERROR_MAX], query[4096];

static bool
parse(const char *text)
{
	memset(&args, 0, sizeof args);
	strcpy(why, "");
	strcpy(query, text);
	return http_args_parse(query, &args, why);
}

static void
queries_become_arguments(void **state)
{
	const char *text = NULL;

	(void)state;
	assert_true(parse(""));
	assert_int_equal(args.n, 0);
	assert_true(parse("&&a=1&&b&c=&d=x%26y+z&e=1=2&"));
	assert_int_equal(args.n, 5);
	assert_true(http_args_text(&args, "a", NULL, &text, why));
	assert_string_equal(text, "1");
	assert_true(http_args_text(&args, "b", NULL, &text, why));
	assert_string_equal(text, "");
	assert_true(http_args_text(&args, "c", NULL, &text, why));
	assert_string_equal(text, "");
	assert_true(http_args_text(&args, "d", NULL, &text, why));
	assert_string_equal(text, "x&y z");
	assert_true(http_args_text(&args, "e", NULL, &text, why));
	assert_string_equal(text, "1=2");
	assert_true(http_args_text(&args, "f", "else", &text, why));
	assert_string_equal(text, "else");

	assert_false(parse("a=%"));
	assert_string_equal(why, "bad %-encoding in the query");
	assert_false(parse("%00=1"));
	assert_false(
	    parse("a&a&a&a&a&a&a&a&a&a&a&a&a&a&a&a&a&a&a&a&a&a&a&a&a&a&a&a&a&a&a&a"
		  "&a"));
	assert_string_equal(why, "the query has more than 32 arguments");
}

static void
numbers_and_truth_are_strict(void **state)
{
	static const struct {
		const char *query, *why; /* NULL: good */
		uint64_t value;
	} rows[] = {
		{ "", NULL, 5 },
		{ "n=7", NULL, 7 },
		{ "m=7", NULL, 5 },
		{ "N=7", NULL, 5 },
		{ "n=x", "n: 'x' is not a number from 1 to 1000000", 0 },
		{ "n=", "n: '' is not a number from 1 to 1000000", 0 },
		{ "n", "n: '' is not a number from 1 to 1000000", 0 },
		{ "n=0", "n: '0' is not a number from 1 to 1000000", 0 },
		{ "n=1000001", "n: '1000001' is not a number from 1 to 1000000", 0 },
		{ "n=1&n=1", "n: given twice", 0 },
		{ "n=+1", "n: ' 1' is not a number from 1 to 1000000", 0 },
	};
	bool truth = false;
	uint64_t value;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		value = 77;
		assert_true(parse(rows[i].query));
		assert_int_equal(http_args_int(&args, "n", 1, 1000000, 5, &value, why),
		    !rows[i].why);
		assert_int_equal(value, rows[i].why ? 77 : rows[i].value);
		if (rows[i].why)
			assert_string_equal(why, rows[i].why);
	}
	assert_true(parse("a=true&b=1&c=false&d=0&e=yes&f"));
	assert_true(http_args_bool(&args, "a", false, &truth, why) && truth);
	assert_true(http_args_bool(&args, "c", true, &truth, why) && !truth);
	assert_true(http_args_bool(&args, "b", false, &truth, why) && truth);
	assert_true(http_args_bool(&args, "d", true, &truth, why) && !truth);
	assert_true(http_args_bool(&args, "g", true, &truth, why) && truth);
	assert_false(http_args_bool(&args, "e", true, &truth, why));
	assert_string_equal(why, "e: 'yes' is neither true nor false");
	assert_false(http_args_bool(&args, "f", true, &truth, why));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(percent_signs_are_decoded),
		cmocka_unit_test(paths_match_by_segments),
		cmocka_unit_test(bad_paths_are_refused),
		cmocka_unit_test(queries_become_arguments),
		cmocka_unit_test(numbers_and_truth_are_strict),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
