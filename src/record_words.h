/* The command line of `armctl record`, as a request to the API. */
#ifndef SRC_RECORD_WORDS_H
#define SRC_RECORD_WORDS_H

#include <stdbool.h>
#include <stddef.h>

struct record_request {
	const char *method; /* a constant */
	char path[512];
};

/*
 * `argv` begins with "record". False with a sentence in `reterr` (`size` bytes) if it
 * cannot be understood.
 */
bool record_words(
    int argc, char **argv, struct record_request *ret, char *reterr, size_t size);

#endif
