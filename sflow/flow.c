/* Flow samples and discarded packets: the fields around a sampled packet, and it. */
#include "sflow/body.h"

enum {
	RECORD_HEADER = 1,
	RECORD_ETHERNET = 2,
	RECORD_IPV4 = 3,
	RECORD_IPV6 = 4,
};

#define PORT_INTERNAL 0x3fffffff
#define IFINDEX_MAX 0x7fffffff /* RFC 2863, InterfaceIndex */

/* A packet as its records tell it one by one. */
struct telling {
	struct sflow_packet packet;
	uint32_t ethernet_length, ip_length;
};

static struct sflow_port
port_make(uint32_t format, uint32_t value)
{
	switch (format) {
	case 0:
		if (value == PORT_INTERNAL)
			return (struct sflow_port){ SFLOW_PORT_INTERNAL, 0 };
		if (value == 0 || value > IFINDEX_MAX)
			break;
		return (struct sflow_port){ SFLOW_PORT_INDEX, value };
	case 1:
		return (struct sflow_port){ SFLOW_PORT_DISCARDED, value };
	case 2:
		return (struct sflow_port){ SFLOW_PORT_SEVERAL, value };
	default:
		break;
	}
	return (struct sflow_port){ SFLOW_PORT_UNKNOWN, 0 };
}

static struct sflow_port
read_port(struct rd *rd, bool expanded)
{
	uint32_t word = rd_u32(rd);

	if (expanded)
		return port_make(word, rd_u32(rd));
	return port_make(word >> 30, word & 0x3fffffff);
}

/* sampled_header: protocol, frame length, stripped, header<> */
static enum sflow_fault
read_header(struct rd *rd, struct telling *telling)
{
	struct sflow_packet *packet = &telling->packet;
	uint32_t protocol = rd_u32(rd);
	uint32_t frame_length = rd_u32(rd);
	uint32_t len;
	struct rd bytes;

	rd_u32(rd);
	len = rd_u32(rd);
	if (!rd_ok(rd))
		return SFLOW_FAULT_RECORD_SHORT;
	bytes = rd_sub(rd, len);
	if (!rd_ok(rd))
		return SFLOW_FAULT_HEADER_LENGTH;
	if (packet->header != SFLOW_HEADER_ABSENT)
		return SFLOW_FAULT_NONE; /* the first one counts */
	packet->frame_length = frame_length;
	packet->header = sflow_header_decode(
	    protocol, &bytes, &packet->source, &packet->destination);
	if (packet->header == SFLOW_HEADER_IP)
		packet->origin = SFLOW_FROM_HEADER;
	return SFLOW_FAULT_NONE;
}

/* sampled_ethernet: length, addresses, type */
static enum sflow_fault
read_ethernet(struct rd *rd, struct telling *telling)
{
	uint32_t length = rd_u32(rd);

	if (!rd_ok(rd))
		return SFLOW_FAULT_RECORD_SHORT;
	telling->ethernet_length = length;
	return SFLOW_FAULT_NONE;
}

/* sampled_ipv4 and sampled_ipv6: length, protocol, source, destination, ports, … */
static enum sflow_fault
read_ip(struct rd *rd, enum sflow_origin origin, struct telling *telling)
{
	struct sflow_packet *packet = &telling->packet;
	struct addr source, destination;
	uint32_t length = rd_u32(rd);

	rd_u32(rd);
	if (origin == SFLOW_FROM_IPV4) {
		source = sflow_addr_ipv4(rd_u32(rd));
		destination = sflow_addr_ipv4(rd_u32(rd));
	} else {
		source = sflow_read_ipv6(rd);
		destination = sflow_read_ipv6(rd);
	}
	if (!rd_ok(rd))
		return SFLOW_FAULT_RECORD_SHORT;
	if (packet->origin != SFLOW_FROM_NONE)
		return SFLOW_FAULT_NONE;
	packet->origin = origin;
	packet->source = source;
	packet->destination = destination;
	telling->ip_length = length;
	return SFLOW_FAULT_NONE;
}

static enum sflow_fault
read_record(uint32_t format, struct rd *rd, struct telling *telling)
{
	switch (format) {
	case RECORD_HEADER:
		return read_header(rd, telling);
	case RECORD_ETHERNET:
		return read_ethernet(rd, telling);
	case RECORD_IPV4:
		return read_ip(rd, SFLOW_FROM_IPV4, telling);
	case RECORD_IPV6:
		return read_ip(rd, SFLOW_FROM_IPV6, telling);
	default:
		return SFLOW_FAULT_NONE;
	}
}

/* The records, whose number comes first: all that is left of a sample. */
static enum sflow_fault
read_packet(struct rd *rd, struct sflow_packet *retpacket)
{
	struct telling telling = { .packet = { .origin = SFLOW_FROM_NONE } };
	uint32_t left = rd_u32(rd);

	if (!rd_ok(rd))
		return SFLOW_FAULT_BODY_CUT;
	for (; left > 0; left--) {
		uint32_t format;
		struct rd record;
		enum sflow_fault fault = sflow_read_record(rd, &format, &record);

		if (!fault)
			fault = read_record(format, &record, &telling);
		if (fault)
			return fault;
	}
	*retpacket = telling.packet;
	if (retpacket->header == SFLOW_HEADER_ABSENT)
		retpacket->frame_length = telling.ethernet_length
					      ? telling.ethernet_length
					      : telling.ip_length;
	return SFLOW_FAULT_NONE;
}

enum sflow_fault
sflow_flow_decode(struct rd *rd, bool expanded, struct sflow_flow *retflow)
{
	retflow->sequence = rd_u32(rd);
	retflow->source = sflow_read_source(rd, expanded);
	retflow->sampling_rate = rd_u32(rd);
	retflow->pool = rd_u32(rd);
	retflow->drops = rd_u32(rd);
	retflow->input = read_port(rd, expanded);
	retflow->output = read_port(rd, expanded);
	return read_packet(rd, &retflow->packet);
}

enum sflow_fault
sflow_discard_decode(struct rd *rd, struct sflow_discard *retdiscard)
{
	retdiscard->sequence = rd_u32(rd);
	retdiscard->source = sflow_read_source(rd, true);
	retdiscard->drops = rd_u32(rd);
	retdiscard->input = port_make(0, rd_u32(rd));
	retdiscard->output = port_make(0, rd_u32(rd));
	retdiscard->reason = rd_u32(rd);
	return read_packet(rd, &retdiscard->packet);
}
