/* Recordings of a daemon: the snapshot and its changes make the table as it is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "helpers/fields.h"
#include "helpers/folder.h"
#include "helpers/rig.h"
#include "record.h"
#include "record_pcap.h"
#include "rib/attrs.h"
#include "rib/nexthop.h"
#include "router.h"
#include "sim_changes.h"
#include "sim_pcap.h"
#include "sim_rib.h"

#define ROUTER(name, port)                                         \
	"router \"" name "\" { as = 65000; router-id = 10.0.0.1; " \
	"rib \"in\" { neighbor = 127.0.0.2; local = 127.0.0.1; "   \
	"port = " port " } sflow { agents = 192.0.2.1 } } "
#define API "/api/v1/record"
#define PREFIXES 4096

static struct rig rig;
static struct record *record;
static struct router *router;
static struct config_record config;
static char folder[FOLDER_MAX], why[256];

static int
setup(void **state)
{
	(void)state;
	folder_make(folder);
	rig_start(&rig, ROUTER("leaf1", "@port"));
	record = rig.daemon.record;
	router = rig.daemon.routers[0];
	config.max_bytes = 100000000;
	snprintf(config.directory, sizeof config.directory, "%s", folder);
	rig.daemon.config->record = config;
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	rig_stop(&rig);
	folder_remove(folder);
	return 0;
}

/* Attributes with these next hops, a reference for the caller. */
static uint32_t
attrs_of(unsigned first, unsigned n)
{
	struct nexthop hops[4];
	struct rib *rib = router->rib;
	uint32_t key, attrs;
	uint8_t bytes[4] = { 192, 0, 2, 0 };
	/* an AS_PATH of one AS, by which the sets differ */
	uint8_t path[] = { 0x40, 2, 6, 2, 1, 0, 0, (uint8_t)n, (uint8_t)first };

	for (unsigned i = 0; i < n; i++) {
		bytes[3] = (uint8_t)(first + i);
		hops[i] = nexthop_make(bytes, 4);
	}
	key = fwkey_intern(rib_fwkeys(rib), hops, n);
	attrs = attrs_intern(rib_attrs(rib), 0, path, sizeof path, key);
	fwkey_unref(rib_fwkeys(rib), key);
	assert_int_not_equal(attrs, 0);
	return attrs;
}

static struct prefix
prefix_at(unsigned index)
{
	if (index % 2)
		return prefix_make(FAMILY_IPV6,
		    (struct bits){ 0x20010db800000000 + ((uint64_t)index << 16), 0 },
		    48);
	return prefix_make(
	    FAMILY_IPV4, (struct bits){ (0x0a000000ull + (index << 8)) << 32, 0 }, 24);
}

static void
announce(unsigned index, unsigned first, unsigned n)
{
	struct prefix prefix = prefix_at(index);
	uint32_t attrs = attrs_of(first, n);

	assert_true(rib_announce(router->rib, &prefix, attrs));
	attrs_unref(rib_attrs(router->rib), attrs);
}

static void
fill(unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		announce(i, 1 + i % 7, 1 + i % 3);
}

static void
change(unsigned *seed)
{
	unsigned index = (unsigned)rand_r(seed) % PREFIXES;
	struct prefix prefix = prefix_at(index);

	if (rand_r(seed) % 3)
		announce(index, 1 + (unsigned)rand_r(seed) % 100, 1 + index % 4);
	else
		rib_withdraw(router->rib, &prefix);
}

static bool
start(const char *name, uint64_t max, uint64_t seconds)
{
	const struct record_order order = { name, max, seconds };

	return record_start(record, &config, router, &order, why, sizeof why);
}

static const char *
path_of(const char *file)
{
	static char path[256];

	snprintf(path, sizeof path, "%s/%s", folder, file);
	return path;
}

