#include "rib/rib.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "rib/attrs.h"
#include "rib/half.h"
#include "rib/nexthop.h"
#include "rib/plan.h"
#include "rib/safety.h"

#define FWKEYS_MAX 65535
#define CHURN_MIN 10    /* changes a second, however small the capacity */
#define ATTRS_BYTES 512 /* on average, with its head: real sets have 70 */

struct rib *
rib_new(const struct rib_limits *limits)
{
	struct rib *rib = mem_alloc(sizeof *rib);
	struct attrs_limits attrs = {
		.sets = limits->attributes,
		.bytes = (size_t)limits->attributes * ATTRS_BYTES,
	};

	rib->fwkeys = fwkeys_new(FWKEYS_MAX);
	rib->attrs = attrs_table_new(rib->fwkeys, &attrs, limits->seed);
	for (int f = 0; f < FAMILIES; f++)
		table_init(&rib->halves[f].table, (enum family)f, rib->attrs,
		    limits->prefixes[f], limits->active);
	return rib;
}

void
rib_free(struct rib *rib)
{
	if (!rib)
		return;
	/* the tables' references go with the tables they refer to */
	for (int f = 0; f < FAMILIES; f++) {
		table_fini(&rib->halves[f].table);
		adopt_fini(&rib->halves[f].adopt);
	}
	attrs_table_free(rib->attrs);
	fwkeys_free(rib->fwkeys);
	free(rib);
}

struct attrs_table *
rib_attrs(struct rib *rib)
{
	return rib->attrs;
}

struct fwkeys *
rib_fwkeys(struct rib *rib)
{
	return rib->fwkeys;
}

/* By default as much as three times what is normal, as measured on real traffic. */
static void
set_budget(struct table *table)
{
	struct budget *budget = &table->budget;
	double capacity = (double)table->capacity;

	budget->rate = table->policy.churn_limit;
	budget->burst = table->policy.churn_burst;
	if (budget->rate == 0)
		budget->rate = fmax(capacity / 100, CHURN_MIN);
	if (budget->burst == 0)
		budget->burst = fmax(capacity / 10, CHURN_MIN);
}

void
rib_set_capacity(struct rib *rib, enum family family, size_t capacity)
{
	struct table *table = &rib->halves[family].table;

	if (table->capacity == capacity)
		return;
	table->capacity = capacity;
	set_budget(table);
	plan_shrink(table);
	half_upset(rib, &rib->halves[family]);
}

void
rib_set_policy(struct rib *rib, enum family family, const struct rib_policy *policy)
{
	struct half *half = &rib->halves[family];
	struct table *table = &half->table;
	uint32_t before = table_fallback_key(table), key = table->policy.fallback_key;

	table->policy.fallback_key = policy->fallback == RIB_FALLBACK_NEXTHOP
					 ? fwkey_of_addr(rib->fwkeys, &policy->nexthop)
					 : 0;
	fwkey_unref(rib->fwkeys, key);
	choice_stop(table); /* it knows neither the pins nor the limits */
	policy_set(table, policy);
	set_budget(table);
	if (table_fallback_key(table) != before)
		half_upset(rib, half);
	else
		half->urgent = true;
}

void
rib_bar(struct rib *rib, const struct prefix *prefix)
{
	struct table *table = &rib->halves[prefix->family].table;
	uint32_t id = table_find(table, prefix);

	if (id)
		route_at(table, id)->barred = route_at(table, id)->unfit = 1;
}

void
rib_set_max_prefixes(struct rib *rib, enum family family, uint32_t max)
{
	rib->halves[family].table.count_limit = max;
}

void
rib_bar_foreign(struct rib *rib, enum family family, bool bar)
{
	struct half *half = &rib->halves[family];
	struct table *table = &half->table;
	struct rib_cursor cursor = { .begun = false };
	uint32_t id;

	assert(table->installed == 0);
	if (table->bar_foreign == bar)
		return;
	table->bar_foreign = bar;
	while (table->foreign && half_step(half, &cursor, &id)) {
		struct prefix prefix = prefix_make(family, cursor.bits, cursor.len);

		if (attrs_foreign(rib->attrs, route_at(table, id)->attrs, family))
			policy_obey(table, &prefix, id);
	}
	half->urgent = true;
}

