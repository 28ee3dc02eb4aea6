#include "api_refresh.h"

#include <jansson.h>
#include <string.h>

#include "api_json.h"
#include "config.h"
#include "peer.h"
#include "router.h"
#include "router_refresh.h"

/* Why a session cannot be asked. */
static const char *
obstacle(const struct router_session *session)
{
	return session->up ? "the neighbor does not know route refresh"
			   : "the session is not established";
}

/*
 * ?session=NAME, or without it all RIB sessions that can be asked. It is an error if
 * none could be.
 */
void
api_refresh(struct http_request *request, struct http_reply *reply, void *context)
{
	struct router *router = api_router(context, request, reply);
	json_t *asked = json_array();
	const struct router_session *refused = NULL;
	const char *name;

	if (!router || !http_arg_text(request, "session", "", &name)) {
		json_decref(asked);
		return;
	}
	for (size_t i = 0; i < router->n_sessions; i++) {
		struct router_session *session = &router->sessions[i];
		const struct config_session *config = peer_config(session->peer);
		uint8_t families;

		if (config->role != CONFIG_RIB ||
		    (*name && strcmp(name, config->name) != 0))
			continue;
		if (router_refresh_rib(session, &families))
			json_array_append_new(
			    asked, json_pack("{ss so}", "session", config->name,
				       "families", api_families(families)));
		else
			refused = session;
	}
	if (json_array_size(asked) > 0)
		api_reply(reply, json_pack("{sO}", "requested", asked));
	else if (refused)
		http_reply_error(reply, 409, "session '%s': %s",
		    peer_config(refused->peer)->name, obstacle(refused));
	else
		http_reply_error(
		    reply, 404, "the router has no RIB session '%s'", name);
	json_decref(asked);
}
