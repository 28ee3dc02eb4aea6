#include "api_status.h"

#include <ctype.h>
#include <jansson.h>

#include "api_agent.h"
#include "api_json.h"
#include "api_record.h"
#include "clock.h"
#include "collector.h"
#include "config.h"
#include "daemon.h"
#include "http.h"
#include "listener.h"
#include "peer.h"
#include "rib/attrs.h"
#include "router.h"
#include "session_status.h"
#include "version.h"

static json_t *
messages(const struct session_status *status)
{
	static const struct {
		enum bgp_message_type type;
		const char *name;
	} rows[] = {
		{ BGP_OPEN, "open" },
		{ BGP_UPDATE, "update" },
		{ BGP_NOTIFICATION, "notification" },
		{ BGP_KEEPALIVE, "keepalive" },
		{ BGP_REFRESH, "route_refresh" },
	};
	json_t *object = json_object();

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		json_object_set_new(object, rows[i].name,
		    json_pack("{sI sI}", "received",
			(json_int_t)status->received[rows[i].type], "sent",
			(json_int_t)status->sent[rows[i].type]));
	return object;
}

static json_t *
verdicts(const struct router_verdicts *v)
{
	return json_pack("{sI sI sI sI sI}", "accepted", (json_int_t)v->accepted,
	    "attribute_discard", (json_int_t)v->attributes_discarded,
	    "treat_as_withdraw", (json_int_t)v->treated_as_withdraw, "session_reset",
	    (json_int_t)v->resets, "ignored_fields", (json_int_t)v->ignored);
}

static void
add_negotiated(json_t *object, const struct bgp_negotiated *n)
{
	char text[ADDR_TEXT_MAX];
	struct addr id = { { (uint64_t)n->peer_id << 32, 0 }, FAMILY_IPV4 };

	json_object_set_new(object, "peer_as", json_integer(n->peer_as));
	json_object_set_new(object, "peer_id", json_string(addr_text(&id, text)));
	json_object_set_new(object, "hold_time", json_integer(n->hold_s));
	json_object_set_new(object, "keepalive_time", json_integer(n->keepalive_s));
	json_object_set_new(object, "families", api_families(n->families));
	json_object_set_new(object, "as4", json_boolean(n->as4));
	json_object_set_new(object, "route_refresh", json_boolean(n->refresh));
	json_object_set_new(object, "message_max", json_integer(n->send_max));
	json_object_set_new(
	    object, "graceful_restart", json_boolean(n->graceful.offered));
}

/* The worse of the families. */
static json_t *
limit_json(const struct session_status *status)
{
	static const char *const words[] = {
		[ROUTER_LIMIT_FAR] = "ok",
		[ROUTER_LIMIT_NEAR] = "near",
		[ROUTER_LIMIT_BEYOND] = "beyond",
	};
	enum router_limit limit = ROUTER_LIMIT_FAR;

	for (int f = 0; f < FAMILIES; f++)
		if (status->limits[f] > limit)
			limit = status->limits[f];
	return json_string(words[limit]);
}

/* A text, or null if there is none. */
static json_t *
text_json(const char *text)
{
	return *text ? json_string(text) : json_null();
}

/* What went wrong, and when it is tried again. */
static void
add_troubles(json_t *object, const struct session_status *status)
{
	json_object_set_new(object, "flaps", json_integer((json_int_t)status->flaps));
	json_object_set_new(
	    object, "failures", json_integer((json_int_t)status->failures));
	json_object_set_new(
	    object, "connections_refused", json_integer((json_int_t)status->refused));
	json_object_set_new(object, "next_retry", api_seconds_until(status->retry_ms));
	json_object_set_new(
	    object, "idle_hold", api_seconds_until(status->idle_hold_ms));
	json_object_set_new(object, "last_error", text_json(status->lost));
	json_object_set_new(object, "last_failure", text_json(status->failed));
	if (*status->error_received)
		json_object_set_new(object, "last_notification_received",
		    json_string(status->error_received));
	if (*status->error_sent)
		json_object_set_new(
		    object, "last_notification_sent", json_string(status->error_sent));
	json_object_set_new(
	    object, "shutdown_received", text_json(status->shutdown_received));
	json_object_set_new(object, "shutdown_sent", text_json(status->shutdown_sent));
}

