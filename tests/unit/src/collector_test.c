/* sFlow by real UDP on loopback, into the RIBs of two routers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "collector.h"
#include "helpers/fields.h"
#include "helpers/rig.h"
#include "helpers/sflow_build.h"
#include "helpers/sflow_samples.h"
#include "record.h"
#include "record_pcap.h"
#include "router.h"

#define A(sflow)                                                                 \
	"router \"a\" { as = 65000; router-id = 10.0.0.1; rib \"in\" { "         \
	"neighbor = 127.0.0.2; local = 127.0.0.1; port = @port } sflow { " sflow \
	" } } "
#define B(sflow)                                                                 \
	"router \"b\" { as = 65000; router-id = 10.0.0.1; rib \"in\" { "         \
	"neighbor = 127.0.0.3; local = 127.0.0.1; port = @port } sflow { " sflow \
	" } } "
#define ROUTERS A("agents = { 192.0.2.1, 192.0.2.2 }") B("agents = 2001:db8::3")

struct world {
	struct rig rig;
	int sock;
	uint64_t sent;
	uint32_t sequence;
};

static struct router *
router_of(const struct world *w, size_t i)
{
	return w->rig.daemon.routers[i];
}

static const struct collector_stats *
stats_of(const struct world *w)
{
	return collector_stats(w->rig.daemon.collector);
}

static int
setup(void **state)
{
	static struct world w;
	struct sockaddr_in sin = { .sin_family = AF_INET };

	w = (struct world){ 0 };
	rig_start(&w.rig, ROUTERS);
	sin.sin_port = htons(w.rig.sflow_port);
	sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	w.sock = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_int_equal(connect(w.sock, (struct sockaddr *)&sin, sizeof sin), 0);
	for (size_t i = 0; i < 2; i++)
		rig_learn(
		    router_of(&w, i), "203.0.113.0/24 198.51.100.0/24", "192.0.2.9");
	*state = &w;
	return 0;
}

static int
teardown(void **state)
{
	struct world *w = *state;

	close(w->sock);
	rig_stop(&w->rig);
	return 0;
}

static bool
all_came(void *arg)
{
	const struct world *w = arg;

	return stats_of(w)->datagrams == w->sent;
}

static void
send_bytes(struct world *w, const void *bytes, size_t len)
{
	assert_int_equal(send(w->sock, bytes, len, 0), len);
	w->sent++;
}

/* A datagram with one sample from SAMPLE_SOURCE4 to SAMPLE_DESTINATION4. */
static void
send_sample(struct world *w, const char *agent, const struct sflow_flow *flow)
{
	struct sflow_datagram datagram = {
		.agent = sample_addr(agent),
		.sequence = ++w->sequence,
		.samples = 1,
	};
	struct addr source = sample_addr(SAMPLE_SOURCE4),
		    destination = sample_addr(SAMPLE_DESTINATION4);
	uint8_t bytes[1024], packet[256];
	struct wr wr, ip;
	size_t at;

	wr_init(&ip, packet, sizeof packet);
	build_ip(&ip, &source, &destination);
	wr_init(&wr, bytes, sizeof bytes);
	build_datagram(&wr, &datagram);
	at = build_open(&wr, 1);
	build_flow_fields(&wr, false, flow, 1);
	build_raw_header(&wr, 11, 1000, packet, ip.len);
	build_close(&wr, at);
	assert_false(wr.full || ip.full);
	send_bytes(w, bytes, wr.len);
}

/* A datagram with how full the ASIC is. */
static void
send_tables(struct world *w, const char *agent, const struct sflow_tables *tables)
{
	struct sflow_datagram datagram = {
		.agent = sample_addr(agent),
		.sequence = ++w->sequence,
		.samples = 1,
	};
	const struct sflow_counters counters = { .source = { 2, 1 } };
	uint8_t bytes[1024];
	struct wr wr;
	size_t at;

	wr_init(&wr, bytes, sizeof bytes);
	build_datagram(&wr, &datagram);
	at = build_open(&wr, 2);
	build_counter_fields(&wr, false, &counters, 1);
	build_tables(&wr, tables);
	build_close(&wr, at);
	assert_false(wr.full);
	send_bytes(w, bytes, wr.len);
}

