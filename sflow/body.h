/*
 * Private to sflow: the parts from which datagrams, samples and records are built, and
 * the decoders of sample bodies.
 */
#ifndef SFLOW_BODY_H
#define SFLOW_BODY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/prefix.h"
#include "base/wire.h"
#include "sflow/sflow.h"

static inline struct addr
sflow_addr_ipv4(uint32_t address)
{
	return (struct addr){ { (uint64_t)address << 32, 0 }, FAMILY_IPV4 };
}

static inline struct addr
sflow_read_ipv6(struct rd *rd)
{
	uint64_t hi = rd_u64(rd);
	uint64_t lo = rd_u64(rd);

	return (struct addr){ { hi, lo }, FAMILY_IPV6 };
}

/*
 * What samples and records have in common: a format, a length, so many bytes and what
 * pads them to a multiple of four (RFC 4506, 4.10). Returns the bytes, fenced; both
 * readers fail if they are not there.
 */
static inline struct rd
sflow_read_opaque(struct rd *rd, uint32_t *retformat)
{
	uint32_t format = rd_u32(rd);
	uint32_t len = rd_u32(rd);
	struct rd body = rd_sub(rd, len);

	if (!rd_bytes(rd, -len & 3))
		rd_fail(&body);
	*retformat = format;
	return body;
}

/* The next of a sample's records, fenced; or why there is none. */
static inline enum sflow_fault
sflow_read_record(struct rd *rd, uint32_t *retformat, struct rd *retrecord)
{
	if (rd_left(rd) == 0)
		return SFLOW_FAULT_RECORDS_MISSING;
	*retrecord = sflow_read_opaque(rd, retformat);
	return rd_ok(rd) ? SFLOW_FAULT_NONE : SFLOW_FAULT_RECORD_CUT;
}

/* Compact: the class in the top byte. Expanded: a word each. */
static inline struct sflow_source
sflow_read_source(struct rd *rd, bool expanded)
{
	struct sflow_source source;
	uint32_t word = rd_u32(rd);

	if (expanded) {
		source.class = word;
		source.index = rd_u32(rd);
	} else {
		source.class = word >> 24;
		source.index = word & 0xffffff;
	}
	return source;
}

/*
 * The decoders of bodies: they return why the sample cannot be used, or
 * SFLOW_FAULT_NONE; only then is all of the output set.
 */
enum sflow_fault sflow_flow_decode(
    struct rd *rd, bool expanded, struct sflow_flow *retflow);
enum sflow_fault sflow_discard_decode(struct rd *rd, struct sflow_discard *retdiscard);
enum sflow_fault sflow_counters_decode(
    struct rd *rd, bool expanded, struct sflow_counters *retcounters);

#endif
