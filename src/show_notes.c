#include "show_notes.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

#include "human.h"
#include "show_parts.h"

#define SILENT_S 60    /* an agent that sends nothing so long is worth a note, */
#define FULL_SHARE 0.9 /* and a table of the ASIC that is so full */

struct notes {
	FILE *out;
	bool any;
};

static void __attribute__((format(printf, 2, 3)))
note(struct notes *notes, const char *format, ...)
{
	va_list args;

	fputs(notes->any ? "  note: " : "\n  note: ", notes->out);
	notes->any = true;
	va_start(args, format);
	vfprintf(notes->out, format, args);
	va_end(args);
	fputc('\n', notes->out);
}

static int64_t
integer(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

/* A time of the object as text, NULL if it has none. */
static const char *
duration(const json_t *object, const char *key, char *text)
{
	const json_t *value = json_object_get(object, key);
	double seconds = json_number_value(value);

	if (!json_is_number(value) || !(seconds >= 0 && seconds < 1e15))
		return NULL;
	return human_duration((uint64_t)seconds, text);
}

/* Whether a session with this role has the family configured, or agreed on. */
static bool
is_carried(const json_t *router, const char *role, const char *family)
{
	const json_t *sessions = json_object_get(router, "sessions");

	for (size_t i = 0; i < json_array_size(sessions); i++) {
		const json_t *session = json_array_get(sessions, i);
		const json_t *families = json_object_get(session, "families");

		if (strcmp(show_text(session, "role"), role) != 0)
			continue;
		for (size_t k = 0; k < json_array_size(families); k++) {
			const char *name = json_string_value(
			    json_array_get(families, k));

			if (name && strcmp(name, family) == 0)
				return true;
		}
	}
	return false;
}

static const char *
latest_trouble(const json_t *session)
{
	const char *text = show_text(session, "last_failure");

	return strcmp(text, "-") == 0 ? show_text(session, "last_error") : text;
}

/* What comes next, and what was wrong last. */
static void
note_down(struct notes *notes, const json_t *session)
{
	const char *state = show_text(session, "state");
	const char *trouble = latest_trouble(session);
	char text[HUMAN_MAX], next[256] = "";
	const char *when;

	if ((when = duration(session, "idle_hold", text)))
		snprintf(
		    next, sizeof next, "; its connections are refused for %s", when);
	else if ((when = duration(session, "next_retry", text)))
		snprintf(next, sizeof next, "; armd connects in %s", when);
	else if (strcmp(state, "active") == 0)
		snprintf(next, sizeof next,
		    "; armd waits for %s to connect to %s, port %" PRId64,
		    show_text(session, "neighbor"), show_text(session, "local"),
		    integer(session, "port"));
	else if (strcmp(state, "idle") == 0)
		snprintf(next, sizeof next, "; it comes up when the table is learned");
	note(notes, "%s %s: %s%s%s%s", show_text(session, "role"),
	    show_text(session, "name"), state, next,
	    strcmp(trouble, "-") == 0 ? "" : "; last: ",
	    strcmp(trouble, "-") == 0 ? "" : trouble);
}

static void
note_session(struct notes *notes, const json_t *session)
{
	const char *limit = show_text(session, "max_prefix");

	if (!json_is_object(session))
		return;
	if (strcmp(show_text(session, "state"), "established") != 0)
		note_down(notes, session);
	if (strcmp(limit, "near") == 0 || strcmp(limit, "beyond") == 0)
		note(notes, "%s %s is %s its max-prefix", show_text(session, "role"),
		    show_text(session, "name"), limit);
}

/* What is known of the table, and where it goes. */
static void
note_table(struct notes *notes, const json_t *family, const char *name, bool has_target)
{
	int64_t kept = integer(family, "kept");
	char text[HUMAN_MAX];
	const char *when;

	if ((when = duration(family, "learn_timeout", text)))
		note(notes,
		    "%s: the end of the table is awaited, for at most %s; then "
		    "routes are chosen",
		    name, when);
	if ((when = duration(family, "stale_time", text)))
		note(notes,
		    "%s: the session of the table is lost; its routes are kept "
		    "for %s",
		    name, when);
	if (kept > 0)
		note(notes,
		    "%s: the target may still hold %" PRId64 " routes from before",
		    name, kept);
	if (!has_target)
		note(notes, "%s: no target is configured: nothing is installed", name);
}

static void
note_family(
    struct notes *notes, const json_t *router, const char *key, const char *name)
{
	const json_t *family = json_object_get(router, key);
	bool has_target = is_carried(router, "target", key);

	if (!json_is_object(family) || !is_carried(router, "rib", key))
		return;
	note_table(notes, family, name, has_target);
	if (has_target && integer(family, "capacity") == 0)
		note(notes, "%s: the capacity is 0: nothing is installed", name);
	if (integer(family, "capacity") != integer(family, "configured_capacity"))
		note(notes,
		    "%s: the capacity of %" PRId64 " in the configuration was "
		    "changed by a request",
		    name, integer(family, "configured_capacity"));
	if (json_is_true(json_object_get(family, "frozen")))
		note(notes, "%s: no samples come, so the choice stays as it is", name);
}

/* What the agent says of the tables of its ASIC, if it does. */
static void
note_asic(struct notes *notes, const json_t *agent)
{
	static const struct {
		const char *key, *name;
	} tables[] = {
		{ "total_routes", "routes" },
		{ "ipv4", "IPv4 routes" },
		{ "ipv6", "IPv6 routes" },
		{ "ipv4_ipv6", "IPv4 and IPv6 routes" },
		{ "long_ipv6", "long IPv6 routes" },
		{ "ecmp_nexthops", "ECMP next hops" },
	};
	const json_t *asic = json_object_get(agent, "asic");

	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
		const json_t *table = json_object_get(asic, tables[i].key);
		int64_t entries = integer(table, "entries"),
			max = integer(table, "max");

		if (max > 0 && (double)entries > FULL_SHARE * (double)max)
			note(notes,
			    "agent %s: of its ASIC's %" PRId64 " places for %s %" PRId64
			    " are taken",
			    show_text(agent, "address"), max, tables[i].name, entries);
	}
}

