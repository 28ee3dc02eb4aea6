/* Whole runs over the small scenario in tests/data/armsim. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "helpers/pcap_file.h"
#include "sim_out.h"
#include "sim_rib.h"
#include "sim_run.h"

#define DATA "tests/data/armsim/"

static const char text[] =
    "router \"r\" { as = 64512  router-id = 192.0.2.1\n"
    "rib \"rib\" { neighbor = 192.0.2.2  local = 192.0.2.1 }\n"
    "target \"target\" { neighbor = 192.0.2.3  local = 192.0.2.1 }\n"
    "ipv4 { capacity = 20 } ipv6 { capacity = 10 } }\n";

struct stage {
	struct config *config;
	struct sim_rib rib;
	struct sim_job job;
	struct sim_result result;
	char events[64];
	char why[SIM_ERROR_MAX];
};

static int
set_up(void **state)
{
	struct stage *stage = calloc(1, sizeof *stage);

	assert_true(config_parse_text(
	    "c", text, &stage->config, stage->why, sizeof stage->why));
	sim_rib_init(&stage->rib, false);
	assert_true(sim_rib_read(&stage->rib, DATA "rib.txt", stage->why));
	strcpy(stage->events, "/tmp/armsim-test-XXXXXX");
	close(mkstemp(stage->events));
	stage->job = (struct sim_job){
		.config = stage->config->routers,
		.rib = &stage->rib,
		.sflow = DATA "trace.pcap.gz",
		.changes = DATA "changes.txt",
		.port = 6343,
		.skip_s = 10,
	};
	*state = stage;
	return 0;
}

static int
tear_down(void **state)
{
	struct stage *stage = *state;

	unlink(stage->events);
	sim_rib_fini(&stage->rib);
	config_free(stage->config);
	free(stage);
	return 0;
}

/* Runs, and returns what was written of it; the caller frees. */
static char *
run(struct stage *stage, size_t *retlen)
{
	stage->job.events = sim_out_open(stage->events, stage->why);
	assert_non_null(stage->job.events);
	assert_true(sim_run(&stage->job, &stage->result, stage->why));
	assert_true(sim_out_commit(stage->job.events, stage->why));
	return (char *)file_read(stage->events, retlen);
}

static void
the_engine_does_what_it_did(void **state)
{
	struct stage *stage = *state;
	size_t len, golden_len;
	char *events = run(stage, &len);
	char *golden = (char *)file_read(DATA "events.golden", &golden_len);

	assert_non_null(golden);
	assert_int_equal(len, golden_len);
	assert_memory_equal(events, golden, len);
	assert_int_equal(stage->result.unsafe, 0);
	assert_int_equal(stage->result.over, 0);
	assert_true(stage->result.counts.misforwarded == 0);
	assert_int_equal(stage->result.samples, 3600);
	assert_true(stage->result.skipped_s == 10);
	free(events);
	free(golden);
}

static void
the_same_run_is_the_same(void **state)
{
	struct stage *stage = *state;
	size_t len, again_len;
	char *events = run(stage, &len), *again = run(stage, &again_len);

	assert_int_equal(len, again_len);
	assert_memory_equal(events, again, len);
	free(events);
	free(again);
}

/* Nothing does better than the optimum, as long as the RIB stands still. */
static void
the_optimum_is_best(void **state)
{
	struct stage *stage = *state;
	double correct[3];

	stage->job.changes = NULL;
	for (int i = 0; i < 3; i++) {
		const enum sim_choice choices[] = { SIM_OPTIMUM, SIM_ENGINE,
			SIM_SFLOW_RT };

		stage->job.policy = choices[i];
		stage->job.skip_s = 0;
		assert_true(sim_run(&stage->job, &stage->result, stage->why));
		correct[i] = stage->result.counts.correct / stage->result.counts.bytes;
		if (choices[i] != SIM_SFLOW_RT) {
			assert_int_equal(stage->result.unsafe, 0);
			assert_int_equal(stage->result.over, 0);
		}
	}
	assert_true(correct[0] > correct[1] && correct[1] > correct[2]);
	assert_true(correct[2] > 0.5);
}

static void
agents_and_ports_are_heeded(void **state)
{
	struct stage *stage = *state;
	struct addr nobody;

	assert_true(addr_parse("192.0.2.99", &nobody));
	stage->config->routers->agents = realloc(
	    stage->config->routers->agents, sizeof nobody);
	stage->config->routers->agents[0] = nobody;
	stage->config->routers->n_agents = 1;
	assert_true(sim_run(&stage->job, &stage->result, stage->why));
	assert_int_equal(stage->result.samples, 3600);
	stage->job.only_agents = true;
	assert_true(sim_run(&stage->job, &stage->result, stage->why));
	assert_int_equal(stage->result.samples, 0);
	assert_int_equal(stage->result.ignored, stage->result.datagrams);
}

static void
other_ports_hold_nothing(void **state)
{
	struct stage *stage = *state;

	stage->job.port = 6344;
	assert_false(sim_run(&stage->job, &stage->result, stage->why));
	assert_non_null(strstr(stage->why, "there is no sFlow to UDP port 6344"));
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(the_engine_does_what_it_did),
		TEST(the_same_run_is_the_same),
		TEST(the_optimum_is_best),
		TEST(agents_and_ports_are_heeded),
		TEST(other_ports_hold_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
