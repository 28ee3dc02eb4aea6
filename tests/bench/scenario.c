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
 * and prints what is in it as JSON. `options` below has the names, in their defaults
 * scenario a. No two things happen in the same microsecond, so that order is clear.
 */
#include <arpa/inet.h>
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
#include "bench/scenario_rib.h"
#include "bench/table.h"
#include "helpers/optimum.h"

#define EPOCH 1700000000u
#define SAMPLING 10000u
#define FLASH_S 60
#define FLASH_SHARE 0.03
#define SAMPLES_MAX 7 /* a datagram */
#define EQUAL_FRAME 1004
#define DATAGRAM_AT (14 + 20 + 8)

static struct option {
	const char *name, *meaning;
	double value;
} options[] = {
#define OPTION(name, value, meaning) { #name, meaning, value },
#define OPTIONS                                                                    \
	OPTION(seed, 1, "of all that is drawn")                                    \
	OPTION(routes, 200000, "of IPv4")                                          \
	OPTION(routes6, 0, "of IPv6")                                              \
	OPTION(hops, 4, "different next hops, 2 to 8")                             \
	OPTION(multipath, 0, "share of routes with several")                       \
	OPTION(active, 50000, "destinations with traffic")                         \
	OPTION(share6, 0, "of them in IPv6")                                       \
	OPTION(alpha, 1, "exponent of Zipf's law")                                 \
	OPTION(rate, 1500, "samples a second")                                     \
	OPTION(seconds, 600, "of traffic")                                         \
	OPTION(sigma, 0.8, "of the logarithm of a rate")                           \
	OPTION(tau, 600, "seconds in which it forgets")                            \
	OPTION(mixed, 0, "1: short and long frames, 0: all equal")                 \
	OPTION(capacity, 4000, "of IPv4, for the optimum")                         \
	OPTION(capacity6, 1000, "of IPv6")                                         \
	OPTION(changes, 1, "of the RIB a second")                                  \
	OPTION(flap, 0, "share of these that withdraw or bring back")              \
	OPTION(fresh, 0, "share that bring a new more-specific")                   \
	OPTION(flash, 45, "seconds between them; 0: none")                         \
	OPTION(scan, 0, "share of samples to random places")                       \
	OPTION(silence_at, 0, "second when samples stop; 0: never")                \
	OPTION(silence_s, 60, "for how long")                                      \
	OPTION(burst_at, 0, "second when samples are ten times as many; 0: never") \
	OPTION(burst_s, 5, "for how long")                                         \
	OPTION(default_moves, 0, "second when the default route moves; 0: never")  \
	OPTION(default_gone, 0, "second when it vanishes; 0: never")               \
	OPTION(default_back, 0, "second when it is there again; 0: never")
	OPTIONS
#undef OPTION
};

enum {
#define OPTION(name, value, meaning) O_##name,
	OPTIONS
#undef OPTION
};

#define OPT(name) (options[O_##name].value)

struct destination {
	struct addr addr;
	size_t route;       /* in the model: it matched best at first */
	size_t slot;        /* in the optimum: the innermost prefix around it */
	double base;        /* share of traffic in the long run */
	double drift;       /* of the logarithm */
	double short_share; /* of its frames */
	double rate, sum;   /* now, and of all up to this one */
};

struct change {
	unsigned second, micros;
	struct prefix prefix;
	unsigned key;
	size_t slot;
};

