#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <bzlib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "helpers/mrt_build.h"
#include "helpers/pcap_file.h"
#include "rib/nexthop.h"
#include "sim_file.h"
#include "sim_rib.h"

/* Reads `len` bytes as a file called f. */
static bool
read_bytes(
    struct sim_rib *rib, bool multipath, const void *bytes, size_t len, char *why)
{
	struct sim_file *file = sim_file_memory("f", bytes, len);
	bool done;

	sim_rib_init(rib, multipath);
	done = sim_rib_read_file(rib, file, why);
	sim_file_close(file);
	return done;
}

static bool
read_text(struct sim_rib *rib, bool multipath, const char *text, char *why)
{
	return read_bytes(rib, multipath, text, strlen(text), why);
}

/* "192.0.2.1 192.0.2.2", or "" if there is no such route. */
static const char *
nexthops_of(const struct sim_rib *rib, const char *text)
{
	static char all[256];
	const struct nexthop *nexthops;
	struct prefix prefix;
	const uint32_t *attrs;
	size_t n = 0;

	assert_true(prefix_parse(text, &prefix));
	attrs = trie_find(&rib->routes[prefix.family], prefix.bits, prefix.len);
	nexthops = fwkey_nexthops(rib->keys, sim_rib_key(rib, attrs ? *attrs : 0), &n);
	all[0] = '\0';
	for (size_t i = 0; i < n; i++) {
		struct addr addr = nexthop_addr(&nexthops[i]);
		char word[ADDR_TEXT_MAX];

		if (i)
			strcat(all, " ");
		strcat(all, addr_text(&addr, word));
	}
	return all;
}

static void
lines_are_read(void **state)
{
	static const char text[] = "# a comment\n\n"
				   "0.0.0.0/0 192.0.2.1 64500 64501\r\n"
				   "198.51.100.0/24\t192.0.2.2\n"
				   "198.51.100.0/24 192.0.2.3 {64500,64501}\n"
				   "2001:db8::/32 2001:db8::1\n"
				   "203.0.113.0/24 2001:db8::2";
	char why[SIM_ERROR_MAX];
	struct sim_rib rib;

	(void)state;
	assert_true(read_text(&rib, false, text, why));
	assert_int_equal(rib.routes[FAMILY_IPV4].count, 3);
	assert_int_equal(rib.routes[FAMILY_IPV6].count, 1);
	assert_int_equal(rib.others, 1);
	assert_string_equal(nexthops_of(&rib, "0.0.0.0/0"), "192.0.2.1");
	assert_string_equal(nexthops_of(&rib, "198.51.100.0/24"), "192.0.2.2");
	assert_string_equal(nexthops_of(&rib, "2001:db8::/32"), "2001:db8::1");
	assert_string_equal(nexthops_of(&rib, "203.0.113.0/24"), "2001:db8::2");
	sim_rib_fini(&rib);

	assert_true(read_text(&rib, true, text, why));
	assert_string_equal(
	    nexthops_of(&rib, "198.51.100.0/24"), "192.0.2.2 192.0.2.3");
	sim_rib_fini(&rib);
}

static void
bgpdump_is_read(void **state)
{
	static const char text[] =
	    "TABLE_DUMP2|1277942400|B|203.0.113.9|64500|198.51.100.0/24|64500 64501|"
	    "IGP|192.0.2.7|0|0|64500:1|NAG||\n"
	    "TABLE_DUMP2|1277942400|B|2001:db8::9|64500|2001:db8:1::/48|64500|IGP|"
	    "2001:db8::7|0|0||NAG||\n";
	char why[SIM_ERROR_MAX];
	struct sim_rib rib;

	(void)state;
	assert_true(read_text(&rib, false, text, why));
	assert_string_equal(nexthops_of(&rib, "198.51.100.0/24"), "192.0.2.7");
	assert_string_equal(nexthops_of(&rib, "2001:db8:1::/48"), "2001:db8::7");
	sim_rib_fini(&rib);
}

static void
bad_lines_are_named(void **state)
{
	static const struct {
		const char *text, *why;
	} rows[] = {
		{ "", "f: there is no route in it" },
		{ "# nothing\n", "f: there is no route in it" },
		{ "192.0.2.0/24\n",
		    "f:1: '192.0.2.0/24': a prefix without a next hop" },
		{ "\n192.0.2.0/33 192.0.2.1\n",
		    "f:2: '192.0.2.0/33': this is no prefix" },
		{ "192.0.2.1/24 192.0.2.1\n",
		    "f:1: '192.0.2.1/24': this is no prefix" },
		{ "192.0.2.0/24 192.0.2.1\n10.0.0.0/8 gw\n",
		    "f:2: 'gw': this is no next hop" },
		{ "TABLE_DUMP2|1|B|1.2.3.4\n", "f:1: 'TABLE_DUMP2': fewer fields than "
					       "bgpdump -m writes" },
	};
	char why[SIM_ERROR_MAX];
	struct sim_rib rib;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_false(read_text(&rib, false, rows[i].text, why));
		assert_string_equal(why, rows[i].why);
		sim_rib_fini(&rib);
	}
}

