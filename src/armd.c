/* armd: the Active Route Manager. See armd(8). */
#include <event2/event.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#ifdef HAVE_SYSTEMD
#include <systemd/sd-daemon.h>
#endif

#include "base/log.h"
#include "config.h"
#include "daemon.h"
#include "options.h"
#include "version.h"

static void
notify(const char *state)
{
#ifdef HAVE_SYSTEMD
	sd_notify(0, state);
#else
	(void)state;
#endif
}

/* What the signals are about. */
struct program {
	struct daemon daemon;
	bool debug; /* -d */
};

static void
open_log(const struct config *config, bool debug)
{
	log_open(config->log.to_syslog && !debug,
	    debug ? LOG_LEVEL_DEBUG : config->log.level);
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
	struct program *program = arg;

	(void)signal;
	(void)what;
	notify("RELOADING=1");
	daemon_reload(&program->daemon);
	open_log(program->daemon.config, program->debug);
	notify("READY=1");
}

static int
run(struct program *program, struct event_base *base)
{
	struct event *events[3] = {
		evsignal_new(base, SIGTERM, on_stop, base),
		evsignal_new(base, SIGINT, on_stop, base),
		evsignal_new(base, SIGHUP, on_reload, program),
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
	char error[CONFIG_ERROR_MAX];
	struct options options;
	struct config *config;
	struct program program;
	struct event_base *base;
	int status = 1;

	if (!options_parse(argc, argv, &options, error, sizeof error)) {
		fprintf(stderr, "armd: %s; see armd -h\n", error);
		return 2;
	}
	if (options.help || options.version) {
		printf("%s", options.help ? OPTIONS_USAGE : "armd " ARMD_VERSION "\n");
		return 0;
	}
	signal(SIGPIPE, SIG_IGN);
	if (!config_read(options.config, &config, error, sizeof error)) {
		fprintf(stderr, "armd: %s\n", error);
		return 1;
	}
	if (options.check) {
		config_free(config);
		return 0;
	}
	program.debug = options.debug;
	open_log(config, options.debug);
	base = event_base_new();
	if (!base) {
		log_error("no event loop to be had");
		config_free(config);
		return 1;
	}
	log_info("armd %s starts with %s", ARMD_VERSION, options.config);
	if (daemon_start(
		&program.daemon, base, options.config, config, error, sizeof error))
		status = run(&program, base);
	else
		log_error("%s", error);
	daemon_finish(&program.daemon);
	daemon_stop(&program.daemon);
	event_base_free(base);
	return status;
}
