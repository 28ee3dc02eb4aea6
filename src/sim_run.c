#include "sim_run.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/mem.h"
#include "config.h"
#include "engine_config.h"
#include "rib/attrs.h"
#include "rib/nexthop.h"
#include "rib/rib.h"
#include "sflow/sflow.h"
#include "sim_bursts.h"
#include "sim_changes.h"
#include "sim_event.h"
#include "sim_judge.h"
#include "sim_out.h"
#include "sim_policy.h"
#include "sim_rib.h"

#define SECOND_US 1000000ull

/* What is counted apart. */
enum phase { PHASE_SKIPPED, PHASE_COUNTED, PHASE_BEHIND };

struct event { /* an announcement, or with key 0 a withdrawal */
	struct prefix prefix;
	uint32_t key; /* a reference */
};

struct run {
	const struct sim_job *job;
	struct sim_result *result;
	struct sim_judge judge;
	struct sim_bursts bursts;
	const struct sim_policy *policy;
	void *chooser;
	struct sim_pcap *pcap;
	struct sim_changes *changes; /* NULL: none, or no more */
	struct sim_change change;    /* the next one */
	uint64_t start_us, tick_us;  /* of the trace; of the next tick */
	uint64_t stamp_us;           /* of the latest event */
	struct sim_counts counts[3]; /* of each phase */
	enum phase phase;
	struct event *events; /* of the present call */
	size_t events_len, events_cap;
	struct rib_packet *packets; /* of the present datagram */
	size_t packets_len, packets_cap;
	struct sim_verdict *verdicts; /* of these packets */
	size_t verdicts_cap;
	char *reterr;
};

static double
seconds(const struct run *run, uint64_t us)
{
	return (double)(us - run->start_us) * 1e-6;
}

