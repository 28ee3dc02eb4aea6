#include "helpers/judge.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static unsigned
bit_at(struct bits bits, unsigned i)
{
	return i < 64 ? bits.hi >> (63 - i) & 1 : bits.lo >> (127 - i) & 1;
}

static uint32_t
node_new(struct judge_family *family)
{
	family->nodes = mem_grow(
	    family->nodes, family->count, &family->cap, sizeof *family->nodes);
	family->nodes[family->count] = (struct judge_node){
		.rib = JUDGE_NONE,
		.installed = JUDGE_NONE,
	};
	return (uint32_t)family->count++;
}

void
judge_init(struct judge *judge, const size_t capacity[FAMILIES])
{
	memset(judge, 0, sizeof *judge);
	for (size_t f = 0; f < FAMILIES; f++) {
		judge->family[f].capacity = capacity[f];
		node_new(&judge->family[f]);
	}
}

void
judge_fini(struct judge *judge)
{
	for (size_t i = 0; i < judge->keys_count; i++)
		free(judge->keys[i].hops);
	free(judge->keys);
	free(judge->touched);
	for (size_t f = 0; f < FAMILIES; f++)
		free(judge->family[f].nodes);
}

static int
addr_compare(const void *a, const void *b)
{
	const struct addr *x = a, *y = b;

	if (x->family != y->family)
		return x->family < y->family ? -1 : 1;
	return bits_compare(x->bits, y->bits);
}

static bool
key_is(const struct judge_key *key, const struct addr *hops, size_t count)
{
	if (key->count != count)
		return false;
	for (size_t i = 0; i < count; i++)
		if (!addr_equal(&key->hops[i], &hops[i]))
			return false;
	return true;
}

int
judge_key(struct judge *judge, const struct addr *hops, size_t count)
{
	struct addr sorted[JUDGE_HOPS_MAX];
	size_t distinct = 0;
	struct judge_key *key;

	assert(count > 0 && count <= JUDGE_HOPS_MAX);
	memcpy(sorted, hops, count * sizeof *hops);
	qsort(sorted, count, sizeof *sorted, addr_compare);
	for (size_t i = 0; i < count; i++)
		if (i == 0 || !addr_equal(&sorted[i], &sorted[distinct - 1]))
			sorted[distinct++] = sorted[i];
	for (size_t i = 0; i < judge->keys_count; i++)
		if (key_is(&judge->keys[i], sorted, distinct))
			return (int)i;
	assert(judge->keys_count < JUDGE_KEYS_MAX);
	judge->keys = mem_grow(
	    judge->keys, judge->keys_count, &judge->keys_cap, sizeof *key);
	key = &judge->keys[judge->keys_count];
	key->count = distinct;
	key->hops = mem_alloc(distinct * sizeof *hops);
	memcpy(key->hops, sorted, distinct * sizeof *hops);
	return (int)judge->keys_count++;
}

int
judge_key_join(struct judge *judge, int key, const struct addr *hop)
{
	struct addr hops[JUDGE_HOPS_MAX];
	size_t count = judge->keys[key].count;

	assert(count < JUDGE_HOPS_MAX);
	memcpy(hops, judge->keys[key].hops, count * sizeof *hops);
	hops[count] = *hop;
	return judge_key(judge, hops, count + 1);
}

uint32_t
judge_node(struct judge *judge, const struct prefix *prefix)
{
	struct judge_family *family = &judge->family[prefix->family];
	uint32_t at = 0;

	for (unsigned i = 0; i < prefix->len; i++) {
		unsigned side = bit_at(prefix->bits, i);
		uint32_t next = family->nodes[at].child[side];

		if (!next) {
			next = node_new(family);
			family->nodes[at].child[side] = next;
		}
		at = next;
	}
	return at;
}

/* The keys that hold at a place: the RIB's, the installed one, what it was before. */
struct place {
	int rib, installed, before;
};

static bool
astray(int installed, int rib)
{
	return installed != JUDGE_NONE && installed != rib;
}

/* True if addresses at the node itself, below no child, exist. */
static bool
has_own(const struct judge_node *node)
{
	return !node->child[0] || !node->child[1];
}

/* Places below a node whose packets go astray. */
static size_t
count_astray(const struct judge_family *family, uint32_t at, int rib, int installed)
{
	const struct judge_node *node = &family->nodes[at];
	size_t count = 0;

	if (node->rib != JUDGE_NONE)
		rib = node->rib;
	if (node->installed != JUDGE_NONE)
		installed = node->installed;
	if (has_own(node) && astray(installed, rib))
		count++;
	for (size_t side = 0; side < 2; side++)
		if (node->child[side])
			count += count_astray(
			    family, node->child[side], rib, installed);
	return count;
}

/* True if an event, seen from its node downwards, sends astray what was not before. */
static bool
breaks(const struct judge_family *family, uint32_t at, struct place place)
{
	const struct judge_node *node = &family->nodes[at];

	if (node->rib != JUDGE_NONE)
		place.rib = node->rib;
	if (has_own(node) && astray(place.installed, place.rib) &&
	    !astray(place.before, place.rib))
		return true;
	for (size_t side = 0; side < 2; side++) {
		uint32_t child = node->child[side];

		if (child && family->nodes[child].installed == JUDGE_NONE &&
		    breaks(family, child, place))
			return true;
	}
	return false;
}

