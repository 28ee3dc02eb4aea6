/* The command line of armd. */
#ifndef SRC_OPTIONS_H
#define SRC_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "config.h"

struct options {
	const char *config; /* -c: path of the configuration, borrowed from argv */
	bool check;         /* -n: read the configuration, say what is wrong, exit */
	bool debug;         /* -d: log at level debug whatever the configuration says */
	bool help, version; /* -h, -V: print and exit */
};

#define OPTIONS_USAGE                                      \
	"usage: armd [-dhnV] [-c FILE]\n"                  \
	"  -c FILE  the configuration (" CONFIG_PATH ")\n" \
	"  -n       check the configuration and exit\n"    \
	"  -d       log everything, to stderr\n"           \
	"  -V       print the version\n"                   \
	"See armd(8) and armd.conf(5).\n"

/* False with a sentence in `reterr` (`size` bytes). */
bool options_parse(
    int argc, char **argv, struct options *ret, char *reterr, size_t size);

#endif
