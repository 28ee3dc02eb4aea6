/*
 * trie [PREFIXES.gz]: the speed and the size of the trie on a full table, as a JSON
 * object. Times are the thread's own CPU time. Without a list the table is made up.
 *
 * Built with TRIE_SUBJECT="tests/bench/trie_proto.h" it measures the prototype in the
 * same way: tests/bench/bench_trie.py compares the two.
 */
#include <stdio.h>
#include <time.h>

#include "base/mem.h"
#include "tests/bench/table.h"

#ifndef TRIE_SUBJECT
#define TRIE_SUBJECT "tests/bench/trie_ours.h"
#endif
#include TRIE_SUBJECT

#define QUERIES 4000000u
#define ROUNDS 4
#define CHURNS 300000u

static double
cpu_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void
shuffle(struct prefix *prefixes, size_t count, uint64_t *seed)
{
	for (size_t i = count - 1; i > 0; i--) {
		size_t j = table_draw(seed) % (i + 1);
		struct prefix swap = prefixes[i];

		prefixes[i] = prefixes[j];
		prefixes[j] = swap;
	}
}

/* Anywhere; in IPv6 in 2000::/3. */
static void
uniform_queries(struct bits *queries, enum family family, uint64_t *seed)
{
	for (size_t i = 0; i < QUERIES; i++) {
		struct bits bits = { table_draw(seed), 0 };

		if (family == FAMILY_IPV4) {
			bits = bits_and(bits, bits_mask(32));
		} else {
			bits.hi = bits.hi >> 3 | 1ull << 61;
			bits.lo = table_draw(seed);
		}
		queries[i] = bits;
	}
}

/* Hosts of the prefixes, the n-th asked for in proportion to 1 / n. */
static void
zipf_queries(
    struct bits *queries, const struct prefix *prefixes, size_t count, uint64_t *seed)
{
	double *sums = mem_alloc(count * sizeof *sums), sum = 0;

	for (size_t i = 0; i < count; i++)
		sums[i] = sum += 1.0 / (double)(i + 1);
	for (size_t i = 0; i < QUERIES; i++) {
		double at = table_draw_share(seed) * sum;
		struct bits bits = { table_draw(seed), 0 }, mask;
		size_t low = 0, high = count - 1;

		bits.lo = table_draw(seed);
		while (low < high) {
			size_t middle = (low + high) / 2;

			if (sums[middle] > at)
				high = middle;
			else
				low = middle + 1;
		}
		mask = bits_mask(prefixes[low].len);
		bits.hi = prefixes[low].bits.hi | (bits.hi & ~mask.hi);
		bits.lo = prefixes[low].bits.lo | (bits.lo & ~mask.lo);
		if (prefixes[low].family == FAMILY_IPV4)
			bits = bits_and(bits, bits_mask(32));
		queries[i] = bits;
	}
	free(sums);
}

/* The sum of all answers: proof that two subjects agree. */
static uint64_t checksum;

/* Million lookups a second in the fastest round, for others use the machine too. */
static double
lookups(const struct bits *queries)
{
	double fastest = 0;

	for (unsigned round = 0; round < ROUNDS; round++) {
		double begin = cpu_now(), rate;

		for (size_t i = 0; i < QUERIES; i++)
			checksum += subject_lookup(queries[i]);
		rate = QUERIES / (cpu_now() - begin) / 1e6;
		if (rate > fastest)
			fastest = rate;
	}
	return fastest;
}

/* Million removes, each with the add of the same prefix, a second. */
static double
churns(const struct prefix *prefixes, size_t count, uint64_t *seed)
{
	double begin = cpu_now();

	for (size_t i = 0; i < CHURNS; i++) {
		const struct prefix *p = &prefixes[table_draw(seed) % count];
		uint32_t value = subject_remove(p->bits, p->len);

		checksum += value;
		subject_add(p->bits, p->len, value);
	}
	return CHURNS / (cpu_now() - begin) / 1e6;
}

static void
measure(struct prefix *prefixes, size_t count, const char *name)
{
	struct bits *queries = mem_alloc(QUERIES * sizeof *queries);
	enum family family = prefixes[0].family;
	uint64_t seed = 42;
	double begin, adds, uniform, zipf, churn, bytes;

	shuffle(prefixes, count, &seed);
	subject_init();
	begin = cpu_now();
	for (size_t i = 0; i < count; i++)
		subject_add(prefixes[i].bits, prefixes[i].len, (uint32_t)i + 1);
	adds = (double)count / (cpu_now() - begin) / 1e6;
	bytes = (double)subject_bytes() / (double)count;
	uniform_queries(queries, family, &seed);
	uniform = lookups(queries);
	zipf_queries(queries, prefixes, count, &seed);
	zipf = lookups(queries);
	churn = churns(prefixes, count, &seed);
	begin = cpu_now();
	for (size_t i = 0; i < count; i++)
		checksum += subject_remove(prefixes[i].bits, prefixes[i].len);
	printf(
	    "\"%s\": {\"prefixes\": %zu, \"adds\": %.3f, \"uniform\": %.3f, "
	    "\"zipf\": %.3f, \"churns\": %.3f, \"removes\": %.3f, \"bytes\": %.3f}, ",
	    name, count, adds, uniform, zipf, churn,
	    (double)count / (cpu_now() - begin) / 1e6, bytes);
	free(queries);
}

int
main(int argc, char **argv)
{
	struct table table = { 0 };
	size_t v4 = 0;
	bool made = argc < 2 || !table_read(&table, argv[1]);

	if (made)
		table_make(&table, 1);
	while (v4 < table.count && table.prefixes[v4].family == FAMILY_IPV4)
		v4++;
	printf("{\"subject\": \"%s\", \"table\": \"%s\", ", SUBJECT,
	    made ? "synthetic" : "real");
	measure(table.prefixes, v4, "ipv4");
	measure(table.prefixes + v4, table.count - v4, "ipv6");
	printf("\"checksum\": %llu}\n", (unsigned long long)checksum);
	table_fini(&table);
	return 0;
}
