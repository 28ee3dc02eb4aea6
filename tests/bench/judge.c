/*
 * judge [--sflowrt] [--multipath] [--skip SECONDS] DIR CAPACITY [CAPACITY6] [EVENTS]
 *
 * Judges a run of route selection over a scenario: DIR holds rib.txt, ribchanges.txt,
 * trace.pcap, and if known optimum.txt and flashes.txt (see scenario.c); EVENTS is what
 * the run announced and withdrew, as `armsim --events` writes it. With --sflowrt the
 * policy that sFlow-RT published is played instead: every second the top prefixes of a
 * 10 s moving average, with those they cover of another next hop.
 *
 * In order of time: changes of the RIB, then samples, then events of the same
 * microsecond; each event is checked, and so is what an instant leaves behind. Prints
 * figures as JSON; shares and changes a second are those after the first SECONDS (120).
 * Traffic from 198.18.1.0/24 and 2001:db8:0:1::/64 is a scan: nobody wants it served,
 * so it does not count as correct, but it may not go astray either.
 */
#include <err.h>
#include <getopt.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/prefix.h"
#include "base/wire.h"
#include "helpers/judge.h"
#include "helpers/judge_files.h"
#include "helpers/sflowrt.h"

#define SECOND JUDGE_SECOND
#define FLASH_LASTS (60 * SECOND)
#define FRAME_MAX 70000
#define ENCAPSULATION (14 + 20 + 8)

struct sample {
	struct addr to;
	double bytes;
	bool scan;
};

struct run {
	struct judge judge;
	struct judge_files files;
	size_t route, event, truth; /* next of each */
	struct sflowrt policy[FAMILIES];
	bool multipath, sflowrt;
	int64_t skip, start, now;
	/* figures */
	double bytes[JUDGE_NO_ROUTE + 1], astray, optimum;
	uint64_t samples;
	size_t changes;
};

static bool
is_right(enum judge_verdict verdict)
{
	return verdict == JUDGE_BY_ROUTE || verdict == JUDGE_BY_DEFAULT;
}

static void
watch_flashes(struct run *run)
{
	for (size_t i = 0; i < run->files.flashes_count; i++) {
		struct judge_flash *flash = &run->files.flashes[i];
		int64_t since = run->now - flash->at;

		if (flash->took < 0 && since >= 0 && since < FLASH_LASTS &&
		    is_right(judge_packet(&run->judge, &flash->to)))
			flash->took = since;
	}
}

/* What an instant has changed is judged as the clock moves on. */
static void
move_clock(struct run *run, int64_t now)
{
	if (now == run->now)
		return;
	judge_settle(&run->judge);
	run->now = now;
}

static bool
counts(const struct run *run)
{
	return run->now - run->start >= run->skip;
}

/* Applies changes of the RIB up to `until` and events before it. */
static void
advance(struct run *run, int64_t until)
{
	const struct judge_changes *routes = &run->files.routes;
	const struct judge_changes *events = &run->files.events;

	for (;;) {
		const struct judge_change *route = &routes->items[run->route];
		const struct judge_change *event = &events->items[run->event];
		bool has_route = run->route < routes->count && route->at <= until;
		bool has_event = run->event < events->count && event->at < until;

		if (has_route && (!has_event || route->at <= event->at)) {
			move_clock(run, route->at);
			judge_route(&run->judge, &route->prefix, route->key);
			run->route++;
		} else if (has_event) {
			move_clock(run, event->at);
			judge_event(&run->judge, &event->prefix, event->key);
			run->changes += counts(run);
			run->event++;
		} else {
			break;
		}
		watch_flashes(run);
	}
	move_clock(run, until);
}

static double
truth_now(struct run *run)
{
	double second = (double)(run->now - run->start) / SECOND;

	while (run->truth + 1 < run->files.truths_count &&
	       run->files.truths[run->truth + 1].second <= second)
		run->truth++;
	return run->files.truths_count ? run->files.truths[run->truth].share : 1;
}

static void
judge_sample(struct run *run, const struct sample *sample)
{
	enum judge_verdict verdict = judge_packet(&run->judge, &sample->to);

	run->samples++;
	if (counts(run)) {
		if (verdict == JUDGE_ASTRAY)
			run->astray += sample->bytes;
		if (!sample->scan) {
			run->bytes[verdict] += sample->bytes;
			if (verdict != JUDGE_NO_ROUTE)
				run->optimum += sample->bytes * truth_now(run);
		}
	}
	if (run->sflowrt)
		sflowrt_sample(
		    &run->policy[sample->to.family], &sample->to, sample->bytes);
}

