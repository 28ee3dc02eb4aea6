/*
 * The choice against all there are: on small random trees every safe set is tried. A
 * price a place finds the corners of the hull over the best sets of each size, so at
 * the price found no set of any size may do better, and a lower price must take too
 * much. Nothing is installed: all places cost alike.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tests/unit/rib/books.h"

#define ROUTES 9
#define NEW 1.17 /* what a place of a new route counts */

struct tree {
	struct table table;
	unsigned n;
	struct prefix prefix[ROUTES];
	uint32_t id[ROUTES], key[ROUTES];
	int up[ROUTES]; /* -1: none */
	double rate[ROUTES];
	uint32_t fallback;
	unsigned seed;
};

static unsigned
pick(struct tree *t, unsigned n)
{
	return (unsigned)rand_r(&t->seed) % n;
}

static void
add_default(struct tree *t)
{
	struct prefix prefix = prefix_make(FAMILY_IPV4, (struct bits){ 0, 0 }, 0);

	t->fallback = pick(t, 4);
	if (t->fallback)
		assert_int_not_equal(put(&t->table, &prefix, 1, t->fallback), 0);
}

static void
tree_init(struct tree *t, unsigned seed)
{
	memset(t, 0, sizeof *t);
	t->seed = seed;
	table_init(&t->table, FAMILY_IPV4, NULL, 100, 100);
	add_default(t);
	while (t->n < ROUTES) {
		unsigned len = 1 + pick(t, 5), i = t->n;
		struct bits bits = { (uint64_t)rand_r(&t->seed) << 33, 0 };

		t->prefix[i] = prefix_make(FAMILY_IPV4, bits, len);
		if (table_find(&t->table, &t->prefix[i]))
			continue;
		t->key[i] = 1 + pick(t, 3);
		t->id[i] = put(&t->table, &t->prefix[i], 1, t->key[i]);
		t->rate[i] = pick(t, 4) ? pick(t, 1000) : 0;
		t->n++;
	}
	for (unsigned i = 0; i < t->n; i++) {
		struct estimate e;
		uint32_t entry;

		t->up[i] = -1;
		for (unsigned j = 0; j < t->n; j++)
			if (j != i && prefix_covers(&t->prefix[j], &t->prefix[i]) &&
			    (t->up[i] < 0 ||
				t->prefix[j].len > t->prefix[t->up[i]].len))
				t->up[i] = (int)j;
		if (t->rate[i] == 0)
			continue;
		estimate_init(&e);
		e.shape = e.exposure = 1;
		e.bytes = (float)t->rate[i];
		e.samples = 1;
		e.touched = 0;
		entry = table_entry(&t->table, &t->prefix[i], t->id[i], true);
		t->table.entries[entry].estimate = e;
	}
}

/* What the set makes right, or -1 if it is not safe. */
static double
value_of(const struct tree *t, unsigned set)
{
	double value = 0;

	for (unsigned i = 0; i < t->n; i++) {
		int by = (int)i;

		while (by >= 0 && !(set >> by & 1))
			by = t->up[by];
		if (by >= 0 && t->key[by] != t->key[i])
			return -1;
		if (by >= 0 || t->key[i] == t->fallback)
			value += t->rate[i];
	}
	return value;
}

/* The routes that the choice means: what is chosen, and what it takes along. */
static unsigned
chosen(const struct tree *t)
{
	unsigned set = 0;

	for (size_t n = 1; n < t->table.choice.nodes_len; n++) {
		const struct node *node = &t->table.choice.nodes[n];
		const struct entry *entry = &t->table.entries[node->entry];

		for (unsigned i = 0; node->root && i < t->n; i++)
			if (prefix_equal(&entry->prefix, &t->prefix[i]))
				set |= 1u << i;
	}
	for (unsigned roots = set, i = 0; i < t->n; i++)
		for (int up = t->up[i]; up >= 0; up = t->up[up])
			if (roots >> up & 1 && t->key[i] != t->key[t->up[i]])
				set |= 1u << i;
	return set;
}

static void
check_wanted(const struct tree *t, unsigned set)
{
	for (size_t n = 1; n < t->table.choice.nodes_len; n++) {
		const struct node *node = &t->table.choice.nodes[n];
		const struct entry *entry = &t->table.entries[node->entry];

		for (unsigned i = 0; i < t->n; i++)
			if (prefix_equal(&entry->prefix, &t->prefix[i]))
				assert_int_equal(node->wanted, set >> i & 1);
	}
}

/* True if all of the set has its closure within the places. */
static bool
fits(const struct tree *t, unsigned set, size_t places)
{
	for (unsigned i = 0; i < t->n; i++)
		if (set >> i & 1 && route_at(&t->table, t->id[i])->need >= places)
			return false;
	return true;
}

