#include "helpers/router_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "clock.h"
#include "router.h"

/* What is waited for. */
struct wanted {
	const struct world *world;
	const struct speaker *speaker;
	const char *prefix, *hops;
	size_t n;
};

void
world_start(struct world *w, const char *routers, const char *state)
{
	rig_start_in(&w->rig, routers, state);
	speaker_init(&w->rib, 65000, 0x0a000002);
	speaker_init(&w->target, 65000, 0x0a000003);
}

void
world_stop(struct world *w)
{
	rig_stop(&w->rig);
	speaker_fini(&w->rib);
	speaker_fini(&w->target);
}

int
world_setup(void **state)
{
	static struct world world;

	world_start(&world,
	    WORLD_ROUTER("stale-time = 1; " WORLD_RIB("") WORLD_TARGET("")), "");
	*state = &world;
	return 0;
}

int
world_teardown(void **state)
{
	world_stop(*state);
	return 0;
}

struct router *
world_router(const struct world *w)
{
	return w->rig.daemon.routers[0];
}

struct rib_status
world_status(const struct world *w, enum family family)
{
	struct rib_status status;

	rib_status(world_router(w)->rib, family, clock_s(), &status);
	return status;
}

static const char *
address_of(const struct world *w, const struct speaker *speaker)
{
	return speaker == &w->rib ? "127.0.0.2" : "127.0.0.3";
}

void
world_dial(struct world *w, struct speaker *speaker)
{
	rig_dial(&w->rig, speaker, address_of(w, speaker));
}

void
world_bring_up(struct world *w, struct speaker *speaker)
{
	rig_bring_up(&w->rig, speaker, address_of(w, speaker));
}

void
world_end_of_ribs(struct world *w)
{
	speaker_end_of_rib(&w->rib, FAMILY_IPV4);
	speaker_end_of_rib(&w->rib, FAMILY_IPV6);
}

void
world_learn(struct world *w)
{
	world_dial(w, &w->rib);
	world_dial(w, &w->target);
	rig_wait_up(&w->rig, &w->rib);
	rig_wait_up(&w->rig, &w->target);
	speaker_update(&w->rib, "0.0.0.0/0 203.0.113.0/24", "192.0.2.1");
	speaker_update(&w->rib, "198.51.0.0/16", "192.0.2.2");
	speaker_update(&w->rib, "198.51.100.0/24 198.51.101.0/24", "192.0.2.3");
	speaker_update(&w->rib, "::/0", "2001:db8::1");
	speaker_update(&w->rib, "2001:db8:1::/48", "2001:db8::2");
	world_wait_learned(w, 7);
	rig_sample(world_router(w), "198.51.1.1", 10, 1e6);
	rig_sample(world_router(w), "198.51.100.1", 10, 1e6);
	rig_sample(world_router(w), "2001:db8:1::1", 10, 1e6);
}

void
world_install(struct world *w)
{
	world_learn(w);
	world_end_of_ribs(w);
	world_wait_ended(w);
	world_wait_has(w, "198.51.0.0/16");
	world_wait_has(w, "2001:db8:1::/48");
}

size_t
world_learned(const struct world *w)
{
	return world_status(w, FAMILY_IPV4).learned +
	       world_status(w, FAMILY_IPV6).learned;
}

static bool
is_learned(void *arg)
{
	const struct wanted *wanted = arg;

	return world_learned(wanted->world) == wanted->n;
}

void
world_wait_learned(struct world *w, size_t routes)
{
	struct wanted wanted = { .world = w, .n = routes };

	if (!rig_wait(&w->rig, is_learned, &wanted))
		fail_msg("%zu routes learned, not %zu", world_learned(w), routes);
}

static bool
is_held(void *arg)
{
	const struct wanted *wanted = arg;

	return speaker_has(&wanted->world->target, wanted->prefix);
}

static bool
is_not_held(void *arg)
{
	return !is_held(arg);
}

void
world_wait_has(struct world *w, const char *prefix)
{
	struct wanted wanted = { .world = w, .prefix = prefix };

	if (!rig_wait(&w->rig, is_held, &wanted))
		fail_msg("the target is not told %s", prefix);
}

void
world_wait_has_not(struct world *w, const char *prefix)
{
	struct wanted wanted = { .world = w, .prefix = prefix };

	if (!rig_wait(&w->rig, is_not_held, &wanted))
		fail_msg("the target keeps %s", prefix);
}

static bool
is_held_by(void *arg)
{
	const struct wanted *wanted = arg;
	char text[SPEAKER_HOPS_MAX];

	return strcmp(speaker_hops(&wanted->world->target, wanted->prefix, text),
		   wanted->hops) == 0;
}

void
world_wait_hops(struct world *w, const char *prefix, const char *hops)
{
	struct wanted wanted = { .world = w, .prefix = prefix, .hops = hops };
	char text[SPEAKER_HOPS_MAX];

	if (!rig_wait(&w->rig, is_held_by, &wanted))
		fail_msg("%s by '%s', not '%s'", prefix,
		    speaker_hops(&w->target, prefix, text), hops);
}

static bool
is_ended(void *arg)
{
	const struct speaker *target = &((const struct world *)arg)->target;

	for (int f = 0; f < FAMILIES; f++)
		if (target->heard.caps.families & BGP_FAMILY_BIT(f) && !target->eors[f])
			return false;
	return target->up;
}

void
world_wait_ended(struct world *w)
{
	if (!rig_wait(&w->rig, is_ended, w))
		fail_msg("the target hears no End-of-RIB");
}

static bool
is_refreshed(void *arg)
{
	const struct wanted *wanted = arg;

	return wanted->speaker->n_refreshes == wanted->n;
}

void
world_wait_refreshed(struct world *w, const struct speaker *speaker, size_t n)
{
	struct wanted wanted = { .speaker = speaker, .n = n };

	if (!rig_wait(&w->rig, is_refreshed, &wanted))
		fail_msg("%zu words of a refresh, not %zu", speaker->n_refreshes, n);
}
