/* What in armd's status an operator should look at, in words: for armctl status. Pure.
 */
#ifndef SRC_SHOW_NOTES_H
#define SRC_SHOW_NOTES_H

#include <jansson.h>
#include <stdio.h>

/* A line for each thing about a router, behind an empty one; nothing if all is well. */
void show_router_notes(const json_t *router, FILE *out);

/* The same about sFlow as a whole. */
void show_sflow_notes(const json_t *sflow, FILE *out);

#endif
