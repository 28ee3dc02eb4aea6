/*
 * The body of an OPEN: what decodes is written again, and then reads the same; a plain
 * reader finds the same in it, the two forms of optional parameters mean the same, and
 * two sides who hear each other agree.
 */
#include <assert.h>
#include <string.h>

#include "bgp/message.h"
#include "bgp/negotiate.h"
#include "helpers/open_mutate.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);
size_t LLVMFuzzerMutate(uint8_t *bytes, size_t len, size_t max);
size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t len, size_t max, unsigned seed);
size_t LLVMFuzzerCustomCrossOver(const uint8_t *a, size_t a_len, const uint8_t *b,
    size_t b_len, uint8_t *out, size_t max, unsigned seed);

size_t
LLVMFuzzerCustomMutator(uint8_t *bytes, size_t len, size_t max, unsigned seed)
{
	return open_mutate(bytes, len, max, seed, LLVMFuzzerMutate);
}

size_t
LLVMFuzzerCustomCrossOver(const uint8_t *a, size_t a_len, const uint8_t *b,
    size_t b_len, uint8_t *out, size_t max, unsigned seed)
{
	return open_cross(a, a_len, b, b_len, out, max, seed);
}

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

/* Two OPENs mean the same if they are written the same. */
static void
check_same(const struct bgp_open *a, const struct bgp_open *b)
{
	uint8_t a_bytes[BGP_OPEN_MAX], b_bytes[BGP_OPEN_MAX];
	size_t a_len, b_len;

	copy(a, a_bytes, &a_len);
	copy(b, b_bytes, &b_len);
	assert(a_len == b_len && memcmp(a_bytes, b_bytes, a_len) == 0);
}

/* A capability that is known has the length it must have. */
static void
check_length(const struct piece *piece)
{
	static const struct {
		uint8_t code, head, item;
	} lengths[] = {
		{ BGP_CAP_MULTIPROTOCOL, 4, 0 },
		{ BGP_CAP_REFRESH, 0, 0 },
		{ BGP_CAP_EXTENDED_NEXT_HOP, 0, 6 },
		{ BGP_CAP_EXTENDED_MESSAGE, 0, 0 },
		{ BGP_CAP_GRACEFUL, 2, 4 },
		{ BGP_CAP_AS4, 4, 0 },
		{ BGP_CAP_ADD_PATH, 0, 4 },
		{ BGP_CAP_ENHANCED_REFRESH, 0, 0 },
		{ BGP_CAP_LONG_LIVED, 0, 7 },
	};

	for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
		size_t head = lengths[i].head, item = lengths[i].item;

		if (lengths[i].code != piece->head[0])
			continue;
		assert(piece->len >= head);
		assert(item ? (piece->len - head) % item == 0 : piece->len == head);
	}
}

/* What the capabilities say one by one. */
static void
check_plainly(const struct bgp_open *open, const struct open_shape *shape)
{
	const uint8_t *fixed = shape->fixed;
	uint32_t as = (uint32_t)fixed[1] << 8 | fixed[2];
	bool refresh = false, extended = false, enhanced = false, graceful = false;
	unsigned families = 0;

	for (size_t i = 0; i < shape->capabilities.n; i++) {
		const struct piece *piece = &shape->capabilities.list[i];
		const uint8_t *v = piece->value;

		check_length(piece);
		refresh |= piece->head[0] == BGP_CAP_REFRESH;
		extended |= piece->head[0] == BGP_CAP_EXTENDED_MESSAGE;
		enhanced |= piece->head[0] == BGP_CAP_ENHANCED_REFRESH;
		graceful |= piece->head[0] == BGP_CAP_GRACEFUL;
		if (piece->head[0] == BGP_CAP_AS4)
			as = (uint32_t)v[0] << 24 | (uint32_t)v[1] << 16 |
			     (uint32_t)v[2] << 8 | v[3];
		if (piece->head[0] == BGP_CAP_MULTIPROTOCOL && v[0] == 0 && v[3] == 1 &&
		    (v[1] == 1 || v[1] == 2))
			families |= 1u << (v[1] - 1);
	}
	assert(open->as == as && open->caps.families == families);
	assert(
	    open->caps.refresh == refresh && open->caps.enhanced_refresh == enhanced);
	assert(open->caps.extended_message == extended);
	assert(open->caps.graceful.offered == graceful);
	assert(open->hold_s == (fixed[3] << 8 | fixed[4]));
}

