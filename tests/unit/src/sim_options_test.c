#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "helpers/words.h"
#include "sim_options.h"

static bool
parse(const char *line, struct sim_options *ret, char *why, size_t size)
{
	char *argv[WORDS_MAX];
	int argc = words_split("armsim", line, argv);

	return sim_options_parse(argc, argv, ret, why, size);
}

static void
options_are_read(void **state)
{
	struct sim_options options;
	char why[128] = "";

	(void)state;
	assert_true(parse("--rib a --sflow b", &options, why, sizeof why));
	assert_string_equal(options.rib, "a");
	assert_string_equal(options.sflow, "b");
	assert_null(options.changes);
	assert_null(options.config);
	assert_int_equal(options.port, 6343);
	assert_int_equal(options.skip_s, 120);
	assert_int_equal(options.policy, SIM_ENGINE);
	assert_false(options.has_capacity[FAMILY_IPV4]);
	assert_true(parse("--rib=a --sflow b --rib-changes c -c d --capacity 1 "
			  "--capacity6 0 --policy sflow-rt --multipath --port 1 --skip "
			  "0 --events e --report f",
	    &options, why, sizeof why));
	assert_string_equal(options.changes, "c");
	assert_string_equal(options.config, "d");
	assert_string_equal(options.events, "e");
	assert_string_equal(options.report, "f");
	assert_true(options.has_capacity[0] && options.has_capacity[1]);
	assert_int_equal(options.capacity[FAMILY_IPV4], 1);
	assert_int_equal(options.capacity[FAMILY_IPV6], 0);
	assert_int_equal(options.policy, SIM_SFLOW_RT);
	assert_true(options.multipath);
	assert_int_equal(options.port, 1);
	assert_int_equal(options.skip_s, 0);
	assert_true(
	    parse("--rib a --sflow b --sweep 10,2000,0", &options, why, sizeof why));
	assert_int_equal(options.n_sweep, 3);
	assert_int_equal(options.sweep[1], 2000);
	assert_true(parse("-V", &options, why, sizeof why));
	assert_true(options.version);
}

static void
bad_options_are_named(void **state)
{
	static const struct {
		const char *line, *why;
	} rows[] = {
		{ "", "--rib and --sflow say what to play" },
		{ "--rib a", "--rib and --sflow say what to play" },
		{ "--rib", "--rib takes a value" },
		{ "--rob a", "there is no option --rob" },
		{ "--rib a --sflow b c", "'c' is no option" },
		{ "--capacity many",
		    "--capacity: 'many' is not a number from 0 to 4000000" },
		{ "--capacity 4000001",
		    "--capacity: '4000001' is not a number from 0 to 4000000" },
		{ "--port 0", "--port: '0' is not a number from 1 to 65535" },
		{ "--policy best",
		    "--policy: 'best' is not engine, sflow-rt or optimum" },
		{ "--sweep 1,,2",
		    "--sweep: '1,,2' is not a list of capacities like 1000,2000" },
		{ "--rib a --sflow b --sweep 1 --events c",
		    "--events is for one run, not for a --sweep" },
	};
	struct sim_options options;
	char why[128];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_false(parse(rows[i].line, &options, why, sizeof why));
		assert_string_equal(why, rows[i].why);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_are_read),
		cmocka_unit_test(bad_options_are_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
