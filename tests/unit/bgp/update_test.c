#include "world.h"

static void
ipv4_routes(void **state)
{
	struct world *world = *state;
	const struct nexthop *hop;
	size_t n;

	build(world, "18c63365 08 0a", BASE LOCAL_PREF, NLRI "00 20c6336401");
	assert_int_equal(decode(world, &internal), BGP_ACCEPT);
	assert_string_equal(
	    text_of(world->update.withdrawn), "198.51.101.0/24 10.0.0.0/8");
	assert_string_equal(text_of(world->update.announced),
	    "198.51.100.0/24 0.0.0.0/0 198.51.100.1/32");
	assert_bytes(world, world->update.attrs, BASE LOCAL_PREF);
	assert_int_equal(world->update.mp_attrs, 0);
	assert_false(world->update.eor);
	hop = fwkey_nexthops(
	    world->fwkeys, attrs_at(world->table, world->update.attrs)->fwkey, &n);
	assert_int_equal(n, 1);
	assert_int_equal(hop->len, 4);
	assert_memory_equal(hop->bytes, "\xc0\x00\x02\x01", 4);
}

static void
ipv6_routes(void **state)
{
	struct world *world = *state;
	uint32_t id;

	build(world, "", REACH6 ORIGIN AS_PATH, "");
	assert_int_equal(decode(world, &internal), BGP_ACCEPT);
	assert_string_equal(
	    text_of(world->update.mp_announced), "2001:db8::/32 2001:db9::/32");
	assert_int_equal(world->update.attrs, 0);
	id = world->update.mp_attrs;
	assert_bytes(
	    world, id, ORIGIN AS_PATH "800e1110 20010db8000000000000000000000001");
	attrs_ref(world->table, id);
	/* the place of MP_REACH_NLRI does not matter, nor does a NEXT_HOP beside it */
	build(world, "", ORIGIN NEXT_HOP AS_PATH REACH6, "");
	assert_int_equal(decode(world, &internal), BGP_ACCEPT);
	assert_int_equal(world->update.mp_attrs, id);
	attrs_unref(world->table, id);
	/* nor what is wrong with it: the same verdict before and after it was learned
	 */
	build(world, "",
	    REACH6 ORIGIN AS_PATH "e80300"
				  "010300",
	    "");
	bgp_update_release(world->table, &world->update);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(decode(world, &internal), BGP_ACCEPT);
		attrs_ref(world->table, world->update.mp_attrs);
	}
	attrs_unref(world->table, world->update.mp_attrs);
	attrs_unref(world->table, world->update.mp_attrs);
	build(world, "", "800f08 0002 01 2020010db8", "");
	assert_int_equal(decode(world, &internal), BGP_ACCEPT);
	assert_string_equal(text_of(world->update.mp_withdrawn), "2001:db8::/32");
	assert_string_equal(text_of(world->update.mp_announced), "");
	assert_false(world->update.eor);
}

static void
both_families_in_one_message(void **state)
{
	struct world *world = *state;

	build(world, "", REACH6 BASE "800f08 0002 01 2020010dba", NLRI);
	assert_int_equal(decode(world, &internal), BGP_ACCEPT);
	assert_bytes(world, world->update.attrs, BASE);
	assert_bytes(world, world->update.mp_attrs,
	    ORIGIN AS_PATH "800e1110 20010db8000000000000000000000001");
	assert_string_equal(text_of(world->update.mp_withdrawn), "2001:dba::/32");
	/* without NEXT_HOP it is only the IPv4 ones that are withdrawn */
	build(world, "", REACH6 ORIGIN AS_PATH, NLRI);
	assert_int_equal(decode(world, &internal), BGP_TREAT_AS_WITHDRAW);
	assert_int_equal(world->update.attrs, 0);
	assert_int_not_equal(world->update.mp_attrs, 0);
	assert_int_equal(world->update.fault.type, BGP_ATTR_NEXT_HOP);
}

