/*
 * sFlow v5 datagrams (sFlow Version 5, sflow.org, 2004) as two kinds of agent write
 * them, with the first bytes of sampled Ethernet frames.
 *
 * A switch: compact flow samples (0:1) with interface indexes, up to 7 a datagram. Host
 * sFlow: expanded ones (0:3), input internal, a timestamp (0:1043) before the header,
 * up to 8 a datagram, sub-agent 100000.
 */
#ifndef SFLOWGEN_DATAGRAM_H
#define SFLOWGEN_DATAGRAM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/prefix.h"
#include "base/wire.h"
#include "scripts/sflowgen/random.h"

#define DATAGRAM_MAX 2048

enum style { STYLE_SWITCH, STYLE_HSFLOWD };

struct datagram {
	enum style style;
	struct addr agent;
	uint32_t sampling; /* one packet in so many */
	struct random random;
	uint32_t sequence, sample_sequence;
	uint32_t samples; /* in the datagram that is being written */
	struct wr wr;
	uint8_t bytes[DATAGRAM_MAX];
};

void datagram_init(struct datagram *datagram, enum style style,
    const struct addr *agent, uint32_t sampling, uint64_t seed);

/* Opens an empty datagram at `now_s` since the agent's start. */
void datagram_open(struct datagram *datagram, double now_s);

/*
 * Adds the sample of a packet to `to`. Returns true if the datagram is full and to be
 * sent: the `wr.len` bytes at `bytes`.
 */
bool datagram_add(struct datagram *datagram, double now_s, const struct addr *to);

/* IPv4 and UDP headers before `len` bytes, as in a frame on the way to a collector. */
void datagram_udp_header(struct wr *wr, uint32_t from, uint16_t port, uint16_t len);

#endif
