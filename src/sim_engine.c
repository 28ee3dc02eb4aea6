/* The engine, fed and heard as src/router.c and src/collector.c do. */
#include <stdlib.h>

#include "base/mem.h"
#include "engine_config.h"
#include "rib/attrs.h"
#include "rib/nexthop.h"
#include "rib/rib.h"
#include "sim_policy.h"
#include "sim_rib.h"

#define SEED 1 /* the same input is to give the same events */

struct engine {
	const struct sim_rib *source; /* where the routes come from */
	struct sim_install install;
	struct rib *rib;
	double now;
	const char *fault;
};

void *
sim_engine_new(const struct config_router *config, const struct sim_rib *rib,
    const struct sim_install *install)
{
	struct engine *engine = mem_alloc(sizeof *engine);
	struct rib_limits limits = engine_limits(config, SEED);

	engine->source = rib;
	engine->install = *install;
	engine->rib = rib_new(&limits);
	engine_configure(engine->rib, config);
	return engine;
}

static void
engine_free(void *policy)
{
	struct engine *engine = policy;

	rib_free(engine->rib);
	free(engine);
}

/* The key, among those of the RIB read, of an announcement. */
static uint32_t
key_of(const struct engine *engine, uint32_t attrs)
{
	const struct attrs *set = attrs_at(rib_attrs(engine->rib), attrs);
	const struct nexthop *nexthops;
	uint32_t key;
	size_t n;

	nexthops = fwkey_nexthops(rib_fwkeys(engine->rib), set->fwkey, &n);
	key = fwkey_intern(engine->source->keys, nexthops, n);
	return key;
}

/* Lets the engine do what it has to, and hands on what changed. */
static void
flush(struct engine *engine)
{
	while (rib_work(engine->rib, SIZE_MAX))
		continue;
	for (int f = 0; f < FAMILIES; f++) {
		size_t n;
		const struct rib_change *changes = rib_changes(
		    engine->rib, (enum family)f, &n);

		for (size_t i = 0; i < n; i++) {
			uint32_t key = changes[i].op == RIB_ANNOUNCE
					   ? key_of(engine, changes[i].attrs)
					   : 0;

			engine->install.take(
			    engine->install.arg, &changes[i].prefix, key);
			fwkey_unref(engine->source->keys, key);
		}
		if (n)
			rib_changes_done(engine->rib, (enum family)f);
		rib_delivered(engine->rib, (enum family)f);
	}
}

/* The same attributes among those of the engine, with a reference; 0: no room. */
static uint32_t
copy_attrs(struct engine *engine, uint32_t attrs)
{
	const struct attrs *set = attrs_at(engine->source->attrs, attrs);
	struct fwkeys *keys = rib_fwkeys(engine->rib);
	const struct nexthop *nexthops;
	uint32_t key, copy;
	size_t n;

	nexthops = fwkey_nexthops(engine->source->keys, set->fwkey, &n);
	key = fwkey_intern(keys, nexthops, n);
	copy = key ? attrs_intern(rib_attrs(engine->rib), set->context, set->bytes,
			 set->len, key)
		   : 0;
	fwkey_unref(keys, key);
	return copy;
}

static void
engine_route(void *policy, const struct prefix *prefix, uint32_t attrs)
{
	struct engine *engine = policy;
	uint32_t copy = attrs ? copy_attrs(engine, attrs) : 0;

	if (attrs && !copy)
		engine->fault = "more attributes than max-attributes allows";
	else if (!attrs)
		rib_withdraw(engine->rib, prefix);
	else if (!rib_announce(engine->rib, prefix, copy))
		engine->fault = "more routes than max-prefix allows";
	attrs_unref(rib_attrs(engine->rib), copy);
	flush(engine);
}

static void
engine_begin(void *policy)
{
	struct engine *engine = policy;

	for (int f = 0; f < FAMILIES; f++) {
		rib_set_target(engine->rib, (enum family)f, true);
		rib_set_ready(engine->rib, (enum family)f, true);
	}
	rib_tick(engine->rib, 0);
	flush(engine);
}

static void
engine_samples(void *policy, const struct rib_packet *packets, size_t n, double now)
{
	struct engine *engine = policy;

	rib_sample_many(engine->rib, packets, n, now);
	flush(engine);
}

static void
engine_tick(void *policy, double now)
{
	struct engine *engine = policy;

	rib_tick(engine->rib, now);
	flush(engine);
}

static const char *
engine_fault(void *policy)
{
	return ((struct engine *)policy)->fault;
}

const struct sim_policy sim_policy_engine = {
	.route = engine_route,
	.begin = engine_begin,
	.samples = engine_samples,
	.tick = engine_tick,
	.fault = engine_fault,
	.free = engine_free,
};
