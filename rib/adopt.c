#include "rib/adopt.h"

#include <stdlib.h>

#include "base/mem.h"
#include "rib/plan.h"
#include "rib/safety.h"
#include "rib/table.h"

#define SQUEEZE_MIN 1024

void
adopt_fini(struct adopt *adopt)
{
	free(adopt->list);
	*adopt = (struct adopt){ 0 };
}

static int
by_prefix_and_age(const void *a, const void *b)
{
	const struct rib_memory *x = *(const struct rib_memory *const *)a;
	const struct rib_memory *y = *(const struct rib_memory *const *)b;
	int order = prefix_compare(&x->prefix, &y->prefix);

	return order ? order : x < y ? -1 : x > y;
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
			len--;
		list[len++] = *sorted[i];
	}
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
}

/* The entry of an installed route, or NULL: `order` knows them all. */
static struct entry *
installed_at(const struct table *table, size_t i)
{
	struct entry *entry = &table->entries[table->order[i]];

	return entry->route && route_at(table, entry->route)->installed ? entry : NULL;
}

static struct rib_memory
memory_of(const struct entry *entry, double clock)
{
	struct rib_memory memory = { .prefix = entry->prefix };

	estimate_save(&entry->estimate, clock, &memory.rate);
	return memory;
}

void
adopt_each(const struct adopt *adopt, const struct table *table, double clock,
    void (*visit)(void *arg, const struct rib_memory *memory), void *arg)
{
	for (size_t i = 0; i < adopt->len; i++)
		visit(arg, &adopt->list[i]);
	for (size_t i = 0; i < table->order_len && table->installed; i++) {
		const struct entry *entry = installed_at(table, i);
		struct rib_memory memory;

		if (!entry)
			continue;
		memory = memory_of(entry, clock);
		visit(arg, &memory);
	}
}

void
adopt_lost(struct adopt *adopt, struct table *table, double clock)
{
	for (size_t i = 0; i < table->order_len && table->installed; i++) {
		struct entry *entry = installed_at(table, i);
		struct rib_memory memory;

		if (!entry)
			continue;
		memory = memory_of(entry, clock);
		adopt_add(adopt, &memory);
		route_at(table, entry->route)->installed = 0;
		table->installed--;
	}
	table->victims_first = table->victims_len = 0;
}

/* Enters it as installed, or withdraws what may not be. */
static void
enter(struct table *table, const struct rib_memory *memory, double clock)
{
	const struct prefix *prefix = &memory->prefix;
	uint32_t id = prefix->len ? table_find(table, prefix) : 0;
	struct entry *entry;

	if (memory->gone || !id || route_at(table, id)->barred) {
		safety_disown(table, prefix);
		return;
	}
	entry = &table->entries[table_entry(table, prefix, id, true)];
	if (entry->estimate.samples < memory->rate.samples)
		estimate_restore(&entry->estimate, &memory->rate, clock);
	route_at(table, id)->installed = 1;
	table->installed++;
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
	plan_shrink(table);
	/* and the deepest first: the target may hold nothing any more */
	for (size_t i = adopt->len; i-- > 0;)
		announce(table, &adopt->list[i].prefix);
	adopt->len = 0;
	return table->installed;
}