/* What holds just above a prefix whose node exists. */
static struct place
place_above(const struct judge_family *family, const struct prefix *prefix)
{
	struct place place = { JUDGE_NONE, JUDGE_NONE, JUDGE_NONE };
	uint32_t at = 0;

	for (unsigned i = 0; i < prefix->len; i++) {
		if (family->nodes[at].rib != JUDGE_NONE)
			place.rib = family->nodes[at].rib;
		if (family->nodes[at].installed != JUDGE_NONE)
			place.installed = family->nodes[at].installed;
		at = family->nodes[at].child[bit_at(prefix->bits, i)];
	}
	place.before = place.installed;
	return place;
}

static void
touch(struct judge *judge, const struct prefix *prefix)
{
	judge->touched = mem_grow(judge->touched, judge->touched_count,
	    &judge->touched_cap, sizeof *judge->touched);
	judge->touched[judge->touched_count++] = *prefix;
}

int
judge_route(struct judge *judge, const struct prefix *prefix, int key)
{
	uint32_t at = judge_node(judge, prefix);
	struct judge_node *node = &judge->family[prefix->family].nodes[at];
	int was = node->rib;

	node->rib = (int16_t)key;
	if (key != was)
		touch(judge, prefix);
	return was;
}

/* Returns what was installed. */
static int
install(struct judge *judge, const struct prefix *prefix, uint32_t at, int key)
{
	struct judge_family *family = &judge->family[prefix->family];
	int was = family->nodes[at].installed;

	family->nodes[at].installed = (int16_t)key;
	family->installed += (key != JUDGE_NONE) - (was != JUDGE_NONE);
	if (family->installed > family->highest)
		family->highest = family->installed;
	if (key != JUDGE_NONE && family->installed > family->capacity)
		judge->over_events++;
	touch(judge, prefix);
	return was;
}

void
judge_event_unordered(struct judge *judge, const struct prefix *prefix, int key)
{
	install(judge, prefix, judge_node(judge, prefix), key);
}

void
judge_event(struct judge *judge, const struct prefix *prefix, int key)
{
	uint32_t at = judge_node(judge, prefix);
	int was = install(judge, prefix, at, key);
	struct place place = place_above(&judge->family[prefix->family], prefix);

	if (key != JUDGE_NONE)
		place.installed = key;
	if (was != JUDGE_NONE)
		place.before = was;
	if (breaks(&judge->family[prefix->family], at, place))
		judge->unsafe_events++;
}

void
judge_settle(struct judge *judge)
{
	size_t count = 0;

	for (size_t i = 0; i < judge->touched_count && !count; i++) {
		const struct prefix *prefix = &judge->touched[i];
		const struct judge_family *family = &judge->family[prefix->family];
		struct place place = place_above(family, prefix);
		uint32_t at = judge_node(judge, prefix);

		count = count_astray(family, at, place.rib, place.installed);
	}
	judge->unsafe_states += count > 0;
	judge->touched_count = 0;
}

size_t
judge_astray(const struct judge *judge)
{
	size_t count = 0;

	for (size_t f = 0; f < FAMILIES; f++)
		count += count_astray(&judge->family[f], 0, JUDGE_NONE, JUDGE_NONE);
	return count;
}

/* The longest matches; each untouched if there is none. */
static void
match(const struct judge_family *family, const struct addr *to, uint32_t *retrib,
    uint32_t *retinstalled)
{
	unsigned bits = family_bits(to->family);
	uint32_t at = 0;

	for (unsigned i = 0;; i++) {
		if (family->nodes[at].rib != JUDGE_NONE)
			*retrib = at;
		if (family->nodes[at].installed != JUDGE_NONE)
			*retinstalled = at;
		if (i == bits)
			return;
		at = family->nodes[at].child[bit_at(to->bits, i)];
		if (!at)
			return;
	}
}

enum judge_verdict
judge_packet(const struct judge *judge, const struct addr *to)
{
	const struct judge_family *family = &judge->family[to->family];
	uint32_t rib_at = 0, installed_at = 0;
	int rib, installed, fallback = family->nodes[0].rib;

	match(family, to, &rib_at, &installed_at);
	rib = family->nodes[rib_at].rib;
	installed = family->nodes[installed_at].installed;
	if (installed != JUDGE_NONE)
		return installed == rib ? JUDGE_BY_ROUTE : JUDGE_ASTRAY;
	if (rib == JUDGE_NONE)
		return JUDGE_NO_ROUTE;
	return fallback == rib ? JUDGE_BY_DEFAULT : JUDGE_MISSED;
}

uint32_t
judge_match(const struct judge *judge, const struct addr *to)
{
	uint32_t rib = 0, installed = 0;

	match(&judge->family[to->family], to, &rib, &installed);
	return rib;
}
