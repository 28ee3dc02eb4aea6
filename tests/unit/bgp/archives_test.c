/*
 * Messages that broke others, or were to. No verdicts came with the corpora that
 * fuzzers grew: of each file an UPDATE's is pinned here for all contexts together, so
 * that a change of rules is seen.
 */
#include "bgp/session.h"
#include "helpers/shared_file.h"
#include "world.h"

static const char *const corpora[] = { "bgp/malformed/bird-corpus-a.tgz",
	"bgp/malformed/frr-bgpd-corpus-a.tgz" };
static const char seeds[] = "bgp/malformed/seeds.tgz";
static const char bad_lengths[] = "bgp/malformed/gobgp-bad-len-a.tgz";

/* --- their bodies, as UPDATEs --- */

/* All UPDATEs in these bytes, as far as their lengths lead on, in all contexts. */
static void
decode_stream(struct world *world, struct rd rd, size_t verdicts[BGP_RESET + 1])
{
	while (rd_left(&rd) >= BGP_HEADER_LEN) {
		size_t size, type;
		struct rd body;

		rd_bytes(&rd, 16);
		size = rd_u16(&rd);
		type = rd_u8(&rd);
		if (size < BGP_HEADER_LEN || size - BGP_HEADER_LEN > rd_left(&rd))
			size = BGP_HEADER_LEN + rd_left(&rd);
		body = rd_sub(&rd, size - BGP_HEADER_LEN);
		if (type != BGP_UPDATE)
			continue;
		world->len = rd_left(&body);
		memcpy(world->body, body.at, world->len);
		for (unsigned i = 0; i < 16; i++) {
			const struct bgp_session_params params = {
				.ebgp = i & 1,
				.as4 = i & 2,
				.add_path = { i & 4, i & 4 },
				.extended_nexthop = i & 8,
				.family = { true, true },
			};

			verdicts[decode(world, &params)]++;
		}
	}
}

static void
corpora_have_their_verdicts(void **state)
{
	static const size_t expected[BGP_RESET + 1] = { 1384, 120, 1296, 11856 };
	size_t verdicts[BGP_RESET + 1] = { 0 };

	for (size_t i = 0; i < sizeof corpora / sizeof *corpora; i++) {
		size_t len, at = 0;
		uint8_t *tar = shared_load(corpora[i], &len);
		struct rd file;

		while (shared_tar_next(tar, len, &at, &file))
			decode_stream(*state, file, verdicts);
		free(tar);
	}
	if (memcmp(verdicts, expected, sizeof verdicts) != 0)
		fail_msg("verdicts %zu %zu %zu %zu", verdicts[0], verdicts[1],
		    verdicts[2], verdicts[3]);
}

/* --- whole, in a session --- */

static void
receive(struct bgp_session *session, const uint8_t *bytes, size_t len)
{
	struct bgp_actions actions;
	size_t taken;

	while ((taken = bgp_session_receive(
		    session, BGP_CONN_IN, bytes, len, 0, &actions))) {
		assert_true(taken <= len);
		bytes += taken;
		len -= taken;
	}
}

/* A new session that waits in `state` for what comes. */
static void
bring_to(struct bgp_session *session, enum bgp_state state)
{
	struct bgp_session_config config = bgp_session_config_default();
	struct bgp_open open = { .as = 65001, .id = 2, .hold_s = 90 };
	static const enum bgp_event_type events[] = { BGP_EVENT_START,
		BGP_EVENT_INCOMING };
	struct bgp_actions actions;
	uint8_t out[300];
	struct wr wr;

	config.local_as = 65136;
	config.local_id = 1;
	config.offer.families = BGP_FAMILY_BIT(FAMILY_IPV4);
	bgp_session_init(session, &config);
	for (size_t i = 0; i < 2; i++)
		bgp_session_step(
		    session, &(struct bgp_event){ .type = events[i] }, 0, &actions);
	wr_init(&wr, out, sizeof out);
	if (state >= BGP_OPENCONFIRM)
		bgp_open_encode(&wr, &open);
	if (state >= BGP_ESTABLISHED)
		bgp_keepalive_encode(&wr);
	receive(session, out, wr.len);
	assert_int_equal(bgp_session_state(session), state);
}

