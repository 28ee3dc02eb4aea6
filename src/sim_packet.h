/*
 * A captured packet -> the UDP payload in it. Ethernet with VLAN tags, Linux cooked
 * captures of both versions, loopback, raw IP; IPv4 and IPv6.
 */
#ifndef SRC_SIM_PACKET_H
#define SRC_SIM_PACKET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/wire.h"

enum sim_packet {
	SIM_PACKET_OURS,     /* UDP to the port, whole */
	SIM_PACKET_OTHER,    /* something else */
	SIM_PACKET_FRAGMENT, /* a part of an IP packet, whatever is in it */
	SIM_PACKET_CUT,      /* to the port, but not captured to its end */
};

/* True if packets of this link type (the DLT_ of pcap) can be read. */
bool sim_packet_link_known(int link);

/*
 * Reads the captured bytes `rd`; the payload of SIM_PACKET_OURS is left in *retpayload,
 * a view into them.
 */
enum sim_packet sim_packet_payload(
    int link, struct rd rd, uint16_t port, struct rd *retpayload);

#endif
