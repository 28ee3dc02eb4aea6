/*
 * evhttp limits neither the number of connections nor the time a request may take as a
 * whole, and shows a connection only with its first request. But it asks for the
 * bufferevent of each new connection, and then makes the connection the argument of
 * that bufferevent's callbacks: there we take it up, in the same turn of the loop, to
 * count it, time it and hear of its end.
 */
#include "http.h"

#include <assert.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <event2/listener.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "config.h"
#include "http_guard.h"
#include "http_route.h"
#include "http_stream.h"
#include "net.h"

#define LISTENERS_MAX                                                         \
	17        /* as many as the configuration allows, and the Unix socket \
		   */
#define PAUSE_S 1 /* without accepting, when there are no descriptors left */

struct connection {
	struct http *http;
	size_t index; /* in its connections */
	struct bufferevent *bev;
	struct evhttp_connection *evcon; /* NULL until it is taken up */
	struct event *timer;             /* to take it up, then the deadline */
	struct http_stream *stream;      /* a reply on its way in pieces, or NULL */
};

struct http {
	struct event_base *base;
	struct evhttp *server;
	const struct http_route *routes;
	void *context;
	uint32_t max_connections, max_request;
	struct config_changes changes;
	struct timeval timeout;
	struct http_stats stats;
	struct http_streams *streams;
	struct connection **connections;
	size_t n_connections, cap; /* also those not taken up yet */
	struct evconnlistener *listeners[LISTENERS_MAX];
	size_t n_listeners;
	struct event *resume;
	char path[CONFIG_SOCKET_MAX]; /* of the Unix socket, "" for none */
	int unix_fd;
};

static void
forget(struct connection *connection)
{
	struct http *http = connection->http;
	struct connection *last = http->connections[--http->n_connections];

	http->connections[connection->index] = last;
	last->index = connection->index;
	event_free(connection->timer);
	free(connection);
}

/* evhttp_connection_set_closecb: the connection ends, by whichever side. */
static void
connection_ends(struct evhttp_connection *evcon, void *arg)
{
	struct connection *connection = arg;

	(void)evcon;
	if (connection->stream)
		http_stream_abort(connection->stream);
	connection->http->stats.connections--;
	forget(connection);
}

static void
restart_deadline(struct connection *connection)
{
	evtimer_add(connection->timer, &connection->http->timeout);
}

static void
take_up(struct connection *connection)
{
	struct http *http = connection->http;
	void *arg;

	bufferevent_getcb(connection->bev, NULL, NULL, NULL, &arg);
	connection->evcon = arg;
	/* who sends on while its reply goes out does not fill our memory */
	bufferevent_setwatermark(
	    connection->bev, EV_READ, 0, 4 * (size_t)http->max_request);
	bufferevent_set_max_single_write(connection->bev, 2 * HTTP_PIECE_BYTES);
	assert(evhttp_connection_get_bufferevent(connection->evcon) == connection->bev);
	evhttp_connection_set_closecb(connection->evcon, connection_ends, connection);
	http->stats.connections++;
	if (http->stats.connections > http->max_connections) {
		http->stats.refused++;
		evhttp_connection_free(connection->evcon);
		return;
	}
	restart_deadline(connection);
}

static void
timer_fires(evutil_socket_t fd, short what, void *arg)
{
	struct connection *connection = arg;

	(void)fd;
	(void)what;
	if (!connection->evcon) {
		take_up(connection);
		return;
	}
	connection->http->stats.timeouts++;
	evhttp_connection_free(connection->evcon);
}

/* evhttp_set_bevcb: a connection was accepted and wants a bufferevent. */
static struct bufferevent *
new_connection(struct event_base *base, void *arg)
{
	struct http *http = arg;
	struct connection *connection = mem_alloc(sizeof *connection);

	connection->http = http;
	connection->bev = bufferevent_socket_new(base, -1, BEV_OPT_CLOSE_ON_FREE);
	connection->timer = evtimer_new(base, timer_fires, connection);
	assert(connection->bev && connection->timer);
	connection->index = http->n_connections;
	http->connections = mem_grow(http->connections, http->n_connections, &http->cap,
	    sizeof(struct connection *));
	http->connections[http->n_connections++] = connection;
	event_active(connection->timer, EV_TIMEOUT, 0);
	return connection->bev;
}

