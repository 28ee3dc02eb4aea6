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

#include "armctl_ask.h"
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
#define TAIL_MAX 1024 /* of a path, behind the name of a router */
#define ROUTERS "/api/v1/routers/"

/* Says what getopt(3) did not like, in a command, or before it if that is "". */
static int
refuse_option(char **argv, int option, const char *command)
{
	const char *colon = *command ? ": " : "";

	if (option == ':')
		return armctl_complain(
		    ARMCTL_USAGE, "%s%s-%c takes a value", command, colon, optopt);
	if (optopt == '-' ||
	    !optopt) /* a long one: getopt() stops at it, _long() behind it */
		return armctl_complain(ARMCTL_USAGE, "%s%sthere is no option %s",
		    command, colon, argv[optopt ? optind : optind - 1]);
	if (*command && strchr("jHs", optopt))
		return armctl_complain(
		    ARMCTL_USAGE, "-%c stands before '%s'", optopt, command);
	return armctl_complain(
	    ARMCTL_USAGE, "%s%sthere is no option -%c", command, colon, optopt);
}

/* Reads the options of a command that has none, or only -r. False if there are others,
 * said.
 */
static bool
read_router(int argc, char **argv, const char *options, const char **retrouter)
{
	int option;

	while ((option = getopt(argc, argv, options)) != -1) {
		if (option != 'r') {
			refuse_option(argv, option, argv[0]);
			return false;
		}
		*retrouter = optarg;
	}
	return true;
}

/* Asks for `tail` of a router. */
static int
show_of(const struct armctl *ctl, const char *method, const char *router,
    const char *tail, armctl_show_fn *show)
{
	char path[ARMCTL_PATH_MAX];
	int status = armctl_router_path(ctl, ROUTERS, router, tail, path);

	return status == ARMCTL_OK ? armctl_show(ctl, method, path, show) : status;
}

static int
run_status(const struct armctl *ctl, int argc, char **argv)
{
	if (!read_router(argc, argv, ":", NULL))
		return ARMCTL_USAGE;
	if (optind != argc)
		return armctl_complain(ARMCTL_USAGE, "status takes no argument");
	return armctl_show(ctl, "GET", "/api/v1/status", show_status);
}

static int
run_top(const struct armctl *ctl, int argc, char **argv)
{
	const char *count = TOP_DEFAULT, *router = NULL, *before = "/bgp/topprefixes/";
	char tail[64], path[ARMCTL_PATH_MAX];
	uint64_t number;
	int option, status;

	while ((option = getopt(argc, argv, ":n:6r:")) != -1) {
		if (option == 'n')
			count = optarg;
		else if (option == '6')
			before = "/bgp/topprefixes6/";
		else if (option == 'r')
			router = optarg;
		else
			return refuse_option(argv, option, argv[0]);
	}
	if (optind != argc)
		return armctl_complain(ARMCTL_USAGE, "top takes no argument");
	if (!text_number(count, 1, TOP_MAX, &number))
		return armctl_complain(ARMCTL_USAGE,
		    "top: -n: '%s' is not a number from 1 to %d", count, TOP_MAX);
	snprintf(tail, sizeof tail, "/json?maxPrefixes=%s", count);
	status = armctl_router_path(ctl, before, router, tail, path);
	return status == ARMCTL_OK ? armctl_show(ctl, "GET", path, show_top) : status;
}

static int
run_lookup(const struct armctl *ctl, int argc, char **argv)
{
	char tail[TAIL_MAX], text[ADDR_TEXT_MAX];
	const char *router = NULL;
	struct addr addr;

	if (!read_router(argc, argv, ":r:", &router))
		return ARMCTL_USAGE;
	if (optind + 1 != argc)
		return armctl_complain(ARMCTL_USAGE, "lookup takes one address");
	if (!addr_parse(argv[optind], &addr))
		return armctl_complain(
		    ARMCTL_USAGE, "lookup: '%s' is not an address", argv[optind]);
	snprintf(tail, sizeof tail, "/lookup?address=%s", addr_text(&addr, text));
	return show_of(ctl, "GET", router, tail, show_lookup);
}

