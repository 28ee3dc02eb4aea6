/* What the scenarios of tests/bench/scenario.c differ in: numbers, by name. */
#ifndef TESTS_BENCH_SCENARIO_OPTIONS_H
#define TESTS_BENCH_SCENARIO_OPTIONS_H

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct option {
	const char *name, *meaning;
	double value;
};

static struct option options[] = {
#define OPTION(name, value, meaning) { #name, meaning, value },
#define OPTIONS                                                                       \
	OPTION(seed, 1, "of all that is drawn")                                       \
	OPTION(routes, 200000, "of IPv4")                                             \
	OPTION(routes6, 0, "of IPv6")                                                 \
	OPTION(hops, 4, "different next hops, 2 to 8")                                \
	OPTION(multipath, 0, "share of routes with several")                          \
	OPTION(active, 50000, "destinations with traffic")                            \
	OPTION(share6, 0, "of them in IPv6")                                          \
	OPTION(alpha, 1, "exponent of Zipf's law")                                    \
	OPTION(rate, 1500, "samples a second")                                        \
	OPTION(seconds, 600, "of traffic")                                            \
	OPTION(sigma, 0.8, "of the logarithm of a rate")                              \
	OPTION(tau, 600, "seconds in which it forgets")                               \
	OPTION(mixed, 0, "1: short and long frames, 0: all equal")                    \
	OPTION(capacity, 4000, "of IPv4, for the optimum")                            \
	OPTION(capacity6, 1000, "of IPv6")                                            \
	OPTION(changes, 1, "of the RIB a second")                                     \
	OPTION(flap, 0, "share of these that withdraw or bring back")                 \
	OPTION(fresh, 0, "share that bring a new more-specific")                      \
	OPTION(flash, 45, "seconds between them; 0: none")                            \
	OPTION(scan, 0, "share of samples, beside `rate`, that meet each route once") \
	OPTION(scan_at, 0, "second when these begin")                                 \
	OPTION(silence_at, 0, "second when samples stop; 0: never")                   \
	OPTION(silence_s, 60, "for how long")                                         \
	OPTION(burst_at, 0, "second when samples are ten times as many; 0: never")    \
	OPTION(burst_s, 5, "for how long")                                            \
	OPTION(default_moves, 0, "second when the default route moves; 0: never")     \
	OPTION(default_gone, 0, "second when it vanishes; 0: never")                  \
	OPTION(default_back, 0, "second when it is there again; 0: never")
	OPTIONS
#undef OPTION
};

enum {
#define OPTION(name, value, meaning) O_##name,
	OPTIONS
#undef OPTION
};

#define OPT(name) (options[O_##name].value)

/* NAME=VALUE; without a known name lists them all and ends the program. */
static inline void
read_option(const char *text)
{
	size_t len = strcspn(text, "=");

	for (size_t i = 0; i < sizeof options / sizeof options[0]; i++)
		if (strlen(options[i].name) == len && text[len] &&
		    strncmp(options[i].name, text, len) == 0) {
			options[i].value = strtod(text + len + 1, NULL);
			return;
		}
	for (size_t i = 0; i < sizeof options / sizeof options[0]; i++)
		fprintf(stderr, "%-14s %8g  %s\n", options[i].name, options[i].value,
		    options[i].meaning);
	errx(2, "no option %s", text);
}

#endif
