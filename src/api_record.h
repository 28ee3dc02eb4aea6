/* Recordings (record.h): what runs, start and end. */
#ifndef SRC_API_RECORD_H
#define SRC_API_RECORD_H

#include <jansson.h>

#include "http_route.h"

struct daemon;

/* GET /api/v1/record */
void api_record(struct http_request *request, struct http_reply *reply, void *context);

/* POST /api/v1/record?router=R&name=N&max-size=B&seconds=S */
void api_start_record(
    struct http_request *request, struct http_reply *reply, void *context);

/* DELETE /api/v1/record */
void api_stop_record(
    struct http_request *request, struct http_reply *reply, void *context);

/* The reply of GET, which is a part of the status too. */
json_t *api_record_json(const struct daemon *daemon);

#endif
