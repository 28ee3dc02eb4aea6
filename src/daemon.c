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
	config_free(daemon->config);
}

/* Sockets that cannot be opened are reported; what is open goes on. */
static void
reopen_http(
    struct daemon *daemon, const struct config *old, const struct config *config)
{
	char error[CONFIG_ERROR_MAX];

	if (config_http_equal(&old->http, &config->http) && daemon->http)
		return;
	http_close(daemon->http);
	daemon->http = NULL;
	if (!http_open(daemon->base, &config->http, api_routes, daemon, &daemon->http,
		error, sizeof error))
		log_error("reload: %s", error);
}

void
daemon_reload(struct daemon *daemon)
{
	struct config *config, *old = daemon->config;
	char error[CONFIG_ERROR_MAX];

	if (!config_read(daemon->path, &config, error, sizeof error)) {
		log_error("reload: %s: the running configuration stays", error);
		return;
	}
	log_set_level(config->log.level);
	warn_exposed(config);
	daemon->config = config;
	apply_routers(daemon, config);
	if (!listeners_apply(daemon->listeners, config, error, sizeof error))
		log_error("reload: %s", error);
	if (!collector_apply(daemon->collector, &config->sflow, error, sizeof error))
		log_error("reload: %s", error);
	reopen_http(daemon, old, config);
	config_free(old);
	log_info("reload: %s is in force", daemon->path);
}
