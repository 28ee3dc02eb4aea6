/*
 * The daemon: everything that one configuration sets going, and reload.
 */
#ifndef SRC_DAEMON_H
#define SRC_DAEMON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct collector;
struct config;
struct event;
struct event_base;
struct http;
struct listeners;
struct record;
struct router;

struct daemon {
	struct event_base *base;
	const char *path; /* of the configuration */
	struct config *config;
	struct router **routers; /* in the order of the configuration */
	size_t n_routers;
	struct listeners *listeners;
	struct collector *collector;
	struct http *http;
	/* whose API is open: an older one if the latest's could not be opened */
	struct config *http_config;
	struct record *record;
	struct event *tick;
	struct event *work;  /* of the record */
	uint64_t started_ms; /* monotonic */
};

/*
 * Starts all that `config`, which it takes, asks for. False with a sentence; what was
 * begun is then ended by daemon_stop(), too.
 */
bool daemon_start(struct daemon *daemon, struct event_base *base, const char *path,
    struct config *config, char *reterr, size_t size);

/* armd ends: gives the targets a moment to read what they were sent. */
void daemon_finish(struct daemon *daemon);

/* Ends all of it without a word, so that targets keep our routes. */
void daemon_stop(struct daemon *daemon);

/* Reads the configuration again; what was not changed goes on undisturbed. The log is
 * the caller's: daemon->config says how it is to be.
 */
void daemon_reload(struct daemon *daemon);

/* The router by name or by the address of a RIB session's peer; NULL if none. */
struct router *daemon_find_router(const struct daemon *daemon, const char *name);

#endif
