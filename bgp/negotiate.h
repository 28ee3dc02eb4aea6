/*
 * What two OPENs agree on: RFC 4271 6.2, RFC 5492, RFC 6286, and each capability's own.
 */
#ifndef BGP_NEGOTIATE_H
#define BGP_NEGOTIATE_H

#include <stdbool.h>
#include <stdint.h>

#include "bgp/capability.h"
#include "bgp/error.h"
#include "bgp/open.h"

/* What holds on a session after both OPENs. Families are masks of BGP_FAMILY_BIT. */
struct bgp_negotiated {
	uint32_t peer_as;
	uint32_t peer_id;
	bool internal; /* iBGP */
	bool as4;
	bool refresh;          /* the peer answers ROUTE-REFRESH */
	bool enhanced_refresh; /* both mark begin and end of a refresh */
	bool extended_next_hop;
	uint16_t hold_s; /* 0: neither hold time nor keepalives */
	uint16_t keepalive_s;
	uint16_t send_max; /* bytes of a message to the peer */
	uint8_t families;
	uint8_t add_path_send; /* we may send paths with identifiers */
	uint8_t add_path_receive;
	/* The peer's, limited to `families`; only if we offered it too. */
	struct bgp_graceful graceful;
	struct bgp_long_lived long_lived;
};

/*
 * Judges the peer's OPEN against ours and the AS expected (0: any). False: *reterr is
 * the NOTIFICATION to send (Bad Peer AS, Bad BGP Identifier, no family in common), and
 * *ret is untouched.
 */
bool bgp_negotiate(const struct bgp_open *ours, const struct bgp_open *theirs,
    uint32_t expected_as, struct bgp_negotiated *ret, struct bgp_error *reterr);

#endif