static void
check_choice(const struct tree *t, size_t places, unsigned *retfull)
{
	double best[ROUTES + 1], price = t->table.price, value;
	unsigned set = chosen(t), size = (unsigned)__builtin_popcount(set);
	bool lower_takes_more = size == places, all = true;

	for (unsigned k = 0; k <= ROUTES; k++)
		best[k] = -1;
	for (unsigned s = 0; s < 1u << t->n; s++) {
		unsigned k = (unsigned)__builtin_popcount(s);

		if (fits(t, s, places))
			best[k] = fmax(best[k], value_of(t, s));
	}
	value = value_of(t, set);
	assert_true(value >= 0);
	assert_in_range(size, 0, places);
	assert_true(fabs(value - best[size]) < 1e-3);
	for (unsigned k = 0; k <= t->n; k++) {
		double more = best[k] - value, dk = (double)k - size;

		assert_true(more <= NEW * price * dk + 1e-3);
		if (k > places && best[k] >= 0 &&
		    more >= 0.998 * NEW * price * dk - 1e-3)
			lower_takes_more = true;
		if (more > 1e-3)
			all = false;
	}
	assert_true(lower_takes_more || all);
	*retfull += size == places;
	check_wanted(t, set);
}

static void
no_set_is_better(void **state)
{
	unsigned full = 0;

	(void)state;
	for (unsigned seed = 1; seed <= 400; seed++) {
		struct tree t;

		tree_init(&t, seed);
		for (size_t places = 0; places <= 6; places++) {
			books_select(&t.table, places, false, 0);
			check_choice(&t, places, &full);
		}
		table_fini(&t.table);
	}
	assert_true(full > 1000); /* or the trees are no good */
}

/* What is left out for its little weight is what would not be chosen. */
static void
folding_changes_nothing(void **state)
{
	size_t folded = 0;

	(void)state;
	for (unsigned seed = 1; seed <= 400; seed++) {
		struct tree t;
		size_t places = seed % 6, len;
		double price;
		unsigned set;

		tree_init(&t, seed);
		books_select(&t.table, places, false, 0);
		books_select(&t.table, places, false, 0);
		set = chosen(&t);
		len = t.table.choice.nodes_len;
		price = t.table.price;
		books_select(&t.table, places, true, 0);
		folded += len - t.table.choice.nodes_len;
		assert_int_equal(chosen(&t), set);
		assert_true(fabs(t.table.price / price - 1) < 1e-9);
		/* a price that is far off is no harm */
		t.table.price = price * 100;
		books_select(&t.table, places, true, 0);
		check_choice(&t, places, &(unsigned){ 0 });
		table_fini(&t.table);
	}
	assert_true(folded > 200);
}

static void
a_least_rate_keeps_out_what_is_below(void **state)
{
	struct books b;

	(void)state;
	books_init(&b, 10);
	books_add(&b, "10.0.0.0/16", 1);
	books_add(&b, "10.1.0.0/16", 1);
	books_rate(&b, "10.0.0.0/16", 99);
	books_rate(&b, "10.1.0.0/16", 101);
	b.table.policy.min_rate = 100;
	books_select(&b.table, 10, false, 0);
	assert_int_equal(b.table.choice.nodes_len, 3);
	assert_false(b.table.choice.nodes[1].wanted);
	assert_true(b.table.choice.nodes[2].wanted);
	books_fini(&b);
}

static void
what_is_in_place_stays_against_a_little_more(void **state)
{
	struct books b;

	(void)state;
	books_init(&b, 10);
	books_add(&b, "10.0.0.0/16", 1);
	books_add(&b, "10.1.0.0/16", 1);
	books_install(&b, "10.0.0.0/16");
	books_changes(&b);
	books_rate(&b, "10.0.0.0/16", 100);
	books_rate(&b, "10.1.0.0/16", 130);
	books_select(&b.table, 1, false, 0);
	assert_true(b.table.choice.nodes[1].wanted && !b.table.choice.nodes[2].wanted);
	books_rate(&b, "10.1.0.0/16", 145); /* 1.17 / 0.83 = 1.41 */
	books_select(&b.table, 1, false, 0);
	assert_true(!b.table.choice.nodes[1].wanted && b.table.choice.nodes[2].wanted);
	books_fini(&b);
}

static void
a_closure_in_place_counts_as_such(void **state)
{
	struct books b;

	(void)state;
	books_init(&b, 10);
	books_add(&b, "10.0.0.0/8", 1);
	books_add(&b, "10.1.0.0/16", 2);
	books_add(&b, "10.1.1.0/24", 3);
	books_add(&b, "10.2.0.0/16", 2);
	books_add(&b, "10.3.0.0/16", 1);
	books_install(&b, "10.1.0.0/16");
	books_install(&b, "10.3.0.0/16");
	books_changes(&b);
	books_rate(&b, "10.0.0.0/8", 100);
	books_rate(&b, "10.2.0.0/16", 100);
	books_select(&b.table, 10, false, 0);
	assert_int_equal(b.table.choice.nodes_len, 6);
	assert_int_equal(b.table.choice.nodes[1].cost, 4);
	/* two of its places are taken; 10.3/16 is none of them */
	assert_true(fabs(b.table.choice.nodes[1].units - (2 * 0.83 + 2 * 1.17)) < 1e-5);
	assert_true(fabs(b.table.choice.nodes[2].units - 2 * 0.83) < 1e-5);
	books_fini(&b);
}

