/* Random numbers that are the same on every machine: splitmix64. */
#ifndef SFLOWGEN_RANDOM_H
#define SFLOWGEN_RANDOM_H

#include <stddef.h>
#include <stdint.h>

struct random {
	uint64_t state; /* the seed */
};

uint64_t random_u64(struct random *random);

/* At least 0, below 1. */
double random_unit(struct random *random);

/* At least 0, below `limit`. */
size_t random_below(struct random *random, size_t limit);

/* Of the standard normal distribution. */
double random_normal(struct random *random);

#endif
