#include "helpers/sflow_samples.h"

#include <assert.h>

#include "helpers/sflow_build.h"

struct addr
sample_addr(const char *text)
{
	struct addr addr;
	bool parsed = addr_parse(text, &addr);

	assert(parsed);
	(void)parsed;
	return addr;
}

static void
ipv4(struct wr *wr)
{
	struct addr source = sample_addr(SAMPLE_SOURCE4);
	struct addr destination = sample_addr(SAMPLE_DESTINATION4);

	build_ip(wr, &source, &destination);
}

static void
ipv6(struct wr *wr)
{
	struct addr source = sample_addr(SAMPLE_SOURCE6);
	struct addr destination = sample_addr(SAMPLE_DESTINATION6);

	build_ip(wr, &source, &destination);
}

static void
ethernet_ipv4(struct wr *wr)
{
	build_ethernet(wr, 0x0800);
	ipv4(wr);
}

static void
ethernet_ipv6(struct wr *wr)
{
	build_ethernet(wr, 0x86dd);
	ipv6(wr);
}

static void
vlans_ipv4(struct wr *wr)
{
	static const uint16_t tags[] = { 0x8100, 0x9100, 0x9200 };

	build_ethernet(wr, 0x88a8);
	for (size_t i = 0; i < sizeof tags / sizeof *tags; i++) {
		wr_u16(wr, 100);
		wr_u16(wr, tags[i]);
	}
	wr_u16(wr, 7);
	wr_u16(wr, 0x0800);
	ipv4(wr);
}

static void
snap_ipv4(struct wr *wr)
{
	build_ethernet(wr, 28);
	wr_u16(wr, 0xaaaa);
	wr_u32(wr, 0x03000000);
	wr_u16(wr, 0x0800);
	ipv4(wr);
}

static void
labels(struct wr *wr, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		wr_u32(wr, (16 + i) << 12 | (i + 1 == count ? 0x100 : 0) | 64);
}

static void
mpls_ipv6(struct wr *wr)
{
	labels(wr, 3);
	ipv6(wr);
}

static void
ethernet_mpls_ipv4(struct wr *wr)
{
	build_ethernet(wr, 0x8847);
	labels(wr, 2);
	ipv4(wr);
}

static void
ethernet_mpls_pseudowire(struct wr *wr)
{
	build_ethernet(wr, 0x8847);
	labels(wr, 1);
	wr_u32(wr, 0);
	ethernet_ipv4(wr);
}

static void
pppoe(struct wr *wr, uint16_t protocol)
{
	build_ethernet(wr, 0x8864);
	wr_u16(wr, 0x1100);
	wr_u16(wr, 1);
	wr_u16(wr, 22);
	wr_u16(wr, protocol);
}

static void
pppoe_ipv4(struct wr *wr)
{
	pppoe(wr, 0x0021);
	ipv4(wr);
}

static void
pppoe_lcp(struct wr *wr)
{
	pppoe(wr, 0xc021);
}

static void
ppp_ipv6(struct wr *wr)
{
	wr_u16(wr, 0x0057);
	ipv6(wr);
}

static void
ppp_compressed_ipv4(struct wr *wr)
{
	wr_u8(wr, 0x21);
	ipv4(wr);
}

static void
pos_mpls_ipv4(struct wr *wr)
{
	wr_u16(wr, 0xff03);
	wr_u16(wr, 0x0281);
	labels(wr, 1);
	ipv4(wr);
}

static void
arp(struct wr *wr)
{
	build_ethernet(wr, 0x0806);
}

static void
stp(struct wr *wr)
{
	build_ethernet(wr, 38);
	wr_u32(wr, 0x42420300);
	wr_u32(wr, 0);
}

static void
snap_cisco(struct wr *wr)
{
	build_ethernet(wr, 64);
	wr_u16(wr, 0xaaaa);
	wr_u32(wr, 0x0300000c); /* the OUI of Cisco, whose types are its own */
	wr_u16(wr, 0x0800);
	ipv4(wr);
}

/* A first byte, then zeros to the end of an IPv4 or IPv6 header. */
static void
header_of(struct wr *wr, uint8_t first, size_t len)
{
	wr_u8(wr, first);
	while (len-- > 1)
		wr_u8(wr, 0);
}

static void
ipv4_short_ihl(struct wr *wr)
{
	header_of(wr, 0x44, 20);
}

static void
ipv4_of_version_6(struct wr *wr)
{
	header_of(wr, 0x65, 20);
}

static void
ipv6_of_version_4(struct wr *wr)
{
	header_of(wr, 0x45, 40);
}

static void
ipv4_ihl_15(struct wr *wr)
{
	struct addr destination = sample_addr(SAMPLE_DESTINATION4);

	header_of(wr, 0x4f, 16);
	build_address(wr, &destination);
}