static void
path_ids(void **state)
{
	struct bgp_session_params params = internal;
	struct world *world = *state;

	params.add_path[FAMILY_IPV4] = true;
	build(world, "0000000708 0a 0000000008 0a", BASE,
	    "00000000" NLRI "ffffffff" NLRI);
	assert_int_equal(decode(world, &params), BGP_ACCEPT);
	assert_string_equal(
	    text_of(world->update.withdrawn), "10.0.0.0/8#7 10.0.0.0/8#0");
	assert_string_equal(text_of(world->update.announced),
	    "198.51.100.0/24#0 198.51.100.0/24#4294967295");
	build(world, "", REACH6 ORIGIN AS_PATH, "");
	assert_int_equal(decode(world, &params), BGP_ACCEPT);
	assert_string_equal(
	    text_of(world->update.mp_announced), "2001:db8::/32 2001:db9::/32");
	build(world, "", BASE, NLRI);
	assert_int_equal(decode(world, &params), BGP_RESET);
}

static void
end_of_rib(void **state)
{
	struct bgp_session_params params = internal;
	struct world *world = *state;

	build(world, "", "", "");
	assert_int_equal(decode(world, &params), BGP_ACCEPT);
	assert_true(world->update.eor);
	assert_int_equal(world->update.eor_family, FAMILY_IPV4);
	build(world, "", "900f0003000201", "");
	assert_int_equal(decode(world, &params), BGP_ACCEPT);
	assert_true(world->update.eor);
	assert_int_equal(world->update.eor_family, FAMILY_IPV6);
	build(world, "", "900f0003000185", "");
	assert_int_equal(decode(world, &params), BGP_ACCEPT);
	assert_false(world->update.eor);
	assert_int_equal(world->update.ignored, 1);
	params.family[FAMILY_IPV4] = false;
	build(world, "", "", "");
	assert_int_equal(decode(world, &params), BGP_ACCEPT);
	assert_false(world->update.eor);
	/* routes are routes, also of a family we do not speak */
	build(world, "", "900f0003000201", NLRI);
	assert_int_equal(decode(world, &params), BGP_ACCEPT);
	assert_false(world->update.eor);
	assert_int_equal(world->update.ignored, 1);
}

static void
other_families_are_ignored(void **state)
{
	struct bgp_session_params params = internal;
	struct world *world = *state;

	params.family[FAMILY_IPV6] = false;
	build(world, "", REACH6 BASE "800f08 0002 01 2020010db8", NLRI);
	assert_int_equal(decode(world, &params), BGP_ACCEPT);
	assert_int_equal(world->update.ignored, 2);
	assert_string_equal(text_of(world->update.mp_announced), "");
	assert_string_equal(text_of(world->update.announced), "198.51.100.0/24");
	params.family[FAMILY_IPV6] = true;
	params.family[FAMILY_IPV4] = false;
	assert_int_equal(decode(world, &params), BGP_ACCEPT);
	assert_int_equal(world->update.ignored, 1);
	assert_string_equal(text_of(world->update.announced), "");
	assert_int_not_equal(world->update.mp_attrs, 0);
	/* flow specifications, whatever they hold */
	build(world, "", "800e09 0001 85 00 00 03010820" ORIGIN AS_PATH, "");
	assert_int_equal(decode(world, &params), BGP_ACCEPT);
	assert_int_equal(world->update.ignored, 1);
}

static void
bits_behind_the_length_are_masked(void **state)
{
	struct world *world = *state;

	build(world, "", BASE, "09ffff 02ff");
	assert_int_equal(decode(world, &internal), BGP_ACCEPT);
	assert_string_equal(
	    text_of(world->update.announced), "255.128.0.0/9 192.0.0.0/2");
}

static void
known_attributes_are_found(void **state)
{
	struct world *world = *state;
	struct attrs_stats stats;
	uint32_t id;

	build(world, "", BASE "c0080400010001", NLRI);
	assert_int_equal(decode(world, &internal), BGP_ACCEPT);
	id = world->update.attrs;
	attrs_ref(world->table, id);
	assert_int_equal(decode(world, &internal), BGP_ACCEPT);
	assert_int_equal(world->update.attrs, id);
	attrs_stats(world->table, &stats);
	assert_int_equal(stats.sets, 1);
	/* what an internal peer may say, an external one may not */
	build(world, "", BASE LOCAL_PREF, NLRI);
	assert_int_equal(decode(world, &internal), BGP_ACCEPT);
	assert_bytes(world, world->update.attrs, BASE LOCAL_PREF);
	assert_int_equal(decode(world, &external), BGP_ATTR_DISCARD);
	assert_bytes(world, world->update.attrs, BASE);
	attrs_unref(world->table, id);
}

