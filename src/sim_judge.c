#include "sim_judge.h"

#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"
#include "rib/nexthop.h"

#define TRIE_BYTES (16ull << 30) /* of address space */

void
sim_judge_init(struct sim_judge *judge, struct fwkeys *keys)
{
	*judge = (struct sim_judge){ .keys = keys };
	for (int f = 0; f < FAMILIES; f++) {
		trie_init(&judge->routes[f], TRIE_BYTES);
		trie_init(&judge->installed[f], TRIE_BYTES);
	}
	judge->list = mem_grow(NULL, 0, &judge->cap, sizeof *judge->list);
	judge->list[0] = (struct sim_route){ .key = 0 };
	judge->len = 1;
}

void
sim_judge_fini(struct sim_judge *judge)
{
	for (int f = 0; f < FAMILIES; f++) {
		struct bits bits = { 0, 0 };
		unsigned len = TRIE_START;
		uint32_t value;

		while (trie_next(&judge->routes[f], &bits, &len, &value))
			fwkey_unref(judge->keys, judge->list[value].key);
		len = TRIE_START;
		while (trie_next(&judge->installed[f], &bits, &len, &value))
			fwkey_unref(judge->keys, value);
		if (judge->fixed[f])
			fwkey_unref(judge->keys, judge->fallback[f]);
		trie_fini(&judge->routes[f]);
		trie_fini(&judge->installed[f]);
	}
	free(judge->list);
}

void
sim_judge_fallback(struct sim_judge *judge, enum family family,
    enum rib_fallback fallback, const struct addr *nexthop)
{
	judge->fixed[family] = fallback != RIB_FALLBACK_AUTO;
	if (fallback == RIB_FALLBACK_NEXTHOP)
		judge->fallback[family] = fwkey_of_addr(judge->keys, nexthop);
}

/* Memory ends before the trie's address space does. */
static uint32_t *
slot(struct trie *trie, const struct prefix *prefix)
{
	uint32_t *value = trie_add(trie, prefix->bits, prefix->len);

	assert(value);
	return value;
}

static void
remove_route(struct sim_judge *judge, const struct prefix *prefix)
{
	uint32_t index = trie_remove(
	    &judge->routes[prefix->family], prefix->bits, prefix->len);

	if (!index)
		return;
	fwkey_unref(judge->keys, judge->list[index].key);
	judge->list[index] = (struct sim_route){ .key = judge->free };
	judge->free = index;
}

static uint32_t
new_route(struct sim_judge *judge)
{
	uint32_t index = judge->free;

	if (index) {
		judge->free = judge->list[index].key;
		return index;
	}
	judge->list = mem_grow(
	    judge->list, judge->len, &judge->cap, sizeof *judge->list);
	return (uint32_t)judge->len++;
}

void
sim_judge_route(struct sim_judge *judge, const struct prefix *prefix, uint32_t key)
{
	uint32_t *value;

	if (prefix->len == 0 && !judge->fixed[prefix->family])
		judge->fallback[prefix->family] = key;
	if (!key) {
		remove_route(judge, prefix);
		return;
	}
	fwkey_ref(judge->keys, key);
	value = slot(&judge->routes[prefix->family], prefix);
	if (*value)
		fwkey_unref(judge->keys, judge->list[*value].key);
	else
		*value = new_route(judge);
	judge->list[*value] = (struct sim_route){ *prefix, key };
}

bool
sim_judge_install(struct sim_judge *judge, const struct prefix *prefix, uint32_t key)
{
	struct trie *trie = &judge->installed[prefix->family];
	uint32_t *value, old;

	if (!key) {
		old = trie_remove(trie, prefix->bits, prefix->len);
		fwkey_unref(judge->keys, old);
		return old != 0;
	}
	fwkey_ref(judge->keys, key);
	value = slot(trie, prefix);
	old = *value;
	*value = key;
	fwkey_unref(judge->keys, old);
	return old != key;
}

