#include "collector.h"

#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "clock.h"
#include "engine_config.h"
#include "record_pcap.h"
#include "rib/rib.h"
#include "router.h"
#include "socket.h"

#define BATCH 64
#define DATAGRAM_MAX 9216 /* a jumbo frame; agents send up to 1,400 */
#define PACKETS 64        /* entered at once */
#define BATCHES_MAX 16    /* a turn of the event loop */

struct receiver {
	struct collector *collector;
	int fd;
	struct addr addr;
	struct event *readable;
	uint32_t overflows; /* the kernel's counter, as last seen */
};

struct collector {
	struct event_base *base;
	struct collector_owner owner;
	struct config_sflow config; /* `listen` is ours */
	struct receiver *receivers;
	size_t n_receivers;
	struct sflow_agents agents;
	bool begun;
	struct collector_stats stats;
	struct log_limit complaints;
	struct mmsghdr messages[BATCH];
	struct iovec vectors[BATCH];
	struct sockaddr_storage senders[BATCH];
	uint8_t (*buffers)[DATAGRAM_MAX];
	uint8_t (*controls)[CMSG_SPACE(sizeof(uint32_t))];
	struct rib_packet packets[PACKETS]; /* of one router, not yet entered */
	struct router *packets_of;
	size_t n_packets;
	struct router *touched[8]; /* to be flushed at the end of the batch */
	size_t n_touched;
};

static void
touch(struct collector *collector, struct router *router)
{
	for (size_t i = 0; i < collector->n_touched; i++)
		if (collector->touched[i] == router)
			return;
	if (collector->n_touched ==
	    sizeof collector->touched / sizeof *collector->touched)
		router_flush(collector->touched[--collector->n_touched]);
	collector->touched[collector->n_touched++] = router;
}

static void
flush_touched(struct collector *collector)
{
	while (collector->n_touched)
		router_flush(collector->touched[--collector->n_touched]);
}

/* The books of a datagram's agent, or NULL if it is to be ignored. */
static struct sflow_agent *
let_in(struct collector *collector, const struct sflow_datagram *datagram, uint64_t now)
{
	struct sflow_agent *agent = sflow_agents_lookup(
	    &collector->agents, &datagram->agent);
	struct router *router = agent ? agent->user
				      : collector->owner.find(
					    collector->owner.arg, &datagram->agent);
	char text[ADDR_TEXT_MAX];

	if (!router) {
		collector->stats.unknown_agents++;
		if (log_limit_pass(&collector->complaints, now))
			log_warn(
			    "sFlow from agent %s, which is in no router's sflow section: "
			    "ignored",
			    addr_text(&datagram->agent, text));
		return NULL;
	}
	agent = sflow_agents_datagram(&collector->agents, datagram, now);
	if (agent)
		agent->user = router;
	return agent;
}

/* Enters the packets gathered so far. */
static void
enter_packets(struct collector *collector, double now)
{
	if (collector->n_packets)
		rib_sample_many(collector->packets_of->rib, collector->packets,
		    collector->n_packets, now);
	collector->n_packets = 0;
}

static void
take_flow(struct collector *collector, struct router *router,
    const struct sflow_flow *flow, double now)
{
	if (flow->packet.origin == SFLOW_FROM_NONE)
		return;
	if (!engine_counts(router->config, flow)) {
		router->samples_filtered++;
		return;
	}
	if (collector->packets_of != router || collector->n_packets == PACKETS)
		enter_packets(collector, now);
	collector->packets_of = router;
	collector->packets[collector->n_packets++] = engine_packet(flow);
}

/* The owner hears of the datagram `index` of the batch, which is the router's. */
static void
tell(const struct receiver *receiver, int index, const struct router *router,
    double now_s)
{
	const struct collector *collector = receiver->collector;
	struct record_datagram datagram = {
		.to = receiver->addr,
		.bytes = collector->buffers[index],
		.len = collector->messages[index].msg_len,
	};

	if (socket_address_parse(
		&collector->senders[index], &datagram.from, &datagram.from_port))
		collector->owner.heard(collector->owner.arg, router, &datagram, now_s);
}

static void
take_datagram(struct receiver *receiver, int index, double now_s)
{
	struct collector *collector = receiver->collector;
	const uint8_t *bytes = collector->buffers[index];
	size_t len = collector->messages[index].msg_len;
	uint64_t now = (uint64_t)(now_s * 1000);
	struct sflow_datagram datagram;
	struct sflow_reader reader;
	struct sflow_sample sample;
	struct sflow_agent *agent;
	enum sflow_fault fault;

	collector->stats.datagrams++;
	collector->stats.bytes += len;
	if (!sflow_open(&reader, bytes, len, &datagram, &fault)) {
		collector->stats.faults[fault]++;
		return;
	}
	agent = let_in(collector, &datagram, now);
	if (!agent)
		return;
	tell(receiver, index, agent->user, now_s);
	touch(collector, agent->user);
	while (sflow_next(&reader, &sample)) {
		sflow_agent_sample(agent, &sample, now);
		if (sample.kind == SFLOW_FLOW)
			take_flow(collector, agent->user, &sample.flow, now_s);
	}
	sflow_agent_fault(agent, reader.fault);
}

