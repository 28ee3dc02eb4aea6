#include "record_words.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "config_value.h"
#include "text.h"

#define RECORD "/api/v1/record"

static bool __attribute__((format(printf, 3, 4)))
refuse(char *reterr, size_t size, const char *format, ...)
{
	va_list args;
	int len = snprintf(reterr, size, "record: ");

	va_start(args, format);
	vsnprintf(reterr + len, size - (size_t)len, format, args);
	va_end(args);
	return false;
}

/* Adds an argument to the query. */
static void
add(struct record_request *request, const char *name, const char *value)
{
	size_t len = strlen(request->path);

	snprintf(request->path + len, sizeof request->path - len, "%c%s=%s",
	    strchr(request->path, '?') ? '&' : '?', name, value);
}

static void
add_number(struct record_request *request, const char *name, uint64_t value)
{
	char text[24];

	snprintf(text, sizeof text, "%" PRIu64, value);
	add(request, name, text);
}

/* [-r ROUTER] [--max-size SIZE] [--for TIME] [NAME] */
static bool
read_start(
    int argc, char **argv, struct record_request *request, char *reterr, size_t size)
{
	static const struct option options[] = {
		{ "router", required_argument, NULL, 'r' },
		{ "max-size", required_argument, NULL, 'm' },
		{ "for", required_argument, NULL, 'f' },
		{ 0 },
	};
	uint64_t number;
	int option;

	optind = 0; /* getopt(3): begin anew */
	opterr = 0;
	while ((option = getopt_long(argc, argv, ":r:", options, NULL)) != -1) {
		if (option == 'r' && config_value_is_name(optarg))
			add(request, "router", optarg);
		else if (option == 'r')
			return refuse(
			    reterr, size, "-r: '%.40s' is no name of a router", optarg);
		else if (option == 'm' && text_bytes(optarg, &number))
			add_number(request, "max-size", number);
		else if (option == 'm')
			return refuse(reterr, size,
			    "--max-size: '%.40s' is no size like 500M", optarg);
		else if (option == 'f' && text_duration(optarg, &number))
			add_number(request, "seconds", number);
		else if (option == 'f')
			return refuse(
			    reterr, size, "--for: '%.40s' is no time like 1h", optarg);
		else
			return refuse(reterr, size,
			    "start takes -r, --max-size and --for, each with a value");
	}
	if (argc - optind > 1)
		return refuse(reterr, size, "start takes one name");
	if (optind < argc && !config_value_is_name(argv[optind]))
		return refuse(reterr, size,
		    "'%.40s' is no name, which is made of A-Z a-z 0-9 . _ -",
		    argv[optind]);
	if (optind < argc)
		add(request, "name", argv[optind]);
	return true;
}

bool
record_words(
    int argc, char **argv, struct record_request *ret, char *reterr, size_t size)
{
	*ret = (struct record_request){ "GET", RECORD };
	if (argc == 1)
		return true;
	if (strcmp(argv[1], "start") == 0) {
		ret->method = "POST";
		return read_start(argc - 1, argv + 1, ret, reterr, size);
	}
	ret->method = "DELETE";
	if (strcmp(argv[1], "stop") != 0)
		return refuse(
		    reterr, size, "'%.40s' is neither start nor stop", argv[1]);
	return argc == 2 || refuse(reterr, size, "stop takes no argument");
}
