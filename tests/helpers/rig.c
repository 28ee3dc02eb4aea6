#include "clock.h"
#include "helpers/rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <event2/event.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "api.h"
#include "base/log.h"
#include "base/wire.h"
#include "bgp/update.h"
#include "buffer.h"
#include "config.h"
#include "helpers/speaker.h"
#include "helpers/update_encode.h"
#include "router.h"

#define PATIENCE_S 10
#define TURN_US 20000 /* the daemon's second */

/* A port that nobody uses just now. */
static uint16_t
free_port(int type)
{
	struct sockaddr_in sin = { .sin_family = AF_INET };
	socklen_t len = sizeof sin;
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);

	sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(fd, (struct sockaddr *)&sin, sizeof sin), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&sin, &len), 0);
	close(fd);
	return ntohs(sin.sin_port);
}

static void
write_config(const struct rig *rig, const char *routers)
{
	FILE *file = fopen(rig->path, "w");
	const char *at;

	assert_non_null(file);
	fprintf(file,
	    "log { level = error }\n"
	    "http { listen = \"127.0.0.1:%u\"; socket = \"\" }\n"
	    "sflow { listen = \"127.0.0.1:%u\"; receive-buffer = 65536 }\n"
	    "state { directory = \"%s\" }\n",
	    rig->http_port, rig->sflow_port, rig->state);
	while ((at = strstr(routers, "@port"))) {
		fprintf(file, "%.*s%u", (int)(at - routers), routers, rig->bgp_port);
		routers = at + strlen("@port");
	}
	fputs(routers, file);
	assert_int_equal(fclose(file), 0);
}

/* False, with why, if it did not start. */
static bool
try_to_start(struct rig *rig, const char *routers, char error[CONFIG_ERROR_MAX])
{
	struct config *config;

	rig->bgp_port = free_port(SOCK_STREAM);
	rig->http_port = free_port(SOCK_STREAM);
	rig->sflow_port = free_port(SOCK_DGRAM);
	write_config(rig, routers);
	if (!config_read(rig->path, &config, error, CONFIG_ERROR_MAX))
		fail_msg("%s", error);
	if (daemon_start(
		&rig->daemon, rig->base, rig->path, config, error, CONFIG_ERROR_MAX))
		return true;
	daemon_stop(&rig->daemon);
	return false;
}

void
rig_start(struct rig *rig, const char *routers)
{
	rig_start_in(rig, routers, "");
}

void
rig_start_in(struct rig *rig, const char *routers, const char *state)
{
	char error[CONFIG_ERROR_MAX] = "";
	int fd, tries = 5;

	signal(SIGPIPE, SIG_IGN);
	log_open(false, getenv("TEST_LOG") ? LOG_LEVEL_DEBUG : LOG_LEVEL_ERROR);
	*rig = (struct rig){ .path = "/tmp/armd-test-XXXXXX" };
	snprintf(rig->state, sizeof rig->state, "%s", state);
	fd = mkstemp(rig->path);
	assert_true(fd >= 0);
	close(fd);
	rig->base = event_base_new();
	while (!try_to_start(rig, routers, error))
		/* somebody else may have taken a port since it was free */
		if (!strstr(error, "in use") || --tries == 0)
			fail_msg("%s", error);
}

void
rig_stop(struct rig *rig)
{
	daemon_stop(&rig->daemon);
	event_base_free(rig->base);
	unlink(rig->path);
}

void
rig_reload(struct rig *rig, const char *routers)
{
	const struct config *old = rig->daemon.config;

	write_config(rig, routers);
	daemon_reload(&rig->daemon);
	assert_ptr_not_equal(rig->daemon.config, old);
}

struct wait {
	struct rig *rig;
	unsigned turns;
};

static void
on_turn(evutil_socket_t fd, short what, void *arg)
{
	struct wait *wait = arg;

	(void)fd;
	(void)what;
	wait->turns++;
	event_active(wait->rig->daemon.tick, EV_TIMEOUT, 0);
}

bool
rig_wait(struct rig *rig, bool (*done)(void *arg), void *arg)
{
	const struct timeval turn = { 0, TURN_US };
	struct wait wait = { .rig = rig };
	struct event *timer = event_new(rig->base, -1, EV_PERSIST, on_turn, &wait);
	bool good;

	event_add(timer, &turn);
	while (!(good = done(arg)) && wait.turns < PATIENCE_S * 1000000 / TURN_US)
		event_base_loop(rig->base, EVLOOP_ONCE);
	event_free(timer);
	return good;
}

void
rig_dial(struct rig *rig, struct speaker *speaker, const char *local)
{
	speaker_dial(speaker, rig->base, local, "127.0.0.1", rig->bgp_port);
}

static bool
is_up(void *arg)
{
	return ((struct speaker *)arg)->up;
}

static bool
is_closed(void *arg)
{
	return ((struct speaker *)arg)->closed;
}

