#include "api_agent.h"

#include "api_json.h"

static json_t *
count(uint64_t n)
{
	return json_integer((json_int_t)n);
}

json_t *
api_faults(const uint64_t faults[SFLOW_FAULTS])
{
	json_t *object = json_object();

	for (int i = SFLOW_FAULT_NONE + 1; i < SFLOW_FAULTS; i++)
		if (faults[i])
			json_object_set_new(object,
			    sflow_fault_text((enum sflow_fault)i), count(faults[i]));
	return object;
}

/* Samples that tell no destination, by why. */
static json_t *
without_address(const struct sflow_agent *a)
{
	json_t *object = json_object();

	for (int i = 0; i < SFLOW_HEADERS; i++)
		if (a->without_address[i])
			json_object_set_new(object,
			    sflow_header_text((enum sflow_header)i),
			    count(a->without_address[i]));
	return object;
}

static json_t *
source_json(const struct sflow_source_books *s)
{
	return json_pack("{sI sI sI sI sI sI sI}", "class", (json_int_t)s->source.class,
	    "index", (json_int_t)s->source.index, "samples", (json_int_t)s->samples,
	    "lost", (json_int_t)s->sequence.lost, "dropped_by_agent",
	    (json_int_t)s->drops, "sampling_rate", (json_int_t)s->sampling_rate,
	    "rate_changes", (json_int_t)s->rate_changes);
}

/* The data sources, and what they make in all. */
static void
add_sources(json_t *object, const struct sflow_agent *a)
{
	json_t *sources = json_array();
	uint64_t lost = 0, dropped = 0, newest = 0;
	uint32_t rate = 0;

	for (size_t i = 0; i < a->source_count; i++) {
		const struct sflow_source_books *s = &a->sources[i];

		lost += s->sequence.lost;
		dropped += s->drops;
		if (s->seen_ms >= newest) {
			newest = s->seen_ms;
			rate = s->sampling_rate;
		}
		json_array_append_new(sources, source_json(s));
	}
	json_object_set_new(object, "samples_lost", count(lost));
	json_object_set_new(object, "dropped_by_agent", count(dropped));
	json_object_set_new(object, "sampling_rate", json_integer(rate));
	json_object_set_new(object, "sources", sources);
	json_object_set_new(object, "sources_refused", count(a->sources_refused));
}

static void
add_usage(json_t *object, const char *name, struct sflow_usage usage)
{
	json_object_set_new(object, name,
	    json_pack("{sI sI}", "entries", (json_int_t)usage.entries, "max",
		(json_int_t)usage.max));
}

/* How full the ASIC is; null if the agent does not tell. */
static json_t *
asic_json(const struct sflow_agent *a)
{
	const struct sflow_tables *tables = &a->tables;
	json_t *object;

	if (!a->tables_ms)
		return json_null();
	object = json_object();
	json_object_set_new(object, "age", api_seconds_since(a->tables_ms));
	json_object_set_new(object, "ipv4_routes", count(tables->ipv4_routes));
	json_object_set_new(object, "ipv6_routes", count(tables->ipv6_routes));
	add_usage(object, "total_routes", tables->total_routes);
	add_usage(object, "ipv4", tables->ipv4);
	add_usage(object, "ipv6", tables->ipv6);
	add_usage(object, "ipv4_ipv6", tables->ipv4_ipv6);
	add_usage(object, "long_ipv6", tables->long_ipv6);
	add_usage(object, "host", tables->host);
	add_usage(object, "ecmp_nexthops", tables->ecmp_nexthops);
	return object;
}

json_t *
api_agent(const struct sflow_agent *a)
{
	json_t *object = json_object();
	uint64_t without = 0;

	for (int i = 0; i < SFLOW_HEADERS; i++)
		without += a->without_address[i];
	json_object_set_new(object, "address", api_addr(&a->address));
	json_object_set_new(object, "sub_agent", json_integer(a->sub_agent));
	json_object_set_new(object, "datagrams", count(a->datagrams));
	json_object_set_new(object, "samples", count(a->flows));
	json_object_set_new(object, "counter_samples", count(a->counters));
	json_object_set_new(object, "discarded_packets", count(a->discards));
	json_object_set_new(object, "samples_without_address", count(without));
	json_object_set_new(object, "without_address", without_address(a));
	json_object_set_new(object, "lost", count(a->sequence.lost));
	json_object_set_new(object, "late", count(a->sequence.late));
	json_object_set_new(object, "duplicates", count(a->sequence.duplicates));
	json_object_set_new(object, "restarts", count(a->sequence.restarts));
	json_object_set_new(object, "last_seen", api_seconds_since(a->seen_ms));
	json_object_set_new(object, "asic", asic_json(a));
	json_object_set_new(object, "faults", api_faults(a->faults));
	add_sources(object, a);
	return object;
}
