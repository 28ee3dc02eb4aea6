/*
 * The parts of a request's target (RFC 3986): segments of the path and arguments of the
 * query. Pure; everything is split and decoded in place, in the caller's memory.
 */
#ifndef SRC_HTTP_ARGS_H
#define SRC_HTTP_ARGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HTTP_SEGMENTS_MAX 16
#define HTTP_ARGS_MAX 32
#define HTTP_ERROR_MAX 256 /* enough for any reason */

struct http_path {
	const char *segments[HTTP_SEGMENTS_MAX];
	size_t n;
};

struct http_args {
	struct {
		const char *name, *value;
	} items[HTTP_ARGS_MAX];
	size_t n;
};

/*
 * Decodes %xx in place, and '+' to a blank if `plus`. False if a '%' has no two
 * hexadecimal digits behind it or stands for a zero byte.
 */
bool http_decode(char *text, bool plus);

/*
 * "/a/b%20c" to segments "a" and "b c". `text` is overwritten and borrowed by *ret.
 * False with a reason in `reterr` (HTTP_ERROR_MAX bytes).
 */
bool http_path_parse(char *text, struct http_path *ret, char *reterr);

/*
 * True if the path is like `pattern`, "/api/v1/routers/{}/lookup"; *retpieces (room for
 * HTTP_SEGMENTS_MAX) are then the segments that stand for {}, none of them empty.
 */
bool http_path_match(
    const struct http_path *path, const char *pattern, const char **retpieces);

/* "a=1&b=x+y" to arguments. As http_path_parse(). */
bool http_args_parse(char *text, struct http_args *ret, char *reterr);

/*
 * The value of an argument. True with the value, or `fallback` if the argument is not
 * there; false with a reason in `reterr` if it is no such value or given twice. Truth
 * is true, false, 1 or 0.
 */
bool http_args_text(const struct http_args *args, const char *name,
    const char *fallback, const char **ret, char *reterr);
bool http_args_int(const struct http_args *args, const char *name, uint64_t min,
    uint64_t max, uint64_t fallback, uint64_t *ret, char *reterr);
bool http_args_bool(const struct http_args *args, const char *name, bool fallback,
    bool *ret, char *reterr);

#endif
