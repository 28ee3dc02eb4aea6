#include "router_refresh.h"

#include "base/log.h"
#include "clock.h"
#include "peer.h"
#include "router.h"
#include "router_announce.h"

static uint64_t
patience_ms(const struct router_session *session)
{
	return peer_config(session->peer)->learn_timeout_s * 1000ull;
}

/* RFC 7313: what is not announced between the two marks is gone. */
static void
begin(struct router *router, struct router_session *session, enum family family)
{
	/* the end of the table would be the end of the refresh: RFC 7313 section 4 */
	if (peer_session(session->peer)->negotiated.graceful.offered &&
	    !session->ended[family])
		return;
	paths_mark_stale(router->paths, family, false);
	router->sweeping[family] = false;
	session->refreshing[family] = true;
	session->refresh_ms[family] = clock_ms() + patience_ms(session);
	session->refresh_announced[family] = session->announced;
}

static void
end(struct router *router, struct router_session *session, enum family family)
{
	if (!session->refreshing[family])
		return;
	session->refreshing[family] = false;
	router->sweeping[family] = true;
}

/* To the neighbor of a RIB session nothing is announced: between the marks is nothing.
 */
static void
answer_rib(struct router_session *session, enum family family)
{
	/* one who does not read shall not make us queue on */
	if (peer_backlog(session->peer) >= ROUTER_BACKLOG_LOW)
		return;
	peer_refresh(session->peer, family, BGP_REFRESH_BEGIN);
	peer_refresh(session->peer, family, BGP_REFRESH_END);
}

void
router_refresh(struct router *router, struct peer *peer, enum family family,
    enum bgp_refresh_subtype subtype)
{
	struct router_session *session = router_session_of(router, peer);
	bool is_rib = peer_config(peer)->role == CONFIG_RIB;

	switch (subtype) {
	case BGP_REFRESH_REQUEST:
		if (is_rib) {
			answer_rib(session, family);
			break;
		}
		session->refreshing[family] = true;
		router_answer_refreshes(router);
		break;
	case BGP_REFRESH_BEGIN:
		if (is_rib)
			begin(router, session, family);
		break;
	case BGP_REFRESH_END:
		if (is_rib)
			end(router, session, family);
		break;
	}
}

bool
router_refresh_rib(struct router_session *session, uint8_t *retfamilies)
{
	const struct bgp_negotiated *n = &peer_session(session->peer)->negotiated;

	if (!session->up || !n->refresh)
		return false;
	for (int f = 0; f < FAMILIES; f++)
		if (n->families & BGP_FAMILY_BIT(f))
			peer_refresh(
			    session->peer, (enum family)f, BGP_REFRESH_REQUEST);
	*retfamilies = n->families;
	return true;
}

/* The marks of a refresh may not come before the End-of-RIB: RFC 7313 section 4. */
void
router_answer_refreshes(struct router *router)
{
	for (int f = 0; f < FAMILIES; f++) {
		struct router_session *session = router->target_session[f];

		if (!session || !session->up || !session->refreshing[f] ||
		    !session->ended[f] ||
		    peer_backlog(session->peer) >= ROUTER_BACKLOG_LOW)
			continue;
		session->refreshing[f] = false;
		router_announce_all(router, session, (enum family)f);
	}
}

/* As long as routes come, or we do not read them, the refresh goes on. */
static void
check(struct router *router, struct router_session *session, enum family family,
    uint64_t now_ms)
{
	if (router->congested ||
	    session->announced != session->refresh_announced[family]) {
		session->refresh_announced[family] = session->announced;
		session->refresh_ms[family] = now_ms + patience_ms(session);
	} else if (now_ms >= session->refresh_ms[family]) {
		log_warn("router %s: %s: the %s refresh that began does not end: what "
			 "it did not bring is dropped",
		    router->config->name, peer_name(session->peer),
		    family_name(family));
		end(router, session, family);
	}
}

void
router_check_refreshes(struct router *router, uint64_t now_ms)
{
	for (int f = 0; f < FAMILIES; f++) {
		struct router_session *session = router->rib_session[f];

		if (session && session->up && session->refreshing[f])
			check(router, session, (enum family)f, now_ms);
	}
}
