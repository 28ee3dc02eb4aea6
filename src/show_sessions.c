/* armctl sessions: see show.h. */
#include <jansson.h>

#include "human.h"
#include "show.h"
#include "show_parts.h"
#include "table.h"

#define INDENT 2

struct row {
	const char *label, *key;
	enum form form;
};

static void
add_label(struct table *table, const char *label, const json_t *value, enum form form)
{
	table_add(table, label);
	show_add_value(table, value, form);
}

/* The rows whose key the object has, in a table of two columns. */
static void
add_rows(struct table *table, const json_t *object, const struct row *rows)
{
	for (; rows->label; rows++) {
		const json_t *value = json_object_get(object, rows->key);

		if (value && !json_is_null(value))
			add_label(table, rows->label, value, rows->form);
	}
}

static void
print_facts(const json_t *session, FILE *out)
{
	static const struct row facts[] = {
		{ "state", "state", TEXT },
		{ "established for", "uptime", DURATION },
		{ "neighbor", "neighbor", TEXT },
		{ "  AS", "peer_as", COUNT },
		{ "  identifier", "peer_id", TEXT },
		{ "local address", "local", TEXT },
		{ "  port", "port", COUNT },
		{ "  AS", "local_as", COUNT },
		{ "families", "families", LIST },
		{ "end of RIB", "end_of_rib", LIST },
		{ "longest message", "message_max", COUNT },
		{ "hold time", "hold_time", DURATION },
		{ "keepalive time", "keepalive_time", DURATION },
		{ NULL, NULL, TEXT },
	};
	static const struct row timers[] = {
		{ "held for still", "hold", DURATION },
		{ "next keepalive in", "keepalive", DURATION },
		{ NULL, NULL, TEXT },
	};
	static const struct row counts[] = {
		{ "prefixes received", "prefixes_received", COUNT },
		{ "prefixes announced", "prefixes_announced", COUNT },
		{ "prefixes withdrawn", "prefixes_withdrawn", COUNT },
		{ "prefixes rejected", "prefixes_rejected", COUNT },
		{ "bytes not taken yet", "backlog", COUNT },
		{ "reading paused", "paused", TRUTH },
		{ NULL, NULL, TEXT },
	};
	const json_t *prefixes = json_object_get(session, "prefixes");
	struct table *table = table_new("what|value");

	add_rows(table, session, facts);
	add_rows(table, json_object_get(session, "timers"), timers);
	add_label(table, "IPv4 prefixes now", json_object_get(prefixes, "ipv4"), COUNT);
	add_label(table, "IPv6 prefixes now", json_object_get(prefixes, "ipv6"), COUNT);
	add_rows(table, session, counts);
	table_take_print(table, INDENT, out);
}

static void
print_troubles(const json_t *session, FILE *out)
{
	static const struct row troubles[] = {
		{ "times lost", "flaps", COUNT },
		{ "  why last", "last_error", TEXT },
		{ "  how long ago", "last_error_ago", DURATION },
		{ "failed attempts in a row", "failures", COUNT },
		{ "  why last", "last_failure", TEXT },
		{ "  how long ago", "last_failure_ago", DURATION },
		{ "next attempt in", "next_retry", DURATION },
		{ "neighbor kept out for", "idle_hold", DURATION },
		{ "its connections refused", "connections_refused", COUNT },
		{ "last error we sent", "last_notification_sent", TEXT },
		{ "  our words", "shutdown_sent", TEXT },
		{ "last error it sent", "last_notification_received", TEXT },
		{ "  its words", "shutdown_received", TEXT },
		{ NULL, NULL, TEXT },
	};
	struct table *table = table_new("trouble|value");

	add_rows(table, session, troubles);
	table_take_print(table, INDENT, out);
}

static void
print_capabilities(const json_t *list, FILE *out)
{
	static const struct column columns[] = { { "name", TEXT }, { "offered", TRUTH },
		{ "received", TRUTH }, { "agreed", TRUTH }, { NULL, TEXT } };

	show_list("capability|ours|theirs|agreed", list, columns, INDENT, out);
}

static void
print_restart(const json_t *restart, FILE *out)
{
	static const struct row rows[] = {
		{ "keeps routes for", "time", DURATION },
		{ "has just restarted", "restarting", TRUTH },
		{ "also after a NOTIFICATION", "notification", TRUTH },
		{ "families", "families", LIST },
		{ "  forwarding kept", "forwarding", LIST },
		{ "then stale, IPv4, for", "long_lived_ipv4", DURATION },
		{ "then stale, IPv6, for", "long_lived_ipv6", DURATION },
		{ NULL, NULL, TEXT },
	};
	struct table *table;

	if (!json_is_object(restart))
		return;
	fputc('\n', out);
	table = table_new("graceful restart|of the neighbor");
	add_rows(table, restart, rows);
	table_take_print(table, INDENT, out);
}

static void
print_messages(const json_t *session, FILE *out)
{
	static const struct column both[] = { { "received", COUNT }, { "sent", COUNT },
		{ NULL, TEXT } };
	static const struct row messages[] = {
		{ "OPEN", "open", COUNT },
		{ "UPDATE", "update", COUNT },
		{ "KEEPALIVE", "keepalive", COUNT },
		{ "ROUTE-REFRESH", "route_refresh", COUNT },
		{ "NOTIFICATION", "notification", COUNT },
		{ NULL, NULL, TEXT },
	};
	static const struct row verdicts[] = {
		{ "accepted", "accepted", COUNT },
		{ "attribute discarded", "attribute_discard", COUNT },
		{ "treated as withdrawal", "treat_as_withdraw", COUNT },
		{ "session reset", "session_reset", COUNT },
		{ "fields of other families", "ignored_fields", COUNT },
		{ NULL, NULL, TEXT },
	};
	const json_t *counts = json_object_get(session, "messages");
	struct table *table = table_new("message|>received|>sent");

	for (const struct row *row = messages; row->label; row++) {
		table_add(table, row->label);
		show_add_row(table, json_object_get(counts, row->key), both);
	}
	table_take_print(table, INDENT, out);
	fputc('\n', out);
	table = table_new("UPDATEs received|>count");
	add_rows(table, json_object_get(session, "updates"), verdicts);
	table_take_print(table, INDENT, out);
}

bool
show_sessions(const char *json, FILE *out)
{
	json_t *root = show_load(json);
	const json_t *sessions = json_object_get(root, "sessions");

	if (!root)
		return false;
	for (size_t i = 0; i < json_array_size(sessions); i++) {
		const json_t *session = json_array_get(sessions, i);

		fprintf(out, "%s%s session %s of router %s\n\n", i ? "\n" : "",
		    show_text(session, "role"), show_text(session, "name"),
		    show_text(session, "router"));
		print_facts(session, out);
		fputc('\n', out);
		print_troubles(session, out);
		fputc('\n', out);
		print_capabilities(json_object_get(session, "capabilities"), out);
		print_restart(json_object_get(session, "neighbor_restart"), out);
		fputc('\n', out);
		print_messages(session, out);
	}
	json_decref(root);
	return true;
}
