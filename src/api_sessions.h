/* GET /api/v1/sessions: all that is known of the BGP sessions. */
#ifndef SRC_API_SESSIONS_H
#define SRC_API_SESSIONS_H

#include "http_route.h"

void api_sessions(
    struct http_request *request, struct http_reply *reply, void *context);

#endif
