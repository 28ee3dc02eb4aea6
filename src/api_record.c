#include "api_record.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "api_json.h"
#include "clock.h"
#include "config.h"
#include "daemon.h"
#include "record.h"
#include "router.h"

#define SECONDS_MAX (366 * 86400)

json_t *
api_record_json(const struct daemon *daemon)
{
	static const char *const states[] = {
		[RECORD_NEVER] = "never",
		[RECORD_SNAPSHOT] = "snapshot",
		[RECORD_RUNNING] = "recording",
		[RECORD_ENDED] = "ended",
	};
	const struct record_status *s = record_status(daemon->record);
	json_t *object = json_object();
	char path[CONFIG_DIRECTORY_MAX + CONFIG_NAME_MAX];

	json_object_set_new(object, "state", json_string(states[s->state]));
	if (s->state == RECORD_NEVER)
		return object;
	snprintf(path, sizeof path, "%s/%s", s->directory, s->name);
	json_object_set_new(object, "router", json_string(s->router));
	json_object_set_new(object, "name", json_string(s->name));
	json_object_set_new(object, "path", json_string(path));
	json_object_set_new(
	    object, "start_time", json_integer((json_int_t)s->started_ms));
	json_object_set_new(object, "seconds",
	    s->seconds ? json_integer((json_int_t)s->seconds) : json_null());
	json_object_set_new(object, "bytes", json_integer((json_int_t)s->bytes));
	json_object_set_new(
	    object, "max_bytes", json_integer((json_int_t)s->max_bytes));
	json_object_set_new(object, "routes", json_integer((json_int_t)s->routes));
	json_object_set_new(object, "changes", json_integer((json_int_t)s->changes));
	json_object_set_new(
	    object, "datagrams", json_integer((json_int_t)s->datagrams));
	json_object_set_new(object, "end",
	    s->state == RECORD_ENDED ? json_string(s->end) : json_null());
	json_object_set_new(object, "failed", json_boolean(s->failed));
	return object;
}

void
api_record(struct http_request *request, struct http_reply *reply, void *context)
{
	(void)request;
	api_reply(reply, api_record_json(context));
}

/* The router that is asked for, or the only one; NULL, and the reply says why. */
static struct router *
find_router(
    struct daemon *daemon, struct http_request *request, struct http_reply *reply)
{
	struct router *router;
	const char *name;

	if (!http_arg_text(request, "router", "", &name))
		return NULL;
	if (!*name && daemon->n_routers == 1)
		return daemon->routers[0];
	router = daemon_find_router(daemon, name);
	if (!router && *name)
		http_reply_error(
		    reply, 404, "no router has the name or RIB peer '%s'", name);
	else if (!router)
		http_refuse(request, "there are several routers: router says which");
	return router;
}

/* "leaf1-20261121T154500Z", the router's name cut if need be. */
static void
make_name(const struct router *router, char *name, size_t size)
{
	time_t now = (time_t)(clock_wall_ms() / 1000);
	char text[24] = "";
	struct tm tm;

	gmtime_r(&now, &tm);
	strftime(text, sizeof text, "%Y%m%dT%H%M%SZ", &tm);
	snprintf(name, size, "%.*s-%s", (int)(size - sizeof text - 1),
	    router->config->name, text);
}

void
api_start_record(struct http_request *request, struct http_reply *reply, void *context)
{
	struct daemon *daemon = context;
	struct router *router = find_router(daemon, request, reply);
	struct record_order order;
	char why[HTTP_ERROR_MAX], name[CONFIG_NAME_MAX];

	if (!router || !http_arg_text(request, "name", NULL, &order.name) ||
	    !http_arg_int(request, "max-size", RECORD_MIN_BYTES, INT64_MAX, INT64_MAX,
		&order.max_bytes) ||
	    !http_arg_int(request, "seconds", 1, SECONDS_MAX, 0, &order.seconds))
		return;
	make_name(router, name, sizeof name);
	if (!order.name)
		order.name = name;
	if (!record_start(daemon->record, &daemon->config->record, router, &order, why,
		sizeof why))
		http_reply_error(reply, 409, "%s", why);
	else
		api_reply(reply, api_record_json(daemon));
}

void
api_stop_record(struct http_request *request, struct http_reply *reply, void *context)
{
	const struct daemon *daemon = context;

	(void)request;
	if (!record_stop(daemon->record))
		http_reply_error(reply, 409, "nothing is being recorded");
	else
		api_reply(reply, api_record_json(daemon));
}
