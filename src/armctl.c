/*
 * armctl: asks armd's API and shows the reply to people, or as it came (-j).
 *
 * Exit status: 0, or 1 armd said no, 2 bad usage, 3 armd is not reachable.
 */
#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/prefix.h"
#include "client.h"
#include "config.h"
#include "record_words.h"
#include "show.h"
#include "show_routes.h"
#include "text.h"
#include "version.h"

#define TOP_DEFAULT "20"
#define TOP_MAX 1000000
#define PATH_MAX_LEN 768

enum { EXIT_OK, EXIT_REFUSED, EXIT_USAGE, EXIT_UNREACHABLE };

struct armctl {
	struct client client;
	bool json;
};

static int
complain(int status, const char *text)
{
	fprintf(stderr, "armctl: %s\n", text);
	return status;
}

/* Asks for `path`. 0 and the body, which the caller frees; or the exit status, all
 * said.
 */
static int
ask(const struct armctl *ctl, const char *method, const char *path, char **retbody)
{
	char why[CLIENT_ERROR_MAX], text[64];
	char *body, *error;
	long status;

	if (!client_ask(&ctl->client, method, path, &status, &body, why, sizeof why))
		return complain(EXIT_UNREACHABLE, why);
	if (status >= 200 && status < 300) {
		*retbody = body;
		return EXIT_OK;
	}
	error = show_error(body);
	snprintf(text, sizeof text, "armd replied with HTTP status %ld", status);
	complain(EXIT_REFUSED, error ? error : text);
	free(error);
	free(body);
	return EXIT_REFUSED;
}

static int
ask_and_show(const struct armctl *ctl, const char *method, const char *path,
    bool (*show)(const char *, FILE *))
{
	char *body;
	int status = ask(ctl, method, path, &body);

	if (status != EXIT_OK)
		return status;
	if (ctl->json)
		fputs(body, stdout);
	else if (!show(body, stdout))
		status = complain(EXIT_REFUSED, "armd's reply is not understood");
	free(body);
	return status;
}

static int
get_and_show(
    const struct armctl *ctl, const char *path, bool (*show)(const char *, FILE *))
{
	return ask_and_show(ctl, "GET", path, show);
}

/* The router to ask for, escaped; the caller frees. Without -r the only one there is.
 */
static int
choose_router(const struct armctl *ctl, const char *name, char **retname)
{
	char text[CLIENT_ERROR_MAX];
	char *body, *names;
	size_t count = 0;
	int status;

	if (name) {
		*retname = client_escape(name);
		return EXIT_OK;
	}
	status = ask(ctl, "GET", "/api/v1/status", &body);
	if (status != EXIT_OK)
		return status;
	names = show_router_names(body, &count);
	free(body);
	if (count == 1) {
		*retname = client_escape(names);
		free(names);
		return EXIT_OK;
	}
	snprintf(text, sizeof text, "say which router: %s",
	    count ? names : "armd names none");
	free(names);
	return complain(EXIT_USAGE, text);
}

static int
run_status(const struct armctl *ctl, int argc, char **argv)
{
	if (getopt(argc, argv, "") != -1)
		return EXIT_USAGE;
	if (optind != argc)
		return complain(EXIT_USAGE, "status takes no argument");
	return get_and_show(ctl, "/api/v1/status", show_status);
}

static int
run_top(const struct armctl *ctl, int argc, char **argv)
{
	const char *count = TOP_DEFAULT, *router = NULL, *v6 = "";
	char path[PATH_MAX_LEN];
	uint64_t number;
	char *name;
	int option, status;

	while ((option = getopt(argc, argv, "n:6r:")) != -1) {
		if (option == 'n')
			count = optarg;
		else if (option == '6')
			v6 = "6";
		else if (option == 'r')
			router = optarg;
		else
			return EXIT_USAGE;
	}
	if (optind != argc)
		return complain(EXIT_USAGE, "top takes no argument");
	if (!text_number(count, 1, TOP_MAX, &number))
		return complain(EXIT_USAGE, "-n: not a number from 1 to 1000000");
	status = choose_router(ctl, router, &name);
	if (status != EXIT_OK)
		return status;
	snprintf(path, sizeof path, "/bgp/topprefixes%s/%s/json?maxPrefixes=%s", v6,
	    name, count);
	free(name);
	return get_and_show(ctl, path, show_top);
}

