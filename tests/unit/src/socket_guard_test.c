/*
 * Distances and secrets on loopback. What a guard drops leaves no trace, so each test
 * lets a stranger speak first and a friend after it: once the friend is through, the
 * stranger has been dropped.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "config.h"
#include "helpers/rig.h"
#include "helpers/speaker.h"
#include "peer.h"
#include "router.h"
#include "session_status.h"
#include "socket.h"
#include "socket_guard.h"

#define PATIENCE_MS 10000

static const struct config_guard nothing;

static struct addr
addr_of(const char *text)
{
	struct addr addr;

	assert_true(addr_parse(text, &addr));
	return addr;
}

static void
set_ttl(int fd, enum family family, int ttl)
{
	bool ipv4 = family == FAMILY_IPV4;

	assert_int_equal(setsockopt(fd, ipv4 ? IPPROTO_IP : IPPROTO_IPV6,
			     ipv4 ? IP_TTL : IPV6_UNICAST_HOPS, &ttl, sizeof ttl),
	    0);
}

/* Listens at `local` for `neighbor`; -1 if the kernel lacks what the guard needs. */
static int
listen_at(const char *local, const char *neighbor, const struct config_guard *guard,
    uint8_t min_ttl, uint16_t *retport)
{
	struct addr here = addr_of(local), there = addr_of(neighbor);
	char why[SOCKET_GUARD_ERROR_MAX] = "";
	int fd = socket_bound(&here, 0, SOCK_STREAM), error;
	struct sockaddr_storage sa;
	socklen_t len = sizeof sa;

	assert_true(fd >= 0);
	error = socket_guard_key(fd, guard, &there, why);
	if (error) {
		assert_int_equal(error, -ENOPROTOOPT);
		assert_non_null(strstr(why, "this kernel has no "));
		assert_null(strstr(why, "swordfish"));
		print_message("not tried further: %s\n", why);
		close(fd);
		return -1;
	}
	if (min_ttl)
		assert_int_equal(socket_guard_ttl(fd, here.family, min_ttl), 0);
	assert_int_equal(listen(fd, 4), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&sa, &len), 0);
	assert_true(socket_address_parse(&sa, &here, retport));
	return fd;
}

/* Begins to connect to `remote`, with a TTL of its own if it is not 0. */
static int
dial(const char *local, const char *remote, uint16_t port,
    const struct config_guard *guard, int ttl)
{
	struct addr here = addr_of(local), there = addr_of(remote);
	char why[SOCKET_GUARD_ERROR_MAX];
	struct sockaddr_storage sa;
	socklen_t len = socket_address(&there, port, &sa);
	int fd = socket_bound(&here, 0, SOCK_STREAM);

	assert_true(fd >= 0);
	assert_int_equal(socket_guard_key(fd, guard, &there, why), 0);
	if (ttl)
		set_ttl(fd, here.family, ttl);
	assert_true(
	    connect(fd, (struct sockaddr *)&sa, len) == 0 || errno == EINPROGRESS);
	return fd;
}

static bool
comes(int fd, short event)
{
	struct pollfd poller = { .fd = fd, .events = event };

	return poll(&poller, 1, PATIENCE_MS) == 1 && (poller.revents & event);
}

static bool
is_connected(int fd)
{
	struct sockaddr_storage sa;
	socklen_t len = sizeof sa;

	return getpeername(fd, (struct sockaddr *)&sa, &len) == 0;
}

static void
assert_guarded_at(const char *local, const char *remote,
    const struct config_guard *guard, const struct config_guard *strange)
{
	uint16_t port;
	int listener = listen_at(local, remote, guard, 0, &port), stranger, friend;

	if (listener < 0)
		return;
	stranger = dial(remote, local, port, strange, 0);
	friend = dial(remote, local, port, guard, 0);
	assert_true(comes(friend, POLLOUT));
	assert_true(is_connected(friend));
	assert_false(is_connected(stranger));
	close(stranger);
	close(friend);
	close(listener);
}

/* Who has the friend's guard gets in, who has the stranger's does not. */
static void
assert_guarded(const struct config_guard *guard, const struct config_guard *strange)
{
	assert_guarded_at("127.0.0.1", "127.0.0.2", guard, strange);
	assert_guarded_at("::1", "::1", guard, strange);
}

