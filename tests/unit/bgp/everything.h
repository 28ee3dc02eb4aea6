/* What tests of the OPEN offer. */
#ifndef TESTS_BGP_EVERYTHING_H
#define TESTS_BGP_EVERYTHING_H

#include "bgp/message.h"
#include "bgp/open.h"

#define V4 BGP_FAMILY_BIT(FAMILY_IPV4)
#define V6 BGP_FAMILY_BIT(FAMILY_IPV6)

/* An OPEN that offers all there is. */
static const struct bgp_open everything = {
	.as = 4200000001,
	.id = 0x0a000088,
	.hold_s = 90,
	.caps = {
		.families = V4 | V6,
		.multiprotocol = true,
		.refresh = true,
		.enhanced_refresh = true,
		.extended_message = true,
		.extended_next_hop = true,
		.as4 = true,
		.as = 4200000001,
		.add_path_receive = V4 | V6,
		.add_path_send = V6,
		.graceful = {
			.offered = true,
			.restarting = true,
			.notification = true,
			.time_s = 4095,
			.families = V4 | V6,
			.forwarding = V6,
		},
		.long_lived = {
			.offered = true,
			.families = V4 | V6,
			.forwarding = V4,
			.stale_s = { 3600, 0xffffff },
		},
	},
};

#endif
