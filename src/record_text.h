/*
 * Routes and their changes as lines of text that armsim reads (sim_rib.h and
 * sim_changes.h). Pure.
 */
#ifndef SRC_RECORD_TEXT_H
#define SRC_RECORD_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include "base/prefix.h"
#include "base/wire.h"

struct nexthop;

#define RECORD_LINE_MAX 16384 /* enough for any line */

/*
 * These write one line with its end to `line`, which has room for RECORD_LINE_MAX, and
 * return its length.
 */

/* PREFIX NEXTHOP [AS-PATH]; the path is cut where it has more than 8 KB of text. */
size_t record_route_line(char *line, const struct prefix *prefix,
    const struct nexthop *nexthop, struct rd as_path);

/* TIME a PREFIX NEXTHOP...; the time in microseconds since 1970. */
size_t record_announce_line(char *line, uint64_t us, const struct prefix *prefix,
    const struct nexthop *nexthops, size_t n);

/* TIME w PREFIX */
size_t record_withdraw_line(char *line, uint64_t us, const struct prefix *prefix);

#endif
