/*
 * Routes as they come, a line of JSON each: a line of text each, in columns of fixed
 * width, so that a million of them need no more memory than one. Pure.
 */
#ifndef SRC_SHOW_ROUTES_H
#define SRC_SHOW_ROUTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "buffer.h"

/* Begins with zeroes and `out`. */
struct show_routes {
	FILE *out;
	struct buffer line; /* not ended yet */
	uint64_t count;
	bool ended, more, bad;
};

/*
 * Takes the next bytes; `state` is a struct show_routes. False if there is no use in
 * more: they are no list of routes, or `out` takes nothing.
 */
bool show_routes_take(void *state, const char *bytes, size_t len);

/* Says how many there were, and frees. False if what came is no whole list of routes.
 */
bool show_routes_end(struct show_routes *routes);

#endif
