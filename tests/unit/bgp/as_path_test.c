#include "bgp/as_path.h"
#include "world.h"

static struct rd
path(const char *hex)
{
	static uint8_t bytes[4][256];
	static unsigned turn;
	struct rd rd;

	turn = (turn + 1) % 4;
	rd_init(&rd, bytes[turn], unhex(hex, bytes[turn]));
	return rd;
}

static void
assert_written(const struct wr *wr, const char *hex)
{
	struct rd expected = path(hex);

	assert_false(wr->full);
	assert_int_equal(wr->len, rd_left(&expected));
	assert_memory_equal(wr->bytes, expected.at, wr->len);
}

/* RFC 6793 4.2.3 */
static void
as4_path_knows_better(void **state)
{
	static const struct {
		const char *path, *as4_path, *merged;
	} rows[] = {
		/* nothing to merge */
		{ "0202 0001 0002", "", "0202 00000001 00000002" },
		{ "", "", "" },
		/* the same length: all of it */
		{ "0202 5ba0 0002", "0202 00010000 00000002",
		    "0202 00010000 00000002" },
		/* two-octet speakers before it */
		{ "0203 0007 5ba0 0002", "0202 00010000 00000002",
		    "0201 00000007 0202 00010000 00000002" },
		/* shorter than AS4_PATH: stale, hence ignored */
		{ "0201 0007", "0202 00010000 00000002", "0201 00000007" },
		/* a set counts as one */
		{ "0201 0007 0102 5ba0 0002", "0102 00010000 00000002",
		    "0201 00000007 0102 00010000 00000002" },
		{ "0102 0007 0008 0201 5ba0", "0201 00010000",
		    "0102 00000007 00000008 0201 00010000" },
		/* confederations count nothing; those in AS4_PATH are dropped */
		{ "0301 0009 0202 0007 5ba0", "0201 00010000",
		    "0301 00000009 0201 00000007 0201 00010000" },
		{ "0202 0007 5ba0", "0301 00000009 0201 00010000",
		    "0201 00000007 0201 00010000" },
		/* they are taken at the head, and next to what is taken whole */
		{ "0301 0009 0201 5ba0", "0201 00010000",
		    "0301 00000009 0201 00010000" },
		{ "0201 0007 0401 0009 0201 5ba0", "0201 00010000",
		    "0201 00000007 0401 00000009 0201 00010000" },
		{ "0202 0007 5ba0 0301 0009 0201 0002", "0202 00010000 00000002",
		    "0201 00000007 0202 00010000 00000002" },
		{ "0201 5ba0 0301 0009", "0201 00010000", "0201 00010000" },
	};
	uint8_t bytes[256];
	struct wr wr;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		wr_init(&wr, bytes, sizeof bytes);
		bgp_as_path_merge(&wr, path(rows[i].path), path(rows[i].as4_path));
		assert_written(&wr, rows[i].merged);
	}
}

static void
our_as_goes_before(void **state)
{
	uint8_t bytes[2048], full[2 + 4 * 255] = { 2, 255 };
	struct rd rd;
	struct wr wr;

	(void)state;
	wr_init(&wr, bytes, sizeof bytes);
	bgp_as_path_prepend(&wr, path(""), 65000);
	assert_written(&wr, "0201 0000fde8");
	wr_init(&wr, bytes, sizeof bytes);
	bgp_as_path_prepend(&wr, path("0201 00000007 0101 00000008"), 65000);
	assert_written(&wr, "0202 0000fde8 00000007 0101 00000008");
	wr_init(&wr, bytes, sizeof bytes);
	bgp_as_path_prepend(&wr, path("0101 00000008"), 65000);
	assert_written(&wr, "0201 0000fde8 0101 00000008");
	/* a segment holds 255 and no more */
	rd_init(&rd, full, sizeof full);
	wr_init(&wr, bytes, sizeof bytes);
	bgp_as_path_prepend(&wr, rd, 65000);
	assert_int_equal(wr.len, 6 + sizeof full);
	assert_int_equal(bytes[1], 1);
	assert_memory_equal(bytes + 6, full, sizeof full);
}

static void
wide_numbers_become_as_trans(void **state)
{
	uint8_t bytes[256];
	struct wr wr;

	(void)state;
	wr_init(&wr, bytes, sizeof bytes);
	bgp_as_path_narrow(&wr, path("0202 00010000 00000007 0101 0000ffff"));
	assert_written(&wr, "0202 5ba0 0007 0101 ffff");
	assert_true(bgp_as_path_is_wide(path("0202 00000007 00010000")));
	assert_false(bgp_as_path_is_wide(path("0202 00000007 0000ffff")));
	wr_init(&wr, bytes, sizeof bytes);
	bgp_as_path_plain(&wr, path("0301 00000009 0201 00010000 0401 00000001"));
	assert_written(&wr, "0201 00010000");
}

