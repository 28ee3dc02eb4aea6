#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "sflow/sequence.h"

static void
assert_counts(const struct sflow_sequence *sequence, uint64_t lost, uint64_t late,
    uint64_t duplicates, uint64_t restarts)
{
	assert_int_equal(sequence->lost, lost);
	assert_int_equal(sequence->late, late);
	assert_int_equal(sequence->duplicates, duplicates);
	assert_int_equal(sequence->restarts, restarts);
}

static void
step(struct sflow_sequence *sequence, uint32_t value, enum sflow_step expected)
{
	assert_int_equal(sflow_sequence_step(sequence, value, false), expected);
}

static void
counts_on_across_the_wrap(void **state)
{
	struct sflow_sequence sequence = { 0 };

	(void)state;
	for (uint32_t i = 0; i < 200; i++)
		step(&sequence, i - 100, SFLOW_STEP_AHEAD);
	assert_counts(&sequence, 0, 0, 0, 0);
	step(&sequence, 103, SFLOW_STEP_AHEAD);
	assert_counts(&sequence, 3, 0, 0, 0);
}

static void
a_late_number_takes_back_its_loss(void **state)
{
	struct sflow_sequence sequence = { 0 };

	(void)state;
	step(&sequence, 1, SFLOW_STEP_AHEAD);
	step(&sequence, 4, SFLOW_STEP_AHEAD);
	assert_counts(&sequence, 2, 0, 0, 0);
	step(&sequence, 2, SFLOW_STEP_LATE);
	assert_counts(&sequence, 1, 1, 0, 0);
	step(&sequence, 2, SFLOW_STEP_DUPLICATE);
	step(&sequence, 4, SFLOW_STEP_DUPLICATE);
	step(&sequence, 1, SFLOW_STEP_DUPLICATE);
	step(&sequence, 0, SFLOW_STEP_DUPLICATE);
	assert_counts(&sequence, 1, 1, 4, 0);
	step(&sequence, 5, SFLOW_STEP_AHEAD);
	step(&sequence, 3, SFLOW_STEP_LATE);
	assert_counts(&sequence, 0, 2, 4, 0);
}

static void
the_window_has_an_end(void **state)
{
	struct sflow_sequence sequence = { 0 };

	(void)state;
	step(&sequence, 1000, SFLOW_STEP_AHEAD);
	step(&sequence, 1064, SFLOW_STEP_AHEAD);
	assert_counts(&sequence, 63, 0, 0, 0);
	step(&sequence, 1001, SFLOW_STEP_LATE);
	step(&sequence, 1000, SFLOW_STEP_RESTART);
	assert_counts(&sequence, 62, 1, 0, 1);
}

static void
a_wild_jump_is_no_loss(void **state)
{
	struct sflow_sequence sequence = { 0 };

	(void)state;
	step(&sequence, 7, SFLOW_STEP_AHEAD);
	step(&sequence, 7 + SFLOW_SEQUENCE_JUMP, SFLOW_STEP_AHEAD);
	assert_counts(&sequence, SFLOW_SEQUENCE_JUMP - 1, 0, 0, 0);
	step(&sequence, 8 + 2 * SFLOW_SEQUENCE_JUMP, SFLOW_STEP_RESTART);
	assert_counts(&sequence, SFLOW_SEQUENCE_JUMP - 1, 0, 0, 1);
	step(&sequence, 9 + 2 * SFLOW_SEQUENCE_JUMP, SFLOW_STEP_AHEAD);
}

static void
a_hint_makes_a_restart_of_all_but_the_next(void **state)
{
	struct sflow_sequence sequence = { 0 };

	(void)state;
	assert_int_equal(sflow_sequence_step(&sequence, 10, true), SFLOW_STEP_AHEAD);
	assert_int_equal(sflow_sequence_step(&sequence, 11, true), SFLOW_STEP_AHEAD);
	assert_int_equal(sflow_sequence_step(&sequence, 13, true), SFLOW_STEP_RESTART);
	assert_int_equal(sflow_sequence_step(&sequence, 5, true), SFLOW_STEP_RESTART);
	assert_int_equal(sflow_sequence_step(&sequence, 5, true), SFLOW_STEP_RESTART);
	assert_counts(&sequence, 0, 0, 0, 3);
}

static void
rewound_it_takes_any_number(void **state)
{
	struct sflow_sequence sequence = { 0 };

	(void)state;
	step(&sequence, 50, SFLOW_STEP_AHEAD);
	step(&sequence, 53, SFLOW_STEP_AHEAD);
	sflow_sequence_rewind(&sequence);
	step(&sequence, 1, SFLOW_STEP_AHEAD);
	step(&sequence, 0, SFLOW_STEP_DUPLICATE);
	assert_counts(&sequence, 2, 0, 1, 0);
}

/* Against a list of all numbers seen. */
static void
agrees_with_a_naive_twin(void **state)
{
	enum { STEPS = 20000, NUMBERS = 1 << 17 };
	static uint8_t seen[NUMBERS];

	(void)state;
	srand(2);
	for (uint32_t start = 0; start < 4; start++) {
		struct sflow_sequence sequence = { 0 };
		uint32_t base = start * 0x40000000u - 50000;
		unsigned last = 0, late = 0, duplicates = 0, distinct = 1;

		memset(seen, 0, sizeof seen);
		seen[0] = 1;
		step(&sequence, base, SFLOW_STEP_AHEAD);
		for (int i = 0; i < STEPS; i++) {
			unsigned back = rand() % 3 ? 0 : (unsigned)rand() % 64;
			unsigned value = last + (unsigned)rand() % 9 + 1;

			if (back > last)
				continue;
			if (back || rand() % 20 == 0)
				value = last - back;
			if (seen[value])
				duplicates++;
			else if (value < last)
				late++;
			step(&sequence, base + value,
			    seen[value]    ? SFLOW_STEP_DUPLICATE
			    : value < last ? SFLOW_STEP_LATE
					   : SFLOW_STEP_AHEAD);
			distinct += !seen[value];
			seen[value] = 1;
			if (value > last)
				last = value;
			assert_counts(
			    &sequence, last + 1 - distinct, late, duplicates, 0);
		}
		assert_true(last < NUMBERS);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_on_across_the_wrap),
		cmocka_unit_test(a_late_number_takes_back_its_loss),
		cmocka_unit_test(the_window_has_an_end),
		cmocka_unit_test(a_wild_jump_is_no_loss),
		cmocka_unit_test(a_hint_makes_a_restart_of_all_but_the_next),
		cmocka_unit_test(rewound_it_takes_any_number),
		cmocka_unit_test(agrees_with_a_naive_twin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
