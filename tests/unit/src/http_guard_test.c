/* Who may change something: every way a request can come. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "config.h"
#include "http_guard.h"

#define SITE "is another site: its pages may change nothing here"
#define NO_NAME "is neither an address nor one of 'hosts', see armd.conf(5)"
#define SOCKET                                                                      \
	"changes are made over the Unix socket; over TCP only with allow-changes, " \
	"see armd.conf(5)"

static const struct config_changes closed;
static const struct config_changes open_ = {
	.allowed = true,
	.hosts = { "switch1", "leaf.example" },
	.n_hosts = 2,
};

static void
changes_pass_only_where_they_may(void **state)
{
	static const struct {
		const struct config_changes *config;
		bool by_socket;
		const char *host, *origin;
		const char *why; /* NULL: passes */
	} rows[] = {
		{ &closed, true, "armd", NULL, NULL },
		{ &closed, true, NULL, NULL, NULL },
		{ &closed, true, "armd", "http://armd", NULL },
		{ &closed, true, "armd", "http://evil.example",
		    "Origin 'http://evil.example' " SITE },
		{ &closed, false, "127.0.0.1:8008", NULL, SOCKET },
		{ &closed, false, "127.0.0.1:8008", "http://127.0.0.1:8008", SOCKET },
		{ &open_, false, "127.0.0.1:8008", NULL, NULL },
		{ &open_, false, "[::1]:8008", NULL, NULL },
		{ &open_, false, "[::1]", NULL, NULL },
		{ &open_, false, "LocalHost:8008", NULL, NULL },
		{ &open_, false, "switch1", NULL, NULL },
		{ &open_, false, "Leaf.Example:8008", NULL, NULL },
		{ &open_, false, "10.0.0.1:8008", "http://10.0.0.1:8008", NULL },
		{ &open_, false, "switch1", "https://Switch1", NULL },
		/* a page of somebody else */
		{ &open_, false, "127.0.0.1:8008", "http://evil.example",
		    "Origin 'http://evil.example' " SITE },
		{ &open_, false, "127.0.0.1:8008", "http://127.0.0.1:8080",
		    "Origin 'http://127.0.0.1:8080' " SITE },
		{ &open_, false, "127.0.0.1:8008", "null", "Origin 'null' " SITE },
		{ &open_, false, NULL, "http://a", "Origin 'http://a' " SITE },
		{ &open_, false, "127.0.0.1:8008", "", "Origin '' " SITE },
		/* its name leads to us */
		{ &open_, false, "evil.example:8008", "http://evil.example:8008",
		    "Host 'evil.example:8008' " NO_NAME },
		{ &open_, false, "evil.example", NULL, "Host 'evil.example' " NO_NAME },
		{ &open_, false, "switch1.evil.example", NULL,
		    "Host 'switch1.evil.example' " NO_NAME },
		{ &open_, false, "127.0.0.1.evil.example", NULL,
		    "Host '127.0.0.1.evil.example' " NO_NAME },
		{ &open_, false, "[]", NULL, "Host '[]' " NO_NAME },
		{ &open_, false, ":8008", NULL, "Host ':8008' " NO_NAME },
		{ &open_, false, NULL, NULL, "Host '' " NO_NAME },
	};
	static const enum http_method methods[] = { HTTP_METHOD_PUT, HTTP_METHOD_POST,
		HTTP_METHOD_DELETE };

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct http_sender sender = { rows[i].by_socket, rows[i].host,
			rows[i].origin };

		for (size_t m = 0; m < sizeof methods / sizeof *methods; m++) {
			char why[HTTP_ERROR_MAX] = "";

			assert_int_equal(
			    http_guard_passes(rows[i].config, methods[m], &sender, why),
			    rows[i].why == NULL);
			assert_string_equal(why, rows[i].why ? rows[i].why : "");
		}
	}
}

static void
reading_is_for_everybody(void **state)
{
	const struct http_sender sender = { false, "evil.example",
		"http://evil.example" };
	char why[HTTP_ERROR_MAX] = "";

	(void)state;
	assert_true(http_guard_passes(&closed, HTTP_METHOD_GET, &sender, why));
	/* answered with 405, whoever asks */
	assert_true(http_guard_passes(&closed, HTTP_METHOD_OTHER, &sender, why));
}

static void
a_name_that_is_too_long_is_no_name(void **state)
{
	char host[2 * CONFIG_HOST_MAX], why[HTTP_ERROR_MAX] = "";
	const struct http_sender sender = { false, host, NULL };

	(void)state;
	memset(host, 'a', sizeof host - 1);
	host[sizeof host - 1] = '\0';
	assert_false(http_guard_passes(&open_, HTTP_METHOD_PUT, &sender, why));
	assert_int_equal(strlen(why), strlen("Host '' " NO_NAME) + 64);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(changes_pass_only_where_they_may),
		cmocka_unit_test(reading_is_for_everybody),
		cmocka_unit_test(a_name_that_is_too_long_is_no_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
