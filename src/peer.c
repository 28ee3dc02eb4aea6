#include "peer.h"

#include <assert.h>
#include <errno.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "clock.h"
#include "router.h"
#include "socket.h"

#define INPUT_BYTES (256u << 10) /* holds at least one message of any size */

struct conn {
	struct peer *peer;
	enum bgp_conn_id id;
	int fd; /* -1: none */
	bool dialling;
	struct event *readable, *writable;
	struct evbuffer *out;
	uint8_t *in;
	size_t in_len;
};

struct peer {
	struct event_base *base;
	struct router *router;
	struct config_session config;
	struct bgp_session session;
	struct conn conns[BGP_CONNS];
	struct event *timer;
	int incoming; /* accepted, and not yet judged; -1: none */
	bool started, paused;
	char name[CONFIG_NAME_MAX + ADDR_TEXT_MAX + 16];
};

static void perform(struct peer *peer, const struct bgp_actions *actions);

static void
set_timer(struct peer *peer)
{
	uint64_t at = bgp_session_deadline(&peer->session), now = clock_ms();
	uint64_t wait = at > now ? at - now : 0;
	struct timeval tv = { (time_t)(wait / 1000),
		(suseconds_t)(wait % 1000 * 1000) };

	if (at == BGP_NEVER)
		evtimer_del(peer->timer);
	else
		evtimer_add(peer->timer, &tv);
}

static void
tell(struct peer *peer, const struct bgp_event *event)
{
	struct bgp_actions actions;

	bgp_session_step(&peer->session, event, clock_ms(), &actions);
	perform(peer, &actions);
}

/* The end of a turn that began with this peer. */
static void
end_turn(struct peer *peer)
{
	router_flush(peer->router);
	set_timer(peer);
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	const struct bgp_event event = { .type = BGP_EVENT_TIMER };
	struct peer *peer = arg;

	(void)fd;
	(void)what;
	tell(peer, &event);
	end_turn(peer);
}

/* --- connections --- */

static void
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
		for (int i = 0; i < 64 && read(conn->fd, rest, sizeof rest) > 0;)
			i++;
	}
	event_free(conn->readable);
	event_free(conn->writable);
	evbuffer_free(conn->out);
	close(conn->fd);
	conn->fd = -1;
	conn->dialling = false;
	conn->in_len = 0;
}

/* Whatever the session delivers from the input gathered. */
static void
consume(struct conn *conn)
{
	struct peer *peer = conn->peer;
	struct bgp_actions actions;
	uint64_t now = clock_ms();
	size_t taken = 0, n;

	do {
		n = bgp_session_receive(&peer->session, conn->id, conn->in + taken,
		    conn->in_len - taken, now, &actions);
		taken += n;
		perform(peer, &actions); /* also without a message: a bad header */
	} while (n > 0 && conn->fd >= 0 && !peer->paused);
	if (conn->fd < 0 || taken == 0)
		return;
	conn->in_len -= taken;
	memmove(conn->in, conn->in + taken, conn->in_len);
}

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct conn *conn = arg;
	struct peer *peer = conn->peer;
	ssize_t n = read((int)fd, conn->in + conn->in_len, INPUT_BYTES - conn->in_len);

	(void)what;
	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
		const struct bgp_event event = { .type = BGP_EVENT_CLOSED,
			.conn = conn->id };

		tell(peer, &event);
	} else {
		/* without new bytes, too: a pause may have left messages here */
		conn->in_len += n > 0 ? (size_t)n : 0;
		consume(conn);
	}
	end_turn(peer);
}

static void
conn_write(struct conn *conn)
{
	if (evbuffer_get_length(conn->out))
		evbuffer_write(conn->out, conn->fd); /* a broken one shows when read */
	if (evbuffer_get_length(conn->out))
		event_add(conn->writable, NULL);
	else
		event_del(conn->writable);
}

static void
dialling_failed(struct peer *peer, int number)
{
	struct bgp_error error;
	const struct bgp_event event = { .type = BGP_EVENT_CONNECT_FAILED,
		.error = &error };

	bgp_error_set(&error, 0, 0, NULL, 0, "%s", strerror(number));
	log_debug("%s: connect: %s", peer->name, error.reason);
	tell(peer, &event);
}

static void
dialled(struct conn *conn)
{
	const struct bgp_event event = { .type = BGP_EVENT_CONNECTED,
		.conn = conn->id };
	int error = 0;
	socklen_t len = sizeof error;

	getsockopt(conn->fd, SOL_SOCKET, SO_ERROR, &error, &len);
	event_del(conn->writable);
	if (error) {
		dialling_failed(conn->peer, error);
		return;
	}
	conn->dialling = false;
	event_add(conn->readable, NULL);
	tell(conn->peer, &event);
}

