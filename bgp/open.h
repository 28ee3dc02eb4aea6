/*
 * OPEN: RFC 4271 4.2, extended optional parameters RFC 9072, 4-octet AS RFC 6793,
 * BGP identifier RFC 6286. And what two OPENs agree on.
 */
#ifndef BGP_OPEN_H
#define BGP_OPEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/wire.h"
#include "bgp/capability.h"
#include "bgp/error.h"

#define BGP_AS_TRANS 23456

struct bgp_open {
	uint32_t as; /* that of the capability, if there is one */
	uint32_t id; /* in host order */
	uint16_t hold_s;
	struct bgp_capabilities caps; /* when written, caps.as is taken from `as` */
};

/* The most bytes bgp_open_encode() writes. */
#define BGP_OPEN_MAX (29 + 2 + BGP_CAPABILITIES_MAX)

/* Writes one whole message. */
void bgp_open_encode(struct wr *wr, const struct bgp_open *open);

/*
 * Reads the body of an OPEN. Refuses another version than 4, unknown optional
 * parameters, malformed capabilities, AS 0 (RFC 7607), identifier 0 and hold times of
 * 1 and 2 seconds. False: *reterr is the NOTIFICATION to send, *ret is untouched.
 */
bool bgp_open_decode(
    const uint8_t *body, size_t len, struct bgp_open *ret, struct bgp_error *reterr);

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
	uint16_t send_max; /* bytes of a message */
	uint16_t receive_max;
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
