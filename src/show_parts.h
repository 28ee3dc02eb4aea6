/* What the files show*.c share: fields of JSON as cells of a table. */
#ifndef SRC_SHOW_PARTS_H
#define SRC_SHOW_PARTS_H

#include <jansson.h>
#include <stdio.h>

struct table;

/* How a field is shown. */
enum form { TEXT, COUNT, RATE, SHARE, MARGIN, DURATION, LIST, TRUTH, HOPS };

struct column {
	const char *key;
	enum form form;
};

/* A cell; "-" if the value is missing, null or of another type. */
void show_add_value(struct table *table, const json_t *value, enum form form);

/* A field of `object` in a cell; as HOPS, of several next hops all. */
void show_add_field(
    struct table *table, const json_t *object, const char *key, enum form form);

/* A row from the fields of `object`; columns are ended by a NULL key. */
void show_add_row(
    struct table *table, const json_t *object, const struct column *columns);

/* Prints a table with a row for each object of `list`; the heads are table_new()'s. */
void show_list(const char *heads, const json_t *list, const struct column *columns,
    int indent, FILE *out);

/* Prints one with a row for "ipv4" and one for "ipv6" of `object`, named first. */
void show_families(const char *heads, const json_t *object,
    const struct column *columns, int indent, FILE *out);

/* A text for a sentence, borrowed; never one that could steer a terminal. */
const char *show_text(const json_t *object, const char *key);

/* A JSON object, which the caller decrefs; NULL if `json` is none. */
json_t *show_load(const char *json);

#endif
