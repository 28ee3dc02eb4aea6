/* The end of a connection: whether the other side could read all that it was sent. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <event2/event.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/prefix.h"
#include "clock.h"
#include "conn.h"
#include "net.h"
#include "socket.h"

#define MESSAGES 2000
#define MESSAGE_LEN 1000
#define PATIENCE_MS 20000

struct world {
	struct event_base *base;
	struct conn conn;
	pid_t other;
};

static void
on_progress(struct conn *conn, bool waiting)
{
	(void)conn;
	(void)waiting;
}

static const struct conn_handler handler = { .progress = on_progress };

/* Reads bit by bit, says something now and then, and gives up at any error. */
static int
be_read(int fd)
{
	size_t got = 0;
	char bytes[4096];
	ssize_t n;

	while ((n = read(fd, bytes, sizeof bytes)) > 0) {
		got += (size_t)n;
		if (write(fd, "x", 1) != 1)
			return 2;
		poll(NULL, 0, 1); /* what it takes to think about that */
	}
	return n == 0 && got == MESSAGES * MESSAGE_LEN ? 0 : 1;
}

/* A connection over loopback to a process that reads, or does nothing. */
static void
connect_to_other(struct world *w, bool reads)
{
	struct sockaddr_storage sa;
	socklen_t len = sizeof sa;
	struct addr local;
	int listener, fd, here;

	assert_true(addr_parse("127.0.0.1", &local));
	listener = socket_bound(&local, 0, SOCK_STREAM);
	assert_true(listener >= 0);
	assert_int_equal(listen(listener, 1), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *)&sa, &len), 0);
	w->other = fork();
	assert_true(w->other >= 0);
	if (w->other == 0) {
		fd = socket(AF_INET, SOCK_STREAM, 0);
		close(listener);
		if (connect(fd, (struct sockaddr *)&sa, len) != 0)
			_exit(3);
		_exit(reads ? be_read(fd) : pause());
	}
	assert_int_equal(
	    poll(&(struct pollfd){ .fd = listener, .events = POLLIN }, 1, PATIENCE_MS),
	    1);
	here = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	assert_true(here >= 0);
	close(listener);
	conn_open(&w->conn, here, false);
}

static int
setup(void **state)
{
	static struct world world;

	world.base = event_base_new();
	conn_init(&world.conn, world.base, &handler, NULL);
	*state = &world;
	return 0;
}

static int
teardown(void **state)
{
	struct world *w = *state;

	conn_fini(&w->conn);
	event_base_free(w->base);
	return 0;
}

static void
say_much(struct world *w)
{
	static const char message[MESSAGE_LEN];

	for (int i = 0; i < MESSAGES; i++)
		conn_send(&w->conn, message, sizeof message);
	conn_flush(&w->conn);
}

static void
what_was_sent_is_read(void **state)
{
	struct world *w = *state;
	int status;

	connect_to_other(w, true);
	say_much(w);
	conn_finish(&w->conn, clock_ms() + PATIENCE_MS);
	conn_close(&w->conn);
	assert_int_equal(waitpid(w->other, &status, 0), w->other);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void
who_does_not_read_is_not_waited_for(void **state)
{
	struct world *w = *state;
	uint64_t until = clock_ms() + 20;

	connect_to_other(w, false);
	say_much(w);
	conn_finish(&w->conn, until);
	assert_true(clock_ms() >= until);
	conn_close(&w->conn);
	kill(w->other, SIGKILL);
	assert_int_equal(waitpid(w->other, NULL, 0), w->other);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(what_was_sent_is_read),
		TEST(who_does_not_read_is_not_waited_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
