/*
 * sflow_sink PORT
 *
 * The floor for a collector of sFlow: takes datagrams as src/collector.c does (the same
 * event loop, socket options, buffers and batches) and throws them away. Each line of
 * standard input is answered by what came so far, as JSON; ends with standard input.
 */
#include <arpa/inet.h>
#include <err.h>
#include <event2/event.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BATCH 64
#define BATCHES_MAX 16
#define DATAGRAM_MAX 9216
#define RECEIVE_BUFFER (4 << 20)

struct sink {
	struct event_base *base;
	uint64_t datagrams, bytes;
	uint32_t lost;
	struct mmsghdr messages[BATCH];
	struct iovec vectors[BATCH];
	uint8_t buffers[BATCH][DATAGRAM_MAX];
	uint8_t controls[BATCH][CMSG_SPACE(sizeof(uint32_t))];
};

static void
note_overflow(struct sink *sink, struct msghdr *header)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(header); c; c = CMSG_NXTHDR(header, c))
		if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SO_RXQ_OVFL)
			memcpy(&sink->lost, CMSG_DATA(c), sizeof sink->lost);
}

static int
receive_batch(struct sink *sink, int sock)
{
	int n;

	for (int i = 0; i < BATCH; i++)
		sink->messages[i].msg_hdr.msg_controllen = sizeof sink->controls[i];
	n = recvmmsg(sock, sink->messages, BATCH, MSG_DONTWAIT, NULL);
	for (int i = 0; i < n; i++) {
		sink->datagrams++;
		sink->bytes += sink->messages[i].msg_len;
	}
	if (n > 0)
		note_overflow(sink, &sink->messages[n - 1].msg_hdr);
	return n;
}

static void
on_readable(evutil_socket_t sock, short what, void *arg)
{
	(void)what;
	for (int i = 0; i < BATCHES_MAX && receive_batch(arg, sock) == BATCH; i++)
		continue;
}

static void
on_question(evutil_socket_t fd, short what, void *arg)
{
	struct sink *sink = arg;
	char line[64];

	(void)what;
	if (read(fd, line, sizeof line) <= 0) {
		event_base_loopbreak(sink->base);
		return;
	}
	printf("{\"datagrams\": %llu, \"bytes\": %llu, \"lost\": %u}\n",
	    (unsigned long long)sink->datagrams, (unsigned long long)sink->bytes,
	    sink->lost);
	fflush(stdout);
}

static int
open_socket(uint16_t port)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr = { htonl(INADDR_LOOPBACK) } };
	int sock = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int bytes = RECEIVE_BUFFER, one = 1;

	if (sock < 0 || bind(sock, (struct sockaddr *)&at, sizeof at) != 0)
		err(1, "port %u", port);
	if (setsockopt(sock, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes) != 0)
		setsockopt(sock, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
	setsockopt(sock, SOL_SOCKET, SO_RXQ_OVFL, &one, sizeof one);
	return sock;
}

int
main(int argc, char **argv)
{
	static struct sink sink;
	struct event *readable, *question;
	int sock;

	if (argc != 2)
		errx(2, "usage: sflow_sink PORT");
	sock = open_socket((uint16_t)strtoul(argv[1], NULL, 10));
	for (size_t i = 0; i < BATCH; i++) {
		struct msghdr *header = &sink.messages[i].msg_hdr;

		sink.vectors[i].iov_base = sink.buffers[i];
		sink.vectors[i].iov_len = sizeof sink.buffers[i];
		header->msg_iov = &sink.vectors[i];
		header->msg_iovlen = 1;
		header->msg_control = sink.controls[i];
	}
	sink.base = event_base_new();
	readable = event_new(sink.base, sock, EV_READ | EV_PERSIST, on_readable, &sink);
	question = event_new(
	    sink.base, STDIN_FILENO, EV_READ | EV_PERSIST, on_question, &sink);
	event_add(readable, NULL);
	event_add(question, NULL);
	event_base_dispatch(sink.base);
	event_free(readable);
	event_free(question);
	event_base_free(sink.base);
	close(sock);
	return 0;
}
