/* GET /api/v1/routers/{}/explain: why a route is installed, or not. */
#ifndef SRC_API_EXPLAIN_H
#define SRC_API_EXPLAIN_H

#include "http_route.h"

void api_explain(struct http_request *request, struct http_reply *reply, void *context);

#endif
