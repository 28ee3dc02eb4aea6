/* The program armctl against a server of ours, by its Unix socket and by TCP. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <event2/event.h>
#include <libgen.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "buffer.h"
#include "config.h"
#include "http.h"
#include "http_route.h"
#include "version.h"

#define STATUS                                                           \
	"{\"version\": \"1\", \"uptime\": 60, \"routers\": [{\"name\": " \
	"\"leaf1\"}]}\n"

static char program[512], folder[64], path[CONFIG_SOCKET_MAX];
static unsigned port;
static pid_t server;

/* The request, as a reply: what armctl asked for. */
static void
echo(struct http_request *request, struct http_reply *reply, const char *format)
{
	const char *argument = "";

	if (!http_arg_text(request, "maxPrefixes", "", &argument) ||
	    (!*argument && !http_arg_text(request, "address", "", &argument)))
		return;
	reply->body = calloc(1, 256);
	reply->len = (size_t)snprintf(
	    reply->body, 256, format, request->pieces[0], argument);
}

static void
status(struct http_request *request, struct http_reply *reply, void *context)
{
	(void)context;
	echo(request, reply, STATUS);
}

static void
top(struct http_request *request, struct http_reply *reply, void *context)
{
	(void)context;
	if (strcmp(request->pieces[0], "leaf1") != 0) {
		http_reply_error(
		    reply, 404, "there is no router '%s'", request->pieces[0]);
		return;
	}
	echo(request, reply, "{\"topPrefixes\": [{\"prefix\": \"%s %s\"}]}");
}

static void
top6(struct http_request *request, struct http_reply *reply, void *context)
{
	(void)context;
	echo(request, reply, "{\"topPrefixes\": [{\"prefix\": \"v6 %s %s\"}]}");
}

static void
lookup(struct http_request *request, struct http_reply *reply, void *context)
{
	(void)context;
	echo(request, reply, "{\"prefix\": \"%s\", \"address\": \"%s\"}");
}

static void
explain(struct http_request *request, struct http_reply *reply, void *context)
{
	const char *prefix;

	(void)context;
	if (!http_arg_text(request, "prefix", "-", &prefix))
		return;
	echo(request, reply, "{\"text\": \"%s: %s or");
	snprintf(reply->body + reply->len, 256 - reply->len, " %s is so\"}", prefix);
	reply->len = strlen(reply->body);
}

static void
refresh(struct http_request *request, struct http_reply *reply, void *context)
{
	const char *session;

	(void)context;
	if (!http_arg_text(request, "session", "", &session))
		return;
	if (strcmp(session, "down") == 0) {
		http_reply_error(reply, 409, "session 'down' is down");
		return;
	}
	reply->body = calloc(1, 256);
	reply->len = (size_t)snprintf(reply->body, 256,
	    "{\"requested\": [{\"session\": \"%s.%s\", \"families\": [\"ipv4\"]}]}",
	    request->pieces[0], session);
}

static void
capacity(struct http_request *request, struct http_reply *reply, void *context)
{
	uint64_t ipv4, ipv6;

	(void)context;
	if (!http_arg_int(request, "ipv4", 0, 99, 1, &ipv4) ||
	    !http_arg_int(request, "ipv6", 0, 99, 1, &ipv6))
		return;
	reply->body = calloc(1, 256);
	reply->len = (size_t)snprintf(reply->body, 256, "{\"lasts\": \"%s %s %d %d\"}",
	    request->method == HTTP_METHOD_PUT ? "set" : "got", request->pieces[0],
	    (int)ipv4, (int)ipv6);
}

/* What was asked for, word for word. */
static void
record(struct http_request *request, struct http_reply *reply, void *context)
{
	const char *method = request->method == HTTP_METHOD_GET    ? "GET"
			     : request->method == HTTP_METHOD_POST ? "POST"
								   : "DELETE";
	char *at;

	(void)context;
	reply->body = at = calloc(1, 512);
	at += sprintf(at, "{\"path\": \"%s", method);
	for (size_t i = 0; i < request->args.n; i++)
		at += sprintf(at, " %s=%s", request->args.items[i].name,
		    request->args.items[i].value);
	at += sprintf(at, "\"}");
	reply->len = (size_t)(at - reply->body);
}

static void
nonsense(struct http_request *request, struct http_reply *reply, void *context)
{
	(void)context;
	echo(request, reply, "<html>");
}

/* "what was asked for", as a line of text. */
static enum http_piece
tell(void *state, struct buffer *out)
{
	buffer_add(out, state, strlen(state));
	return HTTP_PIECE_LAST;
}

