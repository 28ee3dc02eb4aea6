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

struct sim_verdict
sim_judge_packet(const struct sim_judge *judge, const struct addr *dst)
{
	uint32_t met = trie_lookup(&judge->installed[dst->family], dst->bits);
	struct sim_verdict verdict = {
		.route = trie_lookup(&judge->routes[dst->family], dst->bits),
		.hit = met != 0,
	};

	if (!met)
		met = judge->fallback[dst->family];
	verdict.right = verdict.route && met == judge->list[verdict.route].key;
	return verdict;
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
