/*
 * What is wrong with an UPDATE, and what that costs: RFC 7606 2.
 */
#ifndef BGP_FAULT_H
#define BGP_FAULT_H

#include <stddef.h>
#include <stdint.h>

#include "base/wire.h"
#include "bgp/error.h"

/* The mildest first. */
enum bgp_verdict {
	BGP_ACCEPT,
	BGP_ATTR_DISCARD,
	BGP_TREAT_AS_WITHDRAW,
	BGP_RESET,
};

/* The worst that was found; all zero if nothing was. */
struct bgp_fault {
	uint8_t verdict; /* enum bgp_verdict */
	uint8_t type;    /* the attribute at fault, 0 if it is none */
	uint8_t subcode; /* enum bgp_update_error, of a reset */
	const char *reason;
	/* In the message: the attribute, or the prefix and what follows it in its
	 * field; empty if it is neither. */
	struct rd where;
};

/* Replaces the fault by another one if that is worse. */
void bgp_fault_raise(struct bgp_fault *fault, struct bgp_fault other);

/*
 * "ORIGIN at byte 23: bad value: 40010107", with the head of what is at fault and where
 * it begins in the message, whose `body` the fault was found in. Returns `text`.
 */
char *bgp_fault_text(const struct bgp_fault *fault, const uint8_t *body,
    char text[BGP_ERROR_REASON_MAX]);

/* The NOTIFICATION of a reset. RFC 4271 6.3 */
void bgp_fault_error(
    const struct bgp_fault *fault, const uint8_t *body, struct bgp_error *reterr);

#endif
