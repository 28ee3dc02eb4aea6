#include "peer_offer.h"

#include "bgp/capability.h"
#include "bgp/message.h"
#include "config.h"

static void
offer_restart(const struct config_session *config, struct bgp_capabilities *offer)
{
	uint8_t families = offer->families;

	offer->graceful.offered = true;
	if (config->role != CONFIG_TARGET || config->restart_time_s == 0)
		return;
	/* our routes forward without us: the F bits */
	offer->graceful.notification = true;
	offer->graceful.time_s = config->restart_time_s;
	offer->graceful.families = offer->graceful.forwarding = families;
	if (config->long_lived_s == 0)
		return;
	offer->long_lived.offered = true;
	offer->long_lived.families = offer->long_lived.forwarding = families;
	for (int f = 0; f < FAMILIES; f++)
		offer->long_lived.stale_s[f] = config->long_lived_s;
}

/* The kernel drops what has not the right key, so silence is all that comes of it. */
static const char *
unanswered(const struct config_guard *guard)
{
	if (*guard->password)
		return "no answer: has the neighbor the same password?";
	if (*guard->ao_key)
		return "no answer: has the neighbor the same ao-key, algorithm and ids?";
	return "no answer";
}

struct bgp_session_config
peer_session_config(const struct config_session *config, uint64_t seed)
{
	struct bgp_session_config ret = bgp_session_config_default();

	ret.local_as = config->as;
	ret.peer_as = config->neighbor_as;
	ret.local_id = config->router_id;
	ret.hold_s = config->hold_time_s;
	ret.dial = config->connect;
	ret.unanswered = unanswered(&config->guard);
	ret.listen = true;
	ret.seed = seed;
	ret.offer.extended_message = config->extended_messages;
	ret.offer.multiprotocol = true;
	for (int f = 0; f < FAMILIES; f++)
		if (config->families[f])
			ret.offer.families |= (uint8_t)BGP_FAMILY_BIT(f);
	ret.offer.extended_next_hop = config->families[FAMILY_IPV4];
	if (config->add_path && config->role == CONFIG_RIB)
		ret.offer.add_path_receive = ret.offer.families;
	else if (config->add_path)
		ret.offer.add_path_send = ret.offer.families;
	ret.confirm_last = config->role == CONFIG_TARGET && config->restart_time_s > 0;
	offer_restart(config, &ret.offer);
	return ret;
}
