/*
 * The policy that sFlow-RT's Active Route Manager publishes: every second the routes
 * with most traffic by a moving average of ten seconds, with the routes they cover that
 * have another next hop. What is wanted is announced first and the rest withdrawn then,
 * and of changes of the RIB it hears with the next second.
 */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "config.h"
#include "rib/rib.h"
#include "rib/trie.h"
#include "sim_policy.h"
#include "sim_rib.h"

#define AVERAGE_S 10.0
#define FORGET 0.01 /* of a sample: what is less is forgotten */
#define TRIE_BYTES (16ull << 30)

struct route {
	struct prefix prefix;
	uint32_t key;       /* 0: not in the RIB */
	uint32_t installed; /* key announced, 0: none */
	double bytes;       /* the average */
	bool listed, wanted;
};

struct list { /* indices of routes */
	uint32_t *items;
	size_t len, cap;
};

struct half {
	struct trie trie; /* to indices of `routes`; they stay when routes go */
	struct list traffic, wanted, installed;
	size_t capacity;
};

struct sflow_rt {
	const struct sim_rib *rib;
	struct sim_install install;
	struct route *routes; /* the first is none */
	size_t len, cap;
	struct half halves[FAMILIES];
	double bytes, samples;
};

static void
push(struct list *list, uint32_t item)
{
	list->items = mem_grow(list->items, list->len, &list->cap, sizeof *list->items);
	list->items[list->len++] = item;
}

void *
sim_sflow_rt_new(const struct config_router *config, const struct sim_rib *rib,
    const struct sim_install *install)
{
	struct sflow_rt *rt = mem_alloc(sizeof *rt);

	rt->rib = rib;
	rt->install = *install;
	rt->routes = mem_grow(NULL, 0, &rt->cap, sizeof *rt->routes);
	rt->len = 1;
	for (int f = 0; f < FAMILIES; f++) {
		trie_init(&rt->halves[f].trie, TRIE_BYTES);
		rt->halves[f].capacity = config->families[f].capacity;
	}
	return rt;
}

static void
rt_free(void *policy)
{
	struct sflow_rt *rt = policy;

	for (int f = 0; f < FAMILIES; f++) {
		trie_fini(&rt->halves[f].trie);
		free(rt->halves[f].traffic.items);
		free(rt->halves[f].wanted.items);
		free(rt->halves[f].installed.items);
	}
	free(rt->routes);
	free(rt);
}

static void
rt_route(void *policy, const struct prefix *prefix, uint32_t attrs)
{
	struct sflow_rt *rt = policy;
	struct trie *trie = &rt->halves[prefix->family].trie;
	uint32_t *index;

	if (prefix->len == 0)
		return; /* never installed */
	index = attrs ? trie_add(trie, prefix->bits, prefix->len)
		      : trie_find(trie, prefix->bits, prefix->len);
	if (!index)
		return;
	if (!*index) {
		rt->routes = mem_grow(
		    rt->routes, rt->len, &rt->cap, sizeof *rt->routes);
		rt->routes[rt->len] = (struct route){ .prefix = *prefix };
		*index = (uint32_t)rt->len++;
	}
	rt->routes[*index].key = sim_rib_key(rt->rib, attrs);
}

static void
add_packet(struct sflow_rt *rt, const struct rib_packet *packet)
{
	const struct addr *dst = &packet->destination;
	struct half *half = &rt->halves[dst->family];
	unsigned len = family_bits((enum family)dst->family);
	uint32_t index = trie_lookup_max(&half->trie, dst->bits, len, &len);
	struct route *route;

	while (index && !rt->routes[index].key)
		index = trie_lookup_max(&half->trie, dst->bits, len - 1, &len);
	if (!index)
		return;
	route = &rt->routes[index];
	route->bytes += packet->bytes / AVERAGE_S;
	rt->bytes += packet->bytes;
	rt->samples++;
	if (!route->listed)
		push(&half->traffic, index);
	route->listed = true;
}

static void
rt_samples(void *policy, const struct rib_packet *packets, size_t n, double now)
{
	(void)now;
	for (size_t i = 0; i < n; i++)
		add_packet(policy, &packets[i]);
}

/* --- the choice --- */

static int
most_first(const void *a, const void *b, void *arg)
{
	const struct route *routes = ((struct sflow_rt *)arg)->routes;
	uint32_t i = *(const uint32_t *)a, j = *(const uint32_t *)b;

	if (routes[i].bytes != routes[j].bytes)
		return routes[i].bytes > routes[j].bytes ? -1 : 1;
	return i < j ? -1 : 1;
}

