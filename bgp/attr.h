/*
 * Path attributes: their form, and a table that says of each which flags it must have,
 * what makes it malformed and what a fault costs. RFC 4271 4.3 and 6.3, RFC 7606.
 */
#ifndef BGP_ATTR_H
#define BGP_ATTR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/prefix.h"
#include "base/wire.h"
#include "bgp/fault.h"

enum bgp_attr_type {
	BGP_ATTR_ORIGIN = 1,
	BGP_ATTR_AS_PATH = 2,
	BGP_ATTR_NEXT_HOP = 3,
	BGP_ATTR_MED = 4,
	BGP_ATTR_LOCAL_PREF = 5,
	BGP_ATTR_ATOMIC_AGGREGATE = 6,
	BGP_ATTR_AGGREGATOR = 7,
	BGP_ATTR_COMMUNITIES = 8,
	BGP_ATTR_ORIGINATOR_ID = 9,
	BGP_ATTR_CLUSTER_LIST = 10,
	BGP_ATTR_MP_REACH = 14,
	BGP_ATTR_MP_UNREACH = 15,
	BGP_ATTR_EXT_COMMUNITIES = 16,
	BGP_ATTR_AS4_PATH = 17,
	BGP_ATTR_AS4_AGGREGATOR = 18,
	BGP_ATTR_IPV6_EXT_COMMUNITIES = 25,
	BGP_ATTR_LARGE_COMMUNITIES = 32,
	BGP_ATTR_OTC = 35,
};

#define BGP_FLAG_OPTIONAL 0x80
#define BGP_FLAG_TRANSITIVE 0x40
#define BGP_FLAG_PARTIAL 0x20
#define BGP_FLAG_EXTENDED 0x10

/* What the OPENs agreed on, as far as it concerns UPDATEs to us. */
struct bgp_session_params {
	bool ebgp;
	bool as4;                /* AS numbers of four octets, RFC 6793 */
	bool family[FAMILIES];   /* families we speak */
	bool add_path[FAMILIES]; /* prefixes to us carry path ids, RFC 7911 */
	bool extended_nexthop;   /* IPv4 by IPv6 next hops, RFC 8950 */
	bool reject_own_as;      /* treat AS paths with local_as in them as withdrawn */
	uint32_t local_as;
	uint32_t local_id; /* what carries it as ORIGINATOR_ID is ours; 0: not asked */
	/*
	 * Sessions that share a table of attributes and differ in local_as, local_id
	 * or reject_own_as take different numbers, 0 to 62.
	 */
	uint8_t domain;
};

/* One attribute as it stands in a message. */
struct bgp_attr {
	uint8_t flags, type;
	struct rd value;
	const uint8_t *raw; /* with its head */
	size_t raw_len;
};

/* Reads one attribute. False, and `rd` failed, if it is cut short. */
bool bgp_attr_next(struct rd *rd, struct bgp_attr *retattr);

/* Writes head and value; the flag for an extended length is set as the length asks. */
void bgp_attr_write(
    struct wr *wr, uint8_t flags, uint8_t type, const uint8_t *value, size_t len);

/* From whom an attribute means nothing: there it is discarded unread. */
enum bgp_attr_scope {
	BGP_ATTR_ANY_PEER,
	BGP_ATTR_INTERNAL,  /* from external ones */
	BGP_ATTR_TWO_OCTET, /* from those that know AS numbers of four octets */
};

/* One row of the table. */
struct bgp_attr_row {
	uint8_t type;
	uint8_t flags; /* the optional and transitive bits it must have */
	uint8_t fault; /* what a malformed one costs; enum bgp_verdict */
	uint8_t scope; /* enum bgp_attr_scope */
	const char *name;
	/* NULL, or why the value is malformed. */
	const char *(*check)(
	    const struct bgp_session_params *params, const struct bgp_attr *attr);
};

/* The row of `type`, or NULL if we do not know it. */
const struct bgp_attr_row *bgp_attr_row(uint8_t type);

#define BGP_ATTR_NAME_MAX 40

/* "ORIGIN", or "attribute 200" of one that has no row. Returns `text`. */
char *bgp_attr_name(uint8_t type, char text[BGP_ATTR_NAME_MAX]);

/*
 * Checks flags and value of one attribute by its row, and attributes without a row by
 * their flags. BGP_ACCEPT, or a verdict with *retfault filled.
 */
enum bgp_verdict bgp_attr_check(const struct bgp_session_params *params,
    const struct bgp_attr *attr, struct bgp_fault *retfault);

#endif
