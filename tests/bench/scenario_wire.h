/*
 * The trace of a scenario: sFlow datagrams in a capture. Frames stand in it up to their
 * IP header; those of a scan come from another source.
 */
#ifndef TESTS_BENCH_SCENARIO_WIRE_H
#define TESTS_BENCH_SCENARIO_WIRE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/prefix.h"
#include "base/wire.h"

#define WIRE_SAMPLING 10000u
#define WIRE_SAMPLES_MAX 7 /* a datagram */
#define WIRE_DATAGRAM_MAX 2000

static inline void
wire_begin_capture(FILE *file)
{
	static const uint32_t head[6] = { 0xa1b2c3d4, 0x00040002, 0, 0, 65535, 1 };

	fwrite(head, sizeof head, 1, file);
}

/* Ethernet, IP and UDP around a datagram, whose lengths come later. */
static inline void
wire_begin_datagram(
    struct wr *wr, uint32_t sequence, uint32_t uptime_ms, uint32_t count)
{
	wr_u64(wr, 0);
	wr_u32(wr, 0);
	wr_u16(wr, 0x0800);
	wr_u32(wr, 0x45000000);
	wr_u32(wr, 0);
	wr_u32(wr, 64u << 24 | 17 << 16);
	wr_u32(wr, 0x7f000001);
	wr_u32(wr, 0x7f000001);
	wr_u16(wr, 50000);
	wr_u16(wr, 6343);
	wr_u32(wr, 0);
	wr_u32(wr, 5);
	wr_u32(wr, 1);
	wr_u32(wr, 0x0a000088);
	wr_u32(wr, 0);
	wr_u32(wr, sequence);
	wr_u32(wr, uptime_ms);
	wr_u32(wr, count);
}

static inline void
wire_end_datagram(struct wr *wr, FILE *file, uint32_t second, uint32_t micros)
{
	uint32_t len = (uint32_t)wr->len, head[4] = { second, micros, len, len };

	wr_patch_u16(wr, 16, (uint16_t)(len - 14));
	wr_patch_u16(wr, 38, (uint16_t)(len - 34));
	fwrite(head, sizeof head, 1, file);
	fwrite(wr->bytes, len, 1, file);
}

/* The start of a frame of `frame` bytes, its check sum among them. */
static inline void
wire_frame(struct wr *wr, const struct addr *to, uint32_t frame, bool scan)
{
	bool v4 = to->family == FAMILY_IPV4;
	uint8_t address[16];

	wr_u64(wr, 0);
	wr_u32(wr, 0);
	if (v4) {
		wr_u16(wr, 0x0800);
		wr_u16(wr, 0x4500);
		wr_u16(wr, (uint16_t)(frame - 18));
		wr_u32(wr, 0);
		wr_u32(wr, 60u << 24 | 6 << 16);
		wr_u32(wr, 0xc6120007 | (uint32_t)scan << 8); /* 198.18.0.7 */
	} else {
		wr_u16(wr, 0x86dd);
		wr_u32(wr, 6u << 28);
		wr_u16(wr, (uint16_t)(frame - 18 - 40));
		wr_u16(wr, 6 << 8 | 60);
		wr_u64(wr, 0x20010db800000000 | (uint64_t)scan); /* 2001:db8::7 */
		wr_u64(wr, 7);
	}
	bits_to_bytes(to->bits, address, v4 ? 4 : 16);
	wr_bytes(wr, address, v4 ? 4 : 16);
	wr_u16(wr, 0); /* padding */
}

/* A flow sample with a raw packet header. */
static inline void
wire_sample(
    struct wr *wr, uint32_t number, const struct addr *to, uint32_t frame, bool scan)
{
	uint32_t header = to->family == FAMILY_IPV4 ? 34 : 54, padded = header + 2;

	wr_u32(wr, 1);
	wr_u32(wr, 8 * 4 + 8 + 16 + padded);
	wr_u32(wr, number);
	wr_u32(wr, 3);
	wr_u32(wr, WIRE_SAMPLING);
	wr_u32(wr, number * WIRE_SAMPLING);
	wr_u32(wr, 0);
	wr_u32(wr, 3);
	wr_u32(wr, 4);
	wr_u32(wr, 1);
	wr_u32(wr, 1);
	wr_u32(wr, 16 + padded);
	wr_u32(wr, 1);
	wr_u32(wr, frame);
	wr_u32(wr, 4);
	wr_u32(wr, header);
	wire_frame(wr, to, frame, scan);
}

#endif
