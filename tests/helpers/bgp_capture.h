/* BGP messages in a capture, found by their marker and not packet by packet. */
#ifndef TESTS_HELPERS_BGP_CAPTURE_H
#define TESTS_HELPERS_BGP_CAPTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bgp/error.h"
#include "bgp/message.h"

/* The next message from *at on, which is then behind it. False if there is none. */
static inline bool
bgp_capture_message(
    const uint8_t *bytes, size_t len, size_t *at, struct bgp_frame *retframe)
{
	struct bgp_error error;

	for (; *at < len; ++*at)
		if (bgp_message_frame(bytes + *at, len - *at, BGP_MESSAGE_MAX, retframe,
			&error) == BGP_FRAME_WHOLE) {
			*at += retframe->len;
			return true;
		}
	return false;
}

/* The same of the next UPDATE. */
static inline bool
bgp_capture_next(
    const uint8_t *bytes, size_t len, size_t *at, struct bgp_frame *retframe)
{
	while (bgp_capture_message(bytes, len, at, retframe))
		if (retframe->type == BGP_UPDATE)
			return true;
	return false;
}

#endif
