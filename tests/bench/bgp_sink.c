/*
 * bgp_sink [-a AS] [-l LOCAL] [-c REMOTE] -p PORT -e PREFIXES
 *
 * The floor for a receiver of BGP: holds an iBGP session, reads, and only counts the
 * prefixes announced. Prints as JSON, in seconds of the monotonic clock, when the first
 * UPDATE came and when 99.98 % of the expected PREFIXES were there, for BIRD as a
 * sender stalls on its last dozen; and its own CPU time in between. Stays until its
 * standard input closes.
 */
#include <poll.h>
#include <sys/resource.h>

#include "tests/bench/bgp_speak.h"

#define ATTR_MP_REACH 14
#define ATTR_FLAG_EXTENDED 0x10

struct count {
	size_t bytes, updates, prefixes;
	double first, done; /* 0 until then */
	double cpu;
};

static double
cpu_now(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
	       (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e-6;
}

static size_t
count_prefixes(struct rd rd)
{
	size_t count = 0;

	while (rd_left(&rd) > 0) {
		rd_bytes(&rd, (size_t)(rd_u8(&rd) + 7) / 8);
		count++;
	}
	return count;
}

static size_t
count_update(struct rd rd)
{
	struct rd attrs;
	size_t count = 0;

	rd_bytes(&rd, rd_u16(&rd));
	attrs = rd_sub(&rd, rd_u16(&rd));
	count += count_prefixes(rd);
	while (rd_left(&attrs) > 0) {
		uint8_t flags = rd_u8(&attrs);
		uint8_t type = rd_u8(&attrs);
		size_t len = flags & ATTR_FLAG_EXTENDED ? rd_u16(&attrs)
							: rd_u8(&attrs);
		struct rd value = rd_sub(&attrs, len);

		if (type != ATTR_MP_REACH)
			continue;
		rd_bytes(&value, 3);
		rd_bytes(&value, (size_t)rd_u8(&value) + 1);
		count += count_prefixes(value);
	}
	return count;
}

/* Counts the whole messages of `len` bytes; returns how many bytes these take. */
static size_t
count_messages(struct count *count, const uint8_t *bytes, size_t len)
{
	size_t at = 0;

	while (len - at >= BGP_HEADER) {
		size_t size = (size_t)bytes[at + 16] << 8 | bytes[at + 17];
		struct rd rd;

		if (size < BGP_HEADER)
			errx(1, "a message of %zu bytes", size);
		if (len - at < size)
			break;
		if (bytes[at + 18] == BGP_NOTIFICATION && !count->done)
			errx(1, "NOTIFICATION %u/%u", bytes[at + 19], bytes[at + 20]);
		if (bytes[at + 18] == BGP_UPDATE) {
			rd_init(&rd, bytes + at + BGP_HEADER, size - BGP_HEADER);
			count->prefixes += count_update(rd);
			count->updates++;
		}
		at += size;
	}
	return at;
}

static void
report(const struct count *count)
{
	printf("{\"first\": %.6f, \"done\": %.6f, \"cpu\": %.6f, \"bytes\": %zu, "
	       "\"updates\": %zu, \"prefixes\": %zu}\n",
	    count->first, count->done, count->cpu, count->bytes, count->updates,
	    count->prefixes);
	fflush(stdout);
}

static void
receive(int sock, size_t expect)
{
	struct pollfd fds[2] = { { .fd = sock, .events = POLLIN },
		{ .fd = STDIN_FILENO, .events = POLLIN } };
	static uint8_t bytes[1 << 18];
	struct count count = { 0 };
	double begin = cpu_now(), keepalive = monotonic_now();
	size_t len = 0, used;
	char input;

	for (;;) {
		int ready = poll(fds, 2, 1000);
		ssize_t n;

		if (monotonic_now() - keepalive > HOLD_S / 6.0) {
			send_keepalive(sock);
			keepalive = monotonic_now();
		}
		if (ready <= 0)
			continue;
		if (fds[1].revents && read(STDIN_FILENO, &input, 1) <= 0)
			return;
		if (!fds[0].revents)
			continue;
		n = read(sock, bytes + len, sizeof bytes - len);
		if (n <= 0 && count.done)
			return;
		if (n <= 0)
			errx(1, "the peer closed the session");
		count.bytes += (size_t)n;
		len += (size_t)n;
		used = count_messages(&count, bytes, len);
		memmove(bytes, bytes + used, len -= used);
		if (!count.first && count.updates)
			count.first = monotonic_now();
		if (!count.done && count.prefixes >= expect - expect / 5000) {
			count.done = monotonic_now();
			count.cpu = cpu_now() - begin;
			report(&count);
		}
	}
}

int
main(int argc, char **argv)
{
	struct speaker speaker;

	if (speaker_options(&speaker, argc, argv) != argc || !speaker.port ||
	    !speaker.expect)
		errx(2, "usage: bgp_sink [-a AS] [-l LOCAL] [-c REMOTE] -p PORT -e "
			"PREFIXES");
	receive(speaker_establish(&speaker), speaker.expect);
	return 0;
}
