#include "router_restart.h"

#include "base/log.h"
#include "clock.h"
#include "config.h"
#include "peer.h"
#include "rib/rib.h"
#include "router.h"
#include "state.h"

uint64_t
router_kept_at_most(const struct config_router *config)
{
	uint64_t most = 0;

	for (size_t i = 0; i < config->n_sessions; i++) {
		const struct config_session *session = &config->sessions[i];
		uint64_t kept = (uint64_t)session->restart_time_s +
				session->long_lived_s;

		most = kept > most ? kept : most;
	}
	return most;
}

bool
router_knows_target(const struct router *router, const struct config_session *config)
{
	for (size_t i = 0; i < router->n_sessions; i++) {
		const struct peer *last = router->sessions[i].peer;

		if (last && config_session_same_place(peer_config(last), config) &&
		    peer_session(last)->config.offer.graceful.forwarding)
			return true;
	}
	return false;
}

bool
router_keeps_target(
    const struct config_session *next, const struct config_session *last)
{
	return next->role == CONFIG_TARGET && last->role == CONFIG_TARGET &&
	       next->restart_time_s > 0;
}

/*
 * If the session came up now, it would be at risk to break before the routes are
 * announced: a second loss, on which the target must drop what is stale from the first
 * (RFC 4724 4.2). One family does not wait for the other beyond the restart time, after
 * which a target keeps nothing, or all as long-lived stale routes.
 */
bool
router_must_wait(const struct router *router, const struct config_session *config)
{
	bool kept = false, ready = false;
	struct rib_status status;

	if (config->role != CONFIG_TARGET)
		return false;
	for (int f = 0; f < FAMILIES; f++) {
		if (!config->families[f] || !router->rib_session[f])
			continue;
		rib_status(router->rib, (enum family)f, 0, &status);
		kept |= status.kept && !status.ready;
		ready |= status.ready;
	}
	return kept && (!ready || clock_ms() - router->born_ms <
				      config->restart_time_s * 1000ull);
}

/* Whether a family that the session carries is still to be learned. */
static bool
is_learning(const struct router *router, const struct config_session *config)
{
	struct rib_status status;

	for (int f = 0; f < FAMILIES; f++) {
		rib_status(router->rib, (enum family)f, 0, &status);
		if (config->families[f] && !status.ready)
			return true;
	}
	return false;
}

/*
 * Who restarts at the same time as we is not to wait with its routes for our
 * End-of-RIB, which the R bit tells it. But it may have our target in its care, whose
 * routes it would drop as soon as it need not wait: towards that one we have not
 * restarted, and wait for nothing that it says.
 */
void
router_prepare(const struct router *router, const struct router_session *session)
{
	const struct config_session *config = peer_config(session->peer);

	if (config->role == CONFIG_RIB)
		peer_set_restarting(session->peer, is_learning(router, config));
	else if (session->up || router->restarted_until[FAMILY_IPV4] ||
		 router->restarted_until[FAMILY_IPV6])
		peer_set_restarting(session->peer, false);
}

/*
 * As it is when armd stays and its RIB goes, but not before the targets would have
 * dropped the routes without us.
 */
void
router_expect_rib(struct router *router)
{
	uint64_t wait_s = router->config->stale_time_s;
	struct rib_status status;

	for (size_t i = 0; i < router->config->n_sessions; i++) {
		uint64_t restart_s = router->config->sessions[i].restart_time_s;

		wait_s = restart_s > wait_s ? restart_s : wait_s;
	}
	for (int f = 0; f < FAMILIES; f++) {
		rib_status(router->rib, (enum family)f, 0, &status);
		if (status.kept)
			router->stale_at[f] = router->born_ms + wait_s * 1000 + 1;
	}
}

void
router_begin_anew(struct router *router, enum family family)
{
	struct rib_status status;

	rib_status(router->rib, family, 0, &status);
	if (status.learned == 0)
		rib_set_ready(router->rib, family, false);
}

void
router_begin(struct router *router, enum family family)
{
	struct rib_status status;

	rib_status(router->rib, family, 0, &status);
	if (status.ready ||
	    (router->restarted_until[family] && !rib_knows_kept(router->rib, family)))
		return;
	rib_set_ready(router->rib, family, true);
	router_resume(router, family);
}

void
router_resume(struct router *router, enum family family)
{
	size_t n;

	rib_changes(router->rib, family, &n);
	if (n == 0)
		return;
	router_flush(router);
	log_info("router %s: %s: %zu changes for what stood before",
	    router->config->name, family_name(family), n);
}

/* The family's RIB session has restarted, and may still announce what it did before. */
static void
check_restarted(struct router *router, enum family family, uint64_t now)
{
	const struct router_session *session = router->rib_session[family];
	bool learned = session && session->up && !router->learned_at[family];

	if (!router->restarted_until[family])
		return;
	if (now >= router->restarted_until[family]) {
		router->restarted_until[family] = 0;
		router->sweeping[family] = learned;
	}
	if (learned)
		router_begin(router, family);
}

void
router_finish(struct router *router, uint64_t until_ms)
{
	for (size_t i = 0; i < router->n_sessions; i++) {
		struct peer *peer = router->sessions[i].peer;

		if (peer_config(peer)->role == CONFIG_TARGET)
			peer_finish(peer, until_ms);
	}
}

void
router_check_restarts(struct router *router, uint64_t now)
{
	for (int f = 0; f < FAMILIES; f++) {
		const struct router_session *session = router->target_session[f];

		if (session && session->up && peer_is_delivered(session->peer))
			rib_delivered(router->rib, (enum family)f);
		check_restarted(router, (enum family)f, now);
	}
	state_tick(router->state, router->rib);
}
