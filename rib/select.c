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

#define PASSES_MAX 60
#define PRICE_MIN 1e-9     /* of all traffic: lower is as good as free */
#define PRICE_EXACT 1.0005 /* prices that differ by less are one */
#define MIN_RATE_KEEPS 0.5 /* what is installed may fall to so much of the minimum */
#define AHEAD 8            /* entries fetched before they are looked at */

/* When a route was last seen in traffic that somebody watches. */
static double
touched(const struct table *table, uint32_t entry)
{
	double at = table->entries[entry].estimate.touched;

	if (!table->sources)
		return at;
	return fmax(at, table->sources[entry].touched + table->sources_since);
}

static bool
is_worthless(const struct table *table, uint32_t id, bool tight, double now)
{
	const struct entry *entry = &table->entries[id];
	const struct route *route = route_at(table, entry->route);
	double idle = now - touched(table, id);
	double price = table->price * worthless[tight].worth;

	if (entry->children || entry->pinned || route->installed || route->barred)
		return false;
	return idle > ESTIMATE_IDLE_S ||
	       (idle > worthless[tight].idle_s &&
		   estimate_byte_rate(&entry->estimate, now) < price);
}

bool
select_forget(struct table *table, size_t *work)
{
	struct choice *choice = &table->choice;
	bool tight = table->entries_live > table->entries_limit / 4 * 3;

	if (choice->at == 0 && choice->now < table->forget_at)
		return true;
	table->forget_at = choice->now + worthless[tight].every_s;
	/* from behind, so that what is below goes before what is above */
	for (; choice->at < table->order_len; choice->at++) {
		uint32_t id = table->order[table->order_len - 1 - choice->at];

		if (!choice_spend(work, 1))
			return false;
		if (table->entries[id].route &&
		    is_worthless(table, id, tight, choice->now))
			table_entry_free(table, id);
	}
	return true;
}

/* The node of the nearest entry above that has one. */
static uint32_t
node_above(const struct table *table, const struct entry *entry)
{
	for (uint32_t id = entry->parent; id; id = table->entries[id].parent) {
		uint32_t position = table->entries[id].position;

		/* an entry that came later has none, or an old one */
		if (position && position < table->choice.nodes_len &&
		    table->choice.nodes[position].entry == id)
			return position;
	}
	return 0;
}

/* Since the latest sample, or since time 0. */
static float
idle_of(const struct entry *entry, double now)
{
	return (float)(now - fmax(entry->estimate.touched, 0));
}

/* What of a route's own traffic is right by the fallback alone. */
static double
fallen_of(const struct table *table, const struct route *route, double rate)
{
	return route->key == table_fallback_key(table)
		   ? rate * table->policy.fallback_weight
		   : 0;
}

/*
 * Counts an entry in the node above if it can be chosen at no price that is looked at:
 * most are such. Returns false if it cannot.
 */
static bool
fold(struct table *table, struct entry *entry)
{
	struct choice *choice = &table->choice;
	const struct route *route = route_at(table, entry->route);
	double rate, fallen;
	struct node *up;

	if (entry->children || entry->pinned || route->installed || route->barred)
		return false;
	rate = estimate_byte_rate(&entry->estimate, choice->now);
	fallen = fallen_of(table, route, rate);
	if (rate - fallen >= choice->folded)
		return false;
	up = &choice->nodes[node_above(table, entry)];
	up->rate += rate;
	up->fallen += fallen;
	up->idle_s = fminf(up->idle_s, idle_of(entry, choice->now));
	entry->position = 0;
	return true;
}

