#include "peer.h"

#include <assert.h>
#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "clock.h"
#include "conn.h"
#include "peer_dial.h"
#include "peer_offer.h"
#include "router.h"
#include "socket_guard.h"

struct peer {
	struct event_base *base;
	struct router *router;
	struct config_session config;
	struct bgp_session session;
	struct conn conns[BGP_CONNS];
	struct event *timer;
	int incoming; /* accepted, and not yet judged or started; -1: none */
	bool started, paused;
	unsigned unopened, undialled; /* the session's when they were last looked at */
	struct log_limit complaints;
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

static enum bgp_conn_id
id_of(const struct conn *conn)
{
	const struct peer *peer = conn->owner;

	return (enum bgp_conn_id)(conn - peer->conns);
}

/* Whatever the session delivers from the input gathered. */
static void
on_received(struct conn *conn)
{
	struct peer *peer = conn->owner;
	struct bgp_actions actions;
	uint64_t now = clock_ms();
	size_t taken = 0, n;

	do {
		n = bgp_session_receive(&peer->session, id_of(conn), conn->in + taken,
		    conn->in_len - taken, now, &actions);
		taken += n;
		perform(peer, &actions); /* also without a message: a bad header */
	} while (n > 0 && conn->fd >= 0 && !peer->paused);
	if (conn->fd >= 0)
		conn_take(conn, taken);
	end_turn(peer);
}

static void
on_closed(struct conn *conn)
{
	const struct bgp_event event = { .type = BGP_EVENT_CLOSED,
		.conn = id_of(conn) };

	tell(conn->owner, &event);
	end_turn(conn->owner);
}

static void
on_drained(struct conn *conn)
{
	struct peer *peer = conn->owner;

	router_drained(peer->router);
	end_turn(peer);
}

static void
on_progress(struct conn *conn, bool waiting)
{
	struct peer *peer = conn->owner;

	bgp_session_progress(&peer->session, id_of(conn), waiting, clock_ms());
	set_timer(peer);
}

static void
dialling_failed(struct peer *peer, const char *why)
{
	struct bgp_error error;
	const struct bgp_event event = { .type = BGP_EVENT_CONNECT_FAILED,
		.error = &error };

	bgp_error_set(&error, 0, 0, NULL, 0, "%s", why);
	tell(peer, &event);
}

static void
on_dialled(struct conn *conn, int error)
{
	const struct bgp_event event = { .type = BGP_EVENT_CONNECTED,
		.conn = id_of(conn) };

	if (error)
		dialling_failed(conn->owner, strerror(error));
	else
		tell(conn->owner, &event);
	end_turn(conn->owner);
}

static const struct conn_handler handler = {
	.dialled = on_dialled,
	.received = on_received,
	.closed = on_closed,
	.drained = on_drained,
	.progress = on_progress,
};

static void
dial(struct peer *peer)
{
	char why[SOCKET_GUARD_ERROR_MAX];
	int fd = peer_begin_dialling(&peer->config, why);

	if (fd < 0)
		dialling_failed(peer, why);
	else
		conn_open(&peer->conns[BGP_CONN_OUT], fd, true);
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
	const struct bgp_down *down = &peer->session.down;
	char text[BGP_ERROR_TEXT_MAX];

	if (down->cause == BGP_DOWN_STOPPED) /* armd ends */
		log_info("%s: closed", peer->name);
	else
		log_warn("%s: down: %s", peer->name, bgp_down_text(down, text));
}

/*
 * A connection closed. Says why if it was one of the neighbor's that never was
 * Established, or could not be dialled.
 */
static void
log_unopened(struct peer *peer)
{
	const struct bgp_session *session = &peer->session;
	char text[BGP_ERROR_TEXT_MAX];

	if ((session->unopened > peer->unopened ||
		session->undialled != peer->undialled) &&
	    log_limit_pass(&peer->complaints, clock_ms()))
		log_warn("%s: no session: %s", peer->name,
		    bgp_down_text(&session->ended, text));
	peer->unopened = session->unopened;
	peer->undialled = session->undialled;
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
		if (conn->fd >= 0)
			conn_send(conn, action->bytes, action->len);
		break;
	case BGP_ACTION_CLOSE:
		conn_close(conn);
		log_unopened(peer);
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
		router_update(peer->router, peer, action->bytes, action->len);
		break;
	case BGP_ACTION_REFRESH:
		router_refresh(peer->router, peer, (enum family)action->family,
		    (enum bgp_refresh_subtype)action->subtype);
		break;
	}
}

