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
add_prefixes(struct table *table, const json_t *session)
{
	static const struct row now[] = {
		{ "IPv4 prefixes now", "ipv4", COUNT },
		{ "IPv6 prefixes now", "ipv6", COUNT },
		{ NULL, NULL, TEXT },
	};
	static const struct row limits[] = {
		{ "  at most IPv4", "ipv4", COUNT },
		{ "  at most IPv6", "ipv6", COUNT },
		{ NULL, NULL, TEXT },
	};
	static const struct row counts[] = {
		{ "  limit", "max_prefix", TEXT },
		{ "prefixes received", "prefixes_received", COUNT },
		{ "prefixes announced", "prefixes_announced", COUNT },
		{ "prefixes withdrawn", "prefixes_withdrawn", COUNT },
		{ "prefixes rejected", "prefixes_rejected", COUNT },
		{ "bytes not taken yet", "backlog", COUNT },
		{ "reading paused", "paused", TRUTH },
		{ NULL, NULL, TEXT },
	};

	add_rows(table, json_object_get(session, "prefixes"), now);
	add_rows(table, json_object_get(session, "max_prefixes"), limits);
	add_rows(table, session, counts);
}

static void
print_facts(const json_t *session, FILE *out)
{
	static const struct row facts[] = {
		{ "state", "state", TEXT },
		{ "established for", "uptime", DURATION },
		{ "armd connects", "connect", TRUTH },
		{ "neighbor", "neighbor", TEXT },
		{ "  AS", "peer_as", COUNT },
		{ "  identifier", "peer_id", TEXT },
		{ "  port", "neighbor_port", COUNT },
		{ "local address", "local", TEXT },
		{ "  port", "port", COUNT },
		{ "  AS", "local_as", COUNT },
		{ "families", "families", LIST },
		{ "end of RIB", "end_of_rib", LIST },
		{ "longest message", "message_max", COUNT },
		{ "hold time offered", "hold_time_configured", DURATION },
		{ "  agreed on", "hold_time", DURATION },
		{ "keepalive time", "keepalive_time", DURATION },
		{ NULL, NULL, TEXT },
	};
	static const struct row timers[] = {
		{ "held for still", "hold", DURATION },
		{ "next keepalive in", "keepalive", DURATION },
		{ "may take nothing for", "send_hold", DURATION },
		{ NULL, NULL, TEXT },
	};
	static const struct row guards[] = {
		{ "hops away at most", "ttl_security", COUNT },
		{ "TCP MD5", "md5", TRUTH },
		{ "TCP-AO", "ao", TRUTH },
		{ NULL, NULL, TEXT },
	};
	struct table *table = table_new("what|value");

	add_rows(table, session, facts);
	add_rows(table, json_object_get(session, "timers"), timers);
	add_rows(table, json_object_get(session, "guards"), guards);
	add_prefixes(table, session);
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

/* Those that at least one side offers. */
static void
print_capabilities(const json_t *list, FILE *out)
{
	static const struct column columns[] = { { "name", TEXT }, { "offered", TRUTH },
		{ "received", TRUTH }, { "agreed", TRUTH }, { NULL, TEXT } };
	struct table *table = table_new("capability|ours|theirs|agreed");

	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *item = json_array_get(list, i);

		if (!json_is_false(json_object_get(item, "offered")) ||
		    !json_is_false(json_object_get(item, "received")))
			show_add_row(table, item, columns);
	}
	table_take_print(table, INDENT, out);
}

static void
print_restart(const json_t *ours, const json_t *theirs, FILE *out)
{
	static const struct row rows[] = {
		{ "asks to keep routes for", "time", DURATION },
		{ "has just restarted", "restarting", TRUTH },
		{ "also after a NOTIFICATION", "notification", TRUTH },
		{ "families", "families", LIST },
		{ "  forwarding kept", "forwarding", LIST },
		{ "then stale, IPv4, for", "long_lived_ipv4", DURATION },
		{ "then stale, IPv6, for", "long_lived_ipv6", DURATION },
		{ NULL, NULL, TEXT },
	};
	struct table *table;

	if (!json_is_object(ours) && !json_is_object(theirs))
		return;
	fputc('\n', out);
	table = table_new("graceful restart|ours|theirs");
	for (const struct row *row = rows; row->label; row++) {
		const json_t *our = json_object_get(ours, row->key);
		const json_t *their = json_object_get(theirs, row->key);

		if (!our && !their)
			continue;
		table_add(table, row->label);
		show_add_value(table, our, row->form);
		show_add_value(table, their, row->form);
	}
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
		print_restart(json_object_get(session, "own_restart"),
		    json_object_get(session, "neighbor_restart"), out);
		fputc('\n', out);
		print_messages(session, out);
	}
	json_decref(root);
	return true;
}
