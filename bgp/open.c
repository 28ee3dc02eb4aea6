#include "bgp/open.h"

#include <assert.h>

#include "bgp/message.h"

#define VERSION 4
#define PARAMETER_CAPABILITIES 2
#define PARAMETER_EXTENDED 255 /* RFC 9072 */

void
bgp_open_encode(struct wr *wr, const struct bgp_open *open)
{
	struct bgp_capabilities caps = open->caps;
	size_t begin = bgp_message_begin(wr, BGP_OPEN);
	size_t parameters;

	caps.as = open->as;
	wr_u8(wr, VERSION);
	wr_u16(wr, open->as > UINT16_MAX ? BGP_AS_TRANS : (uint16_t)open->as);
	wr_u16(wr, open->hold_s);
	wr_u32(wr, open->id);
	parameters = wr->len;
	wr_u8(wr, 0);
	wr_u8(wr, PARAMETER_CAPABILITIES);
	wr_u8(wr, 0);
	bgp_capabilities_encode(wr, &caps);
	if (wr->full)
		return;
	if (wr->len == parameters + 3) {
		/* an empty parameter would puzzle the speakers that know none */
		wr->len = parameters + 1;
	} else {
		wr_patch_u8(wr, parameters, (uint8_t)(wr->len - parameters - 1));
		wr_patch_u8(wr, parameters + 2, (uint8_t)(wr->len - parameters - 3));
	}
	assert(wr->len - begin <= BGP_OPEN_MAX);
	bgp_message_end(wr, begin);
}

static bool
refuse(struct bgp_error *reterr, enum bgp_open_error subcode, const char *reason,
    uint32_t value)
{
	bgp_error_set(reterr, BGP_ERROR_OPEN, subcode, NULL, 0, "%s %u", reason, value);
	return false;
}

/*
 * A fence around the optional parameters. In the extended form (RFC 9072 section 2) the
 * first parameter has type 255, then comes the true length, of two bytes.
 */
static struct rd
fence_parameters(struct rd *rd, bool *retextended)
{
	uint8_t short_len = rd_u8(rd);
	struct rd ahead = *rd;
	uint16_t len = short_len;

	*retextended = short_len != 0 && rd_u8(&ahead) == PARAMETER_EXTENDED;
	if (*retextended) {
		rd_u8(rd);
		len = rd_u16(rd);
	}
	return rd_sub(rd, len);
}

static bool
decode_parameters(
    struct rd *rd, struct bgp_capabilities *caps, struct bgp_error *reterr)
{
	uint32_t all = (uint32_t)rd_left(rd);
	bool extended;
	struct rd parameters = fence_parameters(rd, &extended);

	if (!rd_done(rd))
		return refuse(reterr, BGP_OPEN_UNSPECIFIC,
		    "optional parameters that do not end with the message, bytes:",
		    all);
	while (rd_left(&parameters) > 0) {
		uint8_t type = rd_u8(&parameters);
		uint16_t len = extended ? rd_u16(&parameters) : rd_u8(&parameters);
		struct rd value = rd_sub(&parameters, len);

		if (!rd_ok(&parameters))
			return refuse(reterr, BGP_OPEN_UNSPECIFIC,
			    "too short for optional parameter", type);
		if (type != PARAMETER_CAPABILITIES)
			return refuse(
			    reterr, BGP_OPEN_BAD_PARAMETER, "optional parameter", type);
		if (!bgp_capabilities_decode(&value, caps, reterr))
			return false;
	}
	return true;
}

bool
bgp_open_decode(
    const uint8_t *body, size_t len, struct bgp_open *ret, struct bgp_error *reterr)
{
	static const uint8_t version_wanted[2] = { 0, VERSION };
	struct bgp_open open = { 0 };
	uint16_t short_as;
	uint8_t version;
	struct rd rd;

	rd_init(&rd, body, len);
	version = rd_u8(&rd);
	short_as = rd_u16(&rd);
	open.hold_s = rd_u16(&rd);
	open.id = rd_u32(&rd);
	if (!rd_ok(&rd))
		return refuse(
		    reterr, BGP_OPEN_UNSPECIFIC, "too short for OPEN:", (uint32_t)len);
	if (version != VERSION) {
		bgp_error_set(reterr, BGP_ERROR_OPEN, BGP_OPEN_BAD_VERSION,
		    version_wanted, sizeof version_wanted, "version %u", version);
		return false;
	}
	if (!decode_parameters(&rd, &open.caps, reterr))
		return false;
	open.as = open.caps.as4 ? open.caps.as : short_as;
	if (open.as == 0 || short_as == 0) /* RFC 7607 2 */
		return refuse(reterr, BGP_OPEN_BAD_PEER_AS, "AS", 0);
	if (open.hold_s == 1 || open.hold_s == 2)
		return refuse(reterr, BGP_OPEN_BAD_HOLD_TIME, "seconds:", open.hold_s);
	if (open.id == 0)
		return refuse(reterr, BGP_OPEN_BAD_ID, "identifier", open.id);
	*ret = open;
	return true;
}
