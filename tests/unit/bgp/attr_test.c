#include "world.h"

/* One fault each, in an UPDATE that is well otherwise. */
struct fault_case {
	const char *what;
	const struct bgp_session_params *params;
	const char *attrs;
	enum bgp_verdict verdict;
	uint8_t type;
	uint8_t subcode;
};

static const struct bgp_session_params two_octets = {
	.family = { true, true },
};

#define PATH_HEAD ORIGIN NEXT_HOP
#define AS_PATH_2OCTETS "40020602020001fde8"
#define BASE_2OCTETS ORIGIN AS_PATH_2OCTETS NEXT_HOP

static const struct fault_case cases[] = {
	/* RFC 7606 7.1 */
	{ "ORIGIN too short", &internal, "400100" AS_PATH NEXT_HOP,
	    BGP_TREAT_AS_WITHDRAW, 1, 0 },
	{ "ORIGIN too long", &internal, "4001020000" AS_PATH NEXT_HOP,
	    BGP_TREAT_AS_WITHDRAW, 1, 0 },
	{ "ORIGIN 3", &internal, "40010103" AS_PATH NEXT_HOP, BGP_TREAT_AS_WITHDRAW, 1,
	    0 },
	{ "ORIGIN 2", &internal, "40010102" AS_PATH NEXT_HOP, BGP_ACCEPT, 0, 0 },
	/* 7.2 */
	{ "AS_PATH of unknown type", &internal, PATH_HEAD "400206050100000001",
	    BGP_TREAT_AS_WITHDRAW, 2, 0 },
	{ "AS_PATH segment type 0", &internal, PATH_HEAD "400206000100000001",
	    BGP_TREAT_AS_WITHDRAW, 2, 0 },
	{ "AS_PATH overrun", &internal, PATH_HEAD "400206020200000001",
	    BGP_TREAT_AS_WITHDRAW, 2, 0 },
	{ "AS_PATH underrun", &internal, PATH_HEAD "40020702010000000102",
	    BGP_TREAT_AS_WITHDRAW, 2, 0 },
	{ "AS_PATH with an empty segment", &internal, PATH_HEAD "4002020200",
	    BGP_TREAT_AS_WITHDRAW, 2, 0 },
	{ "AS_PATH with AS 0", &internal, PATH_HEAD "400206020100000000",
	    BGP_TREAT_AS_WITHDRAW, 2, 0 },
	{ "AS_PATH of a confederation", &external, PATH_HEAD "400206030100000001",
	    BGP_TREAT_AS_WITHDRAW, 2, 0 },
	{ "AS_PATH of our confederation", &internal, PATH_HEAD "400206030100000001",
	    BGP_ACCEPT, 0, 0 },
	{ "AS_PATH with a set", &external, PATH_HEAD "40020a010200000001 00000002",
	    BGP_ACCEPT, 0, 0 },
	{ "AS_PATH empty", &internal, PATH_HEAD "400200", BGP_ACCEPT, 0, 0 },
	/* 7.3 */
	{ "NEXT_HOP too short", &internal, ORIGIN AS_PATH "400303c00002",
	    BGP_TREAT_AS_WITHDRAW, 3, 0 },
	{ "NEXT_HOP too long", &internal, ORIGIN AS_PATH "400305c000020101",
	    BGP_TREAT_AS_WITHDRAW, 3, 0 },
	/* 7.4 */
	{ "MED too short", &internal, BASE "800403000000", BGP_TREAT_AS_WITHDRAW, 4,
	    0 },
	{ "MED", &internal, BASE "80040400000001", BGP_ACCEPT, 0, 0 },
	/* 7.5 */
	{ "LOCAL_PREF too long", &internal, BASE "4005050000000000",
	    BGP_TREAT_AS_WITHDRAW, 5, 0 },
	{ "LOCAL_PREF from outside", &external, BASE LOCAL_PREF, BGP_ATTR_DISCARD, 5,
	    0 },
	{ "LOCAL_PREF malformed, from outside", &external, BASE "40050100",
	    BGP_ATTR_DISCARD, 5, 0 },
	/* 7.6 */
	{ "ATOMIC_AGGREGATE with a value", &internal, BASE "40060100", BGP_ATTR_DISCARD,
	    6, 0 },
	{ "ATOMIC_AGGREGATE", &internal, BASE "400600", BGP_ACCEPT, 0, 0 },
	/* 7.7 */
	{ "AGGREGATOR of two octets from four", &internal, BASE "c007060001c0000201",
	    BGP_ATTR_DISCARD, 7, 0 },
	{ "AGGREGATOR", &internal, BASE "c0070800000001c0000201", BGP_ACCEPT, 0, 0 },
	{ "AGGREGATOR of AS 0", &internal, BASE "c0070800000000c0000201",
	    BGP_ATTR_DISCARD, 7, 0 },
	{ "AGGREGATOR of four octets from two", &two_octets,
	    BASE_2OCTETS "c0070800000001c0000201", BGP_ATTR_DISCARD, 7, 0 },
	{ "AGGREGATOR of two octets", &two_octets, BASE_2OCTETS "c007060001c0000201",
	    BGP_ACCEPT, 0, 0 },
	/* 7.8 */
	{ "COMMUNITIES empty", &internal, BASE "c00800", BGP_TREAT_AS_WITHDRAW, 8, 0 },
	{ "COMMUNITIES of 5", &internal, BASE "c008050001000100", BGP_TREAT_AS_WITHDRAW,
	    8, 0 },
	{ "COMMUNITIES", &internal, BASE "c0080400010001", BGP_ACCEPT, 0, 0 },
	{ "COMMUNITIES, partial", &internal, BASE "e0080400010001", BGP_ACCEPT, 0, 0 },
	/* 7.9 */
	{ "ORIGINATOR_ID too short", &internal, BASE "800903000000",
	    BGP_TREAT_AS_WITHDRAW, 9, 0 },
	{ "ORIGINATOR_ID from outside", &external, BASE "80090400000001",
	    BGP_ATTR_DISCARD, 9, 0 },
	{ "ORIGINATOR_ID", &internal, BASE "80090400000001", BGP_ACCEPT, 0, 0 },
	/* 7.10 */
	{ "CLUSTER_LIST empty", &internal, BASE "800a00", BGP_TREAT_AS_WITHDRAW, 10,
	    0 },
	{ "CLUSTER_LIST of 6", &internal, BASE "800a06000000010000",
	    BGP_TREAT_AS_WITHDRAW, 10, 0 },
	{ "CLUSTER_LIST from outside", &external, BASE "800a0400000001",
	    BGP_ATTR_DISCARD, 10, 0 },
	{ "CLUSTER_LIST", &internal, BASE "800a0400000001", BGP_ACCEPT, 0, 0 },
	/* 7.11, 7.12 */
	{ "MP_REACH_NLRI too short", &internal, BASE "800e020001", BGP_RESET, 14, 9 },
	{ "MP_REACH_NLRI with flags of another kind", &internal,
	    "c00e09000185000003010820" BASE, BGP_TREAT_AS_WITHDRAW, 14, 0 },
	{ "MP_UNREACH_NLRI too short", &internal, BASE "800f020001", BGP_RESET, 15, 9 },
	{ "MP_UNREACH_NLRI with flags of another kind", &internal, BASE "c00f03000201",
	    BGP_TREAT_AS_WITHDRAW, 15, 0 },
	{ "MP_REACH_NLRI twice", &internal,
	    "800e050001850000"
	    "800e050001850000" BASE,
	    BGP_RESET, 14, 1 },
	{ "MP_UNREACH_NLRI twice", &internal,
	    BASE "800f03000185"
		 "800f03000185",
	    BGP_RESET, 15, 1 },
	/* 7.14 */
	{ "EXTENDED COMMUNITIES of 9", &internal, BASE "c010090002000100000001 00",
	    BGP_TREAT_AS_WITHDRAW, 16, 0 },
	{ "EXTENDED COMMUNITIES empty", &internal, BASE "c01000", BGP_TREAT_AS_WITHDRAW,
	    16, 0 },
	{ "EXTENDED COMMUNITIES", &internal, BASE "c010080002000100000001", BGP_ACCEPT,
	    0, 0 },
	/* 7.15 */
	{ "IPv6 EXTENDED COMMUNITIES of 16", &internal,
	    BASE "c019100002 20010db80000000000000000000000", BGP_TREAT_AS_WITHDRAW, 25,
	    0 },
	{ "IPv6 EXTENDED COMMUNITIES", &internal,
	    BASE "c019140002 20010db8000000000000000000000001 0001", BGP_ACCEPT, 0, 0 },
	/* RFC 6793 6 */
	{ "AS4_PATH from four octets", &internal, BASE "c011060201 00010000",
	    BGP_ATTR_DISCARD, 17, 0 },
	{ "AS4_PATH from four octets, with flags of another kind", &internal,
	    BASE "4011060201 00010000", BGP_ATTR_DISCARD, 17, 0 },
	{ "AS4_AGGREGATOR from four octets, with flags of another kind", &internal,
	    BASE "8012060001 c0000201", BGP_ATTR_DISCARD, 18, 0 },
	{ "AS4_PATH with flags of another kind", &two_octets,
	    BASE_2OCTETS "4011060201 00010000", BGP_TREAT_AS_WITHDRAW, 17, 0 },
	{ "AS4_PATH malformed", &two_octets, BASE_2OCTETS "c011060202 00010000",
	    BGP_ATTR_DISCARD, 17, 0 },
	{ "AS4_PATH empty", &two_octets, BASE_2OCTETS "c01100", BGP_ATTR_DISCARD, 17,
	    0 },
	{ "AS4_PATH", &two_octets, BASE_2OCTETS "c011060201 00010000", BGP_ACCEPT, 0,
	    0 },
	{ "AS4_AGGREGATOR from four octets", &internal, BASE "c01208 00010000 c0000201",
	    BGP_ATTR_DISCARD, 18, 0 },
	{ "AS4_AGGREGATOR too short", &two_octets, BASE_2OCTETS "c01206 0001 c0000201",
	    BGP_ATTR_DISCARD, 18, 0 },
	{ "AS4_AGGREGATOR of AS 0", &two_octets,
	    BASE_2OCTETS "c01208 00000000 c0000201", BGP_ATTR_DISCARD, 18, 0 },
	/* RFC 8092 6 */
	{ "LARGE_COMMUNITY of 8", &internal, BASE "c020080000000100000002",
	    BGP_TREAT_AS_WITHDRAW, 32, 0 },
	{ "LARGE_COMMUNITY", &internal, BASE "c0200c000000010000000200000003",
	    BGP_ACCEPT, 0, 0 },
	/* RFC 9234 5 */
	{ "ONLY_TO_CUSTOMER too short", &internal, BASE "c023020001",
	    BGP_TREAT_AS_WITHDRAW, 35, 0 },
	{ "ONLY_TO_CUSTOMER", &internal, BASE "c0230400000001", BGP_ACCEPT, 0, 0 },
	/* RFC 7606 3 c: of the flags only these two count */
	{ "ORIGIN, partial", &internal, "6f010100" AS_PATH NEXT_HOP, BGP_ACCEPT, 0, 0 },
	{ "ORIGIN with bits of no meaning", &internal, "7f01000100" AS_PATH NEXT_HOP,
	    BGP_ACCEPT, 0, 0 },
	{ "ORIGIN with flags of another kind", &internal, "c0010100" AS_PATH NEXT_HOP,
	    BGP_TREAT_AS_WITHDRAW, 1, 0 },
	{ "COMMUNITIES not transitive", &internal, BASE "80080400010001",
	    BGP_TREAT_AS_WITHDRAW, 8, 0 },
	{ "AGGREGATOR well-known", &internal, BASE "40070800000001c0000201",
	    BGP_TREAT_AS_WITHDRAW, 7, 0 },
	{ "extended length of a short value", &internal, BASE "d008000400010001",
	    BGP_ACCEPT, 0, 0 },
	/* 3 d */
	{ "ORIGIN missing", &internal, AS_PATH NEXT_HOP, BGP_TREAT_AS_WITHDRAW, 1, 0 },
	{ "AS_PATH missing", &internal, ORIGIN NEXT_HOP, BGP_TREAT_AS_WITHDRAW, 2, 0 },
	{ "NEXT_HOP missing", &internal, ORIGIN AS_PATH, BGP_TREAT_AS_WITHDRAW, 3, 0 },
	{ "everything missing", &internal, "", BGP_TREAT_AS_WITHDRAW, 1, 0 },
	{ "LOCAL_PREF missing", &internal, BASE, BGP_ACCEPT, 0, 0 },
	/* 3 g */
	{ "ORIGIN twice", &internal, BASE "40010102", BGP_ATTR_DISCARD, 1, 0 },
	{ "COMMUNITIES twice, the second malformed", &internal,
	    BASE "c0080400010001c00800", BGP_ATTR_DISCARD, 8, 0 },
	{ "an unknown one twice", &internal, BASE "c0fe00c0fe0100", BGP_ATTR_DISCARD,
	    254, 0 },
	/* 3 h: the worst counts */
	{ "discard, then withdraw, then reset", &internal,
	    BASE "40060100 c00800 40c80100", BGP_RESET, 200, 2 },
	/* 4 */
	{ "one byte left over", &internal, BASE "c0", BGP_TREAT_AS_WITHDRAW, 0, 0 },
	{ "no length", &internal, BASE "c008", BGP_TREAT_AS_WITHDRAW, 8, 0 },
	{ "half an extended length", &internal, BASE "d00800", BGP_TREAT_AS_WITHDRAW, 8,
	    0 },
	{ "more than there is", &internal, BASE "c00805000100", BGP_TREAT_AS_WITHDRAW,
	    8, 0 },
	/* RFC 4271 6.3, 9 */
	{ "unknown and well-known", &internal, BASE "40c80100", BGP_RESET, 200, 2 },
	{ "unknown, optional and transitive", &internal, BASE "c0c80100", BGP_ACCEPT, 0,
	    0 },
	{ "unknown, optional and not transitive", &internal, BASE "801a0100",
	    BGP_ACCEPT, 0, 0 },
};

