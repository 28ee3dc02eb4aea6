/*
 * BGP messages: the header of all, and those without a file of their own (KEEPALIVE,
 * NOTIFICATION, ROUTE-REFRESH). RFC 4271 4.1, 4.4, 4.5; RFC 2918; RFC 7313; lengths
 * above 4096: RFC 8654.
 */
#ifndef BGP_MESSAGE_H
#define BGP_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/prefix.h"
#include "base/wire.h"
#include "bgp/error.h"

#define BGP_HEADER_LEN 19
#define BGP_MESSAGE_MAX 4096
#define BGP_MESSAGE_EXTENDED_MAX 65535

enum bgp_message_type {
	BGP_OPEN = 1,
	BGP_UPDATE = 2,
	BGP_NOTIFICATION = 3,
	BGP_KEEPALIVE = 4,
	BGP_REFRESH = 5,
};
#define BGP_MESSAGE_TYPES 6 /* for arrays indexed by type */

/* "OPEN"; "type 9" has no name: NULL. */
const char *bgp_message_name(unsigned type);

#define BGP_AFI_IPV4 1
#define BGP_AFI_IPV6 2
#define BGP_SAFI_UNICAST 1

/* Sets of families are masks with bit 1 << FAMILY_IPV4 and 1 << FAMILY_IPV6. */
#define BGP_FAMILY_BIT(family) (1u << (family))

/* 1 or 2. */
uint16_t bgp_afi(enum family family);

/* False, and *retfamily untouched, for all but IPv4 and IPv6 unicast. */
bool bgp_family(unsigned afi, unsigned safi, enum family *retfamily);

enum bgp_frame_result {
	BGP_FRAME_PARTIAL, /* more bytes are needed */
	BGP_FRAME_WHOLE,
	BGP_FRAME_BAD, /* reterr says why; the stream cannot be read on */
};

/* A message in the bytes it was found in. */
struct bgp_frame {
	uint8_t type; /* enum bgp_message_type */
	uint16_t len; /* of the message, with its header */
	uint16_t body_len;
	const uint8_t *body; /* borrowed from the input */
};

/*
 * The first message in `len` bytes of a stream. A header is judged as soon as it is
 * there, so no more than `max` bytes (4096 or 65535) need ever be gathered. *retframe
 * is set for BGP_FRAME_WHOLE only, *reterr for BGP_FRAME_BAD only.
 */
enum bgp_frame_result bgp_message_frame(const uint8_t *bytes, size_t len, size_t max,
    struct bgp_frame *retframe, struct bgp_error *reterr);

/* Writes a header whose length bgp_message_end() fills in. Returns where it begins. */
size_t bgp_message_begin(struct wr *wr, enum bgp_message_type type);
void bgp_message_end(struct wr *wr, size_t begin);

/* Each writes one whole message; `wr` is full if there is no room. */
void bgp_keepalive_encode(struct wr *wr);
void bgp_notification_encode(struct wr *wr, const struct bgp_error *error);

/*
 * Reads the body of a NOTIFICATION into an error without reason; data beyond
 * BGP_ERROR_DATA_MAX is cut. False if it is shorter than two bytes: no answer is
 * allowed to that (RFC 4271 6.4).
 */
bool bgp_notification_decode(const uint8_t *body, size_t len, struct bgp_error *ret);

enum bgp_refresh_subtype {
	BGP_REFRESH_REQUEST = 0,
	BGP_REFRESH_BEGIN = 1, /* BoRR */
	BGP_REFRESH_END = 2,   /* EoRR */
};

struct bgp_refresh {
	uint16_t afi;
	uint8_t subtype; /* enum bgp_refresh_subtype, or one that is to be ignored */
	uint8_t safi;
};

void bgp_refresh_encode(
    struct wr *wr, enum family family, enum bgp_refresh_subtype subtype);

/*
 * Reads the body of a ROUTE-REFRESH. Without `enhanced` (RFC 7313, agreed on) whatever
 * stands in the place of the subtype is a request (RFC 2918). False if its length is
 * wrong: *reterr is then a header error, or for the two marks one of ROUTE-REFRESH. A
 * message of an unknown subtype, which is to be ignored, may have any length.
 */
bool bgp_refresh_decode(const uint8_t *body, size_t len, bool enhanced,
    struct bgp_refresh *ret, struct bgp_error *reterr);

#endif
