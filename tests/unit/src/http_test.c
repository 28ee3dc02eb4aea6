/* A real server and raw sockets in one event loop, on loopback. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <event2/event.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "config.h"
#include "helpers/http_client.h"
#include "http.h"
#include "http_route.h"
#include "net.h"

#define BIG (8u << 20)

static struct event_base *base;
static struct http *http;
static struct config_endpoint endpoint;
static struct config_http config;
static char hello_word[] = "hello";

static void
hello(struct http_request *request, struct http_reply *reply, void *context)
{
	uint64_t n;

	if (!http_arg_int(request, "n", 0, 9, 0, &n))
		return;
	reply->body = malloc(64);
	reply->len = (size_t)snprintf(
	    reply->body, 64, "%s %d\n", (const char *)context, (int)n);
}

static void
big(struct http_request *request, struct http_reply *reply, void *context)
{
	(void)request;
	(void)context;
	reply->body = calloc(1, BIG);
	reply->len = BIG;
}

static const struct http_route routes[] = {
	{ "/hello", HTTP_METHOD_GET, hello },
	{ "/big", HTTP_METHOD_GET, big },
	{ "/post", HTTP_METHOD_POST, hello },
	{ NULL, 0, NULL },
};

static int
set_up(void **state)
{
	char why[CONFIG_ERROR_MAX] = "";

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	assert_true(addr_parse("127.0.0.1", &endpoint.addr));
	endpoint.port = 0;
	config = (struct config_http){ .listen = &endpoint,
		.listens = 1,
		.max_connections = 3,
		.timeout_s = 30,
		.max_request = 1024,
		.changes = { .allowed = true } };
	base = event_base_new();
	if (!http_open(base, &config, routes, hello_word, &http, why, sizeof why))
		fail_msg("%s", why);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	http_close(http);
	event_base_free(base);
	return 0;
}

static void
client_open(struct http_client *client)
{
	http_client_open(client, base, http_port(http, 0), false);
}

#define wait_for(done, arg) http_client_wait(base, done, arg)

/* The reply to one request on a connection of its own. */
static const char *
ask(struct http_client *client, const char *request)
{
	client_open(client);
	http_client_send(client, request);
	wait_for(http_client_has_reply, client);
	http_client_close(client);
	return client->got;
}

static void
assert_reply(const char *reply, const char *status, const char *body)
{
	const char *end = strstr(reply, "\r\n\r\n");

	assert_memory_equal(reply, status, strlen(status));
	assert_non_null(end);
	assert_string_equal(end + 4, body);
}

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
	assert_int_equal(http_stats(http)->requests, 5);
}

static void
head_has_the_length_and_no_body(void **state)
{
	struct http_client c;

	(void)state;
	client_open(&c);
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
		client_open(&c);
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

		client_open(&c);
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
	return http_stats(http)->connections == 0;
}

static bool
three_open(void *arg)
{
	(void)arg;
	return http_stats(http)->connections == 3;
}

static void
surplus_connections_are_closed(void **state)
{
	struct http_client c[5], late;

	(void)state;
	for (int i = 0; i < 5; i++)
		client_open(&c[i]);
	wait_for(http_client_is_closed, &c[3]);
	wait_for(http_client_is_closed, &c[4]);
	wait_for(three_open, NULL);
	assert_int_equal(http_stats(http)->refused, 2);
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
	assert_int_equal(http_stats(http)->timeouts, 0);
}

static void
drip(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	if (send(((struct http_client *)arg)->fd, "a", 1, MSG_NOSIGNAL) < 0)
		return;
}

static int
set_up_slow(void **state)
{
	char why[CONFIG_ERROR_MAX] = "";

	set_up(state);
	http_close(http);
	config.timeout_s = 1;
	assert_true(
	    http_open(base, &config, routes, hello_word, &http, why, sizeof why));
	return 0;
}

static bool
three_cut_off(void *arg)
{
	(void)arg;
	return http_stats(http)->timeouts == 3;
}

static void
slow_clients_are_cut_off(void **state)
{
	struct http_client silent, dripping, deaf;
	struct event *timer;

	(void)state;
	client_open(&silent);
	client_open(&dripping);
	/* a byte every 50 ms is no progress */
	http_client_send(&dripping, "GET /");
	timer = event_new(base, -1, EV_PERSIST, drip, &dripping);
	event_add(timer, &(struct timeval){ .tv_usec = 50000 });
	/* it asks for more than all buffers hold and reads nothing */
	http_client_open(&deaf, base, http_port(http, 0), true);
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
	client_open(&c);
	http_client_send(&c, "GET /hello HTTP/1.1\r\n\r\n");
	wait_for(http_client_has_reply, &c);
	assert_false(c.closed);
	wait_for(http_client_is_closed, &c);
	http_client_close(&c);
	wait_for(all_gone, NULL);
	assert_int_equal(http_stats(http)->timeouts, 1);
}

static void
big_replies_arrive_whole(void **state)
{
	struct http_client c;

	(void)state;
	client_open(&c);
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
	char why[CONFIG_ERROR_MAX] = "";

	client_open(&c[0]);
	http_client_open(&c[1], base, http_port(http, 0), true);
	http_client_send(&c[1], "GET /big HTTP/1.1\r\n\r\n");
	event_base_loop(base, EVLOOP_NONBLOCK);
	event_base_loop(base, EVLOOP_NONBLOCK);
	http_close(http);
	wait_for(http_client_is_closed, &c[0]);
	http_client_close(&c[0]);
	http_client_close(&c[1]);
	assert_true(http_open(base, &config, routes, hello_word, &http, why, 99));
	(void)state;
}

