#include "listener.h"

#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "clock.h"
#include "peer.h"
#include "socket.h"

#define PAUSE_S 1 /* after accept() failed for want of descriptors */

struct listener {
	struct listeners *all;
	struct config_endpoint at;
	int fd;
	struct event *readable, *resume;
	bool wanted;
	struct listener *next;
};

struct listeners {
	struct event_base *base;
	struct peer *(*find)(void *arg, const struct addr *remote,
	    const struct addr *local, uint16_t port);
	void *arg;
	struct listener *first;
	uint64_t refused;
	struct log_limit complaints;
};

static void
on_connection(struct listeners *all, int fd)
{
	struct sockaddr_storage near, far;
	socklen_t near_len = sizeof near, far_len = sizeof far;
	struct addr local, remote;
	uint16_t port, remote_port;
	char text[ADDR_TEXT_MAX];
	struct peer *peer = NULL;

	if (getsockname(fd, (struct sockaddr *)&near, &near_len) == 0 &&
	    getpeername(fd, (struct sockaddr *)&far, &far_len) == 0 &&
	    socket_address_parse(&near, &local, &port) &&
	    socket_address_parse(&far, &remote, &remote_port)) {
		peer = all->find(all->arg, &remote, &local, port);
		if (!peer) {
			all->refused++;
			if (log_limit_pass(&all->complaints, clock_ms()))
				log_warn(
				    "BGP connection from %s, which is no neighbor: "
				    "refused",
				    addr_text(&remote, text));
		}
	}
	if (peer)
		peer_incoming(peer, fd);
	else
		close(fd);
}

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	const struct timeval pause = { PAUSE_S, 0 };
	struct listener *listener = arg;
	int conn = accept4((int)fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	(void)what;
	if (conn >= 0) {
		on_connection(listener->all, conn);
		return;
	}
	if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
		log_error("accept: %s: raise the limit of open files", strerror(errno));
		event_del(listener->readable);
		evtimer_add(listener->resume, &pause);
	}
}

static void
on_resume(evutil_socket_t fd, short what, void *arg)
{
	struct listener *listener = arg;

	(void)fd;
	(void)what;
	event_add(listener->readable, NULL);
}

struct listeners *
listeners_new(struct event_base *base,
    struct peer *(*find)(
	void *arg, const struct addr *remote, const struct addr *local, uint16_t port),
    void *arg)
{
	struct listeners *all = mem_alloc(sizeof *all);

	all->base = base;
	all->find = find;
	all->arg = arg;
	all->complaints = (struct log_limit){ .burst = 3, .interval_ms = 10000 };
	return all;
}

static void
listener_free(struct listener *listener)
{
	event_free(listener->readable);
	event_free(listener->resume);
	close(listener->fd);
	free(listener);
}

/* Closes all listeners that are not wanted. */
static void
drop_unwanted(struct listeners *all)
{
	for (struct listener **at = &all->first; *at;) {
		struct listener *listener = *at;

		if (listener->wanted) {
			at = &listener->next;
			continue;
		}
		*at = listener->next;
		listener_free(listener);
	}
}

void
listeners_free(struct listeners *all)
{
	if (!all)
		return;
	for (struct listener *l = all->first; l; l = l->next)
		l->wanted = false;
	drop_unwanted(all);
	free(all);
}

/* Opens a listener, or finds it open. Returns 0 or -errno. */
static int
want(struct listeners *all, const struct config_endpoint *at)
{
	struct listener *listener;
	int fd;

	for (listener = all->first; listener; listener = listener->next) {
		if (addr_equal(&listener->at.addr, &at->addr) &&
		    listener->at.port == at->port) {
			listener->wanted = true;
			return 0;
		}
	}
	fd = socket_bound(&at->addr, at->port, SOCK_STREAM);
	if (fd < 0)
		return fd;
	if (listen(fd, 16) < 0) {
		int error = errno;

		close(fd);
		return -error;
	}
	listener = mem_alloc(sizeof *listener);
	listener->all = all;
	listener->at = *at;
	listener->fd = fd;
	listener->wanted = true;
	listener->readable = event_new(
	    all->base, fd, EV_READ | EV_PERSIST, on_readable, listener);
	listener->resume = evtimer_new(all->base, on_resume, listener);
	event_add(listener->readable, NULL);
	listener->next = all->first;
	all->first = listener;
	return 0;
}

bool
listeners_apply(
    struct listeners *all, const struct config *config, char *reterr, size_t size)
{
	bool good = true;

	for (struct listener *l = all->first; l; l = l->next)
		l->wanted = false;
	for (size_t r = 0; r < config->n_routers; r++) {
		const struct config_router *router = &config->routers[r];

		for (size_t s = 0; s < router->n_sessions; s++) {
			const struct config_session *session = &router->sessions[s];
			const struct config_endpoint at = { session->local,
				session->port };
			char text[CONFIG_ENDPOINT_TEXT_MAX];
			int error = want(all, &at);

			if (!error || !good)
				continue;
			good = false;
			snprintf(reterr, size, "cannot listen for BGP on %s: %s; %s",
			    config_endpoint_text(&at, text), strerror(-error),
			    socket_advice(-error));
		}
	}
	drop_unwanted(all);
	return good;
}

uint64_t
listeners_refused(const struct listeners *all)
{
	return all->refused;
}
