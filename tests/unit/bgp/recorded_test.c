/* Streams of UPDATEs, captures and vectors that others recorded and made. */
#include "bgp/message.h"
#include "bgp/open.h"
#include "helpers/bgp_capture.h"
#include "helpers/shared_file.h"
#include "world.h"

#define MRT_BGP4MP 16
#define MRT_MESSAGE 1
#define MRT_MESSAGE_AS4 4

struct counts {
	size_t updates, announced, withdrawn, ignored, verdicts[BGP_RESET + 1];
	size_t others[BGP_MESSAGE_TYPES]; /* messages of other types, well-formed */
};

static size_t
count(struct bgp_nlri nlri)
{
	struct prefix prefix;
	uint32_t path_id;
	size_t n = 0;

	while (bgp_nlri_next(&nlri, &prefix, &path_id))
		n++;
	return n;
}

static void
take_update(struct world *world, const struct bgp_session_params *params,
    const uint8_t *body, size_t len, struct counts *counts)
{
	assert_true(len <= sizeof world->body);
	memcpy(world->body, body, len);
	world->len = len;
	counts->verdicts[decode(world, params)]++;
	counts->updates++;
	counts->ignored += world->update.ignored;
	counts->announced += count(world->update.announced) +
			     count(world->update.mp_announced);
	counts->withdrawn += count(world->update.withdrawn) +
			     count(world->update.mp_withdrawn);
}

/* A whole message; what is no UPDATE must be well. */
static void
take_message(struct world *world, const struct bgp_session_params *params, struct rd rd,
    struct counts *counts)
{
	struct bgp_frame frame;
	struct bgp_refresh refresh;
	struct bgp_error error;
	struct bgp_open open;

	assert_int_equal(bgp_message_frame(rd.at, rd_left(&rd),
			     BGP_MESSAGE_EXTENDED_MAX, &frame, &error),
	    BGP_FRAME_WHOLE);
	assert_int_equal(frame.len, rd_left(&rd));
	switch ((enum bgp_message_type)frame.type) {
	case BGP_UPDATE:
		take_update(world, params, frame.body, frame.body_len, counts);
		return;
	case BGP_OPEN:
		assert_true(bgp_open_decode(frame.body, frame.body_len, &open, &error));
		break;
	case BGP_NOTIFICATION:
		assert_true(
		    bgp_notification_decode(frame.body, frame.body_len, &error));
		break;
	case BGP_REFRESH:
		assert_true(bgp_refresh_decode(
		    frame.body, frame.body_len, true, &refresh, &error));
		break;
	case BGP_KEEPALIVE:
		break;
	}
	counts->others[frame.type]++;
}

/* One message of a BGP4MP record. RFC 6396 4.4 */
static void
take_record(struct world *world, unsigned subtype, bool add_path, struct rd rd,
    struct counts *counts)
{
	struct bgp_session_params params = external;
	uint32_t peer_as, local_as;
	unsigned afi;

	params.add_path[FAMILY_IPV4] = params.add_path[FAMILY_IPV6] = add_path;
	params.as4 = subtype == MRT_MESSAGE_AS4;
	peer_as = params.as4 ? rd_u32(&rd) : rd_u16(&rd);
	local_as = params.as4 ? rd_u32(&rd) : rd_u16(&rd);
	params.ebgp = peer_as != local_as;
	rd_u16(&rd); /* interface */
	afi = rd_u16(&rd);
	rd_bytes(&rd, afi == 1 ? 8 : 32); /* peer and local address */
	take_message(world, &params, rd, counts);
}

