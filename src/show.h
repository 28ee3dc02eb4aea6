/*
 * What armctl prints: replies of the API as text for people. Pure.
 *
 * A field that is missing, null or of another type is shown as "-", so that armctl and
 * armd of different versions get along.
 */
#ifndef SRC_SHOW_H
#define SRC_SHOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Print the reply `json` to `out`. False, with nothing printed, if it is no JSON
 * object.
 */
bool show_status(const char *json, FILE *out);
bool show_top(const char *json, FILE *out);
bool show_lookup(const char *json, FILE *out);
bool show_explain(const char *json, FILE *out);
bool show_refresh(const char *json, FILE *out);
bool show_capacity(const char *json, FILE *out);
bool show_record(const char *json, FILE *out);
bool show_sessions(const char *json, FILE *out);

/*
 * The text of {"error": "text"}, with control characters replaced; a copy, the caller
 * frees. NULL if `json` is something else.
 */
char *show_error(const char *json);

/*
 * The names of the routers in the reply of /api/v1/status, apart by blanks; a copy, the
 * caller frees. *retcount is how many. NULL if `json` is something else.
 */
char *show_router_names(const char *json, size_t *retcount);

#endif
