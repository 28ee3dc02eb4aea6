#include "scripts/sflowgen/datagram.h"

#include <string.h>

#define SFLOW_VERSION 5
#define ADDRESS_IPV4 1
#define ADDRESS_IPV6 2
#define SAMPLE_FLOW 1
#define SAMPLE_FLOW_EXPANDED 3
#define RECORD_RAW_HEADER 1
#define RECORD_TIMESTAMP 1043
#define PROTOCOL_ETHERNET 1
#define INTERNAL 0x3fffffff /* an interface that is none */
#define HSFLOWD_SUB_AGENT 100000

#define SWITCH_PORTS 32
#define HOST_PORT 2
#define SAMPLES_SWITCH 7 /* at most in a datagram */
#define SAMPLES_HSFLOWD 8
#define SAMPLE_MAX 220
#define BYTES_MAX 1400
#define HEADER_MAX 128 /* bytes of a frame that a sample carries */
#define STRIPPED 4     /* the frame check sequence, counted but not carried */
#define FRAME_MIN 64
#define FRAME_MAX 1518

#define ETHERTYPE_IPV4 0x0800
#define ETHERTYPE_IPV6 0x86dd
#define ETHERNET_HEADER 14
#define IPV4_HEADER 20
#define IPV6_HEADER 40
#define UDP_HEADER 8
#define IP_TCP 6
#define IP_UDP 17

void
datagram_init(struct datagram *datagram, enum style style, const struct addr *agent,
    uint32_t sampling, uint64_t seed)
{
	memset(datagram, 0, sizeof(*datagram));
	datagram->style = style;
	datagram->agent = *agent;
	datagram->sampling = sampling;
	datagram->random.state = seed;
}

static void
put_zeros(struct wr *wr, size_t count)
{
	while (count--)
		wr_u8(wr, 0);
}

static void
put_addr(struct wr *wr, const struct addr *addr)
{
	uint8_t bytes[16];
	size_t len = family_bits(addr->family) / 8;

	bits_to_bytes(addr->bits, bytes, len);
	wr_bytes(wr, bytes, len);
}

/* The checksum of RFC 791 over the header that begins at `at`. */
static void
put_ipv4_checksum(struct wr *wr, size_t at)
{
	struct rd rd;
	uint32_t sum = 0;

	rd_init(&rd, wr->bytes + at, IPV4_HEADER);
	while (rd_left(&rd))
		sum += rd_u16(&rd);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	wr_patch_u16(wr, at + 10, (uint16_t)~sum);
}

static void
put_ipv4(struct wr *wr, uint32_t from, uint32_t to, uint8_t protocol, size_t payload)
{
	size_t at = wr->len;

	wr_u16(wr, 0x4500);
	wr_u16(wr, (uint16_t)(IPV4_HEADER + payload));
	wr_u32(wr, 0x00004000); /* don't fragment */
	wr_u8(wr, 63);
	wr_u8(wr, protocol);
	wr_u16(wr, 0);
	wr_u32(wr, from);
	wr_u32(wr, to);
	put_ipv4_checksum(wr, at);
}

static void
put_ipv6(struct wr *wr, uint64_t from, const struct addr *to, size_t payload)
{
	wr_u32(wr, 0x60000000);
	wr_u16(wr, (uint16_t)payload);
	wr_u8(wr, IP_TCP);
	wr_u8(wr, 63);
	wr_u64(wr, 0x20010db800000000); /* 2001:db8::/64, for documentation */
	wr_u64(wr, from);
	put_addr(wr, to);
}

/* The first `header` bytes of a frame of `frame` bytes to `to`. */
static void
put_frame(struct wr *wr, struct random *random, const struct addr *to, size_t frame,
    size_t header)
{
	size_t end = wr->len + header, payload = frame - STRIPPED - ETHERNET_HEADER;
	uint64_t from = random_u64(random);

	wr_u32(wr, 0x02000000); /* locally administered, to and from */
	wr_u16(wr, 0x0001);
	wr_u32(wr, 0x02000000);
	wr_u16(wr, 0x0002);
	if (to->family == FAMILY_IPV4) {
		wr_u16(wr, ETHERTYPE_IPV4);
		/* 198.18.0.0/15, for benchmarks */
		put_ipv4(wr, 0xc6120000 | (from & 0x1ffff),
		    (uint32_t)(to->bits.hi >> 32), IP_TCP, payload - IPV4_HEADER);
	} else {
		wr_u16(wr, ETHERTYPE_IPV6);
		put_ipv6(wr, from, to, payload - IPV6_HEADER);
	}
	wr_u16(wr, 443);
	wr_u16(wr, (uint16_t)(from >> 48 | 0x8000));
	put_zeros(wr, end - wr->len);
}

