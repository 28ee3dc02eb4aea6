#include "show_routes.h"

#include <inttypes.h>
#include <jansson.h>
#include <string.h>

#include "human.h"
#include "show_parts.h"

/* Enough for all but the longest of IPv6, which push their line to the right. */
static const struct widths {
	int prefix, nexthop;
} widths[] = { { 18, 15 }, { 26, 26 } };

static void
print_route(struct show_routes *routes, const json_t *route)
{
	const char *prefix = show_text(route, "prefix");
	const struct widths *w = &widths[strchr(prefix, ':') != NULL];
	double rate = json_number_value(json_object_get(route, "bytes_per_second"));
	bool installed = json_is_true(json_object_get(route, "installed"));
	size_t hops = json_array_size(json_object_get(route, "nexthops"));
	char text[HUMAN_MAX], hop[64], more[24] = "";

	/* of several next hops the first, and how many more there are */
	if (hops > 1)
		snprintf(more, sizeof more, "+%zu", hops - 1);
	snprintf(hop, sizeof hop, "%s%s", show_text(route, "nexthop"), more);
	if (routes->count++ == 0)
		fprintf(routes->out, "  %-*s  %-*s  %9s  %s\n", w->prefix, "prefix",
		    w->nexthop, "next hop", "traffic", "AS path");
	fprintf(routes->out, "%c %-*s  %-*s  %9s  %s\n", installed ? '*' : ' ',
	    w->prefix, prefix, w->nexthop, hop, rate > 0 ? human_rate(rate, text) : "-",
	    show_text(route, "aspath"));
}

static void
take_line(struct show_routes *routes, const char *line, size_t len)
{
	json_t *root = json_loadb(line, len, 0, NULL);
	const json_t *more = json_object_get(root, "more");

	if (!json_is_object(root) || routes->ended) {
		routes->bad = true;
	} else if (more) {
		routes->ended = true;
		routes->more = json_is_true(more);
	} else {
		print_route(routes, root);
	}
	json_decref(root);
}

void
show_routes_take(void *state, const char *bytes, size_t len)
{
	struct show_routes *routes = state;
	const char *end;

	while (!routes->bad && (end = memchr(bytes, '\n', len))) {
		size_t n = (size_t)(end - bytes);

		buffer_add(&routes->line, bytes, n);
		take_line(routes, routes->line.bytes, routes->line.len);
		routes->line.len = 0;
		bytes = end + 1;
		len -= n + 1;
	}
	if (!routes->bad)
		buffer_add(&routes->line, bytes, len);
}

bool
show_routes_end(struct show_routes *routes)
{
	bool whole = routes->ended && !routes->bad && !routes->line.len;

	buffer_fini(&routes->line);
	if (whole)
		fprintf(routes->out, "%s%" PRIu64 " route%s%s\n",
		    routes->count ? "\n" : "", routes->count,
		    routes->count == 1 ? "" : "s",
		    routes->more ? ", and there are more" : "");
	return whole;
}
