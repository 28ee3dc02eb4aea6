#include "helpers/http_server.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <event2/event.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char hello_word[] = "hello";

struct http *
http_server_open(const struct http_server *server, const struct config_http *config)
{
	char why[CONFIG_ERROR_MAX] = "";
	struct http *http;

	if (!http_open(server->base, config, server->routes, hello_word, &http, why,
		sizeof why))
		fail_msg("%s", why);
	return http;
}

void
http_server_start(struct http_server *server, const struct http_route *routes)
{
	signal(SIGPIPE, SIG_IGN);
	server->routes = routes;
	server->endpoint.port = 0;
	assert_true(addr_parse("127.0.0.1", &server->endpoint.addr));
	server->config = (struct config_http){ .listen = &server->endpoint,
		.listens = 1,
		.max_connections = 3,
		.timeout_s = 30,
		.max_request = 1024,
		.changes = { .allowed = true } };
	server->base = event_base_new();
	server->http = http_server_open(server, &server->config);
}

void
http_server_stop(struct http_server *server)
{
	http_close(server->http);
	event_base_free(server->base);
}

void
http_server_restart(struct http_server *server)
{
	http_close(server->http);
	server->http = http_server_open(server, &server->config);
}

void
http_server_hello(struct http_request *request, struct http_reply *reply, void *context)
{
	uint64_t n;

	if (!http_arg_int(request, "n", 0, 9, 0, &n))
		return;
	reply->body = malloc(64);
	reply->len = (size_t)snprintf(
	    reply->body, 64, "%s %d\n", (const char *)context, (int)n);
}

void
http_server_dial(struct http_server *server, struct http_client *client)
{
	http_client_open(client, server->base, http_port(server->http, 0), false);
}

const char *
http_server_ask(
    struct http_server *server, struct http_client *client, const char *request)
{
	http_server_dial(server, client);
	http_client_send(client, request);
	http_client_wait(server->base, http_client_has_reply, client);
	http_client_close(client);
	return client->got;
}

void
assert_reply(const char *reply, const char *status, const char *body)
{
	const char *end = strstr(reply, "\r\n\r\n");

	assert_memory_equal(reply, status, strlen(status));
	assert_non_null(end);
	assert_string_equal(end + 4, body);
}
