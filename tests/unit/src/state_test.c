/* The file that outlives armd: what the next one finds in it, and when it does not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "clock.h"
#include "rib/rib.h"
#include "state.h"
#include "state_log.h"

#define ROUTER_ID 0x0a000042
#define DAY 86400

struct world {
	char directory[64], path[128];
	uint32_t router_id;
	uint64_t age_max_s;
	struct rib *rib;
	struct state *state;
	bool kept;
	char got[512]; /* what the rib remembers, as text */
	unsigned count;
};

static void
take(void *arg, const struct rib_memory *memory)
{
	struct world *w = arg;
	char text[PREFIX_TEXT_MAX];
	size_t len = strlen(w->got);

	snprintf(w->got + len, sizeof w->got - len, "%s%s ",
	    memory->kind == RIB_GONE ? "-" : "+", prefix_text(&memory->prefix, text));
	w->count++;
}

/* What the rib remembers of both families. */
static const char *
remembered(struct world *w)
{
	w->got[0] = '\0';
	w->count = 0;
	for (int f = 0; f < FAMILIES; f++)
		rib_each_memory(w->rib, (enum family)f, take, w);
	return w->got;
}

static void
start(struct world *w)
{
	const struct rib_limits limits = {
		.prefixes = { 1000, 1000 },
		.attributes = 100,
		.active = 1000,
		.seed = 1,
	};

	w->rib = rib_new(&limits);
	w->state = state_open(
	    w->directory, "r", w->router_id, w->age_max_s, w->rib, &w->kept);
}

/* armd dies without writing what it would at its end, and another one starts. */
static void
die(struct world *w)
{
	char saved[160];

	snprintf(saved, sizeof saved, "%s.saved", w->path);
	assert_int_equal(rename(w->path, saved), 0);
	state_close(w->state, w->rib);
	rib_free(w->rib);
	assert_int_equal(rename(saved, w->path), 0);
	start(w);
}

static int
setup(void **state)
{
	static struct world world;

	log_open(false, getenv("TEST_LOG") ? LOG_LEVEL_DEBUG : LOG_LEVEL_ERROR);
	memset(&world, 0, sizeof world);
	world.router_id = ROUTER_ID;
	world.age_max_s = DAY;
	strcpy(world.directory, "/tmp/armd-state-test-XXXXXX");
	assert_non_null(mkdtemp(world.directory));
	snprintf(world.path, sizeof world.path, "%s/r.state", world.directory);
	start(&world);
	*state = &world;
	return 0;
}

static int
teardown(void **state)
{
	struct world *w = *state;

	state_remove(w->state);
	rib_free(w->rib);
	assert_int_equal(rmdir(w->directory), 0); /* nothing else was left in it */
	return 0;
}

static struct rib_change
change(const char *text)
{
	struct rib_change ret = { .op = *text == '-' ? RIB_WITHDRAW : RIB_ANNOUNCE };

	assert_true(prefix_parse(text + 1, &ret.prefix));
	return ret;
}

static void
append(struct world *w, const char *first, const char *second)
{
	struct rib_change changes[2] = { change(first), change(second) };

	state_append(w->state, w->rib, changes, 2);
}

static void
nothing_is_no_state(void **state)
{
	struct world *w = *state;
	bool kept = true;

	assert_false(w->kept);
	assert_string_equal(remembered(w), "");
	assert_int_equal(access(w->path, F_OK), -1);
	assert_null(state_open("", "r", ROUTER_ID, DAY, w->rib, &kept));
	assert_false(kept);
	/* and no state takes everything */
	state_append(NULL, w->rib, NULL, 0);
	state_tick(NULL, w->rib);
	state_save(NULL, w->rib, ROUTER_ID);
	state_remove(NULL);
	state_close(NULL, w->rib);
}

static void
changes_outlive_a_death(void **state)
{
	struct world *w = *state;

	append(w, "+198.51.100.0/24", "+2001:db8::/32");
	append(w, "-198.51.100.0/24", "+192.0.2.0/24");
	die(w);
	assert_true(w->kept);
	assert_string_equal(remembered(w),
	    "+198.51.100.0/24 -198.51.100.0/24 +192.0.2.0/24 +2001:db8::/32 ");
	/* also the next one's, which begins with what it has read */
	append(w, "+203.0.113.0/24", "-192.0.2.0/24");
	die(w);
	assert_true(w->kept);
	assert_string_equal(remembered(w),
	    "+198.51.100.0/24 -198.51.100.0/24 +192.0.2.0/24 +203.0.113.0/24 "
	    "-192.0.2.0/24 +2001:db8::/32 ");
}

