/*
 * A BGP neighbor that says what a test wants: it dials, opens, keeps alive, and writes
 * down the routes it is told.
 */
#ifndef HELPERS_SPEAKER_H
#define HELPERS_SPEAKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/prefix.h"
#include "bgp/error.h"
#include "bgp/message.h"
#include "bgp/open.h"
#include "config.h"

struct event;
struct event_base;

/* A route announced or withdrawn, in the order it was told. */
struct speaker_route {
	bool announced;
	struct prefix prefix;
	uint32_t path_id; /* if it said that it receives paths */
	char communities[128], nexthop[ADDR_TEXT_MAX];
};

#define SPEAKER_REFRESHES 16

struct speaker {
	struct bgp_open open;      /* what it says */
	struct bgp_open heard;     /* what armd said */
	int fd;                    /* -1: not connected */
	struct config_guard guard; /* of its segments, for whom it dials */
	bool hasty;    /* says KEEPALIVE with its OPEN, not when it heard ours */
	bool up, deaf; /* deaf: reads nothing */
	bool closed;   /* by the other side */
	struct bgp_error notification; /* received; code 0: none */
	struct speaker_route *routes;
	size_t n_routes, cap;
	unsigned eors[FAMILIES];
	size_t eor_at[FAMILIES];              /* n_routes when it came */
	uint8_t refreshes[SPEAKER_REFRESHES]; /* subtypes received */
	size_t n_refreshes;
	struct fwkeys *fwkeys;
	struct attrs_table *attrs;
	struct event_base *base;
	struct event *readable, *dialled;
	int listener; /* -1: none */
	uint8_t in[2 * BGP_MESSAGE_EXTENDED_MAX];
	size_t in_len;
};

/* Begins with an OPEN for both families, without graceful restart. */
void speaker_init(struct speaker *speaker, uint32_t as, uint32_t id);
void speaker_fini(struct speaker *speaker);

/* Connects from `local` to `remote`:`port` and sends its OPEN. */
void speaker_dial(struct speaker *speaker, struct event_base *base, const char *local,
    const char *remote, uint16_t port);

/*
 * Waits at `local` for armd to dial, as often as it does; returns the port. What it was
 * told before is forgotten with each connection.
 */
uint16_t speaker_listen(
    struct speaker *speaker, struct event_base *base, const char *local);

/* Closes the connection without a word, and forgets what it was told. */
void speaker_drop(struct speaker *speaker);

/* The same, and waits no more. */
void speaker_hang_up(struct speaker *speaker);

/* Stops and begins to read. */
void speaker_set_deaf(struct speaker *speaker, bool deaf);

/* Sends bytes: all of them, blocking if it must. */
void speaker_send(struct speaker *speaker, const void *bytes, size_t len);

/* Sends the UPDATE that update_encode() writes. */
void speaker_update(struct speaker *speaker, const char *prefixes, const char *nexthop);

void speaker_end_of_rib(struct speaker *speaker, enum family family);
void speaker_refresh(
    struct speaker *speaker, enum family family, enum bgp_refresh_subtype subtype);

/* How often the prefix was announced; what the last word about it was. */
size_t speaker_count(const struct speaker *speaker, const char *prefix);
const struct speaker_route *speaker_last(
    const struct speaker *speaker, const char *prefix);

/*
 * The next hops of the paths to a prefix that it holds, a blank between, in the order
 * of their ids. Returns `text`, which has room for SPEAKER_HOPS_MAX.
 */
#define SPEAKER_HOPS_MAX 256
char *speaker_hops(const struct speaker *speaker, const char *prefix, char *text);

/* True if it was announced and not withdrawn since. */
bool speaker_has(const struct speaker *speaker, const char *prefix);

#endif
