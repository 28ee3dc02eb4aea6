/* Bodies in pieces: a real server and its clients in one event loop, on loopback. */
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

#include "buffer.h"
#include "config.h"
#include "helpers/http_client.h"
#include "http.h"
#include "http_route.h"

#define ENDLESS UINT64_MAX

static struct event_base *base;
static struct http *http;
static struct config_endpoint endpoint;
static struct config_http config;

/* What all bodies together did. */
static struct {
	unsigned pieces, live;
	size_t bytes;
} made;

/* "0\n1\n2\n…" in pieces of `each` numbers, `pause` empty ones before each. */
struct numbers {
	uint64_t at, count, each, pause, waited;
	bool cut; /* at the end */
};

static enum http_piece
numbers_produce(void *state, struct buffer *out)
{
	struct numbers *numbers = state;
	char text[32];

	made.pieces++;
	assert_int_equal(out->len, 0);
	if (numbers->waited++ < numbers->pause)
		return HTTP_PIECE_MORE;
	numbers->waited = 0;
	for (uint64_t i = 0; i < numbers->each && numbers->at < numbers->count; i++)
		buffer_add(out, text,
		    (size_t)snprintf(text, sizeof text, "%llu\n",
			(unsigned long long)numbers->at++));
	made.bytes += out->len;
	if (numbers->at < numbers->count)
		return HTTP_PIECE_MORE;
	return numbers->cut ? HTTP_PIECE_CUT : HTTP_PIECE_LAST;
}

static void
numbers_free(void *state)
{
	made.live--;
	free(state);
}

static void
count(struct http_request *request, struct http_reply *reply, void *context)
{
	struct numbers *numbers = calloc(1, sizeof *numbers);

	(void)context;
	numbers->each = 1;
	reply->pieces = (struct http_body){ numbers_produce, numbers_free, numbers };
	made.live++;
	if (http_arg_int(request, "n", 0, ENDLESS, 0, &numbers->count) &&
	    http_arg_int(request, "each", 1, 99999, 1, &numbers->each) &&
	    http_arg_int(request, "pause", 0, 9999, 0, &numbers->pause))
		http_arg_bool(request, "cut", false, &numbers->cut);
}

static void
hello(struct http_request *request, struct http_reply *reply, void *context)
{
	(void)request;
	(void)context;
	reply->body = strdup("hello");
	reply->len = 5;
}

static const struct http_route routes[] = {
	{ "/count", HTTP_METHOD_GET, count },
	{ "/hello", HTTP_METHOD_GET, hello },
	{ NULL, 0, NULL },
};

static void
start(uint32_t timeout_s)
{
	char why[CONFIG_ERROR_MAX] = "";

	signal(SIGPIPE, SIG_IGN);
	memset(&made, 0, sizeof made);
	assert_true(addr_parse("127.0.0.1", &endpoint.addr));
	endpoint.port = 0;
	config = (struct config_http){ .listen = &endpoint,
		.listens = 1,
		.max_connections = 8,
		.timeout_s = timeout_s,
		.max_request = 1024 };
	base = event_base_new();
	if (!http_open(base, &config, routes, NULL, &http, why, sizeof why))
		fail_msg("%s", why);
}

static int
set_up(void **state)
{
	(void)state;
	start(30);
	return 0;
}

static int
set_up_hasty(void **state)
{
	(void)state;
	start(1);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	http_close(http);
	event_base_free(base);
	assert_int_equal(made.live, 0);
	return 0;
}

static void
begin(struct http_client *client, const char *request, bool deaf)
{
	http_client_open(client, base, http_port(http, 0), deaf);
	http_client_send(client, request);
}

/* The reply to one request, on a connection that is closed behind it. */
static const char *
ask(struct http_client *client, const char *request)
{
	begin(client, request, false);
	http_client_wait(base, http_client_is_closed, client);
	http_client_close(client);
	return client->got;
}

/* The chunks of a body joined, in place. False if it has no end. */
static bool
join_chunks(char *body)
{
	char *from = body, *to = body, *line;

	for (;;) {
		size_t len = strtoul(from, &line, 16);

		if (line == from || strncmp(line, "\r\n", 2) != 0)
			return false;
		from = line + 2;
		if (len == 0)
			break;
		memmove(to, from, len);
		to += len;
		from += len + 2;
	}
	*to = '\0';
	return strcmp(from, "\r\n") == 0;
}