/* Feeds the bytes in `state` as they are, and as the body of each type of message. */
static void
feed(const uint8_t *bytes, size_t len, enum bgp_state state)
{
	uint8_t *message = malloc(BGP_HEADER_LEN + len);

	assert_non_null(message);
	for (unsigned type = 0; type < BGP_MESSAGE_TYPES; type++) {
		struct bgp_session session;
		size_t begin;
		struct wr wr;

		wr_init(&wr, message, BGP_HEADER_LEN + len);
		begin = type ? bgp_message_begin(&wr, type) : 0;
		wr_bytes(&wr, bytes, len);
		if (type)
			bgp_message_end(&wr, begin);
		bring_to(&session, state);
		receive(&session, message, wr.len);
		assert_true(bgp_session_state(&session) != BGP_CONNECT);
	}
	free(message);
}

static void
broken_messages_break_nothing(void **state)
{
	unsigned files = 0;

	(void)state;
	for (size_t i = 0; i < sizeof corpora / sizeof *corpora; i++) {
		size_t len, at = 0;
		uint8_t *tar = shared_load(corpora[i], &len);
		struct rd file;

		while (shared_tar_next(tar, len, &at, &file)) {
			size_t size = rd_left(&file);

			if (size > BGP_MESSAGE_EXTENDED_MAX - BGP_HEADER_LEN)
				continue;
			for (enum bgp_state s = BGP_OPENSENT; s <= BGP_ESTABLISHED; s++)
				feed(file.at, size, s);
			files++;
		}
		free(tar);
	}
	assert_true(files > 500);
}

/* Well-formed ones, that the fuzzers began with. */
static void
seeds_are_taken(void **state)
{
	struct world *world = *state;
	unsigned n[BGP_MESSAGE_TYPES] = { 0 }, evpn = 0;
	size_t len, at = 0;
	uint8_t *tar = shared_load(seeds, &len);
	struct rd file;

	while (shared_tar_next(tar, len, &at, &file)) {
		struct bgp_error error;
		struct bgp_frame frame;
		struct bgp_open open;

		assert_int_equal(bgp_message_frame(file.at, rd_left(&file),
				     BGP_MESSAGE_MAX, &frame, &error),
		    BGP_FRAME_WHOLE);
		assert_int_equal(frame.len, rd_left(&file));
		n[frame.type]++;
		if (frame.type == BGP_OPEN)
			assert_true(
			    bgp_open_decode(frame.body, frame.body_len, &open, &error));
		if (frame.type != BGP_UPDATE)
			continue;
		world->len = frame.body_len;
		memcpy(world->body, frame.body, frame.body_len);
		assert_int_equal(decode(world, &internal), BGP_ACCEPT);
		evpn += world->update.ignored;
	}
	free(tar);
	assert_int_equal(n[BGP_OPEN], 1);
	assert_int_equal(n[BGP_KEEPALIVE], 1);
	assert_int_equal(n[BGP_NOTIFICATION], 1);
	assert_int_equal(n[BGP_UPDATE], 4);
	assert_int_equal(evpn, 3);
}

/* GoBGP must not take them either: their markers are wrong, and so is what follows. */
static void
wrong_lengths_are_refused(void **state)
{
	struct world *world = *state;
	size_t len, at = 0, n = 0;
	uint8_t *tar = shared_load(bad_lengths, &len);
	struct rd file;

	while (shared_tar_next(tar, len, &at, &file)) {
		struct bgp_session session;

		bring_to(&session, BGP_ESTABLISHED);
		receive(&session, file.at, rd_left(&file));
		assert_int_equal(bgp_session_state(&session), BGP_IDLE);
		assert_int_equal(session.last_sent.code, BGP_ERROR_HEADER);
		assert_int_equal(
		    session.last_sent.subcode, BGP_HEADER_NOT_SYNCHRONIZED);
		world->len = rd_left(&file) - BGP_HEADER_LEN;
		memcpy(world->body, file.at + BGP_HEADER_LEN, world->len);
		assert_in_range(
		    decode(world, &internal), BGP_TREAT_AS_WITHDRAW, BGP_RESET);
		n++;
	}
	free(tar);
	assert_int_equal(n, 6);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    corpora_have_their_verdicts, setup, teardown),
		cmocka_unit_test(broken_messages_break_nothing),
		cmocka_unit_test_setup_teardown(seeds_are_taken, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    wrong_lengths_are_refused, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
