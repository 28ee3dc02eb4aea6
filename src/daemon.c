#include "daemon.h"

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#include "api.h"
#include "base/log.h"
#include "base/mem.h"
#include "clock.h"
#include "collector.h"
#include "config.h"
#include "http.h"
#include "listener.h"
#include "peer.h"
#include "record.h"
#include "router.h"

#define FINISH_MS 2000

static const struct timeval at_once = { 0, 0 };

static void
on_work(evutil_socket_t fd, short what, void *arg)
{
	struct daemon *daemon = arg;

	(void)fd;
	(void)what;
	if (record_work(daemon->record))
		evtimer_add(daemon->work, &at_once);
}

static void
on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct daemon *daemon = arg;

	for (size_t i = 0; i < daemon->n_routers; i++)
		router_tick(daemon->routers[i]);
	record_tick(daemon->record);
	on_work(fd, what, daemon);
}

static struct peer *
find_peer(void *arg, const struct addr *remote, const struct addr *local, uint16_t port)
{
	const struct daemon *daemon = arg;
	struct peer *peer = NULL;

	for (size_t i = 0; i < daemon->n_routers && !peer; i++)
		peer = router_find_peer(daemon->routers[i], remote, local, port);
	return peer;
}

static struct router *
find_agent(void *arg, const struct addr *agent)
{
	const struct daemon *daemon = arg;

	for (size_t i = 0; i < daemon->n_routers; i++) {
		const struct config_router *config = daemon->routers[i]->config;

		for (size_t k = 0; k < config->n_agents; k++)
			if (addr_equal(&config->agents[k], agent))
				return daemon->routers[i];
	}
	return NULL;
}

static void
datagram_heard(void *arg, const struct router *router,
    const struct record_datagram *datagram, double now_s)
{
	const struct daemon *daemon = arg;

	record_heard(daemon->record, router, datagram, now_s);
}

struct router *
daemon_find_router(const struct daemon *daemon, const char *name)
{
	struct addr addr;
	bool is_addr = addr_parse(name, &addr);

	for (size_t i = 0; i < daemon->n_routers; i++) {
		struct router *router = daemon->routers[i];

		if (strcmp(router->config->name, name) == 0)
			return router;
		for (size_t k = 0; is_addr && k < router->n_sessions; k++) {
			const struct config_session *session = peer_config(
			    router->sessions[k].peer);

			if (session->role == CONFIG_RIB &&
			    addr_equal(&session->neighbor, &addr))
				return router;
		}
	}
	return NULL;
}

/*
 * The routers of a new configuration: those that keep their name go on, with their RIB
 * and their books.
 */
static void
apply_routers(struct daemon *daemon, const struct config *config)
{
	struct router **old = daemon->routers;
	size_t n_old = daemon->n_routers;

	daemon->routers = mem_alloc(config->n_routers * sizeof *daemon->routers);
	daemon->n_routers = 0;
	for (size_t i = 0; i < config->n_routers; i++) {
		struct router *router = NULL;

		for (size_t k = 0; k < n_old && !router; k++) {
			if (!old[k] ||
			    strcmp(old[k]->config->name, config->routers[i].name) != 0)
				continue;
			router = old[k];
			old[k] = NULL;
			router_reload(router, &config->routers[i]);
		}
		if (!router)
			router = router_new(
			    daemon->base, &config->routers[i], config->state.directory);
		daemon->routers[daemon->n_routers++] = router;
	}
	for (size_t k = 0; k < n_old; k++)
		if (old[k]) {
			record_leave(daemon->record, old[k]);
			router_remove(old[k]);
		}
	free(old);
}

static void
warn_exposed(const struct config *config)
{
	const struct config_session *session = config_exposed(config);

	if (session)
		log_warn("the secret of session '%s' stands in a file that everybody "
			 "may read: chmod o-r",
		    session->name);
}

bool
daemon_start(struct daemon *daemon, struct event_base *base, const char *path,
    struct config *config, char *reterr, size_t size)
{
	const struct timeval second = { 1, 0 };
	const struct collector_owner owner = { find_agent, datagram_heard, daemon };