static int
run_lookup(const struct armctl *ctl, int argc, char **argv)
{
	char path[PATH_MAX_LEN], text[ADDR_TEXT_MAX];
	const char *router = NULL;
	struct addr addr;
	char *name;
	int option, status;

	while ((option = getopt(argc, argv, "r:")) != -1) {
		if (option != 'r')
			return EXIT_USAGE;
		router = optarg;
	}
	if (optind + 1 != argc)
		return complain(EXIT_USAGE, "lookup takes one address");
	if (!addr_parse(argv[optind], &addr))
		return complain(EXIT_USAGE, "lookup: this is not an address");
	status = choose_router(ctl, router, &name);
	if (status != EXIT_OK)
		return status;
	snprintf(path, sizeof path, "/api/v1/routers/%s/lookup?address=%s", name,
	    addr_text(&addr, text));
	free(name);
	return get_and_show(ctl, path, show_lookup);
}

static int
run_refresh(const struct armctl *ctl, int argc, char **argv)
{
	char path[PATH_MAX_LEN];
	const char *router = NULL;
	char *name, *session;
	int option, status;

	while ((option = getopt(argc, argv, "r:")) != -1) {
		if (option != 'r')
			return EXIT_USAGE;
		router = optarg;
	}
	if (argc - optind > 1)
		return complain(EXIT_USAGE, "refresh takes one session at most");
	status = choose_router(ctl, router, &name);
	if (status != EXIT_OK)
		return status;
	session = client_escape(optind < argc ? argv[optind] : "");
	snprintf(
	    path, sizeof path, "/api/v1/routers/%s/refresh?session=%s", name, session);
	free(name);
	free(session);
	return ask_and_show(ctl, "POST", path, show_refresh);
}

/* "ipv4=4000", as it stands in the query. */
static bool
is_capacity(const char *word)
{
	uint64_t number;

	return (strncmp(word, "ipv4=", 5) == 0 || strncmp(word, "ipv6=", 5) == 0) &&
	       text_number(word + 5, 0, CONFIG_CAPACITY_MAX, &number);
}

static int
run_capacity(const struct armctl *ctl, int argc, char **argv)
{
	const char *router = NULL;
	char path[PATH_MAX_LEN], query[64] = "";
	size_t len = 0;
	char *name;
	int status;

	if (getopt(argc, argv, "") != -1)
		return EXIT_USAGE;
	if (optind < argc && !strchr(argv[optind], '='))
		router = argv[optind++];
	if (argc - optind > FAMILIES)
		return complain(EXIT_USAGE, "capacity takes ipv4=N and ipv6=N");
	for (; optind < argc; optind++) {
		if (!is_capacity(argv[optind]))
			return complain(
			    EXIT_USAGE, "capacity: neither ipv4=N nor ipv6=N");
		len += (size_t)snprintf(query + len, sizeof query - len, "%c%s",
		    len ? '&' : '?', argv[optind]);
	}
	status = choose_router(ctl, router, &name);
	if (status != EXIT_OK)
		return status;
	snprintf(path, sizeof path, "/api/v1/routers/%s/capacity%s", name, query);
	free(name);
	return ask_and_show(ctl, len ? "PUT" : "GET", path, show_capacity);
}