static void
endless_lines_are_refused(void **state)
{
	size_t len = 2 * SIM_LINE_MAX;
	char *text = malloc(len), why[SIM_ERROR_MAX];
	struct sim_rib rib;

	(void)state;
	memset(text, 'x', len);
	assert_false(read_bytes(&rib, false, text, len, why));
	assert_string_equal(why, "f: offset 0: a line is too long to be one");
	sim_rib_fini(&rib);
	free(text);
}

static size_t
make_mrt(uint8_t *bytes, size_t cap)
{
	static const char *const two[] = { "192.0.2.1", "192.0.2.2" };
	static const char *const six[] = { "2001:db8::1" };
	struct wr wr;
	size_t at;

	wr_init(&wr, bytes, cap);
	mrt_peers(&wr, 2);
	mrt_rib(&wr, "0.0.0.0/0", false, two + 1, 1);
	mrt_rib(&wr, "198.51.100.0/24", false, two, 2);
	mrt_rib(&wr, "203.0.113.0/25", true, two, 2);
	mrt_rib(&wr, "2001:db8:1::/48", false, six, 1);
	mrt_rib(&wr, "2001:db8:2::/47", true, six, 1);
	at = mrt_open(&wr, 1700000000, 13, 6); /* RIB_GENERIC */
	wr_u32(&wr, 0);
	mrt_close(&wr, at);
	assert_false(wr.full);
	return wr.len;
}

static void
check_mrt(const struct sim_rib *rib, bool multipath)
{
	const char *both = multipath ? "192.0.2.1 192.0.2.2" : "192.0.2.1";

	assert_int_equal(rib->routes[FAMILY_IPV4].count, 3);
	assert_int_equal(rib->routes[FAMILY_IPV6].count, 2);
	assert_int_equal(rib->skipped, 1);
	assert_string_equal(nexthops_of(rib, "0.0.0.0/0"), "192.0.2.2");
	assert_string_equal(nexthops_of(rib, "198.51.100.0/24"), both);
	assert_string_equal(nexthops_of(rib, "203.0.113.0/25"), both);
	assert_string_equal(nexthops_of(rib, "2001:db8:1::/48"), "2001:db8::1");
	assert_string_equal(nexthops_of(rib, "2001:db8:2::/47"), "2001:db8::1");
}

static void
mrt_is_read(void **state)
{
	uint8_t bytes[2048];
	size_t len = make_mrt(bytes, sizeof bytes);
	char why[SIM_ERROR_MAX];
	struct sim_rib rib;

	(void)state;
	for (int multipath = 0; multipath < 2; multipath++) {
		assert_true(read_bytes(&rib, multipath, bytes, len, why));
		check_mrt(&rib, multipath);
		sim_rib_fini(&rib);
	}
}

/* True if a record ends here. */
static bool
is_whole(const uint8_t *bytes, size_t len)
{
	struct rd rd;

	rd_init(&rd, bytes, len);
	while (rd_left(&rd)) {
		uint32_t body;

		rd_bytes(&rd, 8);
		body = rd_u32(&rd);
		rd_bytes(&rd, body);
	}
	return rd_ok(&rd);
}

static void
mrt_cut_short_is_refused(void **state)
{
	uint8_t bytes[2048];
	size_t len = make_mrt(bytes, sizeof bytes);
	char why[SIM_ERROR_MAX];
	struct sim_rib rib;

	(void)state;
	for (size_t cut = 1; cut < len; cut++) {
		bool done = read_bytes(&rib, false, bytes, cut, why);

		if (!is_whole(bytes, cut)) {
			assert_false(done);
			assert_memory_equal(why, "f:", 2);
		}
		if (cut > 12 && !is_whole(bytes, cut))
			assert_non_null(strstr(why, "f: record at offset "));
		sim_rib_fini(&rib);
	}
}

