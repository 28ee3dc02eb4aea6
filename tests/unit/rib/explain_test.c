/*
 * Why routes are installed or not: each reason in a RIB made for it, with rates and a
 * price set by hand, and all of them over random lives, against the model.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdlib.h>
#include <cmocka.h>

#include "rib/explain.h"
#include "rib/half.h"
#include "rib/safety.h"
#include "rib/select.h"
#include "tests/unit/rib/model.h"

#define HOPS 4
#define NEW (1 + SELECT_HYSTERESIS) /* what a place counts */
#define OLD (1 - SELECT_HYSTERESIS)

struct world {
	struct rib *rib;
	struct table *table;
	uint32_t attrs[HOPS + 1];
};

static struct prefix
prefix_of(const char *text)
{
	struct prefix prefix = { .len = 0 };

	assert_true(prefix_parse(text, &prefix));
	return prefix;
}

/* A default route by next hop 1, a listener, 100 places and a sample just now. */
static int
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

static int
teardown(void **state)
{
	struct world *w = *state;

	for (int i = 1; i <= HOPS; i++)
		attrs_unref(rib_attrs(w->rib), w->attrs[i]);
	rib_free(w->rib);
	free(w);
	return 0;
}

static void
hear(struct world *w, const char *text, unsigned hop)
{
	struct prefix prefix = prefix_of(text);

	assert_true(rib_announce(w->rib, &prefix, w->attrs[hop]));
}

/* The route has exactly this rate, from 100 samples of one size. */
static void
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

static void
install(struct world *w, const char *text)
{
	struct prefix prefix = prefix_of(text);
	uint32_t id = table_find(w->table, &prefix);
	size_t missing = safety_missing(
	    w->table, &prefix, route_at(w->table, id)->key, 100);

	safety_install(w->table, &prefix, id, missing);
}

static void
assert_near(double value, double want)
{
	if (!(fabs(value - want) <= 1e-4 * fabs(want)))
		fail_msg("%g is not %g", value, want);
}

static void
set_policy(struct world *w, const struct rib_policy *policy)
{
	rib_set_policy(w->rib, FAMILY_IPV4, policy);
}

/* Makes a choice that changes nothing; what has a price of its own gets it after it. */
static void
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
static struct rib_explanation
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

static void
assert_rival(const struct rib_rival *rival, const char *text, double worth)
{
	char got[PREFIX_TEXT_MAX];

	assert_int_equal(rival->known, text != NULL);
	if (!text)
		return;
	assert_string_equal(prefix_text(&rival->prefix, got), text);
	assert_near(rival->worth, worth);
}

static void
a_route_is_chosen_or_priced_out(void **state)
{
	struct world *w = *state;
	struct rib_explanation e;

	hear(w, "0.0.0.0/0", 1);
	hear(w, "10.1.0.0/16", 2);
	hear(w, "10.2.0.0/16", 2);
	hear(w, "10.3.0.0/16", 2);
	carry(w, "10.1.0.0/16", 1000);
	carry(w, "10.2.0.0/16", 700);
	carry(w, "10.3.0.0/16", 500);
	install(w, "10.1.0.0/16");
	choose(w);
	w->table->price = 650;
	e = why(w, "10.1.0.0/16", RIB_WHY_CHOSEN, NULL);
	assert_near(e.traffic, 1000);
	assert_near(e.error, 0.21627); /* 121.627 may be 100 */
	assert_near(e.gain, 1000);
	assert_near(e.worth, 1000);
	assert_near(e.price, 650);
	assert_near(e.asked, 650 * OLD);
	assert_near(e.needed, 650 * OLD);
	assert_true(e.fallback == 0);
	assert_int_equal(e.places, 1);
	assert_int_equal(e.installed, 1);
	assert_int_equal(e.capacity, 100);
	assert_int_equal(e.spare, 95); /* four are kept for repairs */
	assert_rival(&e.next, "10.2.0.0/16", 700);
	assert_rival(&e.least, NULL, 0);
	assert_int_equal(e.answer.action, RIB_INSTALLED);

	e = why(w, "10.2.0.0/16", RIB_WHY_PRICED_OUT, NULL);
	assert_near(e.worth, 700); /* more than the price, but not by enough */
	assert_near(e.asked, 650 * NEW);
	assert_near(e.needed, 650 * NEW);
	assert_rival(&e.next, "10.3.0.0/16", 500);
	assert_rival(&e.least, "10.1.0.0/16", 1000);
	assert_int_equal(e.answer.action, RIB_FALLBACK);
	assert_false(e.answer.correct);

	w->table->price = 699 / NEW;
	why(w, "10.2.0.0/16", RIB_WHY_COMING, NULL);
	why(w, "10.3.0.0/16", RIB_WHY_PRICED_OUT, NULL);
	w->rib->halves[FAMILY_IPV4].urgent = true; /* no choice, no rivals */
	e = why(w, "10.2.0.0/16", RIB_WHY_COMING, NULL);
	assert_rival(&e.next, NULL, 0);
	assert_rival(&e.least, NULL, 0);
	w->table->price = 999 / OLD;
	why(w, "10.1.0.0/16", RIB_WHY_CHOSEN, NULL);
	w->table->price = 1001 / OLD;
	why(w, "10.1.0.0/16", RIB_WHY_GOING, NULL);
}

