/*
 * scenario [-p PREFIXES.gz] DIR [NAME=VALUE...]
 *
 * Makes a scenario for route selection, the same for the same arguments: a RIB of
 * prefixes in whole blocks (of the list, or made up), traffic to active destinations
 * whose rates are Zipf's and drift, and changes of the RIB. Writes to DIR
 *
 *   rib.txt         PREFIX NEXTHOP AS AS, a line a next hop; 0.0.0.0/0 and ::/0 first
 *   ribchanges.txt  UNIXTIME a PREFIX NEXTHOP..., or UNIXTIME w PREFIX; in order
 *   trace.pcap      sFlow in UDP, seven samples a datagram
 *   optimum.txt     SECOND SHARE: the traffic that the best safe set sends rightly
 *   flashes.txt     UNIXTIME ADDRESS: a cold destination takes 3 % for a minute
 *
 * and prints what is in it as JSON. scenario_options.h has the names, in their defaults
 * scenario a. No two things happen in the same microsecond, so that order is clear.
 */
#include <err.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/prefix.h"
#include "base/wire.h"
#include "bench/scenario_changes.h"
#include "bench/scenario_files.h"
#include "bench/scenario_options.h"
#include "bench/scenario_rib.h"
#include "bench/scenario_wire.h"
#include "bench/table.h"
#include "helpers/optimum.h"

#define FLASH_S 60
#define FLASH_SHARE 0.03
#define EQUAL_FRAME 1004

struct destination {
	struct addr addr;
	size_t slot;        /* in the optimum: the innermost prefix around it */
	double base;        /* share of traffic in the long run */
	double drift;       /* of the logarithm */
	double short_share; /* of its frames */
	double rate, sum;   /* now, and of all up to this one */
};

struct scenario {
	struct rib_model rib;
	struct destination *destinations;
	struct rib_changes changes;
	struct optimum optimum[FAMILIES];
	size_t flash; /* destination */
	unsigned flash_end;
	uint32_t sequence, samples;
	size_t *scan, scanned; /* routes, each to be met once */
	const char *folder;
};

static double
draw(struct scenario *scenario)
{
	return rib_draw(&scenario->rib);
}

static double
draw_normal(struct scenario *scenario)
{
	double radius = sqrt(-2 * log(1 - draw(scenario)));

	return radius * cos(2 * M_PI * draw(scenario));
}

static size_t
draw_below(struct scenario *scenario, size_t count)
{
	return rib_draw_below(&scenario->rib, count);
}

/* Each place has traffic, by Zipf's law in their order. */
static void
make_destinations(struct scenario *scenario)
{
	size_t count = scenario->rib.active;
	double sum = 0;

	scenario->destinations = mem_alloc(count * sizeof *scenario->destinations);
	for (size_t i = 0; i < count; i++)
		sum += pow((double)(i + 1), -OPT(alpha));
	for (size_t i = 0; i < count; i++) {
		struct destination *d = &scenario->destinations[i];

		d->addr = scenario->rib.places[i].addr;
		d->base = pow((double)(i + 1), -OPT(alpha)) / sum;
		d->drift = draw_normal(scenario) * OPT(sigma);
		d->short_share = 0.2 + 0.6 * draw(scenario);
	}
}

static int
compare_routes(const void *a, const void *b)
{
	const struct optimum_route *x = a, *y = b;

	return prefix_compare(&x->prefix, &y->prefix);
}

/* All prefixes there will ever be of a family, those of the RIB first with their key.
 */
