#include "bgp/announce.h"
#include "world.h"

enum { STEPS = 8192 };

/* What came out: the prefixes of all messages one after the other. */
struct step {
	struct bgp_change change; /* attrs: the set as the receiver interned it */
};

struct wire {
	struct world *world;
	struct bgp_session_params params; /* of the receiver */
	size_t message_max;
	struct step steps[STEPS];
	size_t n, messages;
	uint8_t last[70000]; /* the latest message */
	size_t last_len;
	bool eor;
};

static void
take_steps(
    struct wire *wire, struct bgp_nlri nlri, enum bgp_change_op op, uint32_t attrs)
{
	struct bgp_change change = { .op = (uint8_t)op, .attrs = attrs };

	while (bgp_nlri_next(&nlri, &change.prefix, &change.path_id)) {
		assert_true(wire->n < STEPS);
		attrs_ref(wire->world->table, attrs);
		wire->steps[wire->n++] = (struct step){ change };
	}
}

/* Reads a message as the peer would. */
static void
take_message(void *arg, const uint8_t *bytes, size_t len)
{
	struct wire *wire = arg;
	struct bgp_update update;

	assert_in_range(len, 23, wire->message_max);
	for (size_t i = 0; i < 16; i++)
		assert_int_equal(bytes[i], 0xff);
	assert_int_equal(bytes[16] << 8 | bytes[17], len);
	assert_int_equal(bytes[18], 2);
	assert_int_equal(bgp_update_decode(&wire->params, wire->world->table,
			     wire->world->fwkeys, bytes + 19, len - 19, &update),
	    BGP_ACCEPT);
	/* withdrawals or announcements, not both */
	assert_true(
	    (rd_left(&update.withdrawn.rd) || rd_left(&update.mp_withdrawn.rd)) +
		(rd_left(&update.announced.rd) || rd_left(&update.mp_announced.rd)) <=
	    1);
	take_steps(wire, update.withdrawn, BGP_CHANGE_WITHDRAW, 0);
	take_steps(wire, update.mp_withdrawn, BGP_CHANGE_WITHDRAW, 0);
	take_steps(wire, update.announced, BGP_CHANGE_ANNOUNCE, update.attrs);
	take_steps(wire, update.mp_announced, BGP_CHANGE_ANNOUNCE, update.mp_attrs);
	wire->eor = update.eor;
	wire->messages++;
	memcpy(wire->last, bytes, len);
	wire->last_len = len;
	bgp_update_release(wire->world->table, &update);
}

static struct wire *
wire_new(struct world *world)
{
	struct wire *wire = calloc(1, sizeof *wire);

	wire->world = world;
	wire->params = internal;
	wire->params.domain = 1; /* the peer's sets apart from ours */
	wire->message_max = 4096;
	return wire;
}

static void
wire_clear(struct wire *wire)
{
	for (size_t i = 0; i < wire->n; i++)
		attrs_unref(wire->world->table, wire->steps[i].change.attrs);
	wire->n = wire->messages = 0;
}

static void
wire_free(struct wire *wire)
{
	wire_clear(wire);
	free(wire);
}

/* The set of these attributes as learned from an internal peer; with a reference. */
static uint32_t
learn(struct world *world, const char *attrs, bool mp)
{
	uint32_t id;

	build(world, "", attrs, mp ? "" : NLRI);
	assert_in_range(decode(world, &internal), BGP_ACCEPT, BGP_ATTR_DISCARD);
	id = mp ? world->update.mp_attrs : world->update.attrs;
	assert_int_not_equal(id, 0);
	attrs_ref(world->table, id);
	return id;
}

static struct bgp_change
change(enum bgp_change_op op, const char *text, uint32_t attrs)
{
	struct bgp_change change = { .op = (uint8_t)op, .attrs = attrs };

	assert_true(prefix_parse(text, &change.prefix));
	return change;
}

static size_t
announce(struct wire *wire, const struct bgp_announce_params *params,
    const struct bgp_change *changes, size_t n)
{
	const struct bgp_sink sink = { take_message, wire };

	wire->message_max = params->message_max;
	wire_clear(wire);
	return bgp_announce(params, wire->world->table, changes, n, &sink);
}

static const struct bgp_announce_params plain = {
	.message_max = 4096,
	.as4 = true,
	.local_as = 65000,
};

