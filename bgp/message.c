#include "bgp/message.h"

#include <string.h>

static const uint8_t marker[16] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

/*
 * Lengths with the header. OPEN and KEEPALIVE are never extended (RFC 8654 section 4).
 * What a ROUTE-REFRESH that is too short costs depends on what it is (RFC 7313 5).
 */
static const struct message_kind {
	const char *name;
	uint16_t min, max;
} kinds[BGP_MESSAGE_TYPES] = {
	[BGP_OPEN] = { "OPEN", 29, BGP_MESSAGE_MAX },
	[BGP_UPDATE] = { "UPDATE", 23, BGP_MESSAGE_EXTENDED_MAX },
	[BGP_NOTIFICATION] = { "NOTIFICATION", 21, BGP_MESSAGE_EXTENDED_MAX },
	[BGP_KEEPALIVE] = { "KEEPALIVE", BGP_HEADER_LEN, BGP_HEADER_LEN },
	[BGP_REFRESH] = { "ROUTE-REFRESH", BGP_HEADER_LEN, BGP_MESSAGE_EXTENDED_MAX },
};

const char *
bgp_message_name(unsigned type)
{
	return type < BGP_MESSAGE_TYPES ? kinds[type].name : NULL;
}

uint16_t
bgp_afi(enum family family)
{
	return family == FAMILY_IPV4 ? BGP_AFI_IPV4 : BGP_AFI_IPV6;
}

bool
bgp_family(unsigned afi, unsigned safi, enum family *retfamily)
{
	if (safi != BGP_SAFI_UNICAST || (afi != BGP_AFI_IPV4 && afi != BGP_AFI_IPV6))
		return false;
	*retfamily = afi == BGP_AFI_IPV4 ? FAMILY_IPV4 : FAMILY_IPV6;
	return true;
}

static enum bgp_frame_result
bad_length(struct bgp_error *reterr, uint16_t len, const char *name)
{
	const uint8_t data[2] = { (uint8_t)(len >> 8), (uint8_t)len };

	bgp_error_set(reterr, BGP_ERROR_HEADER, BGP_HEADER_BAD_LENGTH, data,
	    sizeof data, "%s of %u bytes", name, len);
	return BGP_FRAME_BAD;
}

enum bgp_frame_result
bgp_message_frame(const uint8_t *bytes, size_t len, size_t max,
    struct bgp_frame *retframe, struct bgp_error *reterr)
{
	const struct message_kind *kind;
	const uint8_t *found;
	uint16_t message_len;
	uint8_t type;
	struct rd rd;

	if (len < BGP_HEADER_LEN)
		return BGP_FRAME_PARTIAL;
	rd_init(&rd, bytes, len);
	found = rd_bytes(&rd, sizeof marker);
	message_len = rd_u16(&rd);
	type = rd_u8(&rd);
	if (!found || memcmp(found, marker, sizeof marker) != 0) {
		bgp_error_set(reterr, BGP_ERROR_HEADER, BGP_HEADER_NOT_SYNCHRONIZED,
		    NULL, 0, "the marker is not all ones");
		return BGP_FRAME_BAD;
	}
	if (message_len < BGP_HEADER_LEN || message_len > max)
		return bad_length(reterr, message_len, "message");
	if (!bgp_message_name(type)) {
		bgp_error_set(reterr, BGP_ERROR_HEADER, BGP_HEADER_BAD_TYPE, &type, 1,
		    "type %u", type);
		return BGP_FRAME_BAD;
	}
	kind = &kinds[type];
	if (message_len < kind->min || message_len > kind->max)
		return bad_length(reterr, message_len, kind->name);
	if (len < message_len)
		return BGP_FRAME_PARTIAL;
	retframe->type = type;
	retframe->len = message_len;
	retframe->body_len = (uint16_t)(message_len - BGP_HEADER_LEN);
	retframe->body = rd_bytes(&rd, retframe->body_len);
	return BGP_FRAME_WHOLE;
}

size_t
bgp_message_begin(struct wr *wr, enum bgp_message_type type)
{
	size_t begin = wr->len;

	wr_bytes(wr, marker, sizeof marker);
	wr_u16(wr, 0);
	wr_u8(wr, (uint8_t)type);
	return begin;
}

void
bgp_message_end(struct wr *wr, size_t begin)
{
	if (!wr->full)
		wr_patch_u16(wr, begin + sizeof marker, (uint16_t)(wr->len - begin));
}

void
bgp_keepalive_encode(struct wr *wr)
{
	bgp_message_end(wr, bgp_message_begin(wr, BGP_KEEPALIVE));
}

void
bgp_notification_encode(struct wr *wr, const struct bgp_error *error)
{
	size_t begin = bgp_message_begin(wr, BGP_NOTIFICATION);

	wr_u8(wr, error->code);
	wr_u8(wr, error->subcode);
	wr_bytes(wr, error->data, error->len);
	bgp_message_end(wr, begin);
}

bool
bgp_notification_decode(const uint8_t *body, size_t len, struct bgp_error *ret)
{
	uint8_t code, subcode;
	size_t data_len;
	struct rd rd;

	rd_init(&rd, body, len);
	code = rd_u8(&rd);
	subcode = rd_u8(&rd);
	if (!rd_ok(&rd))
		return false;
	data_len = rd_left(&rd);
	bgp_error_set(ret, code, subcode, rd_bytes(&rd, data_len), data_len, "%s", "");
	return true;
}

void
bgp_refresh_encode(struct wr *wr, enum family family, enum bgp_refresh_subtype subtype)
{
	size_t begin = bgp_message_begin(wr, BGP_REFRESH);

	wr_u16(wr, bgp_afi(family));
	wr_u8(wr, (uint8_t)subtype);
	wr_u8(wr, BGP_SAFI_UNICAST);
	bgp_message_end(wr, begin);
}

/* The answer shows the whole message, as far as there is room. RFC 7313 section 5 */
static void
refuse_mark(const uint8_t *body, size_t len, struct bgp_error *reterr)
{
	uint8_t message[BGP_ERROR_DATA_MAX];
	size_t most = sizeof message - BGP_HEADER_LEN;
	struct wr wr;

	wr_init(&wr, message, sizeof message);
	bgp_message_end(&wr, bgp_message_begin(&wr, BGP_REFRESH));
	wr_patch_u16(&wr, sizeof marker, (uint16_t)(BGP_HEADER_LEN + len));
	wr_bytes(&wr, body, len < most ? len : most);
	bgp_error_set(reterr, BGP_ERROR_REFRESH, BGP_REFRESH_BAD_LENGTH, message,
	    wr.len, "a body of %zu bytes", len);
}

bool
bgp_refresh_decode(const uint8_t *body, size_t len, bool enhanced,
    struct bgp_refresh *ret, struct bgp_error *reterr)
{
	struct bgp_refresh refresh;
	struct rd rd;

	rd_init(&rd, body, len);
	refresh.afi = rd_u16(&rd);
	refresh.subtype = rd_u8(&rd);
	if (!enhanced)
		refresh.subtype = BGP_REFRESH_REQUEST; /* the octet is reserved */
	refresh.safi = rd_u8(&rd);
	if (!rd_done(&rd) && refresh.subtype <= BGP_REFRESH_END) {
		if (refresh.subtype != BGP_REFRESH_REQUEST)
			refuse_mark(body, len, reterr);
		else
			bad_length(reterr, (uint16_t)(BGP_HEADER_LEN + len),
			    kinds[BGP_REFRESH].name);
		return false;
	}
	*ret = refresh;
	return true;
}
