#include "rib/paths.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/mem.h"
#include "rib/attrs.h"
#include "rib/rib.h"
#include "rib/trie.h"

#define TRIE_BYTES 640  /* of a prefix that shares nothing */
#define LISTS_BYTES 256 /* of a prefix's paths, on average: 20 of them */

struct path {
	uint32_t id;
	uint32_t attrs;
	uint32_t mark; /* of the family when it was last announced */
};

/* The paths to a prefix, at least one, in no order. */
struct list {
	uint32_t n;
	struct path paths[];
};

struct side {             /* a family */
	size_t prefixes;  /* that there is room for */
	struct trie trie; /* to lists */
	struct arena lists;
	uint32_t mark;     /* of what is announced now */
	uint32_t numbered; /* since this mark the ids of paths are those of today */
	bool multipath;
	bool sweeping;
	struct bits sweep_bits;
	unsigned sweep_len;
	struct paths_stats stats;
};

struct paths {
	struct rib *rib;
	struct attrs_table *attrs;
	paths_best *best;
	struct side sides[FAMILIES];
};

static size_t
list_size(size_t n)
{
	return offsetof(struct list, paths) + n * sizeof(struct path);
}

static struct list *
list_at(const struct side *side, uint32_t id)
{
	return arena_at(&side->lists, id);
}

static void
side_init(struct side *side)
{
	trie_init(&side->trie, side->prefixes * TRIE_BYTES);
	arena_init(&side->lists, side->prefixes * LISTS_BYTES);
}

static void
side_fini(struct side *side)
{
	trie_fini(&side->trie);
	arena_fini(&side->lists);
}

struct paths *
paths_new(struct rib *rib, const uint32_t prefixes[FAMILIES], paths_best *best)
{
	struct paths *paths = mem_alloc(sizeof *paths);

	paths->rib = rib;
	paths->attrs = rib_attrs(rib);
	paths->best = best;
	for (int f = 0; f < FAMILIES; f++) {
		paths->sides[f].prefixes = prefixes[f];
		side_init(&paths->sides[f]);
	}
	return paths;
}

void
paths_free(struct paths *paths)
{
	if (!paths)
		return;
	for (int f = 0; f < FAMILIES; f++) {
		paths_forget(paths, (enum family)f);
		side_fini(&paths->sides[f]);
	}
	free(paths);
}

/* --- what the RIB is told --- */

/* What the prefix is forwarded by, with a reference. */
static uint32_t
choose(struct paths *paths, struct side *side, const struct list *list)
{
	uint32_t ids[ATTRS_PATHS_MAX], set = 0;
	size_t n = list->n;

	assert(n && n <= ATTRS_PATHS_MAX);
	for (size_t i = 0; i < n; i++)
		ids[i] = list->paths[i].attrs;
	if (n > 1)
		n = paths->best(paths->attrs, ids, n);
	if (n > 1 && side->multipath) {
		set = attrs_intern_paths(paths->attrs, ids, n);
		side->stats.unmerged += !set;
	}
	if (set)
		return set;
	attrs_ref(paths->attrs, ids[0]);
	return ids[0];
}

static bool
tell(struct paths *paths, struct side *side, const struct prefix *prefix,
    const struct list *list)
{
	uint32_t attrs = choose(paths, side, list);
	bool fits = rib_announce(paths->rib, prefix, attrs);

	attrs_unref(paths->attrs, attrs);
	return fits;
}

/* --- lists --- */

/* Marks begin anew after 2^32. */
static bool
is_numbered(const struct side *side, const struct path *path)
{
	return side->mark - path->mark <= side->mark - side->numbered;
}

static bool
has_id(const struct side *side, const struct path *path, uint32_t path_id)
{
	return path->id == path_id && is_numbered(side, path);
}

static struct path *
find_path(const struct side *side, struct list *list, uint32_t path_id)
{
	for (uint32_t i = 0; i < list->n; i++)
		if (has_id(side, &list->paths[i], path_id))
			return &list->paths[i];
	return NULL;
}

/* The path of before the numbers changed that `attrs` are announced again for, or NULL.
 */
static struct path *
find_former(const struct paths *paths, const struct side *side, struct list *list,
    uint32_t attrs)
{
	uint32_t key = attrs_at(paths->attrs, attrs)->fwkey;
	struct path *alike = NULL;

	for (uint32_t i = 0; i < list->n; i++) {
		struct path *path = &list->paths[i];

		if (is_numbered(side, path))
			continue;
		if (path->attrs == attrs)
			return path;
		if (attrs_at(paths->attrs, path->attrs)->fwkey == key)
			alike = path;
	}
	return alike;
}

static bool
is_stale(const struct side *side, const struct path *path)
{
	return path->mark != side->mark;
}

/* A path that is stale, whose place another may take, or NULL. */
static struct path *
find_stale(const struct side *side, struct list *list)
{
	for (uint32_t i = 0; i < list->n; i++)
		if (is_stale(side, &list->paths[i]))
			return &list->paths[i];
	return NULL;
}

/*
 * A place at the end of the list in `slot`, which may be none yet. NULL if there is no
 * room.
 */
static struct path *
append(struct side *side, uint32_t *slot)
{
	uint32_t n = *slot ? list_at(side, *slot)->n : 0;
	uint32_t id = arena_alloc(&side->lists, list_size(n + 1));
	struct list *list;

	if (!id)
		return NULL;
	list = list_at(side, id);
	if (n) {
		memcpy(list, list_at(side, *slot), list_size(n));
		arena_free(&side->lists, *slot, list_size(n));
	}
	list->n = n + 1;
	list->paths[n] = (struct path){ .id = 0 };
	*slot = id;
	side->stats.paths++;
	return &list->paths[n];
}

