#include "peer_offer.h"

#include "bgp/capability.h"
#include "bgp/message.h"
#include "config.h"

void
peer_offer_restart(const struct config_session *config, struct bgp_capabilities *offer)
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
