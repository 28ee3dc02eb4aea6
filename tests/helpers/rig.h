/*
 * A whole daemon on free ports of loopback, in an event loop of the test's own, and
 * ways to wait for what it does: no sleeping, only deadlines.
 */
#ifndef HELPERS_RIG_H
#define HELPERS_RIG_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "daemon.h"
#include "http_route.h"

struct buffer;
struct event_base;
struct router;
struct speaker;

struct rig {
	struct event_base *base;
	struct daemon daemon;
	uint16_t bgp_port, sflow_port, http_port;
	char path[64];  /* of the configuration */
	char state[64]; /* the state directory, "" for none */
};

/*
 * Starts a daemon with these router sections, in which every "@port" stands for
 * rig->bgp_port. Log and HTTP sections are added, and one of sFlow that listens at
 * 127.0.0.1 and rig->sflow_port. The test fails if it cannot start.
 */
void rig_start(struct rig *rig, const char *routers);
void rig_stop(struct rig *rig);

/* The same with a directory where state is saved, and another time with that. */
void rig_start_in(struct rig *rig, const char *routers, const char *state);

/* Puts other router sections in force. */
void rig_reload(struct rig *rig, const char *routers);

/*
 * Runs the event loop until `done` answers true; the seconds that the daemon counts go
 * by as fast as the loop turns. False if ten seconds went by first.
 */
bool rig_wait(struct rig *rig, bool (*done)(void *arg), void *arg);

/* A neighbor dials from an address, without or with waiting until its session is up. */
void rig_dial(struct rig *rig, struct speaker *speaker, const char *local);
void rig_bring_up(struct rig *rig, struct speaker *speaker, const char *local);

/* It dials until the pause that armd makes after a fault is over. */
void rig_dial_until_up(struct rig *rig, struct speaker *speaker, const char *local);

/* Its session comes up, or is closed by armd; the test fails if it does not. */
void rig_wait_up(struct rig *rig, struct speaker *speaker);
void rig_wait_closed(struct rig *rig, struct speaker *speaker);

/*
 * Puts routes into a router's RIB, without a session: the prefixes with a blank between
 * them, and the attributes of update_encode().
 */
void rig_learn(struct router *router, const char *prefixes, const char *nexthop);

/* `n` samples of packets of so many bytes from and to an address, now. */
void rig_sample(struct router *router, const char *address, int n, double bytes);

/* The tables are learned and somebody listens: what is worth it gets installed. */
void rig_choose(struct router *router);

/* What the API answers, which the caller frees; the test fails on another status. */
json_t *rig_ask(struct rig *rig, enum http_method method, const char *path,
    const char *query, int status);
json_t *rig_get(struct rig *rig, const char *path, const char *query, int status);
json_t *rig_post(struct rig *rig, const char *path, const char *query, int status);

/*
 * A long answer: its start, and the next piece, added to `all`. To be ended by
 * http_body_free(&reply.pieces).
 */
struct http_reply rig_begin(struct rig *rig, const char *path, const char *query);
enum http_piece rig_take(struct http_reply *reply, struct buffer *all);

#endif
