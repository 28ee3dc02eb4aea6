#include "bgp/attr_text.h"
#include "world.h"

/* The fields of these attributes, learned from an internal peer. */
static struct bgp_attr_fields
fields_of(struct world *world, const char *attrs, bool mp)
{
	struct bgp_attr_fields fields;

	build(world, "", attrs, mp ? "" : NLRI);
	assert_int_equal(decode(world, &internal), BGP_ACCEPT);
	bgp_attr_fields(
	    attrs_at(world->table, mp ? world->update.mp_attrs : world->update.attrs),
	    &fields);
	return fields;
}

static void
all_fields(void **state)
{
	struct bgp_attr_fields fields = fields_of(*state,
	    BASE LOCAL_PREF "80040400000005"
			    "80090401010102"
			    "c008080001000200030004"
			    "c010080002000100000001"
			    "c0200c000000010000000200000003",
	    false);
	char text[200];
	struct addr addr;

	assert_string_equal(bgp_origin_text(fields.origin), "IGP");
	assert_true(fields.has_local_pref && fields.has_med);
	assert_true(fields.has_originator_id);
	assert_int_equal(fields.local_pref, 100);
	assert_int_equal(fields.med, 5);
	assert_int_equal(fields.originator_id, 0x01010102);
	addr = nexthop_addr(&fields.nexthop);
	assert_string_equal(addr_text(&addr, text), "192.0.2.1");
	assert_true(bgp_as_path_text(fields.as_path, '-', text, sizeof text));
	assert_string_equal(text, "65537-65000");
	assert_true(bgp_community_next(&fields.communities, text));
	assert_string_equal(text, "1:2");
	assert_true(bgp_community_next(&fields.communities, text));
	assert_string_equal(text, "3:4");
	assert_false(bgp_community_next(&fields.communities, text));
	assert_true(bgp_ext_community_next(&fields.ext_communities, text));
	assert_string_equal(text, "rt:1:1");
	assert_false(bgp_ext_community_next(&fields.ext_communities, text));
	assert_true(bgp_large_community_next(&fields.large_communities, text));
	assert_string_equal(text, "1:2:3");
	assert_false(bgp_large_community_next(&fields.large_communities, text));
}

static void
few_fields(void **state)
{
	struct bgp_attr_fields fields = fields_of(*state,
	    REACH6 "40010102"
		   "400200",
	    true);
	char text[ADDR_TEXT_MAX] = "x";
	struct addr addr = nexthop_addr(&fields.nexthop);

	assert_string_equal(bgp_origin_text(fields.origin), "INCOMPLETE");
	assert_false(fields.has_local_pref || fields.has_med);
	assert_false(fields.has_originator_id);
	assert_string_equal(addr_text(&addr, text), "2001:db8::1");
	assert_true(bgp_as_path_text(fields.as_path, '-', text, sizeof text));
	assert_string_equal(text, "");
	assert_false(bgp_community_next(&fields.communities, text));
}

static void
segments_of_all_kinds(void **state)
{
	uint8_t bytes[128];
	char text[64];
	struct rd rd;

	(void)state;
	rd_init(&rd, bytes,
	    unhex("0302 00000001 00000002 0402 00000003 00000004"
		  "0202 00000005 00000006 0102 00000007 00000008",
		bytes));
	assert_true(bgp_as_path_text(rd, '-', text, sizeof text));
	assert_string_equal(text, "(1 2)-[3,4]-5-6-{7,8}");
	assert_true(bgp_as_path_text(rd, ' ', text, sizeof text));
	assert_string_equal(text, "(1 2) [3,4] 5 6 {7,8}");
}

static void
communities_of_all_kinds(void **state)
{
	static const struct {
		const char *hex, *text;
	} ext[] = {
		{ "0002fde800010000", "rt:65000:65536" },
		{ "4003fde800000001", "ro:65000:1" },
		{ "0102c00002010007", "rt:192.0.2.1:7" },
		{ "0203000100000007", "ro:65536:7" },
		{ "4004000100000007", "0x4004000100000007" },
		{ "030c000000000008", "0x030c000000000008" },
	};
	char text[BGP_COMMUNITY_TEXT_MAX];
	uint8_t bytes[8];
	struct rd rd;

	(void)state;
	for (size_t i = 0; i < sizeof ext / sizeof *ext; i++) {
		rd_init(&rd, bytes, unhex(ext[i].hex, bytes));
		assert_true(bgp_ext_community_next(&rd, text));
		assert_string_equal(text, ext[i].text);
	}
	/* RFC 1997 */
	bgp_community_text(0xffffff01, text);
	assert_string_equal(text, "no-export");
	bgp_community_text(0xffffff02, text);
	assert_string_equal(text, "no-advertise");
	bgp_community_text(0xfde80001, text);
	assert_string_equal(text, "65000:1");
}

/* Whatever the room, the text ends behind an item, within the room. */
static void
little_room(void **state)
{
	static const char whole[] = "{1,2}-345";
	uint8_t bytes[64];
	struct rd path;

	(void)state;
	rd_init(&path, bytes, unhex("0102 00000001 00000002 0201 00000159", bytes));
	for (size_t cap = 1; cap <= sizeof whole; cap++) {
		char *text = malloc(cap); /* exact, for the sanitizer */
		bool fitted = bgp_as_path_text(path, '-', text, cap);

		assert_int_equal(fitted, cap == sizeof whole);
		assert_memory_equal(text, whole, strlen(text));
		assert_true(strlen(text) == 0 || strlen(text) == 2 ||
			    strlen(text) == 5 || fitted);
		free(text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(all_fields, setup, teardown),
		cmocka_unit_test_setup_teardown(few_fields, setup, teardown),
		cmocka_unit_test(segments_of_all_kinds),
		cmocka_unit_test(communities_of_all_kinds),
		cmocka_unit_test(little_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
