/*
 * Sends bodies that are made piece by piece (struct http_body): the next piece is made
 * when the one before has left for the kernel, so a connection holds one at most,
 * however slow its client. And in a turn of the event loop only one piece is made, for
 * all connections in turn: what else the loop serves does not wait for more than that.
 */
#ifndef SRC_HTTP_STREAM_H
#define SRC_HTTP_STREAM_H

#include <stdbool.h>

struct event_base;
struct evhttp_request;
struct http_reply;
struct http_stream;
struct http_streams;

/* What the streams of a server share. */
struct http_streams *http_streams_new(struct event_base *base);

/* No stream may be left. */
void http_streams_free(struct http_streams *streams);

/*
 * Makes the first piece of reply->pieces. If that is all, it becomes reply->body; else
 * reply->pieces is to be sent by http_stream_start(), next.
 */
void http_stream_first(struct http_streams *streams, struct http_reply *reply);

/*
 * Sends a reply with the pieces, which it takes. `moved` is called at each progress,
 * at last with `ended`: the stream is then gone.
 */
struct http_stream *http_stream_start(struct http_streams *streams,
    struct evhttp_request *req, struct http_reply *reply,
    void (*moved)(void *arg, bool ended), void *arg);

/* The connection ends before the stream did: to be called by its close callback. */
void http_stream_abort(struct http_stream *stream);

#endif
