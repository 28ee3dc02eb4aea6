/* A route as JSON, in the form that all answers with routes share. */
#ifndef SRC_API_ROUTE_H
#define SRC_API_ROUTE_H

#include <stdbool.h>
#include <stdint.h>

struct addr;
struct buffer;
struct prefix;
struct rib;
struct rib_route;

/* In quotes. */
void api_put_addr(struct buffer *out, const struct addr *addr);
void api_put_prefix(struct buffer *out, const struct prefix *prefix);

/*
 * The fields of an attribute set, to an object that was begun: nexthop, aspath
 * ("A-B-C"), origin, localpref, med, communities; with `all` also largecommunities,
 * extcommunities. Of a route with several equal paths these are of the first,
 * `nexthops` holds all their next hops, and with `all` `paths` all their attributes.
 */
void api_put_attributes(struct buffer *out, struct rib *rib, uint32_t attrs, bool all);

/* The fields of a route, with all of its attributes, to an object that was begun. */
void api_put_route(struct buffer *out, struct rib *rib, const struct rib_route *route);

#endif
