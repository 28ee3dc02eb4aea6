/*
 * A community that somebody asks for: RFC 1997, extended (RFC 4360, 5668) or large
 * (RFC 8092), in the forms of attr_text.h.
 */
#ifndef BGP_COMMUNITY_H
#define BGP_COMMUNITY_H

#include <stdbool.h>
#include <stdint.h>

#include "bgp/attr_text.h"

enum bgp_community_kind {
	BGP_COMMUNITY_PLAIN,
	BGP_COMMUNITY_LARGE,
	BGP_COMMUNITY_EXTENDED,
};

struct bgp_community {
	enum bgp_community_kind kind;
	uint32_t words[3];                 /* a plain one is one, a large one three */
	char text[BGP_COMMUNITY_TEXT_MAX]; /* an extended one */
};

/*
 * "65000:1", "no-export", "65000:1:2", "rt:65000:1", "ro:192.0.2.1:1" or, for other
 * extended ones, "0x" and 16 hexadecimal digits. False, and *ret untouched, if it is
 * none of them.
 */
bool bgp_community_parse(const char *text, struct bgp_community *ret);

/* True if it is among those of a route. */
bool bgp_community_is_in(
    const struct bgp_community *community, const struct bgp_attr_fields *fields);

#endif