static void
table(struct http_request *request, struct http_reply *reply, void *context)
{
	const char *covered, *community, *format, *family;
	char *text = calloc(1, 1024);

	(void)context;
	reply->pieces = (struct http_body){ tell, free, text };
	if (!http_arg_text(request, "covered", "-", &covered) ||
	    !http_arg_text(request, "community", "-", &community) ||
	    !http_arg_text(request, "format", "-", &format) ||
	    !http_arg_text(request, "family", "ipv4", &family))
		return;
	if (strcmp(covered, "x") == 0)
		http_refuse(request, "covered: 'x' is no prefix");
	snprintf(text, 1024, "{\"prefix\": \"%s %s\", \"nexthop\": \"%s %s\"}\n%s",
	    covered, community, format, family,
	    strcmp(covered, "cut") == 0 ? "" : "{\"more\": false}\n");
}

static void
sessions(struct http_request *request, struct http_reply *reply, void *context)
{
	const char *name, *router;

	(void)context;
	if (!http_arg_text(request, "name", "all", &name) ||
	    !http_arg_text(request, "router", "any", &router))
		return;
	reply->body = calloc(1, 256);
	reply->len = (size_t)snprintf(reply->body, 256,
	    "{\"sessions\": [{\"role\": \"rib\", \"name\": \"%s\", \"router\": \"%s\"}]}",
	    name, router);
}

/* Serves until killed; says its port through `fd` when it is ready. */
static void
serve(int fd)
{
	static const struct http_route routes[] = {
		{ "/api/v1/status", HTTP_METHOD_GET, status },
		{ "/bgp/topprefixes/{}/json", HTTP_METHOD_GET, top },
		{ "/bgp/topprefixes6/{}/json", HTTP_METHOD_GET, top6 },
		{ "/api/v1/routers/{}/capacity", HTTP_METHOD_GET | HTTP_METHOD_PUT,
		    capacity },
		{ "/api/v1/record",
		    HTTP_METHOD_GET | HTTP_METHOD_POST | HTTP_METHOD_DELETE, record },
		{ "/api/v1/routers/no/lookup", HTTP_METHOD_GET, nonsense },
		{ "/api/v1/routers/{}/lookup", HTTP_METHOD_GET, lookup },
		{ "/api/v1/routers/{}/explain", HTTP_METHOD_GET, explain },
		{ "/api/v1/routers/{}/refresh", HTTP_METHOD_POST, refresh },
		{ "/api/v1/routers/{}/routes", HTTP_METHOD_GET, table },
		{ "/api/v1/sessions", HTTP_METHOD_GET, sessions },
		{ NULL, 0, NULL },
	};
	struct config_endpoint endpoint = { .port = 0 };
	struct config_http config = { .listen = &endpoint,
		.listens = 1,
		.max_connections = 4,
		.timeout_s = 10,
		.max_request = 4096,
		.changes = { .allowed = true } };
	struct event_base *base = event_base_new();
	struct http *http;
	char why[CONFIG_ERROR_MAX];

	alarm(60); /* whatever becomes of the test */
	addr_parse("127.0.0.1", &endpoint.addr);
	strcpy(config.socket, path);
	if (!http_open(base, &config, routes, NULL, &http, why, sizeof why))
		_exit(1);
	port = http_port(http, 0);
	if (write(fd, &port, sizeof port) != sizeof port)
		_exit(1);
	event_base_dispatch(base);
	_exit(1);
}

static int
begin(void **state)
{
	int ends[2];

	(void)state;
	strcpy(folder, "/tmp/armd-armctl-test-XXXXXX");
	if (!mkdtemp(folder) || pipe(ends) != 0)
		return -1;
	snprintf(path, sizeof path, "%s/armd.sock", folder);
	server = fork();
	if (server == 0)
		serve(ends[1]);
	close(ends[1]);
	if (read(ends[0], &port, sizeof port) != sizeof port)
		return -1;
	close(ends[0]);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	kill(server, SIGKILL);
	waitpid(server, NULL, 0);
	unlink(path);
	rmdir(folder);
	return 0;
}

/* Runs armctl with these arguments; its exit status, its output in `out`. */
static int
run(const char *arguments, char *out, size_t size)
{
	char command[1024];
	FILE *pipe;
	size_t len;

	snprintf(command, sizeof command, "%s %s 2>&1", program, arguments);
	pipe = popen(command, "r");
	assert_non_null(pipe);
	len = fread(out, 1, size - 1, pipe);
	out[len] = '\0';
	return WEXITSTATUS(pclose(pipe));
}

