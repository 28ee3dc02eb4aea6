#include "options.h"

#include <getopt.h>
#include <stdio.h>

bool
options_parse(int argc, char **argv, struct options *ret, char *reterr, size_t size)
{
	static const struct option names[] = { { "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' }, { 0 } };
	struct options options = { .config = CONFIG_PATH };
	int option;

	optind = 0; /* getopt(3): begin anew */
	opterr = 0;
	while ((option = getopt_long(argc, argv, ":c:dhnV", names, NULL)) != -1) {
		switch (option) {
		case 'c':
			options.config = optarg;
			break;
		case 'd':
			options.debug = true;
			break;
		case 'h':
			options.help = true;
			break;
		case 'n':
			options.check = true;
			break;
		case 'V':
			options.version = true;
			break;
		case ':':
			snprintf(reterr, size, "-%c takes a file", optopt);
			return false;
		default:
			if (optopt)
				snprintf(
				    reterr, size, "there is no option -%c", optopt);
			else
				snprintf(reterr, size, "there is no option %s",
				    argv[optind - 1]);
			return false;
		}
	}
	if (optind != argc) {
		snprintf(reterr, size, "'%s' is no option", argv[optind]);
		return false;
	}
	*ret = options;
	return true;
}
