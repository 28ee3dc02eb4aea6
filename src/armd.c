/* armd: the Active Route Manager. See armd(8). */
#include <event2/event.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef HAVE_SYSTEMD
#include <systemd/sd-daemon.h>
#endif

#include "base/log.h"
#include "config.h"
#include "daemon.h"
#include "version.h"

struct options {
	const char *path;
	bool check, debug;
};

static void
usage(FILE *to)
{
	fprintf(to, "usage: armd [-dn] [-c FILE]\n"
		    "  -c FILE  the configuration (" CONFIG_PATH ")\n"
		    "  -n       check the configuration and exit\n"
		    "  -d       log everything, to the terminal\n"
		    "  -V       print the version\n"
		    "See armd(8) and armd.conf(5).\n");
}

static struct options
parse_options(int argc, char **argv)
{
	struct options options = { .path = CONFIG_PATH };
	int option;

	while ((option = getopt(argc, argv, "c:dnhV")) != -1) {
		switch (option) {
		case 'c':
			options.path = optarg;
			break;
		case 'd':
			options.debug = true;
			break;
		case 'n':
			options.check = true;
			break;
		case 'h':
			usage(stdout);
			exit(0);
		case 'V':
			printf("armd %s\n", ARMD_VERSION);
			exit(0);
		default:
			usage(stderr);
			exit(2);
		}
	}
	if (optind < argc) {
		fprintf(stderr, "armd: what is '%s'?\n", argv[optind]);
		usage(stderr);
		exit(2);
	}
	return options;
}

static void
notify(const char *state)
{
#ifdef HAVE_SYSTEMD
	sd_notify(0, state);
#else
	(void)state;
#endif
}

static void
on_stop(evutil_socket_t signal, short what, void *arg)
{
	(void)what;
	log_info("%s: armd stops", strsignal((int)signal));
	notify("STOPPING=1");
	event_base_loopbreak(arg);
}

static void
on_reload(evutil_socket_t signal, short what, void *arg)
{
	(void)signal;
	(void)what;
	notify("RELOADING=1");
	daemon_reload(arg);
	notify("READY=1");
}

static int
run(struct daemon *daemon, struct event_base *base)
{
	struct event *events[3] = {
		evsignal_new(base, SIGTERM, on_stop, base),
		evsignal_new(base, SIGINT, on_stop, base),
		evsignal_new(base, SIGHUP, on_reload, daemon),
	};
	int failed;

	for (int i = 0; i < 3; i++)
		event_add(events[i], NULL);
	notify("READY=1");
	failed = event_base_dispatch(base) < 0;
	if (failed)
		log_error("the event loop failed");
	for (int i = 0; i < 3; i++)
		event_free(events[i]);
	return failed;
}

int
main(int argc, char **argv)
{
	struct options options = parse_options(argc, argv);
	char error[CONFIG_ERROR_MAX];
	struct config *config;
	struct daemon daemon;
	struct event_base *base;
	int status = 1;

	signal(SIGPIPE, SIG_IGN);
	if (!config_read(options.path, &config, error, sizeof error)) {
		fprintf(stderr, "armd: %s\n", error);
		return 1;
	}
	if (options.check) {
		config_free(config);
		return 0;
	}
	log_open(config->log.to_syslog && !options.debug,
	    options.debug ? LOG_LEVEL_DEBUG : config->log.level);
	base = event_base_new();
	if (!base) {
		log_error("no event loop to be had");
		config_free(config);
		return 1;
	}
	log_info("armd %s starts with %s", ARMD_VERSION, options.path);
	if (daemon_start(&daemon, base, options.path, config, error, sizeof error))
		status = run(&daemon, base);
	else
		log_error("%s", error);
	daemon_stop(&daemon);
	event_base_free(base);
	return status;
}
