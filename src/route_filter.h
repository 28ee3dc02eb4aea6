/* Which routes of a table somebody wants to see: the arguments of a query. */
#ifndef SRC_ROUTE_FILTER_H
#define SRC_ROUTE_FILTER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/prefix.h"
#include "bgp/community.h"

struct http_request;
struct rib;
struct rib_route;

/* All that is asked for must hold, and of several equal paths for one. */
struct route_filter {
	enum family family;
	bool installed;       /* only installed routes */
	bool exact;           /* only the route to `within` */
	struct prefix within; /* only it and what it covers; of length 0: any */
	bool has_nexthop;
	struct addr nexthop;
	uint32_t origin_as; /* 0: any */
	bool has_community;
	struct bgp_community community;
};

/*
 * From the arguments family, installed, prefix, covered, nexthop, origin_as, community.
 * False, and the request is refused with a reason, if one makes no sense.
 */
bool route_filter_parse(struct http_request *request, struct route_filter *ret);

/* True if the route, of the family and within the prefix asked for, is wanted. */
bool route_filter_wants(
    const struct route_filter *filter, struct rib *rib, const struct rib_route *route);

#endif
