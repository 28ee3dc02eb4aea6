/* Text in columns, as wide as their widest cell. */
#ifndef SRC_TABLE_H
#define SRC_TABLE_H

#include <stdio.h>

struct table;

/*
 * A table with these column heads, apart by '|'; a head that begins with '>' is of a
 * column of figures, which stands at the right.
 */
struct table *table_new(const char *heads);

/* The next cell, by rows. Control characters become '?'. */
void table_add(struct table *table, const char *text);

/* Prints, each line behind `indent` blanks, and frees. The last row must be full. */
void table_take_print(struct table *table, int indent, FILE *out);

#endif
