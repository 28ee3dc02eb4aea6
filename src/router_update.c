/* UPDATEs received: prefixes into the RIB, faults into counters, logs and verdicts. */
#include <stdio.h>

#include "base/log.h"
#include "bgp/update.h"
#include "clock.h"
#include "peer.h"
#include "rib/attrs.h"
#include "router.h"
#include "router_limits.h"

static struct bgp_session_params
params_of(const struct peer *peer)
{
	const struct bgp_negotiated *n = &peer_session(peer)->negotiated;
	const struct config_session *config = peer_config(peer);
	struct bgp_session_params params = {
		.ebgp = !n->internal,
		.as4 = n->as4,
		.extended_nexthop = n->extended_next_hop,
		.reject_own_as = !n->internal,
		.local_as = config->as,
		.local_id = config->router_id,
	};

	for (int f = 0; f < FAMILIES; f++) {
		params.family[f] = n->families & BGP_FAMILY_BIT(f);
		params.add_path[f] = n->add_path_receive & BGP_FAMILY_BIT(f);
	}
	return params;
}

static void
withdraw(
    struct router *router, const struct prefix *prefix, bool add_path, uint32_t path_id)
{
	if (add_path)
		paths_withdraw(router->paths, prefix, path_id);
	else
		rib_withdraw(router->rib, prefix);
}

static bool
announce_all(struct router *router, struct router_session *session,
    struct bgp_nlri *nlri, uint32_t attrs)
{
	struct prefix prefix;
	uint32_t path_id;
	uint64_t refused = 0;

	while (bgp_nlri_next(nlri, &prefix, &path_id)) {
		session->announced++;
		if (!attrs || !bgp_nlri_is_unicast(&prefix)) {
			session->rejected++;
			withdraw(router, &prefix, nlri->add_path, path_id);
		} else if (nlri->add_path) {
			refused += !paths_announce(
			    router->paths, &prefix, path_id, attrs);
		} else {
			refused += !rib_announce(router->rib, &prefix, attrs);
		}
	}
	session->rejected += refused;
	return refused == 0;
}

static void
withdraw_all(
    struct router *router, struct router_session *session, struct bgp_nlri *nlri)
{
	struct prefix prefix;
	uint32_t path_id;

	while (bgp_nlri_next(nlri, &prefix, &path_id)) {
		session->withdrawn++;
		withdraw(router, &prefix, nlri->add_path, path_id);
	}
}

/* ", 192.0.2.0/24 first" of the routes that a bad UPDATE withdraws; "" if of none. */
static const char *
first_withdrawn(const struct bgp_update *update, char *text, size_t size)
{
	bool in_mp = update->attrs || !rd_left(&update->announced.rd);
	struct bgp_nlri nlri = in_mp ? update->mp_announced : update->announced;
	char prefix_words[PREFIX_TEXT_MAX];
	struct prefix prefix;
	uint32_t path_id;

	if (!bgp_nlri_next(&nlri, &prefix, &path_id))
		return "";
	snprintf(text, size, ", %s first", prefix_text(&prefix, prefix_words));
	return text;
}

static void
count_verdict(struct router *router, struct router_session *session,
    const struct bgp_update *update, const uint8_t *body)
{
	const struct bgp_fault *fault = &update->fault;
	char text[BGP_ERROR_REASON_MAX], first[PREFIX_TEXT_MAX + 10];
	const char *done = "", *which = "";

	session->verdicts.ignored += update->ignored;
	switch ((enum bgp_verdict)fault->verdict) {
	case BGP_ACCEPT:
		session->verdicts.accepted++;
		return;
	case BGP_ATTR_DISCARD:
		session->verdicts.attributes_discarded++;
		done = "attribute discarded";
		break;
	case BGP_TREAT_AS_WITHDRAW:
		session->verdicts.treated_as_withdraw++;
		done = "routes withdrawn";
		which = first_withdrawn(update, first, sizeof first);
		break;
	case BGP_RESET:
		session->verdicts.resets++;
		done = "session reset";
		break;
	}
	if (log_limit_pass(&router->complaints, clock_ms()))
		log_warn("router %s: %s: bad UPDATE: %s: %s%s", router->config->name,
		    peer_name(session->peer), bgp_fault_text(fault, body, text), done,
		    which);
}

void
router_update(struct router *router, struct peer *peer, const uint8_t *body, size_t len)
{
	struct router_session *session = router_session_of(router, peer);
	struct attrs_table *attrs = rib_attrs(router->rib);
	struct bgp_session_params params = params_of(peer);
	struct bgp_update update;
	struct bgp_error error;
	bool fits;

	bgp_update_decode(&params, attrs, rib_fwkeys(router->rib), body, len, &update);
	count_verdict(router, session, &update, body);
	if (update.fault.verdict == BGP_RESET) {
		bgp_fault_error(&update.fault, body, &error);
		peer_fail(peer, &error, 0);
		return;
	}
	if (peer_config(peer)->role != CONFIG_RIB) {
		/* what the target knows is not our business */
		bgp_update_release(attrs, &update);
		return;
	}
	withdraw_all(router, session, &update.withdrawn);
	withdraw_all(router, session, &update.mp_withdrawn);
	fits = announce_all(router, session, &update.announced, update.attrs);
	fits &= announce_all(router, session, &update.mp_announced, update.mp_attrs);
	if (update.eor && !session->ended[update.eor_family]) {
		session->ended[update.eor_family] = true;
		router_learned(router, (enum family)update.eor_family, "End-of-RIB");
	}
	bgp_update_release(attrs, &update);
	if (!fits)
		router_limit_reached(router, peer);
}
