#include "top_select.h"

#include "rib/attrs.h"

static uint32_t
key_of(struct rib *rib, const struct rib_route *route)
{
	return attrs_at(rib_attrs(rib), route->attrs)->fwkey;
}

/* Keeps an item unless it is to be pruned; they come by prefix. */
static void
keep(struct top_select *select, struct top_items *kept, const struct top_item *item)
{
	size_t above;

	while (select->depth &&
	       !prefix_covers(
		   &kept->list[select->above[select->depth - 1]].prefix, &item->prefix))
		select->depth--;
	if (select->prune && select->depth) {
		above = select->above[select->depth - 1];
		if (kept->list[above].key == item->key)
			return;
	}
	select->above[select->depth++] = kept->len;
	top_items_add(kept, item);
}

/* The next route below the parent. False behind the last. */
static bool
walk(struct top_select *select, struct rib *rib, const struct top_items *chosen,
    struct top_items *kept)
{
	struct rib_route route;
	struct top_item item;

	if (select->added == TOP_COVERED_MAX ||
	    !rib_next(
		rib, (enum family)select->parent.family, &select->cursor, &route) ||
	    !prefix_covers(&select->parent, &route.prefix))
		return false;
	/* what was chosen and is no longer there */
	while (select->at < chosen->len &&
	       prefix_compare(&chosen->list[select->at].prefix, &route.prefix) < 0)
		select->at++;
	item = (struct top_item){
		.prefix = route.prefix,
		.value = select->by_source ? route.source_bytes_per_s
					   : route.bytes_per_s,
		.key = key_of(rib, &route),
		.covered = true,
		.parent = select->parent,
	};
	if (select->at < chosen->len &&
	    prefix_equal(&chosen->list[select->at].prefix, &route.prefix))
		item.value = chosen->list[select->at++].value;
	else
		select->added++;
	keep(select, kept, &item);
	return true;
}

/* A chosen item; a topmost one adds all below it, the default would add everything. */
static void
take_chosen(struct top_select *select, struct rib *rib, struct top_item item,
    struct top_items *kept)
{
	struct rib_route route;

	if (!rib_find(rib, &item.prefix, &route))
		return;
	item.key = key_of(rib, &route);
	keep(select, kept, &item);
	if (!select->include || item.prefix.len == 0 ||
	    (select->parent.len && prefix_covers(&select->parent, &item.prefix)))
		return;
	select->parent = item.prefix;
	select->cursor = (struct rib_cursor){ item.prefix.bits, item.prefix.len, true };
	select->walking = true;
}

bool
top_select(struct top_select *select, struct rib *rib, const struct top_items *chosen,
    struct top_items *retkept, size_t *steps)
{
	for (; *steps; --*steps) {
		if (select->walking)
			select->walking = walk(select, rib, chosen, retkept);
		else if (select->at < chosen->len)
			take_chosen(select, rib, chosen->list[select->at++], retkept);
		else
			return true;
	}
	return false;
}