static void
a_closure_has_its_price(void **state)
{
	struct world *w = *state;
	struct rib_explanation e;

	hear(w, "0.0.0.0/0", 1);
	hear(w, "10.0.0.0/8", 2);
	hear(w, "10.1.0.0/16", 3);
	hear(w, "10.1.1.0/24", 3); /* like what covers it: no place */
	hear(w, "10.2.0.0/16", 1); /* like the default, but must come along */
	hear(w, "10.1.2.0/24", 2);
	carry(w, "10.0.0.0/8", 1000);
	carry(w, "10.1.1.0/24", 50);
	carry(w, "10.2.0.0/16", 300);
	w->table->price = 280;
	e = why(w, "10.0.0.0/8", RIB_WHY_PRICED_OUT, NULL);
	assert_int_equal(e.places, 4);
	assert_near(e.traffic, 1350);
	assert_near(e.fallback, 300);
	assert_near(e.gain, 1050);
	assert_near(e.worth, 1050 / 4.0);
	assert_near(e.needed, 300 + 4 * 280 * NEW);
	assert_near(e.without, 300);
	/* 21.627 % of each, which are independent */
	assert_near(e.error, 0.21627 * sqrt(1e6 + 2500 + 9e4) / 1350);
	w->table->price = 200;
	why(w, "10.0.0.0/8", RIB_WHY_COMING, NULL);
	w->table->price = 1; /* 10.1.1.0/24 would come alone */
	e = why(w, "10.0.0.0/8", RIB_WHY_COMING, NULL);
	assert_near(e.without, 350);
	assert_near(e.gain, 1000 + NEW);

	install(w, "10.0.0.0/8");
	choose(w);
	w->table->price = 200;
	e = why(w, "10.0.0.0/8", RIB_WHY_CHOSEN, NULL);
	assert_near(e.asked, 200 * OLD);
	assert_rival(&e.least, NULL, 0); /* what is below is no rival */
	e = why(w, "10.1.0.0/16", RIB_WHY_PROTECTS, "10.0.0.0/8");
	assert_near(e.traffic, 50);
	assert_int_equal(e.places, 2);
	why(w, "10.2.0.0/16", RIB_WHY_PROTECTS, "10.0.0.0/8");
	why(w, "10.1.2.0/24", RIB_WHY_PROTECTS, "10.1.0.0/16");
	e = why(w, "10.1.1.0/24", RIB_WHY_COVERED, "10.1.0.0/16");
	assert_true(e.answer.correct);
	assert_int_equal(e.answer.action, RIB_COVERED);
	/* what it took along goes with it only */
	hear(w, "11.0.0.0/8", 2);
	e = why(w, "11.0.0.0/8", RIB_WHY_NO_TRAFFIC, NULL);
	assert_rival(&e.least, "10.0.0.0/8", 1000 / 4.0); /* at the price it had */
	assert_rival(&e.next, NULL, 0);
	/* one that came alone stays until its place is needed */
	hear(w, "10.4.1.0/24", 2);
	why(w, "10.4.1.0/24", RIB_WHY_COVERED, "10.0.0.0/8");
	install(w, "10.4.1.0/24");
	why(w, "10.4.1.0/24", RIB_WHY_REDUNDANT, "10.0.0.0/8");
}

