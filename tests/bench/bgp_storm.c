/*
 * bgp_storm [-a AS] [-l LOCAL] [-c REMOTE] -p PORT STREAM
 *
 * Sends a full table like bgp_feed, then changes it. Each line of standard input is a
 * storm, answered by one line of JSON when it is over:
 *
 *   change RATE SECONDS   so many IPv4 routes a second get the attributes of another
 *                         one, go, or come back
 *   flap PERIOD SECONDS   all routes go and come back, beginning anew each PERIOD
 *
 * A receiver that does not read slows the storm down; the answer says how many changes
 * there were. STREAM has one prefix an UPDATE.
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "tests/bench/bgp_speak.h"

#define SLICE_S 1e-3
#define BATCH_BYTES (64u << 10)
#define ATTR_MP_REACH 14

/* Where the pieces of an UPDATE stand in the stream. */
struct update {
	const uint8_t *attrs, *nlri;
	uint16_t attrs_len;
	uint8_t nlri_len; /* with the byte of its length */
	bool v6, gone;
};

struct storm {
	int sock;
	const uint8_t *stream;
	size_t stream_len;
	struct update *updates;
	size_t n, cap;
	uint8_t *withdrawals; /* of all routes, in few messages */
	size_t withdrawals_len, withdrawals_cap;
	uint64_t seed;
};

static uint32_t
draw(struct storm *storm, size_t below)
{
	storm->seed = storm->seed * 6364136223846793005ull + 1442695040888963407ull;
	return (uint32_t)((storm->seed >> 33) % below);
}

/* The NLRI within MP_REACH_NLRI; an empty reader if there is none. */
static struct rd
mp_nlri(struct rd attrs)
{
	while (rd_left(&attrs)) {
		uint8_t flags = rd_u8(&attrs), type = rd_u8(&attrs);
		size_t len = flags & 0x10 ? rd_u16(&attrs) : rd_u8(&attrs);
		struct rd value = rd_sub(&attrs, len);

		if (type != ATTR_MP_REACH)
			continue;
		rd_bytes(&value, 3);
		rd_bytes(&value, rd_u8(&value));
		rd_bytes(&value, 1);
		return value;
	}
	return attrs;
}

static void
take_update(struct storm *storm, struct rd body)
{
	struct update update = { .v6 = false };
	struct rd attrs;

	rd_bytes(&body, rd_u16(&body));
	update.attrs_len = rd_u16(&body);
	attrs = rd_sub(&body, update.attrs_len);
	update.attrs = attrs.at;
	update.v6 = rd_left(&body) == 0;
	if (update.v6)
		body = mp_nlri(attrs);
	update.nlri = body.at;
	update.nlri_len = (uint8_t)rd_left(&body);
	if (!rd_ok(&body) || !update.nlri_len)
		errx(1, "the stream has an UPDATE that is not understood");
	storm->updates = mem_grow(storm->updates, storm->n, &storm->cap, sizeof update);
	storm->updates[storm->n++] = update;
}

static void
index_stream(struct storm *storm)
{
	struct rd rd;

	rd_init(&rd, storm->stream, storm->stream_len);
	while (rd_left(&rd)) {
		struct rd head = rd_sub(&rd, BGP_HEADER);
		size_t len;

		rd_bytes(&head, 16);
		len = rd_u16(&head);
		take_update(storm, rd_sub(&rd, len - BGP_HEADER));
	}
}

static void
withdraw_begin(struct wr *wr, uint8_t *bytes, bool v6)
{
	message_begin(wr, bytes, BGP_UPDATE);
	wr_u16(wr, 0);
	if (!v6)
		return;
	wr_u16(wr, 0);
	wr_u16(wr, 0x900f); /* MP_UNREACH_NLRI, extended length */
	wr_u16(wr, 0);
	wr_u16(wr, 2);
	wr_u8(wr, 1);
}

/* Fills in the lengths. */
static void
withdraw_end(struct wr *wr, bool v6)
{
	if (v6) {
		wr_patch_u16(wr, BGP_HEADER + 2, (uint16_t)(wr->len - BGP_HEADER - 4));
		wr_patch_u16(wr, BGP_HEADER + 6, (uint16_t)(wr->len - BGP_HEADER - 8));
	} else {
		wr_patch_u16(wr, BGP_HEADER, (uint16_t)(wr->len - BGP_HEADER - 2));
		wr_u16(wr, 0);
	}
	wr_patch_u16(wr, 16, (uint16_t)wr->len);
}

static void
keep_withdrawals(struct storm *storm, struct wr *wr, bool v6)
{
	withdraw_end(wr, v6);
	if (storm->withdrawals_len + wr->len > storm->withdrawals_cap) {
		storm->withdrawals_cap = 2 * storm->withdrawals_cap + BATCH_BYTES;
		storm->withdrawals = mem_resize(
		    storm->withdrawals, storm->withdrawals_cap, 1);
	}
	memcpy(storm->withdrawals + storm->withdrawals_len, wr->bytes, wr->len);
	storm->withdrawals_len += wr->len;
}