static void
an_end_keeps_what_the_rib_remembers(void **state)
{
	struct world *w = *state;

	append(w, "+198.51.100.0/24", "+2001:db8::/32");
	die(w);
	append(w, "+192.0.2.0/24", "+192.0.2.0/25");
	state_close(w->state, w->rib);
	rib_free(w->rib);
	start(w);
	assert_true(w->kept);
	/* the changes were made up: the rib does not know of them */
	assert_string_equal(remembered(w), "+198.51.100.0/24 +2001:db8::/32 ");
}

static void
half_a_change_is_left_out(void **state)
{
	struct world *w = *state;
	struct stat st;

	append(w, "+198.51.100.0/24", "+2001:db8::/32");
	append(w, "-198.51.100.0/24", "+192.0.2.0/24");
	assert_int_equal(stat(w->path, &st), 0);
	assert_int_equal(truncate(w->path, st.st_size - 1), 0);
	die(w);
	assert_true(w->kept);
	assert_string_equal(remembered(w), "+198.51.100.0/24 +2001:db8::/32 ");
}

static void
what_is_torn_is_ignored(void **state)
{
	struct world *w = *state;

	append(w, "+198.51.100.0/24", "+2001:db8::/32");
	assert_int_equal(truncate(w->path, 20), 0);
	die(w);
	assert_false(w->kept);
	assert_string_equal(remembered(w), "");
	/* and replaced */
	append(w, "+192.0.2.0/24", "+192.0.2.0/25");
	die(w);
	assert_true(w->kept);
	assert_string_equal(remembered(w), "+192.0.2.0/24 +192.0.2.0/25 ");
}

static void
a_file_that_cannot_be_read_is_ignored(void **state)
{
	struct world *w = *state;

	assert_int_equal(mkdir(w->path, 0700), 0);
	die(w);
	assert_false(w->kept);
	assert_int_equal(rmdir(w->path), 0);
}

/* Whoever dies at its first change leaves all of it or nothing. */
static void
the_first_change_is_not_to_be_had_by_halves(void **state)
{
	struct world *w = *state;
	struct stat st;

	append(w, "+198.51.100.0/24", "-2001:db8::/32");
	assert_int_equal(stat(w->path, &st), 0);
	assert_int_equal(truncate(w->path, st.st_size - 1), 0);
	die(w);
	assert_false(w->kept);
}

static void
a_router_may_get_another_id(void **state)
{
	struct world *w = *state;

	append(w, "+198.51.100.0/24", "+2001:db8::/32");
	die(w);
	w->router_id++;
	state_save(w->state, w->rib, w->router_id);
	die(w);
	assert_true(w->kept);
	assert_string_equal(remembered(w), "+198.51.100.0/24 +2001:db8::/32 ");
}

