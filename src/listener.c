#include "listener.h"

#include <errno.h>
#include <event2/event.h>
#include <inttypes.h>
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
#include "socket_guard.h"

#define PAUSE_S 1  /* after accept() failed for want of descriptors */
#define DROPS_S 30 /* between looks at what the kernel has dropped */

/* What the segments of one who dials must have. */
struct key {
	struct addr neighbor;
	struct config_guard guard;
};

struct listener {
	struct listeners *all;
	struct config_endpoint at;
	struct key *keys;
	size_t n_keys;
	int fd;
	struct event *readable, *resume;
	struct event *look; /* for drops */
	struct socket_guard_drops drops;
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

/*
 * Segments without the right TCP-AO key get no answer, and armd never sees them: all
 * that can be told of a neighbor that dials with another key is that there are such
 * segments.
 */
static void
on_look(evutil_socket_t fd, short what, void *arg)
{
	struct listener *listener = arg;
	struct socket_guard_drops was = listener->drops, *now = &listener->drops;
	char text[CONFIG_ENDPOINT_TEXT_MAX];

	(void)fd;
	(void)what;
	if (!socket_guard_drops(listener->fd, now) ||
	    memcmp(now, &was, sizeof was) == 0)
		return;
	log_warn("BGP at %s: segments dropped: %" PRIu64
		 " with another ao-key, %" PRIu64 " with an unknown KeyID, %" PRIu64
		 " without TCP-AO",
	    config_endpoint_text(&listener->at, text), now->forged - was.forged,
	    now->unknown_id - was.unknown_id, now->bare - was.bare);
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
	event_free(listener->look);
	close(listener->fd);
	free(listener->keys);
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

/* The keys of all sessions that listen there. Returns how many; the caller frees. */
static size_t
gather_keys(
    const struct config *config, const struct config_endpoint *at, struct key **retkeys)
{
	struct key *keys = NULL;
	size_t n = 0, cap = 0;

	for (size_t r = 0; r < config->n_routers; r++) {
		const struct config_router *router = &config->routers[r];

		for (size_t s = 0; s < router->n_sessions; s++) {
			const struct config_session *session = &router->sessions[s];

			if (session->port != at->port ||
			    !addr_equal(&session->local, &at->addr))
				continue;
			keys = mem_grow(keys, n, &cap, sizeof *keys);
			keys[n++] = (struct key){ session->neighbor, session->guard };
		}
	}
	*retkeys = keys;
	return n;
}

static bool
has_keys(const struct listener *listener, const struct key *keys, size_t n)
{
	if (listener->n_keys != n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!addr_equal(&listener->keys[i].neighbor, &keys[i].neighbor) ||
		    !config_guard_equal(&listener->keys[i].guard, &keys[i].guard))
			return false;
	return true;
}

/*
 * What is agreed with one neighbor must not keep out another: less than the least TTL
 * of all is dropped here, and the rest once it is known who it is.
 */
static int
guard_ttl(int fd, enum family family, const struct key *keys, size_t n)
{
	uint8_t least = UINT8_MAX;
	bool any = false;

	for (size_t i = 0; i < n; i++) {
		uint8_t ttl = socket_guard_min_ttl(&keys[i].guard);

		any |= ttl > 0;
		least = ttl < least ? ttl : least;
	}
	return any ? socket_guard_listening(fd, family, least) : 0;
}

static bool
set_keys(int fd, const struct key *keys, size_t n, char *reterr, size_t size)
{
	char text[ADDR_TEXT_MAX], why[SOCKET_GUARD_ERROR_MAX];

	for (size_t i = 0; i < n; i++) {
		if (socket_guard_key(fd, &keys[i].guard, &keys[i].neighbor, why) == 0)
			continue;
		snprintf(reterr, size, "neighbor %s: %s",
		    addr_text(&keys[i].neighbor, text), why);
		return false;
	}
	return true;
}

/*
 * Tries the keys on a socket of their own: what the kernel does not take shall not cost
 * those who dial already their listener.
 */
static bool
keys_are_good(const struct config_endpoint *at, const struct key *keys, size_t n,
    char *reterr, size_t size)
{
	int fd = socket_bound(&at->addr, 0, SOCK_STREAM);
	bool good = fd < 0 || set_keys(fd, keys, n, reterr, size);

	if (fd >= 0)
		close(fd);
	return good;
}

/*
 * A socket that listens, with the keys of those who dial. Returns it, or -1 with a
 * sentence in `reterr`.
 */
static int
open_socket(const struct config_endpoint *at, const struct key *keys, size_t n,
    char *reterr, size_t size)
{
	char text[CONFIG_ENDPOINT_TEXT_MAX];
	int fd = socket_bound(&at->addr, at->port, SOCK_STREAM);
	int error = fd < 0 ? fd : 0;

	if (!error && !set_keys(fd, keys, n, reterr, size)) {
		close(fd);
		return -1;
	}
	if (!error)
		error = guard_ttl(fd, (enum family)at->addr.family, keys, n);
	if (!error && listen(fd, 16) < 0)
		error = -errno;
	if (!error)
		return fd;
	snprintf(reterr, size, "cannot listen for BGP on %s: %s; %s",
	    config_endpoint_text(at, text), strerror(-error), socket_advice(-error));
	if (fd >= 0)
		close(fd);
	return -1;
}

static struct listener **
find(struct listeners *all, const struct config_endpoint *at)
{
	struct listener **found = &all->first;

	while (*found && (!addr_equal(&(*found)->at.addr, &at->addr) ||
			     (*found)->at.port != at->port))
		found = &(*found)->next;
	return found;
}

/*
 * Opens a listener, or finds it open; one whose keys changed is opened anew. False with
 * a sentence.
 */
static bool
want(struct listeners *all, const struct config *config,
    const struct config_endpoint *at, char *reterr, size_t size)
{
	const struct timeval look = { DROPS_S, 0 };
	struct listener **found = find(all, at), *listener = *found;
	struct key *keys;
	size_t n = gather_keys(config, at, &keys);
	int fd;

	if (listener && has_keys(listener, keys, n)) {
		listener->wanted = true;
		free(keys);
		return true;
	}
	if (!keys_are_good(at, keys, n, reterr, size)) {
		if (listener)
			listener->wanted = true;
		free(keys);
		return false;
	}
	if (listener) {
		*found = listener->next;
		listener_free(listener);
	}
	fd = open_socket(at, keys, n, reterr, size);
	if (fd < 0) {
		free(keys);
		return false;
	}
	listener = mem_alloc(sizeof *listener);
	*listener = (struct listener){
		.all = all,
		.at = *at,
		.keys = keys,
		.n_keys = n,
		.fd = fd,
		.wanted = true,
		.next = all->first,
	};
	listener->readable = event_new(
	    all->base, fd, EV_READ | EV_PERSIST, on_readable, listener);
	listener->resume = evtimer_new(all->base, on_resume, listener);
	listener->look = event_new(all->base, -1, EV_PERSIST, on_look, listener);
	event_add(listener->readable, NULL);
	if (socket_guard_drops(fd, &listener->drops))
		event_add(listener->look, &look);
	all->first = listener;
	return true;
}

bool
listeners_apply(
    struct listeners *all, const struct config *config, char *reterr, size_t size)
{
	char why[CONFIG_ERROR_MAX];
	bool good = true;

	for (struct listener *l = all->first; l; l = l->next)
		l->wanted = false;
	for (size_t r = 0; r < config->n_routers; r++) {
		const struct config_router *router = &config->routers[r];

		for (size_t s = 0; s < router->n_sessions; s++) {
			const struct config_session *session = &router->sessions[s];
			const struct config_endpoint at = { session->local,
				session->port };

			if (want(all, config, &at, why, sizeof why) || !good)
				continue;
			good = false;
			snprintf(reterr, size, "%s", why);
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
