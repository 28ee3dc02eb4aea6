#include "http_route.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* `text` as the inside of a JSON string; what is not plain ASCII becomes '?'. */
static void
put_escaped(char *to, const char *text)
{
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			*to++ = '\\';
		*to++ = *text < ' ' || *text > '~' ? '?' : *text;
	}
	*to = '\0';
}

void
http_body_free(struct http_body *body)
{
	if (body->state)
		body->free(body->state);
	body->state = NULL;
}

void
http_reply_error(struct http_reply *reply, int status, const char *format, ...)
{
	char text[2 * HTTP_ERROR_MAX], escaped[2 * sizeof text];
	va_list args;
	int len;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	put_escaped(escaped, text);
	http_body_free(&reply->pieces);
	free(reply->body);
	reply->body = mem_alloc(sizeof escaped + 32);
	len = snprintf(
	    reply->body, sizeof escaped + 32, "{\"error\": \"%s\"}\n", escaped);
	reply->len = (size_t)len;
	reply->status = status;
	reply->type = "application/json";
}

void
http_refuse(struct http_request *request, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(request->error, sizeof request->error, format, args);
	va_end(args);
}

bool
http_arg_text(struct http_request *request, const char *name, const char *fallback,
    const char **ret)
{
	return http_args_text(&request->args, name, fallback, ret, request->error);
}

bool
http_arg_int(struct http_request *request, const char *name, uint64_t min, uint64_t max,
    uint64_t fallback, uint64_t *ret)
{
	return http_args_int(
	    &request->args, name, min, max, fallback, ret, request->error);
}

bool
http_arg_bool(struct http_request *request, const char *name, bool fallback, bool *ret)
{
	return http_args_bool(&request->args, name, fallback, ret, request->error);
}

static void
list_methods(unsigned methods, char *text, size_t size)
{
	snprintf(text, size, "%s%s%s%s", methods & HTTP_METHOD_GET ? ", GET, HEAD" : "",
	    methods & HTTP_METHOD_PUT ? ", PUT" : "",
	    methods & HTTP_METHOD_POST ? ", POST" : "",
	    methods & HTTP_METHOD_DELETE ? ", DELETE" : "");
	memmove(text, text + 2, strlen(text + 2) + 1);
}

/*
 * The route for a path and method; NULL if there is none, with *retmethods the methods
 * that the path would have.
 */
static const struct http_route *
find_route(const struct http_route *routes, const struct http_path *path,
    enum http_method method, const char **retpieces, unsigned *retmethods)
{
	unsigned methods = 0;

	for (const struct http_route *route = routes; route->pattern; route++) {
		if (!http_path_match(path, route->pattern, retpieces))
			continue;
		if (route->methods & method)
			return route;
		methods |= route->methods;
	}
	*retmethods = methods;
	return NULL;
}

static void
handle(const struct http_route *route, struct http_request *request,
    struct http_reply *reply, void *context)
{
	route->handle(request, reply, context);
	if (request->error[0])
		http_reply_error(reply, 400, "%s", request->error);
	if (!reply->status)
		reply->status = 200;
	if (!reply->type)
		reply->type = "application/json";
}

void
http_dispatch(const struct http_route *routes, void *context, enum http_method method,
    const char *path, const char *query, const char *body, size_t len,
    struct http_reply *retreply)
{
	struct http_request request = { .method = method, .body = body, .len = len };
	char *path_copy = mem_strdup(path),
	     *query_copy = mem_strdup(query ? query : "");
	struct http_reply reply = { .status = 0 };
	const struct http_route *route;
	struct http_path parsed;
	unsigned methods;

	if (!http_path_parse(path_copy, &parsed, request.error)) {
		http_reply_error(&reply, 400, "%s", request.error);
	} else if ((route = find_route(
			routes, &parsed, method, request.pieces, &methods))) {
		if (http_args_parse(query_copy, &request.args, request.error))
			handle(route, &request, &reply, context);
		else
			http_reply_error(&reply, 400, "%s", request.error);
	} else if (methods) {
		list_methods(methods, reply.allow, sizeof reply.allow);
		http_reply_error(
		    &reply, 405, "%.128s answers %s only", path, reply.allow);
	} else {
		http_reply_error(&reply, 404, "there is nothing at %.128s", path);
	}
	free(path_copy);
	free(query_copy);
	*retreply = reply;
}
