/* Counter samples: the interface counters and the tables of a Broadcom ASIC. */
#include "sflow/body.h"

enum {
	RECORD_INTERFACE = 1,
	RECORD_BROADCOM_TABLES = 4413 << 12 | 3,
};

static void
read_interface(struct rd *rd, struct sflow_interface *retinterface)
{
	retinterface->index = rd_u32(rd);
	retinterface->type = rd_u32(rd);
	retinterface->speed_bps = rd_u64(rd);
	retinterface->direction = rd_u32(rd);
	retinterface->status = rd_u32(rd);
	retinterface->in_octets = rd_u64(rd);
	retinterface->in_unicast = rd_u32(rd);
	retinterface->in_multicast = rd_u32(rd);
	retinterface->in_broadcast = rd_u32(rd);
	retinterface->in_discards = rd_u32(rd);
	retinterface->in_errors = rd_u32(rd);
	retinterface->in_unknown_protocols = rd_u32(rd);
	retinterface->out_octets = rd_u64(rd);
	retinterface->out_unicast = rd_u32(rd);
	retinterface->out_multicast = rd_u32(rd);
	retinterface->out_broadcast = rd_u32(rd);
	retinterface->out_discards = rd_u32(rd);
	retinterface->out_errors = rd_u32(rd);
	retinterface->promiscuous = rd_u32(rd);
}

static struct sflow_usage
read_usage(struct rd *rd)
{
	struct sflow_usage usage;

	usage.entries = rd_u32(rd);
	usage.max = rd_u32(rd);
	return usage;
}

static void
read_tables(struct rd *rd, struct sflow_tables *rettables)
{
	rettables->host = read_usage(rd);
	rettables->ipv4 = read_usage(rd);
	rettables->ipv6 = read_usage(rd);
	rettables->ipv4_ipv6 = read_usage(rd);
	rettables->long_ipv6 = read_usage(rd);
	rettables->total_routes = read_usage(rd);
	rettables->ecmp_nexthops = read_usage(rd);
	rettables->mac = read_usage(rd);
	rettables->ipv4_neighbors = rd_u32(rd);
	rettables->ipv6_neighbors = rd_u32(rd);
	rettables->ipv4_routes = rd_u32(rd);
	rettables->ipv6_routes = rd_u32(rd);
	for (int i = 0; i < SFLOW_ACLS; i++)
		rettables->acl_ingress[i] = read_usage(rd);
	for (int i = 0; i < SFLOW_ACLS; i++)
		rettables->acl_egress[i] = read_usage(rd);
}

static enum sflow_fault
read_record(uint32_t format, struct rd *rd, struct sflow_counters *counters)
{
	switch (format) {
	case RECORD_INTERFACE:
		read_interface(rd, &counters->interface);
		counters->has_interface = true;
		break;
	case RECORD_BROADCOM_TABLES:
		read_tables(rd, &counters->tables);
		counters->has_tables = true;
		break;
	default:
		break;
	}
	return rd_ok(rd) ? SFLOW_FAULT_NONE : SFLOW_FAULT_RECORD_SHORT;
}

enum sflow_fault
sflow_counters_decode(struct rd *rd, bool expanded, struct sflow_counters *retcounters)
{
	uint32_t left;

	retcounters->has_interface = false;
	retcounters->has_tables = false;
	retcounters->sequence = rd_u32(rd);
	retcounters->source = sflow_read_source(rd, expanded);
	left = rd_u32(rd);
	if (!rd_ok(rd))
		return SFLOW_FAULT_BODY_CUT;
	for (; left > 0; left--) {
		uint32_t format;
		struct rd record;
		enum sflow_fault fault = sflow_read_record(rd, &format, &record);

		if (!fault)
			fault = read_record(format, &record, retcounters);
		if (fault)
			return fault;
	}
	return SFLOW_FAULT_NONE;
}
