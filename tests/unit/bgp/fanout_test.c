#include "world.h"

#include "bgp/fanout.h"

#define HOPS 6
#define PREFIXES 4

struct peer {
	struct bgp_fanout fanouts[FAMILIES];
	struct world *world;
	uint32_t hops[HOPS];           /* a path by each next hop */
	uint32_t held[PREFIXES][HOPS]; /* what the peer has: attributes by path id */
};

static struct prefix
prefix_of(unsigned n)
{
	return prefix_make(n % 2 ? FAMILY_IPV6 : FAMILY_IPV4,
	    (struct bits){ (uint64_t)(0x20000000 + n) << 32, 0 }, 32);
}

static void
peer_init(struct peer *peer, struct world *world)
{
	memset(peer, 0, sizeof *peer);
	peer->world = world;
	for (int f = 0; f < FAMILIES; f++)
		bgp_fanout_init(&peer->fanouts[f], 1);
	for (unsigned i = 0; i < HOPS; i++) {
		char attrs[128];

		snprintf(attrs, sizeof attrs, ORIGIN AS_PATH "400304c00002%02x", i + 1);
		build(world, "", attrs, NLRI);
		assert_int_equal(decode(world, &internal), BGP_ACCEPT);
		peer->hops[i] = world->update.attrs;
		attrs_ref(world->table, peer->hops[i]);
	}
}

static void
peer_fini(struct peer *peer)
{
	for (unsigned i = 0; i < HOPS; i++)
		attrs_unref(peer->world->table, peer->hops[i]);
	for (int f = 0; f < FAMILIES; f++)
		bgp_fanout_fini(&peer->fanouts[f]);
}

/* The next hops, a bit each, that the peer has of a prefix. */
static unsigned
holds(const struct peer *peer, unsigned prefix)
{
	unsigned hops = 0;

	for (unsigned i = 0; i < HOPS; i++)
		for (unsigned hop = 0; hop < HOPS; hop++)
			if (peer->held[prefix][i] == peer->hops[hop])
				hops |= 1u << hop;
	return hops;
}

/* A route by these next hops, with a reference; 0 for none. */
static uint32_t
route_by(const struct peer *peer, unsigned hops)
{
	uint32_t ids[HOPS];
	size_t n = 0;

	for (unsigned i = 0; i < HOPS; i++)
		if (hops >> i & 1)
			ids[n++] = peer->hops[i];
	if (n > 1)
		return attrs_intern_paths(peer->world->table, ids, n);
	if (n)
		attrs_ref(peer->world->table, ids[0]);
	return n ? ids[0] : 0;
}

/* Sends what became of the prefix. Returns how many steps it took. */
static size_t
change(struct peer *peer, unsigned prefix, unsigned hops)
{
	unsigned before = holds(peer, prefix);
	uint32_t attrs = route_by(peer, hops);
	const struct bgp_change route = { .prefix = prefix_of(prefix),
		.attrs = attrs,
		.op = hops ? BGP_CHANGE_ANNOUNCE : BGP_CHANGE_WITHDRAW };
	struct bgp_change changes[BGP_FANOUT_MAX];
	size_t n = bgp_fanout(
	    &peer->fanouts[route.prefix.family], peer->world->table, &route, changes);

	for (size_t i = 0; i < n; i++) {
		unsigned now;

		assert_true(prefix_equal(&changes[i].prefix, &route.prefix));
		assert_in_range(changes[i].path_id, 1, HOPS);
		peer->held[prefix][changes[i].path_id - 1] =
		    changes[i].op == BGP_CHANGE_ANNOUNCE ? changes[i].attrs : 0;
		now = holds(peer, prefix);
		assert_int_equal(now & ~(before | hops), 0);
		assert_true(now || !hops);
	}
	assert_int_equal(holds(peer, prefix), hops);
	attrs_unref(peer->world->table, attrs);
	return n;
}