static void
what_forwards_like_the_default_needs_no_place(void **state)
{
	struct world *w = *state;
	struct rib_explanation e;

	hear(w, "0.0.0.0/0", 1);
	hear(w, "10.1.0.0/16", 1);
	hear(w, "10.2.0.0/16", 2);
	hear(w, "10.2.1.0/24", 1);
	carry(w, "10.1.0.0/16", 1e6);
	carry(w, "10.2.1.0/24", 1e6);
	choose(w);
	w->table->price = 1;
	e = why(w, "10.1.0.0/16", RIB_WHY_LIKE_DEFAULT, NULL);
	assert_true(e.answer.correct && e.gain == 0 && e.worth == 0);
	assert_near(e.fallback, 1e6);
	/* nor does what has no traffic but such */
	e = why(w, "10.2.0.0/16", RIB_WHY_LIKE_DEFAULT, NULL);
	assert_false(e.answer.correct);
	assert_rival(&e.next, NULL, 0);
	install(w, "10.1.0.0/16");
	why(w, "10.1.0.0/16", RIB_WHY_FILLS, NULL);
	e = why(w, "0.0.0.0/0", RIB_WHY_DEFAULT, NULL);
	assert_int_equal(e.answer.action, RIB_FALLBACK);
}

static void
what_is_not_there_is_named_by_what_covers_it(void **state)
{
	struct world *w = *state;
	struct rib_explanation e;

	e = why(w, "10.1.2.3", RIB_WHY_UNKNOWN, NULL);
	assert_false(e.answer.found);
	assert_int_equal(e.answer.action, RIB_NOTHING);
	hear(w, "0.0.0.0/0", 1);
	hear(w, "10.0.0.0/8", 2);
	carry(w, "10.0.0.0/8", 10);
	install(w, "10.0.0.0/8");
	e = why(w, "10.1.0.0/16", RIB_WHY_UNKNOWN, "10.0.0.0/8");
	assert_true(e.answer.found && e.answer.correct);
	assert_int_equal(e.answer.action, RIB_INSTALLED);
	e = why(w, "11.0.0.0/8", RIB_WHY_UNKNOWN, "0.0.0.0/0");
	assert_int_equal(e.answer.action, RIB_FALLBACK);
	why(w, "10.0.0.0/7", RIB_WHY_UNKNOWN, "0.0.0.0/0");
}

static void
traffic_must_be_there_and_enough(void **state)
{
	struct world *w = *state;
	struct rib_explanation e;

	hear(w, "10.0.0.0/8", 2);
	e = why(w, "10.0.0.0/8", RIB_WHY_NO_TRAFFIC, NULL);
	assert_true(isinf(e.error) && e.traffic == 0);
	carry(w, "10.0.0.0/8", 100);
	why(w, "10.0.0.0/8", RIB_WHY_COMING, NULL); /* there is no price yet */
	set_policy(w, &(struct rib_policy){ .min_rate = 101, .fallback_weight = 1 });
	e = why(w, "10.0.0.0/8", RIB_WHY_MIN_RATE, NULL);
	assert_near(e.min_rate, 101);
	install(w, "10.0.0.0/8");
	why(w, "10.0.0.0/8", RIB_WHY_CHOSEN, NULL); /* half of it keeps the place */
	set_policy(w, &(struct rib_policy){ .min_rate = 201, .fallback_weight = 1 });
	e = why(w, "10.0.0.0/8", RIB_WHY_GOING, NULL);
	assert_int_equal(e.because, RIB_WHY_MIN_RATE);
	carry(w, "10.0.0.0/8", 0);
	set_policy(w, &(struct rib_policy){ .fallback_weight = 1 });
	e = why(w, "10.0.0.0/8", RIB_WHY_GOING, NULL);
	assert_int_equal(e.because, RIB_WHY_NO_TRAFFIC);
}

static void
idle_and_short_routes_are_as_the_operator_says(void **state)
{
	struct world *w = *state;
	struct rib_explanation e;

	hear(w, "10.0.0.0/8", 2);
	hear(w, "10.1.0.0/16", 2);
	carry(w, "10.1.0.0/16", 100);
	set_policy(w, &(struct rib_policy){ .min_len = 9, .fallback_weight = 1 });
	e = why(w, "10.0.0.0/8", RIB_WHY_TOO_SHORT, NULL);
	assert_int_equal(e.min_len, 9);
	why(w, "10.1.0.0/16", RIB_WHY_COMING, NULL);
	set_policy(w, &(struct rib_policy){ .idle_s = 60, .fallback_weight = 1 });
	w->rib->clock = 59;
	why(w, "10.1.0.0/16", RIB_WHY_COMING, NULL);
	w->rib->clock = 61;
	e = why(w, "10.0.0.0/8", RIB_WHY_IDLE, NULL); /* with all below it */
	assert_near(e.idle_s, 61);
	assert_near(e.idle_max_s, 60);
	install(w, "10.1.0.0/16");
	e = why(w, "10.1.0.0/16", RIB_WHY_GOING, NULL);
	assert_int_equal(e.because, RIB_WHY_IDLE);
}

