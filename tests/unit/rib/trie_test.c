#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "rib/trie.h"
#include "tests/unit/rib/trie_twin.h"

static uint64_t
draw(uint64_t *seed)
{
	uint64_t z = *seed += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

static struct bits
draw_bits(uint64_t *seed)
{
	uint64_t hi = draw(seed);

	return (struct bits){ hi, draw(seed) };
}

/* A heap position of the twin, each length as likely. */
static unsigned
draw_position(uint64_t *seed)
{
	unsigned len = (unsigned)(draw(seed) % (TWIN_BITS + 1));

	return (1u << len) + (unsigned)(draw(seed) % (1u << len));
}

static enum twin_op
draw_op(uint64_t *seed, unsigned adds)
{
	unsigned number = (unsigned)(draw(seed) % 64);

	if (number < 24)
		return number < adds ? TWIN_ADD : TWIN_REMOVE;
	if (number < 26)
		return number == 24 ? TWIN_WALK : TWIN_NEXT;
	return (enum twin_op)(TWIN_FIND + number % (TWIN_WALK - TWIN_FIND));
}

/* The twelve bits that vary stand at every depth of an address in turn. */
static void
it_does_as_its_twin(void **state)
{
	enum { STEPS = 20000 };
	struct twin *twin = malloc(sizeof *twin);
	uint64_t seed = 1;

	(void)state;
	assert_non_null(twin);
	for (unsigned start = 0; start <= TWIN_START_MAX; start++) {
		size_t empty;

		twin_init(twin, draw_bits(&seed), start);
		empty = trie_bytes(&twin->trie);
		for (unsigned i = 0; i < STEPS; i++) {
			/* grow, stay, shrink */
			enum twin_op op = draw_op(&seed, 20 - i / (STEPS / 4) * 4);
			struct bits tail = draw_bits(&seed);
			unsigned x = draw_position(&seed);

			if (!twin_step(twin, op, x, tail, (uint32_t)draw(&seed)))
				fail_msg("start %u step %u op %d x %u", start, i,
				    (int)op, x);
		}
		assert_int_equal(twin->trie.count, twin->count);
		for (unsigned x = 1; x < TWIN_SIZE; x++)
			assert_true(
			    twin_step(twin, TWIN_REMOVE, x, (struct bits){ 0, 0 }, 0));
		assert_int_equal(twin->trie.count, 0);
		assert_int_equal(trie_bytes(&twin->trie), empty);
		twin_fini(twin);
	}
	free(twin);
}

struct entry {
	struct bits bits;
	unsigned len;
	uint32_t value;
};

static uint32_t
naive_lookup(const struct entry *entries, size_t n, struct bits addr, unsigned maxlen,
    unsigned *retlen)
{
	uint32_t value = 0;
	unsigned len = 0;

	for (size_t i = 0; i < n; i++) {
		struct bits under = bits_and(addr, bits_mask(entries[i].len));

		if (entries[i].value && entries[i].len <= maxlen &&
		    entries[i].len >= len && bits_equal(under, entries[i].bits)) {
			len = entries[i].len;
			value = entries[i].value;
		}
	}
	*retlen = len;
	return value;
}

/* Prefixes of any length, each mostly inside of one that was there before. */
static void
nested_prefixes_of_all_lengths_match(void **state)
{
	enum { ENTRIES = 400, ROUNDS = 20, LOOKUPS = 500 };
	struct entry entries[ENTRIES];
	uint64_t seed = 2;

	(void)state;
	for (unsigned round = 0; round < ROUNDS; round++) {
		struct trie trie;

		trie_init(&trie, 1 << 20);
		for (size_t i = 0; i < ENTRIES; i++) {
			struct entry *entry = &entries[i];
			const struct entry *outer = &entries[i ? draw(&seed) % i : 0];
			struct bits bits = draw_bits(&seed), mask;

			entry->len = (unsigned)(draw(&seed) % (TRIE_LEN_MAX + 1));
			if (i && draw(&seed) % 4) {
				mask = bits_mask(outer->len);
				bits.hi = outer->bits.hi | (bits.hi & ~mask.hi);
				bits.lo = outer->bits.lo | (bits.lo & ~mask.lo);
			}
			entry->bits = bits_and(bits, bits_mask(entry->len));
			entry->value = (uint32_t)i + 1;
			if (trie_find(&trie, bits, entry->len))
				entry->value = 0;
			else
				*trie_add(&trie, bits, entry->len) = entry->value;
		}
		for (size_t i = 0; i < LOOKUPS; i++) {
			const struct entry *inner = &entries[draw(&seed) % ENTRIES];
			struct bits addr = draw_bits(&seed);
			struct bits mask = bits_mask(inner->len);
			unsigned maxlen = (unsigned)(draw(&seed) % (TRIE_LEN_MAX + 1));
			unsigned len = 0, want_len;
			uint32_t want;

			addr.hi = inner->bits.hi | (addr.hi & ~mask.hi);
			addr.lo = inner->bits.lo | (addr.lo & ~mask.lo);
			want = naive_lookup(
			    entries, ENTRIES, addr, TRIE_LEN_MAX, &want_len);
			assert_int_equal(trie_lookup(&trie, addr), want);
			want = naive_lookup(entries, ENTRIES, addr, maxlen, &want_len);
			assert_int_equal(
			    trie_lookup_max(&trie, addr, maxlen, &len), want);
			assert_int_equal(len, want_len);
		}
		trie_fini(&trie);
	}
}

static void
a_walk_by_steps_survives_changes(void **state)
{
	struct trie trie;
	struct bits at = { 0, 0 };
	unsigned len = TRIE_START, steps = 0;
	uint32_t value;

	(void)state;
	trie_init(&trie, 1 << 20);
	assert_false(trie_next(&trie, &at, &len, &value));
	assert_int_equal(len, TRIE_START);
	for (uint64_t i = 0; i < 1000; i++)
		*trie_add(&trie, (struct bits){ i << 40, 0 }, 24) = (uint32_t)i + 1;
	*trie_add(&trie, (struct bits){ 0, 0 }, 0) = 9999;
	assert_true(trie_next(&trie, &at, &len, &value));
	assert_int_equal(len, 0);
	assert_int_equal(value, 9999);
	/* the one we stand on goes, and one that we passed comes */
	while (trie_next(&trie, &at, &len, &value)) {
		assert_int_equal(value, at.hi >> 40 == steps ? steps + 1 : 0);
		steps++;
		assert_int_equal(trie_remove(&trie, at, len), value);
		*trie_add(&trie, at, 20) = 7;
	}
	assert_int_equal(steps, 1000);
	trie_fini(&trie);
}

/* Prefixes in clusters, so that nodes of all sizes occur. */
static struct entry
draw_clustered(uint64_t *seed)
{
	struct entry entry = { draw_bits(seed), 1 + (unsigned)(draw(seed) % 128), 0 };
	uint64_t cluster = draw(seed) % 64;

	entry.bits.hi = (entry.bits.hi & 0xfffffff) | cluster << 58;
	entry.bits = bits_and(entry.bits, bits_mask(entry.len));
	entry.value = (uint32_t)draw(seed) | 1;
	return entry;
}

static void
the_limit_of_memory_is_met_cleanly(void **state)
{
	enum { MAX = 100000 };
	struct entry *entries = calloc(MAX, sizeof *entries);
	struct trie trie;
	uint64_t seed = 3;
	size_t n = 0, refused = 0, empty;

	(void)state;
	assert_non_null(entries);
	trie_init(&trie, 1 << 20);
	empty = trie_bytes(&trie);
	while (refused < 1000 && n < MAX) {
		struct entry entry = draw_clustered(&seed);
		size_t bytes = trie_bytes(&trie);
		uint32_t *value = trie_add(&trie, entry.bits, entry.len);

		if (!value) {
			refused++;
			assert_int_equal(trie_bytes(&trie), bytes);
			assert_int_equal(trie.count, n);
			assert_null(trie_find(&trie, entry.bits, entry.len));
		} else if (*value == 0) {
			*value = entry.value;
			entries[n++] = entry;
		}
	}
	assert_int_equal(refused, 1000);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(*trie_find(&trie, entries[i].bits, entries[i].len),
		    entries[i].value);
	for (; n > 0; n--) {
		size_t i = draw(&seed) % n;

		assert_int_equal(trie_remove(&trie, entries[i].bits, entries[i].len),
		    entries[i].value);
		entries[i] = entries[n - 1];
	}
	assert_int_equal(trie.count, 0);
	assert_int_equal(trie_bytes(&trie), empty);
	assert_non_null(trie_add(&trie, (struct bits){ 1, 1 }, 128));
	trie_fini(&trie);
	free(entries);
}

static void
the_ends_of_the_range_work(void **state)
{
	struct bits ones = { ~0ull, ~0ull }, zeros = { 0, 0 };
	struct trie_match matches[TRIE_CHAIN_MAX];
	struct trie trie;
	unsigned len = 0;

	(void)state;
	trie_init(&trie, 0);
	for (unsigned i = 0; i <= TRIE_LEN_MAX; i++) {
		*trie_add(&trie, ones, i) = i + 1;
		assert_int_equal(trie_lookup(&trie, ones), i + 1);
		assert_int_equal(trie_lookup(&trie, zeros), 1);
	}
	assert_int_equal(
	    trie_covering(&trie, ones, TRIE_LEN_MAX, matches), TRIE_CHAIN_MAX);
	for (unsigned i = 0; i <= TRIE_LEN_MAX; i++) {
		assert_int_equal(matches[i].len, i);
		assert_int_equal(matches[i].value, i + 1);
		assert_int_equal(trie_lookup_max(&trie, ones, i, &len), i + 1);
		assert_int_equal(len, i);
	}
	assert_int_equal(trie_remove(&trie, zeros, 0), 1);
	assert_int_equal(trie_lookup_max(&trie, ones, 0, &len), 0);
	assert_int_equal(trie_remove(&trie, zeros, 0), 0);
	trie_fini(&trie);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_does_as_its_twin),
		cmocka_unit_test(nested_prefixes_of_all_lengths_match),
		cmocka_unit_test(a_walk_by_steps_survives_changes),
		cmocka_unit_test(the_limit_of_memory_is_met_cleanly),
		cmocka_unit_test(the_ends_of_the_range_work),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
