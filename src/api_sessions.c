#include "api_sessions.h"

#include <jansson.h>
#include <string.h>

#include "api_json.h"
#include "api_status.h"
#include "clock.h"
#include "daemon.h"
#include "peer.h"
#include "router.h"
#include "session_status.h"

/* A capability as both sides offer it, and whether it is in use. */
static void
add_capability(json_t *list, const char *name, bool offered, bool received, bool agreed)
{
	json_array_append_new(
	    list, json_pack("{ss sb sb sb}", "name", name, "offered", offered,
		      "received", received, "agreed", agreed));
}

/* The same for each family, by masks of BGP_FAMILY_BIT. */
static void
add_capability_of(json_t *list, const char *const names[FAMILIES], uint8_t offered,
    uint8_t received, uint8_t agreed)
{
	for (int f = 0; f < FAMILIES; f++) {
		uint8_t bit = (uint8_t)BGP_FAMILY_BIT(f);

		add_capability(
		    list, names[f], offered & bit, received & bit, agreed & bit);
	}
}

/* `theirs` and `agreed` are zeroes while nothing was received. */
static json_t *
capabilities_json(const struct bgp_capabilities *ours,
    const struct bgp_capabilities *theirs, const struct bgp_negotiated *agreed)
{
	static const char *const unicast[] = { "ipv4_unicast", "ipv6_unicast" };
	static const char *const send[] = { "add_path_send_ipv4",
		"add_path_send_ipv6" };
	static const char *const receive[] = { "add_path_receive_ipv4",
		"add_path_receive_ipv6" };
	json_t *list = json_array();

	add_capability_of(
	    list, unicast, ours->families, theirs->families, agreed->families);
	add_capability(list, "as4", ours->as4, theirs->as4, agreed->as4);
	add_capability(
	    list, "route_refresh", ours->refresh, theirs->refresh, agreed->refresh);
	add_capability(list, "enhanced_route_refresh", ours->enhanced_refresh,
	    theirs->enhanced_refresh, agreed->enhanced_refresh);
	add_capability(list, "extended_message", ours->extended_message,
	    theirs->extended_message, agreed->send_max > BGP_MESSAGE_MAX);
	add_capability(list, "extended_next_hop", ours->extended_next_hop,
	    theirs->extended_next_hop, agreed->extended_next_hop);
	/* what one sends the other must want to receive */
	add_capability_of(list, send, ours->add_path_send, theirs->add_path_receive,
	    agreed->add_path_send);
	add_capability_of(list, receive, ours->add_path_receive, theirs->add_path_send,
	    agreed->add_path_receive);
	add_capability(list, "graceful_restart", ours->graceful.offered,
	    theirs->graceful.offered, agreed->graceful.offered);
	add_capability(list, "long_lived_graceful_restart", ours->long_lived.offered,
	    theirs->long_lived.offered, agreed->long_lived.offered);
	return list;
}

/* What one side says of its restarts (RFC 4724, 8538, 9494), null if nothing. */
static json_t *
restart_json(const struct bgp_capabilities *caps)
{
	const struct bgp_graceful *g = &caps->graceful;
	json_t *object;

	if (!g->offered)
		return json_null();
	object = json_pack("{si sb sb so so}", "time", (int)g->time_s, "restarting",
	    g->restarting, "notification", g->notification, "families",
	    api_families(g->families), "forwarding", api_families(g->forwarding));
	for (int f = 0; f < FAMILIES; f++)
		if (caps->long_lived.families & BGP_FAMILY_BIT(f))
			json_object_set_new(object,
			    f == FAMILY_IPV4 ? "long_lived_ipv4" : "long_lived_ipv6",
			    json_integer(caps->long_lived.stale_s[f]));
	return object;
}

static json_t *
timers_json(const struct bgp_conn *conn, bool paused)
{
	return json_pack("{so so so}", "hold",
	    conn && !paused ? api_seconds_until(conn->hold_at) : json_null(),
	    "keepalive", conn ? api_seconds_until(conn->keepalive_at) : json_null(),
	    "send_hold", conn ? api_seconds_until(conn->send_at) : json_null());
}

static json_t *
guards_json(const struct config_guard *guard)
{
	return json_pack("{so sb sb}", "ttl_security",
	    guard->ttl_security ? json_integer(guard->ttl_security) : json_null(),
	    "md5", *guard->password != '\0', "ao", *guard->ao_key != '\0');
}

/* How many prefixes it may bring: by family. */
static json_t *
max_prefixes_json(const struct config_session *config)
{
	json_t *object = json_object();

	for (int f = 0; f < FAMILIES; f++)
		if (config->families[f])
			json_object_set_new(object, api_family((enum family)f),
			    json_integer(config->max_prefixes[f]));
	return object;
}