/* --- the RIB session --- */

void
rib_observe(struct rib *rib,
    void (*changed)(void *arg, const struct prefix *prefix, uint32_t attrs), void *arg)
{
	rib->changed = changed;
	rib->changed_arg = arg;
}

static void
tell(const struct rib *rib, const struct prefix *prefix, uint32_t attrs)
{
	if (rib->changed)
		rib->changed(rib->changed_arg, prefix, attrs);
}

bool
rib_announce(struct rib *rib, const struct prefix *prefix, uint32_t attrs)
{
	struct half *half = &rib->halves[prefix->family];
	struct table *table = &half->table;
	uint32_t key = attrs_at(rib->attrs, attrs)->fwkey, id;
	struct route *route;
	bool new;

	half->announced++;
	id = table_put(table, prefix, attrs, key, &new);
	if (!id) {
		half->refused++;
		return false;
	}
	if (new) {
		attrs_ref(rib->attrs, attrs);
		tell(rib, prefix, attrs);
		policy_obey(table, prefix, id);
		if (prefix->len == 0)
			half_upset(rib, half);
		if (table->installed) /* else there is nothing that could be broken */
			safety_added(table, prefix, id);
		return true;
	}
	route = route_at(table, id);
	route->generation = table->generation;
	if (route->attrs == attrs)
		return true;
	attrs_ref(rib->attrs, attrs);
	attrs_unref(rib->attrs, route->attrs);
	route->attrs = attrs;
	route->unfit = 0;
	policy_obey(table, prefix, id);
	if (route->key != key) {
		tell(rib, prefix, attrs);
		table_rekey(table, prefix, id, key);
		if (prefix->len == 0)
			half_upset(rib, half);
		safety_added(table, prefix, id);
	} else if (route->installed) {
		safety_refresh(table, prefix, id);
	}
	return true;
}

static void
remove_route(struct rib *rib, const struct prefix *prefix, uint32_t id)
{
	struct half *half = &rib->halves[prefix->family];
	uint32_t attrs = route_at(&half->table, id)->attrs;
	bool installed = route_at(&half->table, id)->installed;

	half->withdrawn++;
	tell(rib, prefix, 0);
	table_remove(&half->table, prefix, id);
	if (prefix->len == 0)
		half_upset(rib, half);
	if (installed)
		safety_removed(&half->table, prefix);
	attrs_unref(rib->attrs, attrs);
}

void
rib_withdraw(struct rib *rib, const struct prefix *prefix)
{
	uint32_t id = table_find(&rib->halves[prefix->family].table, prefix);

	if (id)
		remove_route(rib, prefix, id);
}

void
rib_mark_stale(struct rib *rib, enum family family)
{
	struct half *half = &rib->halves[family];
	struct table *table = &half->table;
	struct bits bits = { 0, 0 };
	unsigned len = TRIE_START;
	uint32_t id;

	half->sweep = (struct rib_cursor){ .begun = false };
	if (table->count == 0)
		return;
	table->generation++;
	if (++half->marks < UINT8_MAX)
		return;
	/* the next number was in use: all routes are stale now, so they may be alike */
	while (trie_next(&table->trie, &bits, &len, &id))
		route_at(table, id)->generation = 0;
	table->generation = 1;
	half->marks = 1;
}

bool
rib_sweep(struct rib *rib, enum family family, size_t limit)
{
	struct half *half = &rib->halves[family];
	struct table *table = &half->table;
	uint32_t id;

	if (half->marks == 0)
		return false;
	while (limit--) {
		struct prefix prefix;

		if (!half_step(half, &half->sweep, &id)) {
			half->marks = 0;
			return false;
		}
		if (route_at(table, id)->generation == table->generation)
			continue;
		prefix = prefix_make(family, half->sweep.bits, half->sweep.len);
		remove_route(rib, &prefix, id);
	}
	return true;
}

