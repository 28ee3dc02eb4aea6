/* Samples in, and time: the part of rib.h that accounts and lets choose. */
#include <math.h>

#include "rib/half.h"
#include "rib/plan.h"
#include "rib/safety.h"

#define SHARE_WINDOW_S 60.0 /* memory of the shares in the status */

/*
 * Rates change slowly where samples are few, so a choice waits until there is one for
 * so many routes with traffic, or for so long: choosing oftener makes nothing better.
 */
#define ROUTES_A_SAMPLE 8
#define CHOOSE_EVERY_S 4.0
#define CLOCK_JITTER_S 0.1
#define RELIEF_S 120.0 /* what was granted lapses; no more is granted before */

/* Lets the clock of the estimates go on, unless no samples come. */
static void
advance(struct rib *rib, double now)
{
	double until = fmin(now, rib->sampled + FREEZE_S);

	if (until > rib->heard)
		rib->clock += until - rib->heard;
	rib->heard = fmax(rib->heard, now);
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

/* A packet to the route `id`, of length `len`. */
static void
account(struct rib *rib, struct half *half, const struct rib_packet *packet,
    uint32_t id, unsigned len)
{
	struct table *table = &half->table;
	const struct addr *dst = &packet->destination;
	struct prefix prefix = prefix_make(dst->family, dst->bits, len);
	uint32_t entry = table_entry(table, &prefix, id, false), cover;
	struct met met;
	bool correct;

	cover = entry ? safety_cover_of(table, entry) : safety_cover(table, &prefix);
	met = half_met(half, id, cover);
	correct = met.key == route_at(table, id)->key;
	count_traffic(
	    &half->fresh, packet->bytes, packet->packets, met.action, correct);
	if (!entry)
		return;
	estimate_sample(&table->entries[entry].estimate, packet->bytes, packet->packets,
	    rib->clock);
	if (!correct && half_is_active(half))
		plan_missed(table, &prefix, id);
}

/*
 * The packets `which`, of one family. A full table is in no cache, so all are looked up
 * before any is entered, and what they will touch is fetched meanwhile: half the time a
 * packet.
 */
static void
sample_half(struct rib *rib, struct half *half, const struct rib_packet *packets,
    const size_t *which, size_t n)
{
	struct table *table = &half->table;
	struct bits addrs[TRIE_LANES] = { { 0, 0 } };
	uint32_t ids[TRIE_LANES];
	uint8_t lens[TRIE_LANES];

	for (size_t i = 0; i < n; i++)
		addrs[i] = packets[which[i]].destination.bits;
	trie_lookup_many(&table->trie, addrs, n, ids, lens);
	for (size_t i = 0; i < n; i++)
		__builtin_prefetch(route_at(table, ids[i]));
	for (size_t i = 0; i < n; i++) {
		uint32_t entry = ids[i] ? route_at(table, ids[i])->entry : 0;

		if (entry)
			__builtin_prefetch(&table->entries[entry]);
	}
	for (size_t i = 0; i < n && table->installed; i++) {
		uint32_t entry = ids[i] ? route_at(table, ids[i])->entry : 0;

		if (entry)
			__builtin_prefetch(
			    &table->entries[table->entries[entry].parent]);
	}
	for (size_t i = 0; i < n; i++) {
		half->samples++;
		if (ids[i])
			account(rib, half, &packets[which[i]], ids[i], lens[i]);
		else
			half->unrouted++;
	}
}

void
rib_watch_sources(struct rib *rib, double now)
{
	rib->watch_until = now + RIB_WATCH_S;
	for (int f = 0; f < FAMILIES; f++)
		table_watch_sources(&rib->halves[f].table, true, rib->clock);
}

static void
sample_source(struct rib *rib, const struct rib_packet *packet)
{
	struct half *half = &rib->halves[packet->source.family];
	struct table *table = &half->table;
	struct prefix prefix;
	uint32_t id = half_match(half, &packet->source, &prefix), entry;

	if (!id)
		return;
	/* who only sends must not take the places of who is sent to */
	entry = route_at(table, id)->entry;
	if (!entry && table->entries_live < table->entries_limit / 2)
		entry = table_entry(table, &prefix, id, false);
	if (entry)
		estimate_sample(&table->sources[entry], packet->bytes, packet->packets,
		    rib->clock - table->sources_since);
}

static void
watch_no_longer(struct rib *rib, double now)
{
	if (rib->watch_until == 0 || now <= rib->watch_until)
		return;
	rib->watch_until = 0;
	for (int f = 0; f < FAMILIES; f++)
		table_watch_sources(&rib->halves[f].table, false, rib->clock);
}

void
rib_sample_many(struct rib *rib, const struct rib_packet *packets, size_t n, double now)
{
	size_t group[FAMILIES][TRIE_LANES] = { { 0 } };
	size_t len[FAMILIES] = { 0 };

	if (!rib->begun)
		rib->heard = rib->sampled = now;
	rib->begun = true;
	advance(rib, now);
	rib->sampled = now;
	watch_no_longer(rib, now);
	for (size_t i = 0; i < n; i++) {
		uint8_t f = packets[i].destination.family;

		group[f][len[f]++] = i;
		if (len[f] == TRIE_LANES) {
			sample_half(rib, &rib->halves[f], packets, group[f], len[f]);
			len[f] = 0;
		}
		if (rib->watch_until > 0)
			sample_source(rib, &packets[i]);
	}
	for (int f = 0; f < FAMILIES; f++)
		if (len[f])
			sample_half(rib, &rib->halves[f], packets, group[f], len[f]);
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

static void
begin_choice(struct rib *rib, struct half *half)
{
	/* rates are hardly known at first: what was granted may be needed a while */
	if (!half->urgent && rib->clock >= half->relieved + RELIEF_S)
		budget_revoke(&half->table.budget);
	half->urgent = false;
	half->chosen = rib->clock;
	half->heard_then = half->samples;
	budget_fill(&half->table.budget, rib->clock);
	choice_begin(&half->table, half_is_active(half), rib->clock);
}

void
half_upset(struct rib *rib, struct half *half)
{
	/* a default that moves all the time is no reason for a storm of changes */
	if (rib->clock >= half->relieved + RELIEF_S || half->relieved == 0) {
		half->relieved = rib->clock;
		budget_grant(&half->table.budget, 2 * (double)half->table.capacity);
	}
	half->urgent = true;
}

/* Enough was heard to choose again. */
static bool
is_due(const struct rib *rib, const struct half *half)
{
	uint64_t heard = half->samples - half->heard_then;

	return rib->clock >= half->chosen + CHOOSE_EVERY_S - CLOCK_JITTER_S ||
	       (heard && heard * ROUTES_A_SAMPLE >= half->table.entries_live);
}

void
rib_tick(struct rib *rib, double now)
{
	double before = rib->clock;

	if (rib->begun)
		advance(rib, now);
	for (int f = 0; f < FAMILIES && !rib_is_frozen(rib, now); f++) {
		struct half *half = &rib->halves[f];

		slide_window(half, rib->clock - rib->ticked);
		if (half->table.choice.step == CHOICE_NONE && is_due(rib, half))
			begin_choice(rib, half);
	}
	rib->ticked = fmax(before, rib->clock);
}

bool
rib_has_work(const struct rib *rib)
{
	return half_has_work(&rib->halves[FAMILY_IPV4]) ||
	       half_has_work(&rib->halves[FAMILY_IPV6]);
}

bool
rib_work(struct rib *rib, size_t limit)
{
	for (int f = 0; f < FAMILIES; f++) {
		struct half *half = &rib->halves[f];

		/* what is under way comes to its end, or nothing ever might */
		if (half->urgent && half_is_active(half) &&
		    half->table.choice.step == CHOICE_NONE)
			begin_choice(rib, half);
		choice_work(&half->table, limit);
	}
	return rib_has_work(rib);
}
