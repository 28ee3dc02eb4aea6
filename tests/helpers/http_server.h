/* An HTTP server that says hello, in the event loop of a test. */
#ifndef HELPERS_HTTP_SERVER_H
#define HELPERS_HTTP_SERVER_H

#include "config.h"
#include "helpers/http_client.h"
#include "http.h"
#include "http_route.h"

struct http_server {
	struct event_base *base;
	struct http *http;
	const struct http_route *routes;
	struct config_endpoint endpoint;
	struct config_http config;
};

/* Starts on a free port of 127.0.0.1; 3 clients, 30 s and 1,024 bytes are the limits.
 */
void http_server_start(struct http_server *server, const struct http_route *routes);
void http_server_stop(struct http_server *server);

/* Another server in the same loop by another configuration; closed with http_close().
 */
struct http *http_server_open(
    const struct http_server *server, const struct config_http *config);

/* Starts again, by what the test has made of server->config. */
void http_server_restart(struct http_server *server);

/* A handler: "hello N" and a line's end, where N is the argument n from 0 to 9. */
void http_server_hello(
    struct http_request *request, struct http_reply *reply, void *context);

/* Connects; and the reply to one request on a connection of its own. */
void http_server_dial(struct http_server *server, struct http_client *client);
const char *http_server_ask(
    struct http_server *server, struct http_client *client, const char *request);

/* The reply begins with `status`, and its body is `body`. */
void assert_reply(const char *reply, const char *status, const char *body);

#endif
