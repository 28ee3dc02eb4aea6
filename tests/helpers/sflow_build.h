/*
 * Builds sFlow datagrams piece by piece, right or wrong ones. What is opened is closed
 * in reverse order; closing pads to four bytes and fills in the length.
 */
#ifndef HELPERS_SFLOW_BUILD_H
#define HELPERS_SFLOW_BUILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/wire.h"
#include "sflow/sflow.h"

/* The header; the number of samples is what datagram->samples says. */
void build_datagram(struct wr *wr, const struct sflow_datagram *datagram);

/* A sample or a record. Returns what build_close() wants. */
size_t build_open(struct wr *wr, uint32_t format);
void build_close(struct wr *wr, size_t at);

/* The fields of samples, up to the number of their records. */
void build_flow_fields(
    struct wr *wr, bool expanded, const struct sflow_flow *flow, uint32_t records);
void build_discard_fields(
    struct wr *wr, const struct sflow_discard *discard, uint32_t records);
void build_counter_fields(struct wr *wr, bool expanded,
    const struct sflow_counters *counters, uint32_t records);

/* Whole records. */
void build_raw_header(struct wr *wr, uint32_t protocol, uint32_t frame_length,
    const void *bytes, size_t len);
void build_sampled_ip(struct wr *wr, uint32_t ip_length, const struct addr *source,
    const struct addr *destination);
void build_sampled_ethernet(struct wr *wr, uint32_t frame_length);
void build_interface(struct wr *wr, const struct sflow_interface *interface);
void build_tables(struct wr *wr, const struct sflow_tables *tables);
void build_unknown_record(struct wr *wr, uint32_t format, size_t len);

/* Bytes of packets. */
void build_ethernet(struct wr *wr, uint16_t type);
void build_address(struct wr *wr, const struct addr *addr);
void build_ip(struct wr *wr, const struct addr *source, const struct addr *destination);

#endif
