#include "router.h"

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "bgp/best.h"
#include "clock.h"
#include "engine_config.h"
#include "peer.h"
#include "router_announce.h"
#include "router_limits.h"
#include "router_refresh.h"
#include "router_restart.h"
#include "seed.h"
#include "state.h"

#define SWEEP_SLICE 1000 /* routes, before packets and messages have their turn */
#define BACKLOG_HIGH (512u << 10)

static const struct timeval at_once = { 0, 0 };

static void
open_sessions(struct router *router)
{
	for (size_t i = 0; i < router->n_sessions; i++) {
		struct peer *peer = router->sessions[i].peer;

		router_prepare(router, &router->sessions[i]);
		if (!router_must_wait(router, peer_config(peer)))
			peer_start(peer);
	}
}

/* Which session carries which family. */
static void
assign_families(struct router *router)
{
	for (int f = 0; f < FAMILIES; f++)
		router->rib_session[f] = router->target_session[f] = NULL;
	for (size_t i = 0; i < router->n_sessions; i++) {
		const struct config_session *config = peer_config(
		    router->sessions[i].peer);
		struct router_session **carrier = config->role == CONFIG_RIB
						      ? router->rib_session
						      : router->target_session;

		for (int f = 0; f < FAMILIES; f++)
			if (config->families[f])
				carrier[f] = &router->sessions[i];
	}
}

/* Several paths to a prefix are of use if the target will take them, as we hope. */
static void
make_paths(struct router *router, const struct rib_limits *limits)
{
	router->paths = paths_new(router->rib, limits->prefixes, bgp_best);
	for (int f = 0; f < FAMILIES; f++) {
		const struct router_session *target = router->target_session[f];

		bgp_fanout_init(&router->fanouts[f], limits->prefixes[f]);
		paths_set_multipath(router->paths, (enum family)f,
		    target && peer_config(target->peer)->add_path);
	}
}

/* What the targets may hold from an earlier life. */
static void
recall_paths(void *arg, const struct rib_memory *memory)
{
	struct router *router = arg;

	bgp_fanout_recall(
	    &router->fanouts[memory->prefix.family], &memory->prefix, memory->paths);
}

/* --- long work --- */

/* Nothing is chosen for a target that cannot follow: only what the RIB demands. */
static bool
has_work(const struct router *router)
{
	bool sweeping = router->sweeping[FAMILY_IPV4] || router->sweeping[FAMILY_IPV6];

	return !router->congested && (sweeping || rib_has_work(router->rib));
}

static void
on_work(evutil_socket_t fd, short what, void *arg)
{
	struct router *router = arg;

	(void)fd;
	(void)what;
	for (int f = 0; f < FAMILIES && has_work(router); f++)
		if (router->sweeping[f])
			router->sweeping[f] = paths_sweep(
			    router->paths, (enum family)f, SWEEP_SLICE);
	if (has_work(router))
		rib_work(router->rib, RIB_WORK_SLICE);
	router_flush(router);
}

static void
wake(struct router *router)
{
	if (has_work(router) && !evtimer_pending(router->work, NULL))
		evtimer_add(router->work, &at_once);
}

struct router *
router_new(
    struct event_base *base, const struct config_router *config, const char *state)
{
	struct router *router = mem_alloc(sizeof *router);
	struct rib_limits limits = engine_limits(config, seed_random());
	bool kept;

	router->base = base;
	router->work = evtimer_new(base, on_work, router);
	router->config = config;
	router->rib = rib_new(&limits);
	router->started_ms = clock_wall_ms();
	router->born_ms = clock_ms();
	router->complaints = (struct log_limit){ .burst = 20, .interval_ms = 3000 };
	router->state = state_open(state, config->name, config->router_id,
	    router_kept_at_most(config), router->rib, &kept);
	router->n_sessions = config->n_sessions;
	router->sessions = mem_alloc(config->n_sessions * sizeof *router->sessions);
	for (size_t i = 0; i < config->n_sessions; i++) {
		router->sessions[i].peer = peer_new(
		    base, router, &config->sessions[i], seed_random());
		peer_set_restarting(router->sessions[i].peer, true);
		if (!kept)
			peer_disown(router->sessions[i].peer);
	}
	assign_families(router);
	make_paths(router, &limits);
	for (int f = 0; f < FAMILIES; f++)
		rib_each_memory(router->rib, (enum family)f, recall_paths, router);
	router_expect_rib(router);
	engine_configure(router->rib, config);
	open_sessions(router);
	return router;
}

static void
end(struct router *router, const struct bgp_error *error)
{
	router->congested = false; /* nobody to wait for any more */
	for (int f = 0; f < FAMILIES; f++)
		router->target_session[f] = NULL;
	for (size_t i = 0; i < router->n_sessions; i++)
		peer_free(router->sessions[i].peer, error);
	free(router->sessions);
	event_free(router->work);
	for (int f = 0; f < FAMILIES; f++)
		bgp_fanout_fini(&router->fanouts[f]);
	paths_free(router->paths);
	rib_free(router->rib);
	free(router);
}

