/*
 * The sFlow datagrams of a capture file, pcap or pcapng, plain or compressed, with the
 * times they were captured at.
 */
#ifndef SRC_SIM_PCAP_H
#define SRC_SIM_PCAP_H

#include <stddef.h>
#include <stdint.h>

struct sim_pcap;

struct sim_datagram {
	uint64_t us; /* since 1970; never less than that of the one before */
	const uint8_t *bytes;
	size_t len;
};

struct sim_pcap_stats {
	uint64_t packets;
	uint64_t others, fragments, cut; /* not read, by why */
	uint64_t backward; /* more than a second older than a packet before them */
};

/* NULL, with a sentence in `reterr` (SIM_ERROR_MAX bytes). */
struct sim_pcap *sim_pcap_open(const char *path, uint16_t port, char *reterr);
void sim_pcap_close(struct sim_pcap *sim);

/*
 * The next datagram, borrowed until the next call: 1; 0 at the end; -1 with a sentence
 * in `reterr` (SIM_ERROR_MAX bytes) if the file is damaged.
 */
int sim_pcap_next(struct sim_pcap *sim, struct sim_datagram *ret, char *reterr);

const struct sim_pcap_stats *sim_pcap_stats(const struct sim_pcap *sim);

#endif
