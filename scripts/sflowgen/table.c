#include "scripts/sflowgen/table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static int
compare(const void *a, const void *b)
{
	return prefix_compare(a, b);
}

static void
find_parents(struct table *table)
{
	size_t i, above;

	table->parent = mem_alloc(table->count * sizeof(*table->parent));
	for (i = 1; i < table->count; i++) {
		above = i - 1;
		while (!prefix_covers(&table->prefixes[above], &table->prefixes[i]) &&
		       table->parent[above] != above)
			above = table->parent[above];
		if (!prefix_covers(&table->prefixes[above], &table->prefixes[i]))
			above = i;
		table->parent[i] = above;
	}
}

size_t
table_read(struct table *table, const char *path)
{
	FILE *file = fopen(path, "r");
	char line[128];
	size_t cap = 0, number = 0, bad = 0;

	memset(table, 0, sizeof(*table));
	while (file && !bad && fgets(line, sizeof(line), file)) {
		number++;
		line[strcspn(line, "\r\n")] = '\0';
		table->prefixes = mem_grow(
		    table->prefixes, table->count, &cap, sizeof(*table->prefixes));
		if (prefix_parse(line, &table->prefixes[table->count]))
			table->count++;
		else
			bad = number;
	}
	if (file)
		fclose(file);
	if (bad || !table->count) {
		free(table->prefixes);
		return bad ? bad : 1;
	}
	qsort(table->prefixes, table->count, sizeof(*table->prefixes), compare);
	find_parents(table);
	return 0;
}

void
table_fini(struct table *table)
{
	free(table->prefixes);
	free(table->parent);
}

size_t
table_match(const struct table *table, const struct addr *addr)
{
	struct prefix host = prefix_make(
	    addr->family, addr->bits, family_bits(addr->family));
	size_t low = 0, high = table->count, middle;

	/* the last that stands at or before the address: it, or one above it, matches
	 */
	while (high - low > 1) {
		middle = low + (high - low) / 2;
		if (prefix_compare(&table->prefixes[middle], &host) <= 0)
			low = middle;
		else
			high = middle;
	}
	while (
	    !prefix_contains(&table->prefixes[low], addr) && table->parent[low] != low)
		low = table->parent[low];
	return low;
}
