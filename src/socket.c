#include "socket.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

socklen_t
socket_address(const struct addr *addr, uint16_t port, struct sockaddr_storage *ret)
{
	memset(ret, 0, sizeof *ret);
	if (addr->family == FAMILY_IPV4) {
		struct sockaddr_in *sin = (struct sockaddr_in *)ret;

		sin->sin_family = AF_INET;
		sin->sin_port = htons(port);
		bits_to_bytes(addr->bits, (uint8_t *)&sin->sin_addr, 4);
		return sizeof *sin;
	}
	struct sockaddr_in6 *sin6 = (struct sockaddr_in6 *)ret;

	sin6->sin6_family = AF_INET6;
	sin6->sin6_port = htons(port);
	bits_to_bytes(addr->bits, (uint8_t *)&sin6->sin6_addr, 16);
	return sizeof *sin6;
}

bool
socket_address_parse(
    const struct sockaddr_storage *sa, struct addr *retaddr, uint16_t *retport)
{
	if (sa->ss_family == AF_INET) {
		const struct sockaddr_in *sin = (const struct sockaddr_in *)sa;

		*retport = ntohs(sin->sin_port);
		*retaddr = (struct addr){
			bits_from_bytes((const uint8_t *)&sin->sin_addr, 4),
			FAMILY_IPV4,
		};
		return true;
	}
	if (sa->ss_family == AF_INET6) {
		const struct sockaddr_in6 *sin6 = (const struct sockaddr_in6 *)sa;
		const uint8_t *bytes = (const uint8_t *)&sin6->sin6_addr;
		bool mapped = IN6_IS_ADDR_V4MAPPED(&sin6->sin6_addr);

		*retport = ntohs(sin6->sin6_port);
		*retaddr = (struct addr){
			mapped ? bits_from_bytes(bytes + 12, 4)
			       : bits_from_bytes(bytes, 16),
			mapped ? FAMILY_IPV4 : FAMILY_IPV6,
		};
		return true;
	}
	return false;
}

int
socket_bound(const struct addr *addr, uint16_t port, int type)
{
	struct sockaddr_storage sa;
	socklen_t len = socket_address(addr, port, &sa);
	bool ipv6 = addr->family == FAMILY_IPV6;
	int fd = socket(sa.ss_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), one = 1,
	    error;

	if (fd < 0)
		return -errno;
	if ((type == SOCK_STREAM &&
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) < 0) ||
	    (ipv6 && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof one) < 0) ||
	    setsockopt(fd, IPPROTO_IP, IP_FREEBIND, &one, sizeof one) < 0 ||
	    bind(fd, (struct sockaddr *)&sa, len) < 0) {
		error = errno;
		close(fd);
		return -error;
	}
	return fd;
}

const char *
socket_advice(int error)
{
	switch (error) {
	case EADDRINUSE:
		return "is another armd running?";
	case EACCES:
	case EPERM:
		return "a port below 1024 needs CAP_NET_BIND_SERVICE, or choose a higher one";
	case EADDRNOTAVAIL:
		return "is this an address of this machine?";
	default:
		return "see armd.conf(5)";
	}
}
