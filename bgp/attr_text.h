/*
 * Interned path attributes as fields and text, for people and for JSON.
 */
#ifndef BGP_ATTR_TEXT_H
#define BGP_ATTR_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/wire.h"
#include "rib/nexthop.h"

struct attrs;

/* The readers are views into the set; empty where the attribute is missing. */
struct bgp_attr_fields {
	uint8_t origin; /* 0 IGP, 1 EGP, 2 INCOMPLETE */
	bool has_med, has_local_pref, has_originator_id;
	uint32_t med, local_pref, originator_id;
	struct nexthop nexthop;
	struct rd as_path, communities, ext_communities, large_communities;
};

/* The fields of an interned set. */
void bgp_attr_fields(const struct attrs *attrs, struct bgp_attr_fields *retfields);

/* "IGP", "EGP" or "INCOMPLETE". */
const char *bgp_origin_text(uint8_t origin);

/*
 * The AS numbers with `separator` between them: '-' as sFlow-RT writes it, or ' '. Sets
 * are "{1,2}", confederation sequences "(1 2)", confederation sets "[1,2]". Written to
 * the `cap` (at least 1) bytes at `text`, with a zero at the end; false if not all
 * fitted: the text then ends behind a whole item.
 */
bool bgp_as_path_text(struct rd as_path, char separator, char *text, size_t cap);

/*
 * One community of each kind, in room for BGP_COMMUNITY_TEXT_MAX: "65000:1" or a
 * well-known name like "no-advertise"; "rt:65000:1", "ro:192.0.2.1:1" or hexadecimal;
 * "1:2:3". The readers go on by an item, and it is false at their end.
 */
#define BGP_COMMUNITY_TEXT_MAX 40
void bgp_community_text(uint32_t community, char *text);
bool bgp_community_next(struct rd *communities, char *rettext);
bool bgp_ext_community_next(struct rd *ext_communities, char *rettext);
bool bgp_large_community_next(struct rd *large_communities, char *rettext);

/* The well-known community of this name. False if there is none. */
bool bgp_community_by_name(const char *name, uint32_t *retcommunity);

#endif