void
router_free(struct router *router)
{
	state_close(router->state, router->rib);
	end(router, NULL);
}

void
router_remove(struct router *router)
{
	struct bgp_error error;

	state_remove(router->state);
	bgp_error_cease(&error, BGP_CEASE_DECONFIGURED, NULL);
	end(router, &error);
}

/* The session that may go on as `config`, taken out of the old list; or a new one. */
static struct router_session
keep_session(struct router *router, const struct config_session *config)
{
	struct router_session new = { .peer = NULL };

	for (size_t i = 0; i < router->n_sessions; i++) {
		struct router_session session = router->sessions[i];

		if (!session.peer ||
		    !config_session_equal(peer_config(session.peer), config))
			continue;
		router->sessions[i].peer = NULL;
		peer_adopt(session.peer, config);
		return session;
	}
	new.peer = peer_new(router->base, router, config, seed_random());
	if (!router_knows_target(router, config))
		peer_disown(new.peer);
	return new;
}

/*
 * Ends a session that cannot go on by `config`: without a word if another one takes its
 * place to which the target is to keep our routes, else with RFC 4486 section 4.
 */
static void
dismiss(struct peer *peer, const struct config_router *config)
{
	const struct config_session *next = NULL;
	struct bgp_error error;

	for (size_t i = 0; i < config->n_sessions && !next; i++)
		if (config_session_same_place(&config->sessions[i], peer_config(peer)))
			next = &config->sessions[i];
	bgp_error_cease(
	    &error, next ? BGP_CEASE_CONFIG_CHANGE : BGP_CEASE_DECONFIGURED, NULL);
	peer_free(
	    peer, next && router_keeps_target(next, peer_config(peer)) ? NULL : &error);
}

void
router_reload(struct router *router, const struct config_router *config)
{
	struct router_session *kept = mem_alloc(config->n_sessions * sizeof *kept);
	struct router_session *old = router->sessions;
	size_t n_old = router->n_sessions;

	for (size_t i = 0; i < config->n_sessions; i++)
		kept[i] = keep_session(router, &config->sessions[i]);
	router->config = config;
	router->sessions = kept;
	router->n_sessions = config->n_sessions;
	assign_families(router);
	for (size_t i = 0; i < n_old; i++)
		if (old[i].peer)
			dismiss(old[i].peer, config); /* tells us that it is down */
	free(old);
	for (int f = 0; f < FAMILIES; f++)
		if (!router->target_session[f]) {
			rib_forget(router->rib, (enum family)f);
			bgp_fanout_clear(&router->fanouts[f]);
		}
	state_save(router->state, router->rib, config->router_id);
	engine_configure(router->rib, config);
	open_sessions(router);
	router_flush(router);
}

struct peer *
router_find_peer(const struct router *router, const struct addr *remote,
    const struct addr *local, uint16_t port)
{
	for (size_t i = 0; i < router->n_sessions; i++) {
		const struct config_session *config = peer_config(
		    router->sessions[i].peer);

		if (addr_equal(&config->neighbor, remote) &&
		    addr_equal(&config->local, local) && config->port == port)
			return router->sessions[i].peer;
	}
	return NULL;
}

struct router_session *
router_session_of(struct router *router, const struct peer *peer)
{
	for (size_t i = 0; i < router->n_sessions; i++)
		if (router->sessions[i].peer == peer)
			return &router->sessions[i];
	return NULL;
}

/* --- sessions come and go --- */

static bool
carries(const struct peer *peer, int family)
{
	return peer_session(peer)->negotiated.families & BGP_FAMILY_BIT(family);
}

static void
rib_session_up(struct router *router, struct router_session *session, uint64_t now)
{
	const struct bgp_negotiated *negotiated =
	    &peer_session(session->peer)->negotiated;
	uint32_t wait_ms = peer_config(session->peer)->learn_timeout_s * 1000;

	for (int f = 0; f < FAMILIES; f++) {
		if (!carries(session->peer, f))
			continue;
		paths_mark_stale(router->paths, (enum family)f, true);
		if (!(negotiated->add_path_receive & BGP_FAMILY_BIT(f)))
			paths_forget(router->paths, (enum family)f);
		router->sweeping[f] = false;
		router->stale_at[f] = 0;
		router_begin_anew(router, (enum family)f);
		router->learned_at[f] = now + wait_ms;
		/* its End-of-RIB may come long before its own peers have told it all */
		router->restarted_until[f] = negotiated->graceful.restarting
						 ? now + router->config->stale_time_s *
							     1000ull
						 : 0;
		/* we announce nothing here, and a restarting peer waits to hear just
		 * that */
		router_end_of_rib(session, (enum family)f);
	}
}

