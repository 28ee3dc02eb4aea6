/*
 * The HTTP server: listeners, limits and deadlines around http_dispatch().
 *
 * At most max_connections are open; one more is closed at once. A request must have
 * come within timeout_s, a reply must have gone within timeout_s, and so long a
 * connection may wait for its next request: whoever is slower, or sends single bytes to
 * seem alive, is cut off. All from one thread, within the event loop of the caller.
 */
#ifndef SRC_HTTP_H
#define SRC_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct config_http;
struct event_base;
struct http;
struct http_route;

struct http_stats {
	uint32_t connections; /* open now */
	uint64_t requests;    /* that reached a route or an error of ours */
	uint64_t refused;     /* connections beyond the limit */
	uint64_t timeouts;    /* connections cut off */
};

/*
 * Opens all listeners of `config`; `routes` (ended by a NULL pattern) and `context`
 * stay the caller's, who also ignores SIGPIPE. False with a sentence in `reterr`
 * (`size` bytes), and nothing is open then.
 */
bool http_open(struct event_base *base, const struct config_http *config,
    const struct http_route *routes, void *context, struct http **ret, char *reterr,
    size_t size);

/* Closes everything, connections in the middle of whatever they do. */
void http_close(struct http *http);

const struct http_stats *http_stats(const struct http *http);

/* The port of the listener with this index, for those configured as port 0. */
unsigned http_port(const struct http *http, size_t index);

#endif