static void
ipv4_in_ipv6(struct wr *wr)
{
	struct addr source = sample_addr(SAMPLE_SOURCE6);
	struct addr destination = sample_addr(SAMPLE_DESTINATION6);
	size_t at;

	build_ethernet(wr, 0x86dd);
	at = wr->len;
	build_ip(wr, &source, &destination);
	wr_patch_u8(wr, at + 6, 4); /* next header */
	ipv4(wr);
}

static void
nothing(struct wr *wr)
{
	(void)wr;
}

#define IP4 SFLOW_HEADER_IP, SAMPLE_DESTINATION4
#define IP6 SFLOW_HEADER_IP, SAMPLE_DESTINATION6
#define NOT_IP SFLOW_HEADER_NOT_IP, NULL
#define BAD SFLOW_HEADER_BAD, NULL
#define UNKNOWN SFLOW_HEADER_UNKNOWN_LINK, NULL

const struct packet_sample packet_samples[] = {
	{ "ethernet-ipv4", 1, IP4, ethernet_ipv4 },
	{ "ethernet-ipv6", 1, IP6, ethernet_ipv6 },
	{ "ethernet-4-vlans-ipv4", 1, IP4, vlans_ipv4 },
	{ "ethernet-snap-ipv4", 1, IP4, snap_ipv4 },
	{ "ethernet-mpls-ipv4", 1, IP4, ethernet_mpls_ipv4 },
	{ "ethernet-mpls-pseudowire", 1, NOT_IP, ethernet_mpls_pseudowire },
	{ "ethernet-pppoe-ipv4", 1, IP4, pppoe_ipv4 },
	{ "ethernet-pppoe-lcp", 1, NOT_IP, pppoe_lcp },
	{ "ethernet-arp", 1, NOT_IP, arp },
	{ "ethernet-stp", 1, NOT_IP, stp },
	{ "ethernet-snap-cisco", 1, NOT_IP, snap_cisco },
	{ "ethernet-ipv4-in-ipv6", 1, IP6, ipv4_in_ipv6 },
	{ "ppp-ipv6", 7, IP6, ppp_ipv6 },
	{ "ppp-compressed-ipv4", 7, IP4, ppp_compressed_ipv4 },
	{ "aal5-ipv4", 10, IP4, ipv4 },
	{ "aal5-ipv6", 10, IP6, ipv6 },
	{ "ipv4", 11, IP4, ipv4 },
	{ "ipv4-ihl-15", 11, IP4, ipv4_ihl_15 },
	{ "ipv4-short-ihl", 11, BAD, ipv4_short_ihl },
	{ "ipv4-of-version-6", 11, BAD, ipv4_of_version_6 },
	{ "ipv6", 12, IP6, ipv6 },
	{ "ipv6-of-version-4", 12, BAD, ipv6_of_version_4 },
	{ "mpls-ipv6", 13, IP6, mpls_ipv6 },
	{ "pos-mpls-ipv4", 14, IP4, pos_mpls_ipv4 },
	{ "token-ring", 3, UNKNOWN, nothing },
	{ "wireless", 15, UNKNOWN, nothing },
};
const size_t packet_sample_count = sizeof packet_samples / sizeof *packet_samples;

static void
datagram_of(struct wr *wr, const char *agent, uint32_t samples)
{
	struct sflow_datagram datagram = {
		.agent = sample_addr(agent),
		.sub_agent = 2,
		.sequence = 77,
		.uptime_ms = 123456,
		.samples = samples,
	};

	build_datagram(wr, &datagram);
}

static void
flow_of(struct wr *wr, bool expanded, uint32_t records)
{
	static const struct sflow_flow flow = {
		.source = { 0, 5 },
		.sequence = 9,
		.sampling_rate = 1000,
		.pool = 9000,
		.input = { SFLOW_PORT_INDEX, 5 },
		.output = { SFLOW_PORT_INDEX, 6 },
	};

	build_flow_fields(wr, expanded, &flow, records);
}

static void
raw_record(struct wr *wr, void (*make)(struct wr *))
{
	uint8_t packet[128];
	struct wr inner;

	wr_init(&inner, packet, sizeof packet);
	make(&inner);
	build_raw_header(wr, 1, 1518, packet, inner.len);
}

static void
ip_record(struct wr *wr, const char *source_text, const char *destination_text)
{
	struct addr source = sample_addr(source_text);
	struct addr destination = sample_addr(destination_text);

	build_sampled_ip(wr, 500, &source, &destination);
}

static void
no_samples(struct wr *wr)
{
	datagram_of(wr, "192.0.2.10", 0);
}

static void
flow_raw(struct wr *wr)
{
	size_t at;

	datagram_of(wr, "192.0.2.10", 1);
	at = build_open(wr, 1);
	flow_of(wr, false, 1);
	raw_record(wr, ethernet_ipv4);
	build_close(wr, at);
}

