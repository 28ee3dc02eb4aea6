/* The sockets of a peer, made as its configuration wants them. */
#ifndef SRC_PEER_DIAL_H
#define SRC_PEER_DIAL_H

#include "socket_guard.h"

struct config_session;

/*
 * Begins to connect to the neighbor. Returns the socket, which is for the caller to
 * close, or -1 with a sentence in `reterr` (SOCKET_GUARD_ERROR_MAX bytes).
 */
int peer_begin_dialling(const struct config_session *config, char *reterr);

/*
 * Demands of a connection just accepted that it comes from near, if so configured.
 * Returns 0, -EPERM if it does not, or -errno.
 */
int peer_guard_accepted(int fd, const struct config_session *config);

#endif
