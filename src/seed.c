#include "seed.h"

#include <sys/random.h>

#include "clock.h"

uint64_t
seed_random(void)
{
	uint64_t seed = clock_ms();

	/* eight bytes come at once or, before the pool is filled, not at all */
	if (getrandom(&seed, sizeof seed, GRND_NONBLOCK) != (ssize_t)sizeof seed)
		seed ^= clock_wall_ms() << 20;
	return seed;
}
