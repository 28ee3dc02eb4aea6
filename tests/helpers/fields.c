#include "helpers/fields.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

static const json_t *
field(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	if (!value)
		fail_msg("there is no %s", key);
	return value;
}

const char *
field_text(const json_t *object, const char *key)
{
	const json_t *value = field(object, key);

	if (!json_is_string(value))
		fail_msg("%s is no text", key);
	return json_string_value(value);
}

long long
field_integer(const json_t *object, const char *key)
{
	const json_t *value = field(object, key);

	if (!json_is_integer(value))
		fail_msg("%s is no integer", key);
	return json_integer_value(value);
}

double
field_number(const json_t *object, const char *key)
{
	const json_t *value = field(object, key);

	if (!json_is_number(value))
		fail_msg("%s is no number", key);
	return json_number_value(value);
}

bool
field_truth(const json_t *object, const char *key)
{
	const json_t *value = field(object, key);

	if (!json_is_boolean(value))
		fail_msg("%s is no truth", key);
	return json_is_true(value);
}

void
assert_fields(const json_t *object, const char *keys)
{
	size_t n = 0;
	char key[64];
	int len;

	for (; sscanf(keys, "%63s%n", key, &len) == 1; keys += len, n++)
		field(object, key);
	assert_int_equal(json_object_size(object), n);
}