static void
target_session_up(struct router *router, struct router_session *session)
{
	const struct bgp_negotiated *negotiated =
	    &peer_session(session->peer)->negotiated;

	for (int f = 0; f < FAMILIES; f++) {
		if (!carries(session->peer, f))
			continue;
		/* with ADD-PATH it may have kept its paths, all of them to be resumed
		 */
		if (!(negotiated->add_path_send & BGP_FAMILY_BIT(f)))
			bgp_fanout_clear(&router->fanouts[f]);
		paths_set_multipath(router->paths, (enum family)f,
		    negotiated->add_path_send & BGP_FAMILY_BIT(f));
		if (f == FAMILY_IPV4)
			rib_bar_foreign(
			    router->rib, FAMILY_IPV4, !negotiated->extended_next_hop);
		rib_set_target(router->rib, (enum family)f, true);
	}
	/* all of them are up: what is resumed of one may end with End-of-RIB for all */
	for (int f = 0; f < FAMILIES; f++)
		if (carries(session->peer, f))
			router_resume(router, (enum family)f);
}

void
router_peer_up(struct router *router, struct peer *peer)
{
	struct router_session *session = router_session_of(router, peer);
	uint64_t now = clock_ms();

	*session = (struct router_session){
		.peer = peer,
		.up = true,
		.verdicts = session->verdicts,
	};
	router_prepare(router, session);
	if (peer_config(peer)->role == CONFIG_RIB) {
		rib_session_up(router, session, now);
		peer_pause(peer, router->congested);
		return;
	}
	target_session_up(router, session);
}

void
router_peer_down(struct router *router, struct peer *peer)
{
	struct router_session *session = router_session_of(router, peer);
	bool is_rib = peer_config(peer)->role == CONFIG_RIB;

	if (session)
		session->up = false;
	for (int f = 0; f < FAMILIES; f++) {
		if (!carries(peer, f))
			continue;
		if (!is_rib) {
			rib_set_target(router->rib, (enum family)f, false);
			continue;
		}
		router->learned_at[f] = router->restarted_until[f] = 0;
		router->stale_at[f] = clock_ms() + router->config->stale_time_s * 1000 +
				      1;
		if (peer_session(peer)->down.cause == BGP_DOWN_STOPPED)
			continue; /* armd ends, and its table with it */
		log_info("router %s: %s: %s routes kept for %u s", router->config->name,
		    peer_name(peer), family_name((enum family)f),
		    router->config->stale_time_s);
	}
	if (!is_rib)
		router_drained(router);
}

void
router_learned(struct router *router, enum family family, const char *why)
{
	struct rib_status status;

	router->learned_at[family] = 0;
	router->sweeping[family] = router->restarted_until[family] == 0;
	rib_status(router->rib, family, clock_s(), &status);
	log_info("router %s: %zu %s routes learned (%s)", router->config->name,
	    status.learned, family_name(family), why);
	router_begin(router, family);
	open_sessions(router); /* those that had to wait for this */
}

/* --- what is announced --- */

static size_t
backlog(const struct router *router)
{
	size_t most = 0;

	for (int f = 0; f < FAMILIES; f++) {
		const struct router_session *session = router->target_session[f];
		size_t bytes = session && session->up ? peer_backlog(session->peer) : 0;

		most = bytes > most ? bytes : most;
	}
	return most;
}

static void
set_congested(struct router *router, bool congested)
{
	router->congested = congested;
	for (size_t i = 0; i < router->n_sessions; i++)
		if (peer_config(router->sessions[i].peer)->role == CONFIG_RIB)
			peer_pause(router->sessions[i].peer, congested);
}

void
router_drained(struct router *router)
{
	if (router->congested && backlog(router) < ROUTER_BACKLOG_LOW)
		set_congested(router, false);
	router_answer_refreshes(router);
	wake(router);
}

void
router_flush(struct router *router)
{
	for (int f = 0; f < FAMILIES; f++) {
		struct router_session *session = router->target_session[f];

		if (session && session->up)
			router_announce(router, session, (enum family)f);
		rib_changes_done(router->rib, (enum family)f);
	}
	if (!router->congested && backlog(router) > BACKLOG_HIGH)
		set_congested(router, true);
	wake(router);
}

/* --- samples and time --- */

void
router_tick(struct router *router)
{
	uint64_t now = clock_ms();

	for (int f = 0; f < FAMILIES; f++) {
		if (router->learned_at[f] && now >= router->learned_at[f])
			router_learned(router, (enum family)f, "no End-of-RIB came");
		if (router->stale_at[f] && now >= router->stale_at[f]) {
			router->stale_at[f] = 0;
			paths_mark_stale(router->paths, (enum family)f, false);
			router->sweeping[f] = true;
			router_begin(router, (enum family)f);
			log_warn(
			    "router %s: the %s RIB session did not come back: routes "
			    "withdrawn",
			    router->config->name, family_name((enum family)f));
		}
	}
	router_check_limits(router);
	router_check_refreshes(router, now);
	router_answer_refreshes(router);
	router_check_restarts(router, now);
	open_sessions(router);
	rib_tick(router->rib, clock_s());
	router_flush(router);
}
