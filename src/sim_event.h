/*
 * What armsim writes of each announcement and withdrawal, one object a line:
 *
 *	{"t": 1700000012.345678, "op": "announce", "prefix": "192.0.2.0/24",
 *	 "nexthop": "198.51.100.1"}
 *
 * with an array of next hops where there are several, and none in a withdrawal.
 */
#ifndef SRC_SIM_EVENT_H
#define SRC_SIM_EVENT_H

#include <stdint.h>
#include <stdio.h>

struct fwkeys;
struct prefix;

/* At `us` since 1970; a withdrawal has key 0. */
void sim_event_write(FILE *out, const struct fwkeys *keys, uint64_t us,
    const struct prefix *prefix, uint32_t key);

#endif
