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
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/prefix.h"
#include "base/wire.h"
#include "helpers/judge.h"
#include "helpers/sflowrt.h"

#define SECOND 1000000ll
#define FLASH_LASTS (60 * SECOND)
#define FRAME_MAX 70000
#define ENCAPSULATION (14 + 20 + 8)

/* A change of the RIB or an event; times are microseconds since the epoch. */
struct change {
	int64_t at;
	struct prefix prefix;
	int key;
};

struct changes {
	struct change *items;
	size_t count, cap, next;
};

struct flash {
	int64_t at, took; /* took: -1 until it is on its right next hop */
	struct addr to;
};

struct truth {
	double second, share;
};

struct sample {
	struct addr to;
	double bytes;
	bool scan;
};

struct run {
	struct judge judge;
	struct changes routes, events;
	struct flash *flashes;
	size_t flashes_count, flashes_cap;
	struct truth *truths;
	size_t truths_count, truths_cap, truth_at;
	struct sflowrt policy[FAMILIES];
	bool multipath, sflowrt;
	int64_t skip, start, now;
	/* figures */
	double bytes[JUDGE_NO_ROUTE + 1], astray, optimum;
	uint64_t samples;
	size_t changes;
};

static void
add_change(struct changes *changes, int64_t at, const struct prefix *prefix, int key)
{
	changes->items = mem_grow(
	    changes->items, changes->count, &changes->cap, sizeof *changes->items);
	changes->items[changes->count++] = (struct change){ at, *prefix, key };
}

static int64_t
to_time(double seconds)
{
	return llround(seconds * 1e6);
}

static FILE *
open_in(const char *folder, const char *name, bool needed)
{
	char path[4096];
	FILE *file;

	snprintf(path, sizeof path, "%s/%s", folder, name);
	file = fopen(path, "r");
	if (!file && needed)
		err(1, "%s", path);
	return file;
}

static int
parse_hop(struct judge *judge, const char *text)
{
	struct addr hop;

	if (!addr_parse(text, &hop))
		errx(1, "%s is no next hop", text);
	return judge_key(judge, &hop, 1);
}

/* A prefix on two lines has two next hops, if multipath is judged, else the first. */
static void
read_rib(struct run *run, const char *folder)
{
	FILE *file = open_in(folder, "rib.txt", true);
	char line[1024], text[PREFIX_TEXT_MAX + 1], hop_text[ADDR_TEXT_MAX + 1];
	struct judge *judge = &run->judge;

	while (fgets(line, sizeof line, file)) {
		struct prefix prefix;
		struct addr hop;
		int was;

		if (sscanf(line, "%50s %46s", text, hop_text) != 2 ||
		    !prefix_parse(text, &prefix) || !addr_parse(hop_text, &hop))
			errx(1, "rib.txt: %s", line);
		was = judge_route(judge, &prefix, judge_key(judge, &hop, 1));
		if (was != JUDGE_NONE)
			judge_route(judge, &prefix,
			    run->multipath ? judge_key_join(judge, was, &hop) : was);
	}
	fclose(file);
	judge->touched_count = 0;
}

static void
read_rib_changes(struct run *run, const char *folder)
{
	FILE *file = open_in(folder, "ribchanges.txt", false);
	char line[1024], text[PREFIX_TEXT_MAX + 1], hop[ADDR_TEXT_MAX + 1], op;
	struct prefix prefix;
	double at;

	while (file && fgets(line, sizeof line, file)) {
		int words = sscanf(line, "%lf %c %50s %46s", &at, &op, text, hop);

		if (words < 3 || !prefix_parse(text, &prefix) ||
		    !(op == 'w' || (op == 'a' && words == 4)))
			errx(1, "ribchanges.txt: %s", line);
		add_change(&run->routes, to_time(at), &prefix,
		    op == 'w' ? JUDGE_NONE : parse_hop(&run->judge, hop));
	}
	if (file)
		fclose(file);
}

static int
compare_changes(const void *a, const void *b)
{
	int64_t x = ((const struct change *)a)->at, y = ((const struct change *)b)->at;

	return x < y ? -1 : x > y;
}

static int
event_key(struct judge *judge, const json_t *hops)
{
	struct addr addrs[JUDGE_HOPS_MAX];
	size_t count = json_is_array(hops) ? json_array_size(hops) : 1;

	if (count == 0 || count > JUDGE_HOPS_MAX)
		return JUDGE_NONE;
	for (size_t i = 0; i < count; i++) {
		const json_t *hop = json_is_array(hops) ? json_array_get(hops, i)
							: hops;
		const char *text = json_string_value(hop);

		if (!text || !addr_parse(text, &addrs[i]))
			return JUDGE_NONE;
	}
	return judge_key(judge, addrs, count);
}