static const struct sflow_flow plain = {
	.source = { 0, 7 },
	.sampling_rate = 100,
	.input = { SFLOW_PORT_INDEX, 7 },
	.output = { SFLOW_PORT_INDEX, 9 },
};

static void
wait_all(struct world *w)
{
	assert_true(rig_wait(&w->rig, all_came, w));
}

static uint64_t
samples_of(const struct world *w, size_t i)
{
	struct rib_status status;

	rib_status(router_of(w, i)->rib, FAMILY_IPV4, clock_s(), &status);
	return status.samples;
}

static void
samples_reach_the_rib_of_their_router(void **state)
{
	struct world *w = *state;
	struct rib_status status;
	struct rib_route route;
	struct prefix prefix;

	for (int i = 0; i < 5; i++) {
		send_sample(w, "192.0.2.1", &plain);
		send_sample(w, "192.0.2.2", &plain);
	}
	send_sample(w, "2001:db8::3", &plain);
	wait_all(w);
	assert_int_equal(samples_of(w, 0), 10);
	assert_int_equal(samples_of(w, 1), 1);
	assert_int_equal(stats_of(w)->unknown_agents, 0);
	assert_int_equal(collector_agents(w->rig.daemon.collector)->count, 3);
	prefix_parse("203.0.113.0/24", &prefix);
	assert_true(rib_find(router_of(w, 0)->rib, &prefix, &route));
	assert_int_equal(route.samples, 10);
	/* 1000 bytes in one of 100 packets */
	assert_float_equal(route.bytes_per_s / route.packets_per_s, 1000, 1e-3);
	prefix_parse("198.51.100.0/24", &prefix);
	rib_find(router_of(w, 0)->rib, &prefix, &route);
	assert_int_equal(route.samples, 0);
	/* a tick later the bytes are in the status, frame length by sampling rate */
	router_tick(router_of(w, 0));
	rib_status(router_of(w, 0)->rib, FAMILY_IPV4, clock_s(), &status);
	assert_false(status.frozen);
	assert_true(status.bytes_per_s > 0);
	assert_int_equal(status.unrouted, 0);
}

static void
sources_are_watched_when_asked_for(void **state)
{
	struct world *w = *state;
	struct rib_route route;
	struct prefix prefix;

	rib_watch_sources(router_of(w, 0)->rib, clock_s());
	send_sample(w, "192.0.2.1", &plain);
	wait_all(w);
	prefix_parse("198.51.100.0/24", &prefix);
	rib_find(router_of(w, 0)->rib, &prefix, &route);
	assert_true(route.source_bytes_per_s > 0);
	assert_true(route.bytes_per_s == 0);
}

static void
strange_agents_are_counted(void **state)
{
	struct world *w = *state;

	send_sample(w, "192.0.2.3", &plain);
	send_sample(w, "2001:db8::4", &plain);
	send_sample(w, "192.0.2.1", &plain);
	wait_all(w);
	assert_int_equal(stats_of(w)->unknown_agents, 2);
	assert_int_equal(samples_of(w, 0), 1);
	assert_int_equal(samples_of(w, 1), 0);
	assert_int_equal(collector_agents(w->rig.daemon.collector)->count, 1);
}