static void
expanded_timestamp_then_raw(struct wr *wr)
{
	size_t at;

	datagram_of(wr, "2001:db8::10", 1);
	at = build_open(wr, 3);
	flow_of(wr, true, 2);
	build_unknown_record(wr, 1043, 8);
	raw_record(wr, ethernet_ipv6);
	build_close(wr, at);
}

static void
flow_sampled_ipv4(struct wr *wr)
{
	size_t at;

	datagram_of(wr, "192.0.2.10", 1);
	at = build_open(wr, 1);
	flow_of(wr, false, 2);
	build_sampled_ethernet(wr, 518);
	ip_record(wr, SAMPLE_SOURCE4, SAMPLE_DESTINATION4);
	build_close(wr, at);
}

static void
flow_sampled_ipv6(struct wr *wr)
{
	size_t at;

	datagram_of(wr, "192.0.2.10", 1);
	at = build_open(wr, 3);
	flow_of(wr, true, 1);
	ip_record(wr, SAMPLE_SOURCE6, SAMPLE_DESTINATION6);
	build_close(wr, at);
}

static void
flow_no_records(struct wr *wr)
{
	size_t at;

	datagram_of(wr, "192.0.2.10", 1);
	at = build_open(wr, 1);
	flow_of(wr, false, 0);
	build_close(wr, at);
}

static void
flow_odd_unknown_record(struct wr *wr)
{
	size_t at;

	datagram_of(wr, "192.0.2.10", 1);
	at = build_open(wr, 1);
	flow_of(wr, false, 2);
	build_unknown_record(wr, 8800 << 12 | 77, 13);
	raw_record(wr, arp);
	build_close(wr, at);
}

static void
counter_sample(struct wr *wr, bool expanded)
{
	static const struct sflow_counters counters = { .source = { 0, 5 } };
	static const struct sflow_interface interface = { .index = 5, .speed_bps = 1 };
	static const struct sflow_tables tables = { .ipv4_routes = 5 };
	size_t at = build_open(wr, expanded ? 4 : 2);

	build_counter_fields(wr, expanded, &counters, 3);
	build_interface(wr, &interface);
	build_unknown_record(wr, 2, 52);
	build_tables(wr, &tables);
	build_close(wr, at);
}

static void
counters_both(struct wr *wr)
{
	datagram_of(wr, "192.0.2.10", 2);
	counter_sample(wr, false);
	counter_sample(wr, true);
}

static void
discard_raw(struct wr *wr)
{
	static const struct sflow_discard discard = { .source = { 0, 5 },
		.reason = 258 };
	size_t at;

	datagram_of(wr, "192.0.2.10", 1);
	at = build_open(wr, 5);
	build_discard_fields(wr, &discard, 1);
	raw_record(wr, ethernet_ipv4);
	build_close(wr, at);
}

static void
one_of_each(struct wr *wr)
{
	static const struct sflow_discard discard = { .source = { 0, 5 } };
	size_t at;

	datagram_of(wr, "192.0.2.10", 5);
	build_unknown_record(wr, 8800 << 12 | 1, 7);
	counter_sample(wr, true);
	at = build_open(wr, 5);
	build_discard_fields(wr, &discard, 0);
	build_close(wr, at);
	at = build_open(wr, 1);
	flow_of(wr, false, 1);
	raw_record(wr, ethernet_ipv4);
	build_close(wr, at);
	at = build_open(wr, 3);
	flow_of(wr, true, 1);
	raw_record(wr, vlans_ipv4);
	build_close(wr, at);
}

const struct datagram_sample datagram_samples[] = {
	{ "no-samples", 0, 0, 0, 0, no_samples },
	{ "flow-raw", 1, 0, 0, 0, flow_raw },
	{ "expanded-timestamp-raw", 1, 0, 0, 0, expanded_timestamp_then_raw },
	{ "flow-sampled-ipv4", 1, 0, 0, 0, flow_sampled_ipv4 },
	{ "flow-sampled-ipv6", 1, 0, 0, 0, flow_sampled_ipv6 },
	{ "flow-no-records", 1, 0, 0, 0, flow_no_records },
	{ "flow-odd-unknown-record", 1, 0, 0, 0, flow_odd_unknown_record },
	{ "counters", 0, 2, 0, 0, counters_both },
	{ "discard-raw", 0, 0, 1, 0, discard_raw },
	{ "one-of-each", 2, 1, 1, 1, one_of_each },
};
const size_t datagram_sample_count = sizeof datagram_samples / sizeof *datagram_samples;

struct wr
sample_begin(uint8_t *bytes, uint32_t samples)
{
	struct sflow_datagram datagram = { .samples = samples };
	struct wr wr;

	datagram.agent = sample_addr("192.0.2.10");
	wr_init(&wr, bytes, SAMPLE_BEGIN_MAX);
	build_datagram(&wr, &datagram);
	return wr;
}
