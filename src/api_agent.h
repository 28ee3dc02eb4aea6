/* The books on an sFlow agent, as JSON. */
#ifndef SRC_API_AGENT_H
#define SRC_API_AGENT_H

#include <jansson.h>

#include "sflow/agent.h"

json_t *api_agent(const struct sflow_agent *agent);

/* Faults of datagrams and samples by reason; only those that happened. */
json_t *api_faults(const uint64_t faults[SFLOW_FAULTS]);

#endif
