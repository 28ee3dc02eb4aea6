#include "route_filter.h"

#include <string.h>

#include "bgp/as_path.h"
#include "bgp/attr_text.h"
#include "http_route.h"
#include "rib/attrs.h"
#include "rib/rib.h"
#include "text.h"

/* NULL if the argument is not there. */
static bool
text_arg(struct http_request *request, const char *name, const char **ret)
{
	return http_arg_text(request, name, NULL, ret);
}

/* What the family is must be clear before the prefix: it may say so, too. */
static bool
parse_family(struct http_request *request, struct route_filter *filter)
{
	const char *text;

	if (!text_arg(request, "family", &text))
		return false;
	if (text && strcmp(text, "ipv4") != 0 && strcmp(text, "ipv6") != 0) {
		http_refuse(request, "family: '%.64s' is neither ipv4 nor ipv6", text);
		return false;
	}
	filter->family = text && text[3] == '6' ? FAMILY_IPV6 : FAMILY_IPV4;
	filter->within.family = (uint8_t)filter->family;
	return true;
}

/* prefix=P, that route alone, or covered=P, what it covers. */
static bool
parse_prefix(struct http_request *request, struct route_filter *filter)
{
	const char *exact, *covered, *family;
	char why[TEXT_ERROR_MAX];
	struct prefix prefix;

	if (!text_arg(request, "prefix", &exact) ||
	    !text_arg(request, "covered", &covered) ||
	    !text_arg(request, "family", &family))
		return false;
	if (!exact && !covered)
		return true;
	if (exact && covered) {
		http_refuse(request, "prefix and covered exclude each other");
		return false;
	}
	/* an address alone is a prefix here */
	if (!prefix_parse(exact ? exact : covered, &prefix) &&
	    !text_prefix(exact ? exact : covered, &prefix, why)) {
		http_refuse(request, "%s: '%.64s': %s", exact ? "prefix" : "covered",
		    exact ? exact : covered, why);
		return false;
	}
	if (family && prefix.family != filter->family) {
		http_refuse(request, "%s: '%.64s' is not of the family %s",
		    exact ? "prefix" : "covered", exact ? exact : covered, family);
		return false;
	}
	filter->family = (enum family)prefix.family;
	filter->within = prefix;
	filter->exact = exact != NULL;
	return true;
}

static bool
parse_nexthop(struct http_request *request, struct route_filter *filter)
{
	const char *text;

	if (!text_arg(request, "nexthop", &text))
		return false;
	filter->has_nexthop = text != NULL;
	if (!text || addr_parse(text, &filter->nexthop))
		return true;
	http_refuse(request, "nexthop: '%.64s' is no IPv4 or IPv6 address", text);
	return false;
}

static bool
parse_origin_as(struct http_request *request, struct route_filter *filter)
{
	uint64_t as;

	if (!http_arg_int(request, "origin_as", 1, UINT32_MAX, 0, &as))
		return false;
	filter->origin_as = (uint32_t)as;
	return true;
}

static bool
parse_community(struct http_request *request, struct route_filter *filter)
{
	const char *text;

	if (!text_arg(request, "community", &text))
		return false;
	filter->has_community = text != NULL;
	if (!text || bgp_community_parse(text, &filter->community))
		return true;
	http_refuse(request,
	    "community: '%.64s' is no community like 65000:1, 65000:1:2, rt:65000:1 or "
	    "no-export",
	    text);
	return false;
}

bool
route_filter_parse(struct http_request *request, struct route_filter *ret)
{
	struct route_filter filter = { .family = FAMILY_IPV4 };

	if (!parse_family(request, &filter) || !parse_prefix(request, &filter) ||
	    !http_arg_bool(request, "installed", false, &filter.installed) ||
	    !parse_nexthop(request, &filter) || !parse_origin_as(request, &filter) ||
	    !parse_community(request, &filter))
		return false;
	*ret = filter;
	return true;
}

static bool
goes_to(const struct nexthop *nexthop, const struct addr *addr)
{
	struct addr own;

	if (!nexthop->len)
		return false;
	own = nexthop_addr(nexthop);
	return addr_equal(&own, addr);
}

static bool
wants_path(const struct route_filter *filter, const struct attrs *attrs)
{
	struct bgp_attr_fields fields;

	bgp_attr_fields(attrs, &fields);
	return (!filter->has_nexthop || goes_to(&fields.nexthop, &filter->nexthop)) &&
	       (!filter->origin_as ||
		   bgp_as_path_originates(fields.as_path, filter->origin_as)) &&
	       (!filter->has_community ||
		   bgp_community_is_in(&filter->community, &fields));
}

bool
route_filter_wants(
    const struct route_filter *filter, struct rib *rib, const struct rib_route *route)
{
	const struct attrs_table *table = rib_attrs(rib);
	size_t n = attrs_paths(table, route->attrs);

	if (filter->installed && !route->installed)
		return false;
	if (!filter->has_nexthop && !filter->origin_as && !filter->has_community)
		return true;
	for (size_t i = 0; i < n; i++)
		if (wants_path(
			filter, attrs_at(table, attrs_path(table, route->attrs, i))))
			return true;
	return false;
}
