/*
 * What the tests of received and sent UPDATEs share: tables of attributes, and messages
 * written in hexadecimal.
 */
#ifndef TESTS_UNIT_BGP_WORLD_H
#define TESTS_UNIT_BGP_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "bgp/update.h"
#include "rib/attrs.h"
#include "rib/nexthop.h"

#define ORIGIN "40010100"
#define AS_PATH "40020a020200010001 0000fde8"
#define NEXT_HOP "400304c0000201"
#define LOCAL_PREF "40050400000064"
#define BASE ORIGIN AS_PATH NEXT_HOP
#define REACH6 \
	"800e1f 0002 01 10 20010db8000000000000000000000001 00 2020010db8 2020010db9"
#define NLRI "18c63364"

static const struct bgp_session_params internal = {
	.as4 = true,
	.family = { true, true },
	.local_as = 65000,
};
static const struct bgp_session_params external = {
	.as4 = true,
	.ebgp = true,
	.family = { true, true },
	.local_as = 65000,
};

struct world {
	struct fwkeys *fwkeys;
	struct attrs_table *table;
	uint8_t body[70000];
	size_t len;
	uint8_t *copy;
	struct bgp_update update;
};

static inline int
setup(void **state)
{
	const struct attrs_limits limits = { .sets = 1000, .bytes = 1 << 20 };
	struct world *world = calloc(1, sizeof *world);

	world->fwkeys = fwkeys_new(100);
	world->table = attrs_table_new(world->fwkeys, &limits, 5);
	*state = world;
	return 0;
}

static inline int
teardown(void **state)
{
	struct world *world = *state;
	struct attrs_stats stats;

	bgp_update_release(world->table, &world->update);
	attrs_stats(world->table, &stats);
	if (stats.sets || fwkeys_count(world->fwkeys)) {
		fprintf(stderr, "references were lost\n");
		return 1;
	}
	attrs_table_free(world->table);
	fwkeys_free(world->fwkeys);
	free(world->copy);
	free(world);
	return 0;
}

/* Bytes from hexadecimal digits and blanks. */
static inline size_t
unhex(const char *text, uint8_t *bytes)
{
	size_t len = 0;
	unsigned value;

	for (; *text; text++) {
		if (*text == ' ')
			continue;
		assert_int_equal(sscanf(text, "%2x", &value), 1);
		bytes[len++] = (uint8_t)value;
		text++;
	}
	return len;
}

static inline void
build(struct world *world, const char *withdrawn, const char *attrs, const char *nlri)
{
	uint8_t *at = world->body;
	size_t len = unhex(withdrawn, at + 2);

	at[0] = (uint8_t)(len >> 8);
	at[1] = (uint8_t)len;
	at += 2 + len;
	len = unhex(attrs, at + 2);
	at[0] = (uint8_t)(len >> 8);
	at[1] = (uint8_t)len;
	at += 2 + len;
	at += unhex(nlri, at);
	world->len = (size_t)(at - world->body);
}

/* Decodes a copy of exact size, so that the sanitizer sees a byte too far. */
static inline enum bgp_verdict
decode(struct world *world, const struct bgp_session_params *params)
{
	enum bgp_verdict verdict;

	bgp_update_release(world->table, &world->update);
	free(world->copy);
	world->copy = malloc(world->len ? world->len : 1);
	memcpy(world->copy, world->body, world->len);
	verdict = bgp_update_decode(params, world->table, world->fwkeys, world->copy,
	    world->len, &world->update);
	assert_int_equal(verdict, world->update.fault.verdict);
	if (verdict != BGP_ACCEPT)
		assert_non_null(world->update.fault.reason);
	return verdict;
}

/* All prefixes of a field, as text. */
static inline const char *
text_of(struct bgp_nlri nlri)
{
	static char all[4096];
	char text[PREFIX_TEXT_MAX];
	struct prefix prefix;
	uint32_t path_id;

	all[0] = '\0';
	while (bgp_nlri_next(&nlri, &prefix, &path_id)) {
		size_t len = strlen(all);

		if (nlri.add_path)
			snprintf(all + len, sizeof all - len, "%s%s#%u", len ? " " : "",
			    prefix_text(&prefix, text), path_id);
		else
			snprintf(all + len, sizeof all - len, "%s%s", len ? " " : "",
			    prefix_text(&prefix, text));
	}
	return all;
}

static inline void
assert_bytes(const struct world *world, uint32_t id, const char *hex)
{
	uint8_t bytes[4096];
	size_t len = unhex(hex, bytes);

	assert_int_not_equal(id, 0);
	assert_int_equal(attrs_at(world->table, id)->len, len);
	assert_memory_equal(attrs_at(world->table, id)->bytes, bytes, len);
}

#endif
