#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "helpers/mrt_build.h"
#include "helpers/pcap_file.h"
#include "rib/nexthop.h"
#include "sim_changes.h"
#include "sim_file.h"
#include "sim_rib.h"

#define SECOND 1000000ull

/* Reads all changes: writes "TIME PREFIX NEXTHOPS;" of each, and returns the status. */
static int
read_all(const void *bytes, size_t len, char *all, char *why)
{
	struct sim_changes *changes;
	struct sim_change change;
	struct sim_rib rib;
	int status;

	sim_rib_init(&rib, false);
	changes = sim_changes_take(sim_file_memory("f", bytes, len), &rib);
	*all = '\0';
	while ((status = sim_changes_next(changes, &change, why)) > 0) {
		char text[PREFIX_TEXT_MAX];
		const struct nexthop *nexthops;
		size_t n;

		all += sprintf(all, "%llu.%06llu %s",
		    (unsigned long long)(change.us / SECOND),
		    (unsigned long long)(change.us % SECOND),
		    prefix_text(&change.prefix, text));
		nexthops = fwkey_nexthops(
		    rib.keys, sim_rib_key(&rib, change.attrs), &n);
		for (size_t i = 0; i < n; i++) {
			struct addr addr = nexthop_addr(&nexthops[i]);

			all += sprintf(all, " %s", addr_text(&addr, text));
		}
		all += sprintf(all, ";");
	}
	sim_changes_close(changes);
	assert_int_equal(fwkeys_count(rib.keys), 0);
	sim_rib_fini(&rib);
	return status;
}

static void
lines_are_read(void **state)
{
	static const char text[] =
	    "# time a or w prefix\n"
	    "1700000000 a 198.51.100.0/24 192.0.2.1\n"
	    "1700000000.5 a 198.51.100.0/24 192.0.2.2 192.0.2.1\n\n"
	    "1700000000.500001 w 198.51.100.0/24\n"
	    "1700000001.1234567 a 2001:db8::/32 2001:db8::1\r\n";
	char all[1024], why[SIM_ERROR_MAX];

	(void)state;
	assert_int_equal(read_all(text, strlen(text), all, why), 0);
	assert_string_equal(all,
	    "1700000000.000000 198.51.100.0/24 192.0.2.1;"
	    "1700000000.500000 198.51.100.0/24 192.0.2.1 192.0.2.2;"
	    "1700000000.500001 198.51.100.0/24;"
	    "1700000001.123456 2001:db8::/32 2001:db8::1;");
}

static void
bad_lines_are_named(void **state)
{
	static const struct {
		const char *text, *why;
	} rows[] = {
		{ "now w 192.0.2.0/24", "f:1: 'now': this is no time" },
		{ "1. w 192.0.2.0/24", "f:1: '1.': this is no time" },
		{ "-1 w 192.0.2.0/24", "f:1: '-1': this is no time" },
		{ "2 w 192.0.2.0/24\n1.999999 w 192.0.2.0/24",
		    "f:2: '1.999999': this is older than what stands before it" },
		{ "1", "f:1: '1': neither a nor w" },
		{ "1 x 192.0.2.0/24", "f:1: 'x': neither a nor w" },
		{ "1 w", "f:1: 'w': this is no prefix" },
		{ "1 w 192.0.2.0/33", "f:1: '192.0.2.0/33': this is no prefix" },
		{ "1 a 192.0.2.0/24", "f:1: '192.0.2.0/24': an announcement without a "
				      "next hop" },
		{ "1 a 192.0.2.0/24 x", "f:1: 'x': this is no next hop" },
		{ "1 w 192.0.2.0/24 192.0.2.1",
		    "f:1: '192.0.2.0/24': a withdrawal with "
		    "something behind it" },
	};
	char all[1024], why[SIM_ERROR_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_int_equal(
		    read_all(rows[i].text, strlen(rows[i].text), all, why), -1);
		assert_string_equal(why, rows[i].why);
	}
}