static double
cpu_s(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* --- what the policy does --- */

static void
take_event(void *arg, const struct prefix *prefix, uint32_t key)
{
	struct run *run = arg;

	fwkey_ref(run->judge.keys, key);
	run->events = mem_grow(
	    run->events, run->events_len, &run->events_cap, sizeof *run->events);
	run->events[run->events_len++] = (struct event){ *prefix, key };
}

static void
count_fill(struct run *run)
{
	struct sim_result *result = run->result;
	bool over = false;

	for (int f = 0; f < FAMILIES; f++) {
		size_t n = run->judge.installed[f].count;

		if (n > result->fill_max[f])
			result->fill_max[f] = n;
		over |= n > result->capacity[f];
	}
	result->over += over;
}

/*
 * Hands the judge what the policy has just done, at `us` or later. What repairs a
 * change of the RIB is safe when it is done, all else after each single event.
 */
static void
play_events(struct run *run, uint64_t us, const struct prefix *repaired)
{
	bool safe = true;

	if (us > run->stamp_us)
		run->stamp_us = us;
	for (size_t i = 0; i < run->events_len; i++) {
		const struct event *event = &run->events[i];

		sim_judge_install(&run->judge, &event->prefix, event->key);
		count_fill(run);
		if (!repaired)
			run->result->unsafe += !sim_judge_is_safe(
			    &run->judge, &event->prefix);
		run->counts[run->phase].announced += event->key != 0;
		run->counts[run->phase].withdrawn += event->key == 0;
		if (run->job->events)
			sim_event_write(sim_out_stream(run->job->events),
			    run->judge.keys, run->stamp_us, &event->prefix, event->key);
	}
	for (size_t i = 0; repaired && i < run->events_len; i++)
		safe &= sim_judge_is_safe(&run->judge, &run->events[i].prefix);
	if (repaired)
		safe &= sim_judge_is_safe(&run->judge, repaired);
	run->result->unsafe += !safe;
	for (size_t i = 0; i < run->events_len; i++)
		fwkey_unref(run->judge.keys, run->events[i].key);
	run->events_len = 0;
}

/* --- the RIB --- */

static void
set_route(struct run *run, const struct prefix *prefix, uint32_t attrs)
{
	sim_judge_route(&run->judge, prefix, sim_rib_key(run->job->rib, attrs));
	run->policy->route(run->chooser, prefix, attrs);
}

static void
load_rib(struct run *run)
{
	for (int f = 0; f < FAMILIES; f++) {
		struct bits bits = { 0, 0 };
		unsigned len = TRIE_START;
		uint32_t attrs;

		while (trie_next(&run->job->rib->routes[f], &bits, &len, &attrs)) {
			struct prefix prefix = prefix_make((enum family)f, bits, len);

			set_route(run, &prefix, attrs);
		}
	}
}

/* Reads the next change of the RIB, if there is one. */
static bool
read_change(struct run *run)
{
	int status;

	if (!run->changes)
		return true;
	status = sim_changes_next(run->changes, &run->change, run->reterr);
	if (status <= 0) {
		run->result->changes_skipped = sim_changes_skipped(run->changes);
		sim_changes_close(run->changes);
		run->changes = NULL;
	}
	return status >= 0;
}

static bool
play_change(struct run *run)
{
	set_route(run, &run->change.prefix, run->change.attrs);
	run->counts[run->phase].rib_changes++;
	play_events(run, run->change.us, &run->change.prefix);
	return read_change(run);
}

/* --- time --- */

static void
play_tick(struct run *run)
{
	double begun = cpu_s(CLOCK_PROCESS_CPUTIME_ID), spent;

	run->policy->tick(run->chooser, seconds(run, run->tick_us));
	spent = cpu_s(CLOCK_PROCESS_CPUTIME_ID) - begun;
	run->result->ticks++;
	run->result->ticks_s += spent;
	run->result->tick_max_s = fmax(run->result->tick_max_s, spent);
	play_events(run, run->tick_us, NULL);
	run->tick_us += SECOND_US;
}

/* All that happens until `us`. */
static bool
play_until(struct run *run, uint64_t us)
{
	for (;;) {
		bool change = run->changes && run->change.us <= us &&
			      run->change.us <= run->tick_us;

		if (!change && run->tick_us > us)
			return true;
		if (!change)
			play_tick(run);
		else if (!play_change(run))
			return false;
	}
}

/* The first datagram came: the RIB is as it was then, and the policy begins. */
static bool
begin(struct run *run, uint64_t us)
{
	run->start_us = us;
	run->tick_us = us + SECOND_US;
	while (run->changes && run->change.us < us) {
		set_route(run, &run->change.prefix, run->change.attrs);
		if (!read_change(run))
			return false;
	}
	if (run->job->policy == SIM_OPTIMUM) {
		/* a set that never changes can only be right for one RIB */
		sim_changes_close(run->changes);
		run->changes = NULL;
	}
	run->policy->begin(run->chooser);
	play_events(run, us, NULL);
	return true;
}

/* --- samples --- */

static void
count_packet(struct run *run, const struct rib_packet *packet,
    struct sim_verdict verdict, double now)
{
	run->result->samples++;
	sim_counts_packet(&run->counts[run->phase], packet->bytes, verdict);
	if (verdict.route)
		sim_bursts_sample(&run->bursts, verdict.route, verdict.right, now);
}

static void
judge_packets(struct run *run, double now)
{
	if (run->verdicts_cap < run->packets_len) {
		run->verdicts_cap = run->packets_cap;
		run->verdicts = mem_resize(
		    run->verdicts, run->verdicts_cap, sizeof *run->verdicts);
	}
	sim_judge_packets(&run->judge, run->packets, run->packets_len, run->verdicts);
	for (size_t i = 0; i < run->packets_len; i++)
		count_packet(run, &run->packets[i], run->verdicts[i], now);
}

static bool
is_ours(const struct run *run, const struct addr *agent)
{
	const struct config_router *config = run->job->config;

	for (size_t i = 0; i < config->n_agents; i++)
		if (addr_equal(&config->agents[i], agent))
			return true;
	return !run->job->only_agents;
}

/* Gathers the packets of a datagram that count. */
static void
read_packets(struct run *run, struct sflow_reader *reader)
{
	struct sflow_sample sample;
	const struct sflow_flow *flow = &sample.flow;

	run->packets_len = 0;
	while (sflow_next(reader, &sample)) {
		if (sample.kind != SFLOW_FLOW ||
		    flow->packet.origin == SFLOW_FROM_NONE ||
		    !engine_counts(run->job->config, flow))
			continue;
		run->packets = mem_grow(run->packets, run->packets_len,
		    &run->packets_cap, sizeof *run->packets);
		run->packets[run->packets_len++] = engine_packet(flow);
	}
}

static void
play_datagram(struct run *run, const struct sim_datagram *in)
{
	struct sflow_datagram datagram;
	struct sflow_reader reader;
	enum sflow_fault fault;
	double now = seconds(run, in->us);

	run->result->datagrams++;
	if (!sflow_open(&reader, in->bytes, in->len, &datagram, &fault)) {
		run->result->faulty++;
		return;
	}
	if (!is_ours(run, &datagram.agent)) {
		run->result->ignored++;
		return;
	}
	read_packets(run, &reader);
	judge_packets(run, now);
	if (run->packets_len)
		run->policy->samples(run->chooser, run->packets, run->packets_len, now);
	play_events(run, in->us + 1, NULL);
}

/* --- all of it --- */

static bool
is_skipped(const struct run *run)
{
	return run->result->trace_s >= 2 * run->job->skip_s;
}

static void
end_phase(struct run *run, double now)
{
	run->counts[run->phase].bursts = sim_bursts_collect(&run->bursts, now);
	run->phase = PHASE_COUNTED;
}

static bool
play_trace(struct run *run)
{
	struct sim_datagram datagram;
	bool begun = false;
	int status;

	while ((status = sim_pcap_next(run->pcap, &datagram, run->reterr)) > 0) {
		const char *fault;

		if (!begun && !begin(run, datagram.us))
			return false;
		begun = true;
		if (!play_until(run, datagram.us))
			return false;
		if (run->phase == PHASE_SKIPPED &&
		    seconds(run, datagram.us) >= run->job->skip_s)
			end_phase(run, seconds(run, datagram.us));
		play_datagram(run, &datagram);
		run->result->trace_s = seconds(run, datagram.us);
		fault = run->policy->fault(run->chooser);
		if (fault) {
			snprintf(run->reterr, SIM_ERROR_MAX, "%s", fault);
			return false;
		}
	}
	run->result->pcap = *sim_pcap_stats(run->pcap);
	if (status == 0 && !begun) {
		snprintf(run->reterr, SIM_ERROR_MAX,
		    "%s: there is no sFlow to UDP port %u in it", run->job->sflow,
		    run->job->port);
		return false;
	}
	return status == 0;
}

/* The trace is over; what is skipped of it counts after all if it is short. */
static void
sum_up(struct run *run)
{
	struct sim_result *result = run->result;

	end_phase(run, result->trace_s);
	run->phase = PHASE_BEHIND;
	result->skipped_s = is_skipped(run) ? run->job->skip_s : 0;
	result->counts = run->counts[PHASE_COUNTED];
	if (!is_skipped(run))
		sim_counts_add(&result->counts, &run->counts[PHASE_SKIPPED]);
	result->counts.seconds = result->trace_s - result->skipped_s;
}

/* The changes of the RIB behind the end of the trace. */
static bool
play_rest(struct run *run)
{
	sum_up(run);
	while (run->changes)
		if (!play_until(run, run->change.us))
			return false;
	return true;
}

static bool
open_inputs(struct run *run)
{
	const struct sim_job *job = run->job;

	run->pcap = sim_pcap_open(job->sflow, job->port, run->reterr);
	if (!run->pcap)
		return false;
	if (!job->changes)
		return true;
	run->changes = sim_changes_open(job->changes, job->rib, run->reterr);
	return run->changes && read_change(run);
}

/* Plays all of it once to the policy. */
static bool
play(struct run *run)
{
	bool done;

	for (int f = 0; f < FAMILIES; f++)
		run->result->capacity[f] = run->job->config->families[f].capacity;
	sim_judge_init(&run->judge, run->job->rib->keys);
	for (int f = 0; f < FAMILIES; f++) {
		const struct config_family *family = &run->job->config->families[f];

		sim_judge_fallback(&run->judge, (enum family)f, family->fallback,
		    &family->fallback_nexthop);
	}
	sim_bursts_init(&run->bursts);
	done = open_inputs(run);
	if (done)
		load_rib(run);
	done = done && play_trace(run) && play_rest(run);
	sim_changes_close(run->changes);
	sim_pcap_close(run->pcap);
	sim_bursts_fini(&run->bursts);
	sim_judge_fini(&run->judge);
	free(run->events);
	free(run->packets);
	free(run->verdicts);
	return done;
}

/* The optimum listens once, and chooses then. */
static bool
play_optimum(struct run *run, const struct sim_install *install)
{
	const struct sim_job *job = run->job;
	struct run first = *run;
	struct sim_result result = { 0 };
	struct sim_job listen = *job;
	bool done;

	listen.events = NULL;
	first.job = &listen;
	first.result = &result;
	first.chooser = run->chooser = sim_optimum_new(
	    job->config, job->rib, install, job->skip_s);
	done = play(&first);
	if (done)
		sim_optimum_choose(run->chooser, is_skipped(&first));
	return done && play(run);
}

bool
sim_run(const struct sim_job *job, struct sim_result *retresult, char *reterr)
{
	double begun = cpu_s(CLOCK_PROCESS_CPUTIME_ID);
	struct sim_result result = { 0 };
	struct run run = { .job = job, .result = &result, .reterr = reterr };
	struct sim_install install = { take_event, &run };
	bool done = false;

	switch (job->policy) {
	case SIM_ENGINE:
		run.policy = &sim_policy_engine;
		run.chooser = sim_engine_new(job->config, job->rib, &install);
		done = play(&run);
		break;
	case SIM_SFLOW_RT:
		run.policy = &sim_policy_sflow_rt;
		run.chooser = sim_sflow_rt_new(job->config, job->rib, &install);
		done = play(&run);
		break;
	case SIM_OPTIMUM:
		run.policy = &sim_policy_optimum;
		done = play_optimum(&run, &install);
		break;
	}
	run.policy->free(run.chooser);
	result.cpu_s = cpu_s(CLOCK_PROCESS_CPUTIME_ID) - begun;
	if (done)
		*retresult = result;
	return done;
}
