/* GET /api/v1/routers/{}/routes: a table of routes, as much of it as is asked for. */
#ifndef SRC_API_ROUTES_H
#define SRC_API_ROUTES_H

#include "http_route.h"

void api_routes_list(
    struct http_request *request, struct http_reply *reply, void *context);

#endif