static void
a_password_is_demanded(void **state)
{
	const struct config_guard guard = { .password = "swordfish" };
	const struct config_guard other = { .password = "swordfisch" };

	(void)state;
	assert_guarded(&guard, &nothing);
	assert_guarded(&guard, &other);
	/* who has none may not speak with one either */
	assert_guarded(&nothing, &guard);
}

static void
the_longest_password_counts_whole(void **state)
{
	struct config_guard guard = nothing, other;

	(void)state;
	memset(guard.password, 'x', CONFIG_SECRET_MAX - 1);
	other = guard;
	other.password[CONFIG_SECRET_MAX - 2] = 'y';
	assert_guarded(&guard, &other);
}

static void
an_authentication_option_is_demanded(void **state)
{
	const struct config_guard guard = {
		.ao_key = "swordfish", .ao_send_id = 7, .ao_receive_id = 7
	};
	struct config_guard other = guard;

	(void)state;
	assert_guarded(&guard, &nothing);
	other.ao_algorithm = CONFIG_AO_CMAC_AES128;
	assert_guarded(&guard, &other);
}

static void
distances_become_ttls(void **state)
{
	(void)state;
	for (uint16_t hops = 1; hops < 255; hops++) {
		const struct config_guard guard = { .ttl_security = hops };

		assert_int_equal(socket_guard_min_ttl(&guard), 256 - hops);
	}
	assert_int_equal(socket_guard_min_ttl(&nothing), 0);
}

static void
assert_near(const char *local, const char *remote)
{
	uint16_t port;
	int listener = listen_at(local, remote, &nothing, 255, &port);
	int stranger = dial(remote, local, port, &nothing, 254);
	int friend = dial(remote, local, port, &nothing, 255), accepted;
	char bytes[8];

	assert_true(comes(friend, POLLOUT) && comes(listener, POLLIN));
	assert_false(is_connected(stranger));
	/* the accepted connection goes on to demand it, and says it itself */
	accepted = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
	assert_true(accepted >= 0);
	set_ttl(friend, addr_of(local).family, 254);
	assert_int_equal(write(friend, "no", 2), 2);
	assert_int_equal(read(accepted, bytes, sizeof bytes), -1);
	set_ttl(friend, addr_of(local).family, 255);
	assert_true(comes(accepted, POLLIN)); /* sent again */
	assert_int_equal(socket_guard_ttl(friend, addr_of(local).family, 255), 0);
	assert_int_equal(write(accepted, "yes", 3), 3);
	assert_true(comes(friend, POLLIN));
	close(accepted);
	close(stranger);
	close(friend);
	close(listener);
}

static void
only_the_near_are_heard(void **state)
{
	(void)state;
	assert_near("127.0.0.1", "127.0.0.2");
	assert_near("::1", "::1");
}

/* --- in a daemon --- */

#define HEAD "router \"r\" { as = 65000; router-id = 10.0.0.1; "
#define NEIGHBOR(name, address) \
	name " { neighbor = " address "; local = 127.0.0.1; port = @port; "
#define PLAIN NEIGHBOR("target \"plain\"", "127.0.0.3") "} "
#define SECRET(word) HEAD NEIGHBOR("rib \"secret\"", "127.0.0.2") word " } " PLAIN "}"

struct world {
	struct rig rig;
	struct speaker secret, plain;
};

static int
setup(void **state)
{
	static struct world world;

	rig_start(&world.rig, SECRET("password = swordfish"));
	speaker_init(&world.secret, 65000, 0x0a000002);
	speaker_init(&world.plain, 65000, 0x0a000003);
	strcpy(world.secret.guard.password, "swordfish");
	*state = &world;
	return 0;
}

static int
teardown(void **state)
{
	struct world *w = *state;

	speaker_fini(&w->secret);
	speaker_fini(&w->plain);
	rig_stop(&w->rig);
	return 0;
}

static void
one_listener_serves_those_with_and_without(void **state)
{
	struct world *w = *state;
	int stranger = dial("127.0.0.2", "127.0.0.1", w->rig.bgp_port, &nothing, 0);

	rig_bring_up(&w->rig, &w->plain, "127.0.0.3");
	rig_bring_up(&w->rig, &w->secret, "127.0.0.2");
	assert_false(is_connected(stranger));
	close(stranger);
}