static bool
is_settled(void *arg)
{
	return is_up(arg) || is_closed(arg);
}

void
rig_wait_up(struct rig *rig, struct speaker *speaker)
{
	if (!rig_wait(rig, is_up, speaker))
		fail_msg("the session is not up");
}

void
rig_wait_closed(struct rig *rig, struct speaker *speaker)
{
	if (!rig_wait(rig, is_closed, speaker))
		fail_msg("the session is not closed");
}

void
rig_bring_up(struct rig *rig, struct speaker *speaker, const char *local)
{
	rig_dial(rig, speaker, local);
	rig_wait_up(rig, speaker);
}

void
rig_dial_until_up(struct rig *rig, struct speaker *speaker, const char *local)
{
	uint64_t end = clock_ms() + 1000 * PATIENCE_S;

	do {
		rig_dial(rig, speaker, local);
		assert_true(rig_wait(rig, is_settled, speaker));
	} while (!speaker->up && clock_ms() < end);
	assert_true(speaker->up);
}

void
rig_learn(struct router *router, const char *prefixes, const char *nexthop)
{
	const struct bgp_session_params params = {
		.as4 = true,
		.family = { true, true },
	};
	struct attrs_table *attrs = rib_attrs(router->rib);
	uint8_t message[BGP_MESSAGE_MAX];
	struct bgp_update update;
	struct prefix prefix;
	uint32_t path_id;
	struct wr wr;

	wr_init(&wr, message, sizeof message);
	update_encode(&wr, prefixes, nexthop);
	assert_int_equal(
	    bgp_update_decode(&params, attrs, rib_fwkeys(router->rib),
		message + BGP_HEADER_LEN, wr.len - BGP_HEADER_LEN, &update),
	    BGP_ACCEPT);
	while (bgp_nlri_next(&update.announced, &prefix, &path_id))
		assert_true(rib_announce(router->rib, &prefix, update.attrs));
	while (bgp_nlri_next(&update.mp_announced, &prefix, &path_id))
		assert_true(rib_announce(router->rib, &prefix, update.mp_attrs));
	bgp_update_release(attrs, &update);
}

void
rig_sample(struct router *router, const char *address, int n, double bytes)
{
	struct rib_packet packet = { .bytes = bytes, .packets = 1 };

	assert_true(addr_parse(address, &packet.destination));
	packet.source = packet.destination;
	for (int i = 0; i < n; i++)
		rib_sample_many(router->rib, &packet, 1, clock_s());
}

void
rig_choose(struct router *router)
{
	for (int f = 0; f < FAMILIES; f++) {
		rib_set_ready(router->rib, (enum family)f, true);
		rib_set_target(router->rib, (enum family)f, true);
	}
	rib_tick(router->rib, clock_s());
	while (rib_work(router->rib, SIZE_MAX))
		continue;
}

struct http_reply
rig_begin(struct rig *rig, const char *path, const char *query)
{
	struct http_reply reply;

	http_dispatch(
	    api_routes, &rig->daemon, HTTP_METHOD_GET, path, query, "", 0, &reply);
	assert_int_equal(reply.status, 200);
	assert_non_null(reply.pieces.state);
	return reply;
}

enum http_piece
rig_take(struct http_reply *reply, struct buffer *all)
{
	struct buffer piece = { .len = 0 };
	enum http_piece made = reply->pieces.produce(reply->pieces.state, &piece);

	assert_in_range(piece.len, 0, HTTP_PIECE_BYTES + 1024);
	buffer_add(all, piece.bytes, piece.len);
	buffer_fini(&piece);
	return made;
}

/* All pieces of a reply, together. */
static void
gather(struct http_reply *reply)
{
	struct buffer all = { .len = 0 };
	enum http_piece made;

	while ((made = rig_take(reply, &all)) == HTTP_PIECE_MORE)
		continue;
	assert_int_equal(made, HTTP_PIECE_LAST);
	http_body_free(&reply->pieces);
	reply->body = all.bytes;
	reply->len = all.len;
}

json_t *
rig_ask(struct rig *rig, enum http_method method, const char *path, const char *query,
    int status)
{
	struct http_reply reply;
	json_t *root;

	http_dispatch(api_routes, &rig->daemon, method, path, query, "", 0, &reply);
	if (reply.pieces.state)
		gather(&reply);
	if (reply.status != status)
		fail_msg("%s?%s: %d: %.*s", path, query, reply.status, (int)reply.len,
		    reply.body);
	assert_string_equal(reply.type, "application/json");
	root = json_loadb(reply.body, reply.len, 0, NULL);
	assert_non_null(root);
	free(reply.body);
	return root;
}

json_t *
rig_get(struct rig *rig, const char *path, const char *query, int status)
{
	return rig_ask(rig, HTTP_METHOD_GET, path, query, status);
}

json_t *
rig_post(struct rig *rig, const char *path, const char *query, int status)
{
	return rig_ask(rig, HTTP_METHOD_POST, path, query, status);
}