static struct connection *
find_connection(struct http *http, struct evhttp_request *req)
{
	struct evhttp_connection *evcon = evhttp_request_get_connection(req);
	size_t i = 0;

	while (i < http->n_connections && http->connections[i]->evcon != evcon)
		i++;
	assert(i < http->n_connections);
	return http->connections[i];
}

static enum http_method
method_of(struct evhttp_request *req)
{
	switch ((int)evhttp_request_get_command(req)) {
	case EVHTTP_REQ_GET:
	case EVHTTP_REQ_HEAD:
		return HTTP_METHOD_GET;
	case EVHTTP_REQ_PUT:
		return HTTP_METHOD_PUT;
	case EVHTTP_REQ_POST:
		return HTTP_METHOD_POST;
	case EVHTTP_REQ_DELETE:
		return HTTP_METHOD_DELETE;
	default:
		return HTTP_METHOD_OTHER;
	}
}

static bool
is_allowed(const struct http *http, struct evhttp_request *req,
    const struct connection *connection, char *reterr)
{
	struct evkeyvalq *headers = evhttp_request_get_input_headers(req);
	const struct http_sender sender = {
		.by_socket = net_is_unix(bufferevent_getfd(connection->bev)),
		.host = evhttp_find_header(headers, "Host"),
		.origin = evhttp_find_header(headers, "Origin"),
	};

	return http_guard_passes(&http->changes, method_of(req), &sender, reterr);
}

static size_t
headers_size(struct evhttp_request *req)
{
	size_t size = 0;

	for (const struct evkeyval *header =
		 evhttp_request_get_input_headers(req)->tqh_first;
	     header; header = header->next.tqe_next)
		size += strlen(header->key) + strlen(header->value) + 4; /* ": \r\n" */
	return size;
}

static void
free_body(const void *body, size_t len, void *arg)
{
	(void)body;
	(void)len;
	free(arg);
}

/* A piece of the reply has gone, or, if it ended, the last is on its way. */
static void
stream_moved(void *arg, bool ended)
{
	struct connection *connection = arg;

	if (ended)
		connection->stream = NULL;
	restart_deadline(connection);
}

static void
send_whole(struct evhttp_request *req, struct http_reply *reply)
{
	struct evkeyvalq *headers = evhttp_request_get_output_headers(req);
	struct evbuffer *body = evbuffer_new();
	char len[24];

	assert(body);
	if (evhttp_request_get_command(req) == EVHTTP_REQ_HEAD) {
		/* how long it would become in pieces, nobody knows */
		if (!reply->pieces.state) {
			snprintf(len, sizeof len, "%zu", reply->len);
			evhttp_add_header(headers, "Content-Length", len);
		}
		http_body_free(&reply->pieces);
		free(reply->body);
	} else if (reply->body) {
		evbuffer_add_reference(
		    body, reply->body, reply->len, free_body, reply->body);
	}
	evhttp_send_reply(req, reply->status, NULL, body);
	evbuffer_free(body);
}

static void
send_reply(
    struct connection *connection, struct evhttp_request *req, struct http_reply *reply)
{
	struct evkeyvalq *headers = evhttp_request_get_output_headers(req);
	struct http_streams *streams = connection->http->streams;

	evhttp_add_header(headers, "Content-Type", reply->type);
	evhttp_add_header(headers, "Cache-Control", "no-store");
	if (reply->allow[0])
		evhttp_add_header(headers, "Allow", reply->allow);
	if (reply->pieces.state)
		http_stream_first(streams, reply);
	if (reply->pieces.state && evhttp_request_get_command(req) != EVHTTP_REQ_HEAD)
		connection->stream = http_stream_start(
		    streams, req, reply, stream_moved, connection);
	else
		send_whole(req, reply);
}

/* The reply has gone, the connection waits for its next request. */
static void
reply_sent(struct evhttp_request *req, void *arg)
{
	(void)req;
	restart_deadline(arg);
}

