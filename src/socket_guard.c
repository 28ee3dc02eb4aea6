#include "socket_guard.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/wire.h"
#include "config.h"
#include "socket.h"

#define TTL_MAX 255

/* Of linux/tcp.h since Linux 6.7, as TCP_AO_…: headers may be older than the kernel. */
#define AO_ADD_KEY 38
#define AO_INFO 40

struct ao_add {
	struct sockaddr_storage addr;
	char algorithm[64];
	int32_t ifindex;
	uint32_t flags;
	uint16_t reserved;
	uint8_t prefix_len;
	uint8_t send_id, receive_id;
	uint8_t mac_len; /* 0: the usual 96 bits */
	uint8_t key_flags;
	uint8_t key_len;
	uint8_t key[CONFIG_SECRET_MAX - 1];
} __attribute__((aligned(8)));

struct ao_info {
	uint32_t flags;
	uint16_t reserved;
	uint8_t current_id, next_id;
	uint64_t good, bad, key_not_found, ao_required, dropped_icmp;
} __attribute__((aligned(8)));

/* What a system call that failed means for the operator. */
static int
explain(int number, const char *what, const char *needs, char *reterr)
{
	if (number == ENOPROTOOPT || number == EOPNOTSUPP)
		snprintf(reterr, SOCKET_GUARD_ERROR_MAX,
		    "this kernel has no %s: it takes %s", what, needs);
	else
		snprintf(reterr, SOCKET_GUARD_ERROR_MAX, "cannot set the key of %s: %s",
		    what, strerror(number));
	return -number;
}

static int
set_md5(int fd, const char *password, const struct addr *neighbor, char *reterr)
{
	struct tcp_md5sig key = { .tcpm_keylen = (uint16_t)strlen(password) };

	socket_address(neighbor, 0, &key.tcpm_addr);
	memcpy(key.tcpm_key, password, key.tcpm_keylen);
	if (setsockopt(fd, IPPROTO_TCP, TCP_MD5SIG, &key, sizeof key) == 0)
		return 0;
	return explain(
	    errno, "TCP MD5 signatures", "Linux with CONFIG_TCP_MD5SIG", reterr);
}

static int
set_ao(
    int fd, const struct config_guard *guard, const struct addr *neighbor, char *reterr)
{
	static const char *const algorithms[] = {
		[CONFIG_AO_HMAC_SHA1] = "hmac(sha1)",
		[CONFIG_AO_CMAC_AES128] = "cmac(aes128)",
	};
	struct ao_add key = {
		.prefix_len = (uint8_t)family_bits(neighbor->family),
		.send_id = (uint8_t)guard->ao_send_id,
		.receive_id = (uint8_t)guard->ao_receive_id,
		.key_len = (uint8_t)strlen(guard->ao_key),
	};

	socket_address(neighbor, 0, &key.addr);
	snprintf(
	    key.algorithm, sizeof key.algorithm, "%s", algorithms[guard->ao_algorithm]);
	memcpy(key.key, guard->ao_key, key.key_len);
	if (setsockopt(fd, IPPROTO_TCP, AO_ADD_KEY, &key, sizeof key) == 0)
		return 0;
	return explain(errno, "TCP-AO", "Linux 6.7 with CONFIG_TCP_AO", reterr);
}

int
socket_guard_key(
    int fd, const struct config_guard *guard, const struct addr *neighbor, char *reterr)
{
	if (*guard->password)
		return set_md5(fd, guard->password, neighbor, reterr);
	if (*guard->ao_key)
		return set_ao(fd, guard, neighbor, reterr);
	return 0;
}

bool
socket_guard_drops(int fd, struct socket_guard_drops *ret)
{
	struct ao_info info = { .flags = 0 };
	socklen_t len = sizeof info;

	if (getsockopt(fd, IPPROTO_TCP, AO_INFO, &info, &len) < 0)
		return false;
	*ret = (struct socket_guard_drops){
		.forged = info.bad,
		.unknown_id = info.key_not_found,
		.bare = info.ao_required,
	};
	return true;
}

uint8_t
socket_guard_min_ttl(const struct config_guard *guard)
{
	return guard->ttl_security ? (uint8_t)(TTL_MAX + 1 - guard->ttl_security) : 0;
}

int
socket_guard_ttl(int fd, enum family family, uint8_t min_ttl)
{
	bool ipv4 = family == FAMILY_IPV4;
	int level = ipv4 ? IPPROTO_IP : IPPROTO_IPV6, ttl = TTL_MAX, min = min_ttl;

	if (setsockopt(fd, level, ipv4 ? IP_TTL : IPV6_UNICAST_HOPS, &ttl, sizeof ttl) <
		0 ||
	    setsockopt(
		fd, level, ipv4 ? IP_MINTTL : IPV6_MINHOPCOUNT, &min, sizeof min) < 0)
		return -errno;
	return 0;
}

int
socket_guard_listening(int fd, enum family family, uint8_t min_ttl)
{
	int one = 1;

	if (setsockopt(fd, IPPROTO_TCP, TCP_SAVE_SYN, &one, sizeof one) < 0)
		return -errno;
	return socket_guard_ttl(fd, family, min_ttl);
}

/* The TTL of the first packet; 0 if it is not known. */
static uint8_t
first_ttl(int fd, enum family family)
{
	uint8_t headers[256];
	socklen_t len = sizeof headers;
	struct rd rd;

	if (getsockopt(fd, IPPROTO_TCP, TCP_SAVED_SYN, headers, &len) < 0)
		return 0;
	rd_init(&rd, headers, len);
	rd_bytes(&rd, family == FAMILY_IPV4 ? 8 : 7); /* RFC 791 3.1, RFC 8200 3 */
	return rd_u8(&rd);
}

int
socket_guard_accepted(int fd, enum family family, uint8_t min_ttl)
{
	int error = socket_guard_ttl(fd, family, min_ttl);

	if (error)
		return error;
	return first_ttl(fd, family) < min_ttl ? -EPERM : 0;
}
