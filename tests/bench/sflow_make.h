/*
 * sFlow datagrams as a switch sends them, made fast: flow samples with the first 128
 * bytes of an Ethernet frame, of which only numbers and destinations differ.
 */
#ifndef TESTS_BENCH_SFLOW_MAKE_H
#define TESTS_BENCH_SFLOW_MAKE_H

#include <math.h>
#include <stdint.h>

#include "base/prefix.h"
#include "base/wire.h"
#include "helpers/sflow_build.h"
#include "tests/bench/table.h"

#define SFLOW_MAKE_AGENT 0x0a000088 /* 10.0.0.136 */
#define SFLOW_MAKE_SAMPLES 7        /* what fits into 1,500 bytes */
#define SFLOW_MAKE_HEADER 128
#define SFLOW_MAKE_PORTS 32
#define SFLOW_MAKE_MAX 1472

/* A sample, to be copied, and where in it stands what differs. */
struct sflow_pattern {
	uint8_t bytes[256];
	size_t len, sequence, port, destination;
};

struct sflow_make {
	struct sflow_pattern patterns[FAMILIES];
	uint32_t sequence, sequences[SFLOW_MAKE_PORTS];
	uint32_t samples; /* of the datagram that is open */
	struct wr wr;
};

static inline void
sflow_pattern_init(struct sflow_pattern *pattern, enum family family)
{
	const struct sflow_flow flow = {
		.sampling_rate = 1000,
		.input = { SFLOW_PORT_INDEX, 1 },
		.output = { SFLOW_PORT_INDEX, 2 },
	};
	const struct addr none = { .family = family };
	uint8_t frame[SFLOW_MAKE_HEADER] = { 0 };
	size_t sample;
	struct wr wr;

	wr_init(&wr, frame, sizeof frame);
	build_ethernet(&wr, family == FAMILY_IPV4 ? 0x0800 : 0x86dd);
	build_ip(&wr, &none, &none);
	wr_init(&wr, pattern->bytes, sizeof pattern->bytes);
	sample = build_open(&wr, 1);
	pattern->sequence = wr.len;
	pattern->port = wr.len + 4;
	build_flow_fields(&wr, false, &flow, 1);
	build_raw_header(&wr, 1, 1000, frame, sizeof frame);
	build_close(&wr, sample);
	pattern->len = wr.len;
	/* behind Ethernet's 14 bytes, at 16 (RFC 791) or 24 (RFC 8200) */
	pattern->destination = wr.len - sizeof frame + 14 +
			       (family == FAMILY_IPV4 ? 16 : 24);
}

static inline void
sflow_make_init(struct sflow_make *make)
{
	memset(make, 0, sizeof *make);
	for (int f = 0; f < FAMILIES; f++)
		sflow_pattern_init(&make->patterns[f], (enum family)f);
}

/* Opens a datagram in the caller's SFLOW_MAKE_MAX bytes. */
static inline void
sflow_make_open(struct sflow_make *make, uint8_t *bytes, uint32_t uptime_ms)
{
	const struct sflow_datagram datagram = {
		.agent = { { (uint64_t)SFLOW_MAKE_AGENT << 32, 0 }, FAMILY_IPV4 },
		.sequence = ++make->sequence,
		.uptime_ms = uptime_ms,
	};

	wr_init(&make->wr, bytes, SFLOW_MAKE_MAX);
	build_datagram(&make->wr, &datagram);
	make->samples = 0;
}

static inline void
sflow_make_add(struct sflow_make *make, const struct addr *destination)
{
	const struct sflow_pattern *pattern = &make->patterns[destination->family];
	size_t at = make->wr.len, to = at + pattern->destination;
	uint32_t port = (make->sequence + make->samples) % SFLOW_MAKE_PORTS;

	wr_bytes(&make->wr, pattern->bytes, pattern->len);
	wr_patch_u32(&make->wr, at + pattern->sequence, ++make->sequences[port]);
	wr_patch_u32(&make->wr, at + pattern->port, port + 1);
	wr_patch_u32(&make->wr, to, (uint32_t)(destination->bits.hi >> 32));
	if (destination->family == FAMILY_IPV6) {
		wr_patch_u32(&make->wr, to + 4, (uint32_t)destination->bits.hi);
		wr_patch_u32(&make->wr, to + 8, (uint32_t)(destination->bits.lo >> 32));
		wr_patch_u32(&make->wr, to + 12, (uint32_t)destination->bits.lo);
	}
	make->samples++;
}

/* Returns the length of the datagram. */
static inline size_t
sflow_make_close(struct sflow_make *make)
{
	wr_patch_u32(&make->wr, 24, make->samples);
	return make->wr.len;
}

/* Any address of a prefix. */
static inline struct addr
sflow_make_address(const struct prefix *prefix, uint64_t *seed)
{
	struct bits mask = bits_mask(prefix->len);
	uint64_t hi = table_draw(seed), lo = table_draw(seed);
	struct bits bits = { prefix->bits.hi | (hi & ~mask.hi),
		prefix->bits.lo | (lo & ~mask.lo) };

	if (prefix->family == FAMILY_IPV4)
		bits = bits_and(bits, bits_mask(32));
	return (struct addr){ bits, prefix->family };
}

/* A number below `count`, by Zipf's law with exponent 1: 0 comes most often. */
static inline size_t
sflow_make_rank(size_t count, uint64_t *seed)
{
	double rank = exp(table_draw_share(seed) * log((double)count + 1)) - 1;

	return (size_t)rank < count ? (size_t)rank : count - 1;
}

/* Brings the prefixes into an order of popularity: any. */
static inline void
sflow_make_shuffle(struct prefix *prefixes, size_t count, uint64_t *seed)
{
	for (size_t i = count; i > 1; i--) {
		size_t pick = table_draw(seed) % i;
		struct prefix prefix = prefixes[pick];

		prefixes[pick] = prefixes[i - 1];
		prefixes[i - 1] = prefix;
	}
}

#endif
