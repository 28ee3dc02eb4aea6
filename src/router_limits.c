#include "router_limits.h"

#include "base/log.h"
#include "clock.h"
#include "peer.h"
#include "router.h"

/* How far the routes of a session have come. */
static enum router_limit
limit_of(const struct config_session *config, enum family family, size_t learned)
{
	uint64_t max = config->max_prefixes[family];

	if (learned > max)
		return ROUTER_LIMIT_BEYOND;
	if (config->max_prefix_warning &&
	    learned * 100ull >= max * config->max_prefix_warning)
		return ROUTER_LIMIT_NEAR;
	return ROUTER_LIMIT_FAR;
}

static void
check(struct router *router, struct router_session *session, enum family family)
{
	const struct config_session *config = peer_config(session->peer);
	enum router_limit before = session->limits[family], now;
	struct rib_status status;

	rib_status(router->rib, family, clock_s(), &status);
	now = limit_of(config, family, status.learned);
	session->limits[family] = now;
	if (now > before)
		log_warn("router %s: %s: %zu %s routes: %s max-prefix, %u",
		    router->config->name, peer_name(session->peer), status.learned,
		    family_name(family),
		    now == ROUTER_LIMIT_BEYOND ? "more than" : "near",
		    config->max_prefixes[family]);
	/* the limit was lowered; what is left of an earlier session does not count */
	if (now == ROUTER_LIMIT_BEYOND &&
	    config->prefix_action == CONFIG_PREFIX_CLOSE && session->ended[family] &&
	    !router->sweeping[family])
		router_limit_reached(router, session->peer);
}

void
router_check_limits(struct router *router)
{
	for (int f = 0; f < FAMILIES; f++) {
		struct router_session *session = router->rib_session[f];

		if (session && session->up)
			check(router, session, (enum family)f);
	}
}

void
router_limit_reached(struct router *router, struct peer *peer)
{
	const struct config_session *config = peer_config(peer);
	struct bgp_error error;

	bgp_error_cease(&error, BGP_CEASE_MAX_PREFIXES, NULL);
	log_error(
	    "router %s: %s: more than max-prefix routes (%u IPv4, %u IPv6): session "
	    "closed for %u s; raise the limit or filter the table",
	    router->config->name, peer_name(peer), config->max_prefixes[FAMILY_IPV4],
	    config->max_prefixes[FAMILY_IPV6], config->max_prefix_restart_s);
	peer_fail(peer, &error, config->max_prefix_restart_s * 1000ull);
}
