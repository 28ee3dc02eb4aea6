/*
 * make_table [-s SEED] [-u SHARE] [PREFIXES.gz] OUTPUT
 *
 * Writes a full table as a stream of UPDATE messages, one prefix each as BIRD sends it,
 * in random order as BIRD's hash table has it, and prints what is in it as JSON. The
 * prefixes are those of the list, or made up; the attributes are drawn so that they are
 * shared as in real tables of 2002 to 2015: a tenth of the routes (SHARE) bring a set
 * of its own, half of the sets serve one route, the biggest hold thousands, and a route
 * often has the attributes of what covers it or of the one before. The same seed gives
 * the same bytes.
 */
#include <err.h>
#include <math.h>
#include <stdio.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/wire.h"
#include "tests/bench/table.h"

#define NEXT_HOPS 6
#define TRANSITS 8000
#define DEPTH_MAX 129 /* prefixes that cover one another */
#define COMMUNITIES 400
#define SET_MAX 512       /* bytes of a set */
#define SIZE_MAX_SET 2600 /* routes of a set */

struct weight {
	unsigned value;
	double weight;
};

/* AS path lengths, and communities of a set, of RIS and Route Views tables. */
static const struct weight path_lengths[] = { { 2, 3.8 }, { 3, 25.8 }, { 4, 38.9 },
	{ 5, 20 }, { 6, 6.2 }, { 7, 2.4 }, { 8, 1.1 }, { 9, 0.7 }, { 10, 0.4 },
	{ 12, 0.4 }, { 15, 0.2 }, { 20, 0.1 }, { 30, 0.05 }, { 44, 0.02 }, { 0, 0 } };
static const struct weight community_counts[] = { { 0, 23.2 }, { 1, 2.8 }, { 2, 8.6 },
	{ 3, 23.8 }, { 4, 6 }, { 5, 8 }, { 6, 5.9 }, { 7, 4.4 }, { 8, 2.3 }, { 9, 4.7 },
	{ 10, 2.4 }, { 12, 3.2 }, { 14, 2.3 }, { 16, 1.2 }, { 20, 0.4 }, { 30, 0.2 },
	{ 0, 0 } };
static const struct weight next_hops[] = { { 0, 36 }, { 1, 22 }, { 2, 16 }, { 3, 12 },
	{ 4, 8 }, { 5, 6 }, { 0, 0 } };
static const uint32_t local_prefs[NEXT_HOPS] = { 100, 100, 120, 120, 120, 200 };

struct set {
	uint32_t origin_as;
	unsigned next_hop;
	unsigned left; /* routes it may still serve */
	uint16_t len;
	uint8_t bytes[SET_MAX]; /* attributes; NEXT_HOP for IPv4 only */
};

/* Sets that may serve more routes, by next hop. */
struct pool {
	struct set **sets;
	size_t count, cap;
};

struct model {
	uint64_t seed;
	double share;
	uint32_t neighbors[NEXT_HOPS], transits[TRANSITS], communities[COMMUNITIES];
	struct pool open[NEXT_HOPS];
	size_t made;
};

static double
draw(struct model *model)
{
	return table_draw_share(&model->seed);
}

/* From low to high - 1. */
static uint32_t
draw_range(struct model *model, uint32_t low, uint32_t high)
{
	return low + (uint32_t)(draw(model) * (high - low));
}

static unsigned
draw_weighted(struct model *model, const struct weight *weights)
{
	double sum = 0, at;

	for (const struct weight *w = weights; w->weight > 0; w++)
		sum += w->weight;
	at = draw(model) * sum;
	while (at >= weights->weight && weights[1].weight > 0)
		at -= weights++->weight;
	return weights->value;
}

static uint32_t
draw_as(struct model *model)
{
	return draw(model) < 0.4 ? draw_range(model, 131072, 401308)
				 : draw_range(model, 1, 64496);
}

