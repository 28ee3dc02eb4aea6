#include "rib/plan.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "rib/safety.h"
#include "rib/select.h"

#define RESERVE 4
#define FILL 0.98
#define VICTIM_PRICE 3 /* what is worth more than this is no victim between choices */
#define FAST_CLOSURE 8 /* more takes the next choice */
#define DEFAULT_LOSS 0.01 /* routes like the default lose nothing while it stands */
#define INSTALL_WORK 40   /* an install costs as much as so many nodes */

static void
moves_add(struct moves *moves, double gain, uint32_t id)
{
	moves->at = mem_grow(moves->at, moves->len, &moves->cap, sizeof *moves->at);
	moves->at[moves->len++] = (struct move){ gain, id };
}

static int
by_id(const struct move *a, const struct move *b)
{
	return a->id < b->id ? -1 : a->id > b->id;
}

static int
most_first(const void *a, const void *b)
{
	const struct move *x = a, *y = b;

	return x->gain > y->gain ? -1 : x->gain < y->gain ? 1 : by_id(x, y);
}

static int
least_first(const void *a, const void *b)
{
	const struct move *x = a, *y = b;

	return x->gain < y->gain ? -1 : x->gain > y->gain ? 1 : by_id(x, y);
}

static void
moves_sort(struct moves *moves, int (*order)(const void *, const void *))
{
	if (moves->len)
		qsort(moves->at, moves->len, sizeof *moves->at, order);
}

size_t
plan_places(const struct table *table)
{
	size_t capacity = table->capacity;

	return capacity - (capacity > 8 * RESERVE ? RESERVE : capacity / 8);
}

size_t
plan_full(const struct table *table)
{
	return (size_t)((double)plan_places(table) * FILL);
}

static bool
is_installed(const struct table *table, const struct entry *entry)
{
	return route_at(table, entry->route)->installed;
}

/* --- what a choice leads to --- */

/* What an installed route makes right, by the place. */
static float
loss_of(const struct table *table, const struct node *node)
{
	double loss = node->rate / node->cost;

	if (node->like_default)
		loss *= fmax(1 - table->policy.fallback_weight, DEFAULT_LOSS);
	return (float)loss;
}

/* What is to go is no sooner in line than what covers it and goes, too. */
static void
find_move(struct table *table, uint32_t i)
{
	struct choice *choice = &table->choice;
	struct node *node = &choice->nodes[i];
	const struct entry *entry;
	float loss = loss_of(table, node);

	node->holds = choice->nodes[node->up].holds;
	/* most are neither: what was installed meanwhile has its turn next time */
	if (!node->installed && !node->wanted)
		return;
	entry = choice_entry(table, i);
	if (!entry)
		return;
	if (is_installed(table, entry) && !node->wanted) {
		node->holds = fmaxf(loss, node->holds);
		moves_add(&choice->gone, node->holds, i);
	} else if (is_installed(table, entry)) {
		if (!node->pinned && loss <= VICTIM_PRICE * table->price)
			moves_add(&choice->cheap, loss, i);
	} else if (node->pinned && node->wanted) {
		moves_add(&choice->coming, INFINITY, i);
	} else if (node->root) {
		moves_add(&choice->coming, (node->rate - node->alone) / node->cost, i);
	}
}

bool
plan_find_moves(struct table *table, size_t *work)
{
	struct choice *choice = &table->choice;

	if (choice->at == 0) {
		choice->gone.len = choice->cheap.len = choice->coming.len = 0;
		choice->from = 0;
		choice->at = 1;
	}
	for (; choice->at < choice->nodes_len; choice->at++) {
		if (!choice_spend(work, 1))
			return false;
		find_move(table, (uint32_t)choice->at);
	}
	moves_sort(&choice->gone, least_first);
	moves_sort(&choice->cheap, least_first);
	moves_sort(&choice->coming, most_first);
	return true;
}

