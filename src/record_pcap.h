/*
 * UDP datagrams as a capture file of raw IP packets, as armsim, tcpdump and Wireshark
 * read it: the classic pcap format, microseconds, LINKTYPE_RAW. Pure.
 */
#ifndef SRC_RECORD_PCAP_H
#define SRC_RECORD_PCAP_H

#include <stddef.h>
#include <stdint.h>

#include "base/prefix.h"
#include "base/wire.h"

#define RECORD_PCAP_HEAD 24       /* bytes of the file's head */
#define RECORD_PCAP_PACKET_MAX 64 /* that a packet has beside its payload, at most */

/*
 * As it was heard. The addresses are of one family. The port it went to is written as
 * that of sFlow, where readers look for it, whichever the daemon listens at.
 */
struct record_datagram {
	uint64_t us; /* since 1970 */
	struct addr from, to;
	uint16_t from_port;
	const uint8_t *bytes; /* UDP payload */
	size_t len;           /* at most 65535 - 48 */
};

void record_pcap_head(struct wr *wr);
void record_pcap_packet(struct wr *wr, const struct record_datagram *datagram);

#endif
