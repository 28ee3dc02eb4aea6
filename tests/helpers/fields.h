/* Fields of JSON objects in tests, which fail if a field is missing or of another type.
 */
#ifndef HELPERS_FIELDS_H
#define HELPERS_FIELDS_H

#include <jansson.h>
#include <stdbool.h>

const char *field_text(const json_t *object, const char *key);
long long field_integer(const json_t *object, const char *key);
double field_number(const json_t *object, const char *key);
bool field_truth(const json_t *object, const char *key);

/* The object has these fields, with a blank between, and no others. */
void assert_fields(const json_t *object, const char *keys);

#endif
