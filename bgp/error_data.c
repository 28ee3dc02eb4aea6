#include "bgp/error_data.h"

#include <stdio.h>

#include "bgp/attr.h"
#include "bgp/message.h"

#define HEX_BYTES ((BGP_ERROR_HEX_MAX - sizeof "...") / 2)

/* Each writes what `data` says. False if it says something else. */

static bool
write_length(struct rd data, char *text, size_t size)
{
	uint16_t len = rd_u16(&data);

	snprintf(text, size, "length %u", len);
	return rd_done(&data);
}

static bool
write_type(struct rd data, char *text, size_t size)
{
	uint8_t type = rd_u8(&data);
	const char *name = bgp_message_name(type);

	if (name)
		snprintf(text, size, "%s", name);
	else
		snprintf(text, size, "type %u", type);
	return rd_done(&data);
}

static bool
write_version(struct rd data, char *text, size_t size)
{
	uint16_t version = rd_u16(&data);

	snprintf(text, size, "version %u", version);
	return rd_done(&data);
}

/* The AS that was refused, as some speakers say it, of two octets or four. */
static bool
write_as(struct rd data, char *text, size_t size)
{
	uint32_t as = rd_left(&data) == 2 ? rd_u16(&data) : rd_u32(&data);

	snprintf(text, size, "AS %u", as);
	return rd_done(&data);
}

static bool
write_seconds(struct rd data, char *text, size_t size)
{
	uint16_t seconds = rd_u16(&data);

	snprintf(text, size, "%u s", seconds);
	return rd_done(&data);
}

static bool
write_limit(struct rd data, char *text, size_t size)
{
	uint16_t afi = rd_u16(&data);
	uint8_t safi = rd_u8(&data);
	uint32_t limit = rd_u32(&data);
	enum family family;

	if (bgp_family(afi, safi, &family))
		snprintf(text, size, "%u %s routes", limit, family_name(family));
	else
		snprintf(text, size, "%u routes of family %u/%u", limit, afi, safi);
	return rd_done(&data);
}

/* The attribute at fault. */
static bool
write_attr(struct rd data, char *text, size_t size)
{
	char name[BGP_ATTR_NAME_MAX], hex[BGP_ERROR_HEX_MAX];
	struct rd rd = data;
	uint8_t type;

	rd_u8(&rd); /* flags */
	type = rd_u8(&rd);
	if (!rd_ok(&rd))
		return false;
	snprintf(
	    text, size, "%s %s", bgp_attr_name(type, name), bgp_error_hex(data, hex));
	return true;
}

/* The type of the attribute that is missing. */
static bool
write_missing(struct rd data, char *text, size_t size)
{
	char name[BGP_ATTR_NAME_MAX];

	snprintf(text, size, "%s", bgp_attr_name(rd_u8(&data), name));
	return rd_done(&data);
}

static const struct {
	uint8_t code, subcode;
	bool (*write)(struct rd data, char *text, size_t size);
} rows[] = {
	{ BGP_ERROR_HEADER, BGP_HEADER_BAD_LENGTH, write_length },
	{ BGP_ERROR_HEADER, BGP_HEADER_BAD_TYPE, write_type },
	{ BGP_ERROR_OPEN, BGP_OPEN_BAD_VERSION, write_version },
	{ BGP_ERROR_OPEN, BGP_OPEN_BAD_PEER_AS, write_as },
	{ BGP_ERROR_OPEN, BGP_OPEN_BAD_HOLD_TIME, write_seconds },
	{ BGP_ERROR_UPDATE, BGP_UPDATE_UNKNOWN_WELL_KNOWN, write_attr },
	{ BGP_ERROR_UPDATE, BGP_UPDATE_MISSING_WELL_KNOWN, write_missing },
	{ BGP_ERROR_UPDATE, BGP_UPDATE_BAD_FLAGS, write_attr },
	{ BGP_ERROR_UPDATE, BGP_UPDATE_BAD_LENGTH, write_attr },
	{ BGP_ERROR_UPDATE, BGP_UPDATE_BAD_ORIGIN, write_attr },
	{ BGP_ERROR_UPDATE, BGP_UPDATE_BAD_NEXT_HOP, write_attr },
	{ BGP_ERROR_UPDATE, BGP_UPDATE_BAD_OPTIONAL, write_attr },
	{ BGP_ERROR_UPDATE, BGP_UPDATE_BAD_AS_PATH, write_attr },
	{ BGP_ERROR_FSM, BGP_FSM_OPENSENT, write_type },
	{ BGP_ERROR_FSM, BGP_FSM_OPENCONFIRM, write_type },
	{ BGP_ERROR_FSM, BGP_FSM_ESTABLISHED, write_type },
	{ BGP_ERROR_CEASE, BGP_CEASE_MAX_PREFIXES, write_limit },
};

char *
bgp_error_hex(struct rd bytes, char text[BGP_ERROR_HEX_MAX])
{
	size_t len = 0;

	text[0] = '\0';
	for (size_t i = 0; i < HEX_BYTES && rd_left(&bytes); i++)
		len += (size_t)snprintf(
		    text + len, BGP_ERROR_HEX_MAX - len, "%02x", rd_u8(&bytes));
	if (rd_left(&bytes))
		snprintf(text + len, BGP_ERROR_HEX_MAX - len, "...");
	return text;
}

char *
bgp_error_data(
    unsigned code, unsigned subcode, struct rd data, char text[BGP_ERROR_REASON_MAX])
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (rows[i].code == code && rows[i].subcode == subcode &&
		    rows[i].write(data, text, BGP_ERROR_REASON_MAX))
			return text;
	return bgp_error_hex(data, text);
}