/* The frame of a raw header record. False if it is no packet that is routed. */
static bool
read_frame(struct rd *record, struct sample *retsample)
{
	struct rd header;
	const uint8_t *at;
	uint32_t length;

	if (rd_u32(record) != 1)
		return false;
	retsample->bytes = rd_u32(record);
	rd_u32(record);
	length = rd_u32(record);
	header = rd_sub(record, length);
	at = rd_bytes(&header, 12);
	if (!at)
		return false;
	length = rd_u16(&header);
	if (length == 0x0800 && (at = rd_bytes(&header, 20))) {
		retsample->to.family = FAMILY_IPV4;
		retsample->to.bits = bits_from_bytes(at + 16, 4);
		retsample->scan = at[14] == 1;
		return true;
	}
	if (length == 0x86dd && (at = rd_bytes(&header, 40))) {
		retsample->to.family = FAMILY_IPV6;
		retsample->to.bits = bits_from_bytes(at + 24, 16);
		retsample->scan = at[15] == 1;
		return true;
	}
	return false;
}

static void
read_flow_sample(struct run *run, struct rd body)
{
	uint32_t rate, records;
	struct sample sample;

	rd_u64(&body);
	rate = rd_u32(&body);
	rd_u64(&body);
	rd_u64(&body);
	records = rd_u32(&body);
	for (; records && rd_ok(&body); records--) {
		uint32_t format = rd_u32(&body);
		uint32_t length = rd_u32(&body);
		struct rd record = rd_sub(&body, length);

		if (format == 1 && read_frame(&record, &sample)) {
			sample.bytes *= rate;
			judge_sample(run, &sample);
		}
	}
}

static void
read_datagram(struct run *run, const uint8_t *bytes, size_t len)
{
	struct rd rd;
	uint32_t count;

	rd_init(&rd, bytes, len);
	rd_bytes(&rd, ENCAPSULATION + 6 * 4);
	count = rd_u32(&rd);
	for (; count; count--) {
		uint32_t format = rd_u32(&rd);
		uint32_t length = rd_u32(&rd);
		struct rd body = rd_sub(&rd, length);

		if (!rd_ok(&rd))
			errx(1, "trace.pcap: a datagram is cut short");
		if (format == 1)
			read_flow_sample(run, body);
	}
}

/* The next frame of a capture; returns its length, 0 at the end. */
static size_t
read_packet(FILE *file, uint8_t *bytes, int64_t *rettime)
{
	uint32_t header[4];

	if (fread(header, sizeof header, 1, file) != 1)
		return 0;
	if (header[2] > FRAME_MAX || fread(bytes, header[2], 1, file) != 1)
		errx(1, "trace.pcap: cut short");
	*rettime = header[0] * SECOND + header[1];
	return header[2];
}

/* Plays the policy for each second that ends up to now. */
static void
play(struct run *run, int64_t now, int64_t *next)
{
	for (; *next <= now; *next += SECOND) {
		advance(run, *next);
		for (size_t f = 0; f < FAMILIES; f++) {
			size_t changes = sflowrt_second(&run->policy[f]);

			run->changes += counts(run) ? changes : 0;
		}
		watch_flashes(run);
	}
}

static void
play_trace(struct run *run, const char *folder)
{
	FILE *file = judge_file_open(folder, "trace.pcap", true);
	uint8_t header[24], bytes[FRAME_MAX];
	int64_t now, second = 0;
	size_t len;

	setvbuf(file, NULL, _IOFBF, 1 << 20);
	if (fread(header, sizeof header, 1, file) != 1)
		errx(1, "trace.pcap: no capture");
	while ((len = read_packet(file, bytes, &now))) {
		if (!run->start) {
			run->start = now;
			second = now + SECOND;
		}
		if (run->sflowrt)
			play(run, now, &second);
		advance(run, now);
		watch_flashes(run);
		read_datagram(run, bytes, len);
	}
	fclose(file);
	now = run->now;
	advance(run, INT64_MAX);
	run->now = now;
}

static void
print_flashes(const struct run *run)
{
	size_t missed = 0;
	double sum = 0, worst = 0;

	printf(" \"flash_s\": [");
	for (size_t i = 0; i < run->files.flashes_count; i++) {
		double took = (double)run->files.flashes[i].took / SECOND;

		if (run->files.flashes[i].took < 0) {
			missed++;
			printf("%snull", i ? ", " : "");
			continue;
		}
		printf("%s%.3f", i ? ", " : "", took);
		sum += took;
		worst = fmax(worst, took);
	}
	printf("],\n \"flashes\": %zu, \"flash_missed\": %zu, \"flash_mean_s\": %.4f, "
	       "\"flash_worst_s\": %.4f,\n",
	    run->files.flashes_count, missed,
	    run->files.flashes_count > missed
		? sum / (double)(run->files.flashes_count - missed)
		: 0,
	    worst);
}