/* An interned set of MP_REACH_NLRI does not pass for one of the IPv4 field. */
static void
contexts_are_apart(void **state)
{
	struct world *world = *state;
	uint32_t id;

	build(world, "", "800e0d 0001 01 04 c0000201 00 18c63364" ORIGIN AS_PATH, "");
	assert_int_equal(decode(world, &internal), BGP_ACCEPT);
	id = world->update.mp_attrs;
	attrs_ref(world->table, id);
	build(world, "", ORIGIN AS_PATH "800e0504c0000201", NLRI);
	assert_int_equal(decode(world, &internal), BGP_RESET);
	attrs_unref(world->table, id);
}

static void
lengths_must_add_up(void **state)
{
	static const char *const bodies[] = {
		"",
		"00",
		"0000",
		"000000",
		"00010000",
		"00000001",
		"0005 18c63364 0000" /* the withdrawn field takes what follows */,
	};
	struct world *world = *state;

	for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
		world->len = unhex(bodies[i], world->body);
		assert_int_equal(decode(world, &internal), BGP_RESET);
		assert_int_equal(
		    world->update.fault.subcode, BGP_UPDATE_MALFORMED_LIST);
	}
}

static void
invalid_prefixes_reset(void **state)
{
	struct world *world = *state;
	static const struct {
		const char *withdrawn, *attrs, *nlri;
		uint8_t subcode;
	} bad[] = {
		{ "21c633640100", "", "", BGP_UPDATE_BAD_NETWORK },
		{ "18c633", "", "", BGP_UPDATE_BAD_NETWORK },
		{ "", BASE, NLRI "21c633640100", BGP_UPDATE_BAD_NETWORK },
		{ "", BASE, NLRI "20c63364", BGP_UPDATE_BAD_NETWORK },
		{ "", BASE, "ff", BGP_UPDATE_BAD_NETWORK },
		{ "", "800f08 0002 01 8120010db8", "", BGP_UPDATE_BAD_OPTIONAL },
		{ "", "800f08 0002 01 3020010db8", "", BGP_UPDATE_BAD_OPTIONAL },
		{ "", "800f02 0002", "", BGP_UPDATE_BAD_OPTIONAL },
		{ "", "800e18 0002 01 10 20010db8000000000000000000000001 00 202001",
		    "", BGP_UPDATE_BAD_OPTIONAL },
		{ "", "800e05 0002 01 0000" ORIGIN AS_PATH, "",
		    BGP_UPDATE_BAD_OPTIONAL },
		{ "", "800e04 0002 01 00" ORIGIN AS_PATH, "", BGP_UPDATE_BAD_OPTIONAL },
	};

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		build(world, bad[i].withdrawn, bad[i].attrs, bad[i].nlri);
		assert_int_equal(decode(world, &internal), BGP_RESET);
		assert_int_equal(world->update.fault.subcode, bad[i].subcode);
		assert_string_equal(text_of(world->update.announced), "");
		assert_int_equal(world->update.attrs, 0);
	}
}

static void
no_room_is_treated_as_withdraw(void **state)
{
	const struct attrs_limits limits = { .sets = 1, .bytes = 1 << 16 };
	struct world *world = *state;
	struct attrs_table *big = world->table;

	world->table = attrs_table_new(world->fwkeys, &limits, 5);
	build(world, "", BASE, NLRI);
	assert_int_equal(decode(world, &internal), BGP_ACCEPT);
	attrs_ref(world->table, world->update.attrs);
	build(world, "", BASE LOCAL_PREF, NLRI);
	assert_int_equal(decode(world, &internal), BGP_TREAT_AS_WITHDRAW);
	assert_int_equal(world->update.attrs, 0);
	assert_string_equal(text_of(world->update.announced), "198.51.100.0/24");
	attrs_table_free(world->table);
	world->table = big;
}

