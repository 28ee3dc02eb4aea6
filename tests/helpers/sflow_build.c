#include "helpers/sflow_build.h"

#include <string.h>

void
build_address(struct wr *wr, const struct addr *addr)
{
	if (addr->family == FAMILY_IPV4) {
		wr_u32(wr, (uint32_t)(addr->bits.hi >> 32));
	} else {
		wr_u64(wr, addr->bits.hi);
		wr_u64(wr, addr->bits.lo);
	}
}

void
build_datagram(struct wr *wr, const struct sflow_datagram *datagram)
{
	wr_u32(wr, 5);
	wr_u32(wr, datagram->agent.family == FAMILY_IPV4 ? 1 : 2);
	build_address(wr, &datagram->agent);
	wr_u32(wr, datagram->sub_agent);
	wr_u32(wr, datagram->sequence);
	wr_u32(wr, datagram->uptime_ms);
	wr_u32(wr, datagram->samples);
}

size_t
build_open(struct wr *wr, uint32_t format)
{
	wr_u32(wr, format);
	wr_u32(wr, 0);
	return wr->len;
}

void
build_close(struct wr *wr, size_t at)
{
	wr_patch_u32(wr, at - 4, (uint32_t)(wr->len - at));
	while ((wr->len - at) % 4)
		wr_u8(wr, 0);
}

static void
build_source(struct wr *wr, bool expanded, const struct sflow_source *source)
{
	if (expanded) {
		wr_u32(wr, source->class);
		wr_u32(wr, source->index);
	} else {
		wr_u32(wr, source->class << 24 | source->index);
	}
}

static void
build_port(struct wr *wr, bool expanded, const struct sflow_port *port)
{
	uint32_t format = 0;
	uint32_t value = port->value;

	switch (port->kind) {
	case SFLOW_PORT_UNKNOWN:
		value = 0;
		break;
	case SFLOW_PORT_INDEX:
		break;
	case SFLOW_PORT_INTERNAL:
		value = 0x3fffffff;
		break;
	case SFLOW_PORT_DISCARDED:
		format = 1;
		break;
	case SFLOW_PORT_SEVERAL:
		format = 2;
		break;
	}
	if (expanded) {
		wr_u32(wr, format);
		wr_u32(wr, value);
	} else {
		wr_u32(wr, format << 30 | value);
	}
}

void
build_flow_fields(
    struct wr *wr, bool expanded, const struct sflow_flow *flow, uint32_t records)
{
	wr_u32(wr, flow->sequence);
	build_source(wr, expanded, &flow->source);
	wr_u32(wr, flow->sampling_rate);
	wr_u32(wr, flow->pool);
	wr_u32(wr, flow->drops);
	build_port(wr, expanded, &flow->input);
	build_port(wr, expanded, &flow->output);
	wr_u32(wr, records);
}

void
build_discard_fields(
    struct wr *wr, const struct sflow_discard *discard, uint32_t records)
{
	wr_u32(wr, discard->sequence);
	build_source(wr, true, &discard->source);
	wr_u32(wr, discard->drops);
	wr_u32(wr, discard->input.value);
	wr_u32(wr, discard->output.value);
	wr_u32(wr, discard->reason);
	wr_u32(wr, records);
}

void
build_counter_fields(struct wr *wr, bool expanded,
    const struct sflow_counters *counters, uint32_t records)
{
	wr_u32(wr, counters->sequence);
	build_source(wr, expanded, &counters->source);
	wr_u32(wr, records);
}

void
build_raw_header(struct wr *wr, uint32_t protocol, uint32_t frame_length,
    const void *bytes, size_t len)
{
	size_t at = build_open(wr, 1);

	wr_u32(wr, protocol);
	wr_u32(wr, frame_length);
	wr_u32(wr, 4);
	wr_u32(wr, (uint32_t)len);
	wr_bytes(wr, bytes, len);
	while ((wr->len - at) % 4)
		wr_u8(wr, 0);
	build_close(wr, at);
}