static void
garbage_is_counted_by_reason(void **state)
{
	static const uint8_t version4[] = { 0, 0, 0, 4, 0, 0, 0, 1, 192, 0, 2, 1, 0, 0,
		0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1 };
	uint8_t cut[28] = { 0, 0, 0, 5, 0, 0, 0, 1, 192, 0, 2, 1, [23] = 1, [27] = 1 };
	struct world *w = *state;
	const struct sflow_agent *agent;
	static uint8_t large[20000];

	send_bytes(w, "", 0);
	send_bytes(w, "x", 1);
	send_bytes(w, version4, sizeof version4);
	send_bytes(w, cut, sizeof cut); /* one sample announced, none there */
	send_bytes(w, large, sizeof large);
	wait_all(w);
	assert_int_equal(stats_of(w)->faults[SFLOW_FAULT_DATAGRAM_CUT], 2);
	assert_int_equal(stats_of(w)->faults[SFLOW_FAULT_VERSION], 2);
	assert_int_equal(stats_of(w)->unknown_agents, 0);
	assert_int_equal(collector_agents(w->rig.daemon.collector)->count, 1);
	agent = collector_agents(w->rig.daemon.collector)->list[0];
	assert_int_equal(agent->faults[SFLOW_FAULT_SAMPLES_MISSING], 1);
	assert_int_equal(samples_of(w, 0), 0);
	/* and what is good is still heard */
	send_sample(w, "192.0.2.1", &plain);
	wait_all(w);
	assert_int_equal(samples_of(w, 0), 1);
}

static void
assert_shown(struct world *w)
{
	json_t *root = rig_get(&w->rig, "/api/v1/status", NULL, 200), *router, *agent,
	       *source;
	double seen;

	router = json_array_get(json_object_get(root, "routers"), 1);
	assert_int_equal(json_array_size(json_object_get(router, "agents")), 0);
	router = json_array_get(json_object_get(root, "routers"), 0);
	agent = json_array_get(json_object_get(router, "agents"), 0);
	assert_string_equal(
	    json_string_value(json_object_get(agent, "address")), "192.0.2.1");
	assert_int_equal(field_integer(agent, "datagrams"), 2);
	assert_int_equal(field_integer(agent, "samples"), 2);
	assert_int_equal(field_integer(agent, "lost"), 3);
	assert_int_equal(field_integer(agent, "samples_lost"), 4);
	assert_int_equal(field_integer(agent, "dropped_by_agent"), 6);
	assert_int_equal(field_integer(agent, "sampling_rate"), 100);
	assert_int_equal(field_integer(agent, "sub_agent"), 0);
	assert_int_equal(field_integer(agent, "restarts"), 0);
	assert_int_equal(field_integer(agent, "counter_samples"), 0);
	assert_int_equal(field_integer(agent, "discarded_packets"), 0);
	assert_int_equal(field_integer(agent, "samples_without_address"), 0);
	assert_int_equal(json_object_size(json_object_get(agent, "faults")), 0);
	seen = json_real_value(json_object_get(agent, "last_seen"));
	assert_true(seen >= 0 && seen < 60);
	source = json_array_get(json_object_get(agent, "sources"), 0);
	assert_int_equal(field_integer(source, "class"), 0);
	assert_int_equal(field_integer(source, "index"), 7);
	assert_int_equal(field_integer(source, "samples"), 2);
	assert_int_equal(field_integer(source, "lost"), 4);
	assert_int_equal(field_integer(source, "rate_changes"), 0);
	json_decref(root);
}

static void
losses_are_counted_and_shown(void **state)
{
	struct world *w = *state;
	const struct sflow_agent *agent;
	struct sflow_flow flow = plain;

	flow.sequence = 10;
	send_sample(w, "192.0.2.1", &flow);
	w->sequence += 3;
	flow.sequence = 15;
	flow.drops = 6;
	send_sample(w, "192.0.2.1", &flow);
	wait_all(w);
	agent = collector_agents(w->rig.daemon.collector)->list[0];
	assert_int_equal(agent->sequence.lost, 3);
	assert_int_equal(agent->sources[0].sequence.lost, 4);
	assert_int_equal(agent->sources[0].drops, 6);
	assert_shown(w);
}

static json_t *
shown_asic(struct world *w, json_t **retroot)
{
	const json_t *routers, *agents;

	*retroot = rig_get(&w->rig, "/api/v1/status", NULL, 200);
	routers = json_object_get(*retroot, "routers");
	agents = json_object_get(json_array_get(routers, 0), "agents");
	return json_object_get(json_array_get(agents, 0), "asic");
}

