#include "rib/select.h"

#include <math.h>

#include "base/mem.h"

/* What no longer pays for its memory: a share of the price, after seconds of silence.
 */
static const struct {
	double worth, idle_s, every_s;
} worthless[] = {
	{ 1e-3, 60, 10 },
	{ 0.05, 5, 3 }, /* when memory gets short: a scan must not keep others out */
};

#define SEARCH_MAX 60
#define PRICE_MIN 1e-9 /* of all traffic: lower is as good as free */

/* When a route was last seen in traffic that somebody watches. */
static double
touched(const struct table *table, uint32_t entry)
{
	double at = table->entries[entry].estimate.touched;

	if (!table->sources)
		return at;
	return fmax(at, table->sources[entry].touched + table->sources_since);
}

void
select_forget(struct table *table, double now)
{
	bool tight = table->entries_live > table->entries_limit / 4 * 3;
	double price = table->price * worthless[tight].worth;

	if (now < table->forget_at)
		return;
	table->forget_at = now + worthless[tight].every_s;
	for (size_t i = table->order_len; i-- > 0;) {
		uint32_t id = table->order[i];
		struct entry *entry = &table->entries[id];
		double idle;

		if (!entry->route || entry->children ||
		    route_at(table, entry->route)->installed)
			continue;
		idle = now - touched(table, id);
		if (idle > ESTIMATE_IDLE_S ||
		    (idle > worthless[tight].idle_s &&
			estimate_byte_rate(&entry->estimate, now) < price))
			table_entry_free(table, id);
	}
	table_compact(table);
}

static void
build_node(struct table *table, struct node *node, uint32_t id, double now)
{
	const struct entry *entry = &table->entries[id];
	const struct route *route = route_at(table, entry->route);
	uint32_t fallback = table->fallback ? route_at(table, table->fallback)->key : 0;

	*node = (struct node){
		.entry = id,
		.up = entry->parent ? table->entries[entry->parent].position : 0,
		.cost = route->need + 1,
		.rate = estimate_byte_rate(&entry->estimate, now),
		.like_default = route->key == fallback,
	};
	node->fallen = node->like_default ? node->rate : 0;
}

/* The entries as nodes in order of prefixes, so that what covers stands before. */
static void
build(struct table *table, double now)
{
	struct node *nodes;

	select_forget(table, now);
	table_sort(table);
	while (table->nodes_cap < table->order_len + 1)
		table->nodes = mem_grow(table->nodes, table->nodes_cap,
		    &table->nodes_cap, sizeof *table->nodes);
	table->nodes_len = table->order_len + 1;
	nodes = table->nodes;
	nodes[0] = (struct node){ .entry = 0 };
	for (size_t i = 1; i < table->nodes_len; i++) {
		table->entries[table->order[i - 1]].position = (uint32_t)i;
		build_node(table, &nodes[i], table->order[i - 1], now);
	}
}

/* Sums of the subtrees, and what each closure costs in units of the price. */
static void
weigh(struct table *table)
{
	struct node *nodes = table->nodes;

	/* `taken` counts the closure's places that are taken already */
	for (size_t i = table->nodes_len; i-- > 1;) {
		struct node *node = &nodes[i], *up = &nodes[node->up];
		const struct entry *entry = &table->entries[node->entry];
		const struct route *route = route_at(table, entry->route);
		double have = node->taken;

		node->units = have * (1 - SELECT_HYSTERESIS) +
			      (route->need - have) * (1 + SELECT_HYSTERESIS) +
			      (route->installed ? 1 - SELECT_HYSTERESIS
						: 1 + SELECT_HYSTERESIS);
		if (route->barred)
			node->units = INFINITY;
		if (entry->prefix.len == 0) {
			node->units = INFINITY;
			continue;
		}
		up->rate += node->rate;
		if (!entry->parent)
			continue;
		up->taken +=
		    node->taken +
		    (route->installed &&
			route->key !=
			    route_at(table, table->entries[entry->parent].route)->key);
	}
}

/* Chooses at a price. Returns the places taken. */
static size_t
choose(struct table *table, double price)
{
	struct node *nodes = table->nodes;

	for (size_t i = 0; i < table->nodes_len; i++) {
		nodes[i].best = nodes[i].fallen;
		nodes[i].taken = 0;
	}
	for (size_t i = table->nodes_len; i-- > 1;) {
		struct node *node = &nodes[i];
		double in = node->rate - price * node->units;

		node->alone = node->best;
		node->root = in > node->best && node->rate >= table->min_rate;
		if (node->root) {
			node->best = in;
			node->taken = node->cost;
		}
		nodes[node->up].best += node->best;
		nodes[node->up].taken += node->taken;
	}
	return nodes[0].taken;
}

/*
 * Finds the lowest price at which the places suffice, near the last one: rates change
 * little from one time to the next. Leaves the choice at that price in the nodes.
 */
static void
search_price(struct table *table, size_t places)
{
	double low = 0, high = 0, step = 1.02;
	double least = table->nodes[0].rate * PRICE_MIN;
	double price = table->price;

	if (price <= least)
		price = table->nodes[0].rate / (double)(places + 1) * 0.1 + least;
	for (int i = 0; i < SEARCH_MAX; i++, step *= step < 4 ? step : 1) {
		size_t taken = choose(table, price);

		if (taken > places) {
			low = price;
		} else {
			high = price;
			if (taken + places / 500 >= places || price <= least)
				break;
		}
		if (low > 0 && high > 0 && high / low < 1.0005)
			break;
		if (low > 0 && high > 0)
			price = (low + high) / 2;
		else
			price = low > 0 ? price * step : fmax(price / step, least);
	}
	if (high == 0) /* nothing fits, not even at the highest price tried */
		high = table->nodes[0].rate + 1;
	choose(table, high);
	table->price = high;
}

/* Marks what the chosen routes take along: no choice counts below a chosen one. */
static void
mark(struct table *table)
{
	struct node *nodes = table->nodes;

	for (size_t i = 1; i < table->nodes_len; i++) {
		struct node *node = &nodes[i];
		const struct entry *entry = &table->entries[node->entry];

		node->under = nodes[node->up].under;
		if (node->under) {
			node->root = false;
			node->wanted =
			    route_at(table, entry->route)->key !=
			    route_at(table, table->entries[entry->parent].route)->key;
		} else {
			node->wanted = node->under = node->root;
		}
	}
}

void
select_routes(struct table *table, size_t places, double now)
{
	build(table, now);
	weigh(table);
	search_price(table, places);
	mark(table);
}
