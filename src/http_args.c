#include "http_args.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "text.h"

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool
http_decode(char *text, bool plus)
{
	char *to = text;

	for (const char *from = text; *from; from++) {
		int high, low;

		if (*from != '%') {
			*to++ = plus && *from == '+' ? ' ' : *from;
			continue;
		}
		high = hex_digit(from[1]);
		low = high < 0 ? -1 : hex_digit(from[2]);
		if (low < 0 || high + low == 0)
			return false;
		*to++ = (char)(high << 4 | low);
		from += 2;
	}
	*to = '\0';
	return true;
}

bool
http_path_parse(char *text, struct http_path *ret, char *reterr)
{
	struct http_path path = { .n = 0 };
	char *rest = text;

	if (*rest++ != '/') {
		snprintf(reterr, HTTP_ERROR_MAX, "the path does not begin with /");
		return false;
	}
	for (char *segment; (segment = strsep(&rest, "/"));) {
		if (path.n == HTTP_SEGMENTS_MAX) {
			snprintf(reterr, HTTP_ERROR_MAX,
			    "the path has more than %d segments", HTTP_SEGMENTS_MAX);
			return false;
		}
		if (!http_decode(segment, false)) {
			snprintf(reterr, HTTP_ERROR_MAX, "bad %%-encoding in the path");
			return false;
		}
		path.segments[path.n++] = segment;
	}
	*ret = path;
	return true;
}

bool
http_path_match(
    const struct http_path *path, const char *pattern, const char **retpieces)
{
	const char *pieces[HTTP_SEGMENTS_MAX];
	size_t n_pieces = 0;

	for (size_t i = 0; i < path->n; i++) {
		const char *segment = path->segments[i];
		size_t len;

		if (*pattern++ != '/')
			return false;
		len = strcspn(pattern, "/");
		if (len == 2 && strncmp(pattern, "{}", 2) == 0 && *segment)
			pieces[n_pieces++] = segment;
		else if (strlen(segment) != len || strncmp(segment, pattern, len) != 0)
			return false;
		pattern += len;
	}
	if (*pattern)
		return false;
	for (size_t i = 0; i < n_pieces; i++)
		retpieces[i] = pieces[i];
	return true;
}

bool
http_args_parse(char *text, struct http_args *ret, char *reterr)
{
	struct http_args args = { .n = 0 };
	char *rest = text;

	for (char *name; (name = strsep(&rest, "&"));) {
		char *value = name;

		if (!*name)
			continue;
		strsep(&value, "=");
		if (!http_decode(name, true) || (value && !http_decode(value, true))) {
			snprintf(
			    reterr, HTTP_ERROR_MAX, "bad %%-encoding in the query");
			return false;
		}
		if (args.n == HTTP_ARGS_MAX) {
			snprintf(reterr, HTTP_ERROR_MAX,
			    "the query has more than %d arguments", HTTP_ARGS_MAX);
			return false;
		}
		args.items[args.n].name = name;
		args.items[args.n++].value = value ? value : "";
	}
	*ret = args;
	return true;
}

bool
http_args_text(const struct http_args *args, const char *name, const char *fallback,
    const char **ret, char *reterr)
{
	const char *found = NULL;

	for (size_t i = 0; i < args->n; i++) {
		if (strcmp(args->items[i].name, name) != 0)
			continue;
		if (found) {
			snprintf(reterr, HTTP_ERROR_MAX, "%s: given twice", name);
			return false;
		}
		found = args->items[i].value;
	}
	*ret = found ? found : fallback;
	return true;
}

bool
http_args_int(const struct http_args *args, const char *name, uint64_t min,
    uint64_t max, uint64_t fallback, uint64_t *ret, char *reterr)
{
	const char *text;
	uint64_t value = fallback;

	if (!http_args_text(args, name, NULL, &text, reterr))
		return false;
	if (text && !text_number(text, min, max, &value)) {
		snprintf(reterr, HTTP_ERROR_MAX,
		    "%s: '%.64s' is not a number from %" PRIu64 " to %" PRIu64, name,
		    text, min, max);
		return false;
	}
	*ret = value;
	return true;
}

bool
http_args_bool(const struct http_args *args, const char *name, bool fallback, bool *ret,
    char *reterr)
{
	const char *text;
	bool yes;

	if (!http_args_text(args, name, NULL, &text, reterr))
		return false;
	if (!text) {
		*ret = fallback;
		return true;
	}
	yes = strcmp(text, "true") == 0 || strcmp(text, "1") == 0;
	if (!yes && strcmp(text, "false") != 0 && strcmp(text, "0") != 0) {
		snprintf(reterr, HTTP_ERROR_MAX,
		    "%s: '%.64s' is neither true nor false", name, text);
		return false;
	}
	*ret = yes;
	return true;
}
