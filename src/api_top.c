#include "api_top.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "api_json.h"
#include "base/mem.h"
#include "clock.h"
#include "peer.h"
#include "rib/attrs.h"
#include "router.h"

#define DEFAULT_PREFIXES 20000
#define PREFIXES_MAX 1000000
#define COVERED_MAX 100000 /* more-specifics that includeCovered may add */

struct ask {
	uint64_t max_prefixes, min_value, min_prefix;
	bool include_covered, prune_covered, by_source;
};

struct item {
	struct rib_route route;
	double value;
	bool covered;
	struct prefix parent; /* of a covered one */
};

struct list {
	struct item *items;
	size_t len, cap;
	double total;
	const struct ask *ask;
	struct rib *rib;
};

static bool
parse_direction(struct http_request *request, bool *retsource)
{
	const char *text;

	if (!http_arg_text(request, "direction", "destination", &text))
		return false;
	*retsource = !strcmp(text, "source") || !strcmp(text, "ingress");
	if (*retsource || !strcmp(text, "destination") || !strcmp(text, "egress"))
		return true;
	http_refuse(request,
	    "direction: '%s' is none of destination, egress, source, ingress", text);
	return false;
}

static bool
parse_ask(struct http_request *request, struct ask *ret)
{
	return http_arg_int(request, "maxPrefixes", 1, PREFIXES_MAX, DEFAULT_PREFIXES,
		   &ret->max_prefixes) &&
	       http_arg_int(
		   request, "minValue", 0, UINT64_MAX >> 1, 0, &ret->min_value) &&
	       http_arg_int(request, "minPrefix", 0, 128, 0, &ret->min_prefix) &&
	       http_arg_bool(request, "includeCovered", false, &ret->include_covered) &&
	       http_arg_bool(request, "pruneCovered", false, &ret->prune_covered) &&
	       parse_direction(request, &ret->by_source);
}

static struct item *
add_item(struct list *list, const struct rib_route *route)
{
	list->items = mem_grow(list->items, list->len, &list->cap, sizeof *list->items);
	list->items[list->len] = (struct item){ .route = *route };
	return &list->items[list->len++];
}

static void
add_active(void *arg, const struct rib_route *route)
{
	struct list *list = arg;
	double value = list->ask->by_source ? route->source_bytes_per_s
					    : route->bytes_per_s;

	list->total += value;
	if (value > 0 && value >= (double)list->ask->min_value &&
	    route->prefix.len >= list->ask->min_prefix)
		add_item(list, route)->value = value;
}

static int
by_value(const void *a, const void *b)
{
	const struct item *x = a, *y = b;

	if (x->value != y->value)
		return x->value > y->value ? -1 : 1;
	return prefix_compare(&x->route.prefix, &y->route.prefix);
}

static int
by_prefix(const void *a, const void *b)
{
	const struct item *x = a, *y = b;

	return prefix_compare(&x->route.prefix, &y->route.prefix);
}

static void
sort_items(struct list *list, int (*order)(const void *, const void *))
{
	if (list->len)
		qsort(list->items, list->len, sizeof *list->items, order);
}

static uint32_t
key_of(const struct list *list, const struct item *item)
{
	return attrs_at(rib_attrs(list->rib), item->route.attrs)->fwkey;
}

/* Leaves out what forwards like the nearest one in the list that covers it. */
static void
prune_covered(struct list *list)
{
	size_t above[129], depth = 0, kept = 0;

	sort_items(list, by_prefix);
	for (size_t i = 0; i < list->len; i++) {
		struct item *item = &list->items[i];

		while (
		    depth && !prefix_covers(&list->items[above[depth - 1]].route.prefix,
				 &item->route.prefix))
			depth--;
		if (depth &&
		    key_of(list, &list->items[above[depth - 1]]) == key_of(list, item))
			continue;
		list->items[kept] = *item;
		above[depth++] = kept++;
	}
	list->len = kept;
	sort_items(list, by_value);
}

/* Adds the more-specifics of one item that are not in the list (which is by prefix). */
static size_t
add_covered(
    struct list *list, size_t by_prefix_len, const struct prefix *parent, size_t room)
{
	struct rib_cursor cursor = { parent->bits, parent->len, true };
	struct rib_route route;
	size_t added = 0;

	while (added < room &&
	       rib_next(list->rib, (enum family)parent->family, &cursor, &route) &&
	       prefix_covers(parent, &route.prefix)) {
		const struct item key = { .route = route };
		struct item *item = bsearch(
		    &key, list->items, by_prefix_len, sizeof key, by_prefix);

		if (!item) {
			item = add_item(list, &route);
			item->value = list->ask->by_source ? route.source_bytes_per_s
							   : route.bytes_per_s;
			added++;
		}
		item->covered = true;
		item->parent = *parent;
	}
	return added;
}

