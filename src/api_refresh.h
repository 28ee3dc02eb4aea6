/* The API's answer to POST /api/v1/routers/{}/refresh. */
#ifndef SRC_API_REFRESH_H
#define SRC_API_REFRESH_H

#include "http_route.h"

void api_refresh(struct http_request *request, struct http_reply *reply, void *context);

#endif
