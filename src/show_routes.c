#include "show_routes.h"

#include <inttypes.h>
#include <string.h>

#include "human.h"
#include "json_line.h"

#define LINE_MAX (16u << 20) /* a route of 256 paths with long attributes has 4 MB */

/* Enough for all but the longest of IPv6, which push their line to the right. */
static const struct widths {
	int prefix, nexthop;
} widths[] = { { 18, 15 }, { 26, 26 } };

/* What is shown of a route, borrowed from its line. */
struct row {
	const char *prefix, *nexthop, *aspath;
	double bytes_per_s;
	size_t nexthops;
	bool installed;
	bool last, more; /* the line that ends the list */
};

static const char *
text_of(const struct json_member *member)
{
	return member->kind == JSON_LINE_TEXT && *member->text ? member->text : "-";
}

static void
take_member(struct row *row, const struct json_member *member)
{
	if (strcmp(member->name, "prefix") == 0)
		row->prefix = text_of(member);
	else if (strcmp(member->name, "nexthop") == 0)
		row->nexthop = text_of(member);
	else if (strcmp(member->name, "aspath") == 0)
		row->aspath = text_of(member);
	else if (strcmp(member->name, "installed") == 0)
		row->installed = member->kind == JSON_LINE_TRUE;
	else if (strcmp(member->name, "bytes_per_second") == 0)
		row->bytes_per_s = member->kind == JSON_LINE_NUMBER ? member->number
								    : 0;
	else if (strcmp(member->name, "nexthops") == 0)
		row->nexthops = member->kind == JSON_LINE_LIST ? member->items : 0;
	else if (strcmp(member->name, "more") == 0) {
		row->last = true;
		row->more = member->kind == JSON_LINE_TRUE;
	}
}

static void
print_row(struct show_routes *routes, const struct row *row)
{
	const struct widths *w = &widths[strchr(row->prefix, ':') != NULL];
	char rate[HUMAN_MAX] = "-", hop[64], more[24] = "";

	/* of several next hops the first, and how many more there are */
	if (row->nexthops > 1)
		snprintf(more, sizeof more, "+%zu", row->nexthops - 1);
	snprintf(hop, sizeof hop, "%s%s", row->nexthop, more);
	if (row->bytes_per_s > 0)
		human_rate(row->bytes_per_s, rate);
	if (routes->count++ == 0)
		fprintf(routes->out, "  %-*s  %-*s  %9s  %s\n", w->prefix, "prefix",
		    w->nexthop, "next hop", "traffic", "AS path");
	fprintf(routes->out, "%c %-*s  %-*s  %9s  %s\n", row->installed ? '*' : ' ',
	    w->prefix, row->prefix, w->nexthop, hop, rate, row->aspath);
}

static void
take_line(struct show_routes *routes, char *text, size_t len)
{
	struct row row = { "-", "-", "-", .nexthops = 0 };
	struct json_member member;
	struct json_line line;

	json_line_begin(&line, text, len);
	while (json_line_next(&line, &member))
		take_member(&row, &member);
	if (!json_line_whole(&line) || routes->ended) {
		routes->bad = true;
	} else if (row.last) {
		routes->ended = true;
		routes->more = row.more;
	} else {
		print_row(routes, &row);
	}
}

bool
show_routes_take(void *state, const char *bytes, size_t len)
{
	struct show_routes *routes = state;
	const char *end;

	while (!routes->bad && (end = memchr(bytes, '\n', len))) {
		size_t n = (size_t)(end - bytes);

		buffer_add(&routes->line, bytes, n);
		buffer_add(&routes->line, "", 1);
		take_line(routes, routes->line.bytes, routes->line.len - 1);
		routes->line.len = 0;
		bytes = end + 1;
		len -= n + 1;
	}
	if (routes->line.len + len > LINE_MAX)
		routes->bad = true;
	if (!routes->bad)
		buffer_add(&routes->line, bytes, len);
	return !routes->bad && !ferror(routes->out);
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
