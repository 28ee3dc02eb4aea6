/*
 * GET /bgp/topprefixes/{router}/json and /bgp/topprefixes6/{router}/json: the routes
 * with most traffic, in the form that sFlow-RT gave them.
 */
#ifndef SRC_API_TOP_H
#define SRC_API_TOP_H

#include "http_route.h"

void api_top4(struct http_request *request, struct http_reply *reply, void *context);
void api_top6(struct http_request *request, struct http_reply *reply, void *context);

#endif
