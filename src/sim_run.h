/*
 * A run of armsim: a RIB, its changes and a trace under a virtual clock, one policy
 * that chooses, and the judge.
 *
 * Time begins with the first datagram. What changes at an instant changes before what
 * is sampled at that instant; the samples of a datagram are judged by what is installed
 * when it comes, and what they cause happens a microsecond later. Changes of the RIB
 * older than the trace are made before it begins; those behind its end are still
 * played, but not counted.
 */
#ifndef SRC_SIM_RUN_H
#define SRC_SIM_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/prefix.h"
#include "sim_counts.h"
#include "sim_pcap.h"

struct config_router;
struct sim_out;
struct sim_rib;

enum sim_choice { SIM_ENGINE, SIM_SFLOW_RT, SIM_OPTIMUM };

struct sim_job {
	const struct config_router *config; /* borrowed, as all of these */
	bool only_agents;                   /* those of the configuration */
	struct sim_rib *rib;
	const char *sflow, *changes; /* paths; `changes` NULL: none */
	struct sim_out *events;      /* NULL: not wanted */
	uint16_t port;
	double skip_s;
	enum sim_choice policy;
};

struct sim_result {
	double trace_s, skipped_s;
	struct sim_counts counts; /* behind the skipped seconds */
	/* of the whole trace */
	size_t capacity[FAMILIES], fill_max[FAMILIES];
	uint64_t over;   /* changes that left more installed than the capacity */
	uint64_t unsafe; /* changes that left a packet to go the wrong way */
	uint64_t samples;
	uint64_t datagrams, ignored, faulty; /* of other agents; no sFlow 5 */
	struct sim_pcap_stats pcap;
	uint64_t changes_skipped; /* records of no use among the changes of the RIB */
	double cpu_s;             /* of the process, reading and judging included */
	double ticks_s;           /* of it, the choices of the policy */
	double tick_max_s;        /* the longest one */
	uint64_t ticks;
};

/* False, with a sentence in `reterr` (SIM_ERROR_MAX bytes). */
bool sim_run(const struct sim_job *job, struct sim_result *retresult, char *reterr);

#endif
