#include "bgp/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/wire.h"
#include "bgp/error_data.h"

struct error_name {
	uint8_t code, subcode; /* subcode 0: the code itself */
	const char *name;
};

static const struct error_name error_names[] = {
	{ BGP_ERROR_HEADER, 0, "Message Header Error" },
	{ BGP_ERROR_HEADER, BGP_HEADER_NOT_SYNCHRONIZED,
	    "Connection Not Synchronized" },
	{ BGP_ERROR_HEADER, BGP_HEADER_BAD_LENGTH, "Bad Message Length" },
	{ BGP_ERROR_HEADER, BGP_HEADER_BAD_TYPE, "Bad Message Type" },
	{ BGP_ERROR_OPEN, 0, "OPEN Message Error" },
	{ BGP_ERROR_OPEN, BGP_OPEN_BAD_VERSION, "Unsupported Version Number" },
	{ BGP_ERROR_OPEN, BGP_OPEN_BAD_PEER_AS, "Bad Peer AS" },
	{ BGP_ERROR_OPEN, BGP_OPEN_BAD_ID, "Bad BGP Identifier" },
	{ BGP_ERROR_OPEN, BGP_OPEN_BAD_PARAMETER, "Unsupported Optional Parameter" },
	{ BGP_ERROR_OPEN, BGP_OPEN_NOT_AUTHENTIC, "Authentication Failure" },
	{ BGP_ERROR_OPEN, BGP_OPEN_BAD_HOLD_TIME, "Unacceptable Hold Time" },
	{ BGP_ERROR_OPEN, BGP_OPEN_BAD_CAPABILITY, "Unsupported Capability" },
	{ BGP_ERROR_OPEN, BGP_OPEN_BAD_ROLE, "Role Mismatch" },
	{ BGP_ERROR_UPDATE, 0, "UPDATE Message Error" },
	{ BGP_ERROR_UPDATE, BGP_UPDATE_MALFORMED_LIST, "Malformed Attribute List" },
	{ BGP_ERROR_UPDATE, BGP_UPDATE_UNKNOWN_WELL_KNOWN,
	    "Unrecognized Well-known Attribute" },
	{ BGP_ERROR_UPDATE, BGP_UPDATE_MISSING_WELL_KNOWN,
	    "Missing Well-known Attribute" },
	{ BGP_ERROR_UPDATE, BGP_UPDATE_BAD_FLAGS, "Attribute Flags Error" },
	{ BGP_ERROR_UPDATE, BGP_UPDATE_BAD_LENGTH, "Attribute Length Error" },
	{ BGP_ERROR_UPDATE, BGP_UPDATE_BAD_ORIGIN, "Invalid ORIGIN Attribute" },
	{ BGP_ERROR_UPDATE, BGP_UPDATE_LOOP, "AS Routing Loop" },
	{ BGP_ERROR_UPDATE, BGP_UPDATE_BAD_NEXT_HOP, "Invalid NEXT_HOP Attribute" },
	{ BGP_ERROR_UPDATE, BGP_UPDATE_BAD_OPTIONAL, "Optional Attribute Error" },
	{ BGP_ERROR_UPDATE, BGP_UPDATE_BAD_NETWORK, "Invalid Network Field" },
	{ BGP_ERROR_UPDATE, BGP_UPDATE_BAD_AS_PATH, "Malformed AS_PATH" },
	{ BGP_ERROR_HOLD, 0, "Hold Timer Expired" },
	{ BGP_ERROR_FSM, 0, "Finite State Machine Error" },
	{ BGP_ERROR_FSM, BGP_FSM_OPENSENT,
	    "Receive Unexpected Message in OpenSent State" },
	{ BGP_ERROR_FSM, BGP_FSM_OPENCONFIRM,
	    "Receive Unexpected Message in OpenConfirm State" },
	{ BGP_ERROR_FSM, BGP_FSM_ESTABLISHED,
	    "Receive Unexpected Message in Established State" },
	{ BGP_ERROR_CEASE, 0, "Cease" },
	{ BGP_ERROR_CEASE, BGP_CEASE_MAX_PREFIXES,
	    "Maximum Number of Prefixes Reached" },
	{ BGP_ERROR_CEASE, BGP_CEASE_SHUTDOWN, "Administrative Shutdown" },
	{ BGP_ERROR_CEASE, BGP_CEASE_DECONFIGURED, "Peer De-configured" },
	{ BGP_ERROR_CEASE, BGP_CEASE_RESET, "Administrative Reset" },
	{ BGP_ERROR_CEASE, BGP_CEASE_REJECTED, "Connection Rejected" },
	{ BGP_ERROR_CEASE, BGP_CEASE_CONFIG_CHANGE, "Other Configuration Change" },
	{ BGP_ERROR_CEASE, BGP_CEASE_COLLISION, "Connection Collision Resolution" },
	{ BGP_ERROR_CEASE, BGP_CEASE_NO_RESOURCES, "Out of Resources" },
	{ BGP_ERROR_CEASE, BGP_CEASE_HARD_RESET, "Hard Reset" },
	{ BGP_ERROR_CEASE, BGP_CEASE_BFD_DOWN, "BFD Down" },
	{ BGP_ERROR_REFRESH, 0, "ROUTE-REFRESH Message Error" },
	{ BGP_ERROR_REFRESH, BGP_REFRESH_BAD_LENGTH, "Invalid Message Length" },
	{ BGP_ERROR_SEND_HOLD, 0, "Send Hold Timer Expired" },
};

