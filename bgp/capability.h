/*
 * Capabilities in OPEN (RFC 5492): what one side offers, written and read as a table
 * with a row each. Unknown ones are skipped.
 */
#ifndef BGP_CAPABILITY_H
#define BGP_CAPABILITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/prefix.h"
#include "base/wire.h"
#include "bgp/error.h"

enum bgp_capability_code {
	BGP_CAP_MULTIPROTOCOL = 1,
	BGP_CAP_REFRESH = 2,
	BGP_CAP_EXTENDED_NEXT_HOP = 5,
	BGP_CAP_EXTENDED_MESSAGE = 6,
	BGP_CAP_GRACEFUL = 64,
	BGP_CAP_AS4 = 65,
	BGP_CAP_ADD_PATH = 69,
	BGP_CAP_ENHANCED_REFRESH = 70,
	BGP_CAP_LONG_LIVED = 71,
};

#define BGP_GRACEFUL_TIME_MAX 4095       /* seconds, 12 bits */
#define BGP_LONG_LIVED_TIME_MAX 0xffffff /* seconds, 24 bits */

/* Graceful restart, RFC 4724 and RFC 8538. Families are masks of BGP_FAMILY_BIT. */
struct bgp_graceful {
	bool offered;
	bool restarting;   /* R: has just restarted, send End-of-RIB without waiting */
	bool notification; /* N: also after a NOTIFICATION */
	uint16_t time_s;
	uint8_t families;
	uint8_t forwarding; /* F: kept forwarding through the restart */
};

/* Long-lived graceful restart, RFC 9494. */
struct bgp_long_lived {
	bool offered;
	uint8_t families;
	uint8_t forwarding;
	uint32_t stale_s[FAMILIES];
};

/*
 * One side's offer. Zeroed, it is that of a speaker from before capabilities, whose
 * family is IPv4 though it says so nowhere: see bgp_negotiate().
 */
struct bgp_capabilities {
	uint8_t families;         /* RFC 4760, unicast; masks of BGP_FAMILY_BIT */
	bool multiprotocol;       /* said anything about families, even unknown ones */
	bool refresh;             /* RFC 2918 */
	bool enhanced_refresh;    /* RFC 7313 */
	bool extended_message;    /* RFC 8654 */
	bool extended_next_hop;   /* RFC 8950: IPv4 routes with IPv6 next hops */
	bool as4;                 /* RFC 6793 */
	uint32_t as;              /* with as4 */
	uint8_t add_path_receive; /* RFC 7911: families it wants to receive paths of */
	uint8_t add_path_send;
	struct bgp_graceful graceful;
	struct bgp_long_lived long_lived;
};

/* The most bytes bgp_capabilities_encode() writes. */
#define BGP_CAPABILITIES_MAX 128

/* Writes the capabilities offered, each with code and length. */
void bgp_capabilities_encode(struct wr *wr, const struct bgp_capabilities *caps);

/*
 * Reads the capabilities in one optional parameter and adds them to *caps, which the
 * caller zeroed before the first. False, and *caps partly filled, if one is malformed;
 * *reterr is then an OPEN error.
 */
bool bgp_capabilities_decode(
    struct rd *rd, struct bgp_capabilities *caps, struct bgp_error *reterr);

#endif