static void
an_address_in_use_is_explained(void **state)
{
	struct config_endpoint taken = endpoint;
	struct config_http other = config;
	struct http *second = NULL;
	char why[CONFIG_ERROR_MAX] = "", want[128];

	(void)state;
	taken.port = (uint16_t)http_port(http, 0);
	other.listen = &taken;
	assert_false(http_open(base, &other, routes, NULL, &second, why, sizeof why));
	snprintf(want, sizeof want,
	    "cannot listen on 127.0.0.1:%u: address already in use; is another armd "
	    "running?",
	    taken.port);
	assert_string_equal(why, want);
	assert_null(second);
}

static char folder[64];

static void
ask_unix(struct http_client *c, const char *path, const char *request)
{
	http_client_open_unix(c, base, path);
	http_client_send(c, request);
	wait_for(http_client_has_reply, c);
	http_client_close(c);
	assert_reply(c->got, "HTTP/1.1 200 OK", "hello 0\n");
}

#define POST "POST /post HTTP/1.1\r\nContent-Length: 1\r\n"

static void
changes_come_over_the_unix_socket(void **state)
{
	char path[CONFIG_SOCKET_MAX], why[CONFIG_ERROR_MAX] = "";
	struct http_client c;

	(void)state;
	strcpy(folder, "/tmp/armd-http-test-XXXXXX");
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof path, "%s/armd.sock", folder);
	http_close(http);
	config.changes.allowed = false;
	strcpy(config.socket, path);
	assert_true(
	    http_open(base, &config, routes, hello_word, &http, why, sizeof why));
	ask_unix(&c, path, POST "\r\na");
	assert_memory_equal(
	    ask(&c, POST "Host: localhost\r\n\r\na"), "HTTP/1.1 403 ", 13);
	http_close(http);
	config.changes.allowed = true;
	assert_true(
	    http_open(base, &config, routes, hello_word, &http, why, sizeof why));
	assert_reply(
	    ask(&c, POST "Host: localhost\r\n\r\na"), "HTTP/1.1 200 OK", "hello 0\n");
	assert_memory_equal(ask(&c, POST "Host: evil\r\n\r\na"), "HTTP/1.1 403 ", 13);
	assert_memory_equal(ask(&c, POST "Host: localhost\r\nOrigin: http://evil\r\n"
					 "\r\na"),
	    "HTTP/1.1 403 ", 13);
	http_close(http);
	http = NULL;
	rmdir(folder);
}

static void
the_unix_socket_is_private_and_replaced(void **state)
{
	char path[CONFIG_SOCKET_MAX], why[CONFIG_ERROR_MAX] = "", want[256];
	struct config_http other = config;
	struct http *first = NULL, *second = NULL;
	struct http_client c;
	struct stat st;
	int fd;

	(void)state;
	strcpy(folder, "/tmp/armd-http-test-XXXXXX");
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof path, "%s/run/armd.sock", folder);
	strcpy(other.socket, path);
	other.listens = 0;
	assert_true(
	    http_open(base, &other, routes, hello_word, &first, why, sizeof why));
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode, S_IFSOCK | 0660);
	ask_unix(&c, path, "GET /hello HTTP/1.1\r\n\r\n");

	/* somebody listens: left alone */
	assert_false(http_open(base, &other, routes, NULL, &second, why, sizeof why));
	snprintf(want, sizeof want,
	    "cannot listen on %s: address already in use; is another armd running?",
	    path);
	assert_string_equal(why, want);
	ask_unix(&c, path, "GET /hello HTTP/1.1\r\n\r\n");
	http_close(first);
	assert_int_equal(stat(path, &st), -1);

	/* a socket whose owner died: replaced */
	assert_true(net_listen_unix(path, &fd, why, sizeof why));
	close(fd);
	assert_int_equal(stat(path, &st), 0);
	assert_true(
	    http_open(base, &other, routes, hello_word, &first, why, sizeof why));
	ask_unix(&c, path, "GET /hello HTTP/1.1\r\n\r\n");
	http_close(first);

	/* anything else: left alone */
	fd = open(path, O_CREAT | O_WRONLY, 0600);
	close(fd);
	assert_false(http_open(base, &other, routes, NULL, &second, why, sizeof why));
	snprintf(want, sizeof want,
	    "cannot listen on %s: this is a file of another kind; remove it", path);
	assert_string_equal(why, want);
	assert_int_equal(stat(path, &st), 0);
	unlink(path);
	snprintf(path, sizeof path, "%s/run", folder);
	rmdir(path);
	rmdir(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    requests_are_answered, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    head_has_the_length_and_no_body, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    other_methods_are_told_what_would_do, set_up, tear_down),
		cmocka_unit_test_setup_teardown(too_much_is_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    garbage_ends_the_connection, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    surplus_connections_are_closed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    slow_clients_are_cut_off, set_up_slow, tear_down),
		cmocka_unit_test_setup_teardown(
		    a_waiting_connection_is_cut_off_too, set_up_slow, tear_down),
		cmocka_unit_test_setup_teardown(
		    big_replies_arrive_whole, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    closing_with_connections_leaves_nothing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    an_address_in_use_is_explained, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    the_unix_socket_is_private_and_replaced, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    changes_come_over_the_unix_socket, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