static void
every_fault_has_its_verdict(void **state)
{
	struct world *world = *state;

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct fault_case *row = &cases[i];
		const struct bgp_fault *fault = &world->update.fault;

		build(world, "", row->attrs, NLRI);
		if (decode(world, row->params) != row->verdict ||
		    fault->type != row->type || fault->subcode != row->subcode)
			fail_msg("%s: verdict %d, type %d, subcode %d: %s", row->what,
			    fault->verdict, fault->type, fault->subcode, fault->reason);
		assert_int_equal(
		    world->update.attrs != 0, row->verdict <= BGP_ATTR_DISCARD);
		if (row->verdict == BGP_RESET)
			assert_int_equal(rd_left(&world->update.announced.rd), 0);
		else
			assert_int_equal(rd_left(&world->update.announced.rd), 4);
	}
}

/* Checks a value of zeros of an attribute from a peer to which all of them mean
 * something. */
static enum bgp_verdict
check_zeros(uint8_t flags, uint8_t type, size_t len)
{
	static const uint8_t zeros[20];
	const struct bgp_session_params params = {
		.as4 = type != BGP_ATTR_AS4_PATH && type != BGP_ATTR_AS4_AGGREGATOR
	};
	struct bgp_attr attr = { .flags = flags, .type = type };
	struct bgp_fault fault;

	rd_init(&attr.value, zeros, len);
	return bgp_attr_check(&params, &attr, &fault);
}

