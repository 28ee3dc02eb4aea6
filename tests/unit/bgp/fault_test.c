#include "bgp/fault.h"
#include "world.h"

/* One message each, and what the operator reads of it. */
static void
faults_are_told_with_their_place(void **state)
{
	static const struct {
		const char *withdrawn, *attrs, *nlri, *text;
	} cases[] = {
		{ "", "40010107" AS_PATH NEXT_HOP, NLRI,
		    "ORIGIN at byte 23: bad value: 40010107" },
		{ "", BASE "c00805000100020000", NLRI,
		    "COMMUNITIES at byte 47: bad length: c008050001000200" },
		{ "", BASE "c008050001", NLRI,
		    "COMMUNITIES at byte 47: cut short: c008050001" },
		{ "", BASE "c0", NLRI, "attributes at byte 47: cut short: c0" },
		{ "", BASE "40c80177", NLRI,
		    "attribute 200 at byte 47: unknown but well-known: 40c80177" },
		{ "", BASE "c0c801aac0c801bb", NLRI,
		    "attribute 200 at byte 51: more than one: c0c801bb" },
		{ "",
		    BASE "c01020"
			 "00020001000000010002000100000002"
			 "000200010000000300020001000000",
		    NLRI,
		    "EXTENDED COMMUNITIES at byte 47: cut short: "
		    "c010200002000100000001000200010000000200..." },
		{ "", ORIGIN AS_PATH "400304e0000001", NLRI,
		    "NEXT_HOP at byte 40: no unicast address: 400304e0000001" },
		{ "", ORIGIN NEXT_HOP, NLRI, "AS_PATH: missing" },
		{ "", BASE "80090400000009", NLRI,
		    "ORIGINATOR_ID at byte 47: our own identifier: 80090400000009" },
		{ "",
		    ORIGIN AS_PATH
		    "800e1a 0002 01 10 ff020000000000000000000000000001 00 2020010db8",
		    "",
		    "MP_REACH_NLRI at byte 40: no unicast address: "
		    "800e1a00020110ff020000000000000000000000..." },
		{ "", "800e08 0002 01 03 c00002 00", "",
		    "MP_REACH_NLRI at byte 23: bad length of next hop: "
		    "800e0800020103c0000200" },
		{ "", "800f0b0002018120010db8", "",
		    "MP_UNREACH_NLRI at byte 23: cut short: 800f0b0002018120010db8" },
		{ "", "800f080002018120010db8", "",
		    "MP_UNREACH_NLRI at byte 23: prefix too long: "
		    "800f080002018120010db8" },
		{ "18c63365 080a 21c633640100", "", "",
		    "prefix at byte 27: prefix too long: 21c633640100" },
		{ "", BASE, NLRI "18c633",
		    "prefix at byte 51: prefix cut short: 18c633" },
	};
	struct bgp_session_params params = internal;
	struct world *world = *state;

	params.local_id = 9;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char text[BGP_ERROR_REASON_MAX];

		build(world, cases[i].withdrawn, cases[i].attrs, cases[i].nlri);
		assert_int_not_equal(decode(world, &params), BGP_ACCEPT);
		assert_string_equal(
		    bgp_fault_text(&world->update.fault, world->copy, text),
		    cases[i].text);
	}
}

static void
lengths_that_do_not_add_up_have_no_place(void **state)
{
	struct world *world = *state;
	char text[BGP_ERROR_REASON_MAX];

	world->len = unhex("00050000", world->body);
	assert_int_equal(decode(world, &internal), BGP_RESET);
	assert_string_equal(bgp_fault_text(&world->update.fault, world->copy, text),
	    "attributes: lengths do not add up");
}

/* RFC 4271 6.3: the data is the attribute, where the subcode speaks of one. */
static void
a_reset_shows_the_attribute(void **state)
{
	static const struct {
		const char *attrs, *nlri;
		uint8_t subcode;
		size_t len;
	} cases[] = {
		{ BASE "40c80177", NLRI, BGP_UPDATE_UNKNOWN_WELL_KNOWN, 4 },
		{ "800f0200ff", "", BGP_UPDATE_BAD_OPTIONAL, 5 },
		{ "800f03000185 800f03000185", "", BGP_UPDATE_MALFORMED_LIST, 0 },
		{ "40010103", "", BGP_UPDATE_MALFORMED_LIST, 0 },
		{ BASE, "21c633640100", BGP_UPDATE_BAD_NETWORK, 0 },
	};
	struct world *world = *state;

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct bgp_fault *fault = &world->update.fault;
		char text[BGP_ERROR_REASON_MAX];
		struct bgp_error error;

		build(world, "", cases[i].attrs, cases[i].nlri);
		assert_int_equal(decode(world, &internal), BGP_RESET);
		bgp_fault_error(fault, world->copy, &error);
		assert_int_equal(error.code, BGP_ERROR_UPDATE);
		assert_int_equal(error.subcode, cases[i].subcode);
		assert_int_equal(error.len, cases[i].len);
		assert_memory_equal(error.data, fault->where.at, cases[i].len);
		assert_string_equal(
		    error.reason, bgp_fault_text(fault, world->copy, text));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    faults_are_told_with_their_place, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    lengths_that_do_not_add_up_have_no_place, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    a_reset_shows_the_attribute, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
