/*
 * Who chooses the routes to be installed, as armsim plays it. A policy is told of the
 * RIB, its changes, the samples and the seconds, in the order of their time, and says
 * after each of them what it announces and withdraws.
 *
 * Times are seconds since the trace began. Attributes are ids in the tables of the RIB
 * that was read.
 */
#ifndef SRC_SIM_POLICY_H
#define SRC_SIM_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/prefix.h"

struct config_router;
struct rib_packet;
struct sim_rib;

/* An announcement, or with key 0 a withdrawal; the key is one of the RIB's. */
struct sim_install {
	void (*take)(void *arg, const struct prefix *prefix, uint32_t key);
	void *arg;
};

struct sim_policy {
	/* A route of the RIB, or a change of it; attrs 0: there is none any longer. */
	void (*route)(void *policy, const struct prefix *prefix, uint32_t attrs);
	/* The routes known so far are all there are: what goes on from here is changes.
	 */
	void (*begin)(void *policy);
	/* What was sampled in a datagram. */
	void (*samples)(
	    void *policy, const struct rib_packet *packets, size_t n, double now);
	void (*tick)(void *policy, double now); /* every second */
	/* NULL, or why it cannot go on. */
	const char *(*fault)(void *policy);
	void (*free)(void *policy);
};

/* The engine of armd, by the configuration of a router. */
extern const struct sim_policy sim_policy_engine;
void *sim_engine_new(const struct config_router *config, const struct sim_rib *rib,
    const struct sim_install *install);

/* The policy of sFlow-RT. */
extern const struct sim_policy sim_policy_sflow_rt;
void *sim_sflow_rt_new(const struct config_router *config, const struct sim_rib *rib,
    const struct sim_install *install);

/*
 * The best set in hindsight: it is told of the whole trace, then it chooses, then all
 * is played to it again. `skipped` says whether the first `skip_s` seconds do not
 * count.
 */
extern const struct sim_policy sim_policy_optimum;
void *sim_optimum_new(const struct config_router *config, const struct sim_rib *rib,
    const struct sim_install *install, double skip_s);
void sim_optimum_choose(void *policy, bool skipped);

#endif
