#include "helpers/speaker.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <errno.h>
#include <event2/event.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/wire.h"
#include "bgp/attr_text.h"
#include "bgp/update.h"
#include "helpers/update_encode.h"
#include "rib/attrs.h"
#include "rib/nexthop.h"
#include "socket.h"
#include "socket_guard.h"

void
speaker_init(struct speaker *speaker, uint32_t as, uint32_t id)
{
	const struct attrs_limits limits = { .sets = 100000, .bytes = 32u << 20 };

	memset(speaker, 0, sizeof *speaker);
	speaker->fd = speaker->listener = -1;
	speaker->open = (struct bgp_open){ .as = as, .id = id, .hold_s = 90 };
	speaker->open.caps = (struct bgp_capabilities){
		.multiprotocol = true,
		.families = BGP_FAMILY_BIT(FAMILY_IPV4) | BGP_FAMILY_BIT(FAMILY_IPV6),
		.refresh = true,
		.enhanced_refresh = true,
		.as4 = true,
		.as = as,
	};
	speaker->fwkeys = fwkeys_new(1000);
	speaker->attrs = attrs_table_new(speaker->fwkeys, &limits, 1);
}

void
speaker_drop(struct speaker *speaker)
{
	if (speaker->fd >= 0) {
		event_free(speaker->readable);
		close(speaker->fd);
	}
	speaker->fd = -1;
	speaker->up = speaker->closed = speaker->deaf = false;
	speaker->notification.code = 0;
	speaker->n_routes = speaker->n_refreshes = speaker->in_len = 0;
	memset(speaker->eors, 0, sizeof speaker->eors);
}

void
speaker_hang_up(struct speaker *speaker)
{
	speaker_drop(speaker);
	if (speaker->listener >= 0) {
		event_free(speaker->dialled);
		close(speaker->listener);
		speaker->listener = -1;
	}
}

void
speaker_fini(struct speaker *speaker)
{
	speaker_hang_up(speaker);
	free(speaker->routes);
	attrs_table_free(speaker->attrs);
	fwkeys_free(speaker->fwkeys);
}

void
speaker_send(struct speaker *speaker, const void *bytes, size_t len)
{
	const uint8_t *at = bytes;

	while (len > 0) {
		struct pollfd poller = { .fd = speaker->fd, .events = POLLOUT };
		ssize_t n = write(speaker->fd, at, len);

		if (n > 0) {
			at += n;
			len -= (size_t)n;
		} else if (errno == EAGAIN) {
			assert_int_equal(poll(&poller, 1, 10000), 1);
		} else {
			return; /* the other side closed: the test sees it */
		}
	}
}

/* --- what it hears --- */

static void
note(struct speaker *speaker, struct bgp_nlri *nlri, uint32_t attrs)
{
	struct speaker_route route = { .announced = attrs != 0 };
	struct bgp_attr_fields fields;
	struct addr nexthop;
	char item[BGP_COMMUNITY_TEXT_MAX];

	if (attrs) {
		bgp_attr_fields(attrs_at(speaker->attrs, attrs), &fields);
		nexthop = nexthop_addr(&fields.nexthop);
		addr_text(&nexthop, route.nexthop);
		while (bgp_community_next(&fields.communities, item)) {
			if (route.communities[0])
				strcat(route.communities, " ");
			strcat(route.communities, item);
		}
	}
	while (bgp_nlri_next(nlri, &route.prefix, &route.path_id)) {
		speaker->routes = mem_grow(speaker->routes, speaker->n_routes,
		    &speaker->cap, sizeof *speaker->routes);
		speaker->routes[speaker->n_routes++] = route;
	}
}

static void
hear_update(struct speaker *speaker, const struct bgp_frame *frame)
{
	const struct bgp_capabilities *caps = &speaker->open.caps;
	const struct bgp_session_params params = {
		.as4 = true,
		.family = { true, true },
		.add_path = { caps->add_path_receive & BGP_FAMILY_BIT(FAMILY_IPV4),
		    caps->add_path_receive & BGP_FAMILY_BIT(FAMILY_IPV6) },
		.extended_nexthop = caps->extended_next_hop,
	};
	struct bgp_update update;

	assert_int_equal(bgp_update_decode(&params, speaker->attrs, speaker->fwkeys,
			     frame->body, frame->body_len, &update),
	    BGP_ACCEPT);
	note(speaker, &update.withdrawn, 0);
	note(speaker, &update.mp_withdrawn, 0);
	note(speaker, &update.announced, update.attrs);
	note(speaker, &update.mp_announced, update.mp_attrs);
	if (update.eor) {
		speaker->eors[update.eor_family]++;
		speaker->eor_at[update.eor_family] = speaker->n_routes;
	}
	bgp_update_release(speaker->attrs, &update);
}

