#include "sflow/header.h"

#include "sflow/body.h"

/* Header protocols of sFlow 5 that we read. */
enum {
	LINK_ETHERNET = 1,
	LINK_PPP = 7,
	LINK_AAL5_IP = 10,
	LINK_IPV4 = 11,
	LINK_IPV6 = 12,
	LINK_MPLS = 13,
	LINK_POS = 14,
};

enum {
	ETHERTYPE_MIN = 0x0600, /* below: an 802.3 length, then LLC */
	ETHERTYPE_IPV4 = 0x0800,
	ETHERTYPE_VLAN = 0x8100,
	ETHERTYPE_IPV6 = 0x86dd,
	ETHERTYPE_MPLS = 0x8847,
	ETHERTYPE_MPLS_UPSTREAM = 0x8848,
	ETHERTYPE_PPPOE = 0x8864,
	ETHERTYPE_QINQ = 0x88a8,
	ETHERTYPE_QINQ_OLD = 0x9100,
	ETHERTYPE_QINQ_OLDER = 0x9200,
};

enum {
	PPP_IPV4 = 0x0021,
	PPP_IPV6 = 0x0057,
	PPP_MPLS = 0x0281,
	PPP_MPLS_UPSTREAM = 0x0283,
	PPP_ALL_STATIONS = 0xff, /* RFC 1662: address, before control and protocol */
};

#define SNAP_DSAP_SSAP 0xaaaa
#define SNAP_UI_OUI_ETHERNET 0x03000000 /* control UI, then OUI 00-00-00 */

#define MPLS_BOTTOM 0x100

const char *
sflow_header_text(enum sflow_header header)
{
	switch (header) {
	case SFLOW_HEADER_ABSENT:
		return "no header";
	case SFLOW_HEADER_IP:
		return "IP";
	case SFLOW_HEADER_NOT_IP:
		return "not IP";
	case SFLOW_HEADER_CUT:
		return "cut before the destination address";
	case SFLOW_HEADER_BAD:
		return "bad IP header";
	case SFLOW_HEADER_UNKNOWN_LINK:
		return "unknown header protocol";
	}
	return "unknown";
}

static enum sflow_header
read_ipv4(struct rd *rd, struct addr *retsource, struct addr *retdestination)
{
	uint8_t version_ihl = rd_u8(rd);
	uint32_t source, destination;

	rd_bytes(rd, 11);
	source = rd_u32(rd);
	destination = rd_u32(rd);
	if (!rd_ok(rd))
		return SFLOW_HEADER_CUT;
	if (version_ihl >> 4 != 4 || (version_ihl & 15) < 5)
		return SFLOW_HEADER_BAD;
	*retsource = sflow_addr_ipv4(source);
	*retdestination = sflow_addr_ipv4(destination);
	return SFLOW_HEADER_IP;
}

static enum sflow_header
read_ipv6(struct rd *rd, struct addr *retsource, struct addr *retdestination)
{
	uint8_t version = rd_u8(rd) >> 4;
	struct addr source, destination;

	rd_bytes(rd, 7);
	source = sflow_read_ipv6(rd);
	destination = sflow_read_ipv6(rd);
	if (!rd_ok(rd))
		return SFLOW_HEADER_CUT;
	if (version != 6)
		return SFLOW_HEADER_BAD;
	*retsource = source;
	*retdestination = destination;
	return SFLOW_HEADER_IP;
}

/* IP of the version that its first four bits tell. */
static enum sflow_header
read_ip(struct rd *rd, struct addr *retsource, struct addr *retdestination)
{
	struct rd ahead = *rd;
	uint8_t version = rd_u8(&ahead) >> 4;

	if (!rd_ok(&ahead))
		return SFLOW_HEADER_CUT;
	if (version == 4)
		return read_ipv4(rd, retsource, retdestination);
	if (version == 6)
		return read_ipv6(rd, retsource, retdestination);
	return SFLOW_HEADER_NOT_IP;
}

/*
 * A label stack does not tell what it carries. Routers guess by the first four bits
 * (RFC 4928): 4 and 6 are IP, 0 is the control word of a pseudowire.
 */
