/* Any target, cut at '?' into path and query: a reply that is whole, and no more. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "http_route.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void
read_args(struct http_request *request, struct http_reply *reply, void *context)
{
	const char *text;
	uint64_t value;
	bool truth;

	(void)context;
	if (!http_arg_int(request, "n", 1, 9, 1, &value) ||
	    !http_arg_bool(request, "b", false, &truth) ||
	    !http_arg_text(request, "t", "", &text))
		return;
	if (value < 1 || value > 9 || !request->pieces[0][0])
		abort();
	reply->body = strdup(text);
	reply->len = strlen(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static const struct http_route routes[] = {
		{ "/a/{}/b", HTTP_METHOD_GET, read_args },
		{ "/a/{}/{}", HTTP_METHOD_GET | HTTP_METHOD_PUT, read_args },
		{ "/a/{}", HTTP_METHOD_POST, read_args },
		{ NULL, 0, NULL },
	};
	struct http_reply reply;
	char *text = malloc(len + 1), *query = text;

	if (!text)
		abort();
	if (len)
		memcpy(text, bytes, len);
	text[len] = '\0';
	strsep(&query, "?");
	http_dispatch(routes, NULL, HTTP_METHOD_GET, text, query, NULL, 0, &reply);
	if (!reply.status || !reply.type || strlen(reply.body) != reply.len)
		abort();
	free(reply.body);
	free(text);
	return 0;
}
