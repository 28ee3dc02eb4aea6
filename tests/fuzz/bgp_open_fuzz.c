/* The body of an OPEN: what decodes is written again, and then reads the same. */
#include <assert.h>
#include <string.h>

#include "bgp/message.h"
#include "bgp/negotiate.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

/* Writes `open` and reads it back. */
static struct bgp_open
copy(const struct bgp_open *open, uint8_t out[BGP_OPEN_MAX], size_t *retlen)
{
	struct bgp_error error;
	struct bgp_frame frame;
	struct bgp_open again;
	struct wr wr;

	wr_init(&wr, out, BGP_OPEN_MAX);
	bgp_open_encode(&wr, open);
	assert(!wr.full);
	assert(bgp_message_frame(out, wr.len, BGP_MESSAGE_MAX, &frame, &error) ==
	       BGP_FRAME_WHOLE);
	assert(bgp_open_decode(frame.body, frame.body_len, &again, &error));
	*retlen = wr.len;
	return again;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	uint8_t first[BGP_OPEN_MAX], second[BGP_OPEN_MAX];
	char text[BGP_ERROR_TEXT_MAX];
	size_t first_len, second_len;
	struct bgp_open open, again;
	struct bgp_negotiated n;
	struct bgp_error error;

	if (!bgp_open_decode(bytes, len, &open, &error)) {
		assert(error.code == BGP_ERROR_OPEN);
		assert(strlen(bgp_error_text(&error, text)) < sizeof text);
		return 0;
	}
	again = copy(&open, first, &first_len);
	copy(&again, second, &second_len);
	assert(again.as == open.as && again.id == open.id);
	assert(first_len == second_len && memcmp(first, second, first_len) == 0);
	again.id ^= 1;
	if (bgp_negotiate(&again, &open, 0, &n, &error)) {
		assert(n.hold_s == 0 || n.hold_s >= 3);
		assert(n.families && !(n.graceful.families & ~n.families));
	} else
		assert(error.subcode == BGP_OPEN_BAD_CAPABILITY);
	return 0;
}
