#include "sim_rib.h"

#include <stdio.h>
#include <string.h>

#include "rib/attrs.h"
#include "rib/nexthop.h"
#include "sim_file.h"
#include "sim_mrt.h"
#include "sim_rib_mrt.h"
#include "sim_text.h"

#define KEYS_MAX 65535 /* as many as the engine takes */
#define ATTRS_MAX 16000000
#define ATTRS_BYTES (16ull << 30) /* of address space */
#define TRIE_BYTES (16ull << 30)
#define SEED 1           /* files are no enemies, and runs are to be alike */
#define CONTEXT_TEXT 255 /* no context of a session: what is known is next hops */

void
sim_rib_init(struct sim_rib *rib, bool multipath)
{
	static const struct attrs_limits limits = { ATTRS_MAX, ATTRS_BYTES };

	*rib = (struct sim_rib){ .multipath = multipath };
	rib->keys = fwkeys_new(KEYS_MAX);
	rib->attrs = attrs_table_new(rib->keys, &limits, SEED);
	for (int f = 0; f < FAMILIES; f++)
		trie_init(&rib->routes[f], TRIE_BYTES);
}

void
sim_rib_fini(struct sim_rib *rib)
{
	for (int f = 0; f < FAMILIES; f++)
		trie_fini(&rib->routes[f]);
	attrs_table_free(rib->attrs);
	fwkeys_free(rib->keys);
}

uint32_t
sim_rib_key(const struct sim_rib *rib, uint32_t attrs)
{
	return attrs ? attrs_at(rib->attrs, attrs)->fwkey : 0;
}

uint32_t
sim_rib_intern(struct sim_rib *rib, const struct nexthop *nexthops, size_t n)
{
	uint32_t key = fwkey_intern(rib->keys, nexthops, n), attrs;
	const struct nexthop *set = fwkey_nexthops(rib->keys, key, &n);

	if (!key)
		return 0;
	attrs = attrs_intern(
	    rib->attrs, CONTEXT_TEXT, (const uint8_t *)set, n * sizeof *set, key);
	fwkey_unref(rib->keys, key);
	return attrs;
}

/* The attributes of a route by the next hops of both; 0 if these are too many. */
static uint32_t
merge(struct sim_rib *rib, uint32_t a, uint32_t b)
{
	struct nexthop all[2 * FWKEY_NEXTHOPS_MAX];
	const struct nexthop *some;
	size_t n, len = 0;
	uint32_t ids[2] = { a, b };

	for (int i = 0; i < 2; i++) {
		some = fwkey_nexthops(rib->keys, sim_rib_key(rib, ids[i]), &n);
		memcpy(all + len, some, n * sizeof *some);
		len += n;
	}
	return len > FWKEY_NEXTHOPS_MAX ? 0 : sim_rib_intern(rib, all, len);
}

bool
sim_rib_take(struct sim_rib *rib, const struct prefix *prefix, uint32_t attrs)
{
	uint32_t *value = trie_add(
	    &rib->routes[prefix->family], prefix->bits, prefix->len);
	uint32_t merged;

	if (!value) {
		attrs_unref(rib->attrs, attrs);
		return false;
	}
	if (*value == 0) {
		*value = attrs;
		return true;
	}
	if (!rib->multipath) {
		rib->others++;
	} else if (sim_rib_key(rib, *value) != sim_rib_key(rib, attrs)) {
		merged = merge(rib, *value, attrs);
		if (!merged) {
			attrs_unref(rib->attrs, attrs);
			return false;
		}
		attrs_unref(rib->attrs, *value);
		*value = merged;
	}
	attrs_unref(rib->attrs, attrs);
	return true;
}

/* --- text --- */

/* PREFIX NEXTHOP [AS-PATH...]; or NULL and why not. */
static const char *
split_plain(char *line, char **retprefix, char **retnexthop)
{
	*retprefix = sim_word(&line);
	*retnexthop = sim_word(&line);
	return *retnexthop ? NULL : "a prefix without a next hop";
}

#define DUMP_PREFIX 5
#define DUMP_NEXTHOP 8

/* TABLE_DUMP2|time|B|peer|as|prefix|path|origin|nexthop|... */
static const char *
split_dump(char *line, char **retprefix, char **retnexthop)
{
	char *fields[DUMP_NEXTHOP + 1];

	for (int i = 0; i <= DUMP_NEXTHOP; i++) {
		fields[i] = strsep(&line, "|");
		if (!fields[i])
			return "fewer fields than bgpdump -m writes";
	}
	*retprefix = fields[DUMP_PREFIX];
	*retnexthop = fields[DUMP_NEXTHOP];
	return NULL;
}

static bool
is_dump(const char *line)
{
	return strncmp(line, "TABLE_DUMP", 10) == 0;
}

static const char *
read_line(struct sim_rib *rib, char *line, char **retword)
{
	char *texts[2] = { NULL, NULL };
	struct prefix prefix;
	struct nexthop nexthop;
	const char *why = is_dump(line) ? split_dump(line, &texts[0], &texts[1])
					: split_plain(line, &texts[0], &texts[1]);
	uint32_t attrs;

	*retword = texts[0] ? texts[0] : line;
	if (why)
		return why;
	if (!prefix_parse(texts[0], &prefix))
		return "this is no prefix";
	*retword = texts[1];
	if (!sim_nexthop(texts[1], &nexthop))
		return "this is no next hop";
	attrs = sim_rib_intern(rib, &nexthop, 1);
	if (!attrs || !sim_rib_take(rib, &prefix, attrs))
		return "more routes or next hops than there is room for";
	return NULL;
}

static bool
read_text(struct sim_rib *rib, struct sim_file *file, char *reterr)
{
	char *line, *word;

	while ((line = sim_file_line(file))) {
		const char *why = sim_is_blank(line) ? NULL
						     : read_line(rib, line, &word);

		if (!why)
			continue;
		sim_complain_line(file, why, word, reterr);
		return false;
	}
	return true;
}

/* --- what it is --- */

bool
sim_rib_read_file(struct sim_rib *rib, struct sim_file *file, char *reterr)
{
	bool done = sim_mrt_is(file) ? sim_rib_read_mrt(rib, file, reterr)
				     : read_text(rib, file, reterr);
	const char *fault = sim_file_fault(file);

	if (fault) {
		snprintf(reterr, SIM_ERROR_MAX, "%s: offset %llu: %s",
		    sim_file_name(file), (unsigned long long)sim_file_offset(file),
		    fault);
		return false;
	}
	if (done && rib->routes[0].count + rib->routes[1].count == 0) {
		snprintf(reterr, SIM_ERROR_MAX,
		    rib->skipped ? "%s: there is no route in it, only %llu records of "
				   "other kinds"
				 : "%s: there is no route in it",
		    sim_file_name(file), (unsigned long long)rib->skipped);
		return false;
	}
	return done;
}

bool
sim_rib_read(struct sim_rib *rib, const char *path, char *reterr)
{
	struct sim_file *file = sim_file_open(path, reterr, SIM_ERROR_MAX);
	bool done = file && sim_rib_read_file(rib, file, reterr);

	sim_file_close(file);
	return done;
}
