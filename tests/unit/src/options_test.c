#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "config.h"
#include "helpers/words.h"
#include "options.h"

static bool
parse(const char *line, struct options *ret, char *why, size_t size)
{
	char *argv[WORDS_MAX];
	int argc = words_split("armd", line, argv);

	return options_parse(argc, argv, ret, why, size);
}

static void
options_are_read(void **state)
{
	struct options options;
	char why[128] = "";

	(void)state;
	assert_true(parse("", &options, why, sizeof why));
	assert_string_equal(options.config, CONFIG_PATH);
	assert_false(options.check || options.debug || options.help || options.version);
	assert_true(parse("-nc a.conf -d", &options, why, sizeof why));
	assert_string_equal(options.config, "a.conf");
	assert_true(options.check && options.debug);
	assert_true(parse("-h", &options, why, sizeof why) && options.help);
	assert_true(parse("--help", &options, why, sizeof why) && options.help);
	assert_true(parse("-V", &options, why, sizeof why) && options.version);
	assert_true(parse("--version", &options, why, sizeof why) && options.version);
}

static void
what_is_unknown_is_named(void **state)
{
	static const struct {
		const char *line, *why;
	} rows[] = {
		{ "-x", "there is no option -x" },
		{ "--hlep", "there is no option --hlep" },
		{ "-n -c", "-c takes a file" },
		{ "start", "'start' is no option" },
		{ "-n -- -c", "'-c' is no option" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct options options = { .config = "untouched" };
		char why[128] = "";

		assert_false(parse(rows[i].line, &options, why, sizeof why));
		assert_string_equal(why, rows[i].why);
		assert_string_equal(options.config, "untouched");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_are_read),
		cmocka_unit_test(what_is_unknown_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
