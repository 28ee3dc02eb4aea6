/* GET /api/v1/status: the daemon, its routers, sessions and agents. */
#ifndef SRC_API_STATUS_H
#define SRC_API_STATUS_H

#include "http_route.h"

void api_status(struct http_request *request, struct http_reply *reply, void *context);

#endif
