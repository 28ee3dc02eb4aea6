#include "bgp/order.h"

#include <stdlib.h>

#include "base/mem.h"
#include "bgp/announce.h"

#define NONE UINT32_MAX

/* A prefix of the run; those that cover it are its parent and so on. */
struct node {
	uint32_t parent;
	uint32_t own;   /* the height of the last change of this prefix so far */
	uint32_t below; /* the highest of this prefix and what it covers so far */
};

struct place {
	const struct bgp_change *change;
	uint32_t index;
};

static int
compare_places(const void *a, const void *b)
{
	const struct place *x = a, *y = b;
	int order = prefix_compare(&x->change->prefix, &y->change->prefix);

	return order ? order : x->index < y->index ? -1 : x->index > y->index;
}

/*
 * Builds the tree of prefixes: sorted, what covers stands before what it covers, so the
 * parents of the latest prefix are all that can cover the next one. `retnodes_of` gets
 * the node of each change.
 */
static void
build(
    const struct place *places, size_t n, struct node *retnodes, uint32_t *retnodes_of)
{
	const struct prefix **prefixes = mem_alloc(n * sizeof *prefixes);
	uint32_t nodes = 0, latest = NONE;

	for (size_t i = 0; i < n; i++) {
		const struct prefix *prefix = &places[i].change->prefix;

		while (latest != NONE && !prefix_covers(prefixes[latest], prefix))
			latest = retnodes[latest].parent;
		if (latest == NONE || !prefix_equal(prefixes[latest], prefix)) {
			prefixes[nodes] = prefix;
			retnodes[nodes] = (struct node){ .parent = latest };
			latest = nodes++;
		}
		retnodes_of[places[i].index] = latest;
	}
	free(prefixes);
}

void
bgp_order_heights(const struct bgp_change *changes, size_t n, uint32_t *retheights)
{
	struct place *places = mem_alloc(n * sizeof *places);
	struct node *nodes = mem_alloc(n * sizeof *nodes);
	uint32_t *nodes_of = mem_alloc(n * sizeof *nodes_of);

	for (size_t i = 0; i < n; i++)
		places[i] = (struct place){ &changes[i], (uint32_t)i };
	qsort(places, n, sizeof *places, compare_places);
	build(places, n, nodes, nodes_of);
	for (size_t i = 0; i < n; i++) {
		uint32_t at = nodes_of[i], height = nodes[at].below;

		for (uint32_t up = at; up != NONE; up = nodes[up].parent)
			height = nodes[up].own > height ? nodes[up].own : height;
		retheights[i] = ++height;
		nodes[at].own = height;
		for (uint32_t up = at; up != NONE && nodes[up].below < height;
		     up = nodes[up].parent)
			nodes[up].below = height;
	}
	free(nodes_of);
	free(nodes);
	free(places);
}
