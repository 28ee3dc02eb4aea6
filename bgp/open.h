/*
 * OPEN: RFC 4271 4.2, extended optional parameters RFC 9072, 4-octet AS RFC 6793,
 * BGP identifier RFC 6286.
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
	/* That of the capability, if there is one; what the field of two octets says
	 * beside it is not compared. */
	uint32_t as;
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

#endif