/* One route with `attrs` goes out, and `expected` is the body of the message. */
static void
assert_sent(struct wire *wire, const struct bgp_announce_params *params,
    const char *prefix, uint32_t attrs, const char *expected)
{
	struct bgp_change one = change(BGP_CHANGE_ANNOUNCE, prefix, attrs);
	uint8_t bytes[4096];
	size_t len = unhex(expected, bytes);

	assert_int_equal(announce(wire, params, &one, 1), 1);
	assert_int_equal(wire->messages, 1);
	assert_int_equal(wire->last_len, 19 + len);
	assert_memory_equal(wire->last + 19, bytes, len);
}

static void
assert_not_sent(struct wire *wire, const struct bgp_announce_params *params,
    const char *prefix, uint32_t attrs)
{
	struct bgp_change one = change(BGP_CHANGE_ANNOUNCE, prefix, attrs);

	assert_int_equal(announce(wire, params, &one, 1), 0);
	assert_int_equal(wire->messages, 0);
}

static void
an_internal_peer_gets_what_was_learned(void **state)
{
	struct wire *wire = wire_new(*state);
	struct bgp_announce_params params = plain;
	uint32_t attrs = learn(*state,
	    LOCAL_PREF "c0080800010002 ffffff02" /* out of order, with flags to mend */
		       "e020 0c 000000010000000200000003" NEXT_HOP AS_PATH ORIGIN
		       "80090401010101"
		       "800a0401010101"
		       "80040400000005"
		       "c0c80177"
		       "801a0100",
	    false);

	assert_sent(wire, &params, "198.51.100.0/24", attrs,
	    "0000 0044" ORIGIN AS_PATH NEXT_HOP "80040400000005" LOCAL_PREF
	    "c0080800010002ffffff02"
	    "e0200c000000010000000200000003"
	    "e0c80177"
	    "18c63364");
	/* ours are added where they are missing */
	params.communities[0] = 0xffffff02;
	params.communities[1] = 0xfde80001;
	params.communities[2] = 0xfde80001;
	params.n_communities = 3;
	assert_sent(wire, &params, "198.51.100.0/24", attrs,
	    "0000 0048" ORIGIN AS_PATH NEXT_HOP "80040400000005" LOCAL_PREF
	    "c0080c00010002ffffff02fde80001"
	    "e0200c000000010000000200000003"
	    "e0c80177"
	    "18c63364");
	attrs_unref(wire->world->table, attrs);
	/* and go out alone, with the usual LOCAL_PREF */
	attrs = learn(*state, BASE, false);
	params.n_communities = 1;
	assert_sent(wire, &params, "198.51.100.0/24", attrs,
	    "0000 0026" BASE LOCAL_PREF "c00804ffffff02"
	    "18c63364");
	attrs_unref(wire->world->table, attrs);
	wire_free(wire);
}

/* Only what is optional and transitive may be partial. RFC 4271 4.3 */
static void
partial_bits_are_mended(void **state)
{
	struct wire *wire = wire_new(*state);
	uint32_t attrs = learn(*state,
	    "60010100"
	    "60020a020200010001 0000fde8"
	    "600304c0000201"
	    "a0040400000005"
	    "60050400000064"
	    "600600"
	    "e00708 00000007 c0000209",
	    false);

	assert_sent(wire, &plain, "198.51.100.0/24", attrs,
	    "0000 0034" BASE "80040400000005" LOCAL_PREF "400600"
	    "e00708 00000007 c0000209"
	    "18c63364");
	attrs_unref(wire->world->table, attrs);
	wire_free(wire);
}

static void
an_external_peer_gets_our_as(void **state)
{
	struct wire *wire = wire_new(*state);
	struct bgp_announce_params params = plain;
	uint32_t attrs = learn(*state, BASE "80040400000005" LOCAL_PREF, false);

	params.ebgp = true;
	params.local_as = 0x10001;
	assert_sent(wire, &params, "0.0.0.0/0", attrs,
	    "0000 0023" ORIGIN "40020e0203 00010001 00010001 0000fde8" NEXT_HOP
	    "80040400000005"
	    "00");
	attrs_unref(wire->world->table, attrs);
	/* what only concerns our confederation stays here */
	attrs = learn(*state,
	    ORIGIN "4002120301 00000009 0201 00000007 0401 00000008" NEXT_HOP, false);
	assert_sent(wire, &params, "0.0.0.0/0", attrs,
	    "0000 0018" ORIGIN "40020a0202 00010001 00000007" NEXT_HOP "00");
	params.ebgp = false;
	assert_sent(wire, &params, "0.0.0.0/0", attrs,
	    "0000 0027" ORIGIN
	    "4002120301 00000009 0201 00000007 0401 00000008" NEXT_HOP LOCAL_PREF "00");
	attrs_unref(wire->world->table, attrs);
	wire_free(wire);
}

