/*
 * The top prefixes with the routes that they cover, and without those that forward
 * like what covers them: includeCovered and pruneCovered, a few steps at a time.
 */
#ifndef SRC_TOP_SELECT_H
#define SRC_TOP_SELECT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/prefix.h"
#include "rib/rib.h"
#include "top_items.h"

#define TOP_COVERED_MAX 100000 /* more-specifics added to a list */

/* Begins with zeroes and what is asked for. */
struct top_select {
	bool include, prune, by_source;
	size_t at;    /* of the chosen */
	size_t added; /* more-specifics not chosen */
	/* whose more-specifics are added, or were last; of length 0: nobody's yet */
	struct prefix parent;
	bool walking; /* through them, by `cursor` */
	struct rib_cursor cursor;
	size_t above[129], depth; /* items kept that cover the next, topmost first */
};

/*
 * Goes on from `chosen`, by prefix, to `retkept`, by prefix, for at most *steps steps.
 * True at the end. The RIB may change between the calls: what is gone is not kept.
 */
bool top_select(struct top_select *select, struct rib *rib,
    const struct top_items *chosen, struct top_items *retkept, size_t *steps);

#endif
