#include "top_items.h"

#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"

void
top_items_fini(struct top_items *items)
{
	free(items->list);
	*items = (struct top_items){ .list = NULL };
}

void
top_items_add(struct top_items *items, const struct top_item *item)
{
	items->list = mem_grow(items->list, items->len, &items->cap, sizeof *item);
	items->list[items->len++] = *item;
}

/* True if `a` stands behind `b` in a sorted list. */
static bool
is_behind(enum top_order order, const struct top_item *a, const struct top_item *b)
{
	if (order == TOP_BY_VALUE && a->value != b->value)
		return a->value < b->value;
	return prefix_compare(&a->prefix, &b->prefix) > 0;
}

/* Puts `item` where `at` is, or above. */
static void
sift_up(struct top_items *items, size_t at, struct top_item item)
{
	struct top_item *list = items->list;

	for (; at; at = (at - 1) / 2) {
		const struct top_item *above = &list[(at - 1) / 2];

		if (!is_behind(items->order, &item, above))
			break;
		list[at] = *above;
	}
	list[at] = item;
}

/* Puts `item` at the root, or below. */
static void
sift_down(struct top_items *items, struct top_item item)
{
	struct top_item *list = items->list;
	size_t at = 0, below;

	while ((below = 2 * at + 1) < items->heaped) {
		if (below + 1 < items->heaped &&
		    is_behind(items->order, &list[below + 1], &list[below]))
			below++;
		if (!is_behind(items->order, &list[below], &item))
			break;
		list[at] = list[below];
		at = below;
	}
	list[at] = item;
}

void
top_items_offer(struct top_items *items, const struct top_item *item, size_t max)
{
	assert(items->order == TOP_BY_VALUE && items->heaped == items->len);
	if (items->len < max) {
		top_items_add(items, item);
		sift_up(items, items->heaped++, *item);
	} else if (is_behind(TOP_BY_VALUE, &items->list[0], item)) {
		sift_down(items, *item);
	}
}

bool
top_items_sort(struct top_items *items, enum top_order order, size_t *steps)
{
	if (items->order != order) {
		items->order = order;
		items->heaped = 0;
		items->taking = false;
	}
	for (; *steps && !items->taking; --*steps) {
		size_t at = items->heaped;

		items->taking = at == items->len;
		if (!items->taking)
			sift_up(items, items->heaped++, items->list[at]);
	}
	for (; *steps && items->taking && items->heaped; --*steps) {
		struct top_item last = items->list[--items->heaped];

		items->list[items->heaped] = items->list[0];
		sift_down(items, last);
	}
	return items->taking && !items->heaped;
}