static struct counts
replay(struct world *world, const char *name, bool add_path)
{
	struct counts counts = { 0 };
	size_t len;
	uint8_t *bytes = shared_load(name, &len);
	struct rd rd;

	rd_init(&rd, bytes, len);
	while (rd_left(&rd)) {
		unsigned type, subtype;
		struct rd record;

		rd_u32(&rd);
		type = rd_u16(&rd);
		subtype = rd_u16(&rd);
		record = rd_sub(&rd, rd_u32(&rd));
		if (type == MRT_BGP4MP &&
		    (subtype == MRT_MESSAGE || subtype == MRT_MESSAGE_AS4))
			take_record(world, subtype, add_path, record, &counts);
	}
	assert_true(rd_done(&rd));
	free(bytes);
	return counts;
}

static void
streams_hold_what_others_counted(void **state)
{
	static const struct {
		const char *name;
		size_t announced, withdrawn, ignored;
		bool add_path;
		size_t others[BGP_MESSAGE_TYPES];
	} streams[] = {
		{ "bgp/mrt/ris-20160811.updates.gz", 39256, 1956, 0, false,
		    { [BGP_KEEPALIVE] = 168 } },
		{ "bgp/mrt/rrc06-20150401.updates.gz", 1435, 122, 0, false,
		    { [BGP_KEEPALIVE] = 30 } },
		/* beside it 198 and 82 multicast routes, one a message */
		{ "bgp/mrt/bgpmon-arch0.mrt", 42997 - 198, 4465 - 82, 198 + 82, false,
		    { 0 } },
		{ "bgp/mrt/ris-20020722.updates.gz", 825, 2419, 0, false,
		    { [BGP_OPEN] = 13,
			[BGP_KEEPALIVE] = 615,
			[BGP_NOTIFICATION] = 7 } },
		{ "bgp/mrt/long-withdrawal.gz", 0, 4096, 0, false, { 0 } },
		/* with path ids, though the type of the records does not say so:
		 * bgpdump takes them for default routes, and counts 24 and 32 */
		{ "bgp/mrt/sample-bird_bgp", 14, 0, 0, true,
		    { [BGP_OPEN] = 2,
			[BGP_KEEPALIVE] = 5,
			[BGP_NOTIFICATION] = 1,
			[BGP_REFRESH] = 1 } },
		{ "bgp/mrt/sample-bird6_bgp", 14, 0, 0, true,
		    { [BGP_OPEN] = 2,
			[BGP_KEEPALIVE] = 5,
			[BGP_NOTIFICATION] = 1,
			[BGP_REFRESH] = 1 } },
		/* VPN and multicast, announced and ended */
		{ "bgp/mrt/sample-quagga_bgp", 18, 0, 12, false,
		    { [BGP_OPEN] = 4,
			[BGP_KEEPALIVE] = 10,
			[BGP_NOTIFICATION] = 2,
			[BGP_REFRESH] = 7 } },
	};

	for (size_t i = 0; i < sizeof streams / sizeof *streams; i++) {
		struct counts counts = replay(
		    *state, streams[i].name, streams[i].add_path);

		print_message("%s: %zu updates, %zu announced, %zu withdrawn; verdicts "
			      "%zu %zu %zu %zu\n",
		    streams[i].name, counts.updates, counts.announced, counts.withdrawn,
		    counts.verdicts[0], counts.verdicts[1], counts.verdicts[2],
		    counts.verdicts[3]);
		assert_int_equal(counts.announced, streams[i].announced);
		assert_int_equal(counts.withdrawn, streams[i].withdrawn);
		assert_int_equal(counts.ignored, streams[i].ignored);
		assert_int_equal(counts.verdicts[BGP_ACCEPT], counts.updates);
		assert_memory_equal(
		    counts.others, streams[i].others, sizeof counts.others);
	}
}