/* RFC 7606 3 c and 4 */
static void
flags_and_lengths_of_every_row(void **state)
{
	unsigned rows = 0;

	(void)state;
	for (unsigned type = 0; type < 256; type++) {
		const struct bgp_attr_row *row = bgp_attr_row((uint8_t)type);
		bool empty = type == BGP_ATTR_AS_PATH ||
			     type == BGP_ATTR_ATOMIC_AGGREGATE;

		if (!row)
			continue;
		rows++;
		assert_int_equal(row->type, type);
		for (uint8_t bit = BGP_FLAG_TRANSITIVE; bit; bit = (uint8_t)(bit << 1))
			assert_int_equal(check_zeros(row->flags ^ bit, row->type, 4),
			    BGP_TREAT_AS_WITHDRAW);
		if (row->check)
			assert_int_equal(check_zeros(row->flags, row->type, 0),
			    empty ? BGP_ACCEPT : row->fault);
	}
	assert_int_equal(rows, 18);
}

/* Without routes that could be withdrawn, what asks for that resets. RFC 7606 5.2 */
static void
faults_without_routes(void **state)
{
	struct world *world = *state;
	static const struct {
		const char *withdrawn, *attrs;
		enum bgp_verdict verdict;
	} rows[] = {
		{ "", "40010103", BGP_RESET },
		{ "18c63364", "40010103", BGP_RESET },
		{ "18c63364", "c0", BGP_RESET },
		{ "", "40010103 800f080002012020010db8", BGP_RESET },
		{ "", "40060100", BGP_ATTR_DISCARD },
		{ "", "40010100", BGP_ACCEPT }, /* nothing is missing: no routes */
		{ "", "c00f080002012020010db8", BGP_TREAT_AS_WITHDRAW },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		build(world, rows[i].withdrawn, rows[i].attrs, "");
		assert_int_equal(decode(world, &internal), rows[i].verdict);
	}
	assert_int_equal(rd_left(&world->update.mp_withdrawn.rd), 5);
}