/* --- ready, and the target session --- */

/* What stood stands again, and to change it is no hurry; or all is to be chosen. */
static void
resume(struct rib *rib, struct half *half)
{
	if (!half_is_active(half))
		return;
	if (half->table.installed ||
	    !adopt_resume(&half->adopt, &half->table, rib->clock)) {
		half_upset(rib, half);
		return;
	}
	half->stood = true;
	budget_revoke(&half->table.budget);
}

void
rib_set_ready(struct rib *rib, enum family family, bool ready)
{
	struct half *half = &rib->halves[family];
	bool was = half->ready;

	half->ready = ready;
	if (!ready)
		choice_stop(&half->table);
	else if (!was)
		resume(rib, half);
}

void
rib_set_target(struct rib *rib, enum family family, bool up)
{
	struct half *half = &rib->halves[family];

	rib_changes_done(rib, family);
	choice_stop(&half->table);
	adopt_lost(&half->adopt, &half->table, rib->clock);
	half->target = up;
	resume(rib, half);
}

void
rib_delivered(struct rib *rib, enum family family)
{
	struct half *half = &rib->halves[family];

	if (half_is_active(half))
		adopt_clear(&half->adopt);
}

void
rib_each_memory(const struct rib *rib, enum family family,
    void (*visit)(void *arg, const struct rib_memory *memory), void *arg)
{
	const struct half *half = &rib->halves[family];

	adopt_each(&half->adopt, &half->table, rib->clock, visit, arg);
}

struct rib_memory
rib_remember(const struct rib *rib, const struct rib_change *change)
{
	const struct table *table = &rib->halves[change->prefix.family].table;
	uint32_t id = table_find(table, &change->prefix);
	uint32_t entry = id ? route_at(table, id)->entry : 0;
	struct rib_memory memory = {
		.prefix = change->prefix,
		.kind = change->op == RIB_WITHDRAW ? RIB_GONE : RIB_HELD,
		.paths = adopt_paths(rib->attrs, change->attrs),
	};

	if (entry)
		estimate_save(
		    &table->entries[entry].estimate, rib->clock, &memory.rate);
	return memory;
}

bool
rib_knows_kept(struct rib *rib, enum family family)
{
	struct half *half = &rib->halves[family];

	return adopt_is_known(&half->adopt, &half->table);
}

void
rib_recall(struct rib *rib, const struct rib_memory *memory)
{
	struct half *half = &rib->halves[memory->prefix.family];

	assert(!half->target);
	adopt_add(&half->adopt, memory);
}

void
rib_forget(struct rib *rib, enum family family)
{
	if (!rib->halves[family].target)
		adopt_clear(&rib->halves[family].adopt);
}

double
rib_clock(const struct rib *rib)
{
	return rib->clock;
}

void
rib_set_clock(struct rib *rib, double clock)
{
	rib->clock = rib->ticked = clock;
}

const struct rib_change *
rib_changes(struct rib *rib, enum family family, size_t *retlen)
{
	*retlen = rib->halves[family].table.changes_len;
	return rib->halves[family].table.changes;
}

void
rib_changes_done(struct rib *rib, enum family family)
{
	struct half *half = &rib->halves[family];
	struct table *table = &half->table;

	for (size_t i = 0; i < table->changes_len; i++) {
		const struct rib_change *change = &table->changes[i];

		if (change->op == RIB_WITHDRAW)
			adopt_add(&half->adopt,
			    &(struct rib_memory){
				.prefix = change->prefix, .kind = RIB_GONE });
		attrs_unref(rib->attrs, change->attrs);
		half->pushed += change->op == RIB_ANNOUNCE;
		half->pulled += change->op == RIB_WITHDRAW;
	}
	table->changes_len = 0;
	half->stood = false;
}