static int
run_refresh(const struct armctl *ctl, int argc, char **argv)
{
	char tail[TAIL_MAX];
	const char *router = NULL;
	char *session;

	if (!read_router(argc, argv, ":r:", &router))
		return ARMCTL_USAGE;
	if (argc - optind > 1)
		return armctl_complain(
		    ARMCTL_USAGE, "refresh takes one session at most");
	session = client_escape(optind < argc ? argv[optind] : "");
	snprintf(tail, sizeof tail, "/refresh?session=%s", session);
	free(session);
	return show_of(ctl, "POST", router, tail, show_refresh);
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
	char tail[TAIL_MAX] = "/capacity";
	size_t len;

	if (!read_router(argc, argv, ":", NULL))
		return ARMCTL_USAGE;
	if (optind < argc && !strchr(argv[optind], '='))
		router = argv[optind++];
	if (argc - optind > FAMILIES)
		return armctl_complain(
		    ARMCTL_USAGE, "capacity takes ipv4=N and ipv6=N");
	for (; optind < argc; optind++) {
		if (!is_capacity(argv[optind]))
			return armctl_complain(ARMCTL_USAGE,
			    "capacity: '%s' is neither ipv4=N nor ipv6=N, N from 0 to "
			    "%d",
			    argv[optind], CONFIG_CAPACITY_MAX);
		len = strlen(tail);
		snprintf(tail + len, sizeof tail - len, "%c%s",
		    strchr(tail, '?') ? '&' : '?', argv[optind]);
	}
	return show_of(
	    ctl, strchr(tail, '?') ? "PUT" : "GET", router, tail, show_capacity);
}

static int
run_explain(const struct armctl *ctl, int argc, char **argv)
{
	char tail[TAIL_MAX], text[PREFIX_TEXT_MAX];
	char why[TEXT_ERROR_MAX];
	const char *router = NULL;
	struct prefix prefix;
	struct addr addr;
	bool by_address;

	if (!read_router(argc, argv, ":r:", &router))
		return ARMCTL_USAGE;
	if (optind + 1 != argc)
		return armctl_complain(
		    ARMCTL_USAGE, "explain takes one prefix or address");
	by_address = addr_parse(argv[optind], &addr);
	if (!by_address && !text_prefix(argv[optind], &prefix, why))
		return armctl_complain(
		    ARMCTL_USAGE, "explain: '%s': %s", argv[optind], why);
	snprintf(tail, sizeof tail, "/explain?%s=%s", by_address ? "address" : "prefix",
	    by_address ? addr_text(&addr, text) : prefix_text(&prefix, text));
	return show_of(ctl, "GET", router, tail, show_explain);
}

static int
run_record(const struct armctl *ctl, int argc, char **argv)
{
	struct record_request request;
	char why[128];

	if (!record_words(argc, argv, &request, why, sizeof why))
		return armctl_complain(ARMCTL_USAGE, "%s", why);
	return armctl_show(ctl, request.method, request.path, show_record);
}

static int
run_sessions(const struct armctl *ctl, int argc, char **argv)
{
	const char *router = NULL;
	char path[ARMCTL_PATH_MAX];
	char *name, *of;

	if (!read_router(argc, argv, ":r:", &router))
		return ARMCTL_USAGE;
	if (optind + 1 < argc)
		return armctl_complain(ARMCTL_USAGE, "sessions takes one name at most");
	name = client_escape(optind < argc ? argv[optind] : "");
	of = client_escape(router ? router : "");
	snprintf(path, sizeof path, "/api/v1/sessions?%s%s%s%s", *name ? "name=" : "",
	    name, router ? "&router=" : "", of);
	free(name);
	free(of);
	return armctl_show(ctl, "GET", path, show_sessions);
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
		armctl_complain(ARMCTL_USAGE, "routes: the filters are too long");
		return false;
	}
	armctl_complain(ARMCTL_USAGE,
	    "routes: '%s' is none of prefix=, covered=, nexthop=, origin_as=, "
	    "community=",
	    word);
	return false;
}