static void
print_figures(const struct run *run)
{
	const struct judge *judge = &run->judge;
	const double *bytes = run->bytes;
	double right = bytes[JUDGE_BY_ROUTE] + bytes[JUDGE_BY_DEFAULT];
	double all = right + bytes[JUDGE_MISSED] + bytes[JUDGE_ASTRAY];
	double seconds = (double)(run->now - run->start - run->skip) / SECOND;
	size_t at_end = judge_astray(judge), over = 0;

	for (size_t f = 0; f < FAMILIES; f++)
		if (judge->family[f].highest > judge->family[f].capacity)
			over += judge->family[f].highest - judge->family[f].capacity;
	all = all > 0 ? all : 1;
	printf("{\"samples\": %" PRIu64 ", \"correct\": %.5f, \"hit\": %.5f, "
	       "\"misforwarded\": %.8f,\n",
	    run->samples, right / all,
	    (bytes[JUDGE_BY_ROUTE] + bytes[JUDGE_ASTRAY]) / all, run->astray / all);
	if (run->files.truths_count)
		printf(" \"optimum\": %.5f, \"ratio\": %.5f,\n", run->optimum / all,
		    run->optimum > 0 ? right / run->optimum : 0);
	printf(" \"unsafe\": %zu, \"unsafe_events\": %zu, \"unsafe_states\": %zu, "
	       "\"unsafe_at_end\": %zu,\n",
	    judge->unsafe_events + judge->unsafe_states + at_end, judge->unsafe_events,
	    judge->unsafe_states, at_end);
	printf(" \"over\": %zu, \"over_events\": %zu, \"highest\": %zu, "
	       "\"highest6\": %zu,\n",
	    over, judge->over_events, judge->family[FAMILY_IPV4].highest,
	    judge->family[FAMILY_IPV6].highest);
	print_flashes(run);
	printf(" \"events\": %zu, \"changes\": %zu, \"changes_per_s\": %.3f}\n",
	    run->files.events.count, run->changes,
	    seconds > 0 ? (double)run->changes / seconds : 0);
}

static void
run_fini(struct run *run)
{
	for (size_t f = 0; run->sflowrt && f < FAMILIES; f++)
		sflowrt_fini(&run->policy[f]);
	judge_fini(&run->judge);
	judge_files_fini(&run->files);
}

static void
usage(void)
{
	errx(2, "usage: judge [--sflowrt] [--multipath] [--skip SECONDS] DIR CAPACITY "
		"[CAPACITY6] [EVENTS]");
}

static void
read_options(struct run *run, int argc, char **argv)
{
	static const struct option options[] = {
		{ "sflowrt", no_argument, NULL, 'r' },
		{ "multipath", no_argument, NULL, 'm' },
		{ "skip", required_argument, NULL, 's' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	run->skip = 120 * SECOND;
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'r')
			run->sflowrt = true;
		else if (option == 'm')
			run->multipath = true;
		else if (option == 's')
			run->skip = (int64_t)(strtod(optarg, NULL) * SECOND);
		else
			usage();
	}
}

int
main(int argc, char **argv)
{
	struct run run = { 0 };
	size_t capacity[FAMILIES] = { 0 };
	const char *folder;
	char *end;

	read_options(&run, argc, argv);
	if (argc - optind < 2)
		usage();
	folder = argv[optind++];
	for (size_t f = 0; f < FAMILIES && optind < argc; f++) {
		size_t number = strtoul(argv[optind], &end, 10);

		if (*end)
			break;
		capacity[f] = number;
		optind++;
	}
	if (argc - optind != !run.sflowrt)
		usage();
	judge_init(&run.judge, capacity);
	judge_files_read(&run.files, &run.judge, folder, run.multipath);
	if (!run.sflowrt)
		judge_files_read_events(&run.files, &run.judge, argv[optind]);
	for (size_t f = 0; run.sflowrt && f < FAMILIES; f++)
		sflowrt_init(&run.policy[f], &run.judge, (enum family)f);
	play_trace(&run, folder);
	print_figures(&run);
	run_fini(&run);
	return 0;
}
