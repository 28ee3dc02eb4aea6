#include "api_top.h"

#include <stdlib.h>
#include <string.h>

#include "api_json.h"
#include "api_route.h"
#include "base/mem.h"
#include "buffer.h"
#include "clock.h"
#include "daemon.h"
#include "json_put.h"
#include "peer.h"
#include "rib/rib.h"
#include "router.h"
#include "top_items.h"
#include "top_select.h"

#define DEFAULT_PREFIXES 20000
#define PREFIXES_MAX 1000000
#define STEPS_MAX 4000 /* for a piece: half a millisecond */
#define LOOKS_A_STEP 8 /* to look at a route costs so much less than to sort it */

struct ask {
	uint64_t max_prefixes, min_value, min_prefix;
	bool include_covered, prune_covered, by_source;
};

enum phase { COLLECT, SORT_BY_PREFIX, SELECT, SORT_BY_VALUE, TELL };

/* A list on its way: first chosen, then told, a few steps a piece. */
struct top {
	const struct daemon *daemon;
	char *router; /* as asked for: it may be gone with the next configuration */
	enum family family;
	struct ask ask;
	enum phase phase;
	uint32_t position; /* COLLECT: in the books */
	double total;      /* value of all */
	struct top_items items;
	struct top_select select;
	struct top_items kept; /* SELECT: becomes the items */
	bool begun;            /* TELL */
	size_t looked_at, told;
	double told_value;
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

static void
top_free(void *state)
{
	struct top *top = state;

	top_items_fini(&top->items);
	top_items_fini(&top->kept);
	free(top->router);
	free(top);
}

/* --- choosing --- */

/* The next route with traffic is kept if it is among the greatest. False behind it. */
static bool
look(struct top *top, struct rib *rib)
{
	struct rib_traffic traffic;
	struct top_item item;

	if (!rib_next_active(rib, top->family, &top->position, &traffic))
		return false;
	item = (struct top_item){
		.prefix = traffic.prefix,
		.value = top->ask.by_source ? traffic.source_bytes_per_s
					    : traffic.bytes_per_s,
	};
	top->total += item.value;
	if (item.value > 0 && item.value >= (double)top->ask.min_value &&
	    item.prefix.len >= top->ask.min_prefix)
		top_items_offer(&top->items, &item, top->ask.max_prefixes);
	return true;
}

/* All routes with traffic. False while there are more. */
static bool
collect(struct top *top, struct rib *rib, size_t *steps)
{
	for (; *steps; --*steps)
		for (int i = 0; i < LOOKS_A_STEP; i++)
			if (!look(top, rib))
				return true;
	return false;
}

static bool
select_covered(struct top *top, struct rib *rib, size_t *steps)
{
	if (!top_select(&top->select, rib, &top->items, &top->kept, steps))
		return false;
	top_items_fini(&top->items);
	top->items = top->kept;
	top->kept = (struct top_items){ .list = NULL };
	return true;
}

/* True when the phase is over. */
static bool
phase_step(struct top *top, struct rib *rib, size_t *steps)
{
	switch (top->phase) {
	case COLLECT:
		return collect(top, rib, steps);
	case SORT_BY_PREFIX:
		return top_items_sort(&top->items, TOP_BY_PREFIX, steps);
	case SELECT:
		return select_covered(top, rib, steps);
	case SORT_BY_VALUE:
		return top_items_sort(&top->items, TOP_BY_VALUE, steps);
	case TELL:
		break;
	}
	return true;
}

static enum phase
phase_next(const struct top *top)
{
	if (top->phase == COLLECT && !top->select.include && !top->select.prune)
		return SORT_BY_VALUE;
	return top->phase + 1;
}

/* --- telling --- */

static void
put_count(struct buffer *out, const char *name, uint64_t count)
{
	json_put_key(out, name);
	json_put_integer(out, count);
}

static void
put_session(struct buffer *out, const struct router *router, enum family family)
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
	put_count(out, "as", up ? session->negotiated.peer_as : router->config->as);
	json_put_key(out, "id");
	api_put_addr(out, &id);
	put_count(out, "startTime", start);
	json_put_key(out, "state");
	json_put_string(out, up ? "established" : "down");
}

