/* A real server and raw sockets in one event loop, on loopback. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "helpers/http_server.h"

#define BIG (8u << 20)

static void
big(struct http_request *request, struct http_reply *reply, void *context)
{
	(void)request;
	(void)context;
	reply->body = calloc(1, BIG);
	reply->len = BIG;
}

static const struct http_route routes[] = {
	{ "/hello", HTTP_METHOD_GET, http_server_hello },
	{ "/big", HTTP_METHOD_GET, big },
	{ "/post", HTTP_METHOD_POST, http_server_hello },
	{ NULL, 0, NULL },
};

static struct http_server server;

static int
set_up(void **state)
{
	(void)state;
	http_server_start(&server, routes);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	http_server_stop(&server);
	return 0;
}

static const char *
ask(struct http_client *client, const char *request)
{
	return http_server_ask(&server, client, request);
}

#define wait_for(done, arg) http_client_wait(server.base, done, arg)

static void
requests_are_answered(void **state)
{
	struct http_client c;

	(void)state;
	assert_reply(ask(&c, "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n"),
	    "HTTP/1.1 200 OK", "hello 0\n");
	assert_non_null(strstr(c.got, "Content-Type: application/json\r\n"));
	assert_non_null(strstr(c.got, "Content-Length: 8\r\n"));
	assert_reply(
	    ask(&c, "GET /hello?n=7 HTTP/1.0\r\n\r\n"), "HTTP/1.0 200 OK", "hello 7\n");
	assert_reply(ask(&c, "GET http://x/hello?n=7 HTTP/1.1\r\nHost: a\r\n\r\n"),
	    "HTTP/1.1 200 OK", "hello 7\n");
	assert_reply(ask(&c, "GET /hello?n=x HTTP/1.1\r\n\r\n"), "HTTP/1.1 400 ",
	    "{\"error\": \"n: 'x' is not a number from 0 to 9\"}\n");
	assert_reply(ask(&c, "GET /other HTTP/1.1\r\n\r\n"), "HTTP/1.1 404 ",
	    "{\"error\": \"there is nothing at /other\"}\n");
	assert_int_equal(http_stats(server.http)->requests, 5);
}

static void
head_has_the_length_and_no_body(void **state)
{
	struct http_client c;

	(void)state;
	http_server_dial(&server, &c);
	/* a second request shows that nothing stands between the two replies */
	http_client_send(&c, "HEAD /hello HTTP/1.1\r\n\r\n"
			     "GET /hello?n=1 HTTP/1.1\r\nConnection: close\r\n\r\n");
	wait_for(http_client_is_closed, &c);
	http_client_close(&c);
	assert_non_null(strstr(c.got, "Content-Length: 8\r\n"));
	assert_non_null(strstr(c.got, "\r\n\r\nHTTP/1.1 200 OK"));
	assert_non_null(strstr(c.got, "\r\n\r\nhello 1\n"));
	assert_null(strstr(c.got, "hello 0\n"));
}

static void
other_methods_are_told_what_would_do(void **state)
{
	struct http_client c;

	(void)state;
	assert_reply(ask(&c, "DELETE /hello HTTP/1.1\r\nHost: [::1]:80\r\n\r\n"),
	    "HTTP/1.1 405 ", "{\"error\": \"/hello answers GET, HEAD only\"}\n");
	assert_non_null(strstr(c.got, "Allow: GET, HEAD\r\n"));
	assert_reply(ask(&c, "BREW /hello HTTP/1.1\r\n\r\n"), "HTTP/1.1 405 ",
	    "{\"error\": \"/hello answers GET, HEAD only\"}\n");
	assert_reply(ask(&c, "POST /post?n=2 HTTP/1.1\r\nHost: localhost\r\n"
			     "Content-Length: 2\r\n\r\nab"),
	    "HTTP/1.1 200 OK", "hello 2\n");
	assert_reply(ask(&c, "GET /post HTTP/1.1\r\n\r\n"), "HTTP/1.1 405 ",
	    "{\"error\": \"/post answers POST only\"}\n");
}