/* SO_RXQ_OVFL: how many the kernel has dropped on this socket. */
static void
note_overflow(struct receiver *receiver, struct msghdr *header)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(header); c; c = CMSG_NXTHDR(header, c)) {
		uint32_t overflows;

		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SO_RXQ_OVFL)
			continue;
		memcpy(&overflows, CMSG_DATA(c), sizeof overflows);
		receiver->collector->stats.lost += overflows - receiver->overflows;
		receiver->overflows = overflows;
	}
}

static int
receive_batch(struct receiver *receiver)
{
	struct collector *collector = receiver->collector;
	int n;

	for (int i = 0; i < BATCH; i++) {
		struct msghdr *header = &collector->messages[i].msg_hdr;

		header->msg_controllen = sizeof *collector->controls;
		header->msg_namelen = sizeof *collector->senders;
	}
	n = recvmmsg(receiver->fd, collector->messages, BATCH, MSG_DONTWAIT, NULL);
	if (n > 0) {
		double now = clock_s();

		for (int i = 0; i < n; i++)
			take_datagram(receiver, i, now);
		enter_packets(collector, now);
		note_overflow(receiver, &collector->messages[n - 1].msg_hdr);
	}
	return n;
}

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct receiver *receiver = arg;

	(void)fd;
	(void)what;
	for (int i = 0; i < BATCHES_MAX && receive_batch(receiver) == BATCH; i++)
		continue;
	flush_touched(receiver->collector);
}

struct collector *
collector_new(struct event_base *base, const struct collector_owner *owner)
{
	struct collector *collector = mem_alloc(sizeof *collector);

	collector->base = base;
	collector->owner = *owner;
	collector->complaints = (struct log_limit){ .burst = 3, .interval_ms = 10000 };
	collector->buffers = mem_alloc(BATCH * sizeof *collector->buffers);
	collector->controls = mem_alloc(BATCH * sizeof *collector->controls);
	for (int i = 0; i < BATCH; i++) {
		struct msghdr *header = &collector->messages[i].msg_hdr;

		collector->vectors[i].iov_base = collector->buffers[i];
		collector->vectors[i].iov_len = sizeof *collector->buffers;
		header->msg_iov = &collector->vectors[i];
		header->msg_iovlen = 1;
		header->msg_control = collector->controls[i];
		header->msg_name = &collector->senders[i];
	}
	return collector;
}

static void
close_receivers(struct collector *collector)
{
	for (size_t i = 0; i < collector->n_receivers; i++) {
		event_free(collector->receivers[i].readable);
		close(collector->receivers[i].fd);
	}
	free(collector->receivers);
	collector->receivers = NULL;
	collector->n_receivers = 0;
}

void
collector_free(struct collector *collector)
{
	if (!collector)
		return;
	close_receivers(collector);
	if (collector->begun)
		sflow_agents_fini(&collector->agents);
	free(collector->config.listen);
	free(collector->buffers);
	free(collector->controls);
	free(collector);
}

static int
open_receiver(struct collector *collector, struct receiver *receiver,
    const struct config_sflow *config, const struct config_endpoint *at)
{
	int fd = socket_bound(&at->addr, at->port, SOCK_DGRAM), one = 1;
	int bytes = (int)config->receive_buffer;

	if (fd < 0)
		return fd;
	/* beyond net.core.rmem_max only with CAP_NET_ADMIN: have what is to be had */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes) < 0)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
	setsockopt(fd, SOL_SOCKET, SO_RXQ_OVFL, &one, sizeof one);
	receiver->collector = collector;
	receiver->fd = fd;
	receiver->addr = at->addr;
	receiver->readable = event_new(
	    collector->base, fd, EV_READ | EV_PERSIST, on_readable, receiver);
	event_add(receiver->readable, NULL);
	return 0;
}

static bool
open_receivers(struct collector *collector, const struct config_sflow *config,
    char *reterr, size_t size)
{
	char text[CONFIG_ENDPOINT_TEXT_MAX];

	close_receivers(collector);
	collector->receivers = mem_alloc(
	    config->listens * sizeof *collector->receivers);
	for (size_t i = 0; i < config->listens; i++) {
		int error = open_receiver(
		    collector, &collector->receivers[i], config, &config->listen[i]);

		if (error) {
			snprintf(reterr, size, "cannot listen for sFlow on %s: %s; %s",
			    config_endpoint_text(&config->listen[i], text),
			    strerror(-error),
			    error == -EADDRINUSE ? "is another collector running?"
						 : socket_advice(-error));
			return false;
		}
		collector->n_receivers++;
	}
	return true;
}

bool
collector_apply(struct collector *collector, const struct config_sflow *config,
    char *reterr, size_t size)
{
	size_t bytes = config->listens * sizeof *config->listen;

	for (size_t i = 0; collector->begun && i < collector->agents.count; i++) {
		struct sflow_agent *agent = collector->agents.list[i];

		agent->user = collector->owner.find(
		    collector->owner.arg, &agent->address);
	}
	if (collector->begun && collector->n_receivers == config->listens &&
	    config_sflow_equal(&collector->config, config))
		return true;
	if (!collector->begun)
		sflow_agents_init(
		    &collector->agents, config->max_agents, config->max_sources);
	collector->begun = true;
	free(collector->config.listen);
	collector->config = *config;
	collector->config.listen = mem_alloc(bytes);
	memcpy(collector->config.listen, config->listen, bytes);
	return open_receivers(collector, config, reterr, size);
}

const struct collector_stats *
collector_stats(const struct collector *collector)
{
	return &collector->stats;
}

const struct sflow_agents *
collector_agents(const struct collector *collector)
{
	return &collector->agents;
}
