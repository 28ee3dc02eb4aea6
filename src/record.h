/*
 * A recording of what a router's engine hears, which armsim plays back: the table as it
 * was, its changes, and the sFlow datagrams of its agents.
 *
 * The snapshot of the table is written in slices, record_work(), while the table goes
 * on changing. All changes since the start are recorded with their time; datagrams only
 * when the snapshot is whole. So from the first datagram on the replay knows exactly
 * the table that the daemon knew: a route is in the snapshot as it was at some time
 * since the start, and each change of it after that is among the changes.
 *
 * One recording at a time. An error ends it and is kept for the status; nothing else is
 * harmed.
 */
#ifndef SRC_RECORD_H
#define SRC_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config.h"

struct record;
struct record_datagram;
struct router;

#define RECORD_END_MAX 96
#define RECORD_MIN_BYTES 100000 /* what may have less is not begun */

enum record_state {
	RECORD_NEVER,    /* nothing was recorded since the start of the daemon */
	RECORD_SNAPSHOT, /* the table is being written */
	RECORD_RUNNING,
	RECORD_ENDED,
};

struct record_order {
	const char *name;   /* of the folder to be made */
	uint64_t max_bytes; /* of all files */
	uint64_t seconds;   /* once the snapshot is written; 0: until it is stopped */
};

/* Of the recording that runs or, if none does, of the latest. */
struct record_status {
	enum record_state state;
	char name[CONFIG_NAME_MAX], router[CONFIG_NAME_MAX];
	char directory[CONFIG_DIRECTORY_MAX];
	uint64_t started_ms; /* wall clock */
	uint64_t seconds;    /* as ordered */
	uint64_t bytes, max_bytes;
	uint64_t routes, changes, datagrams;
	char end[RECORD_END_MAX]; /* why it ended */
	bool failed;              /* that was not what anybody ordered */
};

struct record *record_new(void);

/* Ends what runs. */
void record_free(struct record *record);

/*
 * Begins to record `router`, into the directory of the configuration. False with a
 * sentence in `reterr` (`size` bytes) if there is nothing to record or nowhere to.
 */
bool record_start(struct record *record, const struct config_record *config,
    struct router *router, const struct record_order *order, char *reterr, size_t size);

/* Ends it. False if none runs. */
bool record_stop(struct record *record);

const struct record_status *record_status(struct record *record);

/* --- for the daemon --- */

/* A datagram of an agent of `router` was heard. */
void record_heard(struct record *record, const struct router *router,
    const struct record_datagram *datagram, double now_s);

/* The router goes. */
void record_leave(struct record *record, const struct router *router);

/* A slice of the snapshot; true while there is more. */
bool record_work(struct record *record);

/* Every second: what is in the buffers is written. */
void record_tick(struct record *record);

#endif
