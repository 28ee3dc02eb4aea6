#include "api_explain.h"

#include <jansson.h>

#include "api_json.h"
#include "clock.h"
#include "explain_text.h"
#include "router.h"
#include "text.h"

static void
add_rival(json_t *object, const char *name, const struct rib_rival *rival)
{
	json_t *value = rival->known ? json_object() : json_null();

	if (rival->known) {
		json_object_set_new(value, "prefix", api_prefix(&rival->prefix));
		json_object_set_new(value, "worth", api_number(rival->worth));
	}
	json_object_set_new(object, name, value);
}

static void
add_prefix(json_t *object, const char *name, bool known, const struct prefix *prefix)
{
	json_object_set_new(object, name, known ? api_prefix(prefix) : json_null());
}

static void
add_count(json_t *object, const char *name, size_t count)
{
	json_object_set_new(object, name, json_integer((json_int_t)count));
}

/* What was weighed: nothing of the default route, and of what is not there. */
static void
add_weights(json_t *object, const struct rib_explanation *e)
{
	json_object_set_new(object, "bytes_per_second", api_number(e->traffic));
	json_object_set_new(object, "relative_error", api_share(e->error));
	json_object_set_new(object, "samples", json_integer(e->answer.route.samples));
	json_object_set_new(object, "idle", api_number(e->idle_s));
	json_object_set_new(object, "right_by_fallback", api_number(e->fallback));
	json_object_set_new(object, "right_without", api_number(e->without));
	json_object_set_new(object, "gain", api_number(e->gain));
	json_object_set_new(object, "needed", api_number(e->needed));
	add_count(object, "places", e->places);
	json_object_set_new(object, "worth", api_number(e->worth));
	json_object_set_new(object, "asked", api_number(e->asked));
	json_object_set_new(object, "pinned", json_boolean(e->pinned));
	add_rival(object, "least", &e->least);
	add_rival(object, "next", &e->next);
}

static void
add_figures(json_t *object, const struct rib_explanation *e)
{
	json_object_set_new(object, "price", api_number(e->price));
	json_object_set_new(object, "min_rate", api_number(e->min_rate));
	add_count(object, "table_installed", e->installed);
	add_count(object, "capacity", e->capacity);
	add_count(object, "spare", e->spare);
	json_object_set_new(object, "frozen", json_boolean(e->frozen));
}

/* What is asked for: a prefix, or an address and its longest match. */
static bool
parse_ask(struct http_request *request, struct rib *rib, struct prefix *retprefix,
    struct addr *retaddr, bool *retby_address)
{
	const char *prefix, *address;
	char why[TEXT_ERROR_MAX];
	struct rib_answer answer;

	if (!http_arg_text(request, "prefix", NULL, &prefix) ||
	    !http_arg_text(request, "address", NULL, &address))
		return false;
	if (!prefix == !address) {
		http_refuse(request, "give either prefix or address");
		return false;
	}
	*retby_address = address;
	if (prefix) {
		if (text_prefix(prefix, retprefix, why))
			return true;
		http_refuse(request, "prefix: '%s': %s", prefix, why);
		return false;
	}
	if (!addr_parse(address, retaddr)) {
		http_refuse(
		    request, "address: '%s' is no IPv4 or IPv6 address", address);
		return false;
	}
	rib_lookup(rib, retaddr, &answer);
	*retprefix = answer.found ? answer.route.prefix
				  : prefix_make(retaddr->family, retaddr->bits,
					family_bits(retaddr->family));
	return true;
}

void
api_explain(struct http_request *request, struct http_reply *reply, void *context)
{
	struct router *router = api_router(context, request, reply);
	struct rib_explanation e;
	char text[EXPLAIN_TEXT_MAX];
	struct prefix prefix;
	struct addr addr;
	bool by_address;
	json_t *object;

	if (!router || !parse_ask(request, router->rib, &prefix, &addr, &by_address))
		return;
	rib_explain(router->rib, &prefix, clock_s(), &e);
	object = json_object();
	if (by_address)
		json_object_set_new(object, "address", api_addr(&addr));
	json_object_set_new(object, "prefix", api_prefix(&prefix));
	json_object_set_new(object, "text",
	    json_string(explain_text(&e, by_address ? &addr : NULL, text)));
	json_object_set_new(object, "reason", json_string(explain_reason(e.reason)));
	json_object_set_new(object, "because",
	    e.reason == RIB_WHY_GOING ? json_string(explain_reason(e.because))
				      : json_null());
	json_object_set_new(
	    object, "installed", json_boolean(rib_reason_installed(e.reason)));
	add_prefix(object, "other", e.other_known, &e.other);
	add_prefix(object, "by", e.answer.by_known, &e.answer.by);
	json_object_set_new(object, "correct",
	    e.answer.found ? json_boolean(e.answer.correct) : json_null());
	if (e.places)
		add_weights(object, &e);
	add_figures(object, &e);
	api_reply(reply, object);
}
