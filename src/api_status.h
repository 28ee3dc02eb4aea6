/* GET /api/v1/status: how everything goes. */
#ifndef SRC_API_STATUS_H
#define SRC_API_STATUS_H

#include <jansson.h>

#include "http_route.h"

struct router_session;

void api_status(struct http_request *request, struct http_reply *reply, void *context);

/* --- what the details of a session share with it --- */

json_t *api_session(const struct router_session *session);

#endif