static void
a_peer_of_two_octets_gets_as_trans(void **state)
{
	struct wire *wire = wire_new(*state);
	struct bgp_announce_params params = plain;
	uint32_t attrs = learn(*state, BASE "c00708 00010002 c0000209", false);

	params.as4 = false;
	wire->params.as4 = false;
	assert_sent(wire, &params, "198.51.100.0/24", attrs,
	    "0000 003c" ORIGIN "40020602025ba0fde8" NEXT_HOP LOCAL_PREF
	    "c007065ba0c0000209"
	    "c0110a020200010001 0000fde8"
	    "c01208 00010002 c0000209"
	    "18c63364");
	/* and understands the path as it was */
	assert_int_equal(wire->n, 1);
	attrs_unref(wire->world->table, attrs);
	attrs = learn(*state, ORIGIN "400206020100000007" NEXT_HOP, false);
	assert_sent(wire, &params, "198.51.100.0/24", attrs,
	    "0000 0019" ORIGIN "40020402010007" NEXT_HOP LOCAL_PREF "18c63364");
	attrs_unref(wire->world->table, attrs);
	wire_free(wire);
}

static void
ipv6_goes_in_mp_reach(void **state)
{
	struct wire *wire = wire_new(*state);
	struct bgp_announce_params params = plain;
	uint32_t one = learn(*state, REACH6 ORIGIN AS_PATH, true);
	uint32_t both = learn(*state,
	    "800e2a 0002 01 20 20010db8000000000000000000000001"
	    "fe800000000000000000000000000001 00 2020010db8" ORIGIN AS_PATH,
	    true);

	assert_sent(wire, &params, "2001:db8::/32", one,
	    "0000 0036 900e001a 0002 01 10 20010db8000000000000000000000001 00"
	    "2020010db8" ORIGIN AS_PATH LOCAL_PREF);
	assert_sent(wire, &params, "::/0", both,
	    "0000 0042 900e0026 0002 01 20 20010db8000000000000000000000001"
	    "fe800000000000000000000000000001 00 00" ORIGIN AS_PATH LOCAL_PREF);
	/* IPv4 by such a next hop only to who can take it */
	assert_not_sent(wire, &params, "198.51.100.0/24", one);
	params.extended_nexthop = wire->params.extended_nexthop = true;
	assert_sent(wire, &params, "198.51.100.0/24", one,
	    "0000 0035 900e0019 0001 01 10 20010db8000000000000000000000001 00"
	    "18c63364" ORIGIN AS_PATH LOCAL_PREF);
	attrs_unref(wire->world->table, one);
	attrs_unref(wire->world->table, both);
	wire_free(wire);
}

static void
ipv4_learned_in_mp_reach_goes_in_the_ipv4_field(void **state)
{
	struct wire *wire = wire_new(*state);
	uint32_t attrs = learn(
	    *state, "800e0d 0001 01 04 c0000201 00 18c63364" ORIGIN AS_PATH, true);

	assert_sent(wire, &plain, "198.51.100.0/24", attrs,
	    "0000 001f" BASE LOCAL_PREF "18c63364");
	assert_not_sent(wire, &plain, "2001:db8::/32", attrs);
	attrs_unref(wire->world->table, attrs);
	wire_free(wire);
}

static void
path_ids_go_along(void **state)
{
	struct wire *wire = wire_new(*state);
	struct bgp_announce_params params = plain;
	uint32_t attrs = learn(*state, BASE, false);
	struct bgp_change changes[] = {
		change(BGP_CHANGE_ANNOUNCE, "10.0.0.0/8", attrs),
		change(BGP_CHANGE_WITHDRAW, "10.0.0.0/8", 0),
		change(BGP_CHANGE_WITHDRAW, "::/0", 0),
	};

	params.add_path[FAMILY_IPV4] = wire->params.add_path[FAMILY_IPV4] = true;
	changes[0].path_id = 7;
	changes[1].path_id = 8;
	changes[2].path_id = 9; /* IPv6 has none here */
	assert_int_equal(announce(wire, &params, changes, 3), 3);
	assert_int_equal(wire->n, 3);
	assert_int_equal(wire->steps[0].change.path_id, 7);
	assert_int_equal(wire->steps[1].change.path_id, 8);
	assert_int_equal(wire->steps[2].change.path_id, 0);
	attrs_unref(wire->world->table, attrs);
	wire_free(wire);
}

