#include "rib/explain.h"

#include <math.h>

#include "rib/half.h"
#include "rib/plan.h"
#include "rib/policy.h"
#include "rib/safety.h"
#include "rib/select.h"

/* What is known of a route when all below it was visited. */
struct weight {
	struct node node;
	struct prefix prefix;
	double variance; /* of the rate of the subtree */
	double fallback; /* of that rate, right by the fallback */
	double right;    /* the same, or by what would be chosen below */
};

/* The walk over the routes with entries; one waits while what is below is visited. */
struct walk {
	const struct table *table;
	double now;
	struct weight stack[TRIE_CHAIN_MAX + 1];
	unsigned depth; /* 0: above the route in question */
};

/* All below the deepest route was visited. */
static void
leave(struct walk *walk)
{
	struct weight *w = &walk->stack[walk->depth--], *up = w - 1;

	select_weigh_node(&walk->table->policy, &w->node, &up->node);
	select_decide(&w->node, walk->table->price);
	up->node.best += w->node.best;
	up->variance += w->variance;
	up->fallback += w->fallback;
	up->right += w->node.root ? w->node.rate : w->right;
}

static enum trie_walk
enter(void *arg, struct bits bits, unsigned len, uint32_t id)
{
	struct walk *walk = arg;
	const struct table *table = walk->table;
	const struct prefix prefix = prefix_make(table->family, bits, len);
	uint32_t entry = route_at(table, id)->entry;
	struct weight *w;

	if (!entry) /* nor has anything below it one */
		return TRIE_SKIP;
	while (walk->depth && !prefix_covers(&walk->stack[walk->depth].prefix, &prefix))
		leave(walk);
	w = &walk->stack[++walk->depth];
	*w = (struct weight){
		.node = select_node(table, entry, plan_places(table), walk->now),
		.prefix = prefix,
	};
	w->node.best = w->node.fallen;
	w->fallback = w->right = w->node.like_default ? w->node.rate : 0;
	if (w->node.rate > 0)
		w->variance = pow(
		    w->node.rate *
			estimate_error(&table->entries[entry].estimate, walk->now),
		    2);
	return TRIE_CONTINUE;
}

/* Weighs the route, which has an entry, at present; returns what is decided of it. */
static struct node
weigh(const struct table *table, double now, struct rib_explanation *ret)
{
	struct walk walk = { .table = table, .now = now };
	const struct weight *w = &walk.stack[1]; /* still there when it was left */
	const struct node *node = &w->node;

	trie_walk(&table->trie, ret->prefix.bits, ret->prefix.len, enter, &walk);
	while (walk.depth)
		leave(&walk);
	ret->pinned = node->pinned;
	ret->traffic = node->rate;
	ret->error = node->rate > 0 ? sqrt(w->variance) / node->rate : INFINITY;
	ret->idle_s = node->idle_s;
	ret->fallback = w->fallback;
	ret->without = w->right;
	ret->gain = node->rate - node->alone;
	ret->worth = ret->gain / node->cost;
	ret->asked = table->price * (double)node->units / node->cost;
	ret->needed = node->alone + ret->asked * node->cost;
	return *node;
}

/* Keeps the route of a node if it is a better rival than the one so far. */
static void
compete(const struct table *table, uint32_t i, struct rib_explanation *ret)
{
	const struct node *node = &table->choice.nodes[i];
	double worth = (node->rate - node->alone) / node->cost;
	/* what was chosen may have come in since, the others have not */
	bool least = (node->installed || node->root) &&
		     (!ret->least.known || worth < ret->least.worth);
	bool next = !node->installed && worth > 0 &&
		    (!ret->next.known || worth > ret->next.worth);
	const struct entry *entry = least || next ? choice_entry(table, i) : NULL;
	struct rib_rival rival = { .known = true, .worth = worth };

	if (!entry || prefix_covers(&ret->prefix, &entry->prefix) ||
	    prefix_covers(&entry->prefix, &ret->prefix) ||
	    safety_cover_of(table, node->entry))
		return;
	rival.prefix = entry->prefix;
	if (route_at(table, entry->route)->installed) {
		if (least)
			ret->least = rival;
	} else if (next && !node->barred && !node->blocked && !node->shunned &&
		   node->cost <= plan_places(table)) {
		ret->next = rival;
	}
}

