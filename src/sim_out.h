/*
 * A file that armsim writes. It stands under its name when it is whole, and not before;
 * what is no plain file, like a pipe, is written as it comes.
 */
#ifndef SRC_SIM_OUT_H
#define SRC_SIM_OUT_H

#include <stdbool.h>
#include <stdio.h>

struct sim_out;

/* NULL, with a sentence in `reterr` (SIM_ERROR_MAX bytes). */
struct sim_out *sim_out_open(const char *path, char *reterr);

/* Where to write. */
FILE *sim_out_stream(struct sim_out *out);

/* Ends the file; false, with a sentence in `reterr`, if it could not all be written. */
bool sim_out_commit(struct sim_out *out, char *reterr);

/* Gives it up. NULL is allowed. */
void sim_out_abort(struct sim_out *out);

#endif
