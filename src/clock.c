#include "clock.h"

#include <time.h>

static uint64_t
read_ms(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

uint64_t
clock_ms(void)
{
	return read_ms(CLOCK_MONOTONIC);
}

double
clock_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

double
clock_cpu_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

uint64_t
clock_wall_ms(void)
{
	return read_ms(CLOCK_REALTIME);
}

uint64_t
clock_boot_ms(void)
{
	return read_ms(CLOCK_BOOTTIME);
}