static void
commands_ask_and_show(void **state)
{
	static const struct {
		const char *arguments;
		int status;
		const char *says; /* the output has this in it */
	} rows[] = {
		{ "status", 0, "armd 1, up 1m00s\n" },
		{ "-j status", 0, STATUS },
		{ "top", 0, "\nleaf1 20  " },
		{ "top -n 5", 0, "\nleaf1 5  " },
		{ "top -6 -n 5 -r a%/b", 0, "\nv6 a%/b 5  " },
		{ "-j top -n 5", 0, "{\"topPrefixes\": [{\"prefix\": \"leaf1 5\"}]}" },
		{ "top -r x", 1, "armctl: there is no router 'x'\n" },
		{ "lookup 192.0.2.1", 0,
		    "\naddress      192.0.2.1\nroute        leaf1\n" },
		{ "lookup -r b 2001:DB8:0::1", 0,
		    "\naddress      2001:db8::1\nroute        b\n" },
		{ "lookup -r no ::1", 1, "armctl: armd's reply is not understood\n" },
		{ "-j lookup -r no ::1", 0, "<html>" },
		{ "explain 192.0.2.1", 0, "leaf1: 192.0.2.1 or - is so\n\nfield  " },
		{ "explain -r b 2001:DB8:0::/32", 0, "b:  or 2001:db8::/32 is so\n" },
		{ "-j explain ::1", 0, "{\"text\": \"leaf1: ::1 or - is so\"}" },
		{ "refresh", 0, "\nleaf1.         ipv4\n" },
		{ "refresh -r b 'to arm'", 0, "\nb.to arm       ipv4\n" },
		{ "refresh down", 1, "armctl: session 'down' is down\n" },
		{ "capacity", 0, "A change lasts got leaf1 1 1.\n" },
		{ "capacity b", 0, "A change lasts got b 1 1.\n" },
		{ "capacity ipv4=5", 0, "A change lasts set leaf1 5 1.\n" },
		{ "capacity b ipv6=0", 0, "A change lasts set b 1 0.\n" },
		{ "capacity b ipv6=0 ipv4=7", 0, "A change lasts set b 7 0.\n" },
		{ "record", 0, "\npath       GET\n" },
		{ "record start", 0, "\npath       POST\n" },
		{ "record start x-1", 0, "\npath       POST name=x-1\n" },
		{ "record start --for 1h x --max-size=500M -r b", 0,
		    "\npath       POST seconds=3600 max-size=500000000 router=b "
		    "name=x\n" },
		{ "record stop", 0, "\npath       DELETE\n" },
		{ "routes", 0, "\n  - -                 lines ipv4 " },
		{ "routes", 0, "\n\n1 route\n" },
		{ "routes -6 covered=::/0 community=1:2:3", 0,
		    "\n  ::/0 1:2:3                  lines ipv6 " },
		{ "routes covered=x", 1, "armctl: covered: 'x' is no prefix\n" },
		{ "routes covered=cut", 1, "armctl: armd's reply is not understood\n" },
		{ "-j routes -r leaf1", 0,
		    "{\"prefix\": \"- -\", \"nexthop\": \"json ipv4\"}\n" },
		{ "sessions", 0, "rib session all of router any\n" },
		{ "sessions -r l1 to_arm", 0, "rib session to_arm of router l1\n" },
		{ "lookup -r '' ::1", 1, "armctl: there is nothing at /api/" },
	};
	char arguments[512], out[4096];
	int status_got;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		for (int tcp = 0; tcp < 2; tcp++) {
			if (tcp)
				snprintf(arguments, sizeof arguments,
				    "-H 127.0.0.1:%u %s", port, rows[i].arguments);
			else
				snprintf(arguments, sizeof arguments, "-s %s %s", path,
				    rows[i].arguments);
			status_got = run(arguments, out, sizeof out);
			if (status_got != rows[i].status || !strstr(out, rows[i].says))
				fail_msg("%s: %s", rows[i].arguments, out);
		}
	}
}

