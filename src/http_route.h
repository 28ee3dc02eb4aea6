/*
 * From a request to a reply by a table of routes. Knows no sockets and no library: a
 * handler gets plain text and returns plain text.
 */
#ifndef SRC_HTTP_ROUTE_H
#define SRC_HTTP_ROUTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "http_args.h"

struct buffer;

/* What a route answers to; a set is an or of them. GET answers HEAD as well. */
enum http_method {
	HTTP_METHOD_OTHER = 0,
	HTTP_METHOD_GET = 1,
	HTTP_METHOD_PUT = 2,
	HTTP_METHOD_POST = 4,
	HTTP_METHOD_DELETE = 8,
};

struct http_request {
	enum http_method method;
	const char *pieces[HTTP_SEGMENTS_MAX]; /* what stands for {} in the path */
	struct http_args args;
	const char *body; /* not terminated */
	size_t len;
	char error[HTTP_ERROR_MAX]; /* set by http_arg_*() and http_refuse() */
};

enum http_piece {
	HTTP_PIECE_MORE,
	HTTP_PIECE_LAST,
	HTTP_PIECE_CUT, /* the rest cannot be told: the connection is to be closed */
};

#define HTTP_PIECE_BYTES (64u << 10) /* about as many as a piece should have */

/* A body that is made piece by piece while it goes out. Whoever sends it frees it. */
struct http_body {
	/*
	 * Appends the next piece, perhaps of no bytes, to `out`, which is empty. Must
	 * not take longer than a millisecond. What it tells of may change between the
	 * calls. The first piece cannot be cut; none is asked for behind the last.
	 */
	enum http_piece (*produce)(void *state, struct buffer *out);
	void (*free)(void *state);
	void *state; /* NULL: there is no such body */
};

/* Zeroed before a handler is called: without a word from it 200 and "application/json".
 */
struct http_reply {
	int status;
	const char *type; /* a constant */
	char *body;       /* from malloc(), freed by whoever sends it */
	size_t len;
	struct http_body pieces; /* instead of `body` */
	char allow[64];          /* with 405: the methods that would do */
};

struct http_route {
	const char *pattern; /* see http_path_match() */
	unsigned methods;    /* of enum http_method */
	/* May return at once if an http_arg_*() was false: the reply is then 400. */
	void (*handle)(
	    struct http_request *request, struct http_reply *reply, void *context);
};

/*
 * The value of an argument of the query, or `fallback` if there is none. False if it is
 * no such value: the reply will be 400 and say so.
 */
bool http_arg_text(struct http_request *request, const char *name, const char *fallback,
    const char **ret);
bool http_arg_int(struct http_request *request, const char *name, uint64_t min,
    uint64_t max, uint64_t fallback, uint64_t *ret);
bool http_arg_bool(
    struct http_request *request, const char *name, bool fallback, bool *ret);

/* The reply will be 400 with this text. */
void http_refuse(struct http_request *request, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Frees what is behind it; nothing if there is none. */
void http_body_free(struct http_body *body);

/* Makes the reply {"error": "text"} with `status`; what was in it is freed. */
void http_reply_error(struct http_reply *reply, int status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/*
 * Calls the handler of the first route that matches, or replies 404, 405 or 400.
 * `path` and `query` (NULL: none) are as they came; `routes` end with a NULL pattern.
 */
void http_dispatch(const struct http_route *routes, void *context,
    enum http_method method, const char *path, const char *query, const char *body,
    size_t len, struct http_reply *retreply);

#endif
