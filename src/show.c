#include "show.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "human.h"
#include "show_notes.h"
#include "show_parts.h"
#include "table.h"

#define INDENT 2

static void
print_sessions(const json_t *sessions, FILE *out)
{
	static const struct column columns[] = { { "name", TEXT }, { "role", TEXT },
		{ "neighbor", TEXT }, { "local", TEXT }, { "port", COUNT },
		{ "families", LIST }, { "state", TEXT }, { "uptime", DURATION },
		{ "prefixes_received", COUNT }, { "prefixes_announced", COUNT },
		{ "last_error", TEXT }, { NULL, TEXT } };

	show_list("session|role|neighbor|local|>port|families|state|>up|>received|"
		  ">announced|last error",
	    sessions, columns, INDENT, out);
}

static void
print_families(const json_t *router, FILE *out)
{
	static const struct column columns[] = { { "learned", COUNT },
		{ "installed", COUNT }, { "capacity", COUNT },
		{ "correct_share", SHARE }, { "hit_share", SHARE },
		{ "misforwarded_share", SHARE }, { "bytes_per_second", RATE },
		{ "frozen", TRUTH }, { NULL, TEXT } };

	show_families("family|>learned|>installed|>capacity|>correct|>hits|"
		      ">misforwarded|>traffic|frozen",
	    router, columns, INDENT, out);
}

static void
print_agents(const json_t *agents, FILE *out)
{
	static const struct column columns[] = { { "address", TEXT },
		{ "sub_agent", COUNT }, { "datagrams", COUNT }, { "samples", COUNT },
		{ "lost", COUNT }, { "sampling_rate", COUNT },
		{ "last_seen", DURATION }, { "restarts", COUNT }, { NULL, TEXT } };

	show_list("agent|>sub-agent|>datagrams|>samples|>lost|>sampling|>seen ago|"
		  ">restarts",
	    agents, columns, INDENT, out);
}

static void
print_router(const json_t *router, FILE *out)
{
	const json_t *as = json_object_get(router, "as");

	fprintf(out, "\nrouter %s, AS %" JSON_INTEGER_FORMAT ", %s\n\n",
	    show_text(router, "name"), json_integer_value(as), show_text(router, "id"));
	print_sessions(json_object_get(router, "sessions"), out);
	fputc('\n', out);
	print_families(router, out);
	fputc('\n', out);
	print_agents(json_object_get(router, "agents"), out);
	show_router_notes(router, out);
}

/* "sflow: unknown_agents 3, …", whatever counters there are. */
static void
print_sflow(json_t *sflow, FILE *out)
{
	const char *separator = "\nsflow: ";

	for (void *at = json_object_iter(sflow); at;
	     at = json_object_iter_next(sflow, at)) {
		const json_t *value = json_object_iter_value(at);

		if (!json_is_integer(value))
			continue;
		fprintf(out, "%s%s %" JSON_INTEGER_FORMAT, separator,
		    json_object_iter_key(at), json_integer_value(value));
		separator = ", ";
	}
	if (*separator == ',')
		fputc('\n', out);
}

bool
show_status(const char *json, FILE *out)
{
	json_t *root = show_load(json);
	const json_t *routers = json_object_get(root, "routers");
	char up[HUMAN_MAX];

	if (!root)
		return false;
	fprintf(out, "armd %s, up %s\n", show_text(root, "version"),
	    human_duration(
		(uint64_t)json_number_value(json_object_get(root, "uptime")), up));
	for (size_t i = 0; i < json_array_size(routers); i++)
		print_router(json_array_get(routers, i), out);
	print_sflow(json_object_get(root, "sflow"), out);
	show_sflow_notes(json_object_get(root, "sflow"), out);
	json_decref(root);
	return true;
}

bool
show_top(const char *json, FILE *out)
{
	static const struct column columns[] = { { "prefix", TEXT },
		{ "nexthop", HOPS }, { "aspath", TEXT }, { "value", RATE },
		{ NULL, TEXT } };
	json_t *root = show_load(json);
	const json_t *routes = json_object_get(root, "topPrefixes");
	double total = json_number_value(json_object_get(root, "valueTotal"));
	double top = json_number_value(json_object_get(root, "valueTopPrefixes"));
	struct table *table;
	char text[HUMAN_MAX], share[HUMAN_MAX];

	if (!root)
		return false;
	table = table_new("prefix|next hop|AS path|>traffic|>share");
	for (size_t i = 0; i < json_array_size(routes); i++) {
		const json_t *route = json_array_get(routes, i);
		double value = json_number_value(json_object_get(route, "value"));

		show_add_row(table, route, columns);
		table_add(table, total > 0 ? human_share(value / total, text) : "-");
	}
	table_take_print(table, 0, out);
	fprintf(out, "\n%zu routes carry %s of %s\n", json_array_size(routes),
	    total > 0 ? human_share(top / total, share) : "-", human_rate(total, text));
	json_decref(root);
	return true;
}

/* A row of a table of fields; of the reply itself if `object` is NULL. */
struct field {
	const char *label, *object, *key;
	enum form form;
};

/* Fields are ended by a NULL label. */
static void
print_fields(const json_t *root, const struct field *fields, FILE *out)
{
	struct table *table = table_new("field|value");

	for (; fields->label; fields++) {
		const json_t *object = fields->object
					   ? json_object_get(root, fields->object)
					   : root;

		table_add(table, fields->label);
		show_add_field(table, object, fields->key, fields->form);
	}
	table_take_print(table, 0, out);
}

