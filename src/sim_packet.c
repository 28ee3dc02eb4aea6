#include "sim_packet.h"

#include <pcap/pcap.h>

#define ETHERTYPE_IPV4 0x0800
#define ETHERTYPE_IPV6 0x86dd
#define PROTOCOL_UDP 17
#define UDP_HEAD 8

/* Passes over the head of the link; what follows must be IP. */

static bool
pass_ethernet(struct rd *rd)
{
	unsigned type;

	rd_bytes(rd, 12);
	type = rd_u16(rd);
	while (type == 0x8100 || type == 0x88a8 || type == 0x9100) {
		rd_u16(rd);
		type = rd_u16(rd);
	}
	return type == ETHERTYPE_IPV4 || type == ETHERTYPE_IPV6;
}

static bool
pass_cooked(struct rd *rd)
{
	unsigned type;

	rd_bytes(rd, 14);
	type = rd_u16(rd);
	return type == ETHERTYPE_IPV4 || type == ETHERTYPE_IPV6;
}

static bool
pass_cooked2(struct rd *rd)
{
	unsigned type = rd_u16(rd);

	rd_bytes(rd, 18);
	return type == ETHERTYPE_IPV4 || type == ETHERTYPE_IPV6;
}

/* An address family of some system, in some byte order: the IP version tells. */
static bool
pass_loopback(struct rd *rd)
{
	rd_u32(rd);
	return true;
}

static bool
pass_nothing(struct rd *rd)
{
	(void)rd;
	return true;
}

static const struct {
	int link;
	bool (*pass)(struct rd *rd);
} links[] = {
	{ DLT_EN10MB, pass_ethernet },
	{ DLT_LINUX_SLL, pass_cooked },
	{ DLT_LINUX_SLL2, pass_cooked2 },
	{ DLT_NULL, pass_loopback },
	{ DLT_LOOP, pass_loopback },
	{ DLT_RAW, pass_nothing },
	{ DLT_IPV4, pass_nothing },
	{ DLT_IPV6, pass_nothing },
};

bool
sim_packet_link_known(int link)
{
	for (size_t i = 0; i < sizeof links / sizeof *links; i++)
		if (links[i].link == link)
			return true;
	return false;
}

/* These leave the reader behind the IP header. */

static enum sim_packet
pass_ipv4(struct rd *rd)
{
	unsigned head = (rd_u8(rd) & 15) * 4, fragment, protocol;

	rd_bytes(rd, 5);
	fragment = rd_u16(rd) & 0x3fff; /* more fragments, or an offset */
	rd_u8(rd);
	protocol = rd_u8(rd);
	rd_bytes(rd, 10);
	if (head < 20 || !rd_bytes(rd, head - 20) || protocol != PROTOCOL_UDP)
		return SIM_PACKET_OTHER;
	return fragment ? SIM_PACKET_FRAGMENT : SIM_PACKET_OURS;
}

/* Extension headers, RFC 8200 4.1; an AH (RFC 4302) counts in words. */
static enum sim_packet
pass_ipv6(struct rd *rd)
{
	unsigned next;

	rd_bytes(rd, 6);
	next = rd_u8(rd);
	rd_bytes(rd, 33);
	while (rd_ok(rd) && (next == 0 || next == 43 || next == 60 || next == 51)) {
		bool words = next == 51;
		unsigned len;

		next = rd_u8(rd);
		len = rd_u8(rd);
		rd_bytes(rd, words ? (len + 2) * 4 - 2 : len * 8 + 6);
	}
	if (next == 44)
		return rd_u8(rd) == PROTOCOL_UDP ? SIM_PACKET_FRAGMENT
						 : SIM_PACKET_OTHER;
	return next == PROTOCOL_UDP ? SIM_PACKET_OURS : SIM_PACKET_OTHER;
}

static enum sim_packet
pass_udp(struct rd *rd, uint16_t port, struct rd *retpayload)
{
	unsigned to, len;

	rd_u16(rd);
	to = rd_u16(rd);
	len = rd_u16(rd);
	rd_u16(rd);
	if (!rd_ok(rd) || to != port || len < UDP_HEAD)
		return SIM_PACKET_OTHER;
	*retpayload = rd_sub(rd, len - UDP_HEAD);
	return rd_ok(rd) ? SIM_PACKET_OURS : SIM_PACKET_CUT;
}

enum sim_packet
sim_packet_payload(int link, struct rd rd, uint16_t port, struct rd *retpayload)
{
	enum sim_packet found = SIM_PACKET_OTHER;
	size_t i = 0;

	while (i < sizeof links / sizeof *links && links[i].link != link)
		i++;
	if (i == sizeof links / sizeof *links || !links[i].pass(&rd) || !rd_left(&rd))
		return SIM_PACKET_OTHER;
	if (*rd.at >> 4 == 4)
		found = pass_ipv4(&rd);
	else if (*rd.at >> 4 == 6)
		found = pass_ipv6(&rd);
	if (!rd_ok(&rd))
		return SIM_PACKET_OTHER;
	return found == SIM_PACKET_OURS ? pass_udp(&rd, port, retpayload) : found;
}
