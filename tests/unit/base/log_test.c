#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/log.h"

static void
a_limit_allows_a_burst_and_then_a_trickle(void **state)
{
	struct log_limit limit = { .burst = 3, .interval_ms = 1000 };
	uint64_t now = 5000;
	int passed = 0;

	(void)state;
	for (int i = 0; i < 10; i++)
		passed += log_limit_pass(&limit, now);
	assert_int_equal(passed, 3);
	assert_int_equal(limit.suppressed, 7);
	assert_true(log_limit_pass(&limit, now + 1000));
	assert_false(log_limit_pass(&limit, now + 1001));
	now += 100000;
	for (passed = 0; log_limit_pass(&limit, now);)
		passed++;
	assert_int_equal(passed, 3);
}

static void
levels_have_names(void **state)
{
	enum log_level level = LOG_LEVEL_INFO;

	(void)state;
	assert_true(log_level_parse("debug", &level));
	assert_int_equal(level, LOG_LEVEL_DEBUG);
	assert_false(log_level_parse("loud", &level));
	assert_int_equal(level, LOG_LEVEL_DEBUG);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_limit_allows_a_burst_and_then_a_trickle),
		cmocka_unit_test(levels_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
