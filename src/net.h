/* Listening sockets, and sentences that say what to do when there cannot be one. */
#ifndef SRC_NET_H
#define SRC_NET_H

#include <stdbool.h>
#include <stddef.h>

#include "config.h"

/*
 * A TCP socket, nonblocking, that listens at `endpoint` (port 0: any). False with a
 * sentence in `reterr` (`size` bytes). The caller closes it.
 */
bool net_listen_tcp(
    const struct config_endpoint *endpoint, int *retfd, char *reterr, size_t size);

/*
 * The same at the Unix socket `path`, for owner and group (mode 0660). The last folder
 * of the path is made if it is missing; a socket nobody listens at any more is
 * replaced, anything else that has the name is left alone.
 */
bool net_listen_unix(const char *path, int *retfd, char *reterr, size_t size);

/* Removes `path` if it is still the name of the listening socket `fd`, and closes it.
 */
void net_close_unix(const char *path, int fd);

/* True if the socket, listening or accepted, is a Unix one. */
bool net_is_unix(int fd);

/* The port of a socket that listens by TCP; 0 if it is none. */
unsigned net_port(int fd);

#endif