static void
build_optimum(struct scenario *scenario, enum family family, const unsigned *keys)
{
	const struct rib_model *rib = &scenario->rib;
	size_t room = rib->count + scenario->changes.count + 1, count = 0, kept = 0;
	struct optimum_route *routes = mem_alloc(room * sizeof *routes);

	routes[count].prefix.family = (uint8_t)family;
	routes[count++].key = 1;
	for (size_t i = 0; i < rib->count; i++)
		if (rib->routes[i].prefix.family == family) {
			routes[count].prefix = rib->routes[i].prefix;
			routes[count++].key = (int)keys[i];
		}
	for (size_t i = 0; i < scenario->changes.count; i++)
		if (scenario->changes.items[i].prefix.family == family) {
			routes[count].prefix = scenario->changes.items[i].prefix;
			routes[count++].key = OPTIMUM_NONE;
		}
	qsort(routes, count, sizeof *routes, compare_routes);
	for (size_t i = 0; i < count; i++) {
		if (kept && prefix_equal(&routes[i].prefix, &routes[kept - 1].prefix)) {
			if (routes[i].key != OPTIMUM_NONE)
				routes[kept - 1].key = routes[i].key;
			continue;
		}
		routes[kept++] = routes[i];
	}
	optimum_init(&scenario->optimum[family], routes, kept);
}

static void
find_slots(struct scenario *scenario)
{
	for (size_t i = 0; i < scenario->rib.active; i++) {
		struct destination *d = &scenario->destinations[i];

		d->slot = optimum_find(&scenario->optimum[d->addr.family], &d->addr);
	}
	for (size_t i = 0; i < scenario->changes.count; i++) {
		struct rib_change *change = &scenario->changes.items[i];
		const struct optimum *optimum =
		    &scenario->optimum[change->prefix.family];
		struct optimum_route wanted = { .prefix = change->prefix };
		const struct optimum_route *found = bsearch(&wanted, optimum->routes,
		    optimum->count, sizeof wanted, compare_routes);

		change->slot = (size_t)(found - optimum->routes);
	}
}

/* The mean frame length of a destination. */
static double
mean_frame(const struct destination *d)
{
	if (OPT(mixed) == 0)
		return EQUAL_FRAME;
	return d->short_share * 95.5 + (1 - d->short_share) * 1459;
}

static uint32_t
draw_frame(struct scenario *scenario, double short_share)
{
	if (OPT(mixed) == 0)
		return EQUAL_FRAME;
	if (draw(scenario) < short_share)
		return 64 + (uint32_t)draw_below(scenario, 64);
	return 1400 + (uint32_t)draw_below(scenario, 119);
}

static void
drift_rates(struct scenario *scenario, unsigned second)
{
	double keep = exp(-1 / OPT(tau)), sigma = OPT(sigma), sum = 0;
	double step = sqrt(1 - keep * keep) * sigma;

	for (size_t i = 0; i < scenario->rib.active; i++) {
		struct destination *d = &scenario->destinations[i];

		d->drift = d->drift * keep + step * draw_normal(scenario);
		d->rate = d->base * exp(d->drift - sigma * sigma / 2);
		if (i == scenario->flash && second < scenario->flash_end)
			d->rate += FLASH_SHARE;
		sum += d->rate;
		d->sum = sum;
	}
}

/* Starts a flash at a cold destination that the default route does not serve. */
static void
start_flash(struct scenario *scenario, unsigned second, FILE *file)
{
	size_t half = scenario->rib.active / 2;
	char text[ADDR_TEXT_MAX];

	for (int tries = 0; tries < 1000; tries++) {
		size_t at = half + draw_below(scenario, half);
		const struct destination *d = &scenario->destinations[at];
		const struct optimum *optimum = &scenario->optimum[d->addr.family];
		size_t live = optimum_live(optimum, d->slot);

		if (optimum->routes[live].key == optimum->routes[0].key)
			continue;
		scenario->flash = at;
		scenario->flash_end = second + FLASH_S;
		fprintf(file, "%u %s\n", EPOCH + second, addr_text(&d->addr, text));
		return;
	}
}