struct node
select_node(const struct table *table, uint32_t id, size_t places, double now)
{
	const struct entry *entry = &table->entries[id];
	const struct route *route = route_at(table, entry->route), *above;
	struct node node = {
		.entry = id,
		.cost = route->need + 1,
		.rate = estimate_byte_rate(&entry->estimate, now),
		.idle_s = idle_of(entry, now),
		.installed = route->installed,
		.barred = route->barred,
		.blocked = route->need >= places,
		.pinned = entry->pinned,
		.shunned = entry->prefix.len == 0 ||
			   entry->prefix.len < table->policy.min_len,
		.like_default = route->key == table_fallback_key(table),
	};

	node.fallen = fallen_of(table, route, node.rate);
	if (entry->parent) {
		above = route_at(table, table->entries[entry->parent].route);
		node.conflicts = route->key != above->key;
	}
	return node;
}

static void
add_node(struct table *table, uint32_t id)
{
	struct choice *choice = &table->choice;
	struct entry *entry = &table->entries[id];
	struct node *node;

	if (fold(table, entry))
		return;
	node = &choice->nodes[choice->nodes_len];
	*node = select_node(table, id, choice->places, choice->now);
	node->up = node_above(table, entry);
	entry->position = (uint32_t)choice->nodes_len++;
}

static void
begin_nodes(struct table *table)
{
	struct choice *choice = &table->choice;

	while (choice->nodes_cap < table->order_sorted + 1)
		choice->nodes = mem_grow(choice->nodes, choice->nodes_cap,
		    &choice->nodes_cap, sizeof *choice->nodes);
	choice->nodes[0] = (struct node){ .entry = 0 };
	choice->nodes_len = 1;
	choice->epoch = table->order_epoch;
}

bool
select_build(struct table *table, size_t *work)
{
	struct choice *choice = &table->choice;

	if (choice->at && choice->epoch != table->order_epoch)
		choice->at = 0; /* the entries are not where they were */
	if (choice->at == 0)
		begin_nodes(table);
	for (; choice->at < table->order_sorted; choice->at++) {
		uint32_t id = table->order[choice->at];

		if (!choice_spend(work, 1))
			return false;
		if (choice->at + AHEAD < table->order_sorted)
			__builtin_prefetch(
			    &table->entries[table->order[choice->at + AHEAD]]);
		if (table->entries[id].route)
			add_node(table, id);
	}
	return true;
}

/* What the closure costs in units of the price: places it has are cheaper. */
static float
units_of(const struct node *node)
{
	double have = node->taken + node->installed;
	double lack = node->cost - have;

	if (node->pinned)
		return 0;
	return (float)(have * (1 - SELECT_HYSTERESIS) + lack * (1 + SELECT_HYSTERESIS));
}

/* Less than the operator wants to see in a place. */
static bool
is_too_little(const struct policy *policy, const struct node *node)
{
	double least = policy->min_rate * (node->installed ? MIN_RATE_KEEPS : 1);

	return node->rate < least ||
	       (policy->idle_s > 0 && node->idle_s > policy->idle_s);
}

void
select_weigh_node(const struct policy *policy, struct node *node, struct node *up)
{
	node->shunned |= is_too_little(policy, node);
	node->units = units_of(node);
	up->rate += node->rate;
	up->idle_s = fminf(up->idle_s, node->idle_s);
	up->blocked |= node->blocked || (node->barred && node->conflicts);
	up->taken += node->taken + (node->installed && node->conflicts);
}

/* Pins that the places do not suffice for are routes like others; what stands stays. */
static void
limit_pins(struct choice *choice)
{
	size_t left = choice->places;

	for (unsigned standing = 2; standing-- > 0;)
		for (size_t i = 1; i < choice->nodes_len; i++) {
			struct node *node = &choice->nodes[i];

			if (!node->pinned || node->installed != standing)
				continue;
			if (node->cost > left || node->blocked)
				node->pinned = false;
			else
				left -= node->cost;
		}
}

bool
select_weigh(struct table *table, size_t *work)
{
	struct choice *choice = &table->choice;
	struct node *nodes = choice->nodes;

	if (!choice_spend(work, choice->nodes_len))
		return false;
	if (table->policy.pin.len)
		limit_pins(choice);
	/* `taken` counts the closure's places that are taken already */
	for (size_t i = choice->nodes_len; i-- > 1;)
		select_weigh_node(&table->policy, &nodes[i], &nodes[nodes[i].up]);
	return true;
}