/* bgpdump printed a line for each prefix, in their order. */
static void
withdrawals_are_those_that_others_printed(void **state)
{
	struct world *world = *state;
	struct counts counts = replay(world, "bgp/mrt/long-withdrawal.gz", false);
	struct bgp_nlri nlri = world->update.mp_withdrawn;
	char *text, *rest, *line;
	struct prefix prefix;
	uint32_t path_id;
	size_t len;

	assert_int_equal(counts.withdrawn, 4096);
	text = (char *)shared_load(
	    "bgp/mrt/updates.long_withdrawal.expected.txt.gz", &len);
	rest = text;
	while ((line = strsep(&rest, "\n")) && *line) {
		char found[PREFIX_TEXT_MAX];

		assert_true(bgp_nlri_next(&nlri, &prefix, &path_id));
		assert_string_equal(
		    prefix_text(&prefix, found), strrchr(line, '|') + 1);
	}
	assert_false(bgp_nlri_next(&nlri, &prefix, &path_id));
	free(text);
}

/*
 * bgpdump reads a prefix with bits set behind its length, and no more; but a byte
 * follows that begins a prefix which is not there.
 */
static void
a_byte_too_many_resets(void **state)
{
	static const char expected[] =
	    "bgp/mrt/updates.nlri_mask_trailing_bits.expected.txt.gz";
	struct world *world = *state;
	struct counts counts = replay(world, "bgp/mrt/nlri-trailing-bits.gz", false);
	char text[BGP_ERROR_REASON_MAX], *line;
	struct bgp_session_params params = external;
	size_t len;

	assert_int_equal(counts.updates, 1);
	assert_int_equal(counts.verdicts[BGP_RESET], 1);
	assert_string_equal(bgp_fault_text(&world->update.fault, world->copy, text),
	    "prefix at byte 59: prefix cut short: 0b");
	/* without it we read what bgpdump reads */
	params.as4 = false;
	world->len--;
	assert_int_equal(decode(world, &params), BGP_ACCEPT);
	line = (char *)shared_load(expected, &len);
	snprintf(text, sizeof text, "|%.99s|", text_of(world->update.announced));
	assert_non_null(strstr(line, text));
	free(line);
}

/* The UPDATEs in a capture. */
static struct counts
take_capture(
    struct world *world, const struct bgp_session_params *params, const char *name)
{
	struct counts counts = { 0 };
	size_t len, at = 0;
	uint8_t *bytes = shared_load(name, &len);
	struct bgp_frame frame;

	while (bgp_capture_next(bytes, len, &at, &frame))
		take_update(world, params, frame.body, frame.body_len, &counts);
	free(bytes);
	return counts;
}

static const struct bgp_session_params two_octets = {
	.ebgp = true,
	.family = { true, true },
};

/*
 * What real speakers sent is accepted, other families are passed over. A capture may
 * hold sessions of two and of four octets: each is judged as both.
 */