/* Finds the rivals among what the latest choice has left, if it got so far. */
static void
find_rivals(const struct half *half, struct rib_explanation *ret)
{
	const struct table *table = &half->table;

	if (!half_is_active(half) ||
	    (half_has_work(half) && table->choice.step <= CHOICE_MARK))
		return;
	for (uint32_t i = 1; i < table->choice.nodes_len; i++) {
		const struct node *node = &table->choice.nodes[i];

		if ((node->root || !node->under) && !node->pinned)
			compete(table, i, ret);
	}
}

/* The search for what keeps a closure from being announced. */
struct barred {
	const struct table *table;
	struct prefix above[TRIE_CHAIN_MAX];
	uint32_t key[TRIE_CHAIN_MAX];
	unsigned depth;
	struct prefix found;
};

static enum trie_walk
find_barred(void *arg, struct bits bits, unsigned len, uint32_t id)
{
	struct barred *barred = arg;
	const struct route *route = route_at(barred->table, id);
	struct prefix prefix = prefix_make(barred->table->family, bits, len);

	if (len == barred->above[0].len)
		return TRIE_CONTINUE;
	while (!prefix_covers(&barred->above[barred->depth], &prefix))
		barred->depth--;
	if (route->barred && route->key != barred->key[barred->depth]) {
		barred->found = prefix;
		return TRIE_STOP;
	}
	if (route->need == 0)
		return TRIE_SKIP;
	barred->depth++;
	barred->above[barred->depth] = prefix;
	barred->key[barred->depth] = route->key;
	return TRIE_CONTINUE;
}

/* Names a route below that may not be installed and would have to come along. */
static bool
below_barred(
    const struct table *table, const struct route *route, struct rib_explanation *ret)
{
	struct barred barred = { .table = table };

	barred.above[0] = ret->prefix;
	barred.key[0] = route->key;
	ret->other_known = !trie_walk(
	    &table->trie, ret->prefix.bits, ret->prefix.len, find_barred, &barred);
	ret->other = barred.found;
	return ret->other_known;
}

/* Why the operator wants no such route. */
static enum rib_reason
why_shunned(const struct table *table, const struct rib_explanation *ret)
{
	if (ret->prefix.len < table->policy.min_len)
		return RIB_WHY_TOO_SHORT;
	if (table->policy.idle_s > 0 && ret->idle_s > table->policy.idle_s)
		return RIB_WHY_IDLE;
	return RIB_WHY_MIN_RATE;
}

static enum rib_reason
why_installed(const struct table *table, const struct route *route,
    const struct node *node, struct rib_explanation *ret)
{
	uint32_t cover = safety_cover(table, &ret->prefix);

	if (node->pinned)
		return RIB_WHY_PINNED;
	if (cover) {
		ret->other_known = true;
		ret->other = table->entries[route_at(table, cover)->entry].prefix;
		return route_at(table, cover)->key == route->key ? RIB_WHY_REDUNDANT
								 : RIB_WHY_PROTECTS;
	}
	if (node->root)
		return RIB_WHY_CHOSEN;
	if (node->like_default && !node->shunned)
		return RIB_WHY_FILLS;
	ret->because = node->shunned      ? why_shunned(table, ret)
		       : ret->traffic > 0 ? RIB_WHY_PRICED_OUT
					  : RIB_WHY_NO_TRAFFIC;
	return RIB_WHY_GOING;
}

/* Why a route that is chosen has no place yet. */
static enum rib_reason
why_waiting(const struct table *table, const struct node *node, double clock,
    const struct rib_explanation *ret)
{
	struct budget budget = table->budget;
	bool room = ret->spare >= node->cost;

	if (node->pinned && !room && !ret->least.known)
		return RIB_WHY_PINS_FULL;
	if (ret->frozen)
		return RIB_WHY_FROZEN;
	budget_fill(&budget, clock);
	return room || budget_has(&budget, 2) ? RIB_WHY_COMING : RIB_WHY_BUDGET;
}

