#include "helpers/http_client.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define PATIENCE_S 10

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct http_client *client = arg;
	char spill[65536];
	bool room = client->len < sizeof client->got - 1;
	ssize_t n = room ? read(fd, client->got + client->len,
			       sizeof client->got - 1 - client->len)
			 : read(fd, spill, sizeof spill);

	(void)what;
	if (n > 0) {
		client->len += room ? (size_t)n : 0;
		client->total += (size_t)n;
		return;
	}
	if (n < 0 && errno == EAGAIN)
		return;
	client->closed = true;
	event_del(client->event);
}

static void
begin(struct http_client *client, struct event_base *base,
    const struct sockaddr *address, socklen_t len, bool deaf)
{
	int small = 4096;

	memset(client, 0, sizeof *client);
	client->base = base;
	client->fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (deaf)
		setsockopt(client->fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
	assert_int_equal(connect(client->fd, address, len), 0);
	fcntl(client->fd, F_SETFL, O_NONBLOCK);
	client->event = event_new(
	    base, client->fd, EV_READ | EV_PERSIST, on_readable, client);
	if (!deaf)
		event_add(client->event, NULL);
}

void
http_client_open(
    struct http_client *client, struct event_base *base, unsigned port, bool deaf)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

	begin(client, base, (struct sockaddr *)&address, sizeof address, deaf);
}

void
http_client_open_unix(
    struct http_client *client, struct event_base *base, const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	strcpy(address.sun_path, path);
	begin(client, base, (struct sockaddr *)&address, sizeof address, false);
}

void
http_client_close(struct http_client *client)
{
	event_free(client->event);
	close(client->fd);
}

void
http_client_send(struct http_client *client, const char *text)
{
	assert_int_equal(send(client->fd, text, strlen(text), 0), strlen(text));
}

static void
give_up(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	*(bool *)arg = true;
}

void
http_client_wait(struct event_base *base, bool (*done)(void *arg), void *arg)
{
	bool expired = false;
	struct event *guard = evtimer_new(base, give_up, &expired);

	evtimer_add(guard, &(struct timeval){ .tv_sec = PATIENCE_S });
	while (!done(arg) && !expired)
		event_base_loop(base, EVLOOP_ONCE);
	event_free(guard);
	assert_false(expired);
}

bool
http_client_is_closed(void *client)
{
	return ((struct http_client *)client)->closed;
}

bool
http_client_has_reply(void *arg)
{
	struct http_client *client = arg;
	const char *end = strstr(client->got, "\r\n\r\n");
	const char *length = strcasestr(client->got, "\r\nContent-Length: ");

	if (!end || client->closed)
		return client->closed;
	return length && client->total >= (size_t)(end + 4 - client->got) +
					      strtoul(length + 18, NULL, 10);
}
