#include "api.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "api_explain.h"
#include "api_capacity.h"
#include "api_json.h"
#include "api_record.h"
#include "api_refresh.h"
#include "api_status.h"
#include "api_top.h"
#include "daemon.h"
#include "router.h"

#define ROUTES_DEFAULT 1000
#define ROUTES_MAX 100000

static json_t *
route_json(struct rib *rib, const struct rib_route *route)
{
	json_t *object = json_object();

	json_object_set_new(object, "prefix", api_prefix(&route->prefix));
	api_add_attributes(object, rib, route->attrs, true);
	json_object_set_new(object, "installed", json_boolean(route->installed));
	json_object_set_new(object, "bytes_per_second", api_number(route->bytes_per_s));
	json_object_set_new(
	    object, "packets_per_second", api_number(route->packets_per_s));
	json_object_set_new(object, "samples", json_integer(route->samples));
	json_object_set_new(object, "relative_error", api_share(route->error));
	return object;
}

static json_t *
hardware_json(struct rib *rib, const struct rib_answer *answer)
{
	static const char *const actions[] = {
		[RIB_INSTALLED] = "installed",
		[RIB_COVERED] = "covered",
		[RIB_FALLBACK] = "fallback",
		[RIB_NOTHING] = "none",
	};
	json_t *object = json_object();

	json_object_set_new(object, "action", json_string(actions[answer->action]));
	if (answer->by_known) {
		json_object_set_new(object, "prefix", api_prefix(&answer->by));
		api_add_attributes(object, rib, answer->by_attrs, false);
	}
	return object;
}

/* GET /api/v1/routers/{}/lookup?address=A */
static void
api_lookup(struct http_request *request, struct http_reply *reply, void *context)
{
	struct router *router = api_router(context, request, reply);
	struct rib_answer answer;
	struct addr addr;
	const char *text;
	json_t *object;

	if (!router || !http_arg_text(request, "address", "", &text))
		return;
	if (!addr_parse(text, &addr)) {
		http_refuse(request, "address: '%s' is no IPv4 or IPv6 address", text);
		return;
	}
	rib_lookup(router->rib, &addr, &answer);
	object = answer.found ? route_json(router->rib, &answer.route) : json_object();
	json_object_set_new(object, "address", api_addr(&addr));
	if (!answer.found)
		json_object_set_new(object, "prefix", json_null());
	json_object_set_new(object, "hardware", hardware_json(router->rib, &answer));
	json_object_set_new(object, "correct",
	    answer.found ? json_boolean(answer.correct) : json_null());
	api_reply(reply, object);
}

struct collection {
	json_t *array;
	struct rib *rib;
	size_t room;
	bool more;
};

static void
collect(struct collection *all, const struct rib_route *route)
{
	if (all->room == 0) {
		all->more = true;
		return;
	}
	all->room--;
	json_array_append_new(all->array, route_json(all->rib, route));
}

static void
collect_installed(void *arg, const struct rib_route *route)
{
	if (route->installed)
		collect(arg, route);
}

/* "ipv4" (also if nothing is said) or "ipv6". */
static bool
family_arg(struct http_request *request, enum family *retfamily)
{
	const char *text;

	if (!http_arg_text(request, "family", "ipv4", &text))
		return false;
	if (strcmp(text, "ipv4") != 0 && strcmp(text, "ipv6") != 0) {
		http_refuse(request, "family: '%s' is neither ipv4 nor ipv6", text);
		return false;
	}
	*retfamily = text[3] == '4' ? FAMILY_IPV4 : FAMILY_IPV6;
	return true;
}

/* GET /api/v1/routers/{}/routes?family=F&installed=B&max=N */
static void
api_list(struct http_request *request, struct http_reply *reply, void *context)
{
	struct router *router = api_router(context, request, reply);
	struct collection all = { 0 };
	struct rib_cursor cursor = { .begun = false };
	struct rib_route route;
	enum family family;
	uint64_t max;
	bool installed;

	if (!router || !family_arg(request, &family) ||
	    !http_arg_bool(request, "installed", false, &installed) ||
	    !http_arg_int(request, "max", 1, ROUTES_MAX,
		installed ? ROUTES_MAX : ROUTES_DEFAULT, &max))
		return;
	all.array = json_array();
	all.rib = router->rib;
	all.room = max;
	if (installed)
		rib_each_active(router->rib, family, collect_installed, &all);
	else
		while (!all.more && rib_next(router->rib, family, &cursor, &route))
			collect(&all, &route);
	api_reply(
	    reply, json_pack("{so sb}", "routes", all.array, "more", (int)all.more));
}

const struct http_route api_routes[] = {
	{ "/bgp/topprefixes/{}/json", HTTP_METHOD_GET, api_top4 },
	{ "/bgp/topprefixes6/{}/json", HTTP_METHOD_GET, api_top6 },
	{ "/api/v1/status", HTTP_METHOD_GET, api_status },
	{ "/api/v1/routers/{}/lookup", HTTP_METHOD_GET, api_lookup },
	{ "/api/v1/routers/{}/explain", HTTP_METHOD_GET, api_explain },
	{ "/api/v1/routers/{}/routes", HTTP_METHOD_GET, api_list },
	{ "/api/v1/routers/{}/refresh", HTTP_METHOD_POST, api_refresh },
	{ "/api/v1/routers/{}/capacity", HTTP_METHOD_GET, api_capacity },
	{ "/api/v1/routers/{}/capacity", HTTP_METHOD_PUT, api_set_capacity },
	{ "/api/v1/record", HTTP_METHOD_GET, api_record },
	{ "/api/v1/record", HTTP_METHOD_POST, api_start_record },
	{ "/api/v1/record", HTTP_METHOD_DELETE, api_stop_record },
	{ NULL, 0, NULL },
};
