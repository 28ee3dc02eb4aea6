/* Pieces of JSON that several answers share. */
#ifndef SRC_API_JSON_H
#define SRC_API_JSON_H

#include <jansson.h>

#include "http_route.h"
#include "rib/rib.h"

struct daemon;
struct router;

/* A reply with `root`, which it takes. */
void api_reply(struct http_reply *reply, json_t *root);

/* The router of the path's first piece; NULL, and the reply is 404, if there is none.
 */
struct router *api_router(struct daemon *daemon, const struct http_request *request,
    struct http_reply *reply);

/* "ipv4", "ipv6": what a family is called in queries and answers. */
const char *api_family(enum family family);

/* ["ipv4", "ipv6"] of a mask of BGP_FAMILY_BIT. */
json_t *api_families(uint8_t mask);

json_t *api_addr(const struct addr *addr);
json_t *api_prefix(const struct prefix *prefix);

/* A number rounded to 1/1000; null for NAN. */
json_t *api_number(double value);

/* A share of 0 to 1, in full precision; null for NAN. */
json_t *api_share(double value);

/* Seconds from now; null for what is not waited for (BGP_NEVER). */
json_t *api_seconds_until(uint64_t at_ms);

/* Seconds ago. */
json_t *api_seconds_since(uint64_t since_ms);

#endif