static void
numbers_are_found(void **state)
{
	(void)state;
	assert_true(bgp_as_path_has(path("0201 00000009 0101 00010000"), 65536));
	assert_false(bgp_as_path_has(path("0201 00000009 0101 00010000"), 1));
	assert_false(bgp_as_path_has(path(""), 1));
}

static void
origins_stand_at_the_end(void **state)
{
	static const struct {
		const char *path;
		uint32_t as;
		bool originates;
	} rows[] = {
		{ "0202 00000009 00010000", 65536, true },
		{ "0202 00000009 00010000", 9, false },
		{ "0201 00000009 0102 00000001 00000002", 1, true },
		{ "0201 00000009 0102 00000001 00000002", 2, true },
		{ "0201 00000009 0102 00000001 00000002", 9, false },
		{ "0101 00000001 0201 00000009", 1, false },
		{ "0201 00000009 0301 00000007", 9, true },
		{ "0201 00000009 0301 00000007", 7, false },
		{ "", 1, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_int_equal(bgp_as_path_originates(path(rows[i].path), rows[i].as),
		    rows[i].originates);
}

/* Through the decoder: what a peer of two octets sends is interned in four. */
static void
updates_of_two_octets(void **state)
{
	static const struct bgp_session_params two = { .family = { true, true } };
	struct world *world = *state;
	uint32_t id;

	build(world, "", ORIGIN "40020602025ba00007" NEXT_HOP "c011060201 00010000",
	    NLRI);
	assert_int_equal(decode(world, &two), BGP_ACCEPT);
	id = world->update.attrs;
	attrs_ref(world->table, id);
	/* the same from a peer of four octets is the same set */
	build(world, "", ORIGIN "40020c0201 00005ba0 0201 00010000" NEXT_HOP, NLRI);
	assert_int_equal(decode(world, &internal), BGP_ACCEPT);
	assert_int_equal(world->update.attrs, id);
	attrs_unref(world->table, id);
}

static void
aggregators_of_two_octets(void **state)
{
	static const struct bgp_session_params two = { .family = { true, true } };
	struct world *world = *state;
	uint8_t expected[64];
	size_t len;

	/* AS_TRANS: the AS4_ attributes hold the truth */
	build(world, "",
	    ORIGIN "40020402015ba0" NEXT_HOP "c007065ba0c0000209"
		   "c0110602 01 00010000"
		   "c01208 00010000 c0000209",
	    NLRI);
	assert_int_equal(decode(world, &two), BGP_ACCEPT);
	len = unhex(ORIGIN "400206 0201 00010000" NEXT_HOP "c00708 00010000 c0000209",
	    expected);
	assert_int_equal(attrs_at(world->table, world->update.attrs)->len, len);
	assert_memory_equal(
	    attrs_at(world->table, world->update.attrs)->bytes, expected, len);
	/* another AS: they are stale */
	build(world, "",
	    ORIGIN "40020402015ba0" NEXT_HOP "c007060007c0000209"
		   "c0110602 01 00010000"
		   "c01208 00010000 c0000209",
	    NLRI);
	assert_int_equal(decode(world, &two), BGP_ACCEPT);
	len = unhex(ORIGIN "400206 0201 00005ba0" NEXT_HOP "c00708 00000007 c0000209",
	    expected);
	assert_int_equal(attrs_at(world->table, world->update.attrs)->len, len);
	assert_memory_equal(
	    attrs_at(world->table, world->update.attrs)->bytes, expected, len);
}

/* An AGGREGATOR that two octets hold says nothing about AS4_PATH when it is alone. */
static void
an_aggregator_alone(void **state)
{
	static const struct bgp_session_params two = { .family = { true, true } };
	struct world *world = *state;
	uint8_t expected[64];
	size_t len;

	build(world, "",
	    ORIGIN "40020402015ba0" NEXT_HOP "c007060007c0000209"
		   "c011060201 00010000",
	    NLRI);
	assert_int_equal(decode(world, &two), BGP_ACCEPT);
	len = unhex(ORIGIN "400206 0201 00010000" NEXT_HOP "c00708 00000007 c0000209",
	    expected);
	assert_int_equal(attrs_at(world->table, world->update.attrs)->len, len);
	assert_memory_equal(
	    attrs_at(world->table, world->update.attrs)->bytes, expected, len);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as4_path_knows_better),
		cmocka_unit_test(our_as_goes_before),
		cmocka_unit_test(wide_numbers_become_as_trans),
		cmocka_unit_test(numbers_are_found),
		cmocka_unit_test(origins_stand_at_the_end),
		cmocka_unit_test_setup_teardown(updates_of_two_octets, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    aggregators_of_two_octets, setup, teardown),
		cmocka_unit_test_setup_teardown(an_aggregator_alone, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
