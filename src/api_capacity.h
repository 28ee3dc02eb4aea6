/*
 * The room in a router's hardware, read and changed while armd runs. A change lasts
 * until the configuration is read again.
 */
#ifndef SRC_API_CAPACITY_H
#define SRC_API_CAPACITY_H

#include "http_route.h"

/* GET /api/v1/routers/{}/capacity */
void api_capacity(
    struct http_request *request, struct http_reply *reply, void *context);

/* PUT /api/v1/routers/{}/capacity?ipv4=N&ipv6=N */
void api_set_capacity(
    struct http_request *request, struct http_reply *reply, void *context);

#endif