static int
run_explain(const struct armctl *ctl, int argc, char **argv)
{
	char path[PATH_MAX_LEN], text[PREFIX_TEXT_MAX];
	char why[TEXT_ERROR_MAX], complaint[TEXT_ERROR_MAX + 16];
	const char *router = NULL;
	struct prefix prefix;
	struct addr addr;
	bool by_address;
	char *name;
	int option, status;

	while ((option = getopt(argc, argv, "r:")) != -1) {
		if (option != 'r')
			return EXIT_USAGE;
		router = optarg;
	}
	if (optind + 1 != argc)
		return complain(EXIT_USAGE, "explain takes one prefix or address");
	by_address = addr_parse(argv[optind], &addr);
	if (!by_address && !text_prefix(argv[optind], &prefix, why)) {
		snprintf(complaint, sizeof complaint, "explain: %s", why);
		return complain(EXIT_USAGE, complaint);
	}
	status = choose_router(ctl, router, &name);
	if (status != EXIT_OK)
		return status;
	snprintf(path, sizeof path, "/api/v1/routers/%s/explain?%s=%s", name,
	    by_address ? "address" : "prefix",
	    by_address ? addr_text(&addr, text) : prefix_text(&prefix, text));
	free(name);
	return ask_and_show(ctl, "GET", path, show_explain);
}

static int
run_record(const struct armctl *ctl, int argc, char **argv)
{
	struct record_request request;
	char why[128];

	if (!record_words(argc, argv, &request, why, sizeof why))
		return complain(EXIT_USAGE, why);
	return ask_and_show(ctl, request.method, request.path, show_record);
}

static int
run_sessions(const struct armctl *ctl, int argc, char **argv)
{
	const char *router = NULL;
	char path[PATH_MAX_LEN];
	char *name, *of;
	int option;

	while ((option = getopt(argc, argv, "r:")) != -1) {
		if (option != 'r')
			return EXIT_USAGE;
		router = optarg;
	}
	if (optind + 1 < argc)
		return complain(EXIT_USAGE, "sessions takes one name at most");
	name = client_escape(optind < argc ? argv[optind] : "");
	of = client_escape(router ? router : "");
	snprintf(path, sizeof path, "/api/v1/sessions?%s%s%s%s", *name ? "name=" : "",
	    name, router ? "&router=" : "", of);
	free(name);
	free(of);
	return get_and_show(ctl, path, show_sessions);
}

/* "covered=10.0.0.0/8", as it stands in the query, behind what is there. */
static bool
add_filter(char *query, size_t size, const char *word)
{
	static const char *const names[] = { "prefix", "covered", "nexthop",
		"origin_as", "community" };
	size_t len = strlen(query), n = strcspn(word, "=");
	char *value;
	int more;

	for (size_t i = 0; i < sizeof names / sizeof *names && word[n]; i++) {
		if (strlen(names[i]) != n || strncmp(word, names[i], n) != 0)
			continue;
		value = client_escape(word + n + 1);
		more = snprintf(query + len, size - len, "&%s=%s", names[i], value);
		free(value);
		if (len + (size_t)more < size)
			return true;
		complain(EXIT_USAGE, "routes: the filters are too long");
		return false;
	}
	fprintf(stderr,
	    "armctl: routes: '%s' is none of prefix=, covered=, nexthop=, "
	    "origin_as=, community=\n",
	    word);
	return false;
}

/* Bytes of JSON, as they come. */
static void
take_raw(void *arg, const char *bytes, size_t len)
{
	fwrite(bytes, 1, len, arg);
}

/* GETs a list of routes and prints it as it comes. */
static int
stream_routes(const struct armctl *ctl, const char *path)
{
	struct show_routes routes = { .out = stdout };
	struct armctl with = *ctl;
	char *body;
	int status;

	with.client.take = ctl->json ? take_raw : show_routes_take;
	with.client.arg = ctl->json ? (void *)stdout : (void *)&routes;
	status = ask(&with, "GET", path, &body);
	if (status == EXIT_OK)
		free(body);
	if (!ctl->json && !show_routes_end(&routes) && status == EXIT_OK)
		return complain(EXIT_REFUSED, "armd's reply is not understood");
	return status;
}