static void
too_much_is_refused(void **state)
{
	char request[8192], filler[4096];
	struct http_client c;

	(void)state;
	memset(filler, 'a', sizeof filler - 1);
	filler[sizeof filler - 1] = '\0';
	snprintf(request, sizeof request, "GET /%.1100s HTTP/1.1\r\n\r\n", filler);
	assert_reply(ask(&c, request), "HTTP/1.1 414 ",
	    "{\"error\": \"the address has more than 1024 bytes\"}\n");
	snprintf(request, sizeof request, "GET /hello HTTP/1.1\r\nX: %.1100s\r\n\r\n",
	    filler);
	assert_reply(ask(&c, request), "HTTP/1.1 431 ",
	    "{\"error\": \"the request has more than 1024 bytes\"}\n");
	snprintf(request, sizeof request,
	    "POST /post HTTP/1.1\r\nContent-Length: 1100\r\n\r\n%.1100s", filler);
	assert_reply(ask(&c, request), "HTTP/1.1 413 ",
	    "{\"error\": \"the body has more than 1024 bytes\"}\n");

	/* far too much: answered by libevent, and closed */
	for (int i = 0; i < 3; i++) {
		snprintf(request, sizeof request, "%s%s%s",
		    i == 0   ? "GET /"
		    : i == 1 ? "GET /hello HTTP/1.1\r\nX: "
			     : "POST /post HTTP/1.1\r\nContent-Length: 4095\r\n\r\n",
		    filler, i == 0 ? " HTTP/1.1\r\n\r\n" : "\r\n\r\n");
		http_server_dial(&server, &c);
		http_client_send(&c, request);
		wait_for(http_client_is_closed, &c);
		http_client_close(&c);
		assert_memory_equal(c.got, i < 2 ? "HTTP/1.1 400" : "HTTP/1.1 413", 12);
	}
}

static void
garbage_ends_the_connection(void **state)
{
	static const char *const rows[] = { "\r\n\r\n", "\x16\x03\x01\x02\n\n",
		"GET /hello\r\n\r\n", "GET /hello HTTP/9\r\n\r\n",
		"GET /hello HTTP/1.1\r\nno colon\r\n\r\n", "GET  HTTP/1.1\r\n\r\n" };

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct http_client c;

		http_server_dial(&server, &c);
		http_client_send(&c, rows[i]);
		wait_for(http_client_is_closed, &c);
		http_client_close(&c);
		assert_null(strstr(c.got, " 200 "));
	}
	/* and nobody else is disturbed */
	struct http_client c;
	assert_reply(
	    ask(&c, "GET /hello HTTP/1.1\r\n\r\n"), "HTTP/1.1 200 OK", "hello 0\n");
}

static bool
all_gone(void *arg)
{
	(void)arg;
	return http_stats(server.http)->connections == 0;
}

static bool
three_open(void *arg)
{
	(void)arg;
	return http_stats(server.http)->connections == 3;
}

static void
surplus_connections_are_closed(void **state)
{
	struct http_client c[5], late;

	(void)state;
	for (int i = 0; i < 5; i++)
		http_server_dial(&server, &c[i]);
	wait_for(http_client_is_closed, &c[3]);
	wait_for(http_client_is_closed, &c[4]);
	wait_for(three_open, NULL);
	assert_int_equal(http_stats(server.http)->refused, 2);
	assert_int_equal(c[3].len + c[4].len, 0);
	for (int i = 0; i < 3; i++) {
		assert_false(c[i].closed);
		http_client_send(&c[i], "GET /hello HTTP/1.1\r\n\r\n");
		wait_for(http_client_has_reply, &c[i]);
	}
	for (int i = 0; i < 5; i++)
		http_client_close(&c[i]);
	wait_for(all_gone, NULL);
	assert_reply(
	    ask(&late, "GET /hello HTTP/1.1\r\n\r\n"), "HTTP/1.1 200 OK", "hello 0\n");
	assert_int_equal(http_stats(server.http)->timeouts, 0);
}