/* Fences inside a record: its length says less than what stands in it. */
static void
short_records_are_refused(void **state)
{
	static const char *const two[] = { "192.0.2.1", "192.0.2.2" };
	char why[SIM_ERROR_MAX];
	uint8_t bytes[1024];
	struct sim_rib rib;

	(void)state;
	for (size_t less = 1; less < 60; less++) {
		size_t start;
		struct wr wr;

		wr_init(&wr, bytes, sizeof bytes);
		mrt_peers(&wr, 2);
		start = wr.len;
		mrt_rib(&wr, "198.51.100.0/24", false, two, 2);
		wr_patch_u32(&wr, start + 8, (uint32_t)(wr.len - start - 12 - less));
		assert_false(read_bytes(&rib, true, bytes, wr.len - less, why));
		assert_non_null(strstr(why, "f: record at offset "));
		sim_rib_fini(&rib);
	}
}

static void
unknown_peers_are_refused(void **state)
{
	static const char *const two[] = { "192.0.2.1", "192.0.2.2" };
	char why[SIM_ERROR_MAX];
	uint8_t bytes[1024];
	struct sim_rib rib;
	struct wr wr;

	(void)state;
	wr_init(&wr, bytes, sizeof bytes);
	mrt_peers(&wr, 1);
	mrt_rib(&wr, "198.51.100.0/24", false, two, 2);
	assert_false(read_bytes(&rib, false, bytes, wr.len, why));
	assert_string_equal(why,
	    "f: record at offset 37: an entry is of a peer that is "
	    "not in the index");
	sim_rib_fini(&rib);
}

static size_t
pack_gzip(const uint8_t *bytes, size_t len, uint8_t *to, size_t cap)
{
	z_stream z = { 0 };

	assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 31, 9, 0), Z_OK);
	z.next_in = (uint8_t *)bytes;
	z.avail_in = (unsigned)len;
	z.next_out = to;
	z.avail_out = (unsigned)cap;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	deflateEnd(&z);
	return cap - z.avail_out;
}

static size_t
pack_bzip2(const uint8_t *bytes, size_t len, uint8_t *to, size_t cap)
{
	unsigned n = (unsigned)cap;

	assert_int_equal(BZ2_bzBuffToBuffCompress(
			     (char *)to, &n, (char *)bytes, (unsigned)len, 9, 0, 0),
	    BZ_OK);
	return n;
}

static void
compressed_files_are_read(void **state)
{
	size_t (*const pack[])(
	    const uint8_t *, size_t, uint8_t *, size_t) = { pack_gzip, pack_bzip2 };
	uint8_t bytes[2048], packed[4096];
	size_t len = make_mrt(bytes, sizeof bytes), half = len / 2, n;
	char why[SIM_ERROR_MAX];
	struct sim_rib rib;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		/* two streams, as parallel compressors write them */
		n = pack[i](bytes, half, packed, sizeof packed);
		n += pack[i](bytes + half, len - half, packed + n, sizeof packed - n);
		assert_true(read_bytes(&rib, false, packed, n, why));
		check_mrt(&rib, false);
		sim_rib_fini(&rib);
		n = pack[i](bytes, len, packed, sizeof packed);
		for (size_t cut = 4; cut < n; cut++) {
			assert_false(read_bytes(&rib, false, packed, cut, why));
			assert_memory_equal(why, "f:", 2);
			sim_rib_fini(&rib);
		}
		packed[n / 2] ^= 0x55;
		assert_false(read_bytes(&rib, false, packed, n, why));
		sim_rib_fini(&rib);
	}
}

/* Dumps that others made. */
static void
real_dumps_are_read(void **state)
{
	static const char *const rows[] = {
		"bgp/mrt/sample-quagga_rib",
		"bgp/mrt/sample-openbgpd_rib_table-v2",
		"bgp/mrt/add-path-v4.bview.gz",
	};
	char path[512], why[SIM_ERROR_MAX];
	struct sim_rib rib;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		FILE *file = fopen(shared_path(rows[i], path, sizeof path), "rb");

		if (!file)
			skip();
		fclose(file);
		sim_rib_init(&rib, false);
		assert_true(sim_rib_read(&rib, path, why));
		assert_true(rib.routes[0].count + rib.routes[1].count > 0);
		sim_rib_fini(&rib);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_read),
		cmocka_unit_test(bgpdump_is_read),
		cmocka_unit_test(bad_lines_are_named),
		cmocka_unit_test(endless_lines_are_refused),
		cmocka_unit_test(mrt_is_read),
		cmocka_unit_test(mrt_cut_short_is_refused),
		cmocka_unit_test(short_records_are_refused),
		cmocka_unit_test(unknown_peers_are_refused),
		cmocka_unit_test(compressed_files_are_read),
		cmocka_unit_test(real_dumps_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
