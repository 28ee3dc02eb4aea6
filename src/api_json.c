#include "api_json.h"

#include <math.h>
#include <string.h>

#include "bgp/message.h"
#include "bgp/session.h"
#include "clock.h"
#include "daemon.h"
#include "router.h"

void
api_reply(struct http_reply *reply, json_t *root)
{
	reply->body = json_dumps(root, JSON_COMPACT | JSON_REAL_PRECISION(12));
	reply->len = strlen(reply->body);
	json_decref(root);
}

struct router *
api_router(
    struct daemon *daemon, const struct http_request *request, struct http_reply *reply)
{
	struct router *router = daemon_find_router(daemon, request->pieces[0]);

	if (!router)
		http_reply_error(reply, 404, "no router has the name or RIB peer '%s'",
		    request->pieces[0]);
	return router;
}

const char *
api_family(enum family family)
{
	return family == FAMILY_IPV4 ? "ipv4" : "ipv6";
}

json_t *
api_families(uint8_t mask)
{
	json_t *list = json_array();

	for (int f = 0; f < FAMILIES; f++)
		if (mask & BGP_FAMILY_BIT(f))
			json_array_append_new(
			    list, json_string(api_family((enum family)f)));
	return list;
}

json_t *
api_addr(const struct addr *addr)
{
	char text[ADDR_TEXT_MAX];

	return json_string(addr_text(addr, text));
}

json_t *
api_prefix(const struct prefix *prefix)
{
	char text[PREFIX_TEXT_MAX];

	return json_string(prefix_text(prefix, text));
}

json_t *
api_number(double value)
{
	return isfinite(value) ? json_real(round(value * 1e3) / 1e3) : json_null();
}

json_t *
api_share(double value)
{
	return isfinite(value) ? json_real(value) : json_null();
}

json_t *
api_seconds_until(uint64_t at_ms)
{
	uint64_t now = clock_ms();

	if (at_ms == BGP_NEVER)
		return json_null();
	return api_number(at_ms > now ? (double)(at_ms - now) / 1e3 : 0);
}

json_t *
api_seconds_since(uint64_t since_ms)
{
	uint64_t now = clock_ms();

	/* what came by the other clock may be rounded into the future */
	return api_number(now > since_ms ? (double)(now - since_ms) / 1e3 : 0);
}
