/* Questions to rib.h: what stands where, and why packets go where they go. */
#include <assert.h>
#include <math.h>

#include "rib/half.h"
#include "rib/safety.h"

uint32_t
half_match(const struct half *half, const struct addr *addr, struct prefix *retprefix)
{
	unsigned len = 0;
	uint32_t id = trie_lookup_max(
	    &half->table.trie, addr->bits, family_bits(addr->family), &len);

	*retprefix = prefix_make(addr->family, addr->bits, len);
	return id;
}

struct met
half_met(const struct half *half, uint32_t id, uint32_t cover)
{
	const struct table *table = &half->table;
	struct met met = { .action = RIB_INSTALLED, .by = id };

	if (!route_at(table, id)->installed) {
		met.action = RIB_COVERED;
		met.by = cover;
	}
	if (met.by) {
		met.key = route_at(table, met.by)->key;
		return met;
	}
	met.key = table_fallback_key(table);
	met.action = met.key ? RIB_FALLBACK : RIB_NOTHING;
	if (table->policy.fallback == RIB_FALLBACK_AUTO)
		met.by = table->fallback;
	return met;
}

bool
half_step(const struct half *half, struct rib_cursor *cursor, uint32_t *retid)
{
	if (!cursor->begun)
		cursor->len = TRIE_START;
	cursor->begun = true;
	return trie_next(&half->table.trie, &cursor->bits, &cursor->len, retid);
}

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
		.kept = half_is_active(half) ? 0 : half->adopt.held,
		.capacity = table->capacity,
		.active = table->entries_live,
		.ready = half->ready,
		.target = half->target,
		.frozen = rib_is_frozen(rib, now),
		.settled = half->stood || !half_has_work(half),
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

/* Traffic from the prefix of an entry, bytes a second. */
static double
source_rate(const struct rib *rib, const struct table *table, uint32_t entry)
{
	return table->sources ? estimate_byte_rate(&table->sources[entry],
				    rib->clock - table->sources_since)
			      : 0;
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
		.error = INFINITY,
	};

	if (route->entry) {
		const struct estimate *estimate =
		    &table->entries[route->entry].estimate;

		ret.bytes_per_s = estimate_byte_rate(estimate, rib->clock);
		ret.packets_per_s = estimate_packet_rate(estimate, rib->clock);
		ret.samples = estimate->samples;
		ret.error = estimate_error(estimate, rib->clock);
		ret.source_bytes_per_s = source_rate(rib, table, route->entry);
	}
	return ret;
}

void
half_answer(const struct rib *rib, const struct prefix *prefix, uint32_t id,
    struct rib_answer *retanswer)
{
	const struct half *half = &rib->halves[prefix->family];
	const struct table *table = &half->table;
	struct met met = half_met(half, id, safety_cover(table, prefix));
	const struct trie_match *found = NULL;
	struct trie_match above[TRIE_CHAIN_MAX];
	struct rib_answer *a = retanswer;
	size_t n;

	*a = (struct rib_answer){
		.found = true,
		.route = describe(rib, table, prefix, id),
		.action = met.action,
		.correct = met.key == route_at(table, id)->key,
		.by_known = met.by != 0,
	};
	if (!met.by)
		return;
	n = trie_covering(&table->trie, prefix->bits, prefix->len, above);
	while (n-- && !found)
		if (above[n].value == met.by)
			found = &above[n];
	assert(found);
	a->by = prefix_make(table->family, prefix->bits, found->len);
	a->by_attrs = route_at(table, met.by)->attrs;
}

void
rib_lookup(struct rib *rib, const struct addr *addr, struct rib_answer *retanswer)
{
	struct prefix prefix;
	uint32_t id = half_match(&rib->halves[addr->family], addr, &prefix);

	if (id)
		half_answer(rib, &prefix, id, retanswer);
	else
		*retanswer = (struct rib_answer){ .action = RIB_NOTHING };
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
	const struct half *half = &rib->halves[family];
	struct prefix prefix;
	uint32_t id;

	if (!half_step(half, cursor, &id))
		return false;
	prefix = prefix_make(family, cursor->bits, cursor->len);
	*retroute = describe(rib, &half->table, &prefix, id);
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

bool
rib_next_active(struct rib *rib, enum family family, uint32_t *position,
    struct rib_traffic *rettraffic)
{
	const struct table *table = &rib->halves[family].table;

	while (*position < table->entries_used) {
		uint32_t at = (*position)++;
		const struct entry *entry = &table->entries[at];

		if (!entry->route)
			continue;
		*rettraffic = (struct rib_traffic){
			.prefix = entry->prefix,
			.bytes_per_s = estimate_byte_rate(&entry->estimate, rib->clock),
			.source_bytes_per_s = source_rate(rib, table, at),
		};
		return true;
	}
	return false;
}
