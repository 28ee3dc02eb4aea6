/* Hand-made packets and datagrams, one of each kind: for tests and as fuzzing seeds. */
#ifndef HELPERS_SFLOW_SAMPLES_H
#define HELPERS_SFLOW_SAMPLES_H

#include <stddef.h>
#include <stdint.h>

#include "base/wire.h"
#include "sflow/header.h"

#define SAMPLE_SOURCE4 "198.51.100.1"
#define SAMPLE_DESTINATION4 "203.0.113.7"
#define SAMPLE_SOURCE6 "2001:db8:1::1"
#define SAMPLE_DESTINATION6 "2001:db8:2::7"

/* A sampled header and what it holds. */
struct packet_sample {
	const char *name;
	uint32_t protocol;
	enum sflow_header header;
	const char *destination; /* if header is SFLOW_HEADER_IP */
	void (*make)(struct wr *wr);
};

extern const struct packet_sample packet_samples[];
extern const size_t packet_sample_count;

/* A datagram without a fault: how many samples of each kind. */
struct datagram_sample {
	const char *name;
	unsigned flows, counters, discards, others;
	void (*make)(struct wr *wr);
};

extern const struct datagram_sample datagram_samples[];
extern const size_t datagram_sample_count;

/* The address that `text` names. */
struct addr sample_addr(const char *text);

/* A writer to `bytes`, with room for SAMPLE_BEGIN_MAX: a datagram up to its samples. */
#define SAMPLE_BEGIN_MAX 4096
struct wr sample_begin(uint8_t *bytes, uint32_t samples);

#endif
