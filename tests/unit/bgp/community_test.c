#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "bgp/community.h"

static void
what_is_no_community_is_refused(void **state)
{
	static const char *const rows[] = { "", ":", "1", "1:", ":1", "65536:1",
		"1:65536", "01:1", "1:2:3:4", "1:2:", "1:2:4294967296", "1 :2", "+1:2",
		"1:-2", "no-exports", "No-export", "rt:", "rt:1", "rt:1:2:3",
		"rt:65536:65536", "rt:192.0.2.1:65536", "rt:2001::1:1", "ro:x:1",
		"0x123", "0x00000000000000zz", "0x00112233445566770",
		"rt:11111111111111111111111111111111111:1" };
	struct bgp_community community = { .kind = BGP_COMMUNITY_LARGE };

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (bgp_community_parse(rows[i], &community))
			fail_msg("'%s' was taken", rows[i]);
	assert_int_equal(community.kind, BGP_COMMUNITY_LARGE);
}

/* A reader over bytes that outlive the test. */
static struct rd
list(const uint8_t *bytes, size_t len)
{
	struct rd rd;

	rd_init(&rd, bytes, len);
	return rd;
}

static void
communities_are_found_by_what_is_shown(void **state)
{
	static const uint8_t plain[] = { 0xfd, 0xe8, 0, 1, 0xff, 0xff, 0xff, 1 };
	static const uint8_t large[] = { 0, 1, 0, 0, 0, 0, 0, 2, 0, 0, 0, 3, 255, 255,
		255, 255, 0, 0, 0, 0, 0, 0, 0, 9 };
	static const uint8_t extended[] = { 0, 2, 0xfd, 0xe8, 0, 0, 0, 7, 1, 3, 192, 0,
		2, 1, 0, 8, 0x42, 2, 0, 1, 0, 0, 0, 9, 0x80, 1, 2, 3, 4, 5, 6, 0xff };
	static const struct {
		const char *text;
		bool found;
	} rows[] = {
		{ "65000:1", true },
		{ "no-export", true },
		{ "65535:65281", true },
		{ "65000:2", false },
		{ "no-advertise", false },
		{ "1:65000", false },
		{ "65536:2:3", true },
		{ "4294967295:0:9", true },
		{ "65536:2:4", false },
		{ "2:3:4294967295", false },
		{ "rt:65000:7", true },
		{ "ro:192.0.2.1:8", true },
		{ "rt:65536:9", true },
		{ "0x80010203040506ff", true },
		{ "ro:65000:7", false },
		{ "rt:192.0.2.1:8", false },
		{ "0x0001020304050607", false },
	};
	struct bgp_attr_fields fields = {
		.communities = list(plain, sizeof plain),
		.large_communities = list(large, sizeof large),
		.ext_communities = list(extended, sizeof extended),
	};
	struct bgp_attr_fields none = {
		.communities = list(NULL, 0),
		.large_communities = list(NULL, 0),
		.ext_communities = list(NULL, 0),
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct bgp_community community;

		if (!bgp_community_parse(rows[i].text, &community))
			fail_msg("'%s' was refused", rows[i].text);
		if (bgp_community_is_in(&community, &fields) != rows[i].found)
			fail_msg("'%s'", rows[i].text);
		assert_false(bgp_community_is_in(&community, &none));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_no_community_is_refused),
		cmocka_unit_test(communities_are_found_by_what_is_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