/* "established": a word of JSON, not of prose. */
static json_t *
state_json(enum bgp_state state)
{
	char text[32];
	size_t len = 0;

	for (const char *c = bgp_state_name(state); *c && len + 1 < sizeof text; c++)
		text[len++] = (char)tolower((unsigned char)*c);
	return json_stringn(text, len);
}

json_t *
api_session(const struct router_session *s)
{
	const struct config_session *config = peer_config(s->peer);
	const struct bgp_session *session = peer_session(s->peer);
	bool is_rib = config->role == CONFIG_RIB, up;
	uint8_t families = 0;
	json_t *object = json_object();
	struct session_status status;

	session_status(s, &status);
	up = status.state == BGP_ESTABLISHED;
	for (int f = 0; f < FAMILIES; f++)
		families |= (uint8_t)(config->families[f] ? BGP_FAMILY_BIT(f) : 0);
	json_object_set_new(object, "name", json_string(config->name));
	json_object_set_new(object, "role", json_string(is_rib ? "rib" : "target"));
	json_object_set_new(object, "neighbor", api_addr(&config->neighbor));
	json_object_set_new(object, "local", api_addr(&config->local));
	json_object_set_new(object, "port", json_integer(config->port));
	json_object_set_new(object, "families", api_families(families));
	json_object_set_new(object, "state", state_json(status.state));
	json_object_set_new(object, "uptime",
	    up ? api_seconds_since(status.established_ms) : json_null());
	json_object_set_new(object, is_rib ? "prefixes_received" : "prefixes_announced",
	    json_integer((json_int_t)s->announced));
	json_object_set_new(
	    object, "prefixes_withdrawn", json_integer((json_int_t)s->withdrawn));
	if (is_rib)
		json_object_set_new(
		    object, "prefixes_rejected", json_integer((json_int_t)s->rejected));
	json_object_set_new(object, "messages", messages(&status));
	if (is_rib)
		json_object_set_new(object, "max_prefix", limit_json(&status));
	json_object_set_new(object, "updates", verdicts(&status.updates));
	json_object_set_new(
	    object, "backlog", json_integer((json_int_t)peer_backlog(s->peer)));
	if (up)
		add_negotiated(object, &session->negotiated);
	add_troubles(object, &status);
	return object;
}

/* Seconds until then, at 0 null. */
static json_t *
until_json(uint64_t at_ms)
{
	return api_seconds_until(at_ms ? at_ms : BGP_NEVER);
}

static json_t *
family_json(const struct router *router, enum family family)
{
	struct rib_status s;
	struct paths_stats paths;
	json_t *object = json_object();

	rib_status(router->rib, family, clock_s(), &s);
	paths_stats(router->paths, family, &paths);
	json_object_set_new(object, "learned", json_integer((json_int_t)s.learned));
	json_object_set_new(object, "installed", json_integer((json_int_t)s.installed));
	json_object_set_new(object, "capacity", json_integer((json_int_t)s.capacity));
	json_object_set_new(object, "configured_capacity",
	    json_integer(router->config->families[family].capacity));
	json_object_set_new(object, "active", json_integer((json_int_t)s.active));
	json_object_set_new(object, "ready", json_boolean(s.ready));
	json_object_set_new(
	    object, "learn_timeout", until_json(router->learned_at[family]));
	json_object_set_new(object, "stale_time", until_json(router->stale_at[family]));
	json_object_set_new(object, "kept", json_integer((json_int_t)s.kept));
	json_object_set_new(object, "target_up", json_boolean(s.target));
	json_object_set_new(object, "frozen", json_boolean(s.frozen));
	json_object_set_new(object, "samples", json_integer((json_int_t)s.samples));
	json_object_set_new(object, "unrouted", json_integer((json_int_t)s.unrouted));
	json_object_set_new(object, "refused", json_integer((json_int_t)s.refused));
	json_object_set_new(object, "paths", json_integer((json_int_t)paths.paths));
	json_object_set_new(
	    object, "paths_dropped", json_integer((json_int_t)paths.dropped));
	json_object_set_new(
	    object, "paths_unmerged", json_integer((json_int_t)paths.unmerged));
	json_object_set_new(object, "announced", json_integer((json_int_t)s.pushed));
	json_object_set_new(object, "withdrawn", json_integer((json_int_t)s.pulled));
	json_object_set_new(object, "bytes_per_second", api_number(s.bytes_per_s));
	json_object_set_new(object, "packets_per_second", api_number(s.packets_per_s));
	/* shares to the last digit: a single misforwarded packet must show */
	json_object_set_new(object, "correct_share", api_share(s.correct));
	json_object_set_new(object, "hit_share", api_share(s.hit));
	json_object_set_new(object, "misforwarded_share", api_share(s.misforwarded));
	json_object_set_new(object, "price", api_number(s.price));
	return object;
}

