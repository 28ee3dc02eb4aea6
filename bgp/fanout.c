#include "bgp/fanout.h"

#include <assert.h>

#include "rib/attrs.h"

#define TRIE_BYTES 640 /* of a prefix that shares nothing */

_Static_assert(BGP_FANOUT_MAX == ATTRS_PATHS_MAX, "a change for each path");

void
bgp_fanout_init(struct bgp_fanout *fanout, size_t prefixes)
{
	fanout->prefixes = prefixes;
	trie_init(&fanout->counts, prefixes * TRIE_BYTES);
}

void
bgp_fanout_fini(struct bgp_fanout *fanout)
{
	trie_fini(&fanout->counts);
}

void
bgp_fanout_recall(struct bgp_fanout *fanout, const struct prefix *prefix, size_t paths)
{
	uint32_t *count = NULL;

	assert(paths <= BGP_FANOUT_MAX);
	if (paths > 1)
		count = trie_add(&fanout->counts, prefix->bits, prefix->len);
	if (count && *count < paths)
		*count = (uint32_t)paths;
}

void
bgp_fanout_clear(struct bgp_fanout *fanout)
{
	if (fanout->counts.count == 0)
		return;
	bgp_fanout_fini(fanout);
	bgp_fanout_init(fanout, fanout->prefixes);
}

/*
 * Remembers that the peer holds `wanted` paths, or as many as there is room for to
 * remember. Returns how many these are; *retheld how many it were before.
 */
static size_t
count_paths(
    struct trie *counts, const struct prefix *prefix, size_t wanted, size_t *retheld)
{
	uint32_t *count;

	if (wanted > 1) {
		count = trie_add(counts, prefix->bits, prefix->len);
		*retheld = count && *count ? *count : 1;
		if (!count)
			return 1;
		*count = (uint32_t)wanted;
		return wanted;
	}
	*retheld = 1;
	if (counts->count) {
		uint32_t held = trie_remove(counts, prefix->bits, prefix->len);

		*retheld = held ? held : 1;
	}
	return wanted;
}

size_t
bgp_fanout(struct bgp_fanout *fanout, const struct attrs_table *table,
    const struct bgp_change *route, struct bgp_change *retchanges)
{
	bool announced = route->op == BGP_CHANGE_ANNOUNCE;
	size_t held, wanted, n = 0;

	wanted = count_paths(&fanout->counts, &route->prefix,
	    announced ? attrs_paths(table, route->attrs) : 0, &held);
	assert(wanted <= BGP_FANOUT_MAX && held <= BGP_FANOUT_MAX);
	for (; n < wanted || n < held; n++) {
		bool there = n < wanted;

		retchanges[n] = (struct bgp_change){
			.prefix = route->prefix,
			.attrs = there ? attrs_path(table, route->attrs, n) : 0,
			.path_id = (uint32_t)n + 1,
			.op = there ? BGP_CHANGE_ANNOUNCE : BGP_CHANGE_WITHDRAW,
		};
	}
	return n;
}
