/* Which samples count, and for how much. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "config.h"
#include "engine_config.h"
#include "rib/rib.h"
#include "sflow/sflow.h"

static const struct sflow_flow sample = {
	.source = { 0, 3 },
	.sampling_rate = 1000,
	.input = { SFLOW_PORT_INDEX, 3 },
	.output = { SFLOW_PORT_INDEX, 4 },
	.packet = { .frame_length = 1500 },
};

static void
samples_count_by_direction_and_port(void **state)
{
	uint32_t ports[] = { 1, 3 };
	struct config_router config = { .direction = CONFIG_DIRECTION_ANY };

	(void)state;
	assert_true(engine_counts(&config, &sample));
	config.direction = CONFIG_DIRECTION_INGRESS;
	assert_true(engine_counts(&config, &sample));
	config.direction = CONFIG_DIRECTION_EGRESS;
	assert_false(engine_counts(&config, &sample));
	config.direction = CONFIG_DIRECTION_ANY;
	config.ports = ports;
	config.n_ports = 1;
	assert_false(engine_counts(&config, &sample));
	config.n_ports = 2;
	assert_true(engine_counts(&config, &sample));
}

static void
what_cannot_be_true_does_not_count(void **state)
{
	const struct config_router config = { .direction = CONFIG_DIRECTION_ANY };
	struct sflow_flow flow = sample;

	(void)state;
	flow.packet.frame_length = ENGINE_FRAME_MAX;
	flow.sampling_rate = ENGINE_RATE_MAX;
	assert_true(engine_counts(&config, &flow));
	flow.packet.frame_length++;
	assert_false(engine_counts(&config, &flow));
	flow.packet.frame_length--;
	flow.sampling_rate++;
	assert_false(engine_counts(&config, &flow));
}

static void
a_sample_stands_for_what_was_not_sampled(void **state)
{
	struct sflow_flow flow = sample;
	struct rib_packet packet;

	(void)state;
	assert_true(addr_parse("192.0.2.1", &flow.packet.source));
	assert_true(addr_parse("198.51.100.1", &flow.packet.destination));
	packet = engine_packet(&flow);
	assert_true(addr_equal(&packet.source, &flow.packet.source));
	assert_true(addr_equal(&packet.destination, &flow.packet.destination));
	assert_true(packet.bytes == 1500.0 * 1000);
	assert_true(packet.packets == 1000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(samples_count_by_direction_and_port),
		cmocka_unit_test(what_cannot_be_true_does_not_count),
		cmocka_unit_test(a_sample_stands_for_what_was_not_sampled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
