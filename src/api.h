/*
 * The REST API: state to JSON. The handlers' context is the daemon. What each answers
 * stands in armd-api(7).
 */
#ifndef SRC_API_H
#define SRC_API_H

#include "http_route.h"

extern const struct http_route api_routes[];

#endif