static void
say_keepalive(struct speaker *speaker)
{
	uint8_t bytes[BGP_HEADER_LEN];
	struct wr wr;

	wr_init(&wr, bytes, sizeof bytes);
	bgp_keepalive_encode(&wr);
	speaker_send(speaker, bytes, wr.len);
}

static void
hear(struct speaker *speaker, const struct bgp_frame *frame)
{
	struct bgp_refresh refresh;
	struct bgp_error error;

	switch ((enum bgp_message_type)frame->type) {
	case BGP_OPEN:
		assert_true(bgp_open_decode(
		    frame->body, frame->body_len, &speaker->heard, &error));
		if (!speaker->hasty)
			say_keepalive(speaker);
		break;
	case BGP_KEEPALIVE:
		speaker->up = true;
		break;
	case BGP_UPDATE:
		hear_update(speaker, frame);
		break;
	case BGP_NOTIFICATION:
		bgp_notification_decode(
		    frame->body, frame->body_len, &speaker->notification);
		break;
	case BGP_REFRESH:
		assert_true(bgp_refresh_decode(
		    frame->body, frame->body_len, true, &refresh, &error));
		assert_true(speaker->n_refreshes < SPEAKER_REFRESHES);
		speaker->refreshes[speaker->n_refreshes++] = refresh.subtype;
		break;
	}
}

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct speaker *speaker = arg;
	ssize_t n = read((int)fd, speaker->in + speaker->in_len,
	    sizeof speaker->in - speaker->in_len);
	struct bgp_frame frame;
	struct bgp_error error;
	size_t taken = 0;

	(void)what;
	if (n <= 0) {
		speaker->closed = true;
		speaker->up = false;
		event_del(speaker->readable);
		return;
	}
	speaker->in_len += (size_t)n;
	while (bgp_message_frame(speaker->in + taken, speaker->in_len - taken,
		   BGP_MESSAGE_EXTENDED_MAX, &frame, &error) == BGP_FRAME_WHOLE) {
		hear(speaker, &frame);
		taken += frame.len;
	}
	speaker->in_len -= taken;
	memmove(speaker->in, speaker->in + taken, speaker->in_len);
}

void
speaker_set_deaf(struct speaker *speaker, bool deaf)
{
	speaker->deaf = deaf;
	if (deaf)
		event_del(speaker->readable);
	else
		event_add(speaker->readable, NULL);
}

/* --- what it says --- */

/* On a connection just made. */
static void
say_open(struct speaker *speaker, struct event_base *base)
{
	uint8_t bytes[BGP_OPEN_MAX];
	struct wr wr;

	speaker->readable = event_new(
	    base, speaker->fd, EV_READ | EV_PERSIST, on_readable, speaker);
	event_add(speaker->readable, NULL);
	wr_init(&wr, bytes, sizeof bytes);
	bgp_open_encode(&wr, &speaker->open);
	speaker_send(speaker, bytes, wr.len);
	if (speaker->hasty)
		say_keepalive(speaker);
}