/* The table that the recording `a` leaves, as the router has it? */
static void
assert_replay(bool with_changes)
{
	char error[SIM_ERROR_MAX] = "";
	struct sim_changes *changes;
	struct sim_change change;
	struct sim_rib sim;
	size_t routes = 0;
	int status = 0;

	sim_rib_init(&sim, true);
	if (!sim_rib_read(&sim, path_of("a/rib.txt"), error))
		fail_msg("%s", error);
	changes = sim_changes_open(path_of("a/changes.txt"), &sim, error);
	while (
	    with_changes && (status = sim_changes_next(changes, &change, error)) > 0) {
		struct trie *trie = &sim.routes[change.prefix.family];
		uint32_t old = trie_remove(trie, change.prefix.bits, change.prefix.len);

		attrs_unref(sim.attrs, old);
		attrs_ref(sim.attrs, change.attrs);
		if (change.attrs)
			*trie_add(
			    trie, change.prefix.bits, change.prefix.len) = change.attrs;
	}
	if (status < 0)
		fail_msg("%s", error);
	sim_changes_close(changes);
	for (int f = 0; f < FAMILIES; f++) {
		struct rib_cursor cursor = { .begun = false };
		struct rib_route route;

		while (rib_next(router->rib, (enum family)f, &cursor, &route)) {
			const struct nexthop *want, *got;
			size_t n_want, n_got;
			const uint32_t *attrs = trie_find(
			    &sim.routes[f], route.prefix.bits, route.prefix.len);

			assert_non_null(attrs);
			want = fwkey_nexthops(rib_fwkeys(router->rib),
			    attrs_at(rib_attrs(router->rib), route.attrs)->fwkey,
			    &n_want);
			got = fwkey_nexthops(
			    sim.keys, sim_rib_key(&sim, *attrs), &n_got);
			assert_int_equal(n_got, n_want);
			assert_memory_equal(got, want, n_got * sizeof *got);
			routes++;
		}
	}
	assert_int_equal(sim.routes[0].count + sim.routes[1].count, routes);
	sim_rib_fini(&sim);
}

static void
heard(const char *text, double now)
{
	struct record_datagram datagram = {
		.from_port = 1, .bytes = (const uint8_t *)text, .len = strlen(text)
	};

	assert_true(addr_parse("192.0.2.1", &datagram.from));
	assert_true(addr_parse("127.0.0.1", &datagram.to));
	record_heard(record, router, &datagram, now);
}

/* The lines of a file behind the first `skip` begin so. */
static void
assert_lines(const char *name, unsigned skip, const char *want)
{
	FILE *file = fopen(path_of(name), "r");
	char got[1024], *at = got;
	size_t len;

	assert_non_null(file);
	len = fread(got, 1, sizeof got - 1, file);
	fclose(file);
	got[len] = '\0';
	while (skip--)
		at = strchr(at, '\n') + 1;
	assert_memory_equal(at, want, strlen(want));
}

static void
a_table_at_rest_is_the_snapshot(void **state)
{
	const struct record_status *s = record_status(record);

	(void)state;
	fill(PREFIXES);
	assert_true(start("a", UINT64_MAX, 0));
	assert_int_equal(s->state, RECORD_SNAPSHOT);
	/* a slice is bounded, however long the table is */
	assert_true(record_work(record));
	assert_true(s->routes > 0 && s->routes <= 1000);
	while (record_work(record))
		continue;
	assert_int_equal(s->state, RECORD_RUNNING);
	assert_int_equal(s->routes, PREFIXES);
	assert_true(record_stop(record));
	assert_int_equal(s->state, RECORD_ENDED);
	assert_string_equal(s->end, "stopped");
	assert_false(s->failed);
	assert_false(record_stop(record));
	assert_replay(false);
	/* the first three: of one next hop, of two, of three; of both families */
	assert_lines("a/rib.txt", 2,
	    "10.0.0.0/24 192.0.2.1 257\n"
	    "10.0.2.0/24 192.0.2.3\n10.0.2.0/24 192.0.2.4\n"
	    "10.0.2.0/24 192.0.2.5\n");
}

