/*
 * The routes of a list of top prefixes, chosen and sorted a few steps at a time: a
 * list of 20,000 of 200,000 takes longer than the event loop may wait. Pure.
 */
#ifndef SRC_TOP_ITEMS_H
#define SRC_TOP_ITEMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/prefix.h"

struct top_item {
	struct prefix prefix;
	double value;
	uint32_t key; /* forwarding key, once it is selected */
	bool covered;
	struct prefix parent; /* of a covered one */
};

enum top_order {
	TOP_BY_VALUE, /* the greatest first, equal ones by prefix */
	TOP_BY_PREFIX,
};

/* Begins with zeroes. The first `heaped` items are a heap with the last at its root. */
struct top_items {
	struct top_item *list;
	size_t len, cap, heaped;
	enum top_order order; /* of the heap */
	bool taking;          /* the heap shrinks: sorted items stand behind it */
};

void top_items_fini(struct top_items *items);

/* Adds an item at the end. */
void top_items_add(struct top_items *items, const struct top_item *item);

/* Takes an item if it is among the `max` greatest offered; no other call before. */
void top_items_offer(struct top_items *items, const struct top_item *item, size_t max);

/*
 * Goes on to sort, for at most *steps steps, which are taken off. True when sorted. A
 * list that was offered to and is to be by value has half of the work done.
 */
bool top_items_sort(struct top_items *items, enum top_order order, size_t *steps);

#endif
