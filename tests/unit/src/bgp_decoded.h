/* Messages that other implementations decoded: what they found is what we find. */
#ifndef TESTS_SRC_BGP_DECODED_H
#define TESTS_SRC_BGP_DECODED_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "bgp/attr_text.h"
#include "bgp/message.h"
#include "bgp/open.h"
#include "bgp/update.h"
#include "helpers/shared_file.h"
#include "rib/attrs.h"

#define PREFIXES_MAX 512

struct world {
	struct fwkeys *fwkeys;
	struct attrs_table *attrs;
};

static inline int
setup(void **state)
{
	const struct attrs_limits limits = { .sets = 1000, .bytes = 1 << 20 };
	static struct world world;

	world.fwkeys = fwkeys_new(1000);
	world.attrs = attrs_table_new(world.fwkeys, &limits, 1);
	*state = &world;
	return 0;
}

static inline int
teardown(void **state)
{
	struct world *world = *state;

	attrs_table_free(world->attrs);
	fwkeys_free(world->fwkeys);
	return 0;
}

struct found {
	struct bgp_update update;
	struct bgp_attr_fields fields; /* of its routes; zero if it announces none */
	char prefixes[PREFIXES_MAX][PREFIX_TEXT_MAX]; /* announced, then withdrawn */
	size_t announced, withdrawn;
	char nexthop[ADDR_TEXT_MAX];
};

static inline size_t
list(struct found *found, struct bgp_nlri nlri)
{
	struct prefix prefix;
	uint32_t path_id;
	size_t n = 0;

	while (bgp_nlri_next(&nlri, &prefix, &path_id)) {
		size_t at = found->announced + found->withdrawn + n++;

		assert_true(at < PREFIXES_MAX);
		prefix_text(&prefix, found->prefixes[at]);
	}
	return n;
}

/* The UPDATE is to be released by the caller. */
static inline void
find(const struct world *world, const struct bgp_session_params *params,
    const uint8_t *body, size_t len, struct found *ret)
{
	struct bgp_update *update = &ret->update;
	struct addr nexthop;
	uint32_t attrs;

	memset(ret, 0, sizeof *ret);
	bgp_update_decode(params, world->attrs, world->fwkeys, body, len, update);
	ret->announced += list(ret, update->announced);
	ret->announced += list(ret, update->mp_announced);
	ret->withdrawn += list(ret, update->withdrawn);
	ret->withdrawn += list(ret, update->mp_withdrawn);
	attrs = update->attrs ? update->attrs : update->mp_attrs;
	if (!attrs)
		return;
	bgp_attr_fields(attrs_at(world->attrs, attrs), &ret->fields);
	nexthop = nexthop_addr(&ret->fields.nexthop);
	addr_text(&nexthop, ret->nexthop);
}

static inline json_t *
at_path(json_t *root, const char *a, const char *b, const char *c)
{
	return json_object_get(json_object_get(json_object_get(root, a), b), c);
}

/* True if a BGP identifier is the one shown. */
static inline bool
is_id(uint32_t id, const char *shown)
{
	const struct addr addr = { { (uint64_t)id << 32, 0 }, FAMILY_IPV4 };
	char text[ADDR_TEXT_MAX];

	return strcmp(addr_text(&addr, text), shown) == 0;
}

#endif