/* What the best sets send rightly of the traffic that the RIB has a route for. */
static double
best_share(struct scenario *scenario)
{
	const double capacity[FAMILIES] = { OPT(capacity), OPT(capacity6) };
	double all = 0, right = 0;

	for (size_t f = 0; f < FAMILIES; f++)
		for (size_t i = 0; i < scenario->optimum[f].count; i++)
			scenario->optimum[f].routes[i].weight = 0;
	for (size_t i = 0; i < scenario->rib.active; i++) {
		const struct destination *d = &scenario->destinations[i];
		struct optimum *optimum = &scenario->optimum[d->addr.family];
		struct optimum_route *live =
		    &optimum->routes[optimum_live(optimum, d->slot)];

		if (live->key == OPTIMUM_NONE)
			continue;
		live->weight += d->rate * mean_frame(d);
		all += d->rate * mean_frame(d);
	}
	for (size_t f = 0; f < FAMILIES; f++)
		right += optimum_traffic(&scenario->optimum[f], (size_t)capacity[f]);
	return all > 0 ? right / all : 1;
}

static const struct destination *
draw_destination(struct scenario *scenario)
{
	double at = draw(scenario) *
		    scenario->destinations[scenario->rib.active - 1].sum;
	size_t low = 0, high = scenario->rib.active - 1;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (scenario->destinations[middle].sum < at)
			low = middle + 1;
		else
			high = middle;
	}
	return &scenario->destinations[low];
}

static bool
is_scanned(const struct scenario *scenario, unsigned second)
{
	return OPT(scan) > 0 && second >= OPT(scan_at) &&
	       scenario->scanned < scenario->rib.count;
}

static void
write_sample(struct wr *wr, struct scenario *scenario, bool is_scan)
{
	const struct destination *d = draw_destination(scenario);
	bool scan = is_scan && draw(scenario) < OPT(scan) &&
		    scenario->scanned < scenario->rib.count;
	uint32_t frame = draw_frame(scenario, scan ? 1 : d->short_share);
	struct addr to = d->addr;

	if (scan) {
		size_t at = scenario->scan[scenario->scanned++];

		to = rib_draw_addr(&scenario->rib, &scenario->rib.routes[at].prefix);
	}
	wire_sample(wr, ++scenario->samples, &to, frame, scan);
}

static void
write_datagram(
    FILE *file, struct scenario *scenario, unsigned second, double at, unsigned count)
{
	uint8_t bytes[WIRE_DATAGRAM_MAX];
	uint32_t uptime_ms = second * 1000 + (uint32_t)(at * 1000);
	struct wr wr;

	wr_init(&wr, bytes, sizeof bytes);
	wire_begin_datagram(&wr, ++scenario->sequence, uptime_ms, count);
	while (count--)
		write_sample(&wr, scenario, is_scanned(scenario, second));
	wire_end_datagram(&wr, file, EPOCH + second, (uint32_t)(at * 1e6) & ~3u);
}

static bool
is_silent(unsigned second)
{
	return OPT(silence_at) > 0 && second >= OPT(silence_at) &&
	       second < OPT(silence_at) + OPT(silence_s);
}

static void
write_second(FILE *file, struct scenario *scenario, unsigned second)
{
	unsigned rate = (unsigned)OPT(rate);

	if (is_silent(second))
		return;
	if (OPT(burst_at) > 0 && second >= OPT(burst_at) &&
	    second < OPT(burst_at) + OPT(burst_s))
		rate *= 10;
	if (is_scanned(scenario, second))
		rate = (unsigned)(rate / (1 - OPT(scan)));
	for (unsigned done = 0; done < rate; done += WIRE_SAMPLES_MAX) {
		unsigned count = rate - done < WIRE_SAMPLES_MAX ? rate - done
								: WIRE_SAMPLES_MAX;

		write_datagram(file, scenario, second, (double)done / rate, count);
	}
}