/* Withdraws a route if that is safe now. */
static bool
withdraw(struct table *table, size_t node)
{
	const struct entry *entry = choice_entry(table, node);

	if (!entry || !is_installed(table, entry) ||
	    !safety_may_go(table, &entry->prefix, entry->route))
		return false;
	safety_withdraw(table, &entry->prefix, entry->route);
	return true;
}

/* Withdraws one that is chosen no longer. */
static bool
withdraw_one(struct table *table)
{
	struct choice *choice = &table->choice;

	while (choice->from < choice->gone.len)
		if (withdraw(table, choice->gone.at[choice->from++].id))
			return true;
	return false;
}

/* Withdraws `n` routes that are chosen no longer, or none if there are not so many. */
static bool
make_room(struct table *table, size_t n, size_t *work)
{
	const struct choice *choice = &table->choice;

	if (choice->gone.len - choice->from < n)
		return false;
	choice_spend(work, n * INSTALL_WORK);
	for (; n > 0; n--) {
		if (!withdraw_one(table))
			return false;
		budget_take(&table->budget, 2);
	}
	return true;
}

/*
 * Installs a chosen route, if room can be made. Returns false if the budget is spent:
 * it may be overdrawn, as half an exchange would leave places to what comes by.
 */
static bool
exchange(struct table *table, const struct entry *entry, size_t *work)
{
	const struct prefix prefix = entry->prefix;
	uint32_t id = entry->route, key = route_at(table, id)->key;
	size_t places = plan_places(table), missing, after;

	for (;;) { /* what goes may be missing then */
		missing = safety_missing(table, &prefix, key, places);
		if (missing == SIZE_MAX)
			return true;
		choice_spend(work, missing);
		after = table->installed + missing + 1;
		if (after <= places)
			break;
		if (!budget_has(&table->budget, 2))
			return false;
		if (!make_room(table, after - places, work))
			return true; /* something smaller may fit */
	}
	safety_install(table, &prefix, id, missing);
	return true;
}

bool
plan_exchange(struct table *table, size_t *work)
{
	struct choice *choice = &table->choice;

	for (; choice->at < choice->coming.len; choice->at++) {
		size_t node = choice->coming.at[choice->at].id;
		const struct entry *entry = choice_entry(table, node);

		if (!choice_spend(work, INSTALL_WORK))
			return false;
		if (!entry || is_installed(table, entry) ||
		    route_at(table, entry->route)->barred)
			continue;
		if (!exchange(table, entry, work))
			break;
	}
	while (table->installed > plan_places(table) && withdraw_one(table))
		continue;
	return true;
}

bool
plan_shed(struct table *table, size_t *work)
{
	struct choice *choice = &table->choice;

	for (; choice->at < choice->gone.len; choice->at++) {
		size_t node = choice->gone.at[choice->at].id;

		if (!choice_spend(work, 1))
			return false;
		if (!choice->nodes[node].shunned)
			continue;
		if (!budget_has(&table->budget, 1))
			break;
		if (withdraw(table, node))
			budget_take(&table->budget, 1);
	}
	return true;
}

static bool
is_spare(const struct node *node)
{
	return node->like_default && node->cost == 1 && !node->barred &&
	       !node->shunned && !node->installed;
}

static void
find_spare(struct table *table)
{
	struct choice *choice = &table->choice;

	choice->coming.len = 0;
	for (uint32_t i = 1; i < choice->nodes_len; i++) {
		const struct entry *entry = choice_entry(table, i);

		if (is_spare(&choice->nodes[i]) && entry && entry->estimate.samples > 1)
			moves_add(&choice->coming, choice->nodes[i].rate, i);
	}
	moves_sort(&choice->coming, most_first);
}

