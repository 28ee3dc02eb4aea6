#include "api_route.h"

#include <string.h>

#include "bgp/attr_text.h"
#include "buffer.h"
#include "json_put.h"
#include "rib/attrs.h"
#include "rib/nexthop.h"
#include "rib/rib.h"

#define TEXT_MAX 4096

void
api_put_addr(struct buffer *out, const struct addr *addr)
{
	char text[ADDR_TEXT_MAX];

	json_put_string(out, addr_text(addr, text));
}

void
api_put_prefix(struct buffer *out, const struct prefix *prefix)
{
	char text[PREFIX_TEXT_MAX];

	json_put_string(out, prefix_text(prefix, text));
}

/* All items of a list of communities, a blank between; cut at TEXT_MAX. */
static void
put_communities(struct buffer *out, const char *name, struct rd list,
    bool (*next)(struct rd *, char *))
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
	json_put_key(out, name);
	json_put_string(out, text);
}

static void
put_nexthop(struct buffer *out, const struct nexthop *nexthop)
{
	struct addr addr = nexthop_addr(nexthop);

	api_put_addr(out, &addr);
}

/* The attributes of one path. */
static void
put_path(struct buffer *out, const struct attrs *attrs, bool all)
{
	struct bgp_attr_fields fields;
	char text[TEXT_MAX];

	bgp_attr_fields(attrs, &fields);
	if (fields.nexthop.len) {
		json_put_key(out, "nexthop");
		put_nexthop(out, &fields.nexthop);
	}
	bgp_as_path_text(fields.as_path, '-', text, sizeof text);
	json_put_key(out, "aspath");
	json_put_string(out, text);
	json_put_key(out, "origin");
	json_put_string(out, bgp_origin_text(fields.origin));
	json_put_key(out, "localpref");
	json_put_integer(out, fields.has_local_pref ? fields.local_pref : 100);
	json_put_key(out, "med");
	json_put_integer(out, fields.has_med ? fields.med : 0);
	put_communities(out, "communities", fields.communities, bgp_community_next);
	if (!all)
		return;
	put_communities(out, "largecommunities", fields.large_communities,
	    bgp_large_community_next);
	put_communities(
	    out, "extcommunities", fields.ext_communities, bgp_ext_community_next);
}

void
api_put_attributes(struct buffer *out, struct rib *rib, uint32_t attrs, bool all)
{
	const struct attrs_table *table = rib_attrs(rib);
	size_t n = attrs_paths(table, attrs), n_nexthops;
	const struct nexthop *nexthops;

	put_path(out, attrs_at(table, attrs_path(table, attrs, 0)), all);
	if (n == 1)
		return;
	nexthops = fwkey_nexthops(
	    rib_fwkeys(rib), attrs_at(table, attrs)->fwkey, &n_nexthops);
	json_put_key(out, "nexthops");
	for (size_t i = 0; i < n_nexthops; i++) {
		json_put(out, i ? "," : "[");
		put_nexthop(out, &nexthops[i]);
	}
	json_put(out, "]");
	if (!all)
		return;
	json_put_key(out, "paths");
	for (size_t i = 0; i < n; i++) {
		json_put(out, i ? ",{" : "[{");
		put_path(out, attrs_at(table, attrs_path(table, attrs, i)), true);
		json_put(out, "}");
	}
	json_put(out, "]");
}

void
api_put_route(struct buffer *out, struct rib *rib, const struct rib_route *route)
{
	json_put_key(out, "prefix");
	api_put_prefix(out, &route->prefix);
	api_put_attributes(out, rib, route->attrs, true);
	json_put_key(out, "installed");
	json_put_bool(out, route->installed);
	json_put_key(out, "bytes_per_second");
	json_put_number(out, route->bytes_per_s);
	json_put_key(out, "packets_per_second");
	json_put_number(out, route->packets_per_s);
	json_put_key(out, "samples");
	json_put_integer(out, route->samples);
	json_put_key(out, "relative_error");
	json_put_number(out, route->error);
}
