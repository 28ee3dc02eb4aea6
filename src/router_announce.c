#include "router_announce.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "bgp/announce.h"
#include "peer.h"
#include "rib/attrs.h"
#include "state.h"

struct outgoing {
	struct peer *peer;
	uint64_t messages;
};

static void
send_message(void *arg, const uint8_t *bytes, size_t len)
{
	struct outgoing *outgoing = arg;

	peer_send(outgoing->peer, bytes, len);
	outgoing->messages++;
}

static struct bgp_announce_params
params_of(const struct peer *peer)
{
	const struct bgp_negotiated *n = &peer_session(peer)->negotiated;
	const struct config_session *config = peer_config(peer);
	struct bgp_announce_params params = {
		.message_max = n->send_max,
		.ebgp = !n->internal,
		.as4 = n->as4,
		.extended_nexthop = n->extended_next_hop,
		.local_as = config->as,
		.n_communities = config->n_communities,
	};

	for (int f = 0; f < FAMILIES; f++)
		params.add_path[f] = n->add_path_send & BGP_FAMILY_BIT(f);
	memcpy(params.communities, config->communities,
	    config->n_communities * sizeof *config->communities);
	return params;
}

/* Changes as the peer is to be told them. */
struct wire {
	struct bgp_change *changes;
	size_t len, cap;
};

/* Adds what a change of a route is to the peer: changes of its paths, or of the best.
 */
static void
add_change(struct wire *wire, struct router *router,
    const struct bgp_announce_params *params, const struct rib_change *change)
{
	const struct attrs_table *attrs = rib_attrs(router->rib);
	struct bgp_change paths[BGP_FANOUT_MAX];
	struct bgp_change route = {
		.op = change->op == RIB_ANNOUNCE ? BGP_CHANGE_ANNOUNCE
						 : BGP_CHANGE_WITHDRAW,
		.prefix = change->prefix,
		.attrs = change->attrs,
	};
	size_t n = 1;

	if (params->add_path[route.prefix.family]) {
		n = bgp_fanout(
		    &router->fanouts[route.prefix.family], attrs, &route, paths);
	} else {
		paths[0] = route;
		if (route.attrs)
			paths[0].attrs = attrs_path(attrs, route.attrs, 0);
	}
	for (size_t i = 0; i < n; i++) {
		wire->changes = mem_grow(
		    wire->changes, wire->len, &wire->cap, sizeof *wire->changes);
		wire->changes[wire->len++] = paths[i];
	}
}

/* Encodes and queues; false if a route cannot be sent at all, and which. */
static bool
send_changes(struct router *router, struct router_session *session,
    const struct rib_change *changes, size_t n, struct prefix *retunfit)
{
	struct bgp_announce_params params = params_of(session->peer);
	struct outgoing outgoing = { .peer = session->peer };
	const struct bgp_sink sink = { send_message, &outgoing };
	struct wire wire = {
		.changes = mem_resize(NULL, n, sizeof(struct bgp_change)),
		.cap = n,
	};
	size_t sent;

	for (size_t i = 0; i < n; i++)
		add_change(&wire, router, &params, &changes[i]);
	sent = bgp_announce(
	    &params, rib_attrs(router->rib), wire.changes, wire.len, &sink);
	for (size_t i = 0; i < sent; i++) {
		session->announced += wire.changes[i].op == BGP_CHANGE_ANNOUNCE;
		session->withdrawn += wire.changes[i].op == BGP_CHANGE_WITHDRAW;
	}
	if (sent < wire.len)
		*retunfit = wire.changes[sent].prefix;
	n = wire.len;
	free(wire.changes);
	peer_sent_updates(session->peer, outgoing.messages);
	peer_flush(session->peer);
	return sent == n;
}

void
router_end_of_rib(struct router_session *session, enum family family)
{
	struct outgoing outgoing = { .peer = session->peer };
	const struct bgp_sink sink = { send_message, &outgoing };

	bgp_announce_eor(family, &sink);
	peer_sent_updates(session->peer, outgoing.messages);
	peer_flush(session->peer);
}

void
router_announce(
    struct router *router, struct router_session *session, enum family family)
{
	size_t n;
	const struct rib_change *changes = rib_changes(router->rib, family, &n);
	char text[PREFIX_TEXT_MAX], said[100];
	struct prefix unfit;
	struct rib_status status;
	struct bgp_error error;

	if (n)
		state_append(router->state, router->rib, changes, n);
	if (n && !send_changes(router, session, changes, n, &unfit)) {
		/* what is behind relies on it: the target is rebuilt without it */
		snprintf(said, sizeof said,
		    "the attributes of %s do not fit into a message",
		    prefix_text(&unfit, text));
		log_warn("router %s: %s: %s: never announced", router->config->name,
		    peer_name(session->peer), said);
		rib_bar(router->rib, &unfit);
		bgp_error_cease(&error, BGP_CEASE_RESET, said);
		peer_fail(session->peer, &error, 0);
		return;
	}
	if (session->ended[family])
		return;
	rib_status(router->rib, family, 0, &status);
	if (status.ready && status.settled) {
		session->ended[family] = true;
		router_end_of_rib(session, family);
	}
}

struct all {
	struct rib_change *changes;
	size_t len, cap;
};

static void
add_installed(void *arg, const struct rib_route *route)
{
	struct all *all = arg;

	if (!route->installed)
		return;
	all->changes = mem_grow(
	    all->changes, all->len, &all->cap, sizeof *all->changes);
	all->changes[all->len++] = (struct rib_change){
		.op = RIB_ANNOUNCE,
		.prefix = route->prefix,
		.attrs = route->attrs,
	};
}

void
router_announce_all(
    struct router *router, struct router_session *session, enum family family)
{
	struct all all = { 0 };
	struct prefix unfit;

	router_announce(router, session, family);
	if (session->up) {
		rib_changes_done(router->rib, family);
		rib_each_active(router->rib, family, add_installed, &all);
		peer_refresh(session->peer, family, BGP_REFRESH_BEGIN);
		if (all.len)
			send_changes(router, session, all.changes, all.len, &unfit);
		peer_refresh(session->peer, family, BGP_REFRESH_END);
	}
	free(all.changes);
}
