/*
 * A TCP connection with what was received and not yet taken, and what is to be sent.
 * Knows nothing of BGP: it tells its handler what happens, from the event loop.
 */
#ifndef SRC_CONN_H
#define SRC_CONN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct event;
struct event_base;
struct evbuffer;
struct conn;

#define CONN_INPUT_MAX (256u << 10) /* holds at least one message of any size */

/* In each of them the connection may be closed. */
struct conn_handler {
	/* Dialling is over: 0, or the error because of which it failed. */
	void (*dialled)(struct conn *conn, int error);
	/* There are new bytes in `in`, or reading was resumed. */
	void (*received)(struct conn *conn);
	/* The other side closed it, or it broke. */
	void (*closed)(struct conn *conn);
	/* There is room to write again, and what was queued is on its way. */
	void (*drained)(struct conn *conn);
	/*
	 * The kernel took bytes, or for the first time not all of them; `waiting` if
	 * some are still queued.
	 */
	void (*progress)(struct conn *conn, bool waiting);
};

/* Fields are read by its owner, and written here only. */
struct conn {
	struct event_base *base;
	const struct conn_handler *handler;
	void *owner;
	int fd; /* -1: none */
	bool dialling;
	bool waiting; /* bytes are queued that the kernel did not take */
	struct event *readable, *writable;
	struct evbuffer *out;
	uint8_t *in; /* received, not taken */
	size_t in_len;
	size_t read_max; /* bytes in a turn of the loop */
};

void conn_init(struct conn *conn, struct event_base *base,
    const struct conn_handler *handler, void *owner);
void conn_fini(struct conn *conn);

/* Takes a nonblocking socket: connected, or `dialling`. Nothing may be open. */
void conn_open(struct conn *conn, int fd, bool dialling);

/* Writes what is queued as far as the kernel takes it, and closes. */
void conn_close(struct conn *conn);

/*
 * For the end of the process: writes all that is queued, says that there is no more,
 * and waits until the other side has closed, too, which it does when it has read that;
 * not beyond `until_ms` of clock_ms(). A connection that is closed before, or whose
 * process is killed, answers what still comes with a reset, and the other side may
 * then not read on.
 */
void conn_finish(struct conn *conn, uint64_t until_ms);

/* Removes the first `len` bytes from `in`. */
void conn_take(struct conn *conn, size_t len);

/* Queues; conn_flush() writes. */
void conn_send(struct conn *conn, const void *bytes, size_t len);
void conn_flush(struct conn *conn);

/* Bytes queued and not yet taken by the kernel. */
size_t conn_backlog(const struct conn *conn);

/* Stops and resumes reading. */
void conn_pause(struct conn *conn, bool paused);

#endif