/* And what is told last holds. */
static void
it_is_shown_how_full_the_asic_is(void **state)
{
	struct world *w = *state;
	const struct sflow_tables before = { .ipv4_routes = 9 };
	const struct sflow_tables tables = {
		.ipv4_routes = 5012,
		.ipv6_routes = 401,
		.total_routes = { 5413, 16384 },
		.long_ipv6 = { 3, 256 },
	};
	json_t *root, *asic, *routes;

	send_sample(w, "192.0.2.1", &plain);
	wait_all(w);
	asic = shown_asic(w, &root);
	assert_true(json_is_null(asic));
	json_decref(root);
	send_tables(w, "192.0.2.1", &before);
	send_tables(w, "192.0.2.1", &tables);
	send_sample(w, "192.0.2.1", &plain);
	wait_all(w);
	asic = shown_asic(w, &root);
	routes = json_object_get(asic, "total_routes");
	assert_int_equal(field_integer(asic, "ipv4_routes"), 5012);
	assert_int_equal(field_integer(asic, "ipv6_routes"), 401);
	assert_int_equal(field_integer(routes, "entries"), 5413);
	assert_int_equal(field_integer(routes, "max"), 16384);
	routes = json_object_get(asic, "long_ipv6");
	assert_int_equal(field_integer(routes, "entries"), 3);
	assert_int_equal(field_integer(routes, "max"), 256);
	json_decref(root);
}

/* What a filter lets pass of four samples: taken at 7 in or out, at 8 in or out. */
static void
assert_filter(struct world *w, const char *routers, unsigned passed)
{
	struct sflow_flow flow = plain;
	uint64_t before = samples_of(w, 0),
		 filtered = router_of(w, 0)->samples_filtered;

	rig_reload(&w->rig, routers);
	for (int i = 0; i < 4; i++) {
		uint32_t at = i < 2 ? 7 : 8;
		const struct sflow_port here = { SFLOW_PORT_INDEX, at },
					there = { SFLOW_PORT_INDEX, 9 };

		flow.source.index = at;
		flow.input = i % 2 ? there : here;
		flow.output = i % 2 ? here : there;
		send_sample(w, "192.0.2.1", &flow);
	}
	wait_all(w);
	assert_int_equal(samples_of(w, 0) - before, passed);
	assert_int_equal(router_of(w, 0)->samples_filtered - filtered, 4 - passed);
}

static void
samples_are_filtered_by_direction_and_port(void **state)
{
	struct world *w = *state;

	assert_filter(w, A("agents = 192.0.2.1; direction = any"), 4);
	assert_filter(w, A("agents = 192.0.2.1; direction = ingress"), 2);
	assert_filter(w, A("agents = 192.0.2.1; direction = egress"), 2);
	assert_filter(w, A("agents = 192.0.2.1; ports = 7"), 2);
	assert_filter(w, A("agents = 192.0.2.1; ports = { 9, 8, 7 }"), 4);
	assert_filter(w, A("agents = 192.0.2.1; direction = egress; ports = 8"), 1);
	assert_filter(w, A("agents = 192.0.2.1; ports = 9"), 0);
}

static void
reload_gives_an_agent_to_another_router(void **state)
{
	struct world *w = *state;

	send_sample(w, "192.0.2.1", &plain);
	wait_all(w);
	rig_reload(
	    &w->rig, A("agents = 192.0.2.2") B("agents = { 192.0.2.1, 2001:db8::3 }"));
	send_sample(w, "192.0.2.1", &plain);
	send_sample(w, "192.0.2.1", &plain);
	send_sample(w, "192.0.2.2", &plain);
	wait_all(w);
	assert_int_equal(samples_of(w, 0), 2);
	assert_int_equal(samples_of(w, 1), 2);
	/* and to nobody */
	rig_reload(&w->rig, A("agents = 192.0.2.2"));
	send_sample(w, "192.0.2.1", &plain);
	send_sample(w, "192.0.2.2", &plain);
	wait_all(w);
	assert_int_equal(samples_of(w, 0), 3);
	assert_int_equal(stats_of(w)->unknown_agents, 1);
	/* and back */
	rig_reload(&w->rig, ROUTERS);
	send_sample(w, "192.0.2.1", &plain);
	wait_all(w);
	assert_int_equal(samples_of(w, 0), 4);
}