static enum sflow_header
read_mpls(struct rd *rd, struct addr *retsource, struct addr *retdestination)
{
	while (rd_ok(rd) && !(rd_u32(rd) & MPLS_BOTTOM))
		;
	return read_ip(rd, retsource, retdestination);
}

/* PPP with or without HDLC address and control, the protocol in two octets or one. */
static enum sflow_header
read_ppp(struct rd *rd, struct addr *retsource, struct addr *retdestination)
{
	unsigned protocol = rd_u8(rd);

	if (protocol == PPP_ALL_STATIONS) {
		rd_u8(rd);
		protocol = rd_u8(rd);
	}
	/* RFC 1661, 2: an even octet is followed by the low, odd one */
	if (!(protocol & 1))
		protocol = protocol << 8 | rd_u8(rd);
	if (!rd_ok(rd))
		return SFLOW_HEADER_CUT;
	switch (protocol) {
	case PPP_IPV4:
		return read_ipv4(rd, retsource, retdestination);
	case PPP_IPV6:
		return read_ipv6(rd, retsource, retdestination);
	case PPP_MPLS:
	case PPP_MPLS_UPSTREAM:
		return read_mpls(rd, retsource, retdestination);
	default:
		return SFLOW_HEADER_NOT_IP;
	}
}

/* The Ethernet type behind any number of VLAN tags, and behind LLC and SNAP. */
static uint16_t
read_ethertype(struct rd *rd)
{
	uint16_t type = rd_u16(rd);

	while (type == ETHERTYPE_VLAN || type == ETHERTYPE_QINQ ||
	       type == ETHERTYPE_QINQ_OLD || type == ETHERTYPE_QINQ_OLDER) {
		rd_u16(rd);
		type = rd_u16(rd);
	}
	if (type < ETHERTYPE_MIN) {
		struct rd llc = *rd;
		uint16_t saps = rd_u16(&llc);
		uint32_t control_oui = rd_u32(&llc);
		uint16_t snap_type = rd_u16(&llc);

		if (!rd_ok(&llc))
			rd_fail(rd);
		if (saps != SNAP_DSAP_SSAP || control_oui != SNAP_UI_OUI_ETHERNET)
			return type;
		*rd = llc;
		type = snap_type;
	}
	return type;
}

static enum sflow_header
read_ethernet(struct rd *rd, struct addr *retsource, struct addr *retdestination)
{
	uint16_t type;

	rd_bytes(rd, 12);
	type = read_ethertype(rd);
	if (!rd_ok(rd))
		return SFLOW_HEADER_CUT;
	switch (type) {
	case ETHERTYPE_IPV4:
		return read_ipv4(rd, retsource, retdestination);
	case ETHERTYPE_IPV6:
		return read_ipv6(rd, retsource, retdestination);
	case ETHERTYPE_MPLS:
	case ETHERTYPE_MPLS_UPSTREAM:
		return read_mpls(rd, retsource, retdestination);
	case ETHERTYPE_PPPOE:
		rd_bytes(
		    rd, 6); /* RFC 2516, 4: version and type, code, session, length */
		return read_ppp(rd, retsource, retdestination);
	default:
		return SFLOW_HEADER_NOT_IP;
	}
}

enum sflow_header
sflow_header_decode(uint32_t protocol, struct rd *rd, struct addr *retsource,
    struct addr *retdestination)
{
	switch (protocol) {
	case LINK_ETHERNET:
		return read_ethernet(rd, retsource, retdestination);
	case LINK_IPV4:
		return read_ipv4(rd, retsource, retdestination);
	case LINK_IPV6:
		return read_ipv6(rd, retsource, retdestination);
	case LINK_AAL5_IP:
		return read_ip(rd, retsource, retdestination);
	case LINK_MPLS:
		return read_mpls(rd, retsource, retdestination);
	case LINK_PPP:
	case LINK_POS:
		return read_ppp(rd, retsource, retdestination);
	default:
		return SFLOW_HEADER_UNKNOWN_LINK;
	}
}