static size_t
make_mrt(uint8_t *bytes, size_t cap)
{
	struct wr wr;
	size_t at;

	wr_init(&wr, bytes, cap);
	mrt_update(&wr, 1700000000, false, "198.51.100.0/24", "192.0.2.1");
	mrt_update(&wr, 1700000000, true, "198.51.100.0/24", "192.0.2.2");
	at = mrt_open(&wr, 1700000001, 16, 5); /* a change of state */
	wr_u32(&wr, 0);
	mrt_close(&wr, at);
	mrt_update(&wr, 1700000001, true, "198.51.100.0/24", NULL);
	return wr.len;
}

static void
mrt_is_read(void **state)
{
	char all[1024], why[SIM_ERROR_MAX];
	uint8_t bytes[1024];
	size_t len = make_mrt(bytes, sizeof bytes);

	(void)state;
	assert_int_equal(read_all(bytes, len, all, why), 0);
	assert_string_equal(all, "1700000000.000000 198.51.100.0/24 192.0.2.1;"
				 "1700000000.250000 198.51.100.0/24 192.0.2.2;"
				 "1700000001.250000 198.51.100.0/24;");
}

static void
mrt_cut_short_is_refused(void **state)
{
	char all[1024], why[SIM_ERROR_MAX];
	uint8_t bytes[1024];
	size_t len = make_mrt(bytes, sizeof bytes), errors = 0;

	(void)state;
	for (size_t cut = 5; cut < len; cut++) {
		why[0] = '\0';
		if (read_all(bytes, cut, all, why) < 0) {
			assert_non_null(strstr(why, "f: record at offset "));
			errors++;
		}
	}
	assert_int_equal(errors, len - 5 - 3); /* but at the ends of three records */
}

static void
mrt_out_of_order_is_refused(void **state)
{
	char all[1024], why[SIM_ERROR_MAX];
	uint8_t bytes[1024];
	struct wr wr;

	(void)state;
	wr_init(&wr, bytes, sizeof bytes);
	mrt_update(&wr, 1700000000, true, "198.51.100.0/24", "192.0.2.1");
	mrt_update(&wr, 1700000000, false, "198.51.100.0/24", NULL);
	assert_int_equal(read_all(bytes, wr.len, all, why), -1);
	assert_non_null(strstr(why, "it is older than the one before it"));
}

/* Streams that collectors wrote, with as many prefixes as bgpdump counts in them. */
static void
real_streams_are_read(void **state)
{
	static const struct {
		const char *name;
		unsigned announced, withdrawn, skipped;
	} rows[] = {
		{ "bgp/mrt/collector-et-2024.updates.bz2", 159, 109, 0 },
		{ "bgp/mrt/rrc06-20150401.updates.gz", 1435, 122, 34 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		unsigned announced = 0, withdrawn = 0;
		char path[512], why[SIM_ERROR_MAX];
		struct sim_changes *changes;
		struct sim_change change;
		struct sim_rib rib;

		if (access(shared_path(rows[i].name, path, sizeof path), R_OK) != 0) {
			print_message("skipped: %s is not there\n", path);
			skip();
		}
		sim_rib_init(&rib, false);
		changes = sim_changes_open(path, &rib, why);
		assert_non_null(changes);
		while (sim_changes_next(changes, &change, why) > 0) {
			announced += change.attrs != 0;
			withdrawn += change.attrs == 0;
		}
		assert_int_equal(announced, rows[i].announced);
		assert_int_equal(withdrawn, rows[i].withdrawn);
		assert_int_equal(sim_changes_skipped(changes), rows[i].skipped);
		sim_changes_close(changes);
		sim_rib_fini(&rib);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_read),
		cmocka_unit_test(bad_lines_are_named),
		cmocka_unit_test(mrt_is_read),
		cmocka_unit_test(mrt_cut_short_is_refused),
		cmocka_unit_test(mrt_out_of_order_is_refused),
		cmocka_unit_test(real_streams_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