/* A reply of nothing but fields. */
static bool
show_fields(const char *json, const struct field *fields, FILE *out)
{
	json_t *root = show_load(json);

	if (!root)
		return false;
	print_fields(root, fields, out);
	json_decref(root);
	return true;
}

bool
show_lookup(const char *json, FILE *out)
{
	static const struct field fields[] = {
		{ "address", NULL, "address", TEXT },
		{ "route", NULL, "prefix", TEXT },
		{ "next hop", NULL, "nexthop", HOPS },
		{ "AS path", NULL, "aspath", TEXT },
		{ "installed", NULL, "installed", TRUTH },
		{ "in hardware", "hardware", "action", TEXT },
		{ "  by route", "hardware", "prefix", TEXT },
		{ "  next hop", "hardware", "nexthop", HOPS },
		{ "correct", NULL, "correct", TRUTH },
		{ "traffic", NULL, "bytes_per_second", RATE },
		{ "  error", NULL, "relative_error", MARGIN },
		{ "packets/s", NULL, "packets_per_second", COUNT },
		{ "samples", NULL, "samples", COUNT },
		{ NULL, NULL, NULL, TEXT },
	};

	return show_fields(json, fields, out);
}

bool
show_explain(const char *json, FILE *out)
{
	static const struct field fields[] = {
		{ "reason", NULL, "reason", TEXT },
		{ "installed", NULL, "installed", TRUTH },
		{ "in hardware by", NULL, "by", TEXT },
		{ "correct", NULL, "correct", TRUTH },
		{ "traffic", NULL, "bytes_per_second", RATE },
		{ "  error", NULL, "relative_error", MARGIN },
		{ "  right without it", NULL, "right_without", RATE },
		{ "  gain", NULL, "gain", RATE },
		{ "  needed", NULL, "needed", RATE },
		{ "  latest sample", NULL, "idle", DURATION },
		{ "places", NULL, "places", COUNT },
		{ "worth a place", NULL, "worth", RATE },
		{ "  asked", NULL, "asked", RATE },
		{ "  price", NULL, "price", RATE },
		{ "least installed", "least", "prefix", TEXT },
		{ "  worth a place", "least", "worth", RATE },
		{ "next in line", "next", "prefix", TEXT },
		{ "  worth a place", "next", "worth", RATE },
		{ "capacity", NULL, "capacity", COUNT },
		{ "  installed", NULL, "table_installed", COUNT },
		{ "  spare", NULL, "spare", COUNT },
		{ "frozen", NULL, "frozen", TRUTH },
		{ NULL, NULL, NULL, TEXT },
	};
	json_t *root = show_load(json);

	if (!root)
		return false;
	fprintf(out, "%s\n\n", show_text(root, "text"));
	print_fields(root, fields, out);
	json_decref(root);
	return true;
}

bool
show_refresh(const char *json, FILE *out)
{
	static const struct column columns[] = { { "session", TEXT },
		{ "families", LIST }, { NULL, TEXT } };
	json_t *root = show_load(json);

	if (!root)
		return false;
	show_list("asked session|families", json_object_get(root, "requested"), columns,
	    0, out);
	json_decref(root);
	return true;
}

bool
show_capacity(const char *json, FILE *out)
{
	static const struct column columns[] = { { "capacity", COUNT },
		{ "configured", COUNT }, { "installed", COUNT }, { NULL, TEXT } };
	json_t *root = show_load(json);

	if (!root)
		return false;
	show_families("family|>capacity|>configured|>installed", root, columns, 0, out);
	fprintf(out, "\nA change lasts %s.\n", show_text(root, "lasts"));
	json_decref(root);
	return true;
}

bool
show_record(const char *json, FILE *out)
{
	static const struct field fields[] = {
		{ "state", NULL, "state", TEXT },
		{ "router", NULL, "router", TEXT },
		{ "path", NULL, "path", TEXT },
		{ "bytes", NULL, "bytes", COUNT },
		{ "at most", NULL, "max_bytes", COUNT },
		{ "for", NULL, "seconds", DURATION },
		{ "routes", NULL, "routes", COUNT },
		{ "changes", NULL, "changes", COUNT },
		{ "datagrams", NULL, "datagrams", COUNT },
		{ "ended", NULL, "end", TEXT },
		{ "failed", NULL, "failed", TRUTH },
		{ NULL, NULL, NULL, TEXT },
	};

	return show_fields(json, fields, out);
}

char *
show_error(const char *json)
{
	json_t *root = show_load(json);
	const char *text = json_string_value(json_object_get(root, "error"));
	char *copy = text ? mem_strdup(text) : NULL;

	for (char *c = copy; c && *c; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = '?';
	json_decref(root);
	return copy;
}

char *
show_router_names(const char *json, size_t *retcount)
{
	json_t *root = show_load(json);
	const json_t *routers = json_object_get(root, "routers");
	char *names = NULL;
	size_t count = 0, len;
	FILE *out;

	if (!json_is_array(routers) || !(out = open_memstream(&names, &len))) {
		json_decref(root);
		return NULL;
	}
	for (size_t i = 0; i < json_array_size(routers); i++)
		fprintf(out, "%s%s", count++ ? " " : "",
		    show_text(json_array_get(routers, i), "name"));
	fclose(out);
	json_decref(root);
	*retcount = count;
	return names;
}