/* Routes come, change and go before, at and behind the place where the snapshot is. */
static void
a_table_in_motion_is_the_snapshot_and_its_changes(void **state)
{
	unsigned seed = 1;

	(void)state;
	fill(PREFIXES / 2);
	assert_true(start("a", UINT64_MAX, 0));
	do
		for (int i = 0; i < 300; i++)
			change(&seed);
	while (record_work(record));
	assert_int_equal(record_status(record)->state, RECORD_RUNNING);
	for (int i = 0; i < 1000; i++)
		change(&seed);
	/* the session goes, and does not come back */
	rib_mark_stale(router->rib, FAMILY_IPV4);
	for (unsigned i = 0; i < 500; i++)
		announce(2 * i, 9, 1);
	while (rib_sweep(router->rib, FAMILY_IPV4, 100))
		continue;
	record_tick(record);
	assert_replay(true);
	assert_true(record_stop(record));
	assert_replay(true);
	/* and what comes then is not recorded */
	announce(1, 111, 1);
}

static void
datagrams_follow_the_snapshot(void **state)
{
	static const char *const want[] = { "two", "three" };
	struct sim_datagram got;
	struct sim_pcap *pcap;
	double now = clock_s();
	uint64_t first = 0;

	(void)state;
	fill(10);
	assert_true(start("a", UINT64_MAX, 0));
	heard("one", now + 1);
	assert_false(record_work(record));
	heard("two", now + 2);
	heard("three", now + 3.5);
	assert_int_equal(record_status(record)->datagrams, 2);
	assert_true(record_stop(record));
	heard("four", now + 4);
	pcap = sim_pcap_open(path_of("a/sflow.pcap"), 6343, why);
	assert_non_null(pcap);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(sim_pcap_next(pcap, &got, why), 1);
		assert_int_equal(got.len, strlen(want[i]));
		assert_memory_equal(got.bytes, want[i], got.len);
		first = first ? first : got.us;
	}
	assert_in_range(got.us - first, 1499990, 1500010);
	/* the same clock as that of the changes, which is the wall's */
	assert_in_range(
	    first / 1000000, clock_wall_ms() / 1000 - 60, clock_wall_ms() / 1000 + 3);
	assert_int_equal(sim_pcap_next(pcap, &got, why), 0);
	sim_pcap_close(pcap);
}

static void
it_ends_by_itself(void **state)
{
	const struct record_status *s = record_status(record);
	char filler[9000] = "x";

	(void)state;
	fill(PREFIXES);
	memset(filler, 'x', sizeof filler - 1);
	/* full while it runs: that is what was ordered */
	assert_true(start("a", 400000, 0));
	while (record_work(record))
		continue;
	for (int i = 0; i < 100; i++)
		heard(filler, clock_s());
	record_tick(record);
	assert_int_equal(s->state, RECORD_ENDED);
	assert_string_equal(s->end, "max-size is reached");
	assert_false(s->failed);
	assert_true(s->bytes <= 400000);
	assert_replay(true);
	/* full before the table is written: of no use */
	assert_true(start("b", 100000, 0));
	while (record_work(record))
		continue;
	record_tick(record);
	assert_string_equal(s->end, "max-size is reached, the snapshot is not whole");
	assert_true(s->failed);
	/* and the router is not disturbed */
	announce(1, 111, 1);
}

static bool
has_ended(void *arg)
{
	(void)arg;
	return record_status(record)->state == RECORD_ENDED;
}

static void
time_ends_it(void **state)
{
	(void)state;
	fill(PREFIXES);
	assert_true(start("a", UINT64_MAX, 1));
	assert_true(rig_wait(&rig, has_ended, NULL));
	assert_string_equal(record_status(record)->end, "its time is over");
	assert_false(record_status(record)->failed);
	assert_replay(false);
}

