#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http_route.h"

static void
say_piece(struct http_request *request, struct http_reply *reply, void *context)
{
	uint64_t n;

	if (!http_arg_int(request, "n", 1, 9, 4, &n))
		return;
	reply->body = calloc(1, 128);
	reply->len = (size_t)snprintf(
	    reply->body, 128, "%s %d %s", (char *)context, (int)n, request->pieces[0]);
}

static void
take_body(struct http_request *request, struct http_reply *reply, void *context)
{
	(void)context;
	if (request->len == 0) {
		http_refuse(request, "no \"body\"\n\x80");
		return;
	}
	reply->status = 201;
	reply->type = "text/plain";
	reply->body = strndup(request->body, request->len);
	reply->len = request->len;
}

static const struct http_route routes[] = {
	{ "/say/{}", HTTP_METHOD_GET, say_piece },
	{ "/say/{}", HTTP_METHOD_PUT | HTTP_METHOD_DELETE, take_body },
	{ "/post", HTTP_METHOD_POST, take_body },
	{ NULL, 0, NULL },
};

static void
requests_find_their_route(void **state)
{
	static const struct {
		enum http_method method;
		const char *path, *query, *body;
		int status;
		const char *allow, *reply;
	} rows[] = {
		{ HTTP_METHOD_GET, "/say/x%20y", NULL, "", 200, "", "me 4 x y" },
		{ HTTP_METHOD_GET, "/say/x", "n=7", "", 200, "", "me 7 x" },
		{ HTTP_METHOD_GET, "/say/x", "n=x", "", 400, "",
		    "{\"error\": \"n: 'x' is not a number from 1 to 9\"}\n" },
		{ HTTP_METHOD_GET, "/say/x", "n=%", "", 400, "",
		    "{\"error\": \"bad %-encoding in the query\"}\n" },
		{ HTTP_METHOD_PUT, "/say/x", "", "abc", 201, "", "abc" },
		{ HTTP_METHOD_POST, "/post", "", "", 400, "",
		    "{\"error\": \"no \\\"body\\\"??\"}\n" },
		{ HTTP_METHOD_POST, "/say/x", "", "", 405, "GET, HEAD, PUT, DELETE",
		    "{\"error\": \"/say/x answers GET, HEAD, PUT, DELETE only\"}\n" },
		{ HTTP_METHOD_OTHER, "/post", "", "", 405, "POST",
		    "{\"error\": \"/post answers POST only\"}\n" },
		{ HTTP_METHOD_GET, "/say", "n=x", "", 404, "",
		    "{\"error\": \"there is nothing at /say\"}\n" },
		{ HTTP_METHOD_GET, "/\"\x01\\", "", "", 404, "",
		    "{\"error\": \"there is nothing at /\\\"?\\\\\"}\n" },
		{ HTTP_METHOD_GET, "/%0", "", "", 400, "",
		    "{\"error\": \"bad %-encoding in the path\"}\n" },
		{ HTTP_METHOD_GET, "", "", "", 400, "",
		    "{\"error\": \"the path does not begin with /\"}\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct http_reply reply;

		http_dispatch(routes, (char[]){ "me" }, rows[i].method, rows[i].path,
		    rows[i].query, rows[i].body, strlen(rows[i].body), &reply);
		assert_int_equal(reply.status, rows[i].status);
		assert_string_equal(reply.allow, rows[i].allow);
		assert_int_equal(reply.len, strlen(rows[i].reply));
		assert_memory_equal(reply.body, rows[i].reply, reply.len);
		assert_string_equal(reply.type,
		    reply.status == 201 ? "text/plain" : "application/json");
		free(reply.body);
	}
}

static void
long_errors_are_cut(void **state)
{
	struct http_reply reply = { .body = strdup("freed") };
	char text[4096];

	(void)state;
	memset(text, '"', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	http_reply_error(&reply, 500, "%s", text);
	assert_int_equal(reply.len, strlen(reply.body));
	assert_in_range(reply.len, 1000, 1100);
	assert_string_equal(reply.body + reply.len - 3, "\"}\n");
	free(reply.body);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_find_their_route),
		cmocka_unit_test(long_errors_are_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
