/*
 * sflow_send [PREFIXES.gz]
 *
 * Sends sFlow over UDP on the loopback: seven samples a datagram, destinations by
 * Zipf's law over the whole list (or a table made up like it). Each line of standard
 * input is a run, "PORT SAMPLES_A_SECOND SECONDS", sent a millisecond's worth at a
 * time, and answered by what was sent, as JSON. A sender that cannot keep up says so by
 * its `rate`.
 */
#include <arpa/inet.h>
#include <err.h>
#include <stdio.h>
#include <sys/socket.h>
#include <time.h>

#include "tests/bench/sflow_make.h"

#define BATCH 64
#define SLICE_NS 1000000

struct sender {
	struct table table; /* most popular first */
	struct sflow_make make;
	uint64_t seed;
	int sock;
	struct mmsghdr messages[BATCH];
	struct iovec vectors[BATCH];
	uint8_t bytes[BATCH][SFLOW_MAKE_MAX];
};

static uint64_t
now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static void
sleep_until(uint64_t ns)
{
	const struct timespec until = { .tv_sec = (time_t)(ns / 1000000000),
		.tv_nsec = (long)(ns % 1000000000) };

	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
}

static size_t
make_one(struct sender *sender, uint8_t *bytes, uint32_t uptime_ms)
{
	sflow_make_open(&sender->make, bytes, uptime_ms);
	for (int i = 0; i < SFLOW_MAKE_SAMPLES; i++) {
		size_t rank = sflow_make_rank(sender->table.count, &sender->seed);
		struct addr to = sflow_make_address(
		    &sender->table.prefixes[rank], &sender->seed);

		sflow_make_add(&sender->make, &to);
	}
	return sflow_make_close(&sender->make);
}

static void
send_some(struct sender *sender, size_t count)
{
	uint32_t uptime_ms = (uint32_t)(now_ns() / 1000000);

	while (count > 0) {
		size_t n = count < BATCH ? count : BATCH;

		for (size_t i = 0; i < n; i++)
			sender->vectors[i].iov_len = make_one(
			    sender, sender->bytes[i], uptime_ms);
		for (size_t done = 0; done < n;) {
			int sent = sendmmsg(sender->sock, sender->messages + done,
			    (unsigned)(n - done), 0);

			if (sent < 0)
				err(1, "sendmmsg");
			done += (size_t)sent;
		}
		count -= n;
	}
}

/* Whatever cannot be sent in time is sent late, and the run takes longer. */
static void
run(struct sender *sender, double rate, double seconds)
{
	uint64_t begin = now_ns(), at = begin;
	double due = rate * seconds / SFLOW_MAKE_SAMPLES;
	double slice = rate / SFLOW_MAKE_SAMPLES * SLICE_NS * 1e-9;
	size_t sent = 0;
	double took;

	for (double upto = slice; sent < (size_t)due; upto += slice) {
		size_t target = (size_t)(upto < due ? upto : due);

		send_some(sender, target - sent);
		sent = target;
		at += SLICE_NS;
		sleep_until(at);
	}
	took = (double)(now_ns() - begin) * 1e-9;
	printf("{\"datagrams\": %zu, \"samples\": %zu, \"seconds\": %.4f, "
	       "\"rate\": %.0f}\n",
	    sent, sent * SFLOW_MAKE_SAMPLES, took,
	    (double)sent * SFLOW_MAKE_SAMPLES / took);
	fflush(stdout);
}

static void
sender_init(struct sender *sender, const char *path)
{
	memset(sender, 0, sizeof *sender);
	sender->seed = 1;
	if (!path)
		table_make(&sender->table, 1);
	else if (!table_read(&sender->table, path))
		errx(1, "%s: no prefixes", path);
	sflow_make_shuffle(sender->table.prefixes, sender->table.count, &sender->seed);
	sflow_make_init(&sender->make);
	sender->sock = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (sender->sock < 0)
		err(1, "socket");
	for (size_t i = 0; i < BATCH; i++) {
		sender->vectors[i].iov_base = sender->bytes[i];
		sender->messages[i].msg_hdr.msg_iov = &sender->vectors[i];
		sender->messages[i].msg_hdr.msg_iovlen = 1;
	}
}

int
main(int argc, char **argv)
{
	static struct sender sender;
	double rate, seconds;
	unsigned port;

	if (argc > 2)
		errx(2, "usage: sflow_send [PREFIXES.gz]");
	sender_init(&sender, argv[1]);
	while (scanf("%u %lf %lf", &port, &rate, &seconds) == 3) {
		struct sockaddr_in to = { .sin_family = AF_INET,
			.sin_port = htons((uint16_t)port),
			.sin_addr = { htonl(INADDR_LOOPBACK) } };

		if (connect(sender.sock, (struct sockaddr *)&to, sizeof to) != 0)
			err(1, "connect");
		run(&sender, rate, seconds);
	}
	table_fini(&sender.table);
	return 0;
}