static void
own_as_may_be_rejected(void **state)
{
	struct bgp_session_params params = external;
	struct world *world = *state;

	build(world, "", BASE, NLRI);
	assert_int_equal(decode(world, &params), BGP_ACCEPT);
	params.reject_own_as = true;
	params.domain = 1;
	assert_int_equal(decode(world, &params), BGP_TREAT_AS_WITHDRAW);
	assert_int_equal(world->update.fault.type, BGP_ATTR_AS_PATH);
	params.local_as = 65001;
	params.domain = 2;
	assert_int_equal(decode(world, &params), BGP_ACCEPT);
}

/* RFC 4456 8: what a reflector sends back to who sent it */
static void
our_own_routes_do_not_come_back(void **state)
{
	struct bgp_session_params params = internal;
	struct world *world = *state;

	build(world, "", BASE "800904c0000263", NLRI);
	assert_int_equal(decode(world, &params), BGP_ACCEPT);
	params.local_id = 0xc0000263;
	params.domain = 1;
	assert_int_equal(decode(world, &params), BGP_TREAT_AS_WITHDRAW);
	assert_int_equal(world->update.fault.type, BGP_ATTR_ORIGINATOR_ID);
	build(world, "", BASE "800904c0000264", NLRI);
	assert_int_equal(decode(world, &params), BGP_ACCEPT);
}

/* The fields of a message that uses them all. */
static const char sample_attrs[] = REACH6 BASE LOCAL_PREF
    "80040400000005"
    "400600"
    "c0070800000001c0000201"
    "c008080001000200030004"
    "80090401010102"
    "800a080101010101010103"
    "800f080002012020010dba"
    "c010080002000100000001"
    "d020000c000000010000000200000003"
    "e0c8020102";

static void
every_truncation_of_a_message(void **state)
{
	struct world *world = *state;
	size_t whole, attrs_end;

	build(world, "18c63365 080a", sample_attrs, NLRI "18c63366");
	whole = world->len;
	attrs_end = whole - 8;
	assert_int_equal(decode(world, &internal), BGP_ACCEPT);
	for (size_t len = 0; len < whole; len++) {
		enum bgp_verdict verdict;

		world->len = len;
		verdict = decode(world, &internal);
		/* between two prefixes the rest is a message of its own */
		if (len == attrs_end || len == attrs_end + 4)
			assert_int_equal(verdict, BGP_ACCEPT);
		else
			assert_int_equal(verdict, BGP_RESET);
	}
}

/* The lengths of the message fit, but the attributes end too early. */
static void
every_truncation_of_the_attributes(void **state)
{
	struct world *world = *state;
	char hex[2 * sizeof sample_attrs];
	size_t len, digits = 0;

	for (const char *at = sample_attrs; *at; at++) {
		if (*at != ' ')
			hex[digits++] = *at;
	}
	for (len = digits; len > 0; len -= 2) {
		struct bgp_attr attr;
		bool whole = true;
		struct rd rd;

		hex[len] = '\0';
		build(world, "", hex, NLRI);
		rd_init(&rd, world->body + 4, len / 2);
		while (rd_left(&rd))
			whole = bgp_attr_next(&rd, &attr);
		if (whole && len / 2 > 34 + 4 + 13)
			assert_int_equal(decode(world, &internal), BGP_ACCEPT);
		else
			assert_int_equal(
			    decode(world, &internal), BGP_TREAT_AS_WITHDRAW);
		assert_string_equal(
		    text_of(world->update.announced), "198.51.100.0/24");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(ipv4_routes, setup, teardown),
		cmocka_unit_test_setup_teardown(ipv6_routes, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    both_families_in_one_message, setup, teardown),
		cmocka_unit_test_setup_teardown(path_ids, setup, teardown),
		cmocka_unit_test_setup_teardown(end_of_rib, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    other_families_are_ignored, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    bits_behind_the_length_are_masked, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    known_attributes_are_found, setup, teardown),
		cmocka_unit_test_setup_teardown(contexts_are_apart, setup, teardown),
		cmocka_unit_test_setup_teardown(lengths_must_add_up, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    invalid_prefixes_reset, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    no_room_is_treated_as_withdraw, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    own_as_may_be_rejected, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    our_own_routes_do_not_come_back, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    every_truncation_of_a_message, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    every_truncation_of_the_attributes, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