bool
plan_fill_up(struct table *table, size_t *work)
{
	struct choice *choice = &table->choice;
	size_t full = plan_full(table);

	if (table->installed >= full)
		return true;
	if (choice->at == 0) {
		if (!choice_spend(work, choice->nodes_len))
			return false;
		find_spare(table);
		choice->at = 1;
	}
	for (; choice->at <= choice->coming.len && table->installed < full;
	     choice->at++) {
		const struct entry *entry = choice_entry(
		    table, choice->coming.at[choice->at - 1].id);

		if (!choice_spend(work, INSTALL_WORK))
			return false;
		if (entry && !is_installed(table, entry) &&
		    route_at(table, entry->route)->need == 0 &&
		    !route_at(table, entry->route)->barred &&
		    !safety_cover(table, &entry->prefix))
			safety_install(table, &entry->prefix, entry->route, 0);
	}
	return true;
}

bool
plan_keep_victims(struct table *table, size_t *work)
{
	struct choice *choice = &table->choice;
	const struct moves *lists[] = { &choice->gone, &choice->cheap };
	size_t len = choice->gone.len + choice->cheap.len;

	choice_spend(work, len);
	if (len > table->victims_cap) {
		table->victims_cap = len;
		table->victims = mem_resize(
		    table->victims, len, sizeof *table->victims);
	}
	table->victims_first = table->victims_len = 0;
	for (size_t k = 0; k < 2; k++)
		for (size_t i = 0; i < lists[k]->len; i++) {
			size_t node = lists[k]->at[i].id;

			if (choice_entry(table, node))
				table->victims[table->victims_len++] =
				    choice->nodes[node].entry;
		}
	return true;
}

/* --- between choices --- */

/* The installed entries, the least loss first and the pinned last. */
static void
find_installed(struct table *table, struct moves *retmoves)
{
	const struct choice *choice = &table->choice;

	for (size_t i = 0; i < table->order_len; i++) {
		uint32_t id = table->order[i];
		const struct entry *entry = &table->entries[id];
		double loss = 0; /* it came after the latest choice */

		if (!entry->route || !is_installed(table, entry))
			continue;
		if (entry->position && entry->position < choice->nodes_len &&
		    choice->nodes[entry->position].entry == id)
			loss = loss_of(table, &choice->nodes[entry->position]);
		moves_add(retmoves, entry->pinned ? INFINITY : loss, id);
	}
	moves_sort(retmoves, least_first);
}

void
plan_shrink(struct table *table)
{
	struct moves moves = { 0 };
	size_t before = SIZE_MAX;

	if (table->installed <= table->capacity)
		return;
	find_installed(table, &moves);
	/* what waited for a cover to go finds its turn in the next round */
	while (table->installed > table->capacity && table->installed < before) {
		before = table->installed;
		for (size_t i = 0; i < moves.len && table->installed > table->capacity;
		     i++) {
			const struct entry *entry = &table->entries[moves.at[i].id];

			if (is_installed(table, entry) &&
			    safety_may_go(table, &entry->prefix, entry->route))
				safety_withdraw(table, &entry->prefix, entry->route);
		}
	}
	free(moves.at);
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

/* True if the operator leaves the route to itself, at the traffic it has. */
static bool
is_welcome(
    const struct table *table, const struct prefix *prefix, const struct route *route)
{
	const struct entry *entry = &table->entries[route->entry];
	const struct estimate *estimate = &entry->estimate;

	if (prefix->len == 0 || route->barred)
		return false;
	return entry->pinned || (prefix->len >= table->policy.min_len &&
				    estimate_byte_rate(estimate, estimate->touched) >=
					table->policy.min_rate);
}

void
plan_missed(struct table *table, const struct prefix *prefix, uint32_t id)
{
	struct route *route = route_at(table, id);
	struct estimate *estimate = &table->entries[route->entry].estimate;
	size_t places = plan_places(table), reserve = table->capacity - places;
	size_t missing = 0, before;
	unsigned samples;
	bool room;

	if (!is_welcome(table, prefix, route))
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
		budget_fill(&table->budget, estimate->touched);
		if (!samples || !budget_has(&table->budget, 2))
			return;
		before = table->installed;
		room = safety_make_room(table, prefix, missing + 1 + reserve);
		budget_take(&table->budget, 2 * (before - table->installed));
		if (!room)
			return;
		estimate_restart(estimate, samples);
	}
	safety_install(table, prefix, id, missing);
}