/* The packets `which`, of one family: all tables at once, for none is in the cache. */
static void
judge_half(const struct sim_judge *judge, enum family family,
    const struct rib_packet *packets, const size_t *which, size_t n,
    struct sim_verdict *retverdicts)
{
	struct bits addrs[TRIE_LANES] = { { 0, 0 } };
	uint32_t routes[TRIE_LANES], met[TRIE_LANES];
	uint8_t lens[TRIE_LANES];

	for (size_t i = 0; i < n; i++)
		addrs[i] = packets[which[i]].destination.bits;
	trie_lookup_many(&judge->routes[family], addrs, n, routes, lens);
	for (size_t i = 0; i < n; i++)
		__builtin_prefetch(&judge->list[routes[i]]);
	trie_lookup_many(&judge->installed[family], addrs, n, met, lens);
	for (size_t i = 0; i < n; i++) {
		struct sim_verdict *verdict = &retverdicts[which[i]];
		uint32_t key = met[i] ? met[i] : judge->fallback[family];

		verdict->route = routes[i];
		verdict->hit = met[i] != 0;
		verdict->right = routes[i] && key == judge->list[routes[i]].key;
	}
}

void
sim_judge_packets(const struct sim_judge *judge, const struct rib_packet *packets,
    size_t n, struct sim_verdict *retverdicts)
{
	size_t group[FAMILIES][TRIE_LANES] = { { 0 } }, len[FAMILIES] = { 0 };

	for (size_t i = 0; i < n; i++) {
		uint8_t f = packets[i].destination.family;

		group[f][len[f]++] = i;
		if (len[f] < TRIE_LANES)
			continue;
		judge_half(judge, f, packets, group[f], len[f], retverdicts);
		len[f] = 0;
	}
	for (int f = 0; f < FAMILIES; f++)
		if (len[f])
			judge_half(judge, (enum family)f, packets, group[f], len[f],
			    retverdicts);
}

/*
 * True if what is installed at the prefix, if anything, is what the RIB wants there.
 * Both are constant from a prefix to the next one below, of whichever kind.
 */
static bool
is_right(
    const struct sim_judge *judge, enum family family, struct bits bits, unsigned len)
{
	unsigned at;
	uint32_t met = trie_lookup_max(&judge->installed[family], bits, len, &at);
	uint32_t route = trie_lookup_max(&judge->routes[family], bits, len, &at);

	return !met || met == judge->list[route].key;
}

struct walk {
	const struct sim_judge *judge;
	enum family family;
};

static enum trie_walk
visit_route(void *arg, struct bits bits, unsigned len, uint32_t value)
{
	const struct walk *walk = arg;

	(void)value;
	return is_right(walk->judge, walk->family, bits, len) ? TRIE_CONTINUE
							      : TRIE_STOP;
}

/* Also what the RIB has below an installed route. */
static enum trie_walk
visit_installed(void *arg, struct bits bits, unsigned len, uint32_t value)
{
	const struct walk *walk = arg;
	const struct trie *routes = &walk->judge->routes[walk->family];

	if (visit_route(arg, bits, len, value) == TRIE_STOP ||
	    !trie_walk(routes, bits, len, visit_route, arg))
		return TRIE_STOP;
	return TRIE_CONTINUE;
}

bool
sim_judge_is_safe(const struct sim_judge *judge, const struct prefix *prefix)
{
	enum family family = prefix->family;
	const struct trie *installed = &judge->installed[family];
	const struct trie *routes = &judge->routes[family];
	struct walk walk = { judge, family };
	struct bits bits = prefix->bits;
	unsigned len = prefix->len, at;

	if (!is_right(judge, family, bits, len) ||
	    !trie_walk(installed, bits, len, visit_installed, &walk))
		return false;
	return !trie_lookup_max(installed, bits, len, &at) ||
	       trie_walk(routes, bits, len, visit_route, &walk);
}
