/*
 * The first bytes of a sampled packet -> the addresses by which it is routed: those of
 * its OUTER IP header, whatever a tunnel carries inside. Below it any stack of VLAN
 * tags, LLC/SNAP, MPLS labels or PPPoE is passed over.
 *
 * Source: "sFlow Version 5", enum header_protocol; IEEE 802.1Q, 802.2; RFC 791, 8200,
 * 3032 (MPLS), 2516 (PPPoE), 1661 and 1662 (PPP).
 */
#ifndef SFLOW_HEADER_H
#define SFLOW_HEADER_H

#include <stdint.h>

#include "base/prefix.h"
#include "base/wire.h"

/* What a raw header told. */
enum sflow_header {
	SFLOW_HEADER_ABSENT,       /* the sample has none */
	SFLOW_HEADER_IP,           /* addresses found */
	SFLOW_HEADER_NOT_IP,       /* ARP, LLDP, STP, a pseudowire, … */
	SFLOW_HEADER_CUT,          /* ends before the destination address */
	SFLOW_HEADER_BAD,          /* IP that cannot be */
	SFLOW_HEADER_UNKNOWN_LINK, /* a header protocol that we do not read */
};
#define SFLOW_HEADERS (SFLOW_HEADER_UNKNOWN_LINK + 1)

/* "not IP": for logs and metrics. */
const char *sflow_header_text(enum sflow_header header);

/*
 * Reads the sampled bytes at `rd`, which begin as header `protocol` says (1 Ethernet,
 * 11 IPv4, …). *retsource and *retdestination are set only if it returns
 * SFLOW_HEADER_IP. It is enough that the destination was captured; what stands behind
 * it is not read.
 */
enum sflow_header sflow_header_decode(uint32_t protocol, struct rd *rd,
    struct addr *retsource, struct addr *retdestination);

#endif