/* Bytes of a frame: small, or full, or now and then something between. */
static size_t
frame_length(struct random *random)
{
	double kind = random_unit(random);

	if (kind < 0.45)
		return FRAME_MIN + 14 + random_below(random, 60);
	if (kind < 0.9)
		return FRAME_MAX;
	return FRAME_MIN + 14 + random_below(random, FRAME_MAX - FRAME_MIN - 14);
}

static void
put_raw_header(struct datagram *datagram, const struct addr *to)
{
	struct wr *wr = &datagram->wr;
	size_t frame = frame_length(&datagram->random), header = frame - STRIPPED,
	       padding;

	if (header > HEADER_MAX)
		header = HEADER_MAX;
	padding = -header & 3;
	wr_u32(wr, RECORD_RAW_HEADER);
	wr_u32(wr, (uint32_t)(16 + header + padding));
	wr_u32(wr, PROTOCOL_ETHERNET);
	wr_u32(wr, (uint32_t)frame);
	wr_u32(wr, STRIPPED);
	wr_u32(wr, (uint32_t)header);
	put_frame(wr, &datagram->random, to, frame, header);
	put_zeros(wr, padding);
}

static void
put_switch_sample(struct datagram *datagram, const struct addr *to)
{
	struct wr *wr = &datagram->wr;
	uint32_t input = 1 + (uint32_t)random_below(&datagram->random, SWITCH_PORTS);

	wr_u32(wr, input); /* source id: class 0, the port that samples */
	wr_u32(wr, datagram->sampling);
	wr_u32(wr, datagram->sample_sequence * datagram->sampling); /* pool */
	wr_u32(wr, 0);                                              /* drops */
	wr_u32(wr, input);
	wr_u32(wr, 1 + (uint32_t)random_below(&datagram->random, SWITCH_PORTS));
	wr_u32(wr, 1); /* records */
	put_raw_header(datagram, to);
}

static void
put_hsflowd_sample(struct datagram *datagram, double now_s, const struct addr *to)
{
	struct wr *wr = &datagram->wr;

	wr_u32(wr, 0); /* source id: class and index */
	wr_u32(wr, HOST_PORT);
	wr_u32(wr, datagram->sampling);
	wr_u32(wr, datagram->sample_sequence * datagram->sampling);
	wr_u32(wr, 0);
	wr_u32(wr, 0); /* input: format and value */
	wr_u32(wr, INTERNAL);
	wr_u32(wr, 0); /* output */
	wr_u32(wr, HOST_PORT);
	wr_u32(wr, 2);
	wr_u32(wr, RECORD_TIMESTAMP);
	wr_u32(wr, 8);
	wr_u64(wr, (uint64_t)(now_s * 1e9));
	put_raw_header(datagram, to);
}

void
datagram_open(struct datagram *datagram, double now_s)
{
	struct wr *wr = &datagram->wr;
	bool ipv4 = datagram->agent.family == FAMILY_IPV4;

	wr_init(wr, datagram->bytes, sizeof(datagram->bytes));
	wr_u32(wr, SFLOW_VERSION);
	wr_u32(wr, ipv4 ? ADDRESS_IPV4 : ADDRESS_IPV6);
	put_addr(wr, &datagram->agent);
	wr_u32(wr, datagram->style == STYLE_HSFLOWD ? HSFLOWD_SUB_AGENT : 0);
	wr_u32(wr, ++datagram->sequence);
	wr_u32(wr, (uint32_t)(uint64_t)(now_s * 1000)); /* uptime */
	datagram->samples = 0;
	wr_u32(wr, 0); /* samples, filled in as they come */
}

bool
datagram_add(struct datagram *datagram, double now_s, const struct addr *to)
{
	bool expanded = datagram->style == STYLE_HSFLOWD;
	struct wr *wr = &datagram->wr;
	size_t count_at = 8 + family_bits(datagram->agent.family) / 8 + 12, len_at;

	wr_u32(wr, expanded ? SAMPLE_FLOW_EXPANDED : SAMPLE_FLOW);
	len_at = wr->len;
	wr_u32(wr, 0);
	wr_u32(wr, ++datagram->sample_sequence);
	if (expanded)
		put_hsflowd_sample(datagram, now_s, to);
	else
		put_switch_sample(datagram, to);
	wr_patch_u32(wr, len_at, (uint32_t)(wr->len - len_at - 4));
	wr_patch_u32(wr, count_at, ++datagram->samples);
	return datagram->samples == (expanded ? SAMPLES_HSFLOWD : SAMPLES_SWITCH) ||
	       wr->len + SAMPLE_MAX > BYTES_MAX;
}

void
datagram_udp_header(struct wr *wr, uint32_t from, uint16_t port, uint16_t len)
{
	put_ipv4(wr, from, from, IP_UDP, UDP_HEADER + (size_t)len);
	wr_u16(wr, port);
	wr_u16(wr, port);
	wr_u16(wr, UDP_HEADER + len);
	wr_u16(wr, 0); /* no checksum */
}
