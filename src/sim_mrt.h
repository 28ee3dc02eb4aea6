/*
 * MRT files: records one after another, each with a time and a type. RFC 6396 2 and 3.
 */
#ifndef SRC_SIM_MRT_H
#define SRC_SIM_MRT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/wire.h"

struct sim_file;

enum {
	SIM_MRT_TABLE_DUMP_V2 = 13,
	SIM_MRT_BGP4MP = 16,
	SIM_MRT_BGP4MP_ET = 17,
};

struct sim_mrt {
	uint64_t us; /* since 1970 */
	uint16_t type, subtype;
	struct rd body;  /* behind the microseconds; a view, until the next record */
	uint64_t offset; /* where the record begins */
};

/* True if the file is in this format, and not text. */
bool sim_mrt_is(struct sim_file *file);

/*
 * The next record: 1; 0 at the end; -1 if it cannot be read, with a sentence in
 * `reterr`, which has SIM_ERROR_MAX bytes.
 */
int sim_mrt_next(struct sim_file *file, struct sim_mrt *ret, char *reterr);

/* "FILE: record at offset N: WHY" */
void sim_mrt_complain(const struct sim_file *file, const struct sim_mrt *record,
    const char *why, char *reterr);

#endif
