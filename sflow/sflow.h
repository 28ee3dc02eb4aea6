/*
 * sFlow version 5: a datagram becomes its header and then one sample after another.
 *
 *	if (sflow_open(&reader, bytes, len, &datagram, &fault))
 *		while (sflow_next(&reader, &sample))
 *			...
 *
 * Nothing is allocated, and nothing in a sample points into the datagram. Lengths fence
 * everything: samples and records that we do not know are skipped, known ones may be
 * longer than we know them, as the specification asks.
 *
 * Broken input costs as little as it can. A fault inside one sample loses that sample.
 * A fault in the framing of samples ends the datagram; the samples before it lay whole
 * inside intact framing and count.
 *
 * Source: "sFlow Version 5" (sflow.org, July 2004), "sFlow Dropped Packet Notification
 * Structures", "sFlow Broadcom Switch ASIC Table Utilization Structures".
 */
#ifndef SFLOW_SFLOW_H
#define SFLOW_SFLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/prefix.h"
#include "base/wire.h"
#include "sflow/header.h"

enum sflow_fault {
	SFLOW_FAULT_NONE,
	/* of the datagram: nothing behind it is read */
	SFLOW_FAULT_DATAGRAM_CUT,
	SFLOW_FAULT_VERSION,
	SFLOW_FAULT_AGENT_ADDRESS,
	SFLOW_FAULT_SAMPLE_CUT,
	SFLOW_FAULT_SAMPLES_MISSING,
	SFLOW_FAULT_TRAILING, /* all announced samples were read */
	/* of one sample: the next one is read */
	SFLOW_FAULT_BODY_CUT,
	SFLOW_FAULT_RECORD_CUT,
	SFLOW_FAULT_RECORDS_MISSING,
	SFLOW_FAULT_RECORD_SHORT,
	SFLOW_FAULT_HEADER_LENGTH,
};
#define SFLOW_FAULTS (SFLOW_FAULT_HEADER_LENGTH + 1)

/* "a record runs past its sample": for logs and metrics. */
const char *sflow_fault_text(enum sflow_fault fault);

struct sflow_datagram {
	struct addr agent;
	uint32_t sub_agent;
	uint32_t sequence;  /* of datagrams, per agent and sub-agent */
	uint32_t uptime_ms; /* since the agent started; wraps after 49 days */
	uint32_t samples;   /* announced, not necessarily present */
};

/*
 * What takes samples: class 0 is an interface by its ifIndex, 1 a VLAN, 2 and 3 an
 * entity of the ENTITY-MIB.
 */
struct sflow_source {
	uint32_t class;
	uint32_t index;
};

enum sflow_port_kind {
	SFLOW_PORT_UNKNOWN,
	SFLOW_PORT_INDEX,     /* value: ifIndex */
	SFLOW_PORT_INTERNAL,  /* the agent itself sent or received the packet */
	SFLOW_PORT_DISCARDED, /* value: reason; below 256 an ICMP unreachable code */
	SFLOW_PORT_SEVERAL,   /* value: how many, 0 if not known */
};

/* An input or output interface, the same for compact and expanded samples. */
struct sflow_port {
	enum sflow_port_kind kind;
	uint32_t value;
};

/* Where the addresses of a sampled packet were found. */
enum sflow_origin {
	SFLOW_FROM_NONE,
	SFLOW_FROM_HEADER, /* raw header 0:1 */
	SFLOW_FROM_IPV4,   /* sampled IPv4 0:3 */
	SFLOW_FROM_IPV6,   /* sampled IPv6 0:4 */
};

/*
 * One sampled packet. A raw header that yields addresses goes before the records 0:3
 * and 0:4, wherever it stands. frame_length: of the raw header, else of sampled
 * Ethernet 0:2, else the IP length of 0:3 or 0:4, else 0.
 */
struct sflow_packet {
	enum sflow_origin origin;
	enum sflow_header header; /* what the raw header told */
	struct addr source;       /* both only if origin is not SFLOW_FROM_NONE */
	struct addr destination;
	uint32_t frame_length; /* bytes on the wire */
};