static json_t *
router_json(const struct daemon *daemon, const struct router *router)
{
	const struct sflow_agents *agents = collector_agents(daemon->collector);
	json_t *object = json_object(), *sessions = json_array(), *list = json_array();
	json_t *configured = json_array();
	struct addr id = { { (uint64_t)router->config->router_id << 32, 0 },
		FAMILY_IPV4 };
	struct attrs_stats attrs;

	for (size_t i = 0; i < router->n_sessions; i++)
		json_array_append_new(sessions, api_session(&router->sessions[i]));
	for (size_t i = 0; i < agents->count; i++)
		if (agents->list[i]->user == router)
			json_array_append_new(list, api_agent(agents->list[i]));
	attrs_stats(rib_attrs(router->rib), &attrs);
	json_object_set_new(object, "name", json_string(router->config->name));
	json_object_set_new(object, "as", json_integer(router->config->as));
	json_object_set_new(object, "id", api_addr(&id));
	json_object_set_new(object, "sessions", sessions);
	json_object_set_new(object, "ipv4", family_json(router, FAMILY_IPV4));
	json_object_set_new(object, "ipv6", family_json(router, FAMILY_IPV6));
	json_object_set_new(object, "attribute_sets", json_integer(attrs.sets));
	json_object_set_new(object, "samples_filtered",
	    json_integer((json_int_t)router->samples_filtered));
	json_object_set_new(object, "congested", json_boolean(router->congested));
	for (size_t i = 0; i < router->config->n_agents; i++)
		json_array_append_new(configured, api_addr(&router->config->agents[i]));
	json_object_set_new(object, "configured_agents", configured);
	json_object_set_new(object, "agents", list);
	return object;
}

static json_t *
collector_json(const struct daemon *daemon)
{
	const struct collector_stats *s = collector_stats(daemon->collector);
	json_t *object = json_object();

	json_object_set_new(
	    object, "datagrams", json_integer((json_int_t)s->datagrams));
	json_object_set_new(object, "bytes", json_integer((json_int_t)s->bytes));
	json_object_set_new(
	    object, "unknown_agents", json_integer((json_int_t)s->unknown_agents));
	json_object_set_new(object, "agents_refused",
	    json_integer((json_int_t)collector_agents(daemon->collector)->refused));
	json_object_set_new(object, "lost", json_integer((json_int_t)s->lost));
	json_object_set_new(object, "faults", api_faults(s->faults));
	return object;
}

void
api_status(struct http_request *request, struct http_reply *reply, void *context)
{
	const struct daemon *daemon = context;
	const struct http_stats *http = http_stats(daemon->http);
	json_t *object = json_object(), *routers = json_array();

	(void)request;
	for (size_t i = 0; i < daemon->n_routers; i++)
		json_array_append_new(routers, router_json(daemon, daemon->routers[i]));
	json_object_set_new(object, "version", json_string(ARMD_VERSION));
	json_object_set_new(object, "uptime", api_seconds_since(daemon->started_ms));
	json_object_set_new(object, "routers", routers);
	json_object_set_new(object, "sflow", collector_json(daemon));
	json_object_set_new(object, "record", api_record_json(daemon));
	json_object_set_new(object, "bgp",
	    json_pack("{sI}", "connections_refused",
		(json_int_t)listeners_refused(daemon->listeners)));
	json_object_set_new(object, "http",
	    json_pack("{sI sI sI sI}", "connections", (json_int_t)http->connections,
		"requests", (json_int_t)http->requests, "refused",
		(json_int_t)http->refused, "timeouts", (json_int_t)http->timeouts));
	api_reply(reply, object);
}