static void
on_writable(evutil_socket_t fd, short what, void *arg)
{
	struct conn *conn = arg;
	struct peer *peer = conn->peer;

	(void)fd;
	(void)what;
	if (conn->dialling)
		dialled(conn);
	else
		conn_write(conn);
	router_drained(peer->router);
	end_turn(peer);
}

static void
conn_open(struct conn *conn, int fd, bool dialling)
{
	int one = 1;

	assert(conn->fd < 0);
	conn->fd = fd;
	conn->dialling = dialling;
	conn->in_len = 0;
	if (!conn->in)
		conn->in = mem_resize(NULL, INPUT_BYTES, 1);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	conn->out = evbuffer_new();
	conn->readable = event_new(
	    conn->peer->base, fd, EV_READ | EV_PERSIST, on_readable, conn);
	conn->writable = event_new(
	    conn->peer->base, fd, EV_WRITE | EV_PERSIST, on_writable, conn);
	event_add(dialling ? conn->writable : conn->readable, NULL);
}

static void
dial(struct peer *peer)
{
	const struct config_session *config = &peer->config;
	struct sockaddr_storage sa;
	socklen_t len = socket_address(&config->neighbor, config->neighbor_port, &sa);
	int fd = socket_bound(&config->local, 0, SOCK_STREAM), error;

	if (fd >= 0 &&
	    (connect(fd, (struct sockaddr *)&sa, len) == 0 || errno == EINPROGRESS)) {
		conn_open(&peer->conns[BGP_CONN_OUT], fd, true);
		return;
	}
	error = fd < 0 ? -fd : errno;
	if (fd >= 0)
		close(fd);
	dialling_failed(peer, error);
}

/* --- what the session asks for --- */

static void
reject(struct peer *peer, const struct bgp_action *action)
{
	if (peer->incoming < 0)
		return;
	if (action->len && write(peer->incoming, action->bytes, action->len) < 0)
		log_debug("%s: write: %s", peer->name, strerror(errno));
	close(peer->incoming);
	peer->incoming = -1;
}

static void
log_down(const struct peer *peer)
{
	char text[BGP_ERROR_TEXT_MAX];

	log_warn("%s: down: %s", peer->name, bgp_down_text(&peer->session.down, text));
}

static void
deliver(struct peer *peer, const struct bgp_action *action)
{
	struct bgp_error error;
	struct bgp_event event = { .type = BGP_EVENT_ERROR, .error = &error };

	if (!router_update(peer->router, peer, action->bytes, action->len, &error))
		tell(peer, &event);
}

static void
perform_one(struct peer *peer, const struct bgp_action *action)
{
	struct conn *conn = &peer->conns[action->conn];

	switch ((enum bgp_action_type)action->type) {
	case BGP_ACTION_CONNECT:
		dial(peer);
		break;
	case BGP_ACTION_ACCEPT:
		conn_open(&peer->conns[BGP_CONN_IN], peer->incoming, false);
		peer->incoming = -1;
		break;
	case BGP_ACTION_REJECT:
		reject(peer, action);
		break;
	case BGP_ACTION_SEND:
		if (conn->fd >= 0) {
			evbuffer_add(conn->out, action->bytes, action->len);
			conn_write(conn);
		}
		break;
	case BGP_ACTION_CLOSE:
		conn_close(conn);
		break;
	case BGP_ACTION_UP:
		log_info("%s: up, AS %u, hold time %u s", peer->name,
		    peer->session.negotiated.peer_as, peer->session.negotiated.hold_s);
		router_peer_up(peer->router, peer);
		break;
	case BGP_ACTION_DOWN:
		peer->paused = false;
		log_down(peer);
		router_peer_down(peer->router, peer);
		break;
	case BGP_ACTION_UPDATE:
		deliver(peer, action);
		break;
	case BGP_ACTION_REFRESH:
		router_refresh(peer->router, peer, (enum family)action->family,
		    (enum bgp_refresh_subtype)action->subtype);
		break;
	}
}

static void
perform(struct peer *peer, const struct bgp_actions *actions)
{
	for (size_t i = 0; i < actions->count; i++)
		perform_one(peer, &actions->list[i]);
}

/* --- the interface --- */

