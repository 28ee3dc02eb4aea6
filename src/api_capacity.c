#include "api_capacity.h"

#include <jansson.h>

#include "api_json.h"
#include "base/log.h"
#include "config.h"
#include "rib/rib.h"
#include "router.h"

#define UNSAID UINT64_MAX

static void
answer(const struct router *router, struct http_reply *reply)
{
	json_t *object = json_object();

	for (int f = 0; f < FAMILIES; f++) {
		struct rib_status s;

		rib_status(router->rib, (enum family)f, 0, &s);
		json_object_set_new(object, api_family((enum family)f),
		    json_pack("{sI sI sI}", "capacity", (json_int_t)s.capacity,
			"configured", (json_int_t)router->config->families[f].capacity,
			"installed", (json_int_t)s.installed));
	}
	json_object_set_new(object, "lasts", json_string("until reload or restart"));
	api_reply(reply, object);
}

static void
set(struct router *router, enum family family, uint64_t capacity)
{
	struct rib_status s;

	rib_status(router->rib, family, 0, &s);
	if (s.capacity == capacity)
		return;
	rib_set_capacity(router->rib, family, capacity);
	log_info("router %s: %s capacity %zu set to %zu over the API, until reload",
	    router->config->name, family_name(family), s.capacity, (size_t)capacity);
}

void
api_capacity(struct http_request *request, struct http_reply *reply, void *context)
{
	const struct router *router = api_router(context, request, reply);

	if (router)
		answer(router, reply);
}

void
api_set_capacity(struct http_request *request, struct http_reply *reply, void *context)
{
	struct router *router = api_router(context, request, reply);
	uint64_t capacity[FAMILIES];

	for (int f = 0; f < FAMILIES; f++)
		if (!http_arg_int(request, api_family((enum family)f), 0,
			CONFIG_CAPACITY_MAX, UNSAID, &capacity[f]))
			return;
	if (!router)
		return;
	if (capacity[FAMILY_IPV4] == UNSAID && capacity[FAMILY_IPV6] == UNSAID) {
		http_refuse(request, "neither ipv4 nor ipv6 says how many routes");
		return;
	}
	for (int f = 0; f < FAMILIES; f++)
		if (capacity[f] != UNSAID)
			set(router, (enum family)f, capacity[f]);
	router_flush(router);
	answer(router, reply);
}