static void
note_agents(struct notes *notes, const json_t *router)
{
	const json_t *configured = json_object_get(router, "configured_agents");
	const json_t *agents = json_object_get(router, "agents");

	if (json_is_array(configured) && json_array_size(configured) == 0)
		note(notes, "no sFlow agent is configured: without samples there is "
			    "nothing to choose by");
	for (size_t i = 0; i < json_array_size(agents); i++)
		note_asic(notes, json_array_get(agents, i));
	for (size_t i = 0; i < json_array_size(configured); i++) {
		const char *address = json_string_value(json_array_get(configured, i));
		char text[HUMAN_MAX] = "";
		double silent = -1;

		for (size_t k = 0; address && k < json_array_size(agents); k++) {
			const json_t *agent = json_array_get(agents, k);
			double seen = json_number_value(
			    json_object_get(agent, "last_seen"));

			if (strcmp(show_text(agent, "address"), address) == 0 &&
			    (silent < 0 || seen < silent)) {
				silent = seen;
				duration(agent, "last_seen", text);
			}
		}
		if (address && silent < 0)
			note(notes, "agent %s was never heard", address);
		else if (silent > SILENT_S)
			note(notes, "agent %s was last heard %s ago", address, text);
	}
}

void
show_router_notes(const json_t *router, FILE *out)
{
	const json_t *sessions = json_object_get(router, "sessions");
	struct notes notes = { out, false };

	for (size_t i = 0; i < json_array_size(sessions); i++)
		note_session(&notes, json_array_get(sessions, i));
	note_family(&notes, router, "ipv4", "IPv4");
	note_family(&notes, router, "ipv6", "IPv6");
	if (json_is_true(json_object_get(router, "congested")))
		note(&notes, "a target does not keep up, so the table is not read");
	note_agents(&notes, router);
}

void
show_sflow_notes(const json_t *sflow, FILE *out)
{
	struct notes notes = { out, false };

	if (integer(sflow, "unknown_agents") > 0)
		note(&notes, "some datagrams are of agents that no router has in its "
			     "configuration");
	if (integer(sflow, "lost") > 0)
		note(&notes, "the kernel dropped datagrams: see receive-buffer in "
			     "armd.conf(5)");
}