/* Why the route has no place, whatever it is worth; or RIB_WHY_COMING. */
static enum rib_reason
why_never(const struct half *half, const struct route *route, bool pinned,
    struct rib_explanation *ret)
{
	const struct table *table = &half->table;

	if (!half->ready)
		return RIB_WHY_NOT_READY;
	if (!half->target)
		return RIB_WHY_NO_TARGET;
	if (rules_match(&table->policy.never, &ret->prefix))
		return RIB_WHY_NEVER;
	if (ret->answer.action == RIB_COVERED && !pinned) {
		ret->other_known = true;
		ret->other = ret->answer.by;
		return RIB_WHY_COVERED;
	}
	if (route->barred)
		return RIB_WHY_BARRED;
	return RIB_WHY_COMING;
}

static enum rib_reason
why_not(const struct half *half, const struct route *route, const struct node *node,
    double clock, struct rib_explanation *ret)
{
	const struct table *table = &half->table;
	enum rib_reason never = why_never(half, route, node->pinned, ret);

	if (never != RIB_WHY_COMING)
		return never;
	if (!node->pinned && !(ret->traffic > 0))
		return RIB_WHY_NO_TRAFFIC;
	if (!node->pinned && !node->root &&
	    (ret->answer.correct || ret->fallback >= ret->traffic))
		return RIB_WHY_LIKE_DEFAULT;
	if (ret->places > plan_places(table))
		return RIB_WHY_TOO_LARGE;
	if (route->need && below_barred(table, route, ret))
		return RIB_WHY_BELOW_BARRED;
	if (node->root)
		return why_waiting(table, node, clock, ret);
	return node->shunned ? why_shunned(table, ret) : RIB_WHY_PRICED_OUT;
}

/* What the RIB has instead of a route it has not. */
static void
find_other(const struct rib *rib, struct rib_explanation *ret)
{
	const struct table *table = &rib->halves[ret->prefix.family].table;
	unsigned len = 0;
	uint32_t id = trie_lookup_max(
	    &table->trie, ret->prefix.bits, ret->prefix.len, &len);

	if (!id)
		return;
	ret->other_known = true;
	ret->other = prefix_make(table->family, ret->prefix.bits, len);
	half_answer(rib, &ret->other, id, &ret->answer);
}

void
rib_explain(struct rib *rib, const struct prefix *prefix, double now,
    struct rib_explanation *ret)
{
	const struct half *half = &rib->halves[prefix->family];
	const struct table *table = &half->table;
	size_t places = plan_places(table);
	uint32_t id = table_find(table, prefix);
	const struct route *route;
	struct node node = { .entry = 0 };

	*ret = (struct rib_explanation){
		.prefix = *prefix,
		.error = INFINITY,
		.idle_s = INFINITY,
		.price = table->price,
		.min_rate = table->policy.min_rate,
		.min_len = table->policy.min_len,
		.by_next_hop = table->policy.fallback == RIB_FALLBACK_NEXTHOP,
		.idle_max_s = table->policy.idle_s,
		.installed = table->installed,
		.capacity = table->capacity,
		.spare = table->installed < places ? places - table->installed : 0,
		.frozen = rib_is_frozen(rib, now),
	};
	if (id == 0) {
		ret->answer.action = RIB_NOTHING;
		ret->reason = RIB_WHY_UNKNOWN;
		find_other(rib, ret);
		return;
	}
	half_answer(rib, prefix, id, &ret->answer);
	if (prefix->len == 0) {
		ret->reason = RIB_WHY_DEFAULT;
		return;
	}
	route = route_at(table, id);
	ret->places = route->need + 1;
	if (route->entry)
		node = weigh(table, rib->clock, ret);
	find_rivals(half, ret);
	ret->reason = route->installed ? why_installed(table, route, &node, ret)
				       : why_not(half, route, &node, rib->clock, ret);
}
