#include "peer_dial.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "socket.h"

int
peer_guard_accepted(int fd, const struct config_session *config)
{
	uint8_t min_ttl = socket_guard_min_ttl(&config->guard);

	if (min_ttl == 0)
		return 0;
	return socket_guard_accepted(fd, (enum family)config->neighbor.family, min_ttl);
}

static int
guard_ttl(int fd, const struct config_session *config)
{
	uint8_t min_ttl = socket_guard_min_ttl(&config->guard);

	if (min_ttl == 0)
		return 0;
	return socket_guard_ttl(fd, (enum family)config->neighbor.family, min_ttl);
}

int
peer_begin_dialling(const struct config_session *config, char *reterr)
{
	struct sockaddr_storage sa;
	socklen_t len = socket_address(&config->neighbor, config->neighbor_port, &sa);
	int fd = socket_bound(&config->local, 0, SOCK_STREAM), error;

	if (fd < 0) {
		snprintf(reterr, SOCKET_GUARD_ERROR_MAX, "%s", strerror(-fd));
		return -1;
	}
	error = socket_guard_key(fd, &config->guard, &config->neighbor, reterr);
	if (!error) {
		error = guard_ttl(fd, config);
		if (!error && connect(fd, (struct sockaddr *)&sa, len) < 0 &&
		    errno != EINPROGRESS)
			error = -errno;
		if (!error)
			return fd;
		snprintf(reterr, SOCKET_GUARD_ERROR_MAX, "%s", strerror(-error));
	}
	close(fd);
	return -1;
}
