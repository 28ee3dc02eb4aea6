/*
 * UPDATE messages, received: prefixes and one interned set of path attributes, or what
 * is wrong. RFC 4271 4.3 and 6.3, 4760 (multiprotocol), 7606 (faults), 6793 (four-octet
 * AS numbers), 7911 (path ids), 8950 (IPv4 by IPv6 next hops), 4724 2 (End-of-RIB).
 *
 * Attributes seen before are found by their raw bytes and not parsed. Everything is
 * validated before the decoder returns: acting on its result cannot fail half-way.
 */
#ifndef BGP_UPDATE_H
#define BGP_UPDATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bgp/attr.h"
#include "bgp/nlri.h"

struct attrs_table;
struct fwkeys;

/*
 * To act on an UPDATE that is not BGP_RESET: withdraw what stands in `withdrawn` and
 * `mp_withdrawn`; then announce what stands in `announced` with `attrs` and what stands
 * in `mp_announced` with `mp_attrs`, or withdraw it where that id is 0; at last, see
 * `eor`. The readers are views into the message.
 */
struct bgp_update {
	struct bgp_nlri withdrawn, announced;       /* the IPv4 fields */
	struct bgp_nlri mp_withdrawn, mp_announced; /* MP_UNREACH_NLRI, MP_REACH_NLRI */
	uint32_t attrs, mp_attrs; /* a reference each, see bgp_update_release() */
	bool eor;                 /* this is the End-of-RIB of family `eor_family` */
	uint8_t eor_family;
	uint8_t ignored; /* fields of families we do not speak, skipped */
	struct bgp_fault fault;
};

/*
 * Decodes the `len` bytes that follow the header of an UPDATE. Sets of attributes not
 * seen before are interned in `table`, their next hops in `fwkeys`; what does not fit
 * there is treated as withdrawn. Returns the verdict, which also stands in
 * retupdate->fault with its reason; on BGP_RESET everything else is empty.
 */
enum bgp_verdict bgp_update_decode(const struct bgp_session_params *params,
    struct attrs_table *table, struct fwkeys *fwkeys, const uint8_t *body, size_t len,
    struct bgp_update *retupdate);

/* Gives back the references that the update holds on its attributes. */
void bgp_update_release(struct attrs_table *table, struct bgp_update *update);

#endif
