/* The prefixes of a full table for the benchmarks: a real one, or one like it. */
#ifndef TESTS_BENCH_TABLE_H
#define TESTS_BENCH_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/mem.h"
#include "base/prefix.h"

struct table {
	struct prefix *prefixes; /* in order, each once */
	size_t count, cap;
};

/* The next number of a sequence (splitmix64). */
static inline uint64_t
table_draw(uint64_t *seed)
{
	uint64_t z = *seed += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

/* From 0 to, but not including, 1. */
static inline double
table_draw_share(uint64_t *seed)
{
	return (double)(table_draw(seed) >> 11) * 0x1p-53;
}

static inline void
table_add(struct table *table, const struct prefix *prefix)
{
	table->prefixes = mem_grow(
	    table->prefixes, table->count, &table->cap, sizeof *table->prefixes);
	table->prefixes[table->count++] = *prefix;
}

static inline int
table_compare(const void *a, const void *b)
{
	return prefix_compare(a, b);
}

static inline void
table_sort(struct table *table)
{
	size_t kept = 0;

	qsort(table->prefixes, table->count, sizeof *table->prefixes, table_compare);
	for (size_t i = 0; i < table->count; i++)
		if (i == 0 ||
		    !prefix_equal(&table->prefixes[i], &table->prefixes[i - 1]))
			table->prefixes[kept++] = table->prefixes[i];
	table->count = kept;
}

/* Adds the prefixes of a gzipped list, one a line. False if it cannot be opened. */
static inline bool
table_read(struct table *table, const char *path)
{
	gzFile file = gzopen(path, "rb");
	struct prefix prefix;
	char line[256];

	if (!file)
		return false;
	while (gzgets(file, line, sizeof line)) {
		line[strcspn(line, " \t\r\n")] = '\0';
		if (prefix_parse(line, &prefix))
			table_add(table, &prefix);
	}
	gzclose(file);
	table_sort(table);
	return table->count > 0;
}

/* How many of each length the table of 2024 has; the rare lengths left out. */
struct table_length {
	uint8_t family, len;
	uint32_t count;
};

static const struct table_length table_lengths[] = {
	{ FAMILY_IPV4, 8, 16 },
	{ FAMILY_IPV4, 9, 13 },
	{ FAMILY_IPV4, 10, 38 },
	{ FAMILY_IPV4, 11, 103 },
	{ FAMILY_IPV4, 12, 299 },
	{ FAMILY_IPV4, 13, 581 },
	{ FAMILY_IPV4, 14, 1203 },
	{ FAMILY_IPV4, 15, 2100 },
	{ FAMILY_IPV4, 16, 13490 },
	{ FAMILY_IPV4, 17, 8235 },
	{ FAMILY_IPV4, 18, 13798 },
	{ FAMILY_IPV4, 19, 24870 },
	{ FAMILY_IPV4, 20, 42611 },
	{ FAMILY_IPV4, 21, 50750 },
	{ FAMILY_IPV4, 22, 108623 },
	{ FAMILY_IPV4, 23, 96510 },
	{ FAMILY_IPV4, 24, 537698 },
	{ FAMILY_IPV4, 32, 961 },
	{ FAMILY_IPV6, 20, 16 },
	{ FAMILY_IPV6, 24, 49 },
	{ FAMILY_IPV6, 28, 236 },
	{ FAMILY_IPV6, 29, 4371 },
	{ FAMILY_IPV6, 30, 650 },
	{ FAMILY_IPV6, 31, 284 },
	{ FAMILY_IPV6, 32, 22548 },
	{ FAMILY_IPV6, 33, 2926 },
	{ FAMILY_IPV6, 34, 2603 },
	{ FAMILY_IPV6, 35, 1043 },
	{ FAMILY_IPV6, 36, 5996 },
	{ FAMILY_IPV6, 37, 880 },
	{ FAMILY_IPV6, 38, 1617 },
	{ FAMILY_IPV6, 39, 1377 },
	{ FAMILY_IPV6, 40, 13418 },
	{ FAMILY_IPV6, 41, 903 },
	{ FAMILY_IPV6, 42, 2301 },
	{ FAMILY_IPV6, 43, 1001 },
	{ FAMILY_IPV6, 44, 14365 },
	{ FAMILY_IPV6, 45, 1553 },
	{ FAMILY_IPV6, 46, 3039 },
	{ FAMILY_IPV6, 47, 3153 },
	{ FAMILY_IPV6, 48, 75533 },
	{ FAMILY_IPV6, 64, 194 },
	{ FAMILY_IPV6, 127, 91 },
};

/*
 * A prefix of a length: half of them inside a shorter one of the `shorter` first made
 * of the family, a third just behind the one before, the rest anywhere.
 */
static inline struct prefix
table_make_one(const struct table_length *row, const struct prefix *family,
    size_t shorter, const struct prefix *before, uint64_t *seed)
{
	uint64_t hi = table_draw(seed);
	struct bits bits = { hi, table_draw(seed) };
	double share = table_draw_share(seed);

	if (share < 0.5 && shorter) {
		const struct prefix *outer = &family[table_draw(seed) % shorter];
		struct bits mask = bits_mask(outer->len);

		bits.hi = outer->bits.hi | (bits.hi & ~mask.hi);
		bits.lo = outer->bits.lo | (bits.lo & ~mask.lo);
	} else if (share < 0.85 && before && row->len <= 64) {
		bits.hi = before->bits.hi + ((1 + hi % 3) << (64 - row->len));
	} else if (row->family == FAMILY_IPV4) {
		/* 1.0.0.0 to 223.255.255.255 */
		bits.hi = (bits.hi >> 8) | (1 + hi % 223) << 56;
	} else {
		/* 2400::/12 to 2f00::/12 */
		bits.hi = bits.hi >> 12 | (0x240 + hi % 12 * 16) << 52;
	}
	if (row->family == FAMILY_IPV4)
		bits = bits_and(bits, bits_mask(32));
	return prefix_make(row->family, bits, row->len);
}

/* Fills the table with prefixes of the same lengths as a real one. */
static inline void
table_make(struct table *table, uint64_t seed)
{
	size_t rows = sizeof table_lengths / sizeof table_lengths[0];
	size_t family = 0, shorter;

	for (size_t i = 0; i < rows; i++) {
		const struct table_length *row = &table_lengths[i];

		if (i && row->family != row[-1].family)
			family = table->count;
		shorter = table->count - family;
		for (uint32_t n = 0; n < row->count; n++) {
			struct prefix before, made;

			if (n)
				before = table->prefixes[table->count - 1];
			made = table_make_one(row, table->prefixes + family, shorter,
			    n ? &before : NULL, &seed);
			table_add(table, &made);
		}
	}
	table_sort(table);
}

static inline void
table_fini(struct table *table)
{
	free(table->prefixes);
	memset(table, 0, sizeof *table);
}

#endif
