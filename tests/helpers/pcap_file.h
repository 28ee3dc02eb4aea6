/*
 * A capture file (classic pcap, Ethernet) and the UDP payloads in it, over IPv4 or
 * IPv6, in VLANs or not.
 */
#ifndef HELPERS_PCAP_FILE_H
#define HELPERS_PCAP_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/wire.h"

struct pcap_file {
	uint8_t *bytes;
	struct rd rd;
	bool swapped; /* little-endian */
};

/* False if there is no such file, or no such capture. */
bool pcap_file_init(struct pcap_file *file, const char *path);
void pcap_file_fini(struct pcap_file *file);

/* The next payload sent to UDP `port`, in place; false at the end. */
bool pcap_file_next(struct pcap_file *file, uint16_t port, uint64_t *rettime_ms,
    const uint8_t **retbytes, size_t *retlen);

/*
 * Reads a whole file, whose bytes the caller frees; NULL if it cannot. `*retlen` is set
 * on success.
 */
uint8_t *file_read(const char *path, size_t *retlen);

/* The path of a file in the shared test data; `path` is below data/. */
const char *shared_path(const char *path, char *text, size_t size);

#endif