/* What is to be sent goes out at last, with what an action has added. */
static void
perform(struct peer *peer, const struct bgp_actions *actions)
{
	for (size_t i = 0; i < actions->count; i++)
		perform_one(peer, &actions->list[i]);
	for (size_t i = 0; i < actions->count; i++) {
		struct conn *conn = &peer->conns[actions->list[i].conn];

		if (actions->list[i].type == BGP_ACTION_SEND && conn_backlog(conn))
			conn_flush(conn);
	}
}

/* --- the interface --- */

struct peer *
peer_new(struct event_base *base, struct router *router,
    const struct config_session *config, uint64_t seed)
{
	struct peer *peer = mem_alloc(sizeof *peer);
	struct bgp_session_config session = peer_session_config(config, seed);

	peer->base = base;
	peer->router = router;
	peer->incoming = -1;
	peer->complaints = (struct log_limit){ .burst = 5, .interval_ms = 30000 };
	peer->timer = evtimer_new(base, on_timer, peer);
	bgp_session_init(&peer->session, &session);
	peer_adopt(peer, config);
	for (int i = 0; i < BGP_CONNS; i++)
		conn_init(&peer->conns[i], base, &handler, peer);
	return peer;
}

void
peer_set_restarting(struct peer *peer, bool restarting)
{
	bgp_session_set_restarting(&peer->session, restarting);
}

void
peer_disown(struct peer *peer)
{
	bgp_session_disown(&peer->session);
}

void
peer_start(struct peer *peer)
{
	const struct bgp_event event = { .type = BGP_EVENT_START };
	const struct bgp_event incoming = { .type = BGP_EVENT_INCOMING };

	if (peer->started)
		return;
	peer->started = true;
	tell(peer, &event);
	if (peer->incoming >= 0)
		tell(peer, &incoming);
	set_timer(peer);
}

void
peer_free(struct peer *peer, const struct bgp_error *error)
{
	const struct bgp_event event = { .type = BGP_EVENT_STOP, .error = error };

	if (!peer)
		return;
	tell(peer, &event);
	for (int i = 0; i < BGP_CONNS; i++)
		conn_fini(&peer->conns[i]);
	if (peer->incoming >= 0)
		close(peer->incoming);
	event_free(peer->timer);
	free(peer);
}

void
peer_adopt(struct peer *peer, const struct config_session *config)
{
	char text[ADDR_TEXT_MAX];

	peer->config = *config;
	bgp_session_set_patience(&peer->session, config->send_hold_time_s * 1000,
	    config->connect_retry_s * 1000, config->idle_hold_s * 1000);
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
	int error = peer_guard_accepted(fd, &peer->config);

	if (error) {
		if (log_limit_pass(&peer->complaints, clock_ms()))
			log_warn("%s: connection refused by ttl-security: %s",
			    peer->name,
			    error == -EPERM ? "too far away" : strerror(-error));
		close(fd);
		return;
	}
	if (peer->incoming >= 0)
		close(peer->incoming); /* the neighbor gave it up */
	peer->incoming = fd;
	if (!peer->started)
		return; /* it may wait: refused, it would come back later than that */
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
		conn_send(conn, bytes, len);
}

void
peer_flush(struct peer *peer)
{
	struct conn *conn = established(peer);

	if (conn)
		conn_flush(conn);
}

void
peer_finish(struct peer *peer, uint64_t until_ms)
{
	struct conn *conn = established(peer);

	if (conn)
		conn_finish(conn, until_ms);
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

	if (!bgp_session_established(&peer->session, &id))
		return 0;
	return conn_backlog(&peer->conns[id]);
}

bool
peer_is_delivered(const struct peer *peer)
{
	enum bgp_conn_id id;
	int unacknowledged;

	return peer_backlog(peer) == 0 &&
	       bgp_session_established(&peer->session, &id) &&
	       ioctl(peer->conns[id].fd, TIOCOUTQ, &unacknowledged) == 0 &&
	       unacknowledged == 0;
}

void
peer_pause(struct peer *peer, bool paused)
{
	struct conn *conn = established(peer);

	if (!conn || peer->paused == paused)
		return;
	peer->paused = paused;
	bgp_session_pause(&peer->session, paused, clock_ms());
	conn_pause(conn, paused);
	set_timer(peer);
}

void
peer_fail(struct peer *peer, const struct bgp_error *error, uint64_t pause_ms)
{
	const struct bgp_event event = {
		.type = BGP_EVENT_ERROR,
		.error = error,
		.pause_ms = pause_ms,
	};

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
