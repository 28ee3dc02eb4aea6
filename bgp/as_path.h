/*
 * AS paths: segments of a type, a count and that many AS numbers. RFC 4271 4.3
 * and 5.1.2, RFC 5065 (confederations), RFC 6793 (two and four octets), RFC 7606 7.2,
 * RFC 7607.
 *
 * Interned paths have AS numbers of four octets. Except for bgp_as_path_check() the
 * paths given must have passed it.
 */
#ifndef BGP_AS_PATH_H
#define BGP_AS_PATH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/wire.h"

enum bgp_segment_type {
	BGP_AS_SET = 1,
	BGP_AS_SEQUENCE = 2,
	BGP_CONFED_SEQUENCE = 3,
	BGP_CONFED_SET = 4,
};

struct bgp_segment {
	uint8_t type;      /* enum bgp_segment_type, or what stood there */
	uint8_t count;     /* AS numbers */
	struct rd members; /* two or four octets each */
};

/* Reads one segment. False at the end, and `path` failed if it is cut short. */
bool bgp_segment_next(struct rd *path, bool as4, struct bgp_segment *retsegment);

/* Reads one AS number. */
uint32_t bgp_as_next(struct rd *members, bool as4);

/*
 * NULL, or why the path is malformed: segments cut short, empty or of an unknown type,
 * AS 0, and confederation segments unless `confed` allows them.
 */
const char *bgp_as_path_check(struct rd path, bool as4, bool confed);

/* True if a path of four octets contains `as`. */
bool bgp_as_path_has(struct rd path, uint32_t as);

/*
 * True if a path of four octets ends with `as`, which then originated the route; an
 * AS_SET at the end names several. Confederation segments are passed over.
 */
bool bgp_as_path_originates(struct rd path, uint32_t as);

/* True if a path of four octets contains numbers that two octets cannot hold. */
bool bgp_as_path_is_wide(struct rd path);

/*
 * Writes in four octets a path that came in two, with what AS4_PATH (empty if there is
 * none) knows better. RFC 6793 4.2.3
 */
void bgp_as_path_merge(struct wr *wr, struct rd path, struct rd as4_path);

/* Writes a path of four octets in two, AS_TRANS for what does not fit. */
void bgp_as_path_narrow(struct wr *wr, struct rd path);

/* Writes a path of four octets without confederation segments, as AS4_PATH wants it. */
void bgp_as_path_plain(struct wr *wr, struct rd path);

/* Writes a path of four octets with `as` before it. */
void bgp_as_path_prepend(struct wr *wr, struct rd path, uint32_t as);

#endif