/* What was given or taken so far, and stands: by family. */
static json_t *
prefixes_json(const struct router *router, const struct router_session *s)
{
	const struct config_session *config = peer_config(s->peer);
	json_t *object = json_object();

	for (int f = 0; f < FAMILIES; f++) {
		struct rib_status status;

		if (!config->families[f])
			continue;
		rib_status(router->rib, (enum family)f, clock_s(), &status);
		json_object_set_new(object, api_family((enum family)f),
		    json_integer(
			(json_int_t)(config->role == CONFIG_RIB ? status.learned
								: status.installed)));
	}
	return object;
}

static json_t *
end_of_rib_json(const struct router_session *s)
{
	uint8_t mask = 0;

	for (int f = 0; f < FAMILIES; f++)
		mask |= (uint8_t)(s->up && s->ended[f] ? BGP_FAMILY_BIT(f) : 0);
	return api_families(mask);
}

/* Seconds since then; null if there is nothing to tell. */
static json_t *
ago_json(const char *what, uint64_t at_ms)
{
	uint64_t now = clock_ms();

	if (!*what)
		return json_null();
	return api_number(now > at_ms ? (double)(now - at_ms) / 1e3 : 0);
}

static void
add_configured(json_t *object, const struct config_session *config)
{
	json_object_set_new(object, "local_as", json_integer(config->as));
	json_object_set_new(object, "connect", json_boolean(config->connect));
	if (config->connect)
		json_object_set_new(
		    object, "neighbor_port", json_integer(config->neighbor_port));
	json_object_set_new(
	    object, "hold_time_configured", json_integer(config->hold_time_s));
	json_object_set_new(object, "guards", guards_json(&config->guard));
	if (config->role == CONFIG_RIB)
		json_object_set_new(object, "max_prefixes", max_prefixes_json(config));
}

static json_t *
detail_json(const struct router *router, const struct router_session *s)
{
	static const struct bgp_conn none;
	const struct bgp_session *session = peer_session(s->peer);
	const struct config_session *config = peer_config(s->peer);
	const struct bgp_capabilities *ours = &session->config.offer;
	json_t *object = api_session(s);
	const struct bgp_conn *conn = NULL;
	struct session_status status;
	enum bgp_conn_id id;

	if (bgp_session_established(session, &id)) {
		conn = &session->conns[id];
		ours = &conn->ours.caps;
	}
	session_status(s, &status);
	json_object_set_new(object, "router", json_string(router->config->name));
	add_configured(object, config);
	json_object_set_new(object, "timers", timers_json(conn, session->paused));
	json_object_set_new(object, "paused", json_boolean(session->paused));
	json_object_set_new(object, "capabilities",
	    capabilities_json(ours, conn ? &conn->theirs.caps : &none.theirs.caps,
		conn ? &conn->negotiated : &none.negotiated));
	json_object_set_new(object, "own_restart", restart_json(ours));
	json_object_set_new(object, "neighbor_restart",
	    conn ? restart_json(&conn->theirs.caps) : json_null());
	json_object_set_new(object, "prefixes", prefixes_json(router, s));
	json_object_set_new(object, "end_of_rib", end_of_rib_json(s));
	json_object_set_new(
	    object, "last_error_ago", ago_json(status.lost, status.lost_ms));
	json_object_set_new(
	    object, "last_failure_ago", ago_json(status.failed, status.failed_ms));
	return object;
}

void
api_sessions(struct http_request *request, struct http_reply *reply, void *context)
{
	const struct daemon *daemon = context;
	const char *router, *name;
	json_t *list;

	if (!http_arg_text(request, "router", NULL, &router) ||
	    !http_arg_text(request, "name", NULL, &name))
		return;
	if (router && !daemon_find_router(daemon, router)) {
		http_reply_error(
		    reply, 404, "no router has the name or RIB peer '%s'", router);
		return;
	}
	list = json_array();
	for (size_t i = 0; i < daemon->n_routers; i++) {
		const struct router *r = daemon->routers[i];

		if (router && daemon_find_router(daemon, router) != r)
			continue;
		for (size_t k = 0; k < r->n_sessions; k++)
			if (!name ||
			    strcmp(name, peer_config(r->sessions[k].peer)->name) == 0)
				json_array_append_new(
				    list, detail_json(r, &r->sessions[k]));
	}
	if (name && !json_array_size(list)) {
		json_decref(list);
		http_reply_error(reply, 404, "no session has the name '%s'", name);
		return;
	}
	api_reply(reply, json_pack("{so}", "sessions", list));
}