/* Lets the averages fall, forgets what is almost nothing, sorts the rest. */
static void
decay(struct sflow_rt *rt, struct half *half)
{
	double least = rt->samples ? FORGET * rt->bytes / rt->samples / AVERAGE_S : 0;
	struct list *list = &half->traffic;
	size_t kept = 0;

	for (size_t i = 0; i < list->len; i++) {
		struct route *route = &rt->routes[list->items[i]];

		route->bytes *= exp(-1 / AVERAGE_S);
		route->listed = route->bytes >= least;
		if (route->listed)
			list->items[kept++] = list->items[i];
		else
			route->bytes = 0;
	}
	list->len = kept;
	if (kept)
		qsort_r(list->items, kept, sizeof *list->items, most_first, rt);
}

/* Finds what a route covers that has another next hop. */
struct covered {
	struct sflow_rt *rt;
	struct half *half;
	struct {
		struct prefix prefix;
		uint32_t key;
	} above[TRIE_CHAIN_MAX];
	size_t depth;
	enum family family;
	size_t room; /* places left */
};

static enum trie_walk
visit(void *arg, struct bits bits, unsigned len, uint32_t value)
{
	struct covered *covered = arg;
	struct prefix prefix = prefix_make(covered->family, bits, len);
	struct route *route = &covered->rt->routes[value];

	if (!route->key)
		return TRIE_CONTINUE;
	while (covered->depth &&
	       !prefix_covers(&covered->above[covered->depth - 1].prefix, &prefix))
		covered->depth--;
	if ((!covered->depth || covered->above[covered->depth - 1].key != route->key) &&
	    !route->wanted) {
		if (covered->room == 0)
			return TRIE_STOP;
		covered->room--;
		push(&covered->half->wanted, value);
	}
	covered->above[covered->depth].prefix = prefix;
	covered->above[covered->depth++].key = route->key;
	return TRIE_CONTINUE;
}

static void
want(struct sflow_rt *rt, struct half *half, uint32_t index)
{
	const struct route *route = &rt->routes[index];
	size_t before = half->wanted.len;
	struct covered covered = {
		.rt = rt,
		.half = half,
		.family = (enum family)route->prefix.family,
		.room = half->capacity - before,
	};

	if (!trie_walk(
		&half->trie, route->prefix.bits, route->prefix.len, visit, &covered))
		half->wanted.len = before; /* too many */
	for (size_t i = before; i < half->wanted.len; i++)
		rt->routes[half->wanted.items[i]].wanted = true;
}

static void
choose(struct sflow_rt *rt, struct half *half)
{
	struct list was = half->installed;

	half->wanted.len = 0;
	for (size_t i = 0; i < half->traffic.len && half->wanted.len < half->capacity;
	     i++)
		if (rt->routes[half->traffic.items[i]].key)
			want(rt, half, half->traffic.items[i]);
	for (size_t i = 0; i < half->wanted.len; i++) {
		struct route *route = &rt->routes[half->wanted.items[i]];

		if (route->installed != route->key)
			rt->install.take(rt->install.arg, &route->prefix, route->key);
		route->installed = route->key;
	}
	for (size_t i = 0; i < was.len; i++) {
		struct route *route = &rt->routes[was.items[i]];

		if (route->wanted || !route->installed)
			continue;
		rt->install.take(rt->install.arg, &route->prefix, 0);
		route->installed = 0;
	}
	for (size_t i = 0; i < half->wanted.len; i++)
		rt->routes[half->wanted.items[i]].wanted = false;
	half->installed = half->wanted;
	half->wanted = was;
}

static void
rt_tick(void *policy, double now)
{
	struct sflow_rt *rt = policy;

	(void)now;
	for (int f = 0; f < FAMILIES; f++) {
		decay(rt, &rt->halves[f]);
		choose(rt, &rt->halves[f]);
	}
}

static void
rt_begin(void *policy)
{
	(void)policy;
}

static const char *
rt_fault(void *policy)
{
	(void)policy;
	return NULL;
}

const struct sim_policy sim_policy_sflow_rt = {
	.route = rt_route,
	.begin = rt_begin,
	.samples = rt_samples,
	.tick = rt_tick,
	.fault = rt_fault,
	.free = rt_free,
};