static void
model_init(struct model *model, uint64_t seed, double share)
{
	memset(model, 0, sizeof *model);
	model->seed = seed;
	model->share = share;
	for (size_t i = 0; i < NEXT_HOPS; i++)
		model->neighbors[i] = draw_range(model, 1000, 64000);
	for (size_t i = 0; i < TRANSITS; i++)
		model->transits[i] = draw_as(model);
	for (size_t i = 0; i < COMMUNITIES; i++)
		model->communities[i] = model->neighbors[i % NEXT_HOPS] << 16 |
					draw_range(model, 1, 65536);
}

static void
write_attr(struct wr *wr, uint8_t flags, uint8_t type, size_t len)
{
	wr_u8(wr, len > 255 ? flags | 0x10 : flags);
	wr_u8(wr, type);
	if (len > 255)
		wr_u16(wr, (uint16_t)len);
	else
		wr_u8(wr, (uint8_t)len);
}

/* Longer paths than seven are the origin's prepending. */
static void
write_path(struct wr *wr, struct model *model, const struct set *set)
{
	unsigned len = draw_weighted(model, path_lengths);
	unsigned distinct = len <= 7 ? len : draw_range(model, 3, 8);

	write_attr(wr, 0x40, 2, 2 + 4 * len);
	wr_u8(wr, 2);
	wr_u8(wr, (uint8_t)len);
	wr_u32(wr, model->neighbors[set->next_hop]);
	for (unsigned i = 2; i < distinct; i++) {
		double popular = pow(draw(model), 3);

		wr_u32(wr, model->transits[(size_t)(popular * TRANSITS)]);
	}
	for (unsigned i = distinct; i <= len; i++)
		wr_u32(wr, set->origin_as);
}

static void
write_communities(struct wr *wr, struct model *model, const struct set *set)
{
	unsigned count = draw_weighted(model, community_counts);

	if (count)
		write_attr(wr, 0xc0, 8, 4 * count);
	for (unsigned i = 0; i < count; i++) {
		double popular = draw(model) * draw(model);

		wr_u32(wr, model->communities[(size_t)(popular * COMMUNITIES)]);
	}
	if (draw(model) < 0.05) {
		write_attr(wr, 0xc0, 32, 12);
		wr_u32(wr, set->origin_as);
		wr_u32(wr, draw_range(model, 1, 100));
		wr_u32(wr, draw_range(model, 1, 1000));
	}
}

static struct set *
set_new(struct model *model, enum family family, unsigned next_hop, uint32_t origin_as)
{
	struct set *set = mem_alloc(sizeof *set);
	double origin = draw(model);
	struct pool *open;
	struct wr wr;

	set->next_hop = next_hop;
	set->origin_as = origin_as;
	/* P(size >= k) = k^-0.905: 12 routes on the average if all were used up */
	set->left = (unsigned)fmin(SIZE_MAX_SET, pow(1 - draw(model), -1 / 0.905));
	wr_init(&wr, set->bytes, sizeof set->bytes);
	write_attr(&wr, 0x40, 1, 1);
	wr_u8(&wr, origin < 0.895 ? 0 : origin < 0.996 ? 2 : 1);
	write_path(&wr, model, set);
	if (family == FAMILY_IPV4) {
		write_attr(&wr, 0x40, 3, 4);
		wr_u32(&wr, 0xc6336401 + next_hop); /* 198.51.100.1 */
	}
	if (next_hop % 4 == 1) {
		write_attr(&wr, 0x80, 4, 4);
		wr_u32(&wr, draw_range(model, 0, 11) * 10);
	}
	write_attr(&wr, 0x40, 5, 4);
	wr_u32(&wr, local_prefs[next_hop]);
	if (draw(model) < 0.057)
		write_attr(&wr, 0x40, 6, 0);
	if (draw(model) < 0.085) {
		write_attr(&wr, 0xc0, 7, 8);
		wr_u32(&wr, origin_as);
		wr_u32(&wr, draw_range(model, 0x01000000, 0xdf000000));
	}
	write_communities(&wr, model, set);
	set->len = (uint16_t)wr.len;
	open = &model->open[next_hop];
	open->sets = mem_grow(open->sets, open->count, &open->cap, sizeof *open->sets);
	open->sets[open->count++] = set;
	model->made++;
	return set;
}

