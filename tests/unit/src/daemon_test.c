/* Reloads that cannot have all they want. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <jansson.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "helpers/rig.h"

#define ROUTERS                                                 \
	"router \"leaf1\" { as = 65000; router-id = 10.0.0.1; " \
	"rib \"in\" { neighbor = 127.0.0.2; local = 127.0.0.1; port = @port } }"
#define STATUS "/api/v1/status"

/* A socket that listens on a port of its own. */
static int
occupy(uint16_t *retport)
{
	struct sockaddr_in sin = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof sin;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&sin, sizeof sin), 0);
	assert_int_equal(listen(fd, 1), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&sin, &len), 0);
	*retport = ntohs(sin.sin_port);
	return fd;
}

static void
an_api_that_cannot_move_stays(void **state)
{
	struct rig rig;
	uint16_t before, port;
	int fd;

	(void)state;
	rig_start(&rig, ROUTERS);
	before = rig.http_port;
	fd = occupy(&port);
	/* twice: the second must not fall back to what the first could not have */
	for (int i = 0; i < 2; i++) {
		rig.http_port = port;
		rig_reload(&rig, ROUTERS);
		rig.http_port = before;
		json_decref(rig_get(&rig, STATUS, NULL, 200));
	}
	close(fd);
	rig.http_port = port;
	rig_reload(&rig, ROUTERS);
	json_decref(rig_get(&rig, STATUS, NULL, 200));
	rig_stop(&rig);
}

static void
a_daemon_may_end_with_an_older_api(void **state)
{
	struct rig rig;
	uint16_t port;
	int fd;

	(void)state;
	rig_start(&rig, ROUTERS);
	fd = occupy(&port);
	rig.http_port = port;
	rig_reload(&rig, ROUTERS);
	rig_stop(&rig);
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_api_that_cannot_move_stays),
		cmocka_unit_test(a_daemon_may_end_with_an_older_api),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