static void
bad_usage_is_told_without_asking(void **state)
{
	static const struct {
		const char *arguments, *says;
	} rows[] = {
		{ "", "usage: armctl " },
		{ "-x", "armctl: there is no option -x\n" },
		{ "-s", "armctl: -s takes a value\n" },
		{ "--hlep", "armctl: there is no option --hlep\n" },
		{ "fly",
		    "armctl: there is no command 'fly'; armctl -h tells which there are\n" },
		{ "status now", "armctl: status takes no argument\n" },
		{ "status -x", "armctl: status: there is no option -x\n" },
		{ "status -j", "armctl: -j stands before 'status'\n" },
		{ "top --json", "armctl: top: there is no option --json\n" },
		{ "top -n", "armctl: top: -n takes a value\n" },
		{ "top -n 0",
		    "armctl: top: -n: '0' is not a number from 1 to 1000000\n" },
		{ "top -n x",
		    "armctl: top: -n: 'x' is not a number from 1 to 1000000\n" },
		{ "top 5", "armctl: top takes no argument\n" },
		{ "refresh a b", "armctl: refresh takes one session at most\n" },
		{ "refresh -x", "armctl: refresh: there is no option -x\n" },
		{ "routes -n 0",
		    "armctl: routes: -n: '0' is not a number from 1 to 4294967295\n" },
		{ "routes 10.0.0.0/8", "armctl: routes: '10.0.0.0/8' is none of" },
		{ "routes origin=1", "armctl: routes: 'origin=1' is none of prefix=" },
		{ "sessions a b", "armctl: sessions takes one name at most\n" },
		{ "lookup", "armctl: lookup takes one address\n" },
		{ "lookup a b", "armctl: lookup takes one address\n" },
		{ "record go", "armctl: record: 'go' is neither start nor stop\n" },
		{ "record stop x", "armctl: record: stop takes no argument\n" },
		{ "record start a b", "armctl: record: start takes one name\n" },
		{ "record start a/b",
		    "armctl: record: 'a/b' is no name, which is made of A-Z a-z 0-9 . _ -\n" },
		{ "record start --for", "armctl: record: start takes -r, --max-size "
					"and --for, each with a value\n" },
		{ "record start --fro 1h", "armctl: record: start takes -r, " },
		{ "record start --for 1w",
		    "armctl: record: --for: '1w' is no time like 1h\n" },
		{ "record start --max-size big",
		    "armctl: record: --max-size: 'big' is no size like 500M\n" },
		{ "record start -r a%b",
		    "armctl: record: -r: 'a%b' is no name of a router\n" },
		{ "capacity a b",
		    "armctl: capacity: 'b' is neither ipv4=N nor ipv6=N, N from 0 to 4000000\n" },
		{ "capacity ipv4=",
		    "armctl: capacity: 'ipv4=' is neither ipv4=N nor ipv6=N, " },
		{ "capacity ipv5=1", "armctl: capacity: 'ipv5=1' is neither " },
		{ "capacity ipv4=-1", "armctl: capacity: 'ipv4=-1' is neither " },
		{ "capacity ipv4=1 ipv4=1 ipv4=1",
		    "armctl: capacity takes ipv4=N and ipv6=N\n" },
		{ "lookup 10.0.0.0/8",
		    "armctl: lookup: '10.0.0.0/8' is not an address\n" },
		{ "explain", "armctl: explain takes one prefix or address\n" },
		{ "explain a b", "armctl: explain takes one prefix or address\n" },
		{ "explain leaf1",
		    "armctl: explain: 'leaf1': this is no prefix such as " },
		{ "explain 10.1.0.0/8",
		    "armctl: explain: '10.1.0.0/8': bits are set behind the length; 10.0.0.0/8 is "
		    "the prefix\n" },
	};
	char out[4096];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_int_equal(run(rows[i].arguments, out, sizeof out), 2);
		if (!strstr(out, rows[i].says))
			fail_msg("%s: %s", rows[i].arguments, out);
	}
	assert_int_equal(run("-h", out, sizeof out), 0);
	assert_non_null(strstr(out, "lookup"));
	assert_int_equal(run("--help", out, sizeof out), 0);
	assert_non_null(strstr(out, "lookup"));
	assert_int_equal(run("-V", out, sizeof out), 0);
	assert_string_equal(out, "armctl " ARMD_VERSION "\n");
	assert_int_equal(run("--version", out, sizeof out), 0);
	assert_string_equal(out, "armctl " ARMD_VERSION "\n");
}

static void
a_daemon_that_is_not_there_is_named(void **state)
{
	char out[4096];

	(void)state;
	assert_int_equal(run("-s /nonexistent/armd.sock status", out, sizeof out), 3);
	assert_string_equal(out, "armctl: armd does not answer at "
				 "/nonexistent/armd.sock: is it running?\n");
	assert_int_equal(run("-H 127.0.0.1:1 status", out, sizeof out), 3);
	assert_string_equal(
	    out, "armctl: armd does not answer at 127.0.0.1:1: is it running?\n");
	/* the port may be left out; nobody is at port 8008 of this address */
	assert_int_equal(run("-H 127.1.1.1 status", out, sizeof out), 3);
	assert_string_equal(
	    out, "armctl: armd does not answer at 127.1.1.1:8008: is it running?\n");
	assert_int_equal(run("-H ::2 status", out, sizeof out), 3);
	assert_non_null(strstr(out, " [::2]:8008"));
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(commands_ask_and_show),
		cmocka_unit_test(bad_usage_is_told_without_asking),
		cmocka_unit_test(a_daemon_that_is_not_there_is_named),
	};

	/* BUILD/tests/unit/src/armctl_test, BUILD/armctl */
	(void)argc;
	snprintf(program, sizeof program, "%s/../../../armctl", dirname(argv[0]));
	return cmocka_run_group_tests(tests, begin, end);
}