/* Bytes of JSON, as they come. */
static bool
take_raw(void *arg, const char *bytes, size_t len)
{
	return fwrite(bytes, 1, len, arg) == len;
}

/* GETs a list of routes and prints it as it comes. */
static int
stream_routes(const struct armctl *ctl, const char *path)
{
	struct show_routes routes = { .out = stdout };
	struct armctl with = *ctl;
	char *body;
	bool whole;
	int status;

	with.client.take = ctl->json ? take_raw : show_routes_take;
	with.client.arg = ctl->json ? (void *)stdout : (void *)&routes;
	status = armctl_ask(&with, "GET", path, &body);
	if (status == ARMCTL_OK)
		free(body);
	whole = show_routes_end(&routes);
	if (!ctl->json && !whole && !ferror(stdout) && status == ARMCTL_OK)
		return armctl_complain(
		    ARMCTL_REFUSED, "armd's reply is not understood");
	return status;
}

static int
run_routes(const struct armctl *ctl, int argc, char **argv)
{
	const char *router = NULL, *max = "4294967295", *v6 = "", *installed = "";
	char path[ARMCTL_PATH_MAX], tail[ARMCTL_PATH_MAX], filters[TAIL_MAX] = "";
	uint64_t number;
	int option, status;

	while ((option = getopt(argc, argv, ":6in:r:")) != -1) {
		if (option == '6')
			v6 = "&family=ipv6";
		else if (option == 'i')
			installed = "&installed=true";
		else if (option == 'n')
			max = optarg;
		else if (option == 'r')
			router = optarg;
		else
			return refuse_option(argv, option, argv[0]);
	}
	if (!text_number(max, 1, UINT32_MAX, &number))
		return armctl_complain(ARMCTL_USAGE,
		    "routes: -n: '%s' is not a number from 1 to 4294967295", max);
	for (; optind < argc; optind++)
		if (!add_filter(filters, sizeof filters, argv[optind]))
			return ARMCTL_USAGE;
	snprintf(tail, sizeof tail, "/routes?format=%s&max=%s%s%s%s",
	    ctl->json ? "json" : "lines", max, v6, installed, filters);
	status = armctl_router_path(ctl, ROUTERS, router, tail, path);
	return status == ARMCTL_OK ? stream_routes(ctl, path) : status;
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
	fprintf(out, "usage: armctl [-j] [-H HOST[:PORT] | -s SOCKET] COMMAND\n\n");
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
		fprintf(out, "  %-8s %-42s  %s\n", commands[i].name, commands[i].usage,
		    commands[i].does);
	fprintf(out, "\n  -j  the reply as it is, in JSON\n"
		     "  -H  ask there, by TCP, at port 8008 if none is given\n"
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
	return armctl_complain(ARMCTL_USAGE,
	    "there is no command '%s'; armctl -h tells which there are", argv[0]);
}

int
main(int argc, char **argv)
{
	static const struct option names[] = { { "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' }, { 0 } };
	struct armctl ctl = { .client = { .socket = CONFIG_SOCKET } };
	int option, status;

	opterr = 0;
	while ((option = getopt_long(argc, argv, "+:jH:s:hV", names, NULL)) != -1) {
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
			return print_usage(stdout, ARMCTL_OK);
		case 'V':
			printf("armctl %s\n", ARMD_VERSION);
			return ARMCTL_OK;
		default:
			return refuse_option(argv, option, "");
		}
	}
	if (optind == argc)
		return print_usage(stderr, ARMCTL_USAGE);
	status = run_command(&ctl, argc - optind, argv + optind);
	if ((fflush(stdout) != 0 || ferror(stdout)) && status == ARMCTL_OK)
		return armctl_complain(ARMCTL_REFUSED, "%s", strerror(errno));
	return status;
}
