#include "bgp/best.h"

#include <assert.h>
#include <stdlib.h>

#include "bgp/as_path.h"
#include "bgp/attr_text.h"
#include "rib/attrs.h"

#define LOCAL_PREF_DEFAULT 100
#define LLGR_STALE 0xffff0006 /* RFC 9494 4.3 */

struct candidate {
	uint32_t id;
	uint32_t med;
	uint32_t neighbor; /* the first AS of the path, 0 if it has none */
	bool internal;
	uint64_t rank[2]; /* compared before the rest, the lower the better */
	struct nexthop nexthop;
};

/* RFC 4271 9.1.2.2 a: a set counts as one. RFC 5065 5.3: confederations do not count */
static uint32_t
path_length(struct rd path)
{
	struct bgp_segment segment;
	uint32_t length = 0;

	while (bgp_segment_next(&path, true, &segment)) {
		if (segment.type == BGP_AS_SEQUENCE)
			length += segment.count;
		else if (segment.type == BGP_AS_SET)
			length++;
	}
	return length;
}

static uint32_t
neighbor_of(struct rd path)
{
	struct bgp_segment segment;

	while (bgp_segment_next(&path, true, &segment)) {
		if (segment.type == BGP_AS_SEQUENCE)
			return bgp_as_next(&segment.members, true);
		if (segment.type == BGP_AS_SET)
			return 0;
	}
	return 0;
}

static bool
is_stale(struct rd communities)
{
	while (rd_left(&communities))
		if (rd_u32(&communities) == LLGR_STALE)
			return true;
	return false;
}

static struct candidate
candidate_of(const struct attrs_table *table, uint32_t id)
{
	struct bgp_attr_fields fields;
	uint32_t local_pref;

	bgp_attr_fields(attrs_at(table, id), &fields);
	local_pref = fields.has_local_pref ? fields.local_pref : LOCAL_PREF_DEFAULT;
	return (struct candidate){
		.id = id,
		.med = fields.has_med ? fields.med : 0,
		.neighbor = neighbor_of(fields.as_path),
		.internal = fields.has_originator_id,
		.rank = { (uint64_t)is_stale(fields.communities) << 32 |
			      (UINT32_MAX - local_pref),
		    (uint64_t)path_length(fields.as_path) << 8 | fields.origin },
		.nexthop = fields.nexthop,
	};
}

static int
compare_ranks(const struct candidate *a, const struct candidate *b)
{
	for (int i = 0; i < 2; i++)
		if (a->rank[i] != b->rank[i])
			return a->rank[i] < b->rank[i] ? -1 : 1;
	return 0;
}

/* Keeps those of the best rank. Returns how many. */
static size_t
keep_best_rank(struct candidate *list, size_t n)
{
	size_t kept = 1;

	for (size_t i = 1; i < n; i++) {
		int order = compare_ranks(&list[i], &list[0]);

		if (order < 0)
			kept = 0;
		if (order <= 0)
			list[kept++] = list[i];
	}
	return kept;
}

/* By neighbor, and of one neighbor the lowest MED first. */
static int
by_neighbor(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;

	if (x->neighbor != y->neighbor)
		return x->neighbor < y->neighbor ? -1 : 1;
	return x->med < y->med ? -1 : x->med > y->med;
}

/* Keeps those of the lowest MED of each neighbor. */
static size_t
keep_lowest_med(struct candidate *list, size_t n)
{
	size_t kept = 1;

	qsort(list, n, sizeof *list, by_neighbor);
	for (size_t i = 1; i < n; i++) {
		const struct candidate *best = &list[kept - 1];

		if (list[i].neighbor != best->neighbor || list[i].med == best->med)
			list[kept++] = list[i];
	}
	return kept;
}

static size_t
keep_external(struct candidate *list, size_t n)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++)
		if (!list[i].internal)
			list[kept++] = list[i];
	return kept ? kept : n;
}

static int
by_nexthop(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;
	int order = nexthop_compare(&x->nexthop, &y->nexthop);

	return order ? order : x->id < y->id ? -1 : x->id > y->id;
}

/* Writes one for each next hop. */
static size_t
write_nexthops(struct candidate *list, size_t n, uint32_t *retids)
{
	size_t kept = 0;

	qsort(list, n, sizeof *list, by_nexthop);
	for (size_t i = 0; i < n; i++)
		if (i == 0 ||
		    nexthop_compare(&list[i].nexthop, &list[i - 1].nexthop) != 0)
			retids[kept++] = list[i].id;
	return kept;
}

size_t
bgp_best(const struct attrs_table *table, uint32_t *ids, size_t n)
{
	struct candidate list[ATTRS_PATHS_MAX];

	assert(n && n <= ATTRS_PATHS_MAX);
	for (size_t i = 0; i < n; i++)
		list[i] = candidate_of(table, ids[i]);
	n = keep_best_rank(list, n);
	n = keep_lowest_med(list, n);
	n = keep_external(list, n);
	return write_nexthops(list, n, ids);
}