/* A file of somebody else's, of one route. */
static void
write_state(struct world *w, const struct state_head *head)
{
	struct rib_memory memory = { .prefix = change("+192.0.2.0/24").prefix };
	int fd = open(w->path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	struct state_frame frame = { 0 };
	const uint8_t *bytes;
	size_t len;

	assert_true(fd >= 0);
	state_frame_begin_snapshot(&frame, head);
	state_frame_add(&frame, &memory);
	bytes = state_frame_end(&frame, &len);
	assert_int_equal(write(fd, bytes, len), len);
	close(fd);
	state_frame_fini(&frame);
}

static void
only_a_fresh_state_of_the_same_router_counts(void **state)
{
	struct world *w = *state;
	struct state_head head = {
		.wall_ms = clock_wall_ms(),
		.router_id = ROUTER_ID,
		.clock = 1234,
	};

	write_state(w, &head);
	die(w);
	assert_string_equal(remembered(w), "+192.0.2.0/24 ");
	assert_false(w->kept); /* of another boot: the targets may know better */
	assert_true(rib_clock(w->rib) == 1234);

	head.router_id++;
	write_state(w, &head);
	die(w);
	assert_string_equal(remembered(w), "");
	assert_true(rib_clock(w->rib) == 0);

	head.router_id--;
	head.wall_ms -= (DAY + 600) * 1000ull;
	write_state(w, &head);
	die(w);
	assert_string_equal(remembered(w), "");
}

/* The head of what was saved last. */
static struct state_head
saved_head(struct world *w)
{
	uint8_t bytes[4096];
	struct state_head head;
	const char *why;
	size_t cut;
	int fd = open(w->path, O_RDONLY);
	ssize_t len = read(fd, bytes, sizeof bytes);

	assert_true(len > 0);
	close(fd);
	assert_true(state_log_read(bytes, (size_t)len, &head, &cut, NULL, NULL, &why));
	return head;
}

/* As if it were mounted read-only: the last armd cannot have kept it up either. */
static void
where_nothing_can_be_written_nothing_is_in_force(void **state)
{
	struct world *w = *state;
	struct state_head head;
	uid_t user = geteuid();

	append(w, "+198.51.100.0/24", "+2001:db8::/32");
	head = saved_head(w);
	state_close(w->state, w->rib);
	rib_free(w->rib);
	write_state(w, &head);
	assert_int_equal(chmod(w->path, 0644), 0);
	assert_int_equal(chmod(w->directory, 0555), 0);
	assert_int_equal(seteuid(user ? user : 65534), 0);
	start(w);
	assert_int_equal(seteuid(user), 0);
	assert_int_equal(chmod(w->directory, 0700), 0);
	assert_false(w->kept);
	assert_string_equal(remembered(w), "+192.0.2.0/24 ");
}

/* Set right while armd was down, it makes no state old, and none young. */
static void
the_wall_clock_may_jump(void **state)
{
	struct world *w = *state;
	struct state_head head;

	append(w, "+198.51.100.0/24", "+2001:db8::/32");
	head = saved_head(w);
	for (int i = 0; i < 2; i++) {
		head.wall_ms += (i ? 4 : -2) * DAY * 1000ull;
		write_state(w, &head);
		die(w);
		assert_true(w->kept);
		assert_string_equal(remembered(w), "+192.0.2.0/24 ");
	}
	assert_true(head.boot_ms > 60000); /* the host is up so long */
	head.boot_ms -= 60000;
	w->age_max_s = 1;
	write_state(w, &head);
	die(w);
	assert_false(w->kept);
	assert_string_equal(remembered(w), "");
}

static void
the_log_does_not_grow_for_ever(void **state)
{
	struct world *w = *state;
	struct stat st;
	off_t most = 0;

	for (int i = 0; i < 50000; i++) {
		append(w, "+2001:db8::1/128", "-2001:db8::1/128");
		state_tick(w->state, w->rib);
		assert_int_equal(stat(w->path, &st), 0);
		most = st.st_size > most ? st.st_size : most;
	}
	assert_true(most > 200000 && most < 400000);
}

static void
a_full_disk_leaves_no_half_truth(void **state)
{
	struct world *w = *state;
	struct rlimit old, limit;

	signal(SIGXFSZ, SIG_IGN);
	append(w, "+198.51.100.0/24", "+2001:db8::/32");
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	limit = old;
	limit.rlim_cur = 90;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	append(w, "-198.51.100.0/24", "-2001:db8::/32");
	append(w, "-198.51.100.0/24", "-2001:db8::/32");
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	assert_int_equal(access(w->path, F_OK), -1);
	append(w, "+198.51.100.0/24", "+2001:db8::/32"); /* not at once */
	state_tick(w->state, w->rib);
	assert_int_equal(access(w->path, F_OK), -1);
	state_close(w->state, w->rib); /* but at last */
	assert_int_equal(access(w->path, F_OK), 0);
	rib_free(w->rib);
	start(w);
	assert_true(w->kept);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(nothing_is_no_state),
		TEST(changes_outlive_a_death),
		TEST(an_end_keeps_what_the_rib_remembers),
		TEST(half_a_change_is_left_out),
		TEST(what_is_torn_is_ignored),
		TEST(a_file_that_cannot_be_read_is_ignored),
		TEST(the_first_change_is_not_to_be_had_by_halves),
		TEST(a_router_may_get_another_id),
		TEST(where_nothing_can_be_written_nothing_is_in_force),
		TEST(the_wall_clock_may_jump),
		TEST(only_a_fresh_state_of_the_same_router_counts),
		TEST(the_log_does_not_grow_for_ever),
		TEST(a_full_disk_leaves_no_half_truth),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