static void
pieces_arrive_in_order(void **state)
{
	struct http_client c;
	char want[8192], *end = want, *body;

	(void)state;
	for (int i = 0; i < 1000; i++)
		end += sprintf(end, "%d\n", i);
	ask(&c, "GET /count?n=1000&each=7 HTTP/1.1\r\nConnection: close\r\n\r\n");
	assert_non_null(strstr(c.got, "Transfer-Encoding: chunked\r\n"));
	assert_null(strstr(c.got, "Content-Length"));
	body = strstr(c.got, "\r\n\r\n") + 4;
	assert_true(join_chunks(body));
	assert_string_equal(body, want);
	assert_int_equal(made.pieces, 143);

	/* no chunks for who does not know them; keep-alive would leave no end */
	ask(&c, "GET /count?n=1000&each=7 HTTP/1.0\r\n\r\n");
	assert_null(strstr(c.got, "chunked"));
	assert_string_equal(strstr(c.got, "\r\n\r\n") + 4, want);
	ask(&c, "GET /count?n=1000 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
	assert_null(strstr(c.got, "Content-Length"));
	assert_string_equal(strstr(c.got, "\r\n\r\n") + 4, want);
}

static void
what_fits_into_one_piece_is_sent_whole(void **state)
{
	struct http_client c;

	(void)state;
	ask(&c, "GET /count?n=3&each=9 HTTP/1.1\r\nConnection: close\r\n\r\n");
	assert_null(strstr(c.got, "chunked"));
	assert_non_null(strstr(c.got, "Content-Length: 6\r\n"));
	assert_string_equal(strstr(c.got, "\r\n\r\n") + 4, "0\n1\n2\n");
	ask(&c, "GET /count?n=x HTTP/1.1\r\nConnection: close\r\n\r\n");
	assert_memory_equal(c.got, "HTTP/1.1 400", 12);
	assert_int_equal(made.live, 0);
}

static void
head_has_no_body(void **state)
{
	struct http_client c;

	(void)state;
	ask(&c, "HEAD /count?n=18446744073709551615 HTTP/1.1\r\n\r\n"
		"HEAD /count?n=1 HTTP/1.1\r\n\r\n"
		"GET /hello HTTP/1.1\r\nConnection: close\r\n\r\n");
	assert_int_equal(made.pieces, 2);
	assert_non_null(strstr(c.got, "\r\n\r\nHTTP/1.1 200"));
	assert_non_null(strstr(c.got, "Content-Length: 2\r\n"));
	assert_string_equal(c.got + c.len - 5, "hello");
}

static void
a_connection_goes_on_behind_a_stream(void **state)
{
	struct http_client c;
	const char *second;

	(void)state;
	ask(&c, "GET /count?n=9 HTTP/1.1\r\n\r\n"
		"GET /count?n=5 HTTP/1.1\r\nConnection: close\r\n\r\n");
	second = strstr(c.got, "0\r\n\r\nHTTP/1.1 200");
	assert_non_null(second);
	assert_non_null(strstr(second, "2\r\n4\n\r\n0\r\n\r\n"));
}

static bool
nothing_lives(void *arg)
{
	(void)arg;
	return made.live == 0;
}

static void
who_does_not_read_is_cut_off(void **state)
{
	struct http_client deaf;

	(void)state;
	begin(&deaf, "GET /count?n=18446744073709551615&each=9999 HTTP/1.1\r\n\r\n",
	    true);
	while (!made.live)
		event_base_loop(base, EVLOOP_ONCE);
	http_client_wait(base, nothing_lives, NULL);
	assert_int_equal(http_stats(http)->timeouts, 1);
	/* no more was made than the kernel's buffers and one piece hold */
	assert_in_range(made.bytes, 1, 16u << 20);
	http_client_close(&deaf);
}

static bool
has_much(void *client)
{
	return ((struct http_client *)client)->total > 1u << 20;
}

static void
who_leaves_takes_the_stream_along(void **state)
{
	struct http_client c;

	(void)state;
	begin(&c, "GET /count?n=18446744073709551615&each=999 HTTP/1.1\r\n\r\n", false);
	http_client_wait(base, has_much, &c);
	http_client_close(&c);
	http_client_wait(base, nothing_lives, NULL);
	assert_int_equal(http_stats(http)->connections, 0);
	ask(&c, "GET /hello HTTP/1.1\r\nConnection: close\r\n\r\n");
	assert_string_equal(strstr(c.got, "\r\n\r\n") + 4, "hello");
}

static void
what_cannot_be_completed_has_no_end(void **state)
{
	struct http_client c;

	(void)state;
	ask(&c, "GET /count?n=9&cut=1 HTTP/1.1\r\n\r\n");
	assert_non_null(strstr(c.got, "\r\n0\n"));
	assert_false(join_chunks(strstr(c.got, "\r\n\r\n") + 4));
	assert_int_equal(made.live, 0);
}

static void
others_need_not_wait(void **state)
{
	struct http_client endless[4], c;
	unsigned before;

	(void)state;
	for (int i = 0; i < 4; i++)
		begin(&endless[i],
		    "GET /count?n=18446744073709551615&each=999 HTTP/1.1\r\n\r\n",
		    false);
	for (int i = 0; i < 4; i++)
		http_client_wait(base, has_much, &endless[i]);
	before = made.pieces;
	ask(&c, "GET /hello HTTP/1.1\r\nConnection: close\r\n\r\n");
	assert_string_equal(strstr(c.got, "\r\n\r\n") + 4, "hello");
	/* one piece a turn, and few turns: accepting, reading, writing, closing */
	assert_in_range(made.pieces - before, 0, 12);
	for (int i = 0; i < 4; i++)
		http_client_close(&endless[i]);
	http_client_wait(base, nothing_lives, NULL);
}

/* A search may find nothing for long. */
static void
pieces_may_have_no_bytes(void **state)
{
	struct http_client c;

	(void)state;
	ask(&c, "GET /count?n=2&pause=5000 HTTP/1.1\r\nConnection: close\r\n\r\n");
	assert_true(join_chunks(strstr(c.got, "\r\n\r\n") + 4));
	assert_int_equal(made.pieces, 2 * 5001);
	assert_int_equal(http_stats(http)->timeouts, 0);
}

/* Who sends on and on while it is served fills nothing. */
static void
input_is_left_in_the_kernel(void **state)
{
	struct http_client c;
	char filler[65536];
	size_t sent = 0;
	ssize_t n;

	(void)state;
	memset(filler, 'x', sizeof filler);
	begin(&c, "GET /count?n=18446744073709551615&each=999 HTTP/1.1\r\n\r\n", true);
	while (!made.live)
		event_base_loop(base, EVLOOP_ONCE);
	for (int i = 0; i < 2000 && made.live; i++) {
		n = send(c.fd, filler, sizeof filler, MSG_NOSIGNAL);
		sent += n > 0 ? (size_t)n : 0;
		event_base_loop(base, EVLOOP_NONBLOCK);
	}
	assert_in_range(sent, 1, 32u << 20); /* of 128 MB that it would have sent */
	http_client_close(&c);
	http_client_wait(base, nothing_lives, NULL);
}

static void
closing_ends_streams(void **state)
{
	struct http_client c[2];

	(void)state;
	for (int i = 0; i < 2; i++)
		begin(&c[i],
		    "GET /count?n=18446744073709551615&each=999 HTTP/1.1\r\n\r\n",
		    i == 1);
	http_client_wait(base, has_much, &c[0]);
	http_close(http);
	assert_int_equal(made.live, 0);
	for (int i = 0; i < 2; i++)
		http_client_close(&c[i]);
	assert_true(http_open(base, &config, routes, NULL, &http, NULL, 0));
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
#define HASTY(name) cmocka_unit_test_setup_teardown(name, set_up_hasty, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(pieces_arrive_in_order),
		TEST(what_fits_into_one_piece_is_sent_whole),
		TEST(head_has_no_body),
		TEST(a_connection_goes_on_behind_a_stream),
		HASTY(who_does_not_read_is_cut_off),
		TEST(who_leaves_takes_the_stream_along),
		TEST(what_cannot_be_completed_has_no_end),
		TEST(others_need_not_wait),
		TEST(pieces_may_have_no_bytes),
		TEST(input_is_left_in_the_kernel),
		TEST(closing_ends_streams),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
