/*
 * An engine whose rates, price and installed routes are set by hand, and what
 * rib_explain() says of it, for the tests.
 */
#ifndef TESTS_UNIT_RIB_EXPLAIN_WORLD_H
#define TESTS_UNIT_RIB_EXPLAIN_WORLD_H

#include <math.h>
#include <stdlib.h>

#include "rib/attrs.h"
#include "rib/explain.h"
#include "rib/half.h"
#include "rib/nexthop.h"
#include "rib/safety.h"
#include "rib/select.h"

#define HOPS 4
#define NEW (1 + SELECT_HYSTERESIS) /* what a place counts */
#define OLD (1 - SELECT_HYSTERESIS)

struct world {
	struct rib *rib;
	struct table *table;
	uint32_t attrs[HOPS + 1];
};

static inline struct prefix
prefix_of(const char *text)
{
	struct prefix prefix = { .len = 0 };

	assert_true(prefix_parse(text, &prefix));
	return prefix;
}

/* A default route by next hop 1, a listener, 100 places and a sample just now. */
static inline int
setup(void **state)
{
	const struct rib_limits limits = { { 1000, 1000 }, 10, 1000, 1 };
	struct world *w = calloc(1, sizeof *w);

	w->rib = rib_new(&limits);
	w->table = &w->rib->halves[FAMILY_IPV4].table;
	for (uint8_t i = 1; i <= HOPS; i++) {
		const uint8_t hop[4] = { 192, 0, 2, i };
		struct nexthop nexthop = nexthop_make(hop, sizeof hop);
		uint32_t key = fwkey_intern(rib_fwkeys(w->rib), &nexthop, 1);

		w->attrs[i] = attrs_intern(rib_attrs(w->rib), 0, &i, 1, key);
		fwkey_unref(rib_fwkeys(w->rib), key);
	}
	rib_set_capacity(w->rib, FAMILY_IPV4, 100);
	rib_set_ready(w->rib, FAMILY_IPV4, true);
	rib_set_target(w->rib, FAMILY_IPV4, true);
	w->rib->halves[FAMILY_IPV4].urgent = false;
	w->rib->begun = true;
	*state = w;
	return 0;
}

static inline int
teardown(void **state)
{
	struct world *w = *state;

	for (int i = 1; i <= HOPS; i++)
		attrs_unref(rib_attrs(w->rib), w->attrs[i]);
	rib_free(w->rib);
	free(w);
	return 0;
}

static inline void
hear(struct world *w, const char *text, unsigned hop)
{
	struct prefix prefix = prefix_of(text);

	assert_true(rib_announce(w->rib, &prefix, w->attrs[hop]));
}

/* The route has exactly this rate, from 100 samples of one size. */
static inline void
carry(struct world *w, const char *text, double rate)
{
	struct prefix prefix = prefix_of(text);
	uint32_t id = table_find(w->table, &prefix);
	uint32_t entry = table_entry(w->table, &prefix, id, true);
	struct estimate *estimate = &w->table->entries[entry].estimate;

	estimate->shape = estimate->exposure = 100;
	estimate->bytes = (float)rate;
	estimate->samples = 100;
	estimate->touched = 0;
}

static inline void
install(struct world *w, const char *text)
{
	struct prefix prefix = prefix_of(text);
	uint32_t id = table_find(w->table, &prefix);
	size_t missing = safety_missing(
	    w->table, &prefix, route_at(w->table, id)->key, 100);

	safety_install(w->table, &prefix, id, missing);
}

static inline void
assert_near(double value, double want)
{
	if (!(fabs(value - want) <= 1e-4 * fabs(want)))
		fail_msg("%g is not %g", value, want);
}

static inline void
set_policy(struct world *w, const struct rib_policy *policy)
{
	rib_set_policy(w->rib, FAMILY_IPV4, policy);
}

/* Makes a choice that changes nothing; what has a price of its own gets it after it. */
static inline void
choose(struct world *w)
{
	choice_begin(w->table, true, 0);
	w->table->choice.folded = 0;
	while (w->table->choice.step <= CHOICE_MARK)
		choice_work(w->table, 1);
	choice_stop(w->table);
	w->rib->halves[FAMILY_IPV4].urgent = false;
}

/* The reason must be this, and the other route, if one is named, that. */
static inline struct rib_explanation
why(struct world *w, const char *text, enum rib_reason reason, const char *other)
{
	struct prefix prefix = prefix_of(text);
	char got[PREFIX_TEXT_MAX] = "";
	struct rib_explanation e;

	rib_explain(w->rib, &prefix, 0, &e);
	if (e.other_known)
		prefix_text(&e.other, got);
	if (e.reason != reason)
		fail_msg("%s: reason %d, not %d", text, e.reason, reason);
	assert_string_equal(got, other ? other : "");
	assert_true(prefix_equal(&e.prefix, &prefix));
	if (reason != RIB_WHY_UNKNOWN)
		assert_true(prefix_equal(&e.answer.route.prefix, &prefix));
	assert_int_equal(e.answer.route.installed && e.reason != RIB_WHY_UNKNOWN,
	    rib_reason_installed(reason));
	return e;
}

static inline void
assert_rival(const struct rib_rival *rival, const char *text, double worth)
{
	char got[PREFIX_TEXT_MAX];

	assert_int_equal(rival->known, text != NULL);
	if (!text)
		return;
	assert_string_equal(prefix_text(&rival->prefix, got), text);
	assert_near(rival->worth, worth);
}

#endif
