/* Clients of an HTTP server in the event loop of a test. */
#ifndef HELPERS_HTTP_CLIENT_H
#define HELPERS_HTTP_CLIENT_H

#include <stdbool.h>
#include <stddef.h>

struct event;
struct event_base;

struct http_client {
	struct event_base *base;
	int fd;
	struct event *event;
	char got[16384];   /* the first that came, ended by a zero */
	size_t len, total; /* kept, come */
	bool closed;
};

/* Connects to 127.0.0.1:`port` and reads what comes, unless it is `deaf`. */
void http_client_open(
    struct http_client *client, struct event_base *base, unsigned port, bool deaf);
void http_client_open_unix(
    struct http_client *client, struct event_base *base, const char *path);
void http_client_close(struct http_client *client);
void http_client_send(struct http_client *client, const char *text);

/* Runs the loop until `done` is true of `arg`; the test fails after ten seconds. */
void http_client_wait(struct event_base *base, bool (*done)(void *arg), void *arg);

/* These are such conditions of a client: headers and the body they announce, the end.
 */
bool http_client_has_reply(void *client);
bool http_client_is_closed(void *client);

#endif
