#include "api_json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bgp/attr_text.h"
#include "bgp/message.h"
#include "daemon.h"
#include "rib/attrs.h"
#include "router.h"

#define TEXT_MAX 4096

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

json_t *
api_families(uint8_t mask)
{
	json_t *list = json_array();

	for (int f = 0; f < FAMILIES; f++)
		if (mask & BGP_FAMILY_BIT(f))
			json_array_append_new(
			    list, json_string(f == FAMILY_IPV4 ? "ipv4" : "ipv6"));
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

/* All items of a list of communities, a blank between. */
static json_t *
communities(struct rd list, bool (*next)(struct rd *, char *))
{
	char text[TEXT_MAX] = "", item[BGP_COMMUNITY_TEXT_MAX];
	size_t len = 0;

	while (next(&list, item)) {
		size_t n = strlen(item);

		if (len + n + 2 > sizeof text)
			break;
		if (len)
			text[len++] = ' ';
		memcpy(text + len, item, n + 1);
		len += n;
	}
	return json_string(text);
}

void
api_add_attributes(json_t *object, struct rib *rib, uint32_t attrs, bool all)
{
	struct bgp_attr_fields fields;
	char text[TEXT_MAX];
	struct addr nexthop;

	bgp_attr_fields(attrs_at(rib_attrs(rib), attrs), &fields);
	if (fields.nexthop.len) {
		nexthop = nexthop_addr(&fields.nexthop);
		json_object_set_new(object, "nexthop", api_addr(&nexthop));
	}
	bgp_as_path_text(fields.as_path, '-', text, sizeof text);
	json_object_set_new(object, "aspath", json_string(text));
	json_object_set_new(
	    object, "origin", json_string(bgp_origin_text(fields.origin)));
	json_object_set_new(object, "localpref",
	    json_integer(fields.has_local_pref ? fields.local_pref : 100));
	json_object_set_new(
	    object, "med", json_integer(fields.has_med ? fields.med : 0));
	json_object_set_new(
	    object, "communities", communities(fields.communities, bgp_community_next));
	if (!all)
		return;
	json_object_set_new(object, "largecommunities",
	    communities(fields.large_communities, bgp_large_community_next));
	json_object_set_new(object, "extcommunities",
	    communities(fields.ext_communities, bgp_ext_community_next));
}
