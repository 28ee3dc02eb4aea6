#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "show_routes.h"

#define LIST                                                                         \
	"{\"prefix\": \"192.0.2.0/24\", \"nexthop\": \"198.51.100.1\", \"aspath\": " \
	"\"65001-65002\", \"installed\": true, \"bytes_per_second\": 155000.0}\n"    \
	"{\"prefix\": \"198.51.100.128/25\", \"installed\": false}\n"                \
	"{\"more\": true}\n"
#define TEXT                                                              \
	"  prefix              next hop           traffic  AS path\n"     \
	"* 192.0.2.0/24        198.51.100.1     1.24 Mb/s  65001-65002\n" \
	"  198.51.100.128/25   -                        -  -\n"           \
	"\n2 routes, and there are more\n"

/* What is printed for `bytes` that come `at_once`; the caller frees. */
static char *
shown(const char *bytes, size_t at_once, bool *retgood)
{
	char *text = NULL;
	size_t size, len = strlen(bytes);
	struct show_routes routes = { .out = open_memstream(&text, &size) };

	for (size_t i = 0; i < len; i += at_once)
		show_routes_take(
		    &routes, bytes + i, len - i < at_once ? len - i : at_once);
	*retgood = show_routes_end(&routes);
	fclose(routes.out);
	return text;
}

static void
lines_become_rows_however_they_come(void **state)
{
	static const size_t sizes[] = { 1, 2, 7, 100, 1000 };

	(void)state;
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		bool good;
		char *text = shown(LIST, sizes[i], &good);

		assert_true(good);
		assert_string_equal(text, TEXT);
		free(text);
	}
}

static void
ipv6_has_wider_columns(void **state)
{
	bool good;
	char *text = shown("{\"prefix\": \"2001:db8::/32\", \"nexthop\": "
			   "\"fe80::1\", \"aspath\": \"\"}\n{\"more\": false}\n",
	    64, &good);

	(void)state;
	assert_true(good);
	assert_string_equal(text,
	    "  prefix                      next hop                      traffic  AS "
	    "path\n"
	    "  2001:db8::/32               fe80::1                             -  -\n"
	    "\n1 route\n");
	free(text);
}

static void
a_list_must_be_whole(void **state)
{
	static const char *const rows[] = { "", "{\"prefix\": \"::/0\"}\n", "{}",
		"<html>\n", "[]\n{\"more\": false}\n", "{\"more\": false}\n{}\n",
		"{\"more\": false}\n{", "{\"prefix\": \n{\"more\": false}\n" };
	bool good;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		free(shown(rows[i], 3, &good));
		if (good)
			fail_msg("'%s'", rows[i]);
	}
	free(shown("{\"more\": false}\n", 3, &good));
	assert_true(good);
}

static void
what_could_steer_a_terminal_is_not_printed(void **state)
{
	bool good;
	char *text = shown("{\"prefix\": \"\\u001b[31m\", \"nexthop\": 7, \"aspath\": "
			   "[]}\n{\"more\": 0}\n",
	    9, &good);

	(void)state;
	assert_true(good);
	assert_null(strchr(text, '\033'));
	free(text);
}

static void
a_full_disk_ends_it(void **state)
{
	struct show_routes routes = { .out = fopen("/dev/full", "w") };
	int lines = 0;

	(void)state;
	assert_non_null(routes.out);
	while (show_routes_take(&routes, "{\"prefix\": \"::/0\"}\n", 19))
		assert_in_range(++lines, 1, 10000);
	show_routes_end(&routes);
	fclose(routes.out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_become_rows_however_they_come),
		cmocka_unit_test(ipv6_has_wider_columns),
		cmocka_unit_test(a_list_must_be_whole),
		cmocka_unit_test(what_could_steer_a_terminal_is_not_printed),
		cmocka_unit_test(a_full_disk_ends_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
