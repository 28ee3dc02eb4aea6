/*
 * Where BGP neighbors dial: a listening socket for each address and port that a
 * session names. A connection from anybody else is closed and counted.
 */
#ifndef SRC_LISTENER_H
#define SRC_LISTENER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config.h"

struct event_base;
struct listeners;
struct peer;

/*
 * `find` says which peer may connect from `remote` to `local`:`port`; NULL: nobody.
 */
struct listeners *listeners_new(struct event_base *base,
    struct peer *(*find)(
	void *arg, const struct addr *remote, const struct addr *local, uint16_t port),
    void *arg);
void listeners_free(struct listeners *all);

/*
 * Opens what the configuration names and closes what it names no longer. False with a
 * sentence in `reterr` if one cannot be opened; the others are open then.
 */
bool listeners_apply(
    struct listeners *all, const struct config *config, char *reterr, size_t size);

/* Connections from strangers, ever. */
uint64_t listeners_refused(const struct listeners *all);

#endif