static int
run_routes(const struct armctl *ctl, int argc, char **argv)
{
	const char *router = NULL, *max = "4294967295", *v6 = "", *installed = "";
	char path[2 * PATH_MAX_LEN], filters[PATH_MAX_LEN] = "";
	uint64_t number;
	int option, status;
	char *name;

	while ((option = getopt(argc, argv, "6in:r:")) != -1) {
		if (option == '6')
			v6 = "&family=ipv6";
		else if (option == 'i')
			installed = "&installed=true";
		else if (option == 'n')
			max = optarg;
		else if (option == 'r')
			router = optarg;
		else
			return EXIT_USAGE;
	}
	if (!text_number(max, 1, UINT32_MAX, &number))
		return complain(EXIT_USAGE, "-n: not a number from 1 to 4294967295");
	for (; optind < argc; optind++)
		if (!add_filter(filters, sizeof filters, argv[optind]))
			return EXIT_USAGE;
	status = choose_router(ctl, router, &name);
	if (status != EXIT_OK)
		return status;
	snprintf(path, sizeof path, "/api/v1/routers/%s/routes?format=%s&max=%s%s%s%s",
	    name, ctl->json ? "json" : "lines", max, v6, installed, filters);
	free(name);
	return stream_routes(ctl, path);
}

static const struct {
	const char *name, *usage, *does;
	int (*run)(const struct armctl *ctl, int argc, char **argv);
} commands[] = {
	{ "status", "", "sessions, routes, traffic and agents", run_status },
	{ "top", "[-6] [-n N] [-r ROUTER]", "the routes with most traffic", run_top },
	{ "lookup", "[-r ROUTER] ADDRESS", "where packets to an address go",
	    run_lookup },
	{ "explain", "[-r ROUTER] PREFIX|ADDRESS", "why a route is installed, or not",
	    run_explain },
	{ "refresh", "[-r ROUTER] [SESSION]", "ask BIRD for its routes again",
	    run_refresh },
	{ "capacity", "[ROUTER] [ipv4=N] [ipv6=N]", "how many routes may be installed",
	    run_capacity },
	{ "record", "[start [...] [NAME] | stop]", "what is heard, for armsim",
	    run_record },
	{ "routes", "[-6i] [-n N] [-r ROUTER] [FILTER=VALUE...]",
	    "the table, or what a filter leaves", run_routes },
	{ "sessions", "[-r ROUTER] [NAME]", "all that is known of the BGP sessions",
	    run_sessions },
};

static int
print_usage(FILE *out, int status)
{
	fprintf(out, "usage: armctl [-j] [-H HOST:PORT | -s SOCKET] COMMAND\n\n");
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
		fprintf(out, "  %-8s %-42s  %s\n", commands[i].name, commands[i].usage,
		    commands[i].does);
	fprintf(out, "\n  -j  the reply as it is, in JSON\n"
		     "  -H  ask there, by TCP\n"
		     "  -s  ask there instead of at " CONFIG_SOCKET "\n"
		     "  -V  the version of armctl\n");
	return status;
}

static int
run_command(const struct armctl *ctl, int argc, char **argv)
{
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
		if (strcmp(argv[0], commands[i].name) == 0) {
			optind = 0; /* getopt(3): begin anew, with argv[1] */
			return commands[i].run(ctl, argc, argv);
		}
	}
	fprintf(stderr, "armctl: there is no command '%s'\n", argv[0]);
	return print_usage(stderr, EXIT_USAGE);
}

int
main(int argc, char **argv)
{
	struct armctl ctl = { .client = { .socket = CONFIG_SOCKET } };
	int option, status;

	while ((option = getopt(argc, argv, "+jH:s:hV")) != -1) {
		switch (option) {
		case 'j':
			ctl.json = true;
			break;
		case 'H':
			ctl.client.host = optarg;
			break;
		case 's':
			ctl.client.socket = optarg;
			break;
		case 'h':
			return print_usage(stdout, EXIT_OK);
		case 'V':
			printf("armctl %s\n", ARMD_VERSION);
			return EXIT_OK;
		default:
			return print_usage(stderr, EXIT_USAGE);
		}
	}
	if (optind == argc)
		return print_usage(stderr, EXIT_USAGE);
	status = run_command(&ctl, argc - optind, argv + optind);
	if ((fflush(stdout) != 0 || ferror(stdout)) && status == EXIT_OK)
		return complain(EXIT_REFUSED, strerror(errno));
	return status;
}