static void
routes_that_share_attributes_go_together(void **state)
{
	struct wire *wire = wire_new(*state);
	uint32_t a = learn(*state, BASE, false);
	uint32_t b = learn(*state, BASE LOCAL_PREF, false);
	struct bgp_change changes[2000];

	for (size_t i = 0; i < 2000; i++) {
		changes[i] = change(BGP_CHANGE_ANNOUNCE, "10.0.0.0/24", i % 2 ? a : b);
		changes[i].prefix.bits.hi |= (uint64_t)i << 40;
	}
	assert_int_equal(announce(wire, &plain, changes, 2000), 2000);
	assert_int_equal(wire->n, 2000);
	/* 1,000 prefixes of four bytes take one message; 2,000 alternating ones two */
	assert_int_equal(wire->messages, 2);
	attrs_unref(wire->world->table, a);
	attrs_unref(wire->world->table, b);
	/* the attributes stand behind the prefixes and need their room */
	a = learn(*state, REACH6 ORIGIN AS_PATH, true);
	for (size_t i = 0; i < 2000; i++) {
		changes[i] = change(BGP_CHANGE_ANNOUNCE, "2001:db8::/64", a);
		changes[i].prefix.bits.hi |= i;
	}
	assert_int_equal(announce(wire, &plain, changes, 2000), 2000);
	assert_int_equal(wire->n, 2000);
	assert_int_equal(wire->messages, 5);
	attrs_unref(wire->world->table, a);
	wire_free(wire);
}

/* What follows a change that cannot be sent may rely on it, so it stays at home. */
static void
nothing_goes_out_behind_what_cannot(void **state)
{
	struct wire *wire = wire_new(*state);
	struct bgp_announce_params params = plain;
	static char text[3 * 4096];
	uint32_t small = learn(*state, BASE, false), big;
	struct bgp_change changes[4];

	strcpy(text, BASE "d0080fa0");
	for (size_t i = 0; i < 1000; i++)
		strcat(text, "00010001");
	big = learn(*state, text, false);
	changes[0] = change(BGP_CHANGE_WITHDRAW, "10.0.0.0/8", 0);
	changes[1] = change(BGP_CHANGE_ANNOUNCE, "10.1.0.0/16", small);
	changes[2] = change(BGP_CHANGE_ANNOUNCE, "10.2.0.0/16", big);
	changes[3] = change(BGP_CHANGE_ANNOUNCE, "10.3.0.0/16", small);
	/* it just fits: 23 bytes of head, 4,035 of attributes, 5 of a prefix */
	params.message_max = 4063;
	assert_int_equal(announce(wire, &params, changes, 4), 4);
	params.message_max = 4062;
	assert_int_equal(announce(wire, &params, changes, 4), 2);
	assert_int_equal(wire->n, 2);
	assert_int_equal(announce(wire, &params, changes + 2, 2), 0);
	assert_int_equal(announce(wire, &params, changes + 3, 1), 1);
	attrs_unref(wire->world->table, small);
	attrs_unref(wire->world->table, big);
	wire_free(wire);
}

static void
end_of_rib_is_understood(void **state)
{
	struct wire *wire = wire_new(*state);
	const struct bgp_sink sink = { take_message, wire };

	bgp_announce_eor(FAMILY_IPV4, &sink);
	assert_true(wire->eor);
	assert_int_equal(wire->last_len, 23);
	bgp_announce_eor(FAMILY_IPV6, &sink);
	assert_true(wire->eor);
	assert_int_equal(wire->last_len, 30);
	assert_int_equal(wire->n, 0);
	wire_free(wire);
}

/* What the sets of the random changes differ in. */
static uint32_t
med_of(const struct wire *wire, uint32_t attrs)
{
	const struct attrs *set = attrs_at(wire->world->table, attrs);
	struct bgp_attr attr = { .type = 0 };
	struct rd rd;

	rd_init(&rd, set->bytes, set->len);
	while (attr.type != BGP_ATTR_MED)
		assert_true(bgp_attr_next(&rd, &attr));
	return rd_u32(&attr.value);
}

