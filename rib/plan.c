#include "rib/plan.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "rib/safety.h"
#include "rib/select.h"

#define RESERVE 4
#define FILL 0.98         /* how far routes that forward like the default fill it up */
#define VICTIM_PRICE 3    /* what is worth more than this is no victim between ticks */
#define FAST_CLOSURE 8    /* more takes the next tick */
#define DEFAULT_LOSS 0.01 /* routes like the default lose nothing while it stands */

struct move {
	double gain;
	uint32_t node;
};

struct moves {
	struct move *at;
	size_t len, cap;
};

static void
moves_add(struct moves *moves, double gain, size_t node)
{
	moves->at = mem_grow(moves->at, moves->len, &moves->cap, sizeof *moves->at);
	moves->at[moves->len++] = (struct move){ gain, (uint32_t)node };
}

static int
by_node(const struct move *a, const struct move *b)
{
	return a->node < b->node ? -1 : a->node > b->node;
}

static int
most_first(const void *a, const void *b)
{
	const struct move *x = a, *y = b;

	return x->gain > y->gain ? -1 : x->gain < y->gain ? 1 : by_node(x, y);
}

static int
least_first(const void *a, const void *b)
{
	const struct move *x = a, *y = b;

	return x->gain < y->gain ? -1 : x->gain > y->gain ? 1 : by_node(x, y);
}

static void
moves_sort(struct moves *moves, int (*order)(const void *, const void *))
{
	if (moves->len)
		qsort(moves->at, moves->len, sizeof *moves->at, order);
}

size_t
plan_reserve(size_t capacity)
{
	return capacity > 8 * RESERVE ? RESERVE : capacity / 8;
}

static const struct entry *
entry_of(const struct table *table, const struct move *move)
{
	return &table->entries[table->nodes[move->node].entry];
}

static bool
is_installed(const struct table *table, const struct entry *entry)
{
	return entry->route && route_at(table, entry->route)->installed;
}

/* What may go: chosen no longer, and (kept in `cheap`) what is worth little. */
static void
find_victims(struct table *table, struct moves *retgone, struct moves *retcheap)
{
	for (size_t i = 1; i < table->nodes_len; i++) {
		const struct node *node = &table->nodes[i];
		double loss = node->rate / node->cost;

		if (!is_installed(table, &table->entries[node->entry]))
			continue;
		if (node->like_default)
			loss *= DEFAULT_LOSS;
		if (!node->wanted)
			moves_add(retgone, loss, i);
		else if (loss <= VICTIM_PRICE * table->price)
			moves_add(retcheap, loss, i);
	}
	moves_sort(retgone, least_first);
	moves_sort(retcheap, least_first);
}

/*
 * Withdraws one of `gone`. Those before `*from` went, or wait for what covers them:
 * they are looked at again when something that covers others has gone.
 */
static bool
withdraw_one(struct table *table, const struct moves *gone, size_t *from)
{
	for (size_t i = *from; i < gone->len; i++) {
		const struct entry *entry = entry_of(table, &gone->at[i]);

		if (is_installed(table, entry) &&
		    safety_may_go(table, &entry->prefix, entry->route)) {
			safety_withdraw(table, &entry->prefix, entry->route);
			*from = route_at(table, entry->route)->need ? 0 : i + 1;
			return true;
		}
	}
	*from = gone->len;
	return false;
}

/* Installs the chosen routes, in exchange for `gone` where no place is free. */
static void
install_chosen(struct table *table, const struct moves *gone, size_t places)
{
	struct moves coming = { 0 };
	size_t from = 0;

	for (size_t i = 1; i < table->nodes_len; i++) {
		const struct node *node = &table->nodes[i];

		if (node->root && !is_installed(table, &table->entries[node->entry]))
			moves_add(&coming, (node->rate - node->alone) / node->cost, i);
	}
	moves_sort(&coming, most_first);
	for (size_t i = 0; i < coming.len; i++) {
		const struct entry *entry = entry_of(table, &coming.at[i]);
		const struct prefix prefix = entry->prefix;
		uint32_t id = entry->route, key = route_at(table, id)->key;
		size_t missing = safety_missing(table, &prefix, key, places);

		while (missing != SIZE_MAX && table->installed + missing + 1 > places &&
		       withdraw_one(table, gone, &from))
			missing = safety_missing(table, &prefix, key, places);
		if (missing != SIZE_MAX && table->installed + missing + 1 <= places)
			safety_install(table, &prefix, id, missing);
	}
	free(coming.at);
	while (table->installed > places && withdraw_one(table, gone, &from))
		continue;
}

