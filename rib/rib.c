#include "rib/rib.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "rib/attrs.h"
#include "rib/nexthop.h"
#include "rib/plan.h"
#include "rib/safety.h"
#include "rib/select.h"
#include "rib/table.h"

#define FREEZE_S 5.0        /* without a sample for so long, time stands still */
#define SHARE_WINDOW_S 60.0 /* memory of the shares in the status */
#define FWKEYS_MAX 65535
#define ATTRS_BYTES 512 /* on average, with its head: real sets have 70 */

/* Traffic by what became of it, in bytes; packets beside it. */
struct traffic {
	double bytes, packets;
	double correct, hit, misforwarded;
};

struct half { /* a family */
	struct table table;
	bool ready, target;
	bool refill; /* the installed set is new: choose even if no samples come */
	struct rib_cursor sweep;
	unsigned marks; /* since the last whole sweep */
	struct traffic fresh, window;
	double window_s;
	uint64_t announced, withdrawn, pushed, pulled, samples, unrouted, refused;
};

struct rib {
	struct fwkeys *fwkeys;
	struct attrs_table *attrs;
	struct half halves[FAMILIES];
	double clock; /* seconds in which samples came: the estimates' time */
	double heard, ticked, sampled;
	double watch_until; /* real time; 0: sources are not watched */
	bool begun;
};

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
	for (int f = 0; f < FAMILIES; f++)
		table_fini(&rib->halves[f].table);
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

void
rib_set_capacity(struct rib *rib, enum family family, size_t capacity)
{
	struct table *table = &rib->halves[family].table;

	table->capacity = capacity;
	safety_shrink(table);
}

void
rib_set_min_rate(struct rib *rib, enum family family, double bytes_per_s)
{
	rib->halves[family].table.min_rate = bytes_per_s;
}

void
rib_bar(struct rib *rib, const struct prefix *prefix)
{
	struct table *table = &rib->halves[prefix->family].table;
	uint32_t id = table_find(table, prefix);

	if (id)
		route_at(table, id)->barred = 1;
}

void
rib_set_max_prefixes(struct rib *rib, enum family family, uint32_t max)
{
	rib->halves[family].table.count_limit = max;
}