static void
put_begin(struct top *top, struct router *router, struct buffer *out)
{
	struct rib_status s;

	rib_status(router->rib, top->family, clock_s(), &s);
	json_put(out, "{");
	put_session(out, router, top->family);
	put_count(out, "learnedPrefixesAdded", s.announced);
	put_count(out, "learnedPrefixesRemoved", s.withdrawn);
	put_count(out, "nPrefixes", s.learned);
	put_count(out, "pushedPrefixesAdded", s.pushed);
	put_count(out, "pushedPrefixesRemoved", s.pulled);
	json_put_key(out, "direction");
	json_put_string(out, top->ask.by_source ? "source" : "destination");
	json_put_key(out, "topPrefixes");
	json_put(out, "[");
}

static void
put_item(struct top *top, struct rib *rib, struct buffer *out)
{
	const struct top_item *item = &top->items.list[top->looked_at++];
	struct rib_route route;

	if (!rib_find(rib, &item->prefix, &route))
		return; /* withdrawn since it was chosen */
	json_put(out, top->told++ ? ",\n{" : "\n{");
	top->told_value += item->value;
	json_put_key(out, "prefix");
	api_put_prefix(out, &item->prefix);
	api_put_attributes(out, rib, route.attrs, false);
	json_put_key(out, "value");
	json_put_number(out, item->value);
	if (item->covered) {
		json_put_key(out, "parentprefix");
		api_put_prefix(out, &item->parent);
	}
	json_put(out, "}");
}

static void
put_end(const struct top *top, struct buffer *out)
{
	json_put(out, "]");
	json_put_key(out, "valueTopPrefixes");
	json_put_number(out, top->told_value);
	json_put_key(out, "valueTotal");
	json_put_number(out, top->total);
	json_put_key(out, "valuePercentCoverage");
	json_put_number(out, top->total > 0 ? 100 * top->told_value / top->total : 0);
	json_put(out, "}\n");
}

static enum http_piece
top_produce(void *state, struct buffer *out)
{
	struct top *top = state;
	struct router *router = daemon_find_router(top->daemon, top->router);
	size_t steps = STEPS_MAX;

	if (!router)
		return HTTP_PIECE_CUT;
	while (top->phase != TELL && phase_step(top, router->rib, &steps))
		top->phase = phase_next(top);
	if (!steps)
		return HTTP_PIECE_MORE;
	if (!top->begun)
		put_begin(top, router, out);
	top->begun = true;
	while (top->looked_at < top->items.len) {
		if (out->len >= HTTP_PIECE_BYTES)
			return HTTP_PIECE_MORE;
		put_item(top, router->rib, out);
	}
	put_end(top, out);
	return HTTP_PIECE_LAST;
}

static void
answer(struct http_request *request, struct http_reply *reply, struct daemon *daemon,
    enum family family)
{
	struct router *router = api_router(daemon, request, reply);
	struct top *top;
	struct ask ask;

	if (!router || !parse_ask(request, &ask))
		return;
	if (ask.by_source)
		rib_watch_sources(router->rib, clock_s());
	top = mem_alloc(sizeof *top);
	top->daemon = daemon;
	top->router = mem_strdup(request->pieces[0]);
	top->family = family;
	top->ask = ask;
	top->select.include = ask.include_covered;
	top->select.prune = ask.prune_covered;
	top->select.by_source = ask.by_source;
	reply->pieces = (struct http_body){ top_produce, top_free, top };
}

void
api_top4(struct http_request *request, struct http_reply *reply, void *context)
{
	answer(request, reply, context, FAMILY_IPV4);
}

void
api_top6(struct http_request *request, struct http_reply *reply, void *context)
{
	answer(request, reply, context, FAMILY_IPV6);
}