/*
 * Spare room: routes that forward like the default keep their traffic right when it
 * moves. They enter free places only and are the first to go.
 */
static void
fill_up(struct table *table, size_t places)
{
	struct moves spare = { 0 };
	size_t full = (size_t)((double)places * FILL);

	if (table->installed >= full)
		return;
	for (size_t i = 1; i < table->nodes_len; i++) {
		const struct node *node = &table->nodes[i];
		const struct entry *entry = &table->entries[node->entry];

		if (node->like_default && entry->prefix.len && node->cost == 1 &&
		    isfinite(node->units) && entry->estimate.samples > 1 &&
		    node->rate >= table->min_rate && !is_installed(table, entry))
			moves_add(&spare, node->rate, i);
	}
	moves_sort(&spare, most_first);
	for (size_t i = 0; i < spare.len && table->installed < full; i++) {
		const struct entry *entry = entry_of(table, &spare.at[i]);

		if (!safety_cover(table, &entry->prefix))
			safety_install(table, &entry->prefix, entry->route, 0);
	}
	free(spare.at);
}

/* Keeps the least loss at hand for repairs and fast installs until the next tick. */
static void
keep_victims(struct table *table, const struct moves *gone, const struct moves *cheap)
{
	size_t len = gone->len + cheap->len;

	if (len > table->victims_cap) {
		table->victims_cap = len;
		table->victims = mem_resize(
		    table->victims, len, sizeof *table->victims);
	}
	table->victims_len = 0;
	for (size_t i = 0; i < gone->len; i++)
		table->victims[table->victims_len++] =
		    table->nodes[gone->at[i].node].entry;
	for (size_t i = 0; i < cheap->len; i++)
		table->victims[table->victims_len++] =
		    table->nodes[cheap->at[i].node].entry;
}

void
plan_tick(struct table *table, double now)
{
	size_t places = table->capacity - plan_reserve(table->capacity);
	struct moves gone = { 0 }, cheap = { 0 };

	select_routes(table, places, now);
	find_victims(table, &gone, &cheap);
	install_chosen(table, &gone, places);
	fill_up(table, places);
	keep_victims(table, &gone, &cheap);
	free(gone.at);
	free(cheap.at);
}

/*
 * How many of the latest samples are a burst that pays for `places`; 0 if it does not,
 * or if there is no price yet.
 */
static unsigned
burst(const struct table *table, const struct estimate *estimate, size_t places)
{
	double price = table->price * (1 + SELECT_HYSTERESIS) * (double)places;

	return price > 0 ? estimate_burst(estimate, price / estimate->bytes) : 0;
}

void
plan_missed(struct table *table, const struct prefix *prefix, uint32_t id)
{
	struct route *route = route_at(table, id);
	struct estimate *estimate = &table->entries[route->entry].estimate;
	size_t reserve = plan_reserve(table->capacity);
	size_t places = table->capacity - reserve, missing = 0;
	unsigned samples;

	if (prefix->len == 0 || route->barred ||
	    estimate_byte_rate(estimate, estimate->touched) < table->min_rate)
		return;
	/* most misses end here: nothing is free, and what came is no burst at all */
	if (table->installed >= places && !burst(table, estimate, 1))
		return;
	if (route->need)
		missing = safety_missing(table, prefix, route->key, FAST_CLOSURE);
	if (missing == SIZE_MAX)
		return;
	if (table->installed + missing + 1 > places) {
		samples = burst(table, estimate, missing + 1);
		if (!samples || !safety_make_room(table, prefix, missing + 1 + reserve))
			return;
		estimate_restart(estimate, samples);
	}
	safety_install(table, prefix, id, missing);
}
