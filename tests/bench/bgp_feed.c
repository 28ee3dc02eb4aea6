/*
 * bgp_feed [-g] [-a AS] [-l LOCAL] [-c REMOTE] -p PORT STREAM
 *
 * Sends the UPDATE messages of a file (see make_table.c) at full speed over an iBGP
 * session, then End-of-RIB for both families, and prints when, as JSON, in seconds of
 * the monotonic clock. Keeps the session alive until its standard input closes, then
 * leaves by closing TCP. Listens unless it is told with -c where to connect; -g offers
 * graceful restart.
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "tests/bench/bgp_speak.h"

#define KEEPALIVE_MS 20000

static void
send_end_of_rib(int sock)
{
	uint8_t bytes[BGP_MAX];
	struct wr wr;

	message_begin(&wr, bytes, BGP_UPDATE);
	wr_u32(&wr, 0);
	message_send(sock, &wr);
	message_begin(&wr, bytes, BGP_UPDATE);
	wr_u16(&wr, 0);
	wr_u16(&wr, 6);
	wr_u16(&wr, 0x800f); /* MP_UNREACH_NLRI without prefixes, RFC 4724 */
	wr_u8(&wr, 3);
	wr_u16(&wr, 2);
	wr_u8(&wr, 1);
	message_send(sock, &wr);
}

/* Reads what comes and throws it away, until standard input or the session closes. */
static void
stay(int sock)
{
	struct pollfd fds[2] = { { .fd = sock, .events = POLLIN },
		{ .fd = STDIN_FILENO, .events = POLLIN } };
	static uint8_t bytes[65536];

	for (;;) {
		int ready = poll(fds, 2, KEEPALIVE_MS);

		if (ready == 0)
			send_keepalive(sock);
		if (ready <= 0)
			continue;
		if (fds[0].revents && read(sock, bytes, sizeof bytes) <= 0)
			errx(1, "the peer closed the session");
		if (fds[1].revents && read(STDIN_FILENO, bytes, sizeof bytes) <= 0)
			return;
	}
}

int
main(int argc, char **argv)
{
	struct speaker speaker;
	int sock, file, first = speaker_options(&speaker, argc, argv);
	double begin, end;
	struct stat st;
	void *stream;

	if (first + 1 != argc || !speaker.port)
		errx(2, "usage: bgp_feed [-g] [-a AS] [-l LOCAL] [-c REMOTE] -p PORT "
			"STREAM");
	signal(SIGPIPE, SIG_IGN);
	file = open(argv[first], O_RDONLY | O_CLOEXEC);
	if (file < 0 || fstat(file, &st) != 0)
		err(1, "%s", argv[first]);
	/* read from the disk now, not while the receiver is measured */
	stream = mmap(
	    NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, file, 0);
	if (stream == MAP_FAILED)
		err(1, "%s", argv[first]);
	sock = speaker_establish(&speaker);
	begin = monotonic_now();
	write_all(sock, stream, (size_t)st.st_size);
	send_end_of_rib(sock);
	end = monotonic_now();
	printf("{\"first_byte\": %.6f, \"last_byte_written\": %.6f, \"bytes\": %lld}\n",
	    begin, end, (long long)st.st_size);
	fflush(stdout);
	stay(sock);
	return 0;
}
