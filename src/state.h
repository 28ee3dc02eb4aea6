/*
 * What a router's targets hold, saved in a file as it changes, so that the next armd
 * goes on from there: state_log.h in DIRECTORY/ROUTER.state.
 *
 * Each change is written before it is sent, so the file is never behind the target,
 * however armd ends. From time to time, and on exit, the log begins anew with a
 * snapshot, which takes the old one's place by rename(2). Nothing is synced to disk:
 * the end of a process loses no byte that was written, and the end of the host takes
 * along what a target on it had. Of the state from before a boot nothing is believed
 * to be in force: it is where the choice begins, no more.
 *
 * No file is no error: armd then does what it can without.
 */
#ifndef SRC_STATE_H
#define SRC_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rib;
struct rib_change;
struct state;

/*
 * Reads what was saved for the router, if its file is whole, the router's own and not
 * older than `age_max_s`, into `rib`; what is wrong with it is logged. *retkept is true
 * if the targets may still hold that, and no more: not if the host was booted since, or
 * the directory is one where nothing can be kept up. Nothing is written before the
 * first change. The caller frees with state_close(); NULL if `directory` is empty.
 */
struct state *state_open(const char *directory, const char *router, uint32_t router_id,
    uint64_t age_max_s, struct rib *rib, bool *retkept);

/* Saves changes, before they are sent. */
void state_append(struct state *state, const struct rib *rib,
    const struct rib_change *changes, size_t n);

/*
 * Begins the log anew if that is due, or could not be kept up for a while. To be called
 * every second, without changes left.
 */
void state_tick(struct state *state, const struct rib *rib);

/*
 * Begins it anew, if anything was ever saved: what the rib remembers has changed, or
 * the router has another id from now on.
 */
void state_save(struct state *state, const struct rib *rib, uint32_t router_id);

/* Begins it anew, if anything was ever saved, and ends. */
void state_close(struct state *state, const struct rib *rib);

/* Ends, and removes the file: the router is no more. */
void state_remove(struct state *state);

#endif
