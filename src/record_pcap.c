#include "record_pcap.h"

#include <assert.h>
#include <string.h>

#define MAGIC 0xa1b2c3d4 /* times in microseconds */
#define SNAPLEN 262144
#define LINKTYPE_RAW 101
#define SFLOW_PORT 6343
#define UDP 17
#define UDP_HEAD 8
#define IPV4_HEAD 20
#define IPV6_HEAD 40
#define TTL 64

void
record_pcap_head(struct wr *wr)
{
	wr_u32(wr, MAGIC);
	wr_u16(wr, 2); /* version 2.4 */
	wr_u16(wr, 4);
	wr_u32(wr, 0); /* times are UTC */
	wr_u32(wr, 0);
	wr_u32(wr, SNAPLEN);
	wr_u32(wr, LINKTYPE_RAW);
}

/* RFC 1071: `sum` and the 16-bit words of the bytes, not yet folded. */
static uint32_t
add_words(uint32_t sum, const uint8_t *bytes, size_t len)
{
	struct rd rd;

	rd_init(&rd, bytes, len);
	while (rd_left(&rd) >= 2)
		sum += rd_u16(&rd);
	return rd_left(&rd) ? sum + ((uint32_t)rd_u8(&rd) << 8) : sum;
}

static uint16_t
fold(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static void
put_ipv4(struct wr *wr, const uint8_t addresses[8], size_t len)
{
	size_t begin = wr->len;

	wr_u16(wr, 0x4500);
	wr_u16(wr, (uint16_t)(IPV4_HEAD + len));
	wr_u32(wr, 0x4000); /* DF */
	wr_u8(wr, TTL);
	wr_u8(wr, UDP);
	wr_u16(wr, 0);
	wr_bytes(wr, addresses, 8);
	wr_patch_u16(wr, begin + 10, fold(add_words(0, wr->bytes + begin, IPV4_HEAD)));
}

static void
put_ipv6(struct wr *wr, const uint8_t addresses[32], size_t len)
{
	wr_u32(wr, 6u << 28);
	wr_u16(wr, (uint16_t)len);
	wr_u8(wr, UDP);
	wr_u8(wr, TTL);
	wr_bytes(wr, addresses, 32);
}

void
record_pcap_packet(struct wr *wr, const struct record_datagram *d)
{
	bool ipv4 = d->from.family == FAMILY_IPV4;
	size_t width = ipv4 ? 4 : 16, udp_len = UDP_HEAD + d->len, udp;
	uint32_t packet = (uint32_t)(udp_len + (ipv4 ? IPV4_HEAD : IPV6_HEAD)), sum;
	uint8_t addresses[32];

	assert(d->from.family == d->to.family && packet <= UINT16_MAX);
	bits_to_bytes(d->from.bits, addresses, width);
	bits_to_bytes(d->to.bits, addresses + width, width);
	wr_u32(wr, (uint32_t)(d->us / 1000000));
	wr_u32(wr, (uint32_t)(d->us % 1000000));
	wr_u32(wr, packet);
	wr_u32(wr, packet);
	if (ipv4)
		put_ipv4(wr, addresses, udp_len);
	else
		put_ipv6(wr, addresses, udp_len);
	udp = wr->len;
	wr_u16(wr, d->from_port);
	wr_u16(wr, SFLOW_PORT);
	wr_u16(wr, (uint16_t)udp_len);
	wr_u16(wr, 0);
	wr_bytes(wr, d->bytes, d->len);
	/* RFC 768: over a pseudo header too; 0 would say that there is none */
	sum = add_words(UDP + (uint32_t)udp_len, addresses, 2 * width);
	sum = fold(add_words(sum, wr->bytes + udp, udp_len));
	wr_patch_u16(wr, udp + 6, sum ? (uint16_t)sum : 0xffff);
}
