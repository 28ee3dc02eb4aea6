#include "engine_config.h"

#include "config.h"
#include "rib/rib.h"
#include "sflow/sflow.h"

#define PREFIXES_MAX 16000000 /* beyond any table, and what memory may be spent on */

/* How many routes the session that carries a family may bring before it is closed. */
static uint32_t
max_prefixes(const struct config_router *config, int family)
{
	uint32_t max = 1;

	for (size_t i = 0; i < config->n_sessions; i++)
		if (config->sessions[i].role == CONFIG_RIB &&
		    config->sessions[i].families[family])
			max = config->sessions[i].prefix_action == CONFIG_PREFIX_CLOSE
				  ? config->sessions[i].max_prefixes[family]
				  : PREFIXES_MAX;
	return max;
}

struct rib_limits
engine_limits(const struct config_router *config, uint64_t seed)
{
	struct rib_limits limits = {
		.attributes = config->max_attributes,
		.active = config->max_active,
		.seed = seed,
	};

	for (int f = 0; f < FAMILIES; f++)
		limits.prefixes[f] = max_prefixes(config, f);
	return limits;
}

void
engine_configure(struct rib *rib, const struct config_router *config)
{
	for (int f = 0; f < FAMILIES; f++) {
		const struct config_family *family = &config->families[f];

		rib_set_max_prefixes(rib, (enum family)f, max_prefixes(config, f));
		rib_set_policy(rib, (enum family)f,
		    &(struct rib_policy){
			.min_rate = (double)family->min_rate,
			.min_len = family->min_prefix_length,
			.idle_s = family->idle_time_s,
			.fallback = family->fallback,
			.nexthop = family->fallback_nexthop,
			.fallback_weight = family->fallback_weight,
			.churn_limit = family->churn_limit,
			.churn_burst = family->churn_burst,
			.pin = family->pin,
			.n_pin = family->n_pin,
			.never = family->never,
			.n_never = family->n_never,
		    });
		rib_set_capacity(rib, (enum family)f, family->capacity);
	}
}

bool
engine_counts(const struct config_router *config, const struct sflow_flow *flow)
{
	bool input = flow->input.kind == SFLOW_PORT_INDEX &&
		     flow->input.value == flow->source.index;
	bool output = flow->output.kind == SFLOW_PORT_INDEX &&
		      flow->output.value == flow->source.index;

	if (flow->packet.frame_length > ENGINE_FRAME_MAX ||
	    flow->sampling_rate > ENGINE_RATE_MAX)
		return false;
	if ((config->direction == CONFIG_DIRECTION_INGRESS && !input) ||
	    (config->direction == CONFIG_DIRECTION_EGRESS && !output))
		return false;
	for (size_t i = 0; i < config->n_ports; i++)
		if (config->ports[i] == flow->source.index)
			return true;
	return config->n_ports == 0;
}

struct rib_packet
engine_packet(const struct sflow_flow *flow)
{
	return (struct rib_packet){
		.destination = flow->packet.destination,
		.source = flow->packet.source,
		.bytes = (double)sflow_flow_bytes(flow),
		.packets = (double)sflow_flow_packets(flow),
	};
}