static void
barred_and_default_routes_are_never_chosen(void **state)
{
	struct books b;

	(void)state;
	books_init(&b, 10);
	books_add(&b, "0.0.0.0/0", 1);
	books_add(&b, "10.0.0.0/8", 2);
	books_route(&b, "10.0.0.0/8")->barred = 1;
	books_rate(&b, "0.0.0.0/0", 1000);
	books_rate(&b, "10.0.0.0/8", 1000);
	for (size_t places = 0; places < 4; places++) {
		books_select(&b.table, places, false, 0);
		assert_false(
		    b.table.choice.nodes[1].wanted || b.table.choice.nodes[2].wanted);
		assert_true(isfinite(b.table.price));
	}
	books_fini(&b);
}

/* Chooses at a time when idle entries are looked for. */
static void
look(struct table *table, size_t places, double now)
{
	table->forget_at = 0;
	books_select(table, places, false, now);
}

static void
entries_go_when_they_are_idle(void **state)
{
	struct books b;

	(void)state;
	books_init(&b, 10);
	books_add(&b, "10.0.0.0/8", 2);
	books_add(&b, "10.1.0.0/16", 2);
	books_add(&b, "11.0.0.0/8", 2);
	books_add(&b, "12.0.0.0/8", 2);
	books_rate(&b, "10.1.0.0/16", 1000); /* keeps what is above it */
	books_rate(&b, "11.0.0.0/8", 1000);
	books_rate(&b, "12.0.0.0/8", 1000);
	books_install(&b, "12.0.0.0/8");
	books_changes(&b);
	look(&b.table, 10, 3599);
	assert_int_equal(b.table.entries_live, 4);
	books_estimate(&b, "10.1.0.0/16")->touched = 3500;
	look(&b.table, 10, 3601);
	assert_int_equal(b.table.entries_live, 3);
	assert_int_equal(books_route(&b, "11.0.0.0/8")->entry, 0);
	/* worth next to nothing for a minute */
	books_estimate(&b, "10.1.0.0/16")->bytes = 1e-9f;
	b.table.price = 1000;
	look(&b.table, 1, 3559);
	assert_int_equal(b.table.entries_live, 3);
	b.table.price = 1000;
	look(&b.table, 1, 3561);
	assert_int_equal(books_route(&b, "10.1.0.0/16")->entry, 0);
	look(&b.table, 1, 3562);
	assert_int_equal(b.table.entries_live, 1);
	books_fini(&b);
}

static void
an_entry_that_is_a_source_stays(void **state)
{
	struct books b;

	(void)state;
	books_init(&b, 10);
	books_add(&b, "10.0.0.0/8", 2);
	books_rate(&b, "10.0.0.0/8", 1000);
	table_watch_sources(&b.table, true, 0);
	estimate_sample(
	    &b.table.sources[books_route(&b, "10.0.0.0/8")->entry], 1, 1, 3000);
	look(&b.table, 10, 6599);
	assert_int_equal(b.table.entries_live, 1);
	look(&b.table, 10, 6601);
	assert_int_equal(b.table.entries_live, 0);
	books_fini(&b);
}

/* From whatever it was, and back: the last price is no trap. */
static void
the_price_is_found_from_anywhere(void **state)
{
	static const double from[] = { 0, 1e-300, 1e-6, 1, 1e6, 1e15 };
	char text[PREFIX_TEXT_MAX];
	struct books b;

	(void)state;
	books_init(&b, 2000);
	for (unsigned i = 0; i < 1000; i++) {
		snprintf(text, sizeof text, "10.%u.%u.0/24", i / 256, i % 256);
		books_add(&b, text, 1);
		books_rate(&b, text, 1e7 / (i + 1));
	}
	for (unsigned i = 0; i < sizeof from / sizeof *from; i++) {
		size_t wanted = 0;

		b.table.price = from[i];
		books_select(&b.table, 200, false, 0);
		for (size_t n = 1; n < b.table.choice.nodes_len; n++)
			wanted += b.table.choice.nodes[n].wanted;
		assert_int_equal(wanted, 200);
		b.table.price = from[i];
		books_select(&b.table, 0, false, 0);
		for (size_t n = 1; n < b.table.choice.nodes_len; n++)
			assert_false(b.table.choice.nodes[n].wanted);
	}
	books_fini(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_set_is_better),
		cmocka_unit_test(folding_changes_nothing),
		cmocka_unit_test(a_least_rate_keeps_out_what_is_below),
		cmocka_unit_test(what_is_in_place_stays_against_a_little_more),
		cmocka_unit_test(a_closure_in_place_counts_as_such),
		cmocka_unit_test(barred_and_default_routes_are_never_chosen),
		cmocka_unit_test(entries_go_when_they_are_idle),
		cmocka_unit_test(an_entry_that_is_a_source_stays),
		cmocka_unit_test(the_price_is_found_from_anywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
