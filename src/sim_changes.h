/*
 * Changes of the RIB, read from a file in the order of time. What the file is, its
 * content tells:
 *
 * - lines TIME a PREFIX NEXTHOP [NEXTHOP...] and TIME w PREFIX, the time in seconds
 *   since 1970; empty ones and those that begin with # say nothing;
 * - MRT BGP4MP and BGP4MP_ET (RFC 6396 4.4, RFC 8050 3): the UPDATEs in it, of
 * whichever peers, as if one session had brought them all.
 */
#ifndef SRC_SIM_CHANGES_H
#define SRC_SIM_CHANGES_H

#include <stdint.h>

#include "base/prefix.h"

struct sim_changes;
struct sim_file;
struct sim_rib;

struct sim_change {
	uint64_t us; /* since 1970 */
	struct prefix prefix;
	uint32_t attrs; /* borrowed until the next call; 0: withdrawn */
};

/*
 * Attributes are interned in rib->attrs; `rib` must outlive it. NULL, with a sentence
 * in `reterr` (SIM_ERROR_MAX bytes), if it cannot be opened.
 */
struct sim_changes *sim_changes_open(
    const char *path, struct sim_rib *rib, char *reterr);

/* The same of an open file, which is taken. */
struct sim_changes *sim_changes_take(struct sim_file *file, struct sim_rib *rib);

void sim_changes_close(struct sim_changes *changes);

/*
 * The next change: 1; 0 at the end; -1 with a sentence in `reterr` (SIM_ERROR_MAX
 * bytes) if it cannot be read or is older than the one before it.
 */
int sim_changes_next(struct sim_changes *changes, struct sim_change *ret, char *reterr);

/* Records of other kinds, and UPDATEs that a session would have refused. */
uint64_t sim_changes_skipped(const struct sim_changes *changes);

#endif