/*
 * What the peer must find in the messages: all changes, once, with the attributes they
 * have; families apart, no change overtakes one of the other kind, no withdrawal
 * another one, no announcement one that covers it or that it covers.
 */
static void
assert_order(const struct wire *wire, const struct bgp_change *changes, size_t n)
{
	static size_t place[STEPS];
	static bool taken[STEPS];
	size_t run[STEPS] = { 0 };

	memset(taken, 0, sizeof taken);
	assert_int_equal(wire->n, n);
	for (size_t i = 0; i < n; i++) {
		size_t at = 0;

		run[i] = i ? run[i - 1] + (changes[i].op != changes[i - 1].op) : 0;
		while (at < n &&
		       (taken[at] || wire->steps[at].change.op != changes[i].op ||
			   wire->steps[at].change.path_id != changes[i].path_id ||
			   !prefix_equal(
			       &wire->steps[at].change.prefix, &changes[i].prefix)))
			at++;
		assert_in_range(at, 0, n - 1);
		taken[at] = true;
		place[i] = at;
		if (changes[i].op == BGP_CHANGE_ANNOUNCE)
			assert_int_equal(med_of(wire, wire->steps[at].change.attrs),
			    med_of(wire, changes[i].attrs));
		for (size_t k = 0; k < i; k++) {
			const struct prefix *a = &changes[k].prefix;
			const struct prefix *b = &changes[i].prefix;

			if (run[k] != run[i] ||
			    (a->family == b->family &&
				(changes[i].op == BGP_CHANGE_WITHDRAW ||
				    prefix_covers(a, b) || prefix_covers(b, a))))
				assert_true(place[k] < at);
		}
	}
}

static void
random_changes_keep_their_order(void **state)
{
	enum { SETS = 6, ROUNDS = 300, CHANGES = 120 };
	struct wire *wire = wire_new(*state);
	struct bgp_announce_params params = plain;
	uint32_t sets[FAMILIES][SETS];
	unsigned seed = 23;

	for (unsigned i = 0; i < SETS; i++) {
		char text[256];

		snprintf(text, sizeof text, BASE "800404%08x", i);
		sets[FAMILY_IPV4][i] = learn(*state, text, false);
		snprintf(text, sizeof text, REACH6 ORIGIN AS_PATH "800404%08x", i);
		sets[FAMILY_IPV6][i] = learn(*state, text, true);
	}
	params.add_path[FAMILY_IPV4] = wire->params.add_path[FAMILY_IPV4] = true;
	for (int round = 0; round < ROUNDS; round++) {
		struct bgp_change changes[CHANGES] = { 0 };
		size_t n = 1 + (size_t)rand_r(&seed) % CHANGES;
		bool withdraw = false;

		params.message_max = round % 2 ? 4096 : 150 + (size_t)round % 50;
		for (size_t i = 0; i < n; i++) {
			struct bits bits = { (uint64_t)rand_r(&seed) << 56, 0 };
			enum family family = rand_r(&seed) % 4 == 0;

			if (rand_r(&seed) % 10 == 0)
				withdraw = !withdraw;
			changes[i].prefix = prefix_make(
			    family, bits, (unsigned)rand_r(&seed) % 9);
			changes[i].op = withdraw;
			changes[i].path_id = family == FAMILY_IPV4
						 ? (uint32_t)rand_r(&seed) % 2
						 : 0;
			if (!withdraw)
				changes[i].attrs = sets[family][rand_r(&seed) % SETS];
		}
		assert_int_equal(announce(wire, &params, changes, n), n);
		assert_order(wire, changes, n);
	}
	for (unsigned i = 0; i < SETS; i++) {
		attrs_unref(wire->world->table, sets[FAMILY_IPV4][i]);
		attrs_unref(wire->world->table, sets[FAMILY_IPV6][i]);
	}
	wire_free(wire);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    partial_bits_are_mended, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    an_internal_peer_gets_what_was_learned, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    an_external_peer_gets_our_as, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    a_peer_of_two_octets_gets_as_trans, setup, teardown),
		cmocka_unit_test_setup_teardown(ipv6_goes_in_mp_reach, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    ipv4_learned_in_mp_reach_goes_in_the_ipv4_field, setup, teardown),
		cmocka_unit_test_setup_teardown(path_ids_go_along, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    routes_that_share_attributes_go_together, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    nothing_goes_out_behind_what_cannot, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    end_of_rib_is_understood, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    random_changes_keep_their_order, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