static void
make_withdrawals(struct storm *storm)
{
	uint8_t bytes[BGP_MAX];
	struct wr wr;

	for (int v6 = 0; v6 < 2; v6++) {
		withdraw_begin(&wr, bytes, v6);
		for (size_t i = 0; i < storm->n; i++) {
			const struct update *update = &storm->updates[i];

			if (update->v6 != v6)
				continue;
			if (wr.len + update->nlri_len + 2u > BGP_MAX) {
				keep_withdrawals(storm, &wr, v6);
				withdraw_begin(&wr, bytes, v6);
			}
			wr_bytes(&wr, update->nlri, update->nlri_len);
		}
		keep_withdrawals(storm, &wr, v6);
	}
}

/* Writes a change of one route. */
static void
put_change(struct storm *storm, struct wr *out)
{
	struct update *update = &storm->updates[draw(storm, storm->n)];
	const struct update *model = update;
	size_t begin = out->len;

	while (update->v6)
		update = &storm->updates[draw(storm, storm->n)];
	wr_u64(out, ~0ull);
	wr_u64(out, ~0ull);
	wr_u16(out, 0);
	wr_u8(out, BGP_UPDATE);
	if (!update->gone && draw(storm, 4) == 0) {
		update->gone = true;
		wr_u16(out, update->nlri_len);
		wr_bytes(out, update->nlri, update->nlri_len);
		wr_u16(out, 0);
	} else {
		while (model->v6 || draw(storm, 2))
			model = &storm->updates[draw(storm, storm->n)];
		update->gone = false;
		wr_u16(out, 0);
		wr_u16(out, model->attrs_len);
		wr_bytes(out, model->attrs, model->attrs_len);
		wr_bytes(out, update->nlri, update->nlri_len);
	}
	wr_patch_u16(out, begin + 16, (uint16_t)(out->len - begin));
}

static void
sleep_until(double at)
{
	double left = at - monotonic_now();

	if (left > 0)
		nanosleep(&(struct timespec){ .tv_nsec = (long)(left * 1e9) }, NULL);
}

static size_t
run_changes(struct storm *storm, double rate, double seconds)
{
	static uint8_t bytes[BATCH_BYTES + BGP_MAX];
	double begin = monotonic_now(), at = begin, due = 0;
	size_t done = 0;

	while ((at = at + SLICE_S) < begin + seconds &&
	       monotonic_now() < begin + seconds) {
		struct wr out;

		wr_init(&out, bytes, sizeof bytes);
		for (due += rate * SLICE_S; (double)done < due; done++) {
			put_change(storm, &out);
			if (out.len >= BATCH_BYTES) {
				write_all(storm->sock, out.bytes, out.len);
				wr_init(&out, bytes, sizeof bytes);
			}
		}
		write_all(storm->sock, out.bytes, out.len);
		sleep_until(at);
	}
	return done;
}

static size_t
run_flaps(struct storm *storm, double period, double seconds)
{
	double begin = monotonic_now();
	size_t done = 0;

	for (double at = begin; at < begin + seconds; at += period) {
		while (monotonic_now() < at)
			sleep_until(monotonic_now() + 0.1);
		write_all(storm->sock, storm->withdrawals, storm->withdrawals_len);
		write_all(storm->sock, storm->stream, storm->stream_len);
		done += 2 * storm->n;
	}
	return done;
}

static void
open_stream(struct storm *storm, const char *path)
{
	int file = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;

	if (file < 0 || fstat(file, &st) != 0)
		err(1, "%s", path);
	storm->stream_len = (size_t)st.st_size;
	storm->stream = mmap(
	    NULL, storm->stream_len, PROT_READ, MAP_PRIVATE | MAP_POPULATE, file, 0);
	if (storm->stream == MAP_FAILED)
		err(1, "%s", path);
	index_stream(storm);
	make_withdrawals(storm);
}

/* End-of-RIB of both families, RFC 4724. */
static void
send_end_of_rib(int sock)
{
	uint8_t bytes[BGP_MAX];
	struct wr wr;

	for (int v6 = 0; v6 < 2; v6++) {
		withdraw_begin(&wr, bytes, v6);
		withdraw_end(&wr, v6);
		write_all(sock, wr.bytes, wr.len);
	}
}

int
main(int argc, char **argv)
{
	static struct storm storm = { .seed = 1 };
	struct speaker speaker;
	int first = speaker_options(&speaker, argc, argv);
	char line[128], word[16];
	double a, seconds;

	if (first + 1 != argc || !speaker.port)
		errx(2,
		    "usage: bgp_storm [-a AS] [-l LOCAL] [-c REMOTE] -p PORT STREAM");
	signal(SIGPIPE, SIG_IGN);
	open_stream(&storm, argv[first]);
	storm.sock = speaker_establish(&speaker);
	write_all(storm.sock, storm.stream, storm.stream_len);
	send_end_of_rib(storm.sock);
	printf("{\"routes\": %zu}\n", storm.n);
	fflush(stdout);
	while (fgets(line, sizeof line, stdin)) {
		double begin = monotonic_now();
		size_t done = 0;

		if (sscanf(line, "%15s %lf %lf", word, &a, &seconds) != 3)
			errx(2, "not understood: %s", line);
		if (strcmp(word, "change") == 0)
			done = run_changes(&storm, a, seconds);
		else if (strcmp(word, "flap") == 0)
			done = run_flaps(&storm, a, seconds);
		printf("{\"changes\": %zu, \"seconds\": %.3f}\n", done,
		    monotonic_now() - begin);
		fflush(stdout);
	}
	return 0;
}