static void
read_events(struct run *run, const char *path)
{
	FILE *file = fopen(path, "r");
	struct changes *events = &run->events;
	char *line = NULL;
	size_t size = 0;

	if (!file)
		err(1, "%s", path);
	while (getline(&line, &size, file) > 0) {
		json_t *event = json_loads(line, 0, NULL);
		const char *op = json_string_value(json_object_get(event, "op"));
		const char *text = json_string_value(json_object_get(event, "prefix"));
		const json_t *at = json_object_get(event, "t");
		struct prefix prefix;
		int key = JUDGE_NONE;

		if (!op || !text || !json_is_number(at) || !prefix_parse(text, &prefix))
			errx(1, "%s: %s", path, line);
		if (strcmp(op, "announce") == 0) {
			key = event_key(&run->judge, json_object_get(event, "nexthop"));
			if (key == JUDGE_NONE)
				errx(1, "%s: %s", path, line);
		} else if (strcmp(op, "withdraw") != 0) {
			errx(1, "%s: %s", path, line);
		}
		add_change(events, to_time(json_number_value(at)), &prefix, key);
		if (events->count > 1 &&
		    compare_changes(&events->items[events->count - 2],
			&events->items[events->count - 1]) > 0)
			errx(1, "%s: out of order: %s", path, line);
		json_decref(event);
	}
	free(line);
	fclose(file);
}

static void
read_truth(struct run *run, const char *folder)
{
	FILE *file = open_in(folder, "optimum.txt", false);
	struct truth truth;

	while (file && fscanf(file, "%lf %lf", &truth.second, &truth.share) == 2) {
		run->truths = mem_grow(run->truths, run->truths_count, &run->truths_cap,
		    sizeof *run->truths);
		run->truths[run->truths_count++] = truth;
	}
	if (file)
		fclose(file);
}

static void
read_flashes(struct run *run, const char *folder)
{
	FILE *file = open_in(folder, "flashes.txt", false);
	char text[ADDR_TEXT_MAX + 1];
	double at;

	while (file && fscanf(file, "%lf %46s", &at, text) == 2) {
		struct flash flash = { .at = to_time(at), .took = -1 };

		if (!addr_parse(text, &flash.to))
			errx(1, "flashes.txt: %s", text);
		run->flashes = mem_grow(run->flashes, run->flashes_count,
		    &run->flashes_cap, sizeof *run->flashes);
		run->flashes[run->flashes_count++] = flash;
	}
	if (file)
		fclose(file);
}

static bool
is_right(enum judge_verdict verdict)
{
	return verdict == JUDGE_BY_ROUTE || verdict == JUDGE_BY_DEFAULT;
}

static void
watch_flashes(struct run *run)
{
	for (size_t i = 0; i < run->flashes_count; i++) {
		struct flash *flash = &run->flashes[i];
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
	for (;;) {
		const struct changes *routes = &run->routes, *events = &run->events;
		const struct change *route = &routes->items[routes->next];
		const struct change *event = &events->items[events->next];
		bool has_route = routes->next < routes->count && route->at <= until;
		bool has_event = events->next < events->count && event->at < until;

		if (has_route && (!has_event || route->at <= event->at)) {
			move_clock(run, route->at);
			judge_route(&run->judge, &route->prefix, route->key);
			run->routes.next++;
		} else if (has_event) {
			move_clock(run, event->at);
			judge_event(&run->judge, &event->prefix, event->key);
			run->changes += counts(run);
			run->events.next++;
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

	while (run->truth_at + 1 < run->truths_count &&
	       run->truths[run->truth_at + 1].second <= second)
		run->truth_at++;
	return run->truths_count ? run->truths[run->truth_at].share : 1;
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
	FILE *file = open_in(folder, "trace.pcap", true);
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
	for (size_t i = 0; i < run->flashes_count; i++) {
		double took = (double)run->flashes[i].took / SECOND;

		if (run->flashes[i].took < 0) {
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
	    run->flashes_count, missed,
	    run->flashes_count > missed ? sum / (double)(run->flashes_count - missed)
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
	if (run->truths_count)
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
	    run->events.count, run->changes,
	    seconds > 0 ? (double)run->changes / seconds : 0);
}

static void
run_fini(struct run *run)
{
	for (size_t f = 0; run->sflowrt && f < FAMILIES; f++)
		sflowrt_fini(&run->policy[f]);
	judge_fini(&run->judge);
	free(run->routes.items);
	free(run->events.items);
	free(run->flashes);
	free(run->truths);
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
			run->skip = to_time(strtod(optarg, NULL));
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
	read_rib(&run, folder);
	read_rib_changes(&run, folder);
	read_truth(&run, folder);
	read_flashes(&run, folder);
	if (!run.sflowrt)
		read_events(&run, argv[optind]);
	for (size_t i = 0; i < run.routes.count; i++)
		judge_node(&run.judge, &run.routes.items[i].prefix);
	for (size_t f = 0; run.sflowrt && f < FAMILIES; f++)
		sflowrt_init(&run.policy[f], &run.judge, (enum family)f);
	play_trace(&run, folder);
	print_figures(&run);
	run_fini(&run);
	return 0;
}