static void
the_router_goes(void **state)
{
	(void)state;
	fill(10);
	assert_true(start("a", UINT64_MAX, 0));
	record_work(record);
	rig_reload(&rig, ROUTER("leaf1", "@port"));
	assert_int_equal(record_status(record)->state, RECORD_RUNNING);
	rig_reload(&rig, ROUTER("other", "@port"));
	assert_int_equal(record_status(record)->state, RECORD_ENDED);
	assert_string_equal(
	    record_status(record)->end, "the router is not configured any more");
	assert_true(record_status(record)->failed);
}

static void
one_at_a_time_and_of_something(void **state)
{
	(void)state;
	assert_false(start("a", UINT64_MAX, 0));
	assert_string_equal(why, "router leaf1 has learned no routes");
	fill(10);
	assert_true(start("a", UINT64_MAX, 0));
	assert_false(start("b", UINT64_MAX, 0));
	assert_string_equal(why, "'a' of router leaf1 is being recorded");
}

static void
the_api_starts_and_ends_it(void **state)
{
	char query[128];
	json_t *root = rig_get(&rig, API, NULL, 200), *status;

	(void)state;
	assert_string_equal(field_text(root, "state"), "never");
	json_decref(root);
	json_decref(rig_ask(&rig, HTTP_METHOD_DELETE, API, NULL, 409));
	json_decref(rig_ask(&rig, HTTP_METHOD_POST, API, "name=a", 409));
	fill(10);
	json_decref(rig_ask(&rig, HTTP_METHOD_POST, API, "router=x", 404));
	json_decref(rig_ask(&rig, HTTP_METHOD_POST, API, "name=../a", 409));
	json_decref(rig_ask(&rig, HTTP_METHOD_POST, API, "max-size=1", 400));
	json_decref(rig_ask(&rig, HTTP_METHOD_POST, API, "seconds=0", 400));
	snprintf(query, sizeof query, "router=leaf1&name=a&max-size=200000&seconds=60");
	root = rig_ask(&rig, HTTP_METHOD_POST, API, query, 200);
	assert_string_equal(field_text(root, "state"), "snapshot");
	assert_string_equal(field_text(root, "router"), "leaf1");
	assert_string_equal(field_text(root, "path"), path_of("a"));
	assert_int_equal(
	    json_integer_value(json_object_get(root, "max_bytes")), 200000);
	assert_int_equal(json_integer_value(json_object_get(root, "seconds")), 60);
	assert_true(json_is_null(json_object_get(root, "end")));
	json_decref(root);
	json_decref(rig_ask(&rig, HTTP_METHOD_POST, API, "name=b", 409));
	record_work(record);
	root = rig_get(&rig, "/api/v1/status", NULL, 200);
	status = json_object_get(root, "record");
	assert_string_equal(field_text(status, "state"), "recording");
	assert_int_equal(json_integer_value(json_object_get(status, "routes")), 10);
	json_decref(root);
	root = rig_ask(&rig, HTTP_METHOD_DELETE, API, NULL, 200);
	assert_string_equal(field_text(root, "state"), "ended");
	assert_string_equal(field_text(root, "end"), "stopped");
	json_decref(root);
	/* a name of its own, and as much as there is */
	root = rig_ask(&rig, HTTP_METHOD_POST, API, "", 200);
	assert_int_equal(
	    strlen(field_text(root, "name")), strlen("leaf1-20261121T154500Z"));
	assert_memory_equal(field_text(root, "name"), "leaf1-20", 8);
	assert_true(json_integer_value(json_object_get(root, "max_bytes")) > 99000000);
	assert_true(json_is_null(json_object_get(root, "seconds")));
	json_decref(root);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(a_table_at_rest_is_the_snapshot),
		TEST(a_table_in_motion_is_the_snapshot_and_its_changes),
		TEST(datagrams_follow_the_snapshot),
		TEST(it_ends_by_itself),
		TEST(time_ends_it),
		TEST(the_router_goes),
		TEST(one_at_a_time_and_of_something),
		TEST(the_api_starts_and_ends_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
