#include "scripts/sflowgen/random.h"

#include <math.h>

uint64_t
random_u64(struct random *random)
{
	uint64_t x = random->state += 0x9e3779b97f4a7c15;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
	x = (x ^ x >> 27) * 0x94d049bb133111eb;
	return x ^ x >> 31;
}

double
random_unit(struct random *random)
{
	return (double)(random_u64(random) >> 11) * 0x1p-53;
}

size_t
random_below(struct random *random, size_t limit)
{
	return (size_t)(random_unit(random) * (double)limit);
}

/* Box and Muller's. */
double
random_normal(struct random *random)
{
	double radius = sqrt(-2 * log(1 - random_unit(random)));

	return radius * cos(2 * M_PI * random_unit(random));
}