static void
write_traffic(struct scenario *scenario)
{
	FILE *trace = open_out(scenario->folder, "trace.pcap");
	FILE *flashes = open_out(scenario->folder, "flashes.txt");
	FILE *truth = open_out(scenario->folder, "optimum.txt");
	unsigned seconds = (unsigned)OPT(seconds), every = (unsigned)OPT(flash);
	size_t next = 0;

	wire_begin_capture(trace);
	for (unsigned second = 0; second < seconds; second++) {
		for (; next < scenario->changes.count &&
		       scenario->changes.items[next].second <= second;
		     next++) {
			const struct rib_change *change =
			    &scenario->changes.items[next];

			optimum_set(&scenario->optimum[change->prefix.family],
			    change->slot,
			    change->key ? (int)change->key : OPTIMUM_NONE);
		}
		if (every && second && second % every == 0 && !is_silent(second))
			start_flash(scenario, second, flashes);
		drift_rates(scenario, second);
		fprintf(truth, "%u %.6f\n", second, best_share(scenario));
		write_second(trace, scenario, second);
	}
	close_out(trace, "trace.pcap");
	close_out(flashes, "flashes.txt");
	close_out(truth, "optimum.txt");
}

static void
make_rib(struct scenario *scenario, const char *prefixes)
{
	struct rib_model *rib = &scenario->rib;
	struct table table = { 0 };

	rib->seed = (uint64_t)OPT(seed) * 0x9e3779b97f4a7c15;
	rib->hops = (unsigned)OPT(hops);
	rib->multipath = OPT(multipath);
	if (!prefixes)
		table_make(&table, 1);
	else if (!table_read(&table, prefixes))
		errx(1, "%s: no prefixes", prefixes);
	rib_take_blocks(rib, &table, FAMILY_IPV4, OPT(routes));
	rib->v4 = rib->count;
	rib_take_blocks(rib, &table, FAMILY_IPV6, OPT(routes6));
	table_fini(&table);
	rib_assign(rib);
}

int
main(int argc, char **argv)
{
	struct scenario scenario = { 0 };
	const char *prefixes = NULL;
	unsigned *keys;
	int option;

	while ((option = getopt(argc, argv, "p:")) != -1) {
		if (option != 'p')
			errx(2, "usage: scenario [-p PREFIXES.gz] DIR [NAME=VALUE...]");
		prefixes = optarg;
	}
	if (optind == argc)
		errx(2, "usage: scenario [-p PREFIXES.gz] DIR [NAME=VALUE...]");
	scenario.folder = argv[optind];
	for (int i = optind + 1; i < argc; i++)
		read_option(argv[i]);
	if (OPT(hops) < 2 || OPT(hops) > RIB_HOPS_MAX || OPT(active) < 2)
		errx(2, "hops are 2 to %d, active at least 2", RIB_HOPS_MAX);
	mkdir(scenario.folder, 0777);
	make_rib(&scenario, prefixes);
	write_rib(scenario.folder, &scenario.rib);
	rib_choose_places(&scenario.rib, (size_t)OPT(active), OPT(share6));
	make_destinations(&scenario);
	scenario.scan = mem_alloc((scenario.rib.count + 1) * sizeof *scenario.scan);
	rib_shuffle(&scenario.rib, scenario.scan, 0, scenario.rib.count);
	keys = mem_alloc((scenario.rib.count + 1) * sizeof *keys);
	for (size_t i = 0; i < scenario.rib.count; i++)
		keys[i] = scenario.rib.routes[i].key;
	rib_draw_changes(&scenario.rib, &scenario.changes);
	write_rib_changes(scenario.folder, &scenario.changes);
	for (size_t f = 0; f < FAMILIES; f++)
		build_optimum(&scenario, (enum family)f, keys);
	find_slots(&scenario);
	write_traffic(&scenario);
	printf("{\"routes\": %zu, \"routes6\": %zu, \"active\": %zu, \"changes\": %zu, "
	       "\"samples\": %u}\n",
	    scenario.rib.v4, scenario.rib.count - scenario.rib.v4, scenario.rib.active,
	    scenario.changes.count, scenario.samples);
	for (size_t f = 0; f < FAMILIES; f++) {
		free(scenario.optimum[f].routes);
		optimum_fini(&scenario.optimum[f]);
	}
	free(scenario.rib.routes);
	free(scenario.destinations);
	free(scenario.changes.items);
	free(scenario.changes.gone);
	free(scenario.rib.places);
	free(scenario.scan);
	free(keys);
	return 0;
}
