/*
 * RIBs in MRT files: TABLE_DUMP_V2, RFC 6396 4.3, and with path ids, RFC 8050 4.
 */
#ifndef SRC_SIM_RIB_MRT_H
#define SRC_SIM_RIB_MRT_H

#include <stdbool.h>

struct sim_file;
struct sim_rib;

/* False, with a sentence in `reterr` (SIM_ERROR_MAX bytes). */
bool sim_rib_read_mrt(struct sim_rib *rib, struct sim_file *file, char *reterr);

#endif
