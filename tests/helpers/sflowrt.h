/*
 * The route selection that sFlow-RT published, to compare with: every second the top
 * prefixes by a 10 s moving average of bytes, each with those it covers of another next
 * hop as long as they fit; covered ones of the same next hop are left out. New ones are
 * announced first, then the others withdrawn.
 */
#ifndef HELPERS_SFLOWRT_H
#define HELPERS_SFLOWRT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "helpers/judge.h"

/* For one family; the arrays are by node of the judge's trie. */
struct sflowrt {
	struct judge *judge;
	enum family family;
	struct prefix *prefixes;
	double *value;
	bool *wanted;
	/* nodes */
	uint32_t *active, *chosen, *before, *closure;
	size_t active_count, chosen_count, before_count;
};

/* From now on the judge's tries must not grow: all prefixes have their nodes. */
void sflowrt_init(struct sflowrt *policy, struct judge *judge, enum family family);
void sflowrt_fini(struct sflowrt *policy);

void sflowrt_sample(struct sflowrt *policy, const struct addr *to, double bytes);

/* A second has passed. Returns how many routes were announced and withdrawn. */
size_t sflowrt_second(struct sflowrt *policy);

#endif