/* --- the RIB session --- */

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
	route->barred = 0;
	if (route->key != key) {
		table_rekey(table, prefix, id, key);
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
	table_remove(&half->table, prefix, id);
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

/* Steps a cursor. */
static bool
step(const struct table *table, struct rib_cursor *cursor, uint32_t *retid)
{
	if (!cursor->begun)
		cursor->len = TRIE_START;
	cursor->begun = true;
	return trie_next(&table->trie, &cursor->bits, &cursor->len, retid);
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

		if (!step(table, &half->sweep, &id)) {
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

void
rib_set_ready(struct rib *rib, enum family family, bool ready)
{
	struct half *half = &rib->halves[family];

	half->refill |= ready && !half->ready;
	half->ready = ready;
}

/* --- samples and time --- */

/* Lets the clock of the estimates go on, unless no samples come. */
static void
advance(struct rib *rib, double now)
{
	double until = fmin(now, rib->sampled + FREEZE_S);

	if (until > rib->heard)
		rib->clock += until - rib->heard;
	rib->heard = fmax(rib->heard, now);
}

/*
 * What the hardware does with a packet to the route `id`, which is there, if the
 * nearest installed route above it is `cover`: the route it meets, or 0.
 */
static uint32_t
forwarded(
    const struct table *table, uint32_t id, uint32_t cover, enum rib_action *retaction)
{
	if (route_at(table, id)->installed) {
		*retaction = RIB_INSTALLED;
		return id;
	}
	if (cover) {
		*retaction = RIB_COVERED;
		return cover;
	}
	*retaction = table->fallback ? RIB_FALLBACK : RIB_NOTHING;
	return table->fallback;
}

static uint32_t
match(const struct table *table, const struct addr *addr, struct prefix *retprefix)
{
	unsigned len = 0;
	uint32_t id = trie_lookup_max(
	    &table->trie, addr->bits, family_bits(addr->family), &len);

	*retprefix = prefix_make(addr->family, addr->bits, len);
	return id;
}

static bool
is_active(const struct half *half)
{
	return half->ready && half->target;
}

static void
count_traffic(struct traffic *traffic, double bytes, double packets,
    enum rib_action action, bool correct)
{
	bool hit = action == RIB_INSTALLED || action == RIB_COVERED;

	traffic->bytes += bytes;
	traffic->packets += packets;
	traffic->correct += correct ? bytes : 0;
	traffic->hit += hit ? bytes : 0;
	traffic->misforwarded += hit && !correct ? bytes : 0;
}

void
rib_sample(
    struct rib *rib, const struct addr *dst, double bytes, double packets, double now)
{
	struct half *half = &rib->halves[dst->family];
	struct table *table = &half->table;
	enum rib_action action;
	struct prefix prefix;
	uint32_t id, by, entry;
	bool correct;

	if (!rib->begun) {
		rib->begun = true;
		rib->heard = now;
	}
	rib->sampled = now;
	advance(rib, now);
	half->samples++;
	id = match(table, dst, &prefix);
	if (!id) {
		half->unrouted++;
		return;
	}
	entry = table_entry(table, &prefix, id, false);
	by = forwarded(table, id,
	    entry ? safety_cover_of(table, entry) : safety_cover(table, &prefix),
	    &action);
	correct = by && route_at(table, by)->key == route_at(table, id)->key;
	count_traffic(&half->fresh, bytes, packets, action, correct);
	if (!entry)
		return;
	estimate_sample(&table->entries[entry].estimate, bytes, packets, rib->clock);
	if (!correct && is_active(half))
		plan_missed(table, &prefix, id);
}

void
rib_watch_sources(struct rib *rib, double now)
{
	rib->watch_until = now + RIB_WATCH_S;
	for (int f = 0; f < FAMILIES; f++)
		table_watch_sources(&rib->halves[f].table, true, rib->clock);
}

bool
rib_watches_sources(const struct rib *rib)
{
	return rib->watch_until > 0;
}

void
rib_sample_source(
    struct rib *rib, const struct addr *src, double bytes, double packets, double now)
{
	struct table *table = &rib->halves[src->family].table;
	struct prefix prefix;
	uint32_t id = match(table, src, &prefix), entry;

	if (now > rib->watch_until) {
		rib->watch_until = 0;
		for (int f = 0; f < FAMILIES; f++)
			table_watch_sources(&rib->halves[f].table, false, rib->clock);
	}
	if (!id || !table->sources)
		return;
	/* who only sends must not take the places of who is sent to */
	entry = route_at(table, id)->entry;
	if (!entry && table->entries_live < table->entries_limit / 2)
		entry = table_entry(table, &prefix, id, false);
	if (entry)
		estimate_sample(&table->sources[entry], bytes, packets,
		    rib->clock - table->sources_since);
}

static void
slide_window(struct half *half, double dt)
{
	double keep = exp(-dt / SHARE_WINDOW_S);
	struct traffic *w = &half->window;

	half->window_s = half->window_s * keep + dt;
	w->bytes = w->bytes * keep + half->fresh.bytes;
	w->packets = w->packets * keep + half->fresh.packets;
	w->correct = w->correct * keep + half->fresh.correct;
	w->hit = w->hit * keep + half->fresh.hit;
	w->misforwarded = w->misforwarded * keep + half->fresh.misforwarded;
	half->fresh = (struct traffic){ 0 };
}

static bool
is_frozen(const struct rib *rib, double now)
{
	return !rib->begun || now - rib->sampled > FREEZE_S;
}

void
rib_tick(struct rib *rib, double now)
{
	double before = rib->clock;

	if (rib->begun)
		advance(rib, now);
	for (int f = 0; f < FAMILIES; f++) {
		struct half *half = &rib->halves[f];

		if (!is_frozen(rib, now))
			slide_window(half, rib->clock - rib->ticked);
		if (is_frozen(rib, now) && !half->refill)
			continue;
		if (is_active(half)) {
			half->refill = false;
			plan_tick(&half->table, rib->clock);
		} else {
			select_forget(&half->table, rib->clock);
		}
	}
	rib->ticked = fmax(before, rib->clock);
}

/* --- the target session --- */

static void
forget_installed(struct half *half)
{
	struct table *table = &half->table;

	for (size_t i = 0; i < table->order_len; i++) {
		const struct entry *entry = &table->entries[table->order[i]];

		if (entry->route)
			route_at(table, entry->route)->installed = 0;
	}
	table->installed = 0;
	table->victims_len = 0;
}

void
rib_set_target(struct rib *rib, enum family family, bool up)
{
	struct half *half = &rib->halves[family];

	rib_changes_done(rib, family);
	forget_installed(half);
	half->refill |= up;
	half->target = up;
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

		attrs_unref(rib->attrs, change->attrs);
		half->pushed += change->op == RIB_ANNOUNCE;
		half->pulled += change->op == RIB_WITHDRAW;
	}
	table->changes_len = 0;
}

/* --- questions --- */

void
rib_status(
    const struct rib *rib, enum family family, double now, struct rib_status *retstatus)
{
	const struct half *half = &rib->halves[family];
	const struct table *table = &half->table;
	const struct traffic *w = &half->window;
	double bytes = w->bytes > 0 ? w->bytes : NAN;

	*retstatus = (struct rib_status){
		.learned = table->count,
		.installed = table->installed,
		.capacity = table->capacity,
		.active = table->entries_live,
		.ready = half->ready,
		.target = half->target,
		.frozen = is_frozen(rib, now),
		.announced = half->announced,
		.withdrawn = half->withdrawn,
		.pushed = half->pushed,
		.pulled = half->pulled,
		.samples = half->samples,
		.unrouted = half->unrouted,
		.refused = half->refused,
		.bytes_per_s = half->window_s > 0 ? w->bytes / half->window_s : 0,
		.packets_per_s = half->window_s > 0 ? w->packets / half->window_s : 0,
		.correct = w->correct / bytes,
		.hit = w->hit / bytes,
		.misforwarded = w->misforwarded / bytes,
		.price = table->price,
	};
}

static struct rib_route
describe(const struct rib *rib, const struct table *table, const struct prefix *prefix,
    uint32_t id)
{
	const struct route *route = route_at(table, id);
	struct rib_route ret = {
		.prefix = *prefix,
		.attrs = route->attrs,
		.installed = route->installed,
	};

	if (route->entry) {
		const struct estimate *estimate =
		    &table->entries[route->entry].estimate;

		ret.bytes_per_s = estimate_byte_rate(estimate, rib->clock);
		ret.packets_per_s = estimate_packet_rate(estimate, rib->clock);
		ret.samples = estimate->samples;
		if (table->sources)
			ret.source_bytes_per_s = estimate_byte_rate(
			    &table->sources[route->entry],
			    rib->clock - table->sources_since);
	}
	return ret;
}

void
rib_lookup(struct rib *rib, const struct addr *addr, struct rib_answer *retanswer)
{
	const struct table *table = &rib->halves[addr->family].table;
	struct rib_answer *a = retanswer;
	struct prefix prefix;
	uint32_t id = match(table, addr, &prefix), by;

	*a = (struct rib_answer){ .found = id != 0 };
	if (!id) {
		a->action = RIB_NOTHING;
		return;
	}
	a->route = describe(rib, table, &prefix, id);
	by = forwarded(table, id, safety_cover(table, &prefix), &a->action);
	a->correct = by && route_at(table, by)->key == route_at(table, id)->key;
	if (by) {
		const struct trie_match *found = NULL;
		struct trie_match above[TRIE_CHAIN_MAX];
		size_t n = trie_covering(&table->trie, prefix.bits, prefix.len, above);

		while (n-- && !found)
			if (above[n].value == by)
				found = &above[n];
		assert(found);
		a->by_known = true;
		a->by = prefix_make(addr->family, addr->bits, found->len);
		a->by_attrs = route_at(table, by)->attrs;
	}
}

bool
rib_find(struct rib *rib, const struct prefix *prefix, struct rib_route *retroute)
{
	const struct table *table = &rib->halves[prefix->family].table;
	uint32_t id = table_find(table, prefix);

	if (id)
		*retroute = describe(rib, table, prefix, id);
	return id != 0;
}

bool
rib_next(struct rib *rib, enum family family, struct rib_cursor *cursor,
    struct rib_route *retroute)
{
	const struct table *table = &rib->halves[family].table;
	struct prefix prefix;
	uint32_t id;

	if (!step(table, cursor, &id))
		return false;
	prefix = prefix_make(family, cursor->bits, cursor->len);
	*retroute = describe(rib, table, &prefix, id);
	return true;
}

void
rib_each_active(struct rib *rib, enum family family,
    void (*visit)(void *arg, const struct rib_route *route), void *arg)
{
	const struct table *table = &rib->halves[family].table;

	for (size_t i = 0; i < table->order_len; i++) {
		const struct entry *entry = &table->entries[table->order[i]];
		struct rib_route route;

		if (!entry->route)
			continue;
		route = describe(rib, table, &entry->prefix, entry->route);
		visit(arg, &route);
	}
}
