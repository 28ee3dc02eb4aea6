#include "http_stream.h"

#include <assert.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "base/mem.h"
#include "buffer.h"
#include "http_route.h"

struct http_stream {
	struct http_streams *streams;
	STAILQ_ENTRY(http_stream) next;
	bool waits; /* for its turn, in the queue */
	struct evhttp_request *req;
	struct http_body body;
	void (*moved)(void *arg, bool ended);
	void *arg;
};

STAILQ_HEAD(stream_queue, http_stream);

struct http_streams {
	struct stream_queue queue; /* who may make a piece */
	struct event *turn;
	struct buffer piece;       /* of whose turn it is */
	struct evbuffer *outgoing; /* scratch: empty between the turns */
};

/* A timer, not an active event: what else is ready comes before it. */
static void
set_turn(struct http_streams *streams)
{
	static const struct timeval at_once = { 0, 0 };

	evtimer_add(streams->turn, &at_once);
}

static void
enqueue(struct http_stream *stream)
{
	struct http_streams *streams = stream->streams;

	assert(!stream->waits);
	stream->waits = true;
	STAILQ_INSERT_TAIL(&streams->queue, stream, next);
	set_turn(streams);
}

static void
release(struct http_stream *stream)
{
	if (stream->waits)
		STAILQ_REMOVE(&stream->streams->queue, stream, http_stream, next);
	http_body_free(&stream->body);
	free(stream);
}

/* The piece has left for the kernel. */
static void
piece_gone(struct evhttp_connection *evcon, void *arg)
{
	struct http_stream *stream = arg;

	(void)evcon;
	stream->moved(stream->arg, false);
	enqueue(stream);
}

static void
send_piece(struct http_stream *stream)
{
	struct http_streams *streams = stream->streams;

	evbuffer_add(streams->outgoing, streams->piece.bytes, streams->piece.len);
	evhttp_send_reply_chunk_with_cb(
	    stream->req, streams->outgoing, piece_gone, stream);
}

static void
end(struct http_stream *stream)
{
	struct evhttp_request *req = stream->req;

	stream->moved(stream->arg, true);
	release(stream);
	evhttp_send_reply_end(req); /* may end the connection */
}

static void
take_turn(evutil_socket_t fd, short what, void *arg)
{
	struct http_streams *streams = arg;
	struct http_stream *stream = STAILQ_FIRST(&streams->queue);
	enum http_piece made;

	(void)fd;
	(void)what;
	if (!stream)
		return;
	STAILQ_REMOVE_HEAD(&streams->queue, next);
	stream->waits = false;
	streams->piece.len = 0;
	made = stream->body.produce(stream->body.state, &streams->piece);
	if (streams->piece.len)
		send_piece(stream);
	if (made == HTTP_PIECE_CUT) {
		/* the close callback does the rest */
		evhttp_connection_free(evhttp_request_get_connection(stream->req));
	} else if (made == HTTP_PIECE_LAST) {
		end(stream);
	} else if (!streams->piece.len) {
		stream->moved(stream->arg, false);
		enqueue(stream);
	}
	if (!STAILQ_EMPTY(&streams->queue))
		set_turn(streams);
}

struct http_streams *
http_streams_new(struct event_base *base)
{
	struct http_streams *streams = mem_alloc(sizeof *streams);

	STAILQ_INIT(&streams->queue);
	streams->turn = evtimer_new(base, take_turn, streams);
	streams->outgoing = evbuffer_new();
	assert(streams->turn && streams->outgoing);
	return streams;
}

void
http_streams_free(struct http_streams *streams)
{
	assert(STAILQ_EMPTY(&streams->queue));
	event_free(streams->turn);
	evbuffer_free(streams->outgoing);
	buffer_fini(&streams->piece);
	free(streams);
}

void
http_stream_first(struct http_streams *streams, struct http_reply *reply)
{
	struct buffer *piece = &streams->piece;
	enum http_piece made;

	piece->len = 0;
	made = reply->pieces.produce(reply->pieces.state, piece);
	assert(made != HTTP_PIECE_CUT);
	if (made != HTTP_PIECE_LAST)
		return;
	http_body_free(&reply->pieces);
	reply->body = piece->bytes;
	reply->len = piece->len;
	*piece = (struct buffer){ .bytes = NULL };
}

struct http_stream *
http_stream_start(struct http_streams *streams, struct evhttp_request *req,
    struct http_reply *reply, void (*moved)(void *arg, bool ended), void *arg)
{
	struct http_stream *stream = mem_alloc(sizeof *stream);
	struct evkeyvalq *headers = evhttp_request_get_input_headers(req);
	const char *wish = evhttp_find_header(headers, "Connection");

	*stream = (struct http_stream){
		.streams = streams,
		.req = req,
		.body = reply->pieces,
		.moved = moved,
		.arg = arg,
	};
	reply->pieces.state = NULL;
	/* HTTP/1.0 knows no chunks: the end of the connection is that of the body. With
	 * 1.1 it stays without being asked to. */
	if (wish && strncasecmp(wish, "keep-alive", 10) == 0)
		evhttp_remove_header(headers, "Connection");
	evhttp_send_reply_start(req, reply->status, NULL);
	if (streams->piece.len)
		send_piece(stream);
	else
		enqueue(stream);
	return stream;
}

void
http_stream_abort(struct http_stream *stream)
{
	/* a request that lost its connection is left to us */
	if (!evhttp_request_get_connection(stream->req))
		evhttp_send_reply_end(stream->req);
	release(stream);
}
