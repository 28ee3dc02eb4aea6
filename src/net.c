#include "net.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "socket.h"

#define BACKLOG 128

/* What an errno of bind(2) or listen(2) asks the operator to do. */
static const char *
advice(int error)
{
	switch (error) {
	case EADDRINUSE:
		return "address already in use; is another armd running?";
	case EACCES:
		return "permission denied; ports below 1024 need CAP_NET_BIND_SERVICE, "
		       "folders need write permission";
	default:
		return strerror(error);
	}
}

static bool
refuse(const char *what, int error, int fd, char *reterr, size_t size)
{
	snprintf(reterr, size, "cannot listen on %s: %s", what, advice(error));
	if (fd >= 0)
		close(fd);
	return false;
}

bool
net_listen_tcp(
    const struct config_endpoint *endpoint, int *retfd, char *reterr, size_t size)
{
	int fd = socket_bound(&endpoint->addr, endpoint->port, SOCK_STREAM);
	char text[CONFIG_ENDPOINT_TEXT_MAX];

	config_endpoint_text(endpoint, text);
	if (fd < 0)
		return refuse(text, -fd, -1, reterr, size);
	if (listen(fd, BACKLOG) != 0)
		return refuse(text, errno, fd, reterr, size);
	*retfd = fd;
	return true;
}

/* True if `path` is free, after a socket nobody listens at was removed. */
static bool
make_way(const char *path, const struct sockaddr_un *address, char *reterr, size_t size)
{
	struct stat st;
	int fd, error;

	if (lstat(path, &st) != 0)
		return errno == ENOENT || refuse(path, errno, -1, reterr, size);
	if (!S_ISSOCK(st.st_mode)) {
		snprintf(reterr, size,
		    "cannot listen on %s: this is a file of another kind; remove it",
		    path);
		return false;
	}
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return refuse(path, errno, -1, reterr, size);
	error = connect(fd, (const struct sockaddr *)address, sizeof *address) ? errno
									       : 0;
	close(fd);
	if (error != ECONNREFUSED)
		return refuse(
		    path, error == EACCES ? EACCES : EADDRINUSE, -1, reterr, size);
	if (unlink(path) != 0)
		return refuse(path, errno, -1, reterr, size);
	return true;
}

static bool
make_folder(const char *path, char *reterr, size_t size)
{
	char folder[CONFIG_SOCKET_MAX];
	char *slash;

	snprintf(folder, sizeof folder, "%s", path);
	slash = strrchr(folder, '/');
	if (!slash || slash == folder)
		return true;
	*slash = '\0';
	if (mkdir(folder, 0755) == 0 || errno == EEXIST)
		return true;
	snprintf(reterr, size, "cannot listen on %s: cannot make %s: %s", path, folder,
	    strerror(errno));
	return false;
}

bool
net_listen_unix(const char *path, int *retfd, char *reterr, size_t size)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	mode_t mask;
	int fd, error;

	assert(strlen(path) < sizeof address.sun_path);
	memcpy(address.sun_path, path, strlen(path) + 1);
	if (!make_folder(path, reterr, size) || !make_way(path, &address, reterr, size))
		return false;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return refuse(path, errno, -1, reterr, size);
	mask = umask(0117); /* never wider, not even for an instant */
	error = bind(fd, (struct sockaddr *)&address, sizeof address) ? errno : 0;
	umask(mask);
	if (error || listen(fd, BACKLOG) != 0)
		return refuse(path, error ? error : errno, fd, reterr, size);
	*retfd = fd;
	return true;
}

void
net_close_unix(const char *path, int fd)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	/* our own end closed, a name that still answers is of a successor */
	close(fd);
	memcpy(address.sun_path, path, strlen(path) + 1);
	if (probe >= 0) {
		if (connect(probe, (struct sockaddr *)&address, sizeof address) != 0 &&
		    errno == ECONNREFUSED)
			unlink(path);
		close(probe);
	}
}

bool
net_is_unix(int fd)
{
	struct sockaddr_storage address = { 0 };
	socklen_t len = sizeof address;

	return getsockname(fd, (struct sockaddr *)&address, &len) == 0 &&
	       address.ss_family == AF_UNIX;
}

unsigned
net_port(int fd)
{
	struct sockaddr_storage address = { 0 };
	socklen_t len = sizeof address;
	struct addr addr;
	uint16_t port;

	if (getsockname(fd, (struct sockaddr *)&address, &len) != 0 ||
	    !socket_address_parse(&address, &addr, &port))
		return 0;
	return port;
}