void
build_sampled_ip(struct wr *wr, uint32_t ip_length, const struct addr *source,
    const struct addr *destination)
{
	size_t at = build_open(wr, source->family == FAMILY_IPV4 ? 3 : 4);

	wr_u32(wr, ip_length);
	wr_u32(wr, 6);
	build_address(wr, source);
	build_address(wr, destination);
	wr_u32(wr, 1024);
	wr_u32(wr, 443);
	wr_u32(wr, 0x10);
	wr_u32(wr, 0);
	build_close(wr, at);
}

void
build_sampled_ethernet(struct wr *wr, uint32_t frame_length)
{
	static const uint8_t addresses[16] = { 2, 0, 0, 0, 0, 1, 0, 0, 2, 0, 0, 0, 0,
		2 };
	size_t at = build_open(wr, 2);

	wr_u32(wr, frame_length);
	wr_bytes(wr, addresses, sizeof addresses);
	wr_u32(wr, 0x0800);
	build_close(wr, at);
}

void
build_interface(struct wr *wr, const struct sflow_interface *interface)
{
	size_t at = build_open(wr, 1);

	wr_u32(wr, interface->index);
	wr_u32(wr, interface->type);
	wr_u64(wr, interface->speed_bps);
	wr_u32(wr, interface->direction);
	wr_u32(wr, interface->status);
	wr_u64(wr, interface->in_octets);
	wr_u32(wr, interface->in_unicast);
	wr_u32(wr, interface->in_multicast);
	wr_u32(wr, interface->in_broadcast);
	wr_u32(wr, interface->in_discards);
	wr_u32(wr, interface->in_errors);
	wr_u32(wr, interface->in_unknown_protocols);
	wr_u64(wr, interface->out_octets);
	wr_u32(wr, interface->out_unicast);
	wr_u32(wr, interface->out_multicast);
	wr_u32(wr, interface->out_broadcast);
	wr_u32(wr, interface->out_discards);
	wr_u32(wr, interface->out_errors);
	wr_u32(wr, interface->promiscuous);
	build_close(wr, at);
}

static void
build_usage(struct wr *wr, const struct sflow_usage *usage)
{
	wr_u32(wr, usage->entries);
	wr_u32(wr, usage->max);
}

void
build_tables(struct wr *wr, const struct sflow_tables *tables)
{
	size_t at = build_open(wr, 4413 << 12 | 3);

	build_usage(wr, &tables->host);
	build_usage(wr, &tables->ipv4);
	build_usage(wr, &tables->ipv6);
	build_usage(wr, &tables->ipv4_ipv6);
	build_usage(wr, &tables->long_ipv6);
	build_usage(wr, &tables->total_routes);
	build_usage(wr, &tables->ecmp_nexthops);
	build_usage(wr, &tables->mac);
	wr_u32(wr, tables->ipv4_neighbors);
	wr_u32(wr, tables->ipv6_neighbors);
	wr_u32(wr, tables->ipv4_routes);
	wr_u32(wr, tables->ipv6_routes);
	for (int i = 0; i < SFLOW_ACLS; i++)
		build_usage(wr, &tables->acl_ingress[i]);
	for (int i = 0; i < SFLOW_ACLS; i++)
		build_usage(wr, &tables->acl_egress[i]);
	build_close(wr, at);
}

void
build_unknown_record(struct wr *wr, uint32_t format, size_t len)
{
	size_t at = build_open(wr, format);

	for (size_t i = 0; i < len; i++)
		wr_u8(wr, (uint8_t)i);
	build_close(wr, at);
}

void
build_ethernet(struct wr *wr, uint16_t type)
{
	static const uint8_t addresses[12] = { 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2 };

	wr_bytes(wr, addresses, sizeof addresses);
	wr_u16(wr, type);
}

void
build_ip(struct wr *wr, const struct addr *source, const struct addr *destination)
{
	static const uint8_t ipv4[12] = { 0x45, 0, 0, 40, 0, 1, 0, 0, 64, 6 };
	static const uint8_t ipv6[8] = { 0x60, 0, 0, 0, 0, 20, 6, 64 };

	if (source->family == FAMILY_IPV4)
		wr_bytes(wr, ipv4, sizeof ipv4);
	else
		wr_bytes(wr, ipv6, sizeof ipv6);
	build_address(wr, source);
	build_address(wr, destination);
}
