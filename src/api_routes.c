#include "api_routes.h"

#include <stdlib.h>
#include <string.h>

#include "api_json.h"
#include "api_route.h"
#include "base/mem.h"
#include "buffer.h"
#include "daemon.h"
#include "json_put.h"
#include "rib/rib.h"
#include "route_filter.h"
#include "router.h"

#define ROUTES_DEFAULT 1000
#define INSTALLED_DEFAULT 100000
#define LOOKS_MAX 1000 /* routes looked at for a piece */

/* A list on its way. The RIB changes meanwhile: each prefix is told of as it is then.
 */
struct listing {
	const struct daemon *daemon;
	char *router; /* as asked for: it may be gone with the next configuration */
	struct route_filter filter;
	struct rib_cursor cursor;
	uint64_t left;
	bool lines; /* a line of JSON each, instead of one object */
	bool begun;
};

static void
listing_free(void *state)
{
	struct listing *list = state;

	free(list->router);
	free(list);
}

/* The next route of the family within the prefix. */
static bool
next_route(struct listing *list, struct rib *rib, struct rib_route *retroute)
{
	const struct route_filter *filter = &list->filter;
	const struct prefix *within = &filter->within;

	if (!list->cursor.begun && (filter->exact || within->len)) {
		list->cursor = (struct rib_cursor){ within->bits, within->len, true };
		if (rib_find(rib, within, retroute))
			return true;
	}
	return !filter->exact &&
	       rib_next(rib, filter->family, &list->cursor, retroute) &&
	       prefix_covers(within, &retroute->prefix);
}

static void
put_begin(struct listing *list, struct buffer *out)
{
	if (!list->lines)
		json_put(out, "{\"routes\":[");
}

static void
put_item(struct listing *list, struct buffer *out, struct rib *rib,
    const struct rib_route *route)
{
	if (!list->lines)
		json_put(out, list->begun ? ",\n" : "\n");
	list->begun = true;
	json_put(out, "{");
	api_put_route(out, rib, route);
	json_put(out, list->lines ? "}\n" : "}");
}

static void
put_end(struct listing *list, struct buffer *out, bool more)
{
	json_put(out, list->lines ? "{" : "],");
	json_put(out, more ? "\"more\":true}\n" : "\"more\":false}\n");
}

static enum http_piece
listing_produce(void *state, struct buffer *out)
{
	struct listing *list = state;
	struct router *router = daemon_find_router(list->daemon, list->router);
	struct rib_route route;
	bool any = true;

	if (!router)
		return HTTP_PIECE_CUT;
	if (!list->cursor.begun)
		put_begin(list, out);
	for (unsigned i = 0; i < LOOKS_MAX && out->len < HTTP_PIECE_BYTES; i++) {
		any = next_route(list, router->rib, &route);
		if (any && !route_filter_wants(&list->filter, router->rib, &route))
			continue;
		if (any && list->left) {
			list->left--;
			put_item(list, out, router->rib, &route);
			continue;
		}
		put_end(list, out, any);
		return HTTP_PIECE_LAST;
	}
	return HTTP_PIECE_MORE;
}

/* format=json, one object, or format=lines, a route in each line. */
static bool
parse_format(struct http_request *request, bool *retlines)
{
	const char *text;

	if (!http_arg_text(request, "format", "json", &text))
		return false;
	*retlines = strcmp(text, "lines") == 0;
	if (*retlines || strcmp(text, "json") == 0)
		return true;
	http_refuse(request, "format: '%.64s' is neither json nor lines", text);
	return false;
}

void
api_routes_list(struct http_request *request, struct http_reply *reply, void *context)
{
	struct router *router = api_router(context, request, reply);
	struct listing *list, ask = { .daemon = context };

	if (!router || !route_filter_parse(request, &ask.filter) ||
	    !parse_format(request, &ask.lines) ||
	    !http_arg_int(request, "max", 1, UINT32_MAX,
		ask.filter.installed ? INSTALLED_DEFAULT : ROUTES_DEFAULT, &ask.left))
		return;
	list = mem_alloc(sizeof *list);
	*list = ask;
	list->router = mem_strdup(request->pieces[0]);
	if (list->lines)
		reply->type = "application/x-ndjson";
	reply->pieces = (struct http_body){ listing_produce, listing_free, list };
}
