/* Socket addresses from and to ours, and sockets as we want them. */
#ifndef SRC_SOCKET_H
#define SRC_SOCKET_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/prefix.h"

/* Returns the length of *ret. */
socklen_t socket_address(
    const struct addr *addr, uint16_t port, struct sockaddr_storage *ret);

/* False if it is neither IPv4 nor IPv6. An IPv4 address mapped into IPv6 is IPv4. */
bool socket_address_parse(
    const struct sockaddr_storage *sa, struct addr *retaddr, uint16_t *retport);

/*
 * A nonblocking socket of `type` (SOCK_STREAM, SOCK_DGRAM) bound to addr and port, also
 * if the address is not up yet. Returns it or -errno.
 */
int socket_bound(const struct addr *addr, uint16_t port, int type);

/* What an operator can do about a listening socket that failed with `error`. */
const char *socket_advice(int error);

#endif