/* One of the sets for a next hop that may serve another route, or NULL. */
static struct set *
set_open(struct model *model, unsigned next_hop)
{
	struct pool *open = &model->open[next_hop];

	while (open->count) {
		size_t i = (size_t)(draw(model) * (double)open->count);

		if (open->sets[i]->left)
			return open->sets[i];
		open->sets[i] = open->sets[--open->count];
	}
	return NULL;
}

/*
 * The set of the next route, the `routes`-th: often that of `near`, which is what
 * covers it or else the one before. Shares of a table transfer of 2015.
 */
static struct set *
set_choose(struct model *model, enum family family, struct set *near, bool covered,
    size_t routes)
{
	struct set *set = NULL;
	uint32_t origin_as;
	unsigned next_hop;

	if (near && near->left && draw(model) < 0.41)
		return near;
	next_hop = draw_weighted(model, next_hops);
	if (near && draw(model) < (covered ? 0.46 : 0.30))
		next_hop = near->next_hop;
	if ((double)model->made >= model->share * (double)routes)
		set = set_open(model, next_hop);
	if (set)
		return set;
	origin_as = draw_as(model);
	if (near && draw(model) < (covered ? 0.59 : 0.23))
		origin_as = near->origin_as;
	return set_new(model, family, next_hop, origin_as);
}

struct route {
	const struct prefix *prefix;
	const struct set *set;
};

/* Gives each prefix of a family, in order, a set. */
static void
fill_routes(struct model *model, const struct prefix *prefixes, size_t count,
    struct route *retroutes)
{
	struct set *sets[DEPTH_MAX], *last = NULL;
	const struct prefix *covers[DEPTH_MAX];
	size_t depth = 0;

	for (size_t i = 0; i < NEXT_HOPS; i++)
		model->open[i].count = 0;
	for (size_t i = 0; i < count; i++) {
		const struct prefix *prefix = &prefixes[i];
		struct set *set;

		while (depth && !prefix_covers(covers[depth - 1], prefix))
			depth--;
		set = set_choose(model, prefix->family, depth ? sets[depth - 1] : last,
		    depth > 0, i + 1);
		set->left--;
		if (!depth)
			last = set;
		covers[depth] = prefix;
		sets[depth++] = set;
		retroutes[i] = (struct route){ prefix, set };
	}
}

static void
write_nlri(struct wr *wr, const struct prefix *prefix)
{
	uint8_t bytes[16];

	bits_to_bytes(prefix->bits, bytes, sizeof bytes);
	wr_u8(wr, prefix->len);
	wr_bytes(wr, bytes, (size_t)(prefix->len + 7) / 8);
}

/* An UPDATE; for IPv6 MP_REACH_NLRI (RFC 4760) comes first, as RFC 7606 wants it. */
static void
write_update(struct wr *wr, const struct route *route)
{
	const struct set *set = route->set;
	size_t attrs;

	wr_u64(wr, ~0ull);
	wr_u64(wr, ~0ull);
	wr_u16(wr, 0);
	wr_u8(wr, 2);
	wr_u32(wr, 0);
	attrs = wr->len;
	if (route->prefix->family == FAMILY_IPV6) {
		write_attr(wr, 0x80, 14, 22 + (size_t)(route->prefix->len + 7) / 8);
		wr_u16(wr, 2);
		wr_u8(wr, 1);
		wr_u8(wr, 16);
		wr_u64(wr, 0x20010db8ffff0000); /* 2001:db8:ffff::1 */
		wr_u64(wr, 1 + set->next_hop);
		wr_u8(wr, 0);
		write_nlri(wr, route->prefix);
	}
	wr_bytes(wr, set->bytes, set->len);
	wr_patch_u16(wr, attrs - 2, (uint16_t)(wr->len - attrs));
	if (route->prefix->family == FAMILY_IPV4)
		write_nlri(wr, route->prefix);
	wr_patch_u16(wr, 16, (uint16_t)wr->len);
}

