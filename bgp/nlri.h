/*
 * Network layer reachability information: the prefixes of a family in an UPDATE, each
 * with a path id if the session has ADD-PATH. RFC 4271 4.3, RFC 7911 3.
 */
#ifndef BGP_NLRI_H
#define BGP_NLRI_H

#include <stdbool.h>
#include <stdint.h>

#include "base/prefix.h"
#include "base/wire.h"

struct bgp_session_params;

/* Prefixes in a message, a view into it. */
struct bgp_nlri {
	struct rd rd;
	uint8_t family; /* enum family */
	bool add_path;
};

/* The prefixes in `rd`, with path ids if the session has them. */
struct bgp_nlri bgp_nlri_make(
    const struct bgp_session_params *params, enum family family, struct rd rd);

/* True if all prefixes are valid to the end. */
bool bgp_nlri_valid(struct bgp_nlri nlri);

/*
 * What is wrong with the first prefix that is not valid, of which there must be one;
 * *retwhere begins with it.
 */
const char *bgp_nlri_fault(struct bgp_nlri nlri, struct rd *retwhere);

/*
 * Reads the next prefix, masked to its length (bits behind it are no fault), and its
 * path id, 0 without ADD-PATH. False at the end, and at a fault; only bgp_nlri_valid()
 * tells one from the other.
 */
bool bgp_nlri_next(
    struct bgp_nlri *nlri, struct prefix *retprefix, uint32_t *retpath_id);

/*
 * False for multicast, loopback and IPv6 link-local addresses, for which a unicast
 * route means nothing: it is to be ignored. RFC 4271 6.3
 */
bool bgp_nlri_is_unicast(const struct prefix *prefix);

#endif
