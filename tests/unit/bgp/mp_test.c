#include "world.h"

static void
ipv4_in_mp_reach(void **state)
{
	struct bgp_session_params params = internal;
	struct world *world = *state;

	build(world, "", "800e0d 0001 01 04 c0000201 00 18c63364" ORIGIN AS_PATH, "");
	assert_int_equal(decode(world, &params), BGP_ACCEPT);
	assert_string_equal(text_of(world->update.mp_announced), "198.51.100.0/24");
	assert_bytes(world, world->update.mp_attrs, ORIGIN AS_PATH "800e0504 c0000201");
	/* by an IPv6 next hop only where that was agreed on, RFC 8950 */
	build(world, "",
	    "800e19 0001 01 10 20010db8000000000000000000000001 00 18c63364" ORIGIN
		AS_PATH,
	    "");
	assert_int_equal(decode(world, &params), BGP_RESET);
	assert_int_equal(world->update.fault.subcode, BGP_UPDATE_BAD_OPTIONAL);
	assert_int_equal(rd_left(&world->update.fault.where), 28);
	params.extended_nexthop = true;
	assert_int_equal(decode(world, &params), BGP_ACCEPT);
	assert_string_equal(text_of(world->update.mp_announced), "198.51.100.0/24");
}

/* Other speakers send zeros where they know no link-local address. */
static void
a_second_next_hop_is_link_local_or_none(void **state)
{
	static const struct {
		const char *second;
		bool counts;
	} cases[] = {
		{ "fe800000000000000000000000000001", true },
		{ "febf0000000000000000000000000001", true },
		{ "00000000000000000000000000000000", false },
		{ "20010db8000000000000000000000002", false },
		{ "fec00000000000000000000000000001", false },
	};
	struct world *world = *state;

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char attrs[300];

		snprintf(attrs, sizeof attrs,
		    "800e2a 0002 01 20 20010db8000000000000000000000001 %s 00"
		    "2020010db8" ORIGIN AS_PATH,
		    cases[i].second);
		build(world, "", attrs, "");
		assert_int_equal(decode(world, &internal), BGP_ACCEPT);
		if (!cases[i].counts) {
			assert_bytes(world, world->update.mp_attrs,
			    ORIGIN AS_PATH "800e1110 20010db8000000000000000000000001");
			continue;
		}
		snprintf(attrs, sizeof attrs,
		    ORIGIN AS_PATH "800e2120 20010db8000000000000000000000001 %s",
		    cases[i].second);
		assert_bytes(world, world->update.mp_attrs, attrs);
	}
}

/* RFC 7606 7.11, RFC 8950 3: those of 24 and 48 are of VPNs */
static void
next_hops_have_lengths(void **state)
{
	struct world *world = *state;

	for (unsigned family = 0; family < FAMILIES; family++)
		for (unsigned len = 0; len < 256; len++)
			for (unsigned extended = 0; extended < 2; extended++) {
				struct bgp_session_params params = internal;
				char hop[513] = "", attrs[700];
				bool four = family == FAMILY_IPV4 && len == 4;
				bool six = (len == 16 || len == 32) &&
					   (family == FAMILY_IPV6 || extended);

				for (unsigned i = 0; i < 2 * len; i += 2)
					memcpy(hop + i, "20", 3);
				snprintf(attrs, sizeof attrs,
				    "900e%04x 000%u 01 %02x %s 00 00" ORIGIN AS_PATH,
				    len + 6, family + 1, len, hop);
				build(world, "", attrs, "");
				params.extended_nexthop = extended;
				assert_int_equal(decode(world, &params),
				    four || six ? BGP_ACCEPT : BGP_RESET);
			}
}

static void
next_hops_must_be_hosts(void **state)
{
	static const struct {
		const char *hop;
		enum bgp_verdict verdict;
	} hops[] = {
		{ "c0000201", BGP_ACCEPT },
		{ "00000000", BGP_TREAT_AS_WITHDRAW },
		{ "7f000001", BGP_TREAT_AS_WITHDRAW },
		{ "e0000001", BGP_TREAT_AS_WITHDRAW },
		{ "ffffffff", BGP_TREAT_AS_WITHDRAW },
		{ "20010db8000000000000000000000001", BGP_ACCEPT },
		{ "fe800000000000000000000000000001", BGP_ACCEPT },
		{ "00000000000000000000000000000000", BGP_TREAT_AS_WITHDRAW },
		{ "00000000000000000000000000000001", BGP_TREAT_AS_WITHDRAW },
		{ "ff020000000000000000000000000001", BGP_TREAT_AS_WITHDRAW },
		{ "00000000000000000000000000000000"
		  "fe800000000000000000000000000001",
		    BGP_ACCEPT },
		{ "20010db8000000000000000000000001"
		  "fe800000000000000000000000000001",
		    BGP_ACCEPT },
		{ "00000000000000000000000000000000"
		  "00000000000000000000000000000000",
		    BGP_TREAT_AS_WITHDRAW },
	};
	struct world *world = *state;

	for (size_t i = 0; i < sizeof hops / sizeof *hops; i++) {
		unsigned len = (unsigned)strlen(hops[i].hop) / 2;
		char attrs[500];

		if (len == 4) {
			snprintf(attrs, sizeof attrs, "%s400304%s", ORIGIN AS_PATH,
			    hops[i].hop);
			build(world, "", attrs, NLRI);
		} else {
			snprintf(attrs, sizeof attrs,
			    "%s800e%02x000201%02x%s002020010db8", ORIGIN AS_PATH,
			    len + 10, len, hops[i].hop);
			build(world, "", attrs, "");
		}
		assert_int_equal(decode(world, &internal), hops[i].verdict);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(ipv4_in_mp_reach, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    a_second_next_hop_is_link_local_or_none, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    next_hops_have_lengths, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    next_hops_must_be_hosts, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
