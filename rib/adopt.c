#include "rib/adopt.h"

#include <stdlib.h>

#include "base/mem.h"
#include "rib/attrs.h"
#include "rib/plan.h"
#include "rib/safety.h"
#include "rib/table.h"

#define SQUEEZE_MIN 1024
#define WORTH_KNOWING                                                  \
	0.5 /* of a place's price: below, others decide what is chosen \
	     */

void
adopt_fini(struct adopt *adopt)
{
	free(adopt->list);
	*adopt = (struct adopt){ 0 };
}

uint16_t
adopt_paths(const struct attrs_table *table, uint32_t attrs)
{
	size_t n = attrs ? attrs_paths(table, attrs) : 0;

	return n > 1 ? (uint16_t)n : 0;
}

static int
by_prefix_and_age(const void *a, const void *b)
{
	const struct rib_memory *x = *(const struct rib_memory *const *)a;
	const struct rib_memory *y = *(const struct rib_memory *const *)b;
	int order = prefix_compare(&x->prefix, &y->prefix);

	return order ? order : x < y ? -1 : x > y;
}

/*
 * The later word, which may not know the rate, or nothing but that; and the most paths,
 * for it may be on its way.
 */
static struct rib_memory
merge(const struct rib_memory *earlier, const struct rib_memory *later)
{
	struct rib_memory ret = *later;

	if (later->rate.samples == 0)
		ret.rate = earlier->rate;
	if (later->kind == RIB_KNOWN)
		ret.kind = earlier->kind;
	if (later->paths < earlier->paths)
		ret.paths = earlier->paths;
	return ret;
}

/* Keeps the latest word on each prefix only, in order of prefixes. */
static void
squeeze(struct adopt *adopt)
{
	const struct rib_memory **sorted = mem_resize(NULL, adopt->len, sizeof *sorted);
	struct rib_memory *list = mem_resize(NULL, adopt->len, sizeof *list);
	size_t len = 0;

	for (size_t i = 0; i < adopt->len; i++)
		sorted[i] = &adopt->list[i];
	qsort(sorted, adopt->len, sizeof *sorted, by_prefix_and_age);
	for (size_t i = 0; i < adopt->len; i++) {
		if (len && prefix_equal(&list[len - 1].prefix, &sorted[i]->prefix))
			list[len - 1] = merge(&list[len - 1], sorted[i]);
		else
			list[len++] = *sorted[i];
	}
	adopt->held = 0;
	for (size_t i = 0; i < len; i++)
		adopt->held += list[i].kind == RIB_HELD;
	free(sorted);
	free(adopt->list);
	adopt->list = list;
	adopt->cap = adopt->len;
	adopt->len = len;
}

void
adopt_add(struct adopt *adopt, const struct rib_memory *memory)
{
	/* a target that takes nothing for long must not make it grow for ever */
	if (adopt->len == adopt->cap && adopt->len >= SQUEEZE_MIN) {
		squeeze(adopt);
		if (adopt->len > adopt->cap / 2) /* or it is squeezed too often */
			adopt->list = mem_grow(
			    adopt->list, adopt->cap, &adopt->cap, sizeof *adopt->list);
	}
	adopt->list = mem_grow(
	    adopt->list, adopt->len, &adopt->cap, sizeof *adopt->list);
	adopt->list[adopt->len++] = *memory;
	adopt->held += memory->kind == RIB_HELD;
}

void
adopt_clear(struct adopt *adopt)
{
	adopt->len = adopt->held = 0;
}

static bool
is_installed(const struct table *table, const struct entry *entry)
{
	return entry->route && route_at(table, entry->route)->installed;
}

static struct rib_memory
memory_of(const struct table *table, const struct entry *entry,
    enum rib_memory_kind kind, double clock)
{
	struct rib_memory memory = { .prefix = entry->prefix, .kind = kind };

	if (kind == RIB_HELD)
		memory.paths = adopt_paths(
		    table->attrs, route_at(table, entry->route)->attrs);
	estimate_save(&entry->estimate, clock, &memory.rate);
	return memory;
}

