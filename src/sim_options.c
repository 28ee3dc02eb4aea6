#include "sim_options.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "text.h"

#define CAPACITY_MAX 4000000 /* as armd.conf allows */
#define SKIP_MAX 1000000000

enum {
	OPTION_RIB = 256,
	OPTION_SFLOW,
	OPTION_CHANGES,
	OPTION_CAPACITY,
	OPTION_CAPACITY6,
	OPTION_SWEEP,
	OPTION_POLICY,
	OPTION_MULTIPATH,
	OPTION_PORT,
	OPTION_SKIP,
	OPTION_EVENTS,
	OPTION_REPORT,
};

static const struct option names[] = {
	{ "rib", required_argument, NULL, OPTION_RIB },
	{ "sflow", required_argument, NULL, OPTION_SFLOW },
	{ "rib-changes", required_argument, NULL, OPTION_CHANGES },
	{ "capacity", required_argument, NULL, OPTION_CAPACITY },
	{ "capacity6", required_argument, NULL, OPTION_CAPACITY6 },
	{ "sweep", required_argument, NULL, OPTION_SWEEP },
	{ "policy", required_argument, NULL, OPTION_POLICY },
	{ "multipath", no_argument, NULL, OPTION_MULTIPATH },
	{ "port", required_argument, NULL, OPTION_PORT },
	{ "skip", required_argument, NULL, OPTION_SKIP },
	{ "events", required_argument, NULL, OPTION_EVENTS },
	{ "report", required_argument, NULL, OPTION_REPORT },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ 0 },
};

static const char *const choices[] = {
	[SIM_ENGINE] = "engine",
	[SIM_SFLOW_RT] = "sflow-rt",
	[SIM_OPTIMUM] = "optimum",
};

const char *
sim_choice_name(enum sim_choice choice)
{
	return choices[choice];
}

static bool
read_number(const char *text, uint64_t min, uint64_t max, uint32_t *ret)
{
	uint64_t number;

	if (!text_number(text, min, max, &number))
		return false;
	*ret = (uint32_t)number;
	return true;
}

static bool
read_choice(const char *text, enum sim_choice *ret)
{
	for (size_t i = 0; i < sizeof choices / sizeof *choices; i++) {
		if (strcmp(text, choices[i]) == 0) {
			*ret = (enum sim_choice)i;
			return true;
		}
	}
	return false;
}

/* "1000,2000" */
static bool
read_sweep(const char *text, struct sim_options *options)
{
	for (options->n_sweep = 0;;) {
		size_t len = strcspn(text, ",");
		char word[16];

		if (len >= sizeof word || options->n_sweep == SIM_SWEEP_MAX)
			return false;
		memcpy(word, text, len);
		word[len] = '\0';
		if (!read_number(
			word, 0, CAPACITY_MAX, &options->sweep[options->n_sweep++]))
			return false;
		if (text[len] == '\0')
			return true;
		text += len + 1;
	}
}

static bool
read_capacity(struct sim_options *options, enum family family)
{
	options->has_capacity[family] = true;
	return read_number(optarg, 0, CAPACITY_MAX, &options->capacity[family]);
}

/* What the word of an option must be. */
static const char *
wanted(int option)
{
	switch (option) {
	case OPTION_SWEEP:
		return "a list of capacities like 1000,2000";
	case OPTION_POLICY:
		return "engine, sflow-rt or optimum";
	case OPTION_PORT:
		return "a number from 1 to 65535";
	case OPTION_SKIP:
		return "a number from 0 to 1000000000";
	default:
		return "a number from 0 to 4000000";
	}
}

static const char *
name_of(int option)
{
	const struct option *name = names;

	while (name->name && name->val != option)
		name++;
	return name->name;
}

/* False if the option's word is no good. */
static bool
read_option(int option, struct sim_options *options)
{
	uint32_t number;

	switch (option) {
	case OPTION_RIB:
		options->rib = optarg;
		return true;
	case OPTION_SFLOW:
		options->sflow = optarg;
		return true;
	case OPTION_CHANGES:
		options->changes = optarg;
		return true;
	case OPTION_CAPACITY:
		return read_capacity(options, FAMILY_IPV4);
	case OPTION_CAPACITY6:
		return read_capacity(options, FAMILY_IPV6);
	case OPTION_SWEEP:
		return read_sweep(optarg, options);
	case OPTION_POLICY:
		return read_choice(optarg, &options->policy);
	case OPTION_MULTIPATH:
		options->multipath = true;
		return true;
	case OPTION_PORT:
		if (!read_number(optarg, 1, UINT16_MAX, &number))
			return false;
		options->port = (uint16_t)number;
		return true;
	case OPTION_SKIP:
		return read_number(optarg, 0, SKIP_MAX, &options->skip_s);
	case OPTION_EVENTS:
		options->events = optarg;
		return true;
	case OPTION_REPORT:
		options->report = optarg;
		return true;
	case 'c':
		options->config = optarg;
		return true;
	case 'h':
		options->help = true;
		return true;
	case 'V':
		options->version = true;
		return true;
	default:
		return false;
	}
}

/* NULL, or what does not go together. */
static const char *
check(const struct sim_options *options)
{
	if (options->help || options->version)
		return NULL;
	if (!options->rib || !options->sflow)
		return "--rib and --sflow say what to play";
	if (options->n_sweep && options->events)
		return "--events is for one run, not for a --sweep";
	return NULL;
}

bool
sim_options_parse(
    int argc, char **argv, struct sim_options *ret, char *reterr, size_t size)
{
	struct sim_options options = { .port = 6343, .skip_s = 120 };
	const char *why;
	int option;

	optind = 0; /* getopt(3): begin anew */
	opterr = 0;
	while ((option = getopt_long(argc, argv, "+:c:hV", names, NULL)) != -1) {
		if (option == '?' || option == ':') {
			snprintf(reterr, size,
			    option == ':' ? "%s takes a value"
					  : "there is no option %s",
			    argv[optind - 1]);
			return false;
		}
		if (!read_option(option, &options)) {
			snprintf(reterr, size, "--%s: '%s' is not %s", name_of(option),
			    optarg, wanted(option));
			return false;
		}
	}
	why = check(&options);
	if (optind != argc) {
		snprintf(reterr, size, "'%s' is no option", argv[optind]);
		return false;
	}
	if (why) {
		snprintf(reterr, size, "%s", why);
		return false;
	}
	*ret = options;
	return true;
}