static void
include_covered(struct list *list)
{
	size_t len = list->len, room = COVERED_MAX;
	struct prefix last = { .len = 255 };

	sort_items(list, by_prefix);
	for (size_t i = 0; i < len && room; i++) {
		struct prefix prefix = list->items[i].route.prefix;

		/* a topmost one adds all below it; the default would add everything */
		if (prefix.len == 0 ||
		    (last.len != 255 && prefix_covers(&last, &prefix)))
			continue;
		last = prefix;
		room -= add_covered(list, len, &prefix, room);
	}
	sort_items(list, by_value);
}

static json_t *
items_json(const struct list *list, double *rettop)
{
	json_t *array = json_array();

	*rettop = 0;
	for (size_t i = 0; i < list->len; i++) {
		const struct item *item = &list->items[i];
		json_t *object = json_object();

		*rettop += item->value;
		json_object_set_new(object, "prefix", api_prefix(&item->route.prefix));
		api_add_attributes(object, list->rib, item->route.attrs, false);
		json_object_set_new(object, "value", api_number(item->value));
		if (item->covered)
			json_object_set_new(
			    object, "parentprefix", api_prefix(&item->parent));
		json_array_append_new(array, object);
	}
	return array;
}

static void
add_session(json_t *object, const struct router *router, enum family family)
{
	const struct router_session *s = router->rib_session[family];
	const struct bgp_session *session = s ? peer_session(s->peer) : NULL;
	struct addr id = { { (uint64_t)router->config->router_id << 32, 0 },
		FAMILY_IPV4 };
	bool up = session && bgp_session_state(session) == BGP_ESTABLISHED;
	uint64_t start = router->started_ms;

	if (up) {
		id.bits.hi = (uint64_t)session->negotiated.peer_id << 32;
		start = clock_wall_ms() - (clock_ms() - session->established_ms);
	}
	json_object_set_new(object, "as",
	    json_integer(up ? session->negotiated.peer_as : router->config->as));
	json_object_set_new(object, "id", api_addr(&id));
	json_object_set_new(object, "startTime", json_integer((json_int_t)start));
	json_object_set_new(object, "state", json_string(up ? "established" : "down"));
}

static void
add_counts(json_t *object, const struct router *router, enum family family)
{
	struct rib_status s;

	rib_status(router->rib, family, clock_s(), &s);
	json_object_set_new(
	    object, "learnedPrefixesAdded", json_integer((json_int_t)s.announced));
	json_object_set_new(
	    object, "learnedPrefixesRemoved", json_integer((json_int_t)s.withdrawn));
	json_object_set_new(object, "nPrefixes", json_integer((json_int_t)s.learned));
	json_object_set_new(
	    object, "pushedPrefixesAdded", json_integer((json_int_t)s.pushed));
	json_object_set_new(
	    object, "pushedPrefixesRemoved", json_integer((json_int_t)s.pulled));
}

static void
top(struct http_request *request, struct http_reply *reply, struct daemon *daemon,
    enum family family)
{
	struct router *router = api_router(daemon, request, reply);
	struct ask ask;
	struct list list = { .ask = &ask };
	json_t *object;
	double value;

	if (!router || !parse_ask(request, &ask))
		return;
	list.rib = router->rib;
	if (ask.by_source)
		rib_watch_sources(router->rib, clock_s());
	rib_each_active(router->rib, family, add_active, &list);
	sort_items(&list, by_value);
	if (list.len > ask.max_prefixes)
		list.len = ask.max_prefixes;
	if (ask.include_covered)
		include_covered(&list);
	if (ask.prune_covered)
		prune_covered(&list);
	object = json_object();
	add_session(object, router, family);
	add_counts(object, router, family);
	json_object_set_new(
	    object, "direction", json_string(ask.by_source ? "source" : "destination"));
	json_object_set_new(object, "topPrefixes", items_json(&list, &value));
	json_object_set_new(object, "valueTopPrefixes", api_number(value));
	json_object_set_new(object, "valueTotal", api_number(list.total));
	json_object_set_new(object, "valuePercentCoverage",
	    api_number(list.total > 0 ? 100 * value / list.total : 0));
	free(list.items);
	api_reply(reply, object);
}

void
api_top4(struct http_request *request, struct http_reply *reply, void *context)
{
	top(request, reply, context, FAMILY_IPV4);
}

void
api_top6(struct http_request *request, struct http_reply *reply, void *context)
{
	top(request, reply, context, FAMILY_IPV6);
}
