#include "table.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define COLUMNS_MAX 16
#define GAP 2 /* blanks between columns */

struct table {
	size_t columns;
	bool right[COLUMNS_MAX];
	size_t width[COLUMNS_MAX];
	char **cells; /* heads first */
	size_t n, cap;
};

struct table *
table_new(const char *heads)
{
	struct table *table = mem_alloc(sizeof *table);
	char *copy = mem_strdup(heads), *rest = copy;

	table->columns = 1;
	for (const char *c = heads; *c; c++)
		table->columns += *c == '|';
	assert(table->columns <= COLUMNS_MAX);
	for (char *head; (head = strsep(&rest, "|"));) {
		table->right[table->n] = *head == '>';
		table_add(table, head + (*head == '>'));
	}
	free(copy);
	return table;
}

void
table_add(struct table *table, const char *text)
{
	char *cell = mem_strdup(text);
	size_t column = table->n % table->columns;
	size_t len = strlen(cell);

	for (char *c = cell; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = '?';
	if (len > table->width[column])
		table->width[column] = len;
	table->cells = mem_grow(
	    table->cells, table->n, &table->cap, sizeof *table->cells);
	table->cells[table->n++] = cell;
}

void
table_take_print(struct table *table, int indent, FILE *out)
{
	assert(table->n % table->columns == 0);
	for (size_t i = 0; i < table->n; i++) {
		size_t column = i % table->columns;
		bool last = column == table->columns - 1;
		int width = (int)table->width[column];

		fprintf(out, "%*s", column == 0 ? indent : GAP, "");
		if (table->right[column])
			fprintf(out, "%*s", width, table->cells[i]);
		else
			fprintf(out, "%-*s", last ? 0 : width, table->cells[i]);
		if (last)
			fputc('\n', out);
		free(table->cells[i]);
	}
	free(table->cells);
	free(table);
}