static void
remove_list(struct paths *paths, struct side *side, const struct prefix *prefix)
{
	uint32_t id = trie_remove(&side->trie, prefix->bits, prefix->len);
	const struct list *list = list_at(side, id);

	for (uint32_t i = 0; i < list->n; i++)
		attrs_unref(paths->attrs, list->paths[i].attrs);
	side->stats.paths -= list->n;
	arena_free(&side->lists, id, list_size(list->n));
}

/* Removes the paths that `gone` says, and tells the RIB if there were any. */
static void
remove_paths(struct paths *paths, const struct prefix *prefix, uint32_t id,
    bool (*gone)(const struct side *side, const struct path *path, uint32_t path_id),
    uint32_t path_id)
{
	struct side *side = &paths->sides[prefix->family];
	struct list *list = list_at(side, id);
	uint32_t n = list->n, kept = 0;

	for (uint32_t i = 0; i < n; i++)
		kept += !gone(side, &list->paths[i], path_id);
	if (kept == n)
		return;
	if (kept == 0) {
		remove_list(paths, side, prefix);
		rib_withdraw(paths->rib, prefix);
		return;
	}
	kept = 0;
	for (uint32_t i = 0; i < n; i++) {
		if (gone(side, &list->paths[i], path_id))
			attrs_unref(paths->attrs, list->paths[i].attrs);
		else
			list->paths[kept++] = list->paths[i];
	}
	list->n = kept;
	side->stats.paths -= n - kept;
	arena_cut(&side->lists, id, list_size(n), list_size(kept));
	tell(paths, side, prefix, list);
}

/* --- the session --- */

bool
paths_announce(
    struct paths *paths, const struct prefix *prefix, uint32_t path_id, uint32_t attrs)
{
	struct side *side = &paths->sides[prefix->family];
	uint32_t *slot = trie_add(&side->trie, prefix->bits, prefix->len);
	struct path *path = NULL;

	if (!slot)
		return false;
	if (*slot)
		path = find_path(side, list_at(side, *slot), path_id);
	if (!path && *slot)
		path = find_former(paths, side, list_at(side, *slot), attrs);
	if (!path && *slot && list_at(side, *slot)->n == ATTRS_PATHS_MAX) {
		path = find_stale(side, list_at(side, *slot));
		side->stats.dropped += !path;
		if (!path)
			return true;
	}
	if (!path)
		path = append(side, slot);
	if (!path && *slot == 0) {
		*slot = 1; /* any value: it goes at once */
		trie_remove(&side->trie, prefix->bits, prefix->len);
	}
	if (!path)
		return false;
	attrs_ref(paths->attrs, attrs);
	attrs_unref(paths->attrs, path->attrs);
	*path = (struct path){ .id = path_id, .attrs = attrs, .mark = side->mark };
	if (tell(paths, side, prefix, list_at(side, *slot)))
		return true;
	remove_list(paths, side, prefix);
	return false;
}

void
paths_withdraw(struct paths *paths, const struct prefix *prefix, uint32_t path_id)
{
	const uint32_t *id = trie_find(
	    &paths->sides[prefix->family].trie, prefix->bits, prefix->len);

	if (id)
		remove_paths(paths, prefix, *id, has_id, path_id);
}

void
paths_set_multipath(struct paths *paths, enum family family, bool multipath)
{
	struct side *side = &paths->sides[family];
	unsigned len = TRIE_START;
	struct bits bits = { 0, 0 };
	uint32_t id;

	if (side->multipath == multipath)
		return;
	side->multipath = multipath;
	while (trie_next(&side->trie, &bits, &len, &id)) {
		struct prefix prefix = prefix_make(family, bits, len);

		if (list_at(side, id)->n > 1)
			tell(paths, side, &prefix, list_at(side, id));
	}
}

void
paths_mark_stale(struct paths *paths, enum family family, bool renumbered)
{
	struct side *side = &paths->sides[family];

	side->mark++;
	if (renumbered)
		side->numbered = side->mark;
	side->sweeping = true;
	side->sweep_len = TRIE_START;
	rib_mark_stale(paths->rib, family);
}

static bool
is_left(const struct side *side, const struct path *path, uint32_t path_id)
{
	(void)path_id;
	return is_stale(side, path);
}

bool
paths_sweep(struct paths *paths, enum family family, size_t limit)
{
	struct side *side = &paths->sides[family];
	uint32_t id;

	for (; side->sweeping && limit; limit--) {
		struct prefix prefix;

		side->sweeping = trie_next(
		    &side->trie, &side->sweep_bits, &side->sweep_len, &id);
		if (!side->sweeping)
			break;
		prefix = prefix_make(family, side->sweep_bits, side->sweep_len);
		remove_paths(paths, &prefix, id, is_left, 0);
	}
	return side->sweeping || rib_sweep(paths->rib, family, limit);
}

void
paths_forget(struct paths *paths, enum family family)
{
	struct side *side = &paths->sides[family];
	struct bits bits = { 0, 0 };
	unsigned len = TRIE_START;
	uint32_t id;

	if (side->trie.count == 0)
		return;
	while (trie_next(&side->trie, &bits, &len, &id)) {
		const struct list *list = list_at(side, id);

		for (uint32_t i = 0; i < list->n; i++)
			attrs_unref(paths->attrs, list->paths[i].attrs);
	}
	side_fini(side);
	side_init(side);
	side->stats.paths = 0;
}

void
paths_stats(const struct paths *paths, enum family family, struct paths_stats *retstats)
{
	*retstats = paths->sides[family].stats;
	retstats->prefixes = paths->sides[family].trie.count;
}
