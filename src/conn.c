#include "conn.h"

#include <assert.h>
#include <errno.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "clock.h"

/*
 * A turn of the loop takes from a connection as much as is done in about TURN_MAX_S, so
 * that neither samples nor the API wait long. What a byte costs differs by a factor of
 * a hundred: a packed withdrawal of installed routes is dear.
 */
#define READ_MIN 4096u
#define READ_MAX (64u << 10)
#define TURN_MAX_S 2e-3

void
conn_init(struct conn *conn, struct event_base *base,
    const struct conn_handler *handler, void *owner)
{
	*conn = (struct conn){
		.base = base,
		.handler = handler,
		.owner = owner,
		.fd = -1,
		.read_max = READ_MAX,
	};
}

void
conn_fini(struct conn *conn)
{
	conn_close(conn);
	free(conn->in);
}

/* Waits for the other side, and reads what it says. Returns false if it has closed. */
static bool
wait_for_other(const struct conn *conn, uint64_t wait_ms)
{
	bool writing = evbuffer_get_length(conn->out) > 0;
	struct pollfd pollfd = {
		.fd = conn->fd,
		.events = (short)(POLLIN | (writing ? POLLOUT : 0)),
	};
	char said[4096];
	ssize_t n = 1;

	poll(&pollfd, 1, (int)wait_ms);
	if (pollfd.revents & ~POLLOUT)
		n = read(conn->fd, said, sizeof said);
	return n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR));
}

void
conn_finish(struct conn *conn, uint64_t until_ms)
{
	uint64_t now;

	assert(conn->fd >= 0 && !conn->dialling);
	do {
		evbuffer_write(conn->out, conn->fd);
		if (evbuffer_get_length(conn->out) == 0)
			shutdown(conn->fd, SHUT_WR);
		now = clock_ms();
	} while (now < until_ms && wait_for_other(conn, until_ms - now));
}

void
conn_close(struct conn *conn)
{
	char rest[4096];

	if (conn->fd < 0)
		return;
	if (!conn->dialling) {
		/* the last word goes out, and unread input must not turn it into a
		 * reset */
		evbuffer_write(conn->out, conn->fd);
		shutdown(conn->fd, SHUT_WR);
		for (int i = 0; i < 64 && read(conn->fd, rest, sizeof rest) > 0; i++)
			continue;
	}
	event_free(conn->readable);
	event_free(conn->writable);
	evbuffer_free(conn->out);
	close(conn->fd);
	conn->fd = -1;
	conn->dialling = conn->waiting = false;
	conn->in_len = 0;
}

static void
adapt(struct conn *conn, double took_s)
{
	if (took_s > TURN_MAX_S && conn->read_max > READ_MIN)
		conn->read_max /= 2;
	else if (took_s < TURN_MAX_S / 4 && conn->read_max < READ_MAX)
		conn->read_max *= 2;
}

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct conn *conn = arg;
	size_t room = CONN_INPUT_MAX - conn->in_len;
	ssize_t n = read((int)fd, conn->in + conn->in_len,
	    room < conn->read_max ? room : conn->read_max);
	double begin = clock_cpu_s();

	(void)what;
	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
		conn->handler->closed(conn);
		return;
	}
	/* without new bytes, too: a pause may have left messages here */
	conn->in_len += n > 0 ? (size_t)n : 0;
	conn->handler->received(conn);
	adapt(conn, clock_cpu_s() - begin);
}

static void
finish_dialling(struct conn *conn)
{
	int error = 0;
	socklen_t len = sizeof error;

	getsockopt(conn->fd, SOL_SOCKET, SO_ERROR, &error, &len);
	event_del(conn->writable);
	if (!error) {
		conn->dialling = false;
		event_add(conn->readable, NULL);
	}
	conn->handler->dialled(conn, error);
}

static void
on_writable(evutil_socket_t fd, short what, void *arg)
{
	struct conn *conn = arg;

	(void)fd;
	(void)what;
	if (conn->dialling) {
		finish_dialling(conn);
		return;
	}
	conn_flush(conn);
	conn->handler->drained(conn);
}

void
conn_open(struct conn *conn, int fd, bool dialling)
{
	int one = 1;

	assert(conn->fd < 0);
	conn->fd = fd;
	conn->dialling = dialling;
	if (!conn->in)
		conn->in = mem_resize(NULL, CONN_INPUT_MAX, 1);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	conn->out = evbuffer_new();
	conn->readable = event_new(
	    conn->base, fd, EV_READ | EV_PERSIST, on_readable, conn);
	conn->writable = event_new(
	    conn->base, fd, EV_WRITE | EV_PERSIST, on_writable, conn);
	event_add(dialling ? conn->writable : conn->readable, NULL);
}

void
conn_take(struct conn *conn, size_t len)
{
	if (len == 0)
		return;
	conn->in_len -= len;
	memmove(conn->in, conn->in + len, conn->in_len);
}

void
conn_send(struct conn *conn, const void *bytes, size_t len)
{
	evbuffer_add(conn->out, bytes, len);
}

void
conn_flush(struct conn *conn)
{
	size_t before = evbuffer_get_length(conn->out), after;
	bool waited = conn->waiting;

	if (before)
		evbuffer_write(conn->out, conn->fd); /* a broken one shows when read */
	after = evbuffer_get_length(conn->out);
	conn->waiting = after > 0;
	if (conn->waiting)
		event_add(conn->writable, NULL);
	else
		event_del(conn->writable);
	if (waited ? after < before : conn->waiting)
		conn->handler->progress(conn, conn->waiting);
}

size_t
conn_backlog(const struct conn *conn)
{
	return conn->fd < 0 ? 0 : evbuffer_get_length(conn->out);
}

void
conn_pause(struct conn *conn, bool paused)
{
	if (paused) {
		event_del(conn->readable);
		return;
	}
	event_add(conn->readable, NULL);
	/* whole messages may be waiting in the buffer: not from inside a turn */
	event_active(conn->readable, EV_TIMEOUT, 0);
}