static const char *
find_name(unsigned code, unsigned subcode)
{
	for (size_t i = 0; i < sizeof error_names / sizeof *error_names; i++) {
		const struct error_name *row = &error_names[i];

		if (row->code == code && row->subcode == subcode)
			return row->name;
	}
	return NULL;
}

const char *
bgp_error_code_name(unsigned code)
{
	return find_name(code, 0);
}

const char *
bgp_error_subcode_name(unsigned code, unsigned subcode)
{
	return subcode ? find_name(code, subcode) : NULL;
}

void
bgp_error_set(struct bgp_error *reterr, unsigned code, unsigned subcode,
    const void *data, size_t len, const char *format, ...)
{
	va_list args;

	reterr->code = (uint8_t)code;
	reterr->subcode = (uint8_t)subcode;
	reterr->len = (uint16_t)(len < BGP_ERROR_DATA_MAX ? len : BGP_ERROR_DATA_MAX);
	if (reterr->len)
		memcpy(reterr->data, data, reterr->len);
	va_start(args, format);
	vsnprintf(reterr->reason, sizeof reterr->reason, format, args);
	va_end(args);
}

/* True for the subcodes that may carry a text for the operator. */
static bool
has_text(unsigned code, unsigned subcode)
{
	return code == BGP_ERROR_CEASE &&
	       (subcode == BGP_CEASE_SHUTDOWN || subcode == BGP_CEASE_RESET);
}

void
bgp_error_cease(struct bgp_error *reterr, enum bgp_cease subcode, const char *text)
{
	uint8_t data[1 + BGP_SHUTDOWN_MAX];
	size_t len = text ? strlen(text) : 0;
	struct wr wr;

	if (!has_text(BGP_ERROR_CEASE, subcode) || len == 0) {
		bgp_error_set(reterr, BGP_ERROR_CEASE, subcode, NULL, 0, "%s", "");
		return;
	}
	if (len > BGP_SHUTDOWN_MAX) {
		len = BGP_SHUTDOWN_MAX;
		while (len && ((uint8_t)text[len] & 0xc0) == 0x80)
			len--;
	}
	wr_init(&wr, data, sizeof data);
	wr_u8(&wr, (uint8_t)len);
	wr_bytes(&wr, text, len);
	bgp_error_set(reterr, BGP_ERROR_CEASE, subcode, data, wr.len, "%s", "");
}

/*
 * The length of the UTF-8 character at the head of `rd`, which is not moved; 0 if the
 * bytes are none, or a control character. RFC 3629 section 4.
 */