/* Routes of a family that was not agreed on are routes all the same. */
static void
faults_with_routes_that_are_not_ours(void **state)
{
	struct bgp_session_params params = internal;
	struct world *world = *state;

	params.family[FAMILY_IPV4] = false;
	build(world, "", "40010103", NLRI);
	assert_int_equal(decode(world, &params), BGP_ACCEPT);
	assert_int_equal(world->update.ignored, 1);
	build(world, "", "40010103 800e0900018500000301 0820", "");
	assert_int_equal(decode(world, &params), BGP_ACCEPT);
	assert_int_equal(world->update.ignored, 1);
}

static void
rows_have_names(void **state)
{
	(void)state;
	assert_string_equal(bgp_attr_row(BGP_ATTR_AS_PATH)->name, "AS_PATH");
	assert_null(bgp_attr_row(222));
}

static void
attributes_are_written_as_they_are_read(void **state)
{
	uint8_t value[300], bytes[400];
	struct bgp_attr attr;
	struct wr wr;
	struct rd rd;

	(void)state;
	memset(value, 7, sizeof value);
	for (size_t len = 254; len <= 257; len++) {
		wr_init(&wr, bytes, sizeof bytes);
		bgp_attr_write(&wr, 0xd0, 99, value, len);
		rd_init(&rd, bytes, wr.len);
		assert_true(bgp_attr_next(&rd, &attr));
		assert_true(rd_done(&rd));
		assert_int_equal(attr.flags, len > 255 ? 0xd0 : 0xc0);
		assert_int_equal(attr.type, 99);
		assert_int_equal(rd_left(&attr.value), len);
		assert_int_equal(attr.raw_len, wr.len);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    every_fault_has_its_verdict, setup, teardown),
		cmocka_unit_test(flags_and_lengths_of_every_row),
		cmocka_unit_test_setup_teardown(faults_without_routes, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    faults_with_routes_that_are_not_ours, setup, teardown),
		cmocka_unit_test(rows_have_names),
		cmocka_unit_test(attributes_are_written_as_they_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