static size_t
write_stream(const char *path, struct route *routes, size_t count, uint64_t seed)
{
	FILE *file = fopen(path, "wb");
	uint8_t bytes[4096];
	size_t written = 0;
	struct wr wr;

	if (!file)
		err(1, "%s", path);
	for (size_t i = count; i > 0; i--) {
		size_t pick = table_draw(&seed) % i;
		struct route route = routes[pick];

		routes[pick] = routes[i - 1];
		wr_init(&wr, bytes, sizeof bytes);
		write_update(&wr, &route);
		if (fwrite(bytes, 1, wr.len, file) != wr.len)
			err(1, "%s", path);
		written += wr.len;
	}
	if (fclose(file) != 0)
		err(1, "%s", path);
	return written;
}

static int
compare_sets(const void *a, const void *b)
{
	const struct set *x = *(const struct set *const *)a;
	const struct set *y = *(const struct set *const *)b;

	if (x->next_hop != y->next_hop)
		return x->next_hop < y->next_hop ? -1 : 1;
	if (x->len != y->len)
		return x->len < y->len ? -1 : 1;
	return memcmp(x->bytes, y->bytes, x->len);
}

/* How many sets differ, next hop included. */
static size_t
count_sets(const struct route *routes, size_t count)
{
	const struct set **sets = mem_alloc((count + 1) * sizeof *sets);
	size_t distinct = 0;

	for (size_t i = 0; i < count; i++)
		sets[i] = routes[i].set;
	qsort(sets, count, sizeof *sets, compare_sets);
	for (size_t i = 0; i < count; i++)
		distinct += i == 0 || compare_sets(&sets[i - 1], &sets[i]) != 0;
	free(sets);
	return distinct;
}

int
main(int argc, char **argv)
{
	struct table table = { 0 };
	struct route *routes;
	struct model model;
	uint64_t seed = 1;
	double share = 0.1025;
	size_t v4 = 0, sets, bytes;
	int option;

	while ((option = getopt(argc, argv, "s:u:")) != -1) {
		if (option == 's')
			seed = strtoull(optarg, NULL, 10);
		else if (option == 'u')
			share = strtod(optarg, NULL);
		else
			errx(2, "usage: make_table [-s SEED] [-u SHARE] [PREFIXES.gz] "
				"OUTPUT");
	}
	if (optind == argc)
		errx(2, "no OUTPUT");
	if (argc - optind == 1)
		table_make(&table, seed);
	else if (!table_read(&table, argv[optind]))
		errx(1, "%s: no prefixes", argv[optind]);
	while (v4 < table.count && table.prefixes[v4].family == FAMILY_IPV4)
		v4++;
	routes = mem_alloc(table.count * sizeof *routes);
	model_init(&model, seed, share);
	fill_routes(&model, table.prefixes, v4, routes);
	model.made = 0;
	fill_routes(&model, table.prefixes + v4, table.count - v4, routes + v4);
	sets = count_sets(routes, v4) + count_sets(routes + v4, table.count - v4);
	bytes = write_stream(argv[argc - 1], routes, table.count, seed);
	printf("{\"table\": \"%s\", \"routes\": %zu, \"ipv4\": %zu, \"ipv6\": %zu, "
	       "\"sets\": %zu, \"bytes\": %zu}\n",
	    argc - optind == 1 ? "synthetic" : "real", table.count, v4,
	    table.count - v4, sets, bytes);
	return 0;
}