void
speaker_dial(struct speaker *speaker, struct event_base *base, const char *local,
    const char *remote, uint16_t port)
{
	struct sockaddr_storage sa;
	struct addr from, to;
	socklen_t len;
	int small = 4096;
	char why[SOCKET_GUARD_ERROR_MAX];

	speaker_hang_up(speaker);
	assert_true(addr_parse(local, &from) && addr_parse(remote, &to));
	speaker->fd = socket_bound(&from, 0, SOCK_STREAM);
	assert_true(speaker->fd >= 0);
	if (socket_guard_key(speaker->fd, &speaker->guard, &to, why) < 0)
		fail_msg("%s", why);
	if (speaker->guard.ttl_security)
		assert_int_equal(socket_guard_ttl(speaker->fd, from.family,
				     socket_guard_min_ttl(&speaker->guard)),
		    0);
	/* so that armd soon feels it when nobody reads */
	setsockopt(speaker->fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
	len = socket_address(&to, port, &sa);
	/* on loopback there is nothing to wait for */
	assert_true(connect(speaker->fd, (struct sockaddr *)&sa, len) == 0 ||
		    errno == EINPROGRESS);
	say_open(speaker, base);
}

static void
on_dialled(evutil_socket_t fd, short what, void *arg)
{
	struct speaker *speaker = arg;

	(void)what;
	speaker_drop(speaker);
	speaker->fd = accept4((int)fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	assert_true(speaker->fd >= 0);
	say_open(speaker, speaker->base);
}

uint16_t
speaker_listen(struct speaker *speaker, struct event_base *base, const char *local)
{
	struct sockaddr_storage sa;
	socklen_t len = sizeof sa;
	struct addr addr;
	uint16_t port;

	speaker_hang_up(speaker);
	assert_true(addr_parse(local, &addr));
	speaker->base = base;
	speaker->listener = socket_bound(&addr, 0, SOCK_STREAM);
	assert_int_equal(listen(speaker->listener, 4), 0);
	assert_int_equal(
	    getsockname(speaker->listener, (struct sockaddr *)&sa, &len), 0);
	assert_true(socket_address_parse(&sa, &addr, &port));
	speaker->dialled = event_new(
	    base, speaker->listener, EV_READ | EV_PERSIST, on_dialled, speaker);
	event_add(speaker->dialled, NULL);
	return port;
}

void
speaker_update(struct speaker *speaker, const char *prefixes, const char *nexthop)
{
	uint8_t message[BGP_MESSAGE_MAX];
	struct wr wr;

	wr_init(&wr, message, sizeof message);
	update_encode(&wr, prefixes, nexthop);
	speaker_send(speaker, message, wr.len);
}

void
speaker_end_of_rib(struct speaker *speaker, enum family family)
{
	uint8_t message[64];
	struct wr wr;

	wr_init(&wr, message, sizeof message);
	update_encode_end(&wr, family);
	speaker_send(speaker, message, wr.len);
}

void
speaker_refresh(
    struct speaker *speaker, enum family family, enum bgp_refresh_subtype subtype)
{
	uint8_t message[64];
	struct wr wr;

	wr_init(&wr, message, sizeof message);
	bgp_refresh_encode(&wr, family, subtype);
	speaker_send(speaker, message, wr.len);
}

/* --- what it knows --- */

size_t
speaker_count(const struct speaker *speaker, const char *prefix)
{
	struct prefix wanted;
	size_t count = 0;

	assert_true(prefix_parse(prefix, &wanted));
	for (size_t i = 0; i < speaker->n_routes; i++)
		count += speaker->routes[i].announced &&
			 prefix_equal(&speaker->routes[i].prefix, &wanted);
	return count;
}

const struct speaker_route *
speaker_last(const struct speaker *speaker, const char *prefix)
{
	struct prefix wanted;

	assert_true(prefix_parse(prefix, &wanted));
	for (size_t i = speaker->n_routes; i-- > 0;)
		if (prefix_equal(&speaker->routes[i].prefix, &wanted))
			return &speaker->routes[i];
	return NULL;
}

bool
speaker_has(const struct speaker *speaker, const char *prefix)
{
	const struct speaker_route *route = speaker_last(speaker, prefix);

	return route && route->announced;
}

/* The last word about a path, or NULL. */
static const struct speaker_route *
last_of_path(
    const struct speaker *speaker, const struct prefix *prefix, uint32_t path_id)
{
	for (size_t i = speaker->n_routes; i-- > 0;) {
		const struct speaker_route *route = &speaker->routes[i];

		if (route->path_id == path_id && prefix_equal(&route->prefix, prefix))
			return route;
	}
	return NULL;
}

char *
speaker_hops(const struct speaker *speaker, const char *prefix, char *text)
{
	struct prefix wanted;
	size_t len = 0;

	assert_true(prefix_parse(prefix, &wanted));
	text[0] = '\0';
	for (uint32_t path_id = 0; path_id < 10; path_id++) {
		const struct speaker_route *route = last_of_path(
		    speaker, &wanted, path_id);

		if (route && route->announced)
			len += (size_t)snprintf(text + len, SPEAKER_HOPS_MAX - len,
			    "%s%s", len ? " " : "", route->nexthop);
	}
	return text;
}