	*daemon = (struct daemon){
		.base = base,
		.path = path,
		.config = config,
		.http_config = config,
		.started_ms = clock_ms(),
	};
	warn_exposed(config);
	daemon->record = record_new();
	daemon->listeners = listeners_new(base, find_peer, daemon);
	daemon->collector = collector_new(base, &owner);
	daemon->tick = event_new(base, -1, EV_PERSIST, on_tick, daemon);
	daemon->work = evtimer_new(base, on_work, daemon);
	/* first what may fail, so that nothing is announced by a daemon that gives up
	 */
	if (!listeners_apply(daemon->listeners, config, reterr, size) ||
	    !collector_apply(daemon->collector, &config->sflow, reterr, size) ||
	    !http_open(
		base, &config->http, api_routes, daemon, &daemon->http, reterr, size))
		return false;
	apply_routers(daemon, config);
	event_add(daemon->tick, &second);
	return true;
}

void
daemon_finish(struct daemon *daemon)
{
	uint64_t until_ms = clock_ms() + FINISH_MS;

	for (size_t i = 0; i < daemon->n_routers; i++)
		router_finish(daemon->routers[i], until_ms);
}

void
daemon_stop(struct daemon *daemon)
{
	record_free(daemon->record);
	for (size_t i = 0; i < daemon->n_routers; i++)
		router_free(daemon->routers[i]);
	free(daemon->routers);
	http_close(daemon->http);
	listeners_free(daemon->listeners);
	collector_free(daemon->collector);
	event_free(daemon->tick);
	event_free(daemon->work);
	if (daemon->http_config != daemon->config)
		config_free(daemon->http_config);
	config_free(daemon->config);
}

/* Opens the API that the configuration wants, or again what was open. False if it is
 * not as wanted, said. */
static bool
reopen_http(struct daemon *daemon)
{
	struct config *wanted = daemon->config, *open = daemon->http_config;
	char error[CONFIG_ERROR_MAX];

	if (daemon->http && config_http_equal(&open->http, &wanted->http)) {
		daemon->http_config = wanted;
		return true;
	}
	http_close(daemon->http);
	daemon->http = NULL;
	if (http_open(daemon->base, &wanted->http, api_routes, daemon, &daemon->http,
		error, sizeof error)) {
		daemon->http_config = wanted;
		return true;
	}
	log_error("reload: %s", error);
	if (!http_open(daemon->base, &open->http, api_routes, daemon, &daemon->http,
		error, sizeof error))
		log_error("reload: no API: %s", error);
	return false;
}

static const struct config_router *
same_router(const struct config *config, const char *name)
{
	for (size_t i = 0; i < config->n_routers; i++)
		if (strcmp(config->routers[i].name, name) == 0)
			return &config->routers[i];
	return NULL;
}

/* Names the options that were changed and are read only when armd, or a router, begins.
 */
static void
warn_not_yet(const struct config *old, const struct config *config)
{
	static const char later[] = "takes effect when armd starts again";

	if (strcmp(old->state.directory, config->state.directory) != 0)
		log_warn("reload: directory of the section state %s", later);
	if (old->sflow.max_agents != config->sflow.max_agents)
		log_warn("reload: max-agents %s", later);
	if (old->sflow.max_sources != config->sflow.max_sources)
		log_warn("reload: max-sources %s", later);
	for (size_t i = 0; i < config->n_routers; i++) {
		const struct config_router *router = &config->routers[i];
		const struct config_router *was = same_router(old, router->name);

		if (was && was->max_attributes != router->max_attributes)
			log_warn("reload: router %s: max-attributes %s", router->name,
			    later);
		if (was && was->max_active != router->max_active)
			log_warn(
			    "reload: router %s: max-active %s", router->name, later);
	}
}

void
daemon_reload(struct daemon *daemon)
{
	struct config *config, *old = daemon->config, *open = daemon->http_config;
	char error[CONFIG_ERROR_MAX];
	bool good = true;

	if (!config_read(daemon->path, &config, error, sizeof error)) {
		log_error("reload: %s: the running configuration stays", error);
		return;
	}
	warn_exposed(config);
	warn_not_yet(old, config);
	daemon->config = config;
	apply_routers(daemon, config);
	if (!listeners_apply(daemon->listeners, config, error, sizeof error)) {
		log_error("reload: %s", error);
		good = false;
	}
	if (!collector_apply(daemon->collector, &config->sflow, error, sizeof error)) {
		log_error("reload: %s", error);
		good = false;
	}
	good = reopen_http(daemon) && good;
	if (old != daemon->http_config)
		config_free(old);
	if (open != old && open != daemon->http_config)
		config_free(open);
	if (good)
		log_info("reload: %s is in force", daemon->path);
	else
		log_error(
		    "reload: %s is in force, but for what is said above", daemon->path);
}