static void
drip(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	if (send(((struct http_client *)arg)->fd, "a", 1, MSG_NOSIGNAL) < 0)
		return;
}

/* A client that makes no progress has a second. */
static int
set_up_slow(void **state)
{
	set_up(state);
	server.config.timeout_s = 1;
	http_server_restart(&server);
	return 0;
}

static bool
three_cut_off(void *arg)
{
	(void)arg;
	return http_stats(server.http)->timeouts == 3;
}

static void
slow_clients_are_cut_off(void **state)
{
	struct http_client silent, dripping, deaf;
	struct event *timer;

	(void)state;
	http_server_dial(&server, &silent);
	http_server_dial(&server, &dripping);
	/* a byte every 50 ms is no progress */
	http_client_send(&dripping, "GET /");
	timer = event_new(server.base, -1, EV_PERSIST, drip, &dripping);
	event_add(timer, &(struct timeval){ .tv_usec = 50000 });
	/* it asks for more than all buffers hold and reads nothing */
	http_client_open(&deaf, server.base, http_port(server.http, 0), true);
	http_client_send(&deaf, "GET /big HTTP/1.1\r\n\r\n");
	wait_for(http_client_is_closed, &silent);
	wait_for(http_client_is_closed, &dripping);
	wait_for(three_cut_off, NULL);
	wait_for(all_gone, NULL);
	event_free(timer);
	http_client_close(&silent);
	http_client_close(&dripping);
	http_client_close(&deaf);
}

static void
a_waiting_connection_is_cut_off_too(void **state)
{
	struct http_client c;

	(void)state;
	http_server_dial(&server, &c);
	http_client_send(&c, "GET /hello HTTP/1.1\r\n\r\n");
	wait_for(http_client_has_reply, &c);
	assert_false(c.closed);
	wait_for(http_client_is_closed, &c);
	http_client_close(&c);
	wait_for(all_gone, NULL);
	assert_int_equal(http_stats(server.http)->timeouts, 1);
}

static void
big_replies_arrive_whole(void **state)
{
	struct http_client c;

	(void)state;
	http_server_dial(&server, &c);
	http_client_send(&c, "GET /big HTTP/1.1\r\nConnection: close\r\n\r\n");
	wait_for(http_client_is_closed, &c);
	assert_non_null(strstr(c.got, "Content-Length: 8388608\r\n"));
	assert_int_equal(
	    c.total, (size_t)(strstr(c.got, "\r\n\r\n") + 4 - c.got) + BIG);
	http_client_close(&c);
}

static void
closing_with_connections_leaves_nothing(void **state)
{
	struct http_client c[2];

	http_server_dial(&server, &c[0]);
	http_client_open(&c[1], server.base, http_port(server.http, 0), true);
	http_client_send(&c[1], "GET /big HTTP/1.1\r\n\r\n");
	event_base_loop(server.base, EVLOOP_NONBLOCK);
	event_base_loop(server.base, EVLOOP_NONBLOCK);
	http_close(server.http);
	wait_for(http_client_is_closed, &c[0]);
	http_client_close(&c[0]);
	http_client_close(&c[1]);
	server.http = http_server_open(&server, &server.config);
	(void)state;
}

int
main(void)
{
#define TEST(name, set_up) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(requests_are_answered, set_up),
		TEST(head_has_the_length_and_no_body, set_up),
		TEST(other_methods_are_told_what_would_do, set_up),
		TEST(too_much_is_refused, set_up),
		TEST(garbage_ends_the_connection, set_up),
		TEST(surplus_connections_are_closed, set_up),
		TEST(slow_clients_are_cut_off, set_up_slow),
		TEST(a_waiting_connection_is_cut_off_too, set_up_slow),
		TEST(big_replies_arrive_whole, set_up),
		TEST(closing_with_connections_leaves_nothing, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
