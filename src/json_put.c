#include "json_put.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "buffer.h"

#define NUMBER_MAX 32
#define PLAIN_MAX 1e15 /* below, a number times 1000 fits into 64 bits */

void
json_put(struct buffer *out, const char *text)
{
	buffer_add(out, text, strlen(text));
}

void
json_put_key(struct buffer *out, const char *name)
{
	if (out->len && out->bytes[out->len - 1] != '{')
		json_put(out, ",");
	json_put(out, "\"");
	json_put(out, name);
	json_put(out, "\":");
}

void
json_put_string(struct buffer *out, const char *text)
{
	char *at = buffer_room(out, 2 * strlen(text) + 2), *to = at;

	*to++ = '"';
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			*to++ = '\\';
		*to++ = *text < ' ' || *text > '~' ? '?' : *text;
	}
	*to++ = '"';
	out->len += (size_t)(to - at);
}

void
json_put_integer(struct buffer *out, uint64_t value)
{
	char digits[NUMBER_MAX], *at = digits + sizeof digits;

	do
		*--at = (char)('0' + value % 10);
	while (value /= 10);
	buffer_add(out, at, (size_t)(digits + sizeof digits - at));
}

void
json_put_number(struct buffer *out, double value)
{
	char text[NUMBER_MAX];
	uint64_t thousandths;
	unsigned rest, digits = 3;

	if (!isfinite(value)) {
		json_put(out, "null");
		return;
	}
	if (fabs(value) >= PLAIN_MAX) {
		snprintf(text, sizeof text, "%.12e", value);
		json_put(out, text);
		return;
	}
	if (value < 0)
		json_put(out, "-");
	thousandths = (uint64_t)llround(fabs(value) * 1e3);
	json_put_integer(out, thousandths / 1000);
	rest = (unsigned)(thousandths % 1000);
	text[0] = '.';
	text[1] = (char)('0' + rest / 100);
	text[2] = (char)('0' + rest / 10 % 10);
	text[3] = (char)('0' + rest % 10);
	while (digits > 1 && text[digits] == '0')
		digits--;
	buffer_add(out, text, digits + 1);
}

void
json_put_bool(struct buffer *out, bool value)
{
	json_put(out, value ? "true" : "false");
}