static void
another_password_begins_another_session(void **state)
{
	struct world *w = *state;

	rig_bring_up(&w->rig, &w->plain, "127.0.0.3");
	rig_bring_up(&w->rig, &w->secret, "127.0.0.2");
	rig_reload(&w->rig, SECRET("password = 'sword fish'"));
	rig_wait_closed(&w->rig, &w->secret);
	assert_int_equal(w->secret.notification.subcode, BGP_CEASE_CONFIG_CHANGE);
	strcpy(w->secret.guard.password, "sword fish");
	rig_bring_up(&w->rig, &w->secret, "127.0.0.2");
	rig_reload(&w->rig, SECRET(""));
	rig_wait_closed(&w->rig, &w->secret);
	w->secret.guard = nothing;
	rig_bring_up(&w->rig, &w->secret, "127.0.0.2");
	/* it has nothing to do with the other neighbor */
	assert_true(w->plain.up && !w->plain.closed);
	rig_reload(&w->rig, HEAD NEIGHBOR("rib \"secret\"", "127.0.0.2") "} }");
	rig_wait_closed(&w->rig, &w->plain);
	assert_int_equal(w->plain.notification.subcode, BGP_CEASE_DECONFIGURED);
	assert_true(w->secret.up && !w->secret.closed);
}

static bool
is_hung_up(void *arg)
{
	int fd = *(const int *)arg;
	char byte;
	ssize_t n = recv(fd, &byte, 1, MSG_DONTWAIT);

	assert_true(n <= 0); /* it hears nothing */
	return n == 0 || errno != EAGAIN;
}

static void
near_and_far_neighbors_share_a_listener(void **state)
{
	struct world *w = *state;
	struct session_status status;
	int stranger;

	rig_reload(&w->rig, SECRET("ttl-security = 1"));
	w->secret.guard = (struct config_guard){ .ttl_security = 1 };
	rig_bring_up(&w->rig, &w->plain, "127.0.0.3");
	stranger = dial("127.0.0.2", "127.0.0.1", w->rig.bgp_port, &nothing, 64);
	assert_true(comes(stranger, POLLOUT));
	/* it may connect, but what it says is not heard, not even what it says first */
	assert_int_equal(
	    write(stranger, "nonsense that would end any session", 35), 35);
	assert_true(rig_wait(&w->rig, is_hung_up, &stranger));
	rig_bring_up(&w->rig, &w->secret, "127.0.0.2");
	session_status(&w->rig.daemon.routers[0]->sessions[0], &status);
	assert_string_equal(status.failed, "");
	close(stranger);
}

static bool
has_failed(void *arg)
{
	struct world *w = arg;
	struct session_status status;

	session_status(&w->rig.daemon.routers[0]->sessions[0], &status);
	return *status.failed;
}

static bool
kernel_has_ao(void)
{
	const struct config_guard guard = { .ao_key = "swordfish" };
	uint16_t port;
	int fd = listen_at("127.0.0.1", "127.0.0.2", &guard, 0, &port);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* Where the kernel has no TCP-AO, that is said in words. */
static void
what_the_kernel_lacks_is_said(void **state)
{
	struct world *w = *state;
	struct session_status status;

	rig_reload(&w->rig, SECRET("ao-key = swordfish; connect = yes; "
				   "neighbor-port = 1"));
	if (!kernel_has_ao()) {
		assert_true(rig_wait(&w->rig, has_failed, w));
		session_status(&w->rig.daemon.routers[0]->sessions[0], &status);
		assert_string_equal(status.failed,
		    "cannot connect: this kernel has no TCP-AO: it takes Linux 6.7 "
		    "with CONFIG_TCP_AO");
	}
	/* whatever becomes of it, the other neighbor finds its listener */
	rig_bring_up(&w->rig, &w->plain, "127.0.0.3");
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_password_is_demanded),
		cmocka_unit_test(the_longest_password_counts_whole),
		cmocka_unit_test(an_authentication_option_is_demanded),
		cmocka_unit_test(distances_become_ttls),
		cmocka_unit_test(only_the_near_are_heard),
		TEST(one_listener_serves_those_with_and_without),
		TEST(another_password_begins_another_session),
		TEST(near_and_far_neighbors_share_a_listener),
		TEST(what_the_kernel_lacks_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