static size_t
utf8_len(struct rd rd)
{
	uint8_t first = rd_u8(&rd);
	size_t more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1;
	uint8_t second;

	if (first < 0x80)
		return first >= 0x20 && first != 0x7f;
	if (first < 0xc2 || first > 0xf4)
		return 0;
	second = rd_u8(&rd);
	if ((second & 0xc0) != 0x80 ||
	    (first == 0xc2 && second < 0xa0) || /* controls */
	    (first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f) ||
	    (first == 0xf0 && second < 0x90) || (first == 0xf4 && second > 0x8f))
		return 0;
	for (size_t i = 1; i < more; i++)
		if ((rd_u8(&rd) & 0xc0) != 0x80)
			return 0;
	return more + 1;
}

/* Appends what of `rd` can be shown, '?' for each byte that cannot. */
static void
write_text(struct wr *wr, struct rd rd)
{
	while (rd_left(&rd) > 0) {
		size_t len = utf8_len(rd);

		if (len)
			wr_bytes(wr, rd_bytes(&rd, len), len);
		else {
			wr_u8(wr, '?');
			rd_u8(&rd);
		}
	}
}

static void
write_string(struct wr *wr, const char *text)
{
	struct rd rd;

	rd_init(&rd, text, strlen(text));
	write_text(wr, rd);
}

/* "Cease/Administrative Shutdown (6/2)" */
static void
write_name(struct wr *wr, unsigned code, unsigned subcode)
{
	const char *name = bgp_error_code_name(code);
	const char *subname = bgp_error_subcode_name(code, subcode);
	char numbers[16];

	write_string(wr, name ? name : "Unknown Error");
	if (subname) {
		wr_u8(wr, '/');
		write_string(wr, subname);
	}
	snprintf(numbers, sizeof numbers, " (%u/%u)", code & 0xff, subcode & 0xff);
	write_string(wr, numbers);
}

/*
 * Code, subcode and data of an error; inside a Hard Reset those of the true error
 * (RFC 8538 section 3.1). True if it is one.
 */
static bool
unwrap(const struct bgp_error *error, unsigned *retcode, unsigned *retsubcode,
    struct rd *retdata)
{
	rd_init(retdata, error->data, error->len);
	*retcode = error->code;
	*retsubcode = error->subcode;
	if (error->code != BGP_ERROR_CEASE || error->subcode != BGP_CEASE_HARD_RESET ||
	    error->len < 2)
		return false;
	*retcode = rd_u8(retdata);
	*retsubcode = rd_u8(retdata);
	return true;
}

/* The operator's text of RFC 9003; nothing if there is none or its length is wrong. */
static struct rd
shutdown_text(unsigned code, unsigned subcode, struct rd data)
{
	uint8_t len = rd_u8(&data);
	struct rd text = rd_sub(&data, len);

	if (!has_text(code, subcode) || !rd_done(&data))
		rd_init(&text, NULL, 0);
	return text;
}

char *
bgp_error_shutdown(const struct bgp_error *error, char text[BGP_ERROR_TEXT_MAX])
{
	unsigned code, subcode;
	struct wr wr;
	struct rd data;

	unwrap(error, &code, &subcode, &data);
	wr_init(&wr, text, BGP_ERROR_TEXT_MAX - 1);
	write_text(&wr, shutdown_text(code, subcode, data));
	text[wr.len] = '\0';
	return text;
}

char *
bgp_error_text(const struct bgp_error *error, char text[BGP_ERROR_TEXT_MAX])
{
	unsigned code, subcode;
	struct rd data, said;
	struct wr wr;

	wr_init(&wr, text, BGP_ERROR_TEXT_MAX - 1);
	write_name(&wr, error->code, error->subcode);
	if (unwrap(error, &code, &subcode, &data)) {
		write_string(&wr, " of ");
		write_name(&wr, code, subcode);
	}
	said = shutdown_text(code, subcode, data);
	if (rd_left(&said)) {
		write_string(&wr, ": ");
		write_text(&wr, said);
	}
	if (error->reason[0]) {
		write_string(&wr, ": ");
		write_string(&wr, error->reason);
	} else if (rd_left(&data) && !has_text(code, subcode)) {
		char shown[BGP_ERROR_REASON_MAX];

		write_string(&wr, ": ");
		write_string(&wr, bgp_error_data(code, subcode, data, shown));
	}
	text[wr.len] = '\0';
	return text;
}
