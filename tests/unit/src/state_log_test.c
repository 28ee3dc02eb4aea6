/* The saved state as bytes: what comes back, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "state_log.h"

#define READ_MAX 64

static const struct state_head head = {
	.wall_ms = 1234567890123,
	.boot_ms = 3456789,
	.router_id = 0x0a000042,
	.boot = { 1, 2, 3, 15 },
	.clock = 98765.25,
};

struct world {
	uint8_t bytes[4096];
	size_t len;
	size_t ends[4]; /* of the frames */
	size_t frames;
	struct rib_memory read[READ_MAX];
	size_t n_read;
};

static struct rib_memory
memory(const char *text, enum rib_memory_kind kind, uint32_t samples)
{
	struct rib_memory ret = { .kind = kind };

	assert_true(prefix_parse(text, &ret.prefix));
	if (samples)
		ret.rate = (struct rib_rate){ samples, 1.5F, 300, 800, 1, 0.25F };
	return ret;
}

static struct rib_memory
with_paths(struct rib_memory memory, uint16_t paths)
{
	memory.paths = paths;
	return memory;
}

static void
keep_frame(struct world *w, struct state_frame *frame)
{
	size_t len;
	const uint8_t *bytes = state_frame_end(frame, &len);

	memcpy(w->bytes + w->len, bytes, len);
	w->len += len;
	w->ends[w->frames++] = w->len;
}

static void
add(struct state_frame *frame, struct rib_memory memory)
{
	state_frame_add(frame, &memory);
}

/* A snapshot of three routes, and two frames of changes. */
static void
make_log(struct world *w)
{
	struct state_frame frame = { 0 };

	memset(w, 0, sizeof *w);
	state_frame_begin_snapshot(&frame, &head);
	add(&frame, memory("198.51.100.0/24", RIB_HELD, 7));
	add(&frame, memory("2001:db8::/33", RIB_HELD, 0));
	add(&frame, memory("192.0.2.1/32", RIB_GONE, 0));
	keep_frame(w, &frame);
	state_frame_begin(&frame);
	add(&frame, with_paths(memory("2001:db8::1/128", RIB_HELD, 0), 256));
	add(&frame, memory("198.51.100.0/24", RIB_GONE, 0));
	keep_frame(w, &frame);
	state_frame_begin(&frame);
	add(&frame, memory("203.0.112.0/20", RIB_KNOWN, 3));
	keep_frame(w, &frame);
	state_frame_fini(&frame);
}

static void
take(void *arg, const struct rib_memory *memory)
{
	struct world *w = arg;

	assert_true(w->n_read < READ_MAX);
	w->read[w->n_read++] = *memory;
}

static const char *
read_log(struct world *w, size_t len, size_t *retcut)
{
	uint8_t *exact = malloc(
	    len ? len : 1); /* so that ASan sees one byte too many */
	struct state_head got;
	const char *why = NULL;

	memcpy(exact, w->bytes, len);
	w->n_read = 0;
	if (state_log_read(exact, len, &got, retcut, take, w, &why)) {
		assert_null(why);
		assert_int_equal(got.wall_ms, head.wall_ms);
		assert_int_equal(got.boot_ms, head.boot_ms);
		assert_int_equal(got.router_id, head.router_id);
		assert_memory_equal(got.boot, head.boot, sizeof head.boot);
		assert_true(got.clock == head.clock);
	}
	free(exact);
	return why;
}

static void
check_memory(const struct rib_memory *got, struct rib_memory want)
{
	assert_true(prefix_equal(&got->prefix, &want.prefix));
	assert_int_equal(got->kind, want.kind);
	assert_int_equal(got->paths, want.paths);
	assert_memory_equal(&got->rate, &want.rate, sizeof want.rate);
}

static void
what_is_written_comes_back(void **state)
{
	struct world w;
	size_t cut = 1;

	(void)state;
	make_log(&w);
	assert_null(read_log(&w, w.len, &cut));
	assert_int_equal(cut, 0);
	assert_int_equal(w.n_read, 6);
	check_memory(&w.read[0], memory("198.51.100.0/24", RIB_HELD, 7));
	check_memory(&w.read[1], memory("2001:db8::/33", RIB_HELD, 0));
	check_memory(&w.read[2], memory("192.0.2.1/32", RIB_GONE, 0));
	check_memory(
	    &w.read[3], with_paths(memory("2001:db8::1/128", RIB_HELD, 0), 256));
	check_memory(&w.read[4], memory("198.51.100.0/24", RIB_GONE, 0));
	check_memory(&w.read[5], memory("203.0.112.0/20", RIB_KNOWN, 3));
}

