/*
 * choice [PREFIXES.gz]
 *
 * A full IPv4 table over four next hops, which follow the prefix above them in seven of
 * ten, and 100,000 routes with Zipf-distributed traffic at 3,000 samples a second for
 * ten minutes of virtual time; 10,000 places. Prints as JSON what a choice of all costs
 * (CPU milliseconds: the median and the most of those behind the first two minutes),
 * the longest slice of one, and the path of a sample.
 */
#include <err.h>
#include <math.h>
#include <stdio.h>
#include <time.h>

#include "rib/attrs.h"
#include "rib/nexthop.h"
#include "rib/rib.h"
#include "tests/bench/table.h"

#define NEXT_HOPS 4
#define ACTIVE 100000
#define CAPACITY 10000
#define SAMPLES_S 3000
#define TOGETHER 7 /* samples of a datagram */
#define SECONDS 600
#define WARM_S 120

struct play {
	struct rib *rib;
	struct table table;
	uint32_t attrs[NEXT_HOPS];
	struct addr *active; /* the heaviest first */
	double *share;       /* that all up to each one have together */
	uint64_t seed;
	double sampled_s; /* CPU */
	size_t samples;
	double *choices_ms, longest_ms;
	size_t n_choices;
};

static double
cpu_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void
read_table(struct play *play, const char *path)
{
	size_t n = 0;

	if (path && !table_read(&play->table, path))
		errx(1, "cannot read %s", path);
	if (!path)
		table_make(&play->table, 1);
	for (size_t i = 0; i < play->table.count; i++)
		if (play->table.prefixes[i].family == FAMILY_IPV4 &&
		    play->table.prefixes[i].len > 0)
			play->table.prefixes[n++] = play->table.prefixes[i];
	play->table.count = n;
}

/* Announces all routes and a default, and makes the destinations with traffic. */
static void
fill(struct play *play)
{
	struct prefix zero = { .family = FAMILY_IPV4 };
	uint8_t *hops = mem_alloc(play->table.count);
	size_t up = 0;
	double all = 0;

	for (uint8_t i = 0; i < NEXT_HOPS; i++) {
		struct nexthop hop = nexthop_make((uint8_t[]){ 192, 0, 2, i }, 4);
		uint32_t key = fwkey_intern(rib_fwkeys(play->rib), &hop, 1);

		play->attrs[i] = attrs_intern(rib_attrs(play->rib), 0, &i, 1, key);
	}
	rib_announce(play->rib, &zero, play->attrs[0]);
	for (size_t i = 0; i < play->table.count; i++) {
		const struct prefix *prefix = &play->table.prefixes[i];
		bool below = i && prefix_covers(&play->table.prefixes[up], prefix);

		if (!below)
			up = i;
		hops[i] = (uint8_t)(below && table_draw_share(&play->seed) < 0.7
					? hops[up]
					: table_draw(&play->seed) % NEXT_HOPS);
		if (!rib_announce(play->rib, prefix, play->attrs[hops[i]]))
			errx(1, "the table is full");
	}
	free(hops);
	play->active = mem_alloc(ACTIVE * sizeof *play->active);
	play->share = mem_alloc(ACTIVE * sizeof *play->share);
	for (size_t i = 0; i < ACTIVE; i++) {
		size_t at = table_draw(&play->seed) % play->table.count;

		play->active[i] = (struct addr){ play->table.prefixes[at].bits,
			FAMILY_IPV4 };
		play->share[i] = all += 1.0 / (double)(i + 1);
	}
}

/* The destination of a packet. */
static const struct addr *
draw(struct play *play)
{
	double at = table_draw_share(&play->seed) * play->share[ACTIVE - 1];
	size_t low = 0, high = ACTIVE - 1;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (play->share[middle] < at)
			low = middle + 1;
		else
			high = middle;
	}
	return &play->active[low];
}

static void
done(struct play *play)
{
	size_t n;

	rib_changes(play->rib, FAMILY_IPV4, &n);
	rib_changes_done(play->rib, FAMILY_IPV4);
}

static void
sample(struct play *play, double now)
{
	struct rib_packet packets[TOGETHER];
	double began;

	for (size_t i = 0; i < TOGETHER; i++)
		packets[i] = (struct rib_packet){
			.destination = *draw(play),
			.source = { .family = FAMILY_IPV4 },
			.bytes = 1e6,
			.packets = 1000,
		};
	began = cpu_s();
	rib_sample_many(play->rib, packets, TOGETHER, now);
	play->sampled_s += cpu_s() - began;
	play->samples += TOGETHER;
	done(play);
}

static void
tick(struct play *play, double now)
{
	double all = 0;
	bool more = true;

	rib_tick(play->rib, now);
	if (!rib_has_work(play->rib))
		return;
	while (more) {
		double began = cpu_s(), ms;

		more = rib_work(play->rib, RIB_WORK_SLICE);
		ms = (cpu_s() - began) * 1e3;
		all += ms;
		if (now >= WARM_S)
			play->longest_ms = fmax(play->longest_ms, ms);
		done(play);
	}
	if (now >= WARM_S)
		play->choices_ms[play->n_choices++] = all;
}

static int
compare(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

int
main(int argc, char **argv)
{
	struct rib_limits limits = {
		.prefixes = { 2000000, 1 },
		.attributes = 1000,
		.active = 200000,
		.seed = 1,
	};
	struct play play = { .seed = 1 };
	struct rib_status status;

	play.rib = rib_new(&limits);
	play.choices_ms = mem_alloc(SECONDS * sizeof *play.choices_ms);
	rib_set_capacity(play.rib, FAMILY_IPV4, CAPACITY);
	read_table(&play, argc > 1 ? argv[1] : NULL);
	fill(&play);
	rib_set_ready(play.rib, FAMILY_IPV4, true);
	rib_set_target(play.rib, FAMILY_IPV4, true);
	for (double now = 0, next = 1; now < SECONDS;
	     now += TOGETHER / (double)SAMPLES_S) {
		sample(&play, now);
		if (now < next)
			continue;
		tick(&play, now);
		next++;
	}
	if (play.n_choices == 0)
		errx(1, "nothing was chosen");
	rib_status(play.rib, FAMILY_IPV4, SECONDS, &status);
	qsort(play.choices_ms, play.n_choices, sizeof *play.choices_ms, compare);
	printf(
	    "{\"routes\": %zu, \"active\": %zu, \"installed\": %zu, \"choices\": %zu, "
	    "\"choice_ms\": %.3f, \"worst_choice_ms\": %.3f, \"slice_ms\": %.3f, "
	    "\"sample_ns\": %.1f}\n",
	    status.learned, status.active, status.installed, play.n_choices,
	    play.choices_ms[play.n_choices / 2], play.choices_ms[play.n_choices - 1],
	    play.longest_ms, play.sampled_s * 1e9 / (double)play.samples);
	rib_free(play.rib);
	table_fini(&play.table);
	free(play.active);
	free(play.share);
	free(play.choices_ms);
	return 0;
}