static void
captures_have_their_verdicts(void **state)
{
	static const struct {
		const char *name;
		const struct bgp_session_params *params;
		size_t verdicts[BGP_RESET + 1], announced, ignored;
	} rows[] = {
		{ "bgp/pcap/bgp-4byte-asn.pcap", &external, { 6, 0, 4, 0 }, 35, 0 },
		{ "bgp/pcap/bgp-4byte-asn.pcap", &two_octets, { 7, 0, 3, 0 }, 35, 0 },
		{ "bgp/pcap/bgp-aigp-2.pcap", &internal, { 1 }, 0, 1 },
		{ "bgp/pcap/bgp-aigp.pcap", &internal, { 2 }, 0, 2 },
		/* 20 have BGPsec_PATH in place of AS_PATH, which was not agreed on */
		{ "bgp/pcap/bgp-bgpsec.pcap", &external, { 4, 0, 20, 0 }, 20, 0 },
		{ "bgp/pcap/bgp-enhanced-route-refresh-subtype.pcapng", &external,
		    { 5 }, 12, 0 },
		{ "bgp/pcap/bgp-large-community.pcap", &external, { 5 }, 5, 0 },
		{ "bgp/pcap/bgp-link-bw-extcommunity.pcapng", &internal, { 6 }, 7, 0 },
		{ "bgp/pcap/bgp-ovs.pcapng", &internal, { 4 }, 4, 0 },
		{ "bgp/pcap/bgp-role.pcapng", &external, { 9 }, 11, 0 },
		{ "bgp/pcap/bgp_vpn_attrset.pcap", &internal, { 1 }, 0, 1 },
		{ "bgp/pcap/mpbgp-linklocal-nexthop.pcap", &two_octets, { 1 }, 1, 0 },
		{ "bgp/pcap/multiple-sessions.pcap", &internal, { 100 }, 128, 0 },
		/* broken on purpose: lengths that run out of the message, attributes
		 * that are unknown but well-known */
		{ "bgp/pcap/bgp-as-path-oobr.pcap", &internal, { 138, 0, 1, 197 }, 0,
		    139 },
		{ "bgp/pcap/bgp-ub.pcap", &internal, { 8, 0, 0, 14 }, 2, 6 },
		{ "bgp/pcap/bgp_mp_reach_nlri-oobr.pcap", &internal, { 0, 0, 0, 6 }, 0,
		    0 },
		{ "bgp/pcap/bgp_vpn_rt-oobr.pcap", &internal, { 0, 0, 0, 3 }, 0, 0 },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct counts counts = take_capture(
		    *state, rows[i].params, rows[i].name);

		if (memcmp(counts.verdicts, rows[i].verdicts, sizeof counts.verdicts) !=
			0 ||
		    counts.announced != rows[i].announced ||
		    counts.ignored != rows[i].ignored)
			fail_msg("%s: verdicts %zu %zu %zu %zu, %zu announced, %zu "
				 "ignored",
			    rows[i].name, counts.verdicts[0], counts.verdicts[1],
			    counts.verdicts[2], counts.verdicts[3], counts.announced,
			    counts.ignored);
	}
}

/*
 * Messages that another implementation makes and takes. We refuse three: next hops
 * 255.255.255.255 and ::1, and an IPv6 route by an IPv4 next hop, which no RFC has.
 */
static void
vectors_are_accepted(void **state)
{
	struct counts counts = { 0 };
	struct world *world = *state;
	size_t len;
	char *text = (char *)shared_load("bgp/messages/exabgp-vectors-a.tsv", &len);
	char *rest = text, *line;

	text[len - 1] = '\0';
	while ((line = strsep(&rest, "\n"))) {
		struct bgp_session_params params = internal;
		char *file = strsep(&line, "\t"), *hex;
		char reason[BGP_ERROR_REASON_MAX];
		uint8_t bytes[4096];
		size_t size;

		strsep(&line, "\t");
		hex = strsep(&line, "\t");
		if (!hex || strncmp(hex, "FFFFFFFFFFFFFFFF", 16) != 0)
			continue;
		assert_true(strlen(hex) <= 2 * sizeof bytes);
		size = unhex(hex, bytes);
		if (bytes[18] != BGP_UPDATE)
			continue;
		params.as4 = !strstr(file, "no-asn4");
		params.add_path[FAMILY_IPV4] = params.add_path[FAMILY_IPV6] =
		    strstr(file, "addpath") || strstr(file, "path-information");
		params.extended_nexthop = true;
		take_update(world, &params, bytes + BGP_HEADER_LEN,
		    size - BGP_HEADER_LEN, &counts);
		if (world->update.fault.verdict >= BGP_TREAT_AS_WITHDRAW)
			print_message("%s: %s\n", file,
			    bgp_fault_text(&world->update.fault, world->copy, reason));
	}
	free(text);
	print_message("%zu updates, %zu announced\n", counts.updates, counts.announced);
	assert_in_range(counts.updates, 90, 106);
	assert_int_equal(counts.verdicts[BGP_TREAT_AS_WITHDRAW], 2);
	assert_int_equal(counts.verdicts[BGP_RESET], 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    streams_hold_what_others_counted, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    withdrawals_are_those_that_others_printed, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    a_byte_too_many_resets, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    captures_have_their_verdicts, setup, teardown),
		cmocka_unit_test_setup_teardown(vectors_are_accepted, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