static struct bgp_session_config
session_config(const struct config_session *config, uint64_t seed)
{
	struct bgp_session_config ret = bgp_session_config_default();

	ret.local_as = config->as;
	ret.peer_as = config->neighbor_as;
	ret.local_id = config->router_id;
	ret.hold_s = config->hold_time_s;
	ret.dial = config->connect;
	ret.listen = true;
	ret.seed = seed;
	ret.offer.extended_message = config->extended_messages;
	ret.offer.multiprotocol = true;
	for (int f = 0; f < FAMILIES; f++)
		if (config->families[f])
			ret.offer.families |= (uint8_t)BGP_FAMILY_BIT(f);
	/* as a helper only (no families): it makes the peer send End-of-RIB, RFC 4724 4
	 */
	ret.offer.graceful.offered = true;
	return ret;
}

struct peer *
peer_new(struct event_base *base, struct router *router,
    const struct config_session *config, uint64_t seed)
{
	struct peer *peer = mem_alloc(sizeof *peer);
	struct bgp_session_config session = session_config(config, seed);

	peer->base = base;
	peer->router = router;
	peer_adopt(peer, config);
	peer->incoming = -1;
	peer->timer = evtimer_new(base, on_timer, peer);
	bgp_session_init(&peer->session, &session);
	for (int i = 0; i < BGP_CONNS; i++) {
		peer->conns[i].peer = peer;
		peer->conns[i].id = (enum bgp_conn_id)i;
		peer->conns[i].fd = -1;
	}
	return peer;
}

void
peer_start(struct peer *peer)
{
	const struct bgp_event event = { .type = BGP_EVENT_START };

	if (peer->started)
		return;
	peer->started = true;
	tell(peer, &event);
	set_timer(peer);
}

void
peer_free(struct peer *peer, const struct bgp_error *error)
{
	const struct bgp_event event = { .type = BGP_EVENT_STOP, .error = error };

	if (!peer)
		return;
	tell(peer, &event);
	for (int i = 0; i < BGP_CONNS; i++) {
		conn_close(&peer->conns[i]);
		free(peer->conns[i].in);
	}
	event_free(peer->timer);
	free(peer);
}

void
peer_adopt(struct peer *peer, const struct config_session *config)
{
	char text[ADDR_TEXT_MAX];

	peer->config = *config;
	snprintf(peer->name, sizeof peer->name, "%s %s (%s)",
	    config->role == CONFIG_RIB ? "rib" : "target", config->name,
	    addr_text(&config->neighbor, text));
}

const struct config_session *
peer_config(const struct peer *peer)
{
	return &peer->config;
}

const struct bgp_session *
peer_session(const struct peer *peer)
{
	return &peer->session;
}

void
peer_incoming(struct peer *peer, int fd)
{
	const struct bgp_event event = { .type = BGP_EVENT_INCOMING };

	peer->incoming = fd;
	tell(peer, &event);
	assert(peer->incoming < 0);
	end_turn(peer);
}

/* The Established connection, or NULL. */
static struct conn *
established(struct peer *peer)
{
	enum bgp_conn_id id;

	if (!bgp_session_established(&peer->session, &id) || peer->conns[id].fd < 0)
		return NULL;
	return &peer->conns[id];
}

void
peer_send(struct peer *peer, const void *bytes, size_t len)
{
	struct conn *conn = established(peer);

	if (conn)
		evbuffer_add(conn->out, bytes, len);
}

void
peer_flush(struct peer *peer)
{
	struct conn *conn = established(peer);

	if (conn)
		conn_write(conn);
}

void
peer_sent_updates(struct peer *peer, uint64_t count)
{
	bgp_session_count_updates(&peer->session, count);
}

size_t
peer_backlog(const struct peer *peer)
{
	enum bgp_conn_id id;

	if (!bgp_session_established(&peer->session, &id) || peer->conns[id].fd < 0)
		return 0;
	return evbuffer_get_length(peer->conns[id].out);
}

void
peer_pause(struct peer *peer, bool paused)
{
	struct conn *conn = established(peer);

	if (!conn || peer->paused == paused)
		return;
	peer->paused = paused;
	bgp_session_pause(&peer->session, paused, clock_ms());
	if (paused) {
		event_del(conn->readable);
	} else {
		event_add(conn->readable, NULL);
		/* whole messages may be waiting in the buffer: not from inside a turn
		 */
		event_active(conn->readable, EV_TIMEOUT, 0);
	}
	set_timer(peer);
}

void
peer_fail(struct peer *peer, const struct bgp_error *error)
{
	const struct bgp_event event = { .type = BGP_EVENT_ERROR, .error = error };

	tell(peer, &event);
	set_timer(peer);
}

void
peer_refresh(struct peer *peer, enum family family, enum bgp_refresh_subtype subtype)
{
	const struct bgp_event event = {
		.type = BGP_EVENT_REFRESH,
		.family = family,
		.subtype = subtype,
	};

	tell(peer, &event);
	set_timer(peer);
}

const char *
peer_name(const struct peer *peer)
{
	return peer->name;
}