static void
one_path_is_replaced_at_once(void **state)
{
	struct peer peer;

	peer_init(&peer, *state);
	assert_int_equal(change(&peer, 0, 1), 1);
	assert_int_equal(change(&peer, 0, 2), 1);
	assert_int_equal(change(&peer, 0, 0), 1);
	assert_int_equal(change(&peer, 0, 1 | 4), 2);
	assert_int_equal(change(&peer, 0, 4), 2); /* replaced, the other withdrawn */
	assert_int_equal(change(&peer, 0, 2), 1);
	assert_int_equal(change(&peer, 0, 1 | 2 | 8), 3);
	assert_int_equal(change(&peer, 0, 0), 3);
	assert_int_equal(change(&peer, 0, 8), 1);
	assert_int_equal(peer.fanouts[FAMILY_IPV4].counts.count, 0);
	assert_int_equal(change(&peer, 0, 1 | 4), 2);
	bgp_fanout_clear(&peer.fanouts[FAMILY_IPV4]);
	memset(peer.held, 0, sizeof peer.held);
	assert_int_equal(change(&peer, 0, 4), 1);
	peer_fini(&peer);
}

/* Another life does not know what the peer has kept, but how much at most. */
static void
what_the_peer_has_kept_is_replaced(void **state)
{
	struct bgp_fanout *fanout;
	struct prefix prefix = prefix_of(0);
	struct peer peer;

	peer_init(&peer, *state);
	fanout = &peer.fanouts[FAMILY_IPV4];
	for (unsigned hops = 0; hops < 1 << HOPS; hops++) {
		assert_true(change(&peer, 0, 1 | 2 | 4) >= 3);
		bgp_fanout_clear(fanout);
		bgp_fanout_recall(fanout, &prefix, 0);
		assert_int_equal(fanout->counts.count, 0);
		bgp_fanout_recall(fanout, &prefix, 3);
		bgp_fanout_recall(fanout, &prefix, 2);
		assert_true(change(&peer, 0, hops) >= 3);
	}
	peer_fini(&peer);
}

static void
the_peer_holds_what_the_routes_say(void **state)
{
	unsigned seed = 3;
	struct peer peer;

	peer_init(&peer, *state);
	for (unsigned i = 0; i < 20000; i++) {
		unsigned hops = (unsigned)rand_r(&seed) % (1 << HOPS);

		if (rand_r(&seed) % 4 == 0)
			hops = rand_r(&seed) % 2 ? hops & -hops : 0;
		change(&peer, (unsigned)rand_r(&seed) % PREFIXES, hops);
	}
	peer_fini(&peer);
}

/* With nowhere to remember it in, a route goes by its first path alone. */
static void
without_room_the_first_path(void **state)
{
	struct bgp_change changes[BGP_FANOUT_MAX],
	    route = { .op = BGP_CHANGE_ANNOUNCE };
	unsigned alone = 0;
	struct peer peer;

	peer_init(&peer, *state);
	route.attrs = route_by(&peer, 1 | 2);
	for (int op = 0; op < 2; op++) {
		route.op = op ? BGP_CHANGE_WITHDRAW : BGP_CHANGE_ANNOUNCE;
		for (uint64_t i = 0; i < 10000; i++) {
			size_t n;

			route.prefix = prefix_make(FAMILY_IPV6,
			    (struct bits){ i * 0x9e3779b97f4a7c15, i }, 128);
			n = bgp_fanout(&peer.fanouts[FAMILY_IPV6], peer.world->table,
			    &route, changes);
			assert_int_equal(changes[0].path_id, 1);
			if (n == 1)
				alone += op ? -1u : 1;
			else
				assert_int_equal(n, 2);
		}
		if (!op)
			assert_in_range(alone, 1, 9999);
	}
	assert_int_equal(alone, 0);
	attrs_unref(peer.world->table, route.attrs);
	peer_fini(&peer);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    one_path_is_replaced_at_once, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    what_the_peer_has_kept_is_replaced, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    the_peer_holds_what_the_routes_say, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    without_room_the_first_path, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