static void
rules_come_before_traffic(void **state)
{
	const struct rib_rule pin = { .prefix = prefix_of("10.1.0.0/16") };
	const struct rib_rule both[] = { pin, { .prefix = prefix_of("10.2.0.0/16") } };
	const struct rib_rule never = { .prefix = prefix_of("10.2.0.0/15"),
		.longer = true };
	struct world *w = *state;
	struct rib_explanation e;

	hear(w, "0.0.0.0/0", 1);
	hear(w, "10.0.0.0/8", 2);
	hear(w, "10.1.0.0/16", 1);
	hear(w, "10.2.0.0/16", 3);
	carry(w, "10.0.0.0/8", 100);
	carry(w, "10.2.0.0/16", 100);
	w->table->price = 1;
	set_policy(w, &(struct rib_policy){ .pin = &pin,
			  .n_pin = 1,
			  .never = &never,
			  .n_never = 1,
			  .fallback_weight = 1 });
	e = why(w, "10.1.0.0/16", RIB_WHY_COMING, NULL);
	assert_true(e.asked == 0 && e.pinned);
	why(w, "10.2.0.0/16", RIB_WHY_NEVER, NULL);
	why(w, "10.0.0.0/8", RIB_WHY_BELOW_BARRED, "10.2.0.0/16");
	install(w, "10.1.0.0/16");
	choose(w);
	why(w, "10.1.0.0/16", RIB_WHY_PINNED, NULL);
	hear(w, "11.0.0.0/8", 2);
	e = why(w, "11.0.0.0/8", RIB_WHY_NO_TRAFFIC, NULL);
	assert_rival(&e.least, NULL, 0); /* what is pinned does not go */

	set_policy(
	    w, &(struct rib_policy){ .pin = both, .n_pin = 2, .fallback_weight = 1 });
	why(w, "10.2.0.0/16", RIB_WHY_COMING, NULL);
	rib_set_capacity(w->rib, FAMILY_IPV4, 1);
	why(w, "10.2.0.0/16", RIB_WHY_PINS_FULL, NULL);
	rib_set_capacity(w->rib, FAMILY_IPV4, 0);
	why(w, "10.2.0.0/16", RIB_WHY_TOO_LARGE, NULL);
}

static void
exchanges_wait_for_the_budget(void **state)
{
	struct world *w = *state;

	hear(w, "10.0.0.0/8", 2);
	hear(w, "11.0.0.0/8", 2);
	carry(w, "10.0.0.0/8", 100);
	carry(w, "11.0.0.0/8", 1000);
	w->table->budget.left = 0;
	why(w, "11.0.0.0/8", RIB_WHY_COMING, NULL); /* there is room */
	install(w, "10.0.0.0/8");
	rib_set_capacity(w->rib, FAMILY_IPV4, 1);
	w->table->budget.left = 0;
	w->table->price = 500;
	why(w, "11.0.0.0/8", RIB_WHY_BUDGET, NULL);
	w->rib->clock = 2 / w->table->budget.rate;
	why(w, "11.0.0.0/8", RIB_WHY_COMING, NULL);
}

static void
the_fallback_may_be_another(void **state)
{
	struct world *w = *state;
	struct rib_policy policy = { .fallback = RIB_FALLBACK_NONE,
		.fallback_weight = 1 };
	struct rib_explanation e;

	hear(w, "0.0.0.0/0", 1);
	hear(w, "10.1.0.0/16", 1);
	carry(w, "10.1.0.0/16", 100);
	w->table->price = 1;
	e = why(w, "10.1.0.0/16", RIB_WHY_LIKE_DEFAULT, NULL);
	assert_false(e.by_next_hop);
	set_policy(w, &policy);
	e = why(w, "10.1.0.0/16", RIB_WHY_COMING, NULL);
	assert_int_equal(e.answer.action, RIB_NOTHING);
	assert_true(e.without == 0);
	policy.fallback = RIB_FALLBACK_NEXTHOP;
	assert_true(addr_parse("192.0.2.1", &policy.nexthop));
	set_policy(w, &policy);
	e = why(w, "10.1.0.0/16", RIB_WHY_LIKE_DEFAULT, NULL);
	assert_true(e.by_next_hop);
	assert_near(e.without, 100);
	/* what is right only as long as the fallback stands is worth a little */
	policy.fallback_weight = 0.9;
	set_policy(w, &policy);
	e = why(w, "10.1.0.0/16", RIB_WHY_COMING, NULL);
	assert_near(e.gain, 10);
	w->table->price = 10;
	why(w, "10.1.0.0/16", RIB_WHY_LIKE_DEFAULT, NULL);
}