/* In either form, in one parameter or in one for each. */
static void
check_forms(const struct bgp_open *open, struct open_shape *shape)
{
	static uint8_t body[1 << 16];
	struct bgp_error error;
	struct bgp_open again;

	for (unsigned form = 0; form < 4; form++) {
		size_t len;

		shape->extended = form & 1;
		for (size_t i = 0; i < shape->capabilities.n; i++)
			shape->capabilities.list[i].head[1] = i == 0 || form & 2;
		len = open_shape_write(shape, NULL, body, sizeof body);
		if (!len)
			continue; /* too much for the short form */
		assert(bgp_open_decode(body, len, &again, &error));
		check_same(open, &again);
		if (!shape->extended)
			continue;
		body[sizeof shape->fixed] = 1; /* no length then, anything but 0 */
		assert(bgp_open_decode(body, len, &again, &error));
		check_same(open, &again);
	}
}

/* Both sides come to the same, each from where it stands. */
static void
check_agreement(const struct bgp_open *a, const struct bgp_open *b)
{
	struct bgp_negotiated at_a, at_b;
	struct bgp_error error;
	bool agreed = bgp_negotiate(a, b, 0, &at_a, &error);

	if (!agreed)
		assert(error.subcode == BGP_OPEN_BAD_CAPABILITY);
	assert(bgp_negotiate(b, a, 0, &at_b, &error) == agreed);
	if (!agreed)
		return;
	assert(at_a.hold_s == 0 || at_a.hold_s >= 3);
	assert(at_a.hold_s == at_b.hold_s && at_a.keepalive_s == at_b.keepalive_s);
	assert(at_a.families && at_a.families == at_b.families);
	assert(at_a.as4 == at_b.as4 && at_a.internal == at_b.internal);
	assert(at_a.extended_next_hop == at_b.extended_next_hop);
	assert(at_a.enhanced_refresh == at_b.enhanced_refresh);
	assert(at_a.add_path_send == at_b.add_path_receive);
	assert(at_b.add_path_send == at_a.add_path_receive);
	assert(at_a.send_max == at_b.send_max);
	assert(at_a.send_max == BGP_MESSAGE_MAX ||
	       (a->caps.extended_message && b->caps.extended_message));
	assert(!(at_a.graceful.families & ~at_a.families));
	assert(at_a.graceful.offered == at_b.graceful.offered);
	assert(at_a.graceful.notification == at_b.graceful.notification);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	/* who offers everything agrees to whatever the other wants */
	const struct bgp_open all = { .as = 65136,
		.id = 1,
		.hold_s = 90,
		.caps = { .families = 3,
		    .refresh = true,
		    .enhanced_refresh = true,
		    .extended_message = true,
		    .extended_next_hop = true,
		    .as4 = true,
		    .add_path_receive = 3,
		    .add_path_send = 1,
		    .graceful = { .offered = true,
			.notification = true,
			.families = 3 },
		    .long_lived = { .offered = true, .families = 3 } } };
	static struct open_shape shape;
	char text[BGP_ERROR_TEXT_MAX];
	struct bgp_open open, other;
	struct bgp_error error;

	if (!bgp_open_decode(bytes, len, &open, &error)) {
		assert(error.code == BGP_ERROR_OPEN);
		assert(strlen(bgp_error_text(&error, text)) < sizeof text);
		return 0;
	}
	open_shape_read(&shape, bytes, len);
	if (shape.capabilities.n == PIECES_MAX)
		return 0; /* more than the plain reader holds */
	check_plainly(&open, &shape);
	check_forms(&open, &shape);
	other = open;
	other.id ^= 1;
	check_agreement(&other, &open);
	if (open.id != all.id)
		check_agreement(&all, &open);
	return 0;
}
