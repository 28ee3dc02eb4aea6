/* Where the server listens: ports and a Unix socket, and what stands in its way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "helpers/http_server.h"
#include "net.h"

static const struct http_route routes[] = {
	{ "/hello", HTTP_METHOD_GET, http_server_hello },
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

static void
an_address_in_use_is_explained(void **state)
{
	struct config_endpoint taken = server.endpoint;
	struct config_http other = server.config;
	struct http *second = NULL;
	char why[CONFIG_ERROR_MAX] = "", want[128];

	(void)state;
	taken.port = (uint16_t)http_port(server.http, 0);
	other.listen = &taken;
	assert_false(
	    http_open(server.base, &other, routes, NULL, &second, why, sizeof why));
	snprintf(want, sizeof want,
	    "cannot listen on 127.0.0.1:%u: address already in use; is another armd "
	    "running?",
	    taken.port);
	assert_string_equal(why, want);
	assert_null(second);
}

static void
ask_unix(struct http_client *c, const char *path, const char *request)
{
	http_client_open_unix(c, server.base, path);
	http_client_send(c, request);
	http_client_wait(server.base, http_client_has_reply, c);
	http_client_close(c);
	assert_reply(c->got, "HTTP/1.1 200 OK", "hello 0\n");
}

#define POST "POST /post HTTP/1.1\r\nContent-Length: 1\r\n"

static void
changes_come_over_the_unix_socket(void **state)
{
	char folder[] = "/tmp/armd-http-test-XXXXXX";
	char path[CONFIG_SOCKET_MAX];
	struct http_client c;

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof path, "%s/armd.sock", folder);
	server.config.changes.allowed = false;
	strcpy(server.config.socket, path);
	http_server_restart(&server);
	ask_unix(&c, path, POST "\r\na");
	assert_memory_equal(
	    ask(&c, POST "Host: localhost\r\n\r\na"), "HTTP/1.1 403 ", 13);
	server.config.changes.allowed = true;
	http_server_restart(&server);
	assert_reply(
	    ask(&c, POST "Host: localhost\r\n\r\na"), "HTTP/1.1 200 OK", "hello 0\n");
	assert_memory_equal(ask(&c, POST "Host: evil\r\n\r\na"), "HTTP/1.1 403 ", 13);
	assert_memory_equal(ask(&c, POST "Host: localhost\r\nOrigin: http://evil\r\n"
					 "\r\na"),
	    "HTTP/1.1 403 ", 13);
	http_close(server.http);
	server.http = NULL;
	rmdir(folder);
}

static void
the_unix_socket_is_private_and_replaced(void **state)
{
	char folder[] = "/tmp/armd-http-test-XXXXXX";
	char path[CONFIG_SOCKET_MAX], why[CONFIG_ERROR_MAX] = "", want[256];
	struct config_http other = server.config;
	struct http *first = NULL, *second = NULL;
	struct http_client c;
	struct stat st;
	int fd;

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof path, "%s/run/armd.sock", folder);
	strcpy(other.socket, path);
	other.listens = 0;
	first = http_server_open(&server, &other);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode, S_IFSOCK | 0660);
	ask_unix(&c, path, "GET /hello HTTP/1.1\r\n\r\n");

	/* somebody listens: left alone */
	assert_false(
	    http_open(server.base, &other, routes, NULL, &second, why, sizeof why));
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
	first = http_server_open(&server, &other);
	ask_unix(&c, path, "GET /hello HTTP/1.1\r\n\r\n");
	http_close(first);

	/* anything else: left alone */
	fd = open(path, O_CREAT | O_WRONLY, 0600);
	close(fd);
	assert_false(
	    http_open(server.base, &other, routes, NULL, &second, why, sizeof why));
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
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(an_address_in_use_is_explained),
		TEST(changes_come_over_the_unix_socket),
		TEST(the_unix_socket_is_private_and_replaced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
