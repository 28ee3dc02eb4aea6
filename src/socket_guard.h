/*
 * What keeps the segments of strangers out of a TCP connection: a distance they cannot
 * feign (GTSM, RFC 5082), or a secret they do not know (TCP MD5, RFC 2385; TCP-AO, RFC
 * 5925).
 *
 * The kernel judges each segment. So a listening socket has the keys of all neighbors
 * that dial it, and a connection accepted from it takes its key along.
 */
#ifndef SRC_SOCKET_GUARD_H
#define SRC_SOCKET_GUARD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/prefix.h"

struct config_guard;

#define SOCKET_GUARD_ERROR_MAX 160

/*
 * Sets the key that segments from and to `neighbor` need, if any, on a socket
 * that listens or is about to connect. Returns 0, or -errno with a sentence in `reterr`
 * (SOCKET_GUARD_ERROR_MAX bytes) that says what the kernel lacks, not the key.
 */
int socket_guard_key(int fd, const struct config_guard *guard,
    const struct addr *neighbor, char *reterr);

/* Segments to a socket with TCP-AO keys that were dropped. */
struct socket_guard_drops {
	uint64_t forged;     /* by another key or algorithm than that of their KeyID */
	uint64_t unknown_id; /* no key of ours has it */
	uint64_t bare;       /* without TCP-AO */
};

/* False if the socket has no such keys. */
bool socket_guard_drops(int fd, struct socket_guard_drops *ret);

/* The least TTL or hop limit that segments of such a neighbor have; 0: any. */
uint8_t socket_guard_min_ttl(const struct config_guard *guard);

/*
 * Sends with the greatest TTL or hop limit, which the other side may demand, and drops
 * what comes with less than `min_ttl`. Returns 0 or -errno.
 */
int socket_guard_ttl(int fd, enum family family, uint8_t min_ttl);

/*
 * The same for a socket that listens for near and far neighbors, and for a connection
 * that one of the near has made there: what it sent before it was accepted was not
 * judged, but the packet it began with is (-EPERM).
 */
int socket_guard_listening(int fd, enum family family, uint8_t min_ttl);
int socket_guard_accepted(int fd, enum family family, uint8_t min_ttl);

#endif
