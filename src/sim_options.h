/* The command line of armsim. */
#ifndef SRC_SIM_OPTIONS_H
#define SRC_SIM_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/prefix.h"
#include "sim_run.h"

#define SIM_SWEEP_MAX 64

struct sim_options { /* texts are borrowed from argv */
	const char *rib, *sflow, *changes;
	const char *config;          /* NULL: the defaults */
	const char *events, *report; /* NULL: not wanted */
	bool has_capacity[FAMILIES];
	uint32_t capacity[FAMILIES];
	uint32_t sweep[SIM_SWEEP_MAX]; /* capacities, IPv4 */
	size_t n_sweep;
	enum sim_choice policy;
	uint16_t port;
	uint32_t skip_s;
	bool multipath;
	bool help, version;
};

#define SIM_USAGE                                                                     \
	"usage: armsim --rib FILE --sflow FILE [--rib-changes FILE] [-c armd.conf]\n" \
	"              [--capacity N] [--capacity6 N] [--sweep N,N,...]\n"            \
	"              [--policy engine|sflow-rt|optimum] [--multipath]\n"            \
	"              [--port N] [--skip SECONDS] [--events FILE] [--report FILE]\n" \
	"See armsim(1).\n"

/* False with a sentence in `reterr` (`size` bytes). */
bool sim_options_parse(
    int argc, char **argv, struct sim_options *ret, char *reterr, size_t size);

/* "engine", "sflow-rt", "optimum" */
const char *sim_choice_name(enum sim_choice choice);

#endif
