/*
 * As much BGP as a benchmark needs to hold one iBGP session (RFC 4271): a blocking
 * socket, one OPEN, KEEPALIVEs. No timers: both sides live on the same machine.
 */
#ifndef TESTS_BENCH_BGP_SPEAK_H
#define TESTS_BENCH_BGP_SPEAK_H

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/wire.h"

#define BGP_HEADER 19
#define BGP_MAX 4096
#define BGP_OPEN 1
#define BGP_UPDATE 2
#define BGP_NOTIFICATION 3
#define BGP_KEEPALIVE 4
#define HOLD_S 240

struct speaker {
	const char *local, *remote; /* IPv4; NULL: any */
	uint16_t port;
	bool listens;
	bool gr; /* offer graceful restart, RFC 4724 */
	uint32_t as;
	size_t expect; /* prefixes */
};

static inline double
monotonic_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* The options of both programs. Returns the index of the first other argument. */
static inline int
speaker_options(struct speaker *speaker, int argc, char **argv)
{
	int option;

	*speaker = (struct speaker){ .local = "127.0.0.1", .as = 65136 };
	while ((option = getopt(argc, argv, "a:c:l:p:ge:")) != -1) {
		switch (option) {
		case 'a':
			speaker->as = (uint32_t)strtoul(optarg, NULL, 10);
			break;
		case 'c':
			speaker->remote = optarg;
			break;
		case 'l':
			speaker->local = optarg;
			break;
		case 'p':
			speaker->port = (uint16_t)strtoul(optarg, NULL, 10);
			break;
		case 'g':
			speaker->gr = true;
			break;
		case 'e':
			speaker->expect = strtoul(optarg, NULL, 10);
			break;
		default:
			exit(2);
		}
	}
	speaker->listens = !speaker->remote;
	return optind;
}

static inline struct sockaddr_in
speaker_address(const char *text, uint16_t port)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(port) };

	if (inet_pton(AF_INET, text, &address.sin_addr) != 1)
		errx(2, "%s: no IPv4 address", text);
	return address;
}

/* A connected socket; connects again for ten seconds while it is refused. */
static inline int
speaker_connect(const struct speaker *speaker)
{
	struct sockaddr_in local, remote;
	double end = monotonic_now() + 10;
	int one = 1, sock;

	local = speaker_address(speaker->local, speaker->listens ? speaker->port : 0);
	for (;;) {
		sock = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (sock < 0)
			err(1, "socket");
		setsockopt(sock, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
		if (bind(sock, (struct sockaddr *)&local, sizeof local) != 0)
			err(1, "bind %s", speaker->local);
		if (speaker->listens)
			break;
		remote = speaker_address(speaker->remote, speaker->port);
		if (connect(sock, (struct sockaddr *)&remote, sizeof remote) == 0)
			return sock;
		if (errno != ECONNREFUSED || monotonic_now() > end)
			err(1, "connect %s", speaker->remote);
		close(sock);
		nanosleep(&(struct timespec){ .tv_nsec = 20000000 }, NULL);
	}
	if (listen(sock, 1) != 0)
		err(1, "listen");
	one = accept(sock, NULL, NULL);
	if (one < 0)
		err(1, "accept");
	close(sock);
	return one;
}

static inline void
write_all(int sock, const void *bytes, size_t len)
{
	const uint8_t *at = bytes;

	while (len > 0) {
		ssize_t n = write(sock, at, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			err(1, "write");
		at += n;
		len -= (size_t)n;
	}
}

static inline void
read_all(int sock, uint8_t *bytes, size_t len)
{
	while (len > 0) {
		ssize_t n = read(sock, bytes, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			errx(1, "the peer closed the session");
		bytes += n;
		len -= (size_t)n;
	}
}

/* Begins a message; message_send() sets its length. */
static inline void
message_begin(struct wr *wr, uint8_t *bytes, uint8_t type)
{
	wr_init(wr, bytes, BGP_MAX);
	wr_u64(wr, ~0ull);
	wr_u64(wr, ~0ull);
	wr_u16(wr, 0);
	wr_u8(wr, type);
}

static inline void
message_send(int sock, struct wr *wr)
{
	wr_patch_u16(wr, 16, (uint16_t)wr->len);
	write_all(sock, wr->bytes, wr->len);
}

static inline void
send_keepalive(int sock)
{
	uint8_t bytes[BGP_MAX];
	struct wr wr;

	message_begin(&wr, bytes, BGP_KEEPALIVE);
	message_send(sock, &wr);
}

/* IPv4 and IPv6 unicast, four-octet AS numbers, graceful restart if asked for. */
static inline void
send_open(int sock, const struct speaker *speaker)
{
	uint8_t bytes[BGP_MAX];
	struct sockaddr_in id = speaker_address(speaker->local, 0);
	size_t capabilities;
	struct wr wr;

	message_begin(&wr, bytes, BGP_OPEN);
	wr_u8(&wr, 4);
	wr_u16(&wr, speaker->as > 65535 ? 23456 : (uint16_t)speaker->as);
	wr_u16(&wr, HOLD_S);
	wr_u32(&wr, ntohl(id.sin_addr.s_addr));
	wr_u8(&wr, 0);
	wr_u8(&wr, 2); /* capabilities, RFC 5492 */
	wr_u8(&wr, 0);
	capabilities = wr.len;
	for (uint8_t afi = 1; afi <= 2; afi++) {
		wr_u16(&wr, 0x0104);
		wr_u16(&wr, afi);
		wr_u16(&wr, 1);
	}
	wr_u16(&wr, 0x4104);
	wr_u32(&wr, speaker->as);
	if (speaker->gr) {
		wr_u16(&wr, 0x400a);
		wr_u16(&wr, 120);
		for (uint8_t afi = 1; afi <= 2; afi++) {
			wr_u16(&wr, afi);
			wr_u16(&wr, 0x0180);
		}
	}
	wr_patch_u8(&wr, capabilities - 1, (uint8_t)(wr.len - capabilities));
	wr_patch_u8(&wr, capabilities - 3, (uint8_t)(wr.len - capabilities + 2));
	message_send(sock, &wr);
}

/* Reads one message, which has to be of this type. */
static inline void
expect_message(int sock, uint8_t type)
{
	uint8_t bytes[BGP_MAX];
	size_t len;

	read_all(sock, bytes, BGP_HEADER);
	len = (size_t)bytes[16] << 8 | bytes[17];
	if (len < BGP_HEADER || len > BGP_MAX)
		errx(1, "a message of %zu bytes", len);
	read_all(sock, bytes + BGP_HEADER, len - BGP_HEADER);
	if (bytes[18] != type)
		errx(1, "message type %u where %u was due, code %u/%u", bytes[18], type,
		    len > 20 ? bytes[19] : 0, len > 20 ? bytes[20] : 0);
}

/* An established session. */
static inline int
speaker_establish(const struct speaker *speaker)
{
	int sock = speaker_connect(speaker);

	send_open(sock, speaker);
	expect_message(sock, BGP_OPEN);
	send_keepalive(sock);
	expect_message(sock, BGP_KEEPALIVE);
	return sock;
}

#endif