struct scenario {
	struct rib_model rib;
	struct destination *destinations;
	size_t active;
	struct change *changes;
	size_t changes_count, changes_cap;
	struct optimum optimum[FAMILIES];
	size_t flash; /* destination */
	unsigned flash_end;
	uint32_t sequence, samples;
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

static FILE *
open_out(const struct scenario *scenario, const char *name)
{
	char path[4096];
	FILE *file;

	snprintf(path, sizeof path, "%s/%s", scenario->folder, name);
	file = fopen(path, "w");
	if (!file)
		err(1, "%s", path);
	return file;
}

static void
close_out(FILE *file, const char *name)
{
	if (fclose(file) != 0)
		err(1, "%s", name);
}

static const char *
hop_text(enum family family, unsigned hop, char *text)
{
	snprintf(text, ADDR_TEXT_MAX,
	    family == FAMILY_IPV4 ? "192.0.2.%u" : "2001:db8:ffff::%u", hop + 1);
	return text;
}

/* Random routes become destinations; when all are, a route has several. */
static void
choose_destinations(struct scenario *scenario)
{
	struct rib_model *rib = &scenario->rib;
	size_t goal = (size_t)OPT(active), of[FAMILIES], from[FAMILIES], tries = 0;
	size_t *order = mem_alloc((rib->count + 1) * sizeof *order);
	double sum = 0;

	of[FAMILY_IPV4] = rib->v4;
	of[FAMILY_IPV6] = rib->count - rib->v4;
	from[FAMILY_IPV4] = 0;
	from[FAMILY_IPV6] = rib->v4;
	for (size_t f = 0; f < FAMILIES; f++)
		for (size_t i = 0; i < of[f]; i++) {
			size_t *here = order + from[f],
			       other = draw_below(scenario, i + 1);

			here[i] = here[other];
			here[other] = from[f] + i;
		}
	scenario->destinations = mem_alloc(goal * sizeof *scenario->destinations);
	for (size_t next[FAMILIES] = { 0 }; scenario->active < goal;) {
		size_t f = draw(scenario) < OPT(share6);
		struct destination *d = &scenario->destinations[scenario->active];

		if (of[f] == 0 || tries++ > 40 * goal)
			errx(1, "too few routes of %s", family_name((enum family)f));
		d->route = order[from[f] + next[f]++ % of[f]];
		scenario->active += rib_draw_own_addr(rib, d->route, &d->addr);
	}
	free(order);
	for (size_t i = 0; i < goal; i++)
		sum += pow((double)(i + 1), -OPT(alpha));
	for (size_t i = 0; i < goal; i++) {
		struct destination *d = &scenario->destinations[i];

		d->base = pow((double)(i + 1), -OPT(alpha)) / sum;
		d->drift = draw_normal(scenario) * OPT(sigma);
		d->short_share = 0.2 + 0.6 * draw(scenario);
	}
}

static void
add_change(struct scenario *scenario, unsigned second, const struct prefix *prefix,
    unsigned key)
{
	struct change change = { second, 0, *prefix, key, 0 };

	/* samples have multiples of four */
	change.micros = (unsigned)draw_below(scenario, 250000) * 4 + 2;
	scenario->changes = mem_grow(scenario->changes, scenario->changes_count,
	    &scenario->changes_cap, sizeof change);
	scenario->changes[scenario->changes_count++] = change;
}

/* A place where the RIB changes, half of the time an active one, the heavy rather. */
static struct rib_route *
draw_place(struct scenario *scenario, struct addr *retaddr)
{
	struct rib_model *rib = &scenario->rib;
	struct rib_route *route;

	if (draw(scenario) < 0.5) {
		double heavy = pow(draw(scenario), 3);
		const struct destination *d =
		    &scenario->destinations[(size_t)(heavy * (double)scenario->active)];

		*retaddr = d->addr;
		return &rib->routes[d->route];
	}
	route = &rib->routes[draw_below(scenario, rib->count)];
	*retaddr = rib_draw_addr(rib, &route->prefix);
	return route;
}

static void
draw_change(struct scenario *scenario, unsigned second)
{
	struct addr addr;
	struct rib_route *route = draw_place(scenario, &addr);
	double kind = draw(scenario);
	unsigned longest = addr.family == FAMILY_IPV4 ? 24 : 48;
	unsigned len = route->prefix.len, key = rib_draw_key(&scenario->rib);
	struct prefix prefix = route->prefix;

	if (kind < OPT(flap) && route->key) {
		key = RIB_NO_KEY;
	} else if (kind > 1 - OPT(fresh) && len < longest) {
		len += 1 + (unsigned)draw_below(scenario, longest - len);
		prefix = prefix_make((enum family)addr.family, addr.bits, len);
		add_change(scenario, second, &prefix, key);
		return;
	}
	route->key = key;
	add_change(scenario, second, &prefix, key);
}

static int
compare_changes(const void *a, const void *b)
{
	const struct change *x = a, *y = b;

	if (x->second != y->second)
		return x->second < y->second ? -1 : 1;
	if (x->micros != y->micros)
		return x->micros < y->micros ? -1 : 1;
	return prefix_compare(&x->prefix, &y->prefix);
}

static void
draw_changes(struct scenario *scenario)
{
	double due = 0;
	struct prefix whole = { .family = FAMILY_IPV4 };

	for (unsigned second = 0; second < OPT(seconds); second++) {
		for (due += OPT(changes); due >= 1; due--)
			draw_change(scenario, second);
		for (size_t f = 0; f < FAMILIES; f++) {
			whole.family = (uint8_t)f;
			if (f == FAMILY_IPV6 && OPT(routes6) == 0)
				continue;
			if (second && second == OPT(default_moves))
				add_change(scenario, second, &whole, 2);
			if (second && second == OPT(default_gone))
				add_change(scenario, second, &whole, RIB_NO_KEY);
			if (second && second == OPT(default_back))
				add_change(scenario, second, &whole, 1);
		}
	}
	qsort(scenario->changes, scenario->changes_count, sizeof *scenario->changes,
	    compare_changes);
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
	size_t room = rib->count + scenario->changes_count + 1, count = 0, kept = 0;
	struct optimum_route *routes = mem_alloc(room * sizeof *routes);

	routes[count].prefix.family = (uint8_t)family;
	routes[count++].key = 1;
	for (size_t i = 0; i < rib->count; i++)
		if (rib->routes[i].prefix.family == family) {
			routes[count].prefix = rib->routes[i].prefix;
			routes[count++].key = (int)keys[i];
		}
	for (size_t i = 0; i < scenario->changes_count; i++)
		if (scenario->changes[i].prefix.family == family) {
			routes[count].prefix = scenario->changes[i].prefix;
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
	for (size_t i = 0; i < scenario->active; i++) {
		struct destination *d = &scenario->destinations[i];

		d->slot = optimum_find(&scenario->optimum[d->addr.family], &d->addr);
	}
	for (size_t i = 0; i < scenario->changes_count; i++) {
		struct change *change = &scenario->changes[i];
		const struct optimum *optimum =
		    &scenario->optimum[change->prefix.family];
		struct optimum_route wanted = { .prefix = change->prefix };
		const struct optimum_route *found = bsearch(&wanted, optimum->routes,
		    optimum->count, sizeof wanted, compare_routes);

		change->slot = (size_t)(found - optimum->routes);
	}
}

static void
write_rib(const struct scenario *scenario)
{
	FILE *file = open_out(scenario, "rib.txt");
	char prefix[PREFIX_TEXT_MAX], hop[ADDR_TEXT_MAX];

	fprintf(file, "0.0.0.0/0 %s 64500\n", hop_text(FAMILY_IPV4, 0, hop));
	if (OPT(routes6) > 0)
		fprintf(file, "::/0 %s 64500\n", hop_text(FAMILY_IPV6, 0, hop));
	for (size_t i = 0; i < scenario->rib.count; i++) {
		const struct rib_route *route = &scenario->rib.routes[i];
		enum family family = (enum family)route->prefix.family;

		for (unsigned h = 0; h < RIB_HOPS_MAX; h++)
			if (route->key >> h & 1)
				fprintf(file, "%s %s %u %u\n",
				    prefix_text(&route->prefix, prefix),
				    hop_text(family, h, hop), 64500 + h,
				    100000 + (unsigned)(route->prefix.bits.hi >> 46) %
						 60000);
	}
	close_out(file, "rib.txt");
}

static void
write_rib_changes(const struct scenario *scenario)
{
	FILE *file = open_out(scenario, "ribchanges.txt");
	char prefix[PREFIX_TEXT_MAX], hop[ADDR_TEXT_MAX];

	for (size_t i = 0; i < scenario->changes_count; i++) {
		const struct change *change = &scenario->changes[i];
		enum family family = (enum family)change->prefix.family;

		fprintf(file, "%u.%06u %c %s", EPOCH + change->second, change->micros,
		    change->key ? 'a' : 'w', prefix_text(&change->prefix, prefix));
		for (unsigned h = 0; h < RIB_HOPS_MAX; h++)
			if (change->key >> h & 1)
				fprintf(file, " %s", hop_text(family, h, hop));
		fprintf(file, "\n");
	}
	close_out(file, "ribchanges.txt");
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

/* The rates of a second; returns their sum. */
static double
drift_rates(struct scenario *scenario, unsigned second)
{
	double keep = exp(-1 / OPT(tau)), sigma = OPT(sigma), sum = 0;
	double step = sqrt(1 - keep * keep) * sigma;

	for (size_t i = 0; i < scenario->active; i++) {
		struct destination *d = &scenario->destinations[i];

		d->drift = d->drift * keep + step * draw_normal(scenario);
		d->rate = d->base * exp(d->drift - sigma * sigma / 2);
		if (i == scenario->flash && second < scenario->flash_end)
			d->rate += FLASH_SHARE;
		sum += d->rate;
		d->sum = sum;
	}
	return sum;
}

/* Starts a flash at a cold destination that the default route does not serve. */
static void
start_flash(struct scenario *scenario, unsigned second, FILE *file)
{
	size_t half = scenario->active / 2;
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
	for (size_t i = 0; i < scenario->active; i++) {
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
draw_destination(struct scenario *scenario, double sum)
{
	double at = draw(scenario) * sum;
	size_t low = 0, high = scenario->active - 1;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (scenario->destinations[middle].sum < at)
			low = middle + 1;
		else
			high = middle;
	}
	return &scenario->destinations[low];
}

/* An Ethernet frame up to the IP header, in multiples of four. */
static void
write_header(struct wr *wr, const struct addr *to, uint32_t frame, bool scan)
{
	bool v4 = to->family == FAMILY_IPV4;
	uint8_t bytes[56] = { 0 };
	struct wr header;

	wr_u32(wr, v4 ? 34 : 54);
	wr_init(&header, bytes, sizeof bytes);
	wr_u64(&header, 0);
	wr_u32(&header, 0);
	if (v4) {
		wr_u16(&header, 0x0800);
		wr_u16(&header, 0x4500);
		wr_u16(&header, (uint16_t)(frame - 18));
		wr_u32(&header, 0);
		wr_u32(&header, 60u << 24 | 6 << 16);
		wr_u32(&header, 0xc6120007 | (uint32_t)scan << 8);
	} else {
		wr_u16(&header, 0x86dd);
		wr_u32(&header, 6u << 28);
		wr_u16(&header, (uint16_t)(frame - 18 - 40));
		wr_u16(&header, 6 << 8 | 60);
		wr_u64(&header, 0x20010db800000000 | (uint64_t)scan);
		wr_u64(&header, 7);
	}
	bits_to_bytes(to->bits, bytes + header.len, v4 ? 4 : 16);
	wr_bytes(wr, bytes, v4 ? 36 : 56);
}

static void
write_sample(struct wr *wr, struct scenario *scenario, double sum)
{
	const struct destination *d = draw_destination(scenario, sum);
	bool scan = OPT(scan) > 0 && draw(scenario) < OPT(scan);
	uint32_t frame = draw_frame(scenario, scan ? 1 : d->short_share), header;
	struct addr to = d->addr;

	if (scan) {
		size_t at = draw_below(scenario, scenario->rib.count);

		to = rib_draw_addr(&scenario->rib, &scenario->rib.routes[at].prefix);
	}
	header = to.family == FAMILY_IPV4 ? 36 : 56;
	wr_u32(wr, 1);
	wr_u32(wr, 8 * 4 + 8 + 16 + header);
	wr_u32(wr, ++scenario->samples);
	wr_u32(wr, 3);
	wr_u32(wr, SAMPLING);
	wr_u32(wr, scenario->samples * SAMPLING);
	wr_u32(wr, 0);
	wr_u32(wr, 3);
	wr_u32(wr, 4);
	wr_u32(wr, 1);
	wr_u32(wr, 1);
	wr_u32(wr, 16 + header);
	wr_u32(wr, 1);
	wr_u32(wr, frame);
	wr_u32(wr, 4);
	write_header(wr, &to, frame, scan);
}

static void
write_encapsulation(struct wr *wr)
{
	wr_u64(wr, 0);
	wr_u32(wr, 0);
	wr_u16(wr, 0x0800);
	wr_u32(wr, 0x45000000);
	wr_u32(wr, 0);
	wr_u32(wr, 64u << 24 | 17 << 16);
	wr_u32(wr, 0x7f000001);
	wr_u32(wr, 0x7f000001);
	wr_u16(wr, 50000);
	wr_u16(wr, 6343);
	wr_u32(wr, 0);
}

static void
write_datagram(
    FILE *file, struct scenario *scenario, unsigned second, double at, unsigned count)
{
	uint8_t bytes[2000];
	struct wr wr;
	uint32_t head[4] = { EPOCH + second, (uint32_t)(at * 1e6) & ~3u, 0, 0 };
	double sum = scenario->destinations[scenario->active - 1].sum;

	wr_init(&wr, bytes, sizeof bytes);
	write_encapsulation(&wr);
	wr_u32(&wr, 5);
	wr_u32(&wr, 1);
	wr_u32(&wr, 0x0a000088);
	wr_u32(&wr, 0);
	wr_u32(&wr, ++scenario->sequence);
	wr_u32(&wr, second * 1000 + (uint32_t)(at * 1000));
	wr_u32(&wr, count);
	while (count--)
		write_sample(&wr, scenario, sum);
	wr_patch_u16(&wr, 16, (uint16_t)(wr.len - 14));
	wr_patch_u16(&wr, 38, (uint16_t)(wr.len - 34));
	head[2] = head[3] = (uint32_t)wr.len;
	fwrite(head, sizeof head, 1, file);
	fwrite(bytes, wr.len, 1, file);
}

static void
write_second(FILE *file, struct scenario *scenario, unsigned second)
{
	unsigned rate = (unsigned)OPT(rate);

	if (OPT(silence_at) > 0 && second >= OPT(silence_at) &&
	    second < OPT(silence_at) + OPT(silence_s))
		return;
	if (OPT(burst_at) > 0 && second >= OPT(burst_at) &&
	    second < OPT(burst_at) + OPT(burst_s))
		rate *= 10;
	for (unsigned done = 0; done < rate; done += SAMPLES_MAX) {
		unsigned count = rate - done < SAMPLES_MAX ? rate - done : SAMPLES_MAX;

		write_datagram(file, scenario, second, (double)done / rate, count);
	}
}

static void
write_traffic(struct scenario *scenario)
{
	static const uint32_t head[6] = { 0xa1b2c3d4, 0x00040002, 0, 0, 65535, 1 };
	FILE *trace = open_out(scenario, "trace.pcap");
	FILE *flashes = open_out(scenario, "flashes.txt");
	FILE *truth = open_out(scenario, "optimum.txt");
	unsigned seconds = (unsigned)OPT(seconds), every = (unsigned)OPT(flash);
	size_t next = 0;

	fwrite(head, sizeof head, 1, trace);
	for (unsigned second = 0; second < seconds; second++) {
		for (; next < scenario->changes_count &&
		       scenario->changes[next].second <= second;
		     next++) {
			const struct change *change = &scenario->changes[next];

			optimum_set(&scenario->optimum[change->prefix.family],
			    change->slot,
			    change->key ? (int)change->key : OPTIMUM_NONE);
		}
		if (every && second && second % every == 0)
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
read_option(const char *text)
{
	size_t len = strcspn(text, "=");

	for (size_t i = 0; i < sizeof options / sizeof options[0]; i++)
		if (strlen(options[i].name) == len && text[len] &&
		    strncmp(options[i].name, text, len) == 0) {
			options[i].value = strtod(text + len + 1, NULL);
			return;
		}
	for (size_t i = 0; i < sizeof options / sizeof options[0]; i++)
		fprintf(stderr, "%-14s %8g  %s\n", options[i].name, options[i].value,
		    options[i].meaning);
	errx(2, "no option %s", text);
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
	write_rib(&scenario);
	choose_destinations(&scenario);
	keys = mem_alloc((scenario.rib.count + 1) * sizeof *keys);
	for (size_t i = 0; i < scenario.rib.count; i++)
		keys[i] = scenario.rib.routes[i].key;
	draw_changes(&scenario);
	write_rib_changes(&scenario);
	for (size_t f = 0; f < FAMILIES; f++)
		build_optimum(&scenario, (enum family)f, keys);
	find_slots(&scenario);
	write_traffic(&scenario);
	printf("{\"routes\": %zu, \"routes6\": %zu, \"active\": %zu, \"changes\": %zu, "
	       "\"samples\": %u}\n",
	    scenario.rib.v4, scenario.rib.count - scenario.rib.v4, scenario.active,
	    scenario.changes_count, scenario.samples);
	for (size_t f = 0; f < FAMILIES; f++) {
		free(scenario.optimum[f].routes);
		optimum_fini(&scenario.optimum[f]);
	}
	free(scenario.rib.routes);
	free(scenario.destinations);
	free(scenario.changes);
	free(keys);
	return 0;
}