/* Cut anywhere: nothing of a frame that is not whole, all of those before it. */
static void
every_truncation_is_seen(void **state)
{
	static const size_t records[] = { 3, 5, 6 };
	struct world w;

	(void)state;
	make_log(&w);
	for (size_t len = 0; len < w.len; len++) {
		size_t cut = SIZE_MAX, whole = 0;
		const char *why = read_log(&w, len, &cut);

		if (len < w.ends[0]) {
			assert_string_equal(
			    why, len < 8 ? "it is no state of armd" : "it is torn");
			continue;
		}
		assert_null(why);
		while (whole + 1 < w.frames && len >= w.ends[whole + 1])
			whole++;
		assert_int_equal(cut, len - w.ends[whole]);
		assert_int_equal(w.n_read, records[whole]);
	}
}

/* No byte of a payload can be another one. */
static void
every_flip_is_seen(void **state)
{
	struct world w;
	size_t cut;

	(void)state;
	make_log(&w);
	for (size_t at = 0; at < w.len; at++) {
		const char *why;

		w.bytes[at] ^= 0x10;
		why = read_log(&w, w.len, &cut);
		/* a length may look like that of a frame that was cut */
		assert_true(why || cut > 0);
		w.bytes[at] ^= 0x10;
	}
}

static void
an_empty_set_is_a_state(void **state)
{
	struct state_frame frame = { 0 };
	struct world w = { .len = 0 };
	size_t cut;

	(void)state;
	state_frame_begin_snapshot(&frame, &head);
	keep_frame(&w, &frame);
	state_frame_fini(&frame);
	assert_null(read_log(&w, w.len, &cut));
	assert_int_equal(w.n_read, 0);
}

/* Records that no armd writes, with checksums that are right. */
static void
what_cannot_be_is_refused(void **state)
{
	static const struct {
		uint8_t bytes[32];
		size_t len;
	} rows[] = {
		{ { 3, 0, 0 }, 3 },                 /* no such kind */
		{ { 0x20, 0, 0 }, 3 },              /* nor this */
		{ { 0x40, 0, 0, 0, 1 }, 5 },        /* one path is not several */
		{ { 0x40, 0, 0, 1, 1 }, 5 },        /* too many paths */
		{ { 0, 2, 0 }, 3 },                 /* no such family */
		{ { 0, 0, 33, 1, 2, 3, 4, 5 }, 8 }, /* too long for IPv4 */
		{ { 0, 0, 24, 1, 2 }, 5 },          /* ends early */
		/* a rate that is no number */
		{ { 0x80, 0, 0, 0, 0, 0, 1, 0x7f, 0xc0, 0, 0 }, 27 },
		/* and one below zero */
		{ { 0x80, 0, 0, 0, 0, 0, 1, 0xbf, 0x80, 0, 0 }, 27 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct state_frame frame = { 0 };
		struct world w = { .len = 0 };
		size_t cut;

		state_frame_begin_snapshot(&frame, &head);
		wr_bytes(&frame.wr, rows[i].bytes, rows[i].len);
		keep_frame(&w, &frame);
		state_frame_fini(&frame);
		assert_string_equal(read_log(&w, w.len, &cut), "a record is damaged");
	}
}

static void
many_records_fit(void **state)
{
	struct state_frame frame = { 0 };
	struct state_head got;
	const char *why;
	size_t len, cut;

	(void)state;
	state_frame_begin_snapshot(&frame, &head);
	for (int i = 0; i < 100000; i++)
		add(&frame, memory("2001:db8::1/128", RIB_HELD, 1));
	state_frame_end(&frame, &len);
	assert_true(state_log_read(frame.wr.bytes, len, &got, &cut, NULL, NULL, &why));
	state_frame_fini(&frame);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_comes_back),
		cmocka_unit_test(every_truncation_is_seen),
		cmocka_unit_test(every_flip_is_seen),
		cmocka_unit_test(an_empty_set_is_a_state),
		cmocka_unit_test(what_cannot_be_is_refused),
		cmocka_unit_test(many_records_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
