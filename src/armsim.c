/*
 * armsim: what the engine would have done with a RIB and a trace. See armsim(1).
 *
 * Exit status: 0, or 1 a file is bad, 2 bad usage.
 */
#include <stdio.h>
#include <string.h>

#include "config.h"
#include "sim_options.h"
#include "sim_out.h"
#include "sim_report.h"
#include "sim_rib.h"
#include "sim_run.h"
#include "version.h"

/* A configuration that leaves everything to its defaults. */
static const char defaults[] =
    "router \"armsim\" { as = 64512  router-id = 192.0.2.1\n"
    "rib \"rib\" { neighbor = 192.0.2.2  local = 192.0.2.1 }\n"
    "target \"target\" { neighbor = 192.0.2.3  local = 192.0.2.1 } }\n";

static bool
configure(const struct sim_options *options, struct config **ret, char *reterr)
{
	struct config *config;
	bool done = options->config
			? config_read(options->config, &config, reterr, SIM_ERROR_MAX)
			: config_parse_text(
			      "defaults", defaults, &config, reterr, SIM_ERROR_MAX);

	if (!done)
		return false;
	if (config->n_routers == 0) {
		snprintf(reterr, SIM_ERROR_MAX, "%s: there is no router in it",
		    options->config);
		config_free(config);
		return false;
	}
	for (int f = 0; f < FAMILIES; f++)
		if (options->has_capacity[f])
			config->routers->families[f].capacity = options->capacity[f];
	*ret = config;
	return true;
}

/* Plays once, or once for each capacity. */
static bool
play(const struct sim_options *options, struct config_router *config,
    struct sim_job *job, struct sim_result *results, size_t n, char *reterr)
{
	for (size_t i = 0; i < n; i++) {
		if (options->n_sweep)
			config->families[FAMILY_IPV4].capacity = options->sweep[i];
		if (!sim_run(job, &results[i], reterr))
			return false;
	}
	return true;
}

static bool
report(const struct sim_options *options, const struct sim_job *job,
    const struct sim_result *results, size_t n, char *reterr)
{
	struct sim_out *out = NULL;

	if (options->report) {
		out = sim_out_open(options->report, reterr);
		if (!out)
			return false;
		sim_report_json(sim_out_stream(out), job, results, n);
		if (!sim_out_commit(out, reterr))
			return false;
	}
	sim_report_table(stdout, job, results, n);
	if (fflush(stdout) != 0) {
		snprintf(reterr, SIM_ERROR_MAX, "the table could not be written");
		return false;
	}
	return true;
}

static bool
simulate(const struct sim_options *options, struct config *config, char *reterr)
{
	struct sim_result results[SIM_SWEEP_MAX];
	size_t n = options->n_sweep ? options->n_sweep : 1;
	struct sim_rib rib;
	struct sim_job job = {
		.config = config->routers,
		.only_agents = options->config != NULL && config->routers->n_agents,
		.rib = &rib,
		.sflow = options->sflow,
		.changes = options->changes,
		.port = options->port,
		.skip_s = options->skip_s,
		.policy = options->policy,
	};
	bool done;

	sim_rib_init(&rib, options->multipath);
	done = sim_rib_read(&rib, options->rib, reterr);
	if (done && options->events) {
		job.events = sim_out_open(options->events, reterr);
		done = job.events != NULL;
	}
	done = done && play(options, config->routers, &job, results, n, reterr);
	if (!done) {
		sim_out_abort(job.events);
	} else {
		done = !job.events || sim_out_commit(job.events, reterr);
		done = done && report(options, &job, results, n, reterr);
	}
	sim_rib_fini(&rib);
	return done;
}

int
main(int argc, char **argv)
{
	char error[SIM_ERROR_MAX];
	struct sim_options options;
	struct config *config;
	bool done;

	if (!sim_options_parse(argc, argv, &options, error, sizeof error)) {
		fprintf(stderr, "armsim: %s\n%s", error, argc == 1 ? SIM_USAGE : "");
		return 2;
	}
	if (options.help || options.version) {
		printf("%s", options.help ? SIM_USAGE : "armsim " ARMD_VERSION "\n");
		return 0;
	}
	done = configure(&options, &config, error);
	if (done) {
		done = simulate(&options, config, error);
		config_free(config);
	}
	if (!done)
		fprintf(stderr, "armsim: %s\n", error);
	return !done;
}
