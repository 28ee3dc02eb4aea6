#include "api.h"

#include "api_capacity.h"
#include "api_explain.h"
#include "api_json.h"
#include "api_record.h"
#include "api_refresh.h"
#include "api_route.h"
#include "api_routes.h"
#include "api_sessions.h"
#include "api_status.h"
#include "api_top.h"
#include "buffer.h"
#include "json_put.h"
#include "router.h"

/* What packets meet in the hardware, as an object. */
static void
put_hardware(struct buffer *out, struct rib *rib, const struct rib_answer *answer)
{
	static const char *const actions[] = {
		[RIB_INSTALLED] = "installed",
		[RIB_COVERED] = "covered",
		[RIB_FALLBACK] = "fallback",
		[RIB_NOTHING] = "none",
	};

	json_put_key(out, "hardware");
	json_put(out, "{");
	json_put_key(out, "action");
	json_put_string(out, actions[answer->action]);
	if (answer->by_known) {
		json_put_key(out, "prefix");
		api_put_prefix(out, &answer->by);
		api_put_attributes(out, rib, answer->by_attrs, false);
	}
	json_put(out, "}");
}

static void
put_lookup(struct buffer *out, struct rib *rib, const struct addr *addr,
    const struct rib_answer *answer)
{
	json_put(out, "{");
	json_put_key(out, "address");
	api_put_addr(out, addr);
	if (answer->found) {
		api_put_route(out, rib, &answer->route);
	} else {
		json_put_key(out, "prefix");
		json_put(out, "null");
	}
	put_hardware(out, rib, answer);
	json_put_key(out, "correct");
	if (answer->found)
		json_put_bool(out, answer->correct);
	else
		json_put(out, "null");
	json_put(out, "}");
}

/* GET /api/v1/routers/{}/lookup?address=A */
static void
api_lookup(struct http_request *request, struct http_reply *reply, void *context)
{
	struct router *router = api_router(context, request, reply);
	struct buffer out = { .len = 0 };
	struct rib_answer answer;
	struct addr addr;
	const char *text;

	if (!router || !http_arg_text(request, "address", "", &text))
		return;
	if (!addr_parse(text, &addr)) {
		http_refuse(request, "address: '%s' is no IPv4 or IPv6 address", text);
		return;
	}
	rib_lookup(router->rib, &addr, &answer);
	put_lookup(&out, router->rib, &addr, &answer);
	reply->body = out.bytes;
	reply->len = out.len;
}

const struct http_route api_routes[] = {
	{ "/bgp/topprefixes/{}/json", HTTP_METHOD_GET, api_top4 },
	{ "/bgp/topprefixes6/{}/json", HTTP_METHOD_GET, api_top6 },
	{ "/api/v1/status", HTTP_METHOD_GET, api_status },
	{ "/api/v1/sessions", HTTP_METHOD_GET, api_sessions },
	{ "/api/v1/routers/{}/lookup", HTTP_METHOD_GET, api_lookup },
	{ "/api/v1/routers/{}/explain", HTTP_METHOD_GET, api_explain },
	{ "/api/v1/routers/{}/routes", HTTP_METHOD_GET, api_routes_list },
	{ "/api/v1/routers/{}/refresh", HTTP_METHOD_POST, api_refresh },
	{ "/api/v1/routers/{}/capacity", HTTP_METHOD_GET, api_capacity },
	{ "/api/v1/routers/{}/capacity", HTTP_METHOD_PUT, api_set_capacity },
	{ "/api/v1/record", HTTP_METHOD_GET, api_record },
	{ "/api/v1/record", HTTP_METHOD_POST, api_start_record },
	{ "/api/v1/record", HTTP_METHOD_DELETE, api_stop_record },
	{ NULL, 0, NULL },
};
