/* What the files show*.c share: fields of JSON as cells of a table. */
#ifndef SRC_SHOW_PARTS_H
#define SRC_SHOW_PARTS_H

#include <jansson.h>

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

/* A text for a sentence, borrowed; never one that could steer a terminal. */
const char *show_text(const json_t *object, const char *key);

/* A JSON object, which the caller decrefs; NULL if `json` is none. */
json_t *show_load(const char *json);

#endif
