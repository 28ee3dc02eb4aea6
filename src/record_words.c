#include "record_words.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "config_value.h"
#include "text.h"

#define RECORD "/api/v1/record"

static bool
refuse(const char *why, char *reterr, size_t size)
{
	snprintf(reterr, size, "record: %s", why);
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
			return refuse("-r: no name of a router", reterr, size);
		else if (option == 'm' && text_bytes(optarg, &number))
			add_number(request, "max-size", number);
		else if (option == 'm')
			return refuse("--max-size: no size like 500M", reterr, size);
		else if (option == 'f' && text_duration(optarg, &number))
			add_number(request, "seconds", number);
		else if (option == 'f')
			return refuse("--for: no time like 1h", reterr, size);
		else
			return refuse(
			    "start takes -r, --max-size and --for, each with a value",
			    reterr, size);
	}
	if (argc - optind > 1)
		return refuse("start takes one name", reterr, size);
	if (optind < argc && !config_value_is_name(argv[optind]))
		return refuse("a name is made of A-Z a-z 0-9 . _ -", reterr, size);
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
		return refuse("neither start nor stop", reterr, size);
	return argc == 2 || refuse("stop takes no argument", reterr, size);
}