static void
what_cannot_be_announced_is_named(void **state)
{
	struct world *w = *state;
	struct prefix prefix = prefix_of("10.1.1.0/24");

	hear(w, "10.0.0.0/8", 2);
	hear(w, "10.1.0.0/16", 2);
	hear(w, "10.1.1.0/24", 3);
	carry(w, "10.0.0.0/8", 100);
	carry(w, "10.1.1.0/24", 100);
	why(w, "10.0.0.0/8", RIB_WHY_COMING, NULL);
	rib_bar(w->rib, &prefix);
	why(w, "10.1.1.0/24", RIB_WHY_BARRED, NULL);
	why(w, "10.0.0.0/8", RIB_WHY_BELOW_BARRED, "10.1.1.0/24");
	prefix = prefix_of("10.1.0.0/16"); /* alike, so it need not come along */
	rib_bar(w->rib, &prefix);
	why(w, "10.0.0.0/8", RIB_WHY_BELOW_BARRED, "10.1.1.0/24");
	hear(w, "10.1.1.0/24", 2);
	why(w, "10.0.0.0/8", RIB_WHY_COMING, NULL);
}

static void
places_must_suffice(void **state)
{
	struct world *w = *state;
	struct rib_explanation e;

	hear(w, "10.0.0.0/8", 2);
	hear(w, "10.1.0.0/16", 3);
	hear(w, "10.2.0.0/16", 4);
	carry(w, "10.0.0.0/8", 100);
	rib_set_capacity(w->rib, FAMILY_IPV4, 3);
	why(w, "10.0.0.0/8", RIB_WHY_COMING, NULL);
	rib_set_capacity(w->rib, FAMILY_IPV4, 2);
	e = why(w, "10.0.0.0/8", RIB_WHY_TOO_LARGE, NULL);
	assert_int_equal(e.places, 3);
	rib_set_capacity(w->rib, FAMILY_IPV4, 0);
	why(w, "10.0.0.0/8", RIB_WHY_TOO_LARGE, NULL);
}

static void
nothing_is_installed_for_nobody(void **state)
{
	struct world *w = *state;
	struct rib_explanation e;

	hear(w, "10.0.0.0/8", 2);
	carry(w, "10.0.0.0/8", 100);
	rib_set_target(w->rib, FAMILY_IPV4, false);
	why(w, "10.0.0.0/8", RIB_WHY_NO_TARGET, NULL);
	rib_set_ready(w->rib, FAMILY_IPV4, false);
	why(w, "10.0.0.0/8", RIB_WHY_NOT_READY, NULL);
	rib_set_target(w->rib, FAMILY_IPV4, true);
	rib_set_ready(w->rib, FAMILY_IPV4, true);
	e = why(w, "10.0.0.0/8", RIB_WHY_COMING, NULL);
	assert_false(e.frozen);
	w->rib->sampled = -100;
	e = why(w, "10.0.0.0/8", RIB_WHY_FROZEN, NULL);
	assert_true(e.frozen);
}