/* Flow sample 0:1 and expanded flow sample 0:3. */
struct sflow_flow {
	struct sflow_source source;
	uint32_t sequence;      /* of flow samples, per source */
	uint32_t sampling_rate; /* one packet stands for so many */
	uint32_t pool;          /* packets that could have been sampled, wraps */
	uint32_t drops;         /* samples lost inside the agent, wraps */
	struct sflow_port input;
	struct sflow_port output;
	struct sflow_packet packet;
};

/* The bytes and packets a flow sample stands for. */
static inline uint64_t
sflow_flow_bytes(const struct sflow_flow *flow)
{
	return (uint64_t)flow->packet.frame_length * flow->sampling_rate;
}

static inline uint64_t
sflow_flow_packets(const struct sflow_flow *flow)
{
	return flow->sampling_rate;
}

/* Discarded packet 0:5: not traffic, each is one packet that the switch threw away. */
struct sflow_discard {
	struct sflow_source source;
	uint32_t sequence;
	uint32_t drops; /* notifications lost inside the agent, wraps */
	struct sflow_port input;
	struct sflow_port output;
	uint32_t reason; /* enum drop_reason of the specification */
	struct sflow_packet packet;
};

/* Generic interface counters 0:1. A counter the agent has not is all ones. */
struct sflow_interface {
	uint32_t index;
	uint32_t type;
	uint64_t speed_bps;
	uint32_t direction; /* 1 full duplex, 2 half, 3 in, 4 out */
	uint32_t status;    /* bit 0 admin up, bit 1 oper up */
	uint64_t in_octets;
	uint32_t in_unicast, in_multicast, in_broadcast;
	uint32_t in_discards, in_errors, in_unknown_protocols;
	uint64_t out_octets;
	uint32_t out_unicast, out_multicast, out_broadcast;
	uint32_t out_discards, out_errors;
	uint32_t promiscuous;
};

struct sflow_usage {
	uint32_t entries, max;
};

enum sflow_acl {
	SFLOW_ACL_ENTRIES,
	SFLOW_ACL_COUNTERS,
	SFLOW_ACL_METERS,
	SFLOW_ACL_SLICES,
};
#define SFLOW_ACLS (SFLOW_ACL_SLICES + 1)

/* Broadcom table utilization 4413:3: how full the switch ASIC is. */
struct sflow_tables {
	struct sflow_usage host, ipv4, ipv6, ipv4_ipv6, long_ipv6;
	struct sflow_usage total_routes, ecmp_nexthops, mac;
	uint32_t ipv4_neighbors, ipv6_neighbors, ipv4_routes, ipv6_routes;
	struct sflow_usage acl_ingress[SFLOW_ACLS];
	struct sflow_usage acl_egress[SFLOW_ACLS];
};

/* Counter sample 0:2 and expanded counter sample 0:4. */
struct sflow_counters {
	struct sflow_source source;
	uint32_t sequence; /* of counter samples, per source */
	bool has_interface, has_tables;
	struct sflow_interface interface; /* only if it has */
	struct sflow_tables tables;       /* only if it has */
};

enum sflow_kind {
	SFLOW_FLOW,
	SFLOW_COUNTERS,
	SFLOW_DISCARD,
	SFLOW_OTHER,  /* a format that we do not know */
	SFLOW_FAULTY, /* only `format` and `fault` are set */
};

struct sflow_sample {
	enum sflow_kind kind;
	enum sflow_fault fault;
	uint32_t format; /* enterprise << 12 | format */
	union {
		struct sflow_flow flow;
		struct sflow_counters counters;
		struct sflow_discard discard;
	};
};

/* Stands in a datagram, which it borrows. */
struct sflow_reader {
	struct rd rd;
	uint32_t left;          /* samples announced and not read */
	enum sflow_fault fault; /* why sflow_next() ended, NONE if all is well */
};

/*
 * Reads the header of the datagram of `len` bytes. On success *retdatagram is set and
 * *reader stands before the first sample. Returns false, with the reason, if this is
 * no sFlow 5.
 */
bool sflow_open(struct sflow_reader *reader, const void *bytes, size_t len,
    struct sflow_datagram *retdatagram, enum sflow_fault *reterr);

/*
 * The next sample of whatever kind. Returns false at the end of the datagram or of what
 * can be read of it: reader->fault then tells which. *retsample is set on success only.
 */
bool sflow_next(struct sflow_reader *reader, struct sflow_sample *retsample);

#endif