void
select_decide(struct node *node, double price)
{
	double in = node->rate - price * (double)node->units;

	node->alone = node->best;
	node->root = !node->barred && !node->blocked &&
		     (node->pinned || (in > node->best && !node->shunned));
	if (node->root) {
		node->best = in;
		node->taken = node->cost;
	}
}

/* Chooses at a price. Returns the places taken. */
static size_t
choose(struct choice *choice, double price)
{
	struct node *nodes = choice->nodes;

	for (size_t i = 0; i < choice->nodes_len; i++) {
		nodes[i].best = nodes[i].fallen;
		nodes[i].taken = 0;
	}
	for (size_t i = choice->nodes_len; i-- > 1;) {
		struct node *node = &nodes[i];

		select_decide(node, price);
		nodes[node->up].best += node->best;
		nodes[node->up].taken += node->taken;
	}
	return nodes[0].taken;
}

static void
begin_search(struct table *table)
{
	struct choice *choice = &table->choice;
	double total = choice->nodes[0].rate, price = table->price;

	if (total == 0)
		price = 0; /* and free it stays */
	else if (price <= total * PRICE_MIN)
		price = total / (double)(choice->places + 1) * 0.1 + total * PRICE_MIN;
	choice->search.price = price;
	choice->search.low = choice->search.high = 0;
	choice->search.step = 1.02;
	choice->search.passes = 0;
	choice->search.found = false;
	choice->at = 1;
}

/* Looks at a price that took so many places, and sets the one to try next. */
static void
next_price(struct choice *choice, size_t taken)
{
	double least = choice->nodes[0].rate * PRICE_MIN, price = choice->search.price;
	double *low = &choice->search.low, *high = &choice->search.high;
	bool near = taken + choice->places / 500 >= choice->places || price <= least;

	*(taken > choice->places ? low : high) = price;
	choice->search.found = (price == *high && near) ||
			       (*low > 0 && *high > 0 && *high < *low * PRICE_EXACT) ||
			       ++choice->search.passes == PASSES_MAX;
	if (choice->search.found && *high == 0) /* nothing fits, however dear */
		*high = choice->nodes[0].rate + 1;
	if (choice->search.found)
		choice->search.price = *high;
	else if (*low > 0 && *high > 0)
		choice->search.price = (*low + *high) / 2;
	else if (*low > 0)
		choice->search.price = price * choice->search.step;
	else
		choice->search.price = fmax(price / choice->search.step, least);
	if (choice->search.step < 4)
		choice->search.step *= choice->search.step;
}

bool
select_search(struct table *table, size_t *work)
{
	struct choice *choice = &table->choice;

	if (choice->at == 0)
		begin_search(table);
	while (choice_spend(work, choice->nodes_len)) {
		double price = choice->search.price;

		if (price * (1 + SELECT_HYSTERESIS) < choice->folded) {
			choice->folded = 0; /* too many are: once more from there */
			choice->step = CHOICE_SORT; /* that before CHOICE_BUILD */
			return true;
		}
		next_price(choice, choose(choice, price));
		if (choice->search.found) {
			if (choice->search.price != price)
				choose(choice, choice->search.price);
			table->price = choice->search.price;
			return true;
		}
	}
	return false;
}

bool
select_mark(struct table *table, size_t *work)
{
	struct choice *choice = &table->choice;
	struct node *nodes = choice->nodes;

	if (!choice_spend(work, choice->nodes_len))
		return false;
	for (size_t i = 1; i < choice->nodes_len; i++) {
		struct node *node = &nodes[i];

		node->under = nodes[node->up].under;
		if (node->under) {
			node->root = false;
			node->wanted = node->conflicts || node->pinned;
		} else {
			node->wanted = node->under = node->root;
		}
	}
	return true;
}
