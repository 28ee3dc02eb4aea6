/* What is written reads back the same by armsim's readers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record_text.h"
#include "rib/nexthop.h"
#include "sim_changes.h"
#include "sim_file.h"
#include "sim_rib.h"

/* AS_SEQUENCE 65000 65001, AS_SET 1 */
static const uint8_t path[] = { 2, 2, 0, 0, 0xfd, 0xe8, 0, 0, 0xfd, 0xe9, 1, 1, 0, 0, 0,
	1 };

static struct prefix
prefix_of(const char *text)
{
	struct prefix prefix;

	assert_true(prefix_parse(text, &prefix));
	return prefix;
}

static struct nexthop
nexthop_of(const char *text)
{
	uint8_t bytes[16];
	struct addr addr;

	assert_true(addr_parse(text, &addr));
	bits_to_bytes(addr.bits, bytes, family_bits(addr.family) / 8);
	return nexthop_make(bytes, family_bits(addr.family) / 8);
}

static void
routes_are_lines(void **state)
{
	static const struct {
		const char *prefix, *nexthop, *line;
		size_t path_len;
	} rows[] = {
		{ "0.0.0.0/0", "192.0.2.1", "0.0.0.0/0 192.0.2.1\n", 0 },
		{ "10.0.0.0/8", "192.0.2.1", "10.0.0.0/8 192.0.2.1 65000 65001 {1}\n",
		    sizeof path },
		{ "2001:db8::/32", "fe80::1", "2001:db8::/32 fe80::1 65000 65001\n",
		    10 },
		/* RFC 8950 */
		{ "10.0.0.1/32", "2001:db8::1", "10.0.0.1/32 2001:db8::1\n", 0 },
	};
	char line[RECORD_LINE_MAX + 1];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct prefix prefix = prefix_of(rows[i].prefix);
		struct nexthop nexthop = nexthop_of(rows[i].nexthop);
		struct rd rd;

		rd_init(&rd, path, rows[i].path_len);
		line[record_route_line(line, &prefix, &nexthop, rd)] = '\0';
		assert_string_equal(line, rows[i].line);
	}
}

static void
the_longest_lines_fit(void **state)
{
	static uint8_t hops[] = { 2, 255 };
	struct prefix prefix = prefix_of("2001:db8:1111:2222:3333:4444:5555:6666/128");
	struct nexthop nexthops[FWKEY_NEXTHOPS_MAX];
	uint8_t *long_path = calloc(40, 2 + 255 * 4);
	char *line = malloc(RECORD_LINE_MAX); /* the sanitizer sees what is beyond */
	struct rd rd;
	size_t len;

	(void)state;
	for (size_t i = 0; i < FWKEY_NEXTHOPS_MAX; i++)
		nexthops[i] = nexthop_of("2001:db8:1111:2222:3333:4444:5555:6666");
	for (size_t i = 0; i < 40; i++) {
		memset(long_path + i * 1022, 0xff, 1022);
		memcpy(long_path + i * 1022, hops, sizeof hops);
	}
	rd_init(&rd, long_path, (size_t)40 * 1022);
	len = record_route_line(line, &prefix, &nexthops[0], rd);
	assert_true(len > 8000 && len < RECORD_LINE_MAX);
	assert_int_equal(line[len - 1], '\n');
	len = record_announce_line(
	    line, UINT64_MAX, &prefix, nexthops, FWKEY_NEXTHOPS_MAX);
	assert_true(len > (size_t)FWKEY_NEXTHOPS_MAX * 39 && len < RECORD_LINE_MAX);
	assert_int_equal(line[len - 1], '\n');
	free(line);
	free(long_path);
}

/* The next hops that a reader of armsim has, apart by blanks. */
static void
assert_nexthops(const struct sim_rib *rib, uint32_t attrs, const char *want)
{
	char got[256] = "", text[ADDR_TEXT_MAX];
	size_t n, len = 0;
	const struct nexthop *nexthops = fwkey_nexthops(
	    rib->keys, sim_rib_key(rib, attrs), &n);

	for (size_t i = 0; i < n; i++) {
		struct addr addr = nexthop_addr(&nexthops[i]);

		len += (size_t)snprintf(got + len, sizeof got - len, "%s%s",
		    len ? " " : "", addr_text(&addr, text));
	}
	assert_string_equal(got, want);
}

static void
routes_read_back(void **state)
{
	struct prefix one = prefix_of("10.0.0.0/8"), two = prefix_of("2001:db8::/32");
	struct nexthop a = nexthop_of("192.0.2.1"), b = nexthop_of("192.0.2.2"),
		       c = nexthop_of("2001:db8::9");
	char text[3 * RECORD_LINE_MAX], why[SIM_ERROR_MAX] = "";
	struct sim_file *file;
	struct sim_rib rib;
	size_t len = 0;
	struct rd rd;

	(void)state;
	rd_init(&rd, path, sizeof path);
	len += record_route_line(text + len, &one, &a, rd);
	len += record_route_line(text + len, &one, &b, rd);
	len += record_route_line(text + len, &two, &c, rd);
	file = sim_file_memory("rib", text, len);
	sim_rib_init(&rib, true);
	if (!sim_rib_read_file(&rib, file, why))
		fail_msg("%s", why);
	assert_int_equal(rib.routes[FAMILY_IPV4].count, 1);
	assert_int_equal(rib.routes[FAMILY_IPV6].count, 1);
	assert_nexthops(&rib, *trie_find(&rib.routes[FAMILY_IPV4], one.bits, one.len),
	    "192.0.2.1 192.0.2.2");
	assert_nexthops(&rib, *trie_find(&rib.routes[FAMILY_IPV6], two.bits, two.len),
	    "2001:db8::9");
	sim_file_close(file);
	sim_rib_fini(&rib);
}

static void
changes_read_back(void **state)
{
	static const uint64_t first = 1700000000000001, second = 1700000001500000;
	struct prefix one = prefix_of("10.0.0.0/8"), two = prefix_of("2001:db8::/32");
	struct nexthop hops[] = { nexthop_of("192.0.2.1"), nexthop_of("192.0.2.2") };
	char text[2 * RECORD_LINE_MAX], why[SIM_ERROR_MAX] = "";
	struct sim_changes *changes;
	struct sim_change change;
	struct sim_rib rib;
	size_t len = record_announce_line(text, first, &one, hops, 2);

	(void)state;
	len += record_withdraw_line(text + len, second, &two);
	sim_rib_init(&rib, true);
	changes = sim_changes_take(sim_file_memory("changes", text, len), &rib);
	assert_int_equal(sim_changes_next(changes, &change, why), 1);
	assert_int_equal(change.us, first);
	assert_true(prefix_equal(&change.prefix, &one));
	assert_nexthops(&rib, change.attrs, "192.0.2.1 192.0.2.2");
	assert_int_equal(sim_changes_next(changes, &change, why), 1);
	assert_int_equal(change.us, second);
	assert_true(prefix_equal(&change.prefix, &two));
	assert_int_equal(change.attrs, 0);
	assert_int_equal(sim_changes_next(changes, &change, why), 0);
	sim_changes_close(changes);
	sim_rib_fini(&rib);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(routes_are_lines),
		cmocka_unit_test(the_longest_lines_fit),
		cmocka_unit_test(routes_read_back),
		cmocka_unit_test(changes_read_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
