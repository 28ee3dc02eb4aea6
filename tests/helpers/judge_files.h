/*
 * The files of a scenario, and what a run has announced and withdrawn, read for the
 * judge. Whatever is wrong in them ends the program with the line that is.
 */
#ifndef HELPERS_JUDGE_FILES_H
#define HELPERS_JUDGE_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/prefix.h"
#include "helpers/judge.h"

#define JUDGE_SECOND 1000000ll /* times are microseconds since the epoch */

/* A change of the RIB or an event. */
struct judge_change {
	int64_t at;
	struct prefix prefix;
	int key;
};

struct judge_changes {
	struct judge_change *items;
	size_t count, cap;
};

/* A cold destination becomes heavy; `took` until its next hop is right, or -1. */
struct judge_flash {
	int64_t at, took;
	struct addr to;
};

/* The optimum, from a second after the start on. */
struct judge_truth {
	double second, share;
};

struct judge_files {
	struct judge_changes routes, events; /* each in order of time */
	struct judge_flash *flashes;
	size_t flashes_count, flashes_cap;
	struct judge_truth *truths;
	size_t truths_count, truths_cap;
};

/*
 * Tells the judge the RIB of a folder and reads its changes, whose prefixes get their
 * nodes; and the optimum and the flashes, if they are known. A prefix that stands on
 * several lines of the RIB has, with `multipath`, all their next hops, else the first.
 */
void judge_files_read(
    struct judge_files *files, struct judge *judge, const char *folder, bool multipath);
void judge_files_fini(struct judge_files *files);

/* One JSON object a line, in order of time. */
void judge_files_read_events(
    struct judge_files *files, struct judge *judge, const char *path);

/* A file in a folder; NULL if there is none and it is not needed. */
FILE *judge_file_open(const char *folder, const char *name, bool needed);

#endif