void
adopt_each(const struct adopt *adopt, const struct table *table, double clock,
    void (*visit)(void *arg, const struct rib_memory *memory), void *arg)
{
	double worth = WORTH_KNOWING * table->price;

	for (size_t i = 0; i < adopt->len; i++)
		visit(arg, &adopt->list[i]);
	for (size_t i = 0; i < table->order_len; i++) {
		const struct entry *entry = &table->entries[table->order[i]];
		bool installed = is_installed(table, entry);
		struct rib_memory memory;

		if (!installed &&
		    (!entry->route || entry->estimate.samples == 0 ||
			estimate_byte_rate(&entry->estimate, clock) < worth))
			continue;
		memory = memory_of(
		    table, entry, installed ? RIB_HELD : RIB_KNOWN, clock);
		visit(arg, &memory);
	}
}

void
adopt_lost(struct adopt *adopt, struct table *table, double clock)
{
	for (size_t i = 0; i < table->order_len && table->installed; i++) {
		const struct entry *entry = &table->entries[table->order[i]];
		struct rib_memory memory;

		if (!is_installed(table, entry))
			continue;
		memory = memory_of(table, entry, RIB_HELD, clock);
		adopt_add(adopt, &memory);
		route_at(table, entry->route)->installed = 0;
		table->installed--;
	}
	table->victims_first = table->victims_len = 0;
}

bool
adopt_is_known(struct adopt *adopt, const struct table *table)
{
	if (adopt->len)
		squeeze(adopt);
	for (size_t i = 0; i < adopt->len; i++) {
		const struct rib_memory *memory = &adopt->list[i];
		uint32_t id;

		if (memory->kind != RIB_HELD)
			continue;
		id = table_find(table, &memory->prefix);
		if (!id || adopt_paths(table->attrs, route_at(table, id)->attrs) <
			       memory->paths)
			return false;
	}
	return true;
}

/* Goes on with the estimate of a route that is known to have traffic. */
static void
restore(struct table *table, const struct rib_memory *memory, uint32_t id, double clock)
{
	uint32_t entry = table_entry(
	    table, &memory->prefix, id, memory->kind == RIB_HELD);
	struct estimate *estimate = &table->entries[entry].estimate;

	if (entry && estimate->samples < memory->rate.samples)
		estimate_restore(estimate, &memory->rate, clock);
}

/* Enters it as installed, or withdraws what is not. */
static void
enter(struct table *table, const struct rib_memory *memory, double clock)
{
	const struct prefix *prefix = &memory->prefix;
	uint32_t id = table_find(table, prefix);

	if (id && (memory->kind == RIB_HELD || memory->rate.samples))
		restore(table, memory, id, clock);
	if (memory->kind == RIB_KNOWN)
		return;
	if (memory->kind == RIB_GONE || !id || prefix->len == 0) {
		safety_disown(table, prefix);
		return;
	}
	route_at(table, id)->installed = 1;
	table->installed++;
}

/* Withdraws what is entered and may not be installed, and first what relies on it. */
static void
forbid(struct table *table, const struct prefix *prefix)
{
	uint32_t id = table_find(table, prefix);

	if (id && route_at(table, id)->barred)
		safety_forbid(table, prefix, id);
}

/*
 * Announces again, with what the RIB has put below it meanwhile; without room for that
 * it has to go, and so has what is above it.
 */
static void
announce(struct table *table, const struct prefix *prefix)
{
	uint32_t id = table_find(table, prefix);
	size_t missing;

	if (!id || !route_at(table, id)->installed)
		return;
	missing = safety_missing(table, prefix, route_at(table, id)->key,
	    table->capacity - table->installed);
	if (missing == SIZE_MAX)
		safety_give_up(table, prefix, id);
	else
		safety_install(table, prefix, id, missing);
}

size_t
adopt_resume(struct adopt *adopt, struct table *table, double clock)
{
	if (adopt->len == 0)
		return 0;
	squeeze(adopt);
	/* covers before what they cover, so that nothing stale comes to cover it */
	for (size_t i = 0; i < adopt->len; i++)
		enter(table, &adopt->list[i], clock);
	for (size_t i = 0; i < adopt->len; i++)
		forbid(table, &adopt->list[i].prefix);
	plan_shrink(table);
	/* and the deepest first: the target may hold nothing any more */
	for (size_t i = adopt->len; i-- > 0;)
		announce(table, &adopt->list[i].prefix);
	adopt_clear(adopt);
	return table->installed;
}
