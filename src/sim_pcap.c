#include "sim_pcap.h"

#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/wire.h"
#include "sim_file.h"
#include "sim_packet.h"
#include "sim_rib.h"

#define BACKWARD_US 1000000

struct sim_pcap {
	struct sim_file *file;
	pcap_t *pcap;
	int link;
	uint16_t port;
	uint64_t us;
	struct sim_pcap_stats stats;
};

/* The file as libpcap reads it, unpacked. */
static ssize_t
give(void *cookie, char *bytes, size_t len)
{
	struct sim_file *file = cookie;
	size_t n;
	const uint8_t *at = sim_file_peek(file, len, &n);

	memcpy(bytes, at, n);
	sim_file_skip(file, n);
	return n == 0 && sim_file_fault(file) ? -1 : (ssize_t)n;
}

static void
complain(const struct sim_file *file, const char *why, char *reterr)
{
	if (sim_file_fault(file))
		why = sim_file_fault(file);
	snprintf(reterr, SIM_ERROR_MAX, "%s: at about offset %llu: %s",
	    sim_file_name(file), (unsigned long long)sim_file_offset(file), why);
}

struct sim_pcap *
sim_pcap_open(const char *path, uint16_t port, char *reterr)
{
	static const cookie_io_functions_t functions = { .read = give };
	struct sim_file *file = sim_file_open(path, reterr, SIM_ERROR_MAX);
	char why[PCAP_ERRBUF_SIZE] = "";
	struct sim_pcap *sim;
	FILE *stream;
	pcap_t *pcap;

	if (!file)
		return NULL;
	stream = fopencookie(file, "r", functions);
	pcap = stream ? pcap_fopen_offline(stream, why) : NULL;
	if (!pcap) {
		complain(file, why, reterr);
		if (stream)
			fclose(stream);
		sim_file_close(file);
		return NULL;
	}
	sim = mem_alloc(sizeof *sim);
	sim->file = file;
	sim->pcap = pcap;
	sim->port = port;
	sim->link = pcap_datalink(pcap);
	if (!sim_packet_link_known(sim->link)) {
		snprintf(reterr, SIM_ERROR_MAX, "%s: link type %d is not read", path,
		    sim->link);
		sim_pcap_close(sim);
		return NULL;
	}
	return sim;
}

void
sim_pcap_close(struct sim_pcap *sim)
{
	if (!sim)
		return;
	pcap_close(sim->pcap); /* and the stream */
	sim_file_close(sim->file);
	free(sim);
}

const struct sim_pcap_stats *
sim_pcap_stats(const struct sim_pcap *sim)
{
	return &sim->stats;
}

/* The virtual clock does not go back. */
static void
set_clock(struct sim_pcap *sim, const struct timeval *time)
{
	uint64_t us = (uint64_t)time->tv_sec * 1000000 + (uint64_t)time->tv_usec;

	if (us + BACKWARD_US < sim->us)
		sim->stats.backward++;
	if (us > sim->us)
		sim->us = us;
}

int
sim_pcap_next(struct sim_pcap *sim, struct sim_datagram *ret, char *reterr)
{
	struct pcap_pkthdr *head;
	const u_char *bytes;
	struct rd rd, payload;
	int status;

	while ((status = pcap_next_ex(sim->pcap, &head, &bytes)) == 1) {
		sim->stats.packets++;
		rd_init(&rd, bytes, head->caplen);
		switch (sim_packet_payload(sim->link, rd, sim->port, &payload)) {
		case SIM_PACKET_OURS:
			set_clock(sim, &head->ts);
			*ret = (struct sim_datagram){
				.us = sim->us,
				.bytes = payload.at,
				.len = rd_left(&payload),
			};
			return 1;
		case SIM_PACKET_OTHER:
			sim->stats.others++;
			break;
		case SIM_PACKET_FRAGMENT:
			sim->stats.fragments++;
			break;
		case SIM_PACKET_CUT:
			sim->stats.cut++;
			break;
		}
	}
	if (status == PCAP_ERROR_BREAK && !sim_file_fault(sim->file))
		return 0;
	complain(sim->file, pcap_geterr(sim->pcap), reterr);
	return -1;
}
