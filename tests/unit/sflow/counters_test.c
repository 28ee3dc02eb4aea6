#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "helpers/sflow_build.h"
#include "helpers/sflow_outcome.h"
#include "helpers/sflow_samples.h"
#include "sflow/sflow.h"

/* Fills a structure with values that tell its members apart. */
static void
number(void *words, size_t len)
{
	uint8_t *at = words;

	for (size_t i = 0; i < len; i++)
		at[i] = (uint8_t)(i * 7 + 1);
}

static void
counters_come_back(void **state)
{
	(void)state;
	for (int expanded = 0; expanded < 2; expanded++) {
		struct sflow_counters counters = { .source = { 0, 5 }, .sequence = 3 };
		uint8_t bytes[SAMPLE_BEGIN_MAX];
		struct wr wr = sample_begin(bytes, 1);
		size_t at = build_open(&wr, expanded ? 4 : 2);
		struct sflow_outcome outcome;
		const struct sflow_counters *back = &outcome.last.counters;

		number(&counters.interface, sizeof counters.interface);
		number(&counters.tables, sizeof counters.tables);
		build_counter_fields(&wr, expanded, &counters, 3);
		build_tables(&wr, &counters.tables);
		build_unknown_record(&wr, 2, 52);
		build_interface(&wr, &counters.interface);
		build_close(&wr, at);
		outcome = sflow_outcome(bytes, wr.len);
		assert_int_equal(outcome.kinds[SFLOW_COUNTERS], 1);
		assert_int_equal(back->source.class, 0);
		assert_int_equal(back->source.index, 5);
		assert_int_equal(back->sequence, 3);
		assert_true(back->has_interface && back->has_tables);
		/* neither structure has padding but behind its last word */
		assert_memory_equal(&back->interface, &counters.interface,
		    offsetof(struct sflow_interface, promiscuous) + 4);
		assert_memory_equal(
		    &back->tables, &counters.tables, sizeof counters.tables);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counters_come_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