/* What the reason claims, against what the model knows. Returns the reason. */
static enum rib_reason
check_reason(struct model *m, unsigned heap)
{
	struct prefix prefix = model_prefix_of(m, heap), other;
	struct rib_explanation e;
	unsigned up = heap >> 1, near = 0;
	double rounding; /* of a difference of sums as large as the traffic */

	rib_explain(m->rib, &prefix, m->now, &e);
	rounding = e.traffic * 1e-12;
	assert((m->hardware[heap] != 0) == rib_reason_installed(e.reason));
	assert((m->table[heap] == 0) == (e.reason == RIB_WHY_UNKNOWN));
	for (; up && !near; up >>= 1)
		near = m->hardware[up] ? up : 0;
	if (near)
		other = model_prefix_of(m, near);
	if (m->table[heap] && near) {
		bool alike = m->hardware[near] == m->table[heap];

		assert(e.reason == (!m->hardware[heap] ? RIB_WHY_COVERED
				       : alike         ? RIB_WHY_REDUNDANT
						       : RIB_WHY_PROTECTS));
		assert(e.other_known && prefix_equal(&e.other, &other));
	}
	if (m->table[heap] && !near)
		assert(e.reason != RIB_WHY_COVERED && e.reason != RIB_WHY_REDUNDANT &&
		       e.reason != RIB_WHY_PROTECTS);
	if (e.reason == RIB_WHY_CHOSEN || e.reason == RIB_WHY_COMING)
		assert(e.worth >= e.price * OLD - rounding &&
		       e.worth > e.asked - rounding);
	if (e.reason == RIB_WHY_PRICED_OUT)
		assert(e.worth <= e.price * NEW * (1 + 1e-9) && e.traffic <= e.needed);
	if (e.reason == RIB_WHY_LIKE_DEFAULT || e.reason == RIB_WHY_FILLS)
		assert(e.traffic == 0 || m->fallback == m->table[heap] ||
		       e.fallback >= e.traffic);
	assert(e.gain <= e.traffic && e.fallback <= e.traffic * (1 + 1e-9));
	assert(e.capacity == m->capacity && e.installed == m->installed);
	return e.reason;
}

static void
random_life(enum family family, size_t capacity, unsigned seed, unsigned *retseen)
{
	const struct rib_policy policy = {
		.fallback_weight = 1,
		.churn_limit = 1,
		.churn_burst = 2,
	};
	struct model *m = malloc(sizeof *m);

	model_init(m, family, capacity, seed);
	model_set_default(m, 1);
	rib_set_policy(m->rib, family, &policy);
	for (unsigned i = 0; i < 6000; i++) {
		unsigned len = 3 + model_pick(m, BITS - 2);
		unsigned heap = (1u << len) + model_pick(m, 1u << len);
		unsigned a = model_pick(m, ADDRESSES);

		if (i == 300)
			model_listen(m);
		if (i < 300 || model_pick(m, 5) == 0)
			model_announce(m, heap, 1 + model_pick(m, 2 * NEXTHOPS));
		else if (model_pick(m, 5) == 0)
			model_withdraw(m, heap);
		model_replay(m);
		model_sample(m, a * a / ADDRESSES * a / ADDRESSES);
		model_replay(m);
		if (i % 20 == 0)
			m->now += 0.5, model_tick(m), model_replay(m);
		if (i % 10 == 0)
			*retseen |= 1u << check_reason(m, heap);
		if (i % 1000 == 999)
			for (heap = 8; heap < 2 * ADDRESSES; heap++)
				*retseen |= 1u << check_reason(m, heap);
	}
	model_fini(m);
	free(m);
}

static void
reasons_agree_with_what_is_there(void **state)
{
	static const unsigned want[] = { RIB_WHY_CHOSEN, RIB_WHY_PROTECTS,
		RIB_WHY_FILLS, RIB_WHY_REDUNDANT, RIB_WHY_GOING, RIB_WHY_COVERED,
		RIB_WHY_PRICED_OUT, RIB_WHY_LIKE_DEFAULT, RIB_WHY_NO_TRAFFIC,
		RIB_WHY_TOO_LARGE, RIB_WHY_BUDGET, RIB_WHY_COMING, RIB_WHY_UNKNOWN };
	unsigned seen = 0;

	(void)state;
	random_life(FAMILY_IPV4, 40, 1, &seen);
	random_life(FAMILY_IPV6, 300, 2, &seen);
	random_life(FAMILY_IPV4, 2, 3, &seen);
	/* the others take a policy, a bar, silence or nobody who listens */
	for (unsigned i = 0; i < sizeof want / sizeof *want; i++)
		if (!(seen >> want[i] & 1))
			fail_msg("reason %u was never given", want[i]);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(a_route_is_chosen_or_priced_out),
		TEST(a_closure_has_its_price),
		TEST(what_forwards_like_the_default_needs_no_place),
		TEST(what_is_not_there_is_named_by_what_covers_it),
		TEST(traffic_must_be_there_and_enough),
		TEST(idle_and_short_routes_are_as_the_operator_says),
		TEST(rules_come_before_traffic),
		TEST(exchanges_wait_for_the_budget),
		TEST(the_fallback_may_be_another),
		TEST(what_cannot_be_announced_is_named),
		TEST(places_must_suffice),
		TEST(nothing_is_installed_for_nobody),
		cmocka_unit_test(reasons_agree_with_what_is_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
