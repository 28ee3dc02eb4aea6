/* The prefixes that traffic goes to, and the longest match among them. */
#ifndef SFLOWGEN_TABLE_H
#define SFLOWGEN_TABLE_H

#include <stddef.h>

#include "base/prefix.h"

struct table {
	struct prefix *prefixes; /* in order: what covers before what is covered */
	size_t *parent;          /* the nearest that covers it, or itself */
	size_t count;
};

/*
 * Reads a file with one prefix a line. Returns 0, or the line that cannot be read (1 if
 * none can), and then leaves nothing to free.
 */
size_t table_read(struct table *table, const char *path);
void table_fini(struct table *table);

/* The longest match of `addr`, which lies within a prefix of the table. */
size_t table_match(const struct table *table, const struct addr *addr);

#endif