static void
a_socket_that_could_not_be_opened_is_tried_again(void **state)
{
	struct world *w = *state;
	struct collector *collector = w->rig.daemon.collector;
	struct config_sflow config = w->rig.daemon.config->sflow;
	struct config_endpoint taken[2] = { config.listen[0], config.listen[0] };
	char error[CONFIG_ERROR_MAX];
	struct sockaddr_in sin = { .sin_family = AF_INET };
	socklen_t len = sizeof sin;
	int other = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(other, (struct sockaddr *)&sin, sizeof sin), 0);
	assert_int_equal(getsockname(other, (struct sockaddr *)&sin, &len), 0);
	taken[1].port = ntohs(sin.sin_port);
	config.listen = taken;
	config.listens = 2;
	assert_false(collector_apply(collector, &config, error, sizeof error));
	assert_non_null(strstr(error, "is another collector running?"));
	assert_false(collector_apply(collector, &config, error, sizeof error));
	close(other);
	assert_true(collector_apply(collector, &config, error, sizeof error));
	send_sample(w, "192.0.2.1", &plain);
	wait_all(w);
	assert_int_equal(samples_of(w, 0), 1);
}

/* Bytes of a file at an offset. */
static void
read_at(const char *path, long at, void *bytes, size_t len)
{
	FILE *file = fopen(path, "rb");

	assert_non_null(file);
	assert_int_equal(fseek(file, at, SEEK_SET), 0);
	assert_int_equal(fread(bytes, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
}

/* As it came, with the address it came from; and nobody else's. */
static void
what_is_heard_is_recorded(void **state)
{
	struct world *w = *state;
	struct record *record = w->rig.daemon.record;
	struct config_record config = { .max_bytes = 1000000 };
	const struct record_order order = { "a", 1000000, 0 };
	static const char *const files[] = { "rib.txt", "changes.txt", "sflow.pcap" };
	char path[256], why[256];
	struct sockaddr_in sin;
	socklen_t len = sizeof sin;
	uint8_t head[16 + 20 + 8], bytes[4];

	assert_int_equal(getsockname(w->sock, (struct sockaddr *)&sin, &len), 0);
	strcpy(config.directory, "/tmp/armd-collector-test-XXXXXX");
	assert_non_null(mkdtemp(config.directory));
	assert_true(
	    record_start(record, &config, router_of(w, 0), &order, why, sizeof why));
	while (record_work(record))
		continue;
	send_sample(w, "192.0.2.1", &plain);
	send_sample(w, "2001:db8::3", &plain);
	send_sample(w, "192.0.2.99", &plain);
	send_bytes(w, "nonsense", 8);
	wait_all(w);
	assert_int_equal(record_status(record)->datagrams, 1);
	assert_true(record_stop(record));
	snprintf(path, sizeof path, "%s/a/sflow.pcap", config.directory);
	read_at(path, RECORD_PCAP_HEAD, head, sizeof head);
	assert_memory_equal(head + 28, &sin.sin_addr, 4);
	assert_memory_equal(head + 36, &sin.sin_port, 2);
	read_at(path, RECORD_PCAP_HEAD + sizeof head, bytes, sizeof bytes);
	assert_memory_equal(bytes, "\0\0\0\5", 4); /* sFlow 5 */
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		snprintf(path, sizeof path, "%s/a/%s", config.directory, files[i]);
		assert_int_equal(unlink(path), 0);
	}
	snprintf(path, sizeof path, "%s/a", config.directory);
	assert_int_equal(rmdir(path), 0);
	assert_int_equal(rmdir(config.directory), 0);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(samples_reach_the_rib_of_their_router),
		TEST(sources_are_watched_when_asked_for),
		TEST(strange_agents_are_counted),
		TEST(garbage_is_counted_by_reason),
		TEST(losses_are_counted_and_shown),
		TEST(it_is_shown_how_full_the_asic_is),
		TEST(samples_are_filtered_by_direction_and_port),
		TEST(reload_gives_an_agent_to_another_router),
		TEST(a_socket_that_could_not_be_opened_is_tried_again),
		TEST(what_is_heard_is_recorded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