/* evhttp_set_gencb: a request has come. */
static void
answer(struct evhttp_request *req, void *arg)
{
	struct http *http = arg;
	struct connection *connection = find_connection(http, req);
	const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(req);
	const char *path = evhttp_uri_get_path(uri);
	struct evbuffer *body = evhttp_request_get_input_buffer(req);
	size_t len = evbuffer_get_length(body);
	size_t target = strlen(evhttp_request_get_uri(req));
	struct http_reply reply = { .status = 0 };
	char why[HTTP_ERROR_MAX];

	http->stats.requests++;
	if (target > http->max_request)
		http_reply_error(&reply, 414, "the address has more than %u bytes",
		    http->max_request);
	else if (target + headers_size(req) > http->max_request)
		http_reply_error(&reply, 431, "the request has more than %u bytes",
		    http->max_request);
	else if (len > http->max_request)
		http_reply_error(
		    &reply, 413, "the body has more than %u bytes", http->max_request);
	else if (!is_allowed(http, req, connection, why))
		http_reply_error(&reply, 403, "%s", why);
	else
		http_dispatch(http->routes, http->context, method_of(req),
		    path ? path : "", evhttp_uri_get_query(uri),
		    (const char *)evbuffer_pullup(body, -1), len, &reply);
	evhttp_request_set_on_complete_cb(req, reply_sent, connection);
	restart_deadline(connection);
	send_reply(connection, req, &reply);
}

static void
resume_accepting(evutil_socket_t fd, short what, void *arg)
{
	struct http *http = arg;

	(void)fd;
	(void)what;
	for (size_t i = 0; i < http->n_listeners; i++)
		evconnlistener_enable(http->listeners[i]);
}

/* accept(2) failed, most likely for want of descriptors: it would fail again at once.
 */
static void
pause_accepting(struct evconnlistener *listener, void *arg)
{
	struct http *http = arg;

	evconnlistener_disable(listener);
	evtimer_add(http->resume, &(struct timeval){ .tv_sec = PAUSE_S });
}

static void
add_listener(struct http *http, int fd, unsigned flags)
{
	struct evconnlistener *listener = evconnlistener_new(
	    http->base, NULL, NULL, flags | LEV_OPT_CLOSE_ON_EXEC, 0, fd);

	assert(listener && http->n_listeners < LISTENERS_MAX);
	evhttp_bind_listener(http->server, listener);
	evconnlistener_set_error_cb(listener, pause_accepting);
	http->listeners[http->n_listeners++] = listener;
}

static bool
open_listeners(
    struct http *http, const struct config_http *config, char *reterr, size_t size)
{
	int fd;

	for (size_t i = 0; i < config->listens; i++) {
		if (!net_listen_tcp(&config->listen[i], &fd, reterr, size))
			return false;
		add_listener(http, fd, LEV_OPT_CLOSE_ON_FREE);
	}
	if (config->socket[0]) {
		if (!net_listen_unix(config->socket, &fd, reterr, size))
			return false;
		add_listener(http, fd, 0); /* closed by net_close_unix() */
		http->unix_fd = fd;
		memcpy(http->path, config->socket, sizeof http->path);
	}
	return true;
}

bool
http_open(struct event_base *base, const struct config_http *config,
    const struct http_route *routes, void *context, struct http **ret, char *reterr,
    size_t size)
{
	struct http *http = mem_alloc(sizeof *http);

	http->base = base;
	http->routes = routes;
	http->context = context;
	http->max_connections = config->max_connections;
	http->max_request = config->max_request;
	http->changes = config->changes;
	http->timeout.tv_sec = config->timeout_s;
	http->resume = evtimer_new(base, resume_accepting, http);
	http->streams = http_streams_new(base);
	http->server = evhttp_new(base);
	assert(http->resume && http->server);
	evhttp_set_bevcb(http->server, new_connection, http);
	evhttp_set_gencb(http->server, answer, http);
	evhttp_set_allowed_methods(http->server, UINT16_MAX); /* routes decide */
	/* Twice our limits, so that it is we who answer, in JSON; what is far beyond,
	 * or no HTTP at all, libevent answers by itself. */
	evhttp_set_max_headers_size(http->server, 2 * (ev_ssize_t)config->max_request);
	evhttp_set_max_body_size(http->server, 2 * (ev_ssize_t)config->max_request);
	if (!open_listeners(http, config, reterr, size)) {
		http_close(http);
		return false;
	}
	*ret = http;
	return true;
}

void
http_close(struct http *http)
{
	if (!http)
		return;
	evhttp_free(http->server);  /* with listeners and connections */
	while (http->n_connections) /* not taken up yet */
		forget(http->connections[http->n_connections - 1]);
	free(http->connections);
	http_streams_free(http->streams);
	if (http->path[0])
		net_close_unix(http->path, http->unix_fd);
	event_free(http->resume);
	free(http);
}

const struct http_stats *
http_stats(const struct http *http)
{
	return &http->stats;
}

unsigned
http_port(const struct http *http, size_t index)
{
	assert(index < http->n_listeners);
	return net_port(evconnlistener_get_fd(http->listeners[index]));
}
