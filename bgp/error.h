/*
 * What ends a BGP session: the code, subcode and data of a NOTIFICATION, with the
 * reason in words. Codes of RFC 4271 4.5, RFC 4486 and RFC 8538 (Cease), RFC 6608 (FSM
 * error), RFC 7313 (ROUTE-REFRESH), RFC 9003 (shutdown communication), RFC 9687 (send
 * hold timer).
 */
#ifndef BGP_ERROR_H
#define BGP_ERROR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum bgp_error_code {
	BGP_ERROR_HEADER = 1,
	BGP_ERROR_OPEN = 2,
	BGP_ERROR_UPDATE = 3,
	BGP_ERROR_HOLD = 4,
	BGP_ERROR_FSM = 5,
	BGP_ERROR_CEASE = 6,
	BGP_ERROR_REFRESH = 7,
	BGP_ERROR_SEND_HOLD = 8,
};

enum bgp_header_error {
	BGP_HEADER_NOT_SYNCHRONIZED = 1,
	BGP_HEADER_BAD_LENGTH = 2,
	BGP_HEADER_BAD_TYPE = 3,
};

enum bgp_open_error {
	BGP_OPEN_UNSPECIFIC = 0,
	BGP_OPEN_BAD_VERSION = 1,
	BGP_OPEN_BAD_PEER_AS = 2,
	BGP_OPEN_BAD_ID = 3,
	BGP_OPEN_BAD_PARAMETER = 4,
	BGP_OPEN_NOT_AUTHENTIC = 5, /* of old: RFC 1771 */
	BGP_OPEN_BAD_HOLD_TIME = 6,
	BGP_OPEN_BAD_CAPABILITY = 7,
	BGP_OPEN_BAD_ROLE = 11, /* RFC 9234 */
};

enum bgp_update_error {
	BGP_UPDATE_MALFORMED_LIST = 1,
	BGP_UPDATE_UNKNOWN_WELL_KNOWN = 2,
	BGP_UPDATE_MISSING_WELL_KNOWN = 3,
	BGP_UPDATE_BAD_FLAGS = 4,
	BGP_UPDATE_BAD_LENGTH = 5,
	BGP_UPDATE_BAD_ORIGIN = 6,
	BGP_UPDATE_LOOP = 7, /* of old: RFC 1771 */
	BGP_UPDATE_BAD_NEXT_HOP = 8,
	BGP_UPDATE_BAD_OPTIONAL = 9,
	BGP_UPDATE_BAD_NETWORK = 10,
	BGP_UPDATE_BAD_AS_PATH = 11,
};

/* The state in which a message came that has no place there. */
enum bgp_fsm_error {
	BGP_FSM_OPENSENT = 1,
	BGP_FSM_OPENCONFIRM = 2,
	BGP_FSM_ESTABLISHED = 3,
};

enum bgp_cease {
	BGP_CEASE_MAX_PREFIXES = 1,
	BGP_CEASE_SHUTDOWN = 2,
	BGP_CEASE_DECONFIGURED = 3,
	BGP_CEASE_RESET = 4,
	BGP_CEASE_REJECTED = 5,
	BGP_CEASE_CONFIG_CHANGE = 6,
	BGP_CEASE_COLLISION = 7,
	BGP_CEASE_NO_RESOURCES = 8,
	BGP_CEASE_HARD_RESET = 9,
	BGP_CEASE_BFD_DOWN = 10, /* RFC 9384 */
};

enum bgp_refresh_error { BGP_REFRESH_BAD_LENGTH = 1 };

/* A Hard Reset around a shutdown text of 255 bytes behind its length. */
#define BGP_ERROR_DATA_MAX 258
#define BGP_ERROR_REASON_MAX 128
#define BGP_ERROR_TEXT_MAX 512
#define BGP_SHUTDOWN_MAX 255 /* bytes of text, RFC 9003 */

/* Code 0 is no error. The reason is ours and may be empty; it is not sent. */
struct bgp_error {
	uint8_t code;    /* enum bgp_error_code */
	uint8_t subcode; /* 0 where the code knows none */
	uint16_t len;
	uint8_t data[BGP_ERROR_DATA_MAX];
	char reason[BGP_ERROR_REASON_MAX];
};

/*
 * Fills `reterr`. Of `data` (NULL with `len` 0 for none) the first BGP_ERROR_DATA_MAX
 * bytes are kept, of the reason what fits.
 */
void bgp_error_set(struct bgp_error *reterr, unsigned code, unsigned subcode,
    const void *data, size_t len, const char *format, ...)
    __attribute__((format(printf, 6, 7)));

/*
 * A Cease. `text` tells the operator on the other side why (NULL for none): it is sent
 * with shutdown and reset only (RFC 9003), and cut between characters to 255 bytes.
 */
void bgp_error_cease(
    struct bgp_error *reterr, enum bgp_cease subcode, const char *text);

/* "Cease", "UPDATE Message Error"; NULL if unknown. */
const char *bgp_error_code_name(unsigned code);

/* "Administrative Shutdown", "Malformed AS_PATH"; NULL if unknown or 0. */
const char *bgp_error_subcode_name(unsigned code, unsigned subcode);

/*
 * "Cease/Administrative Shutdown (6/2): back at noon". Of an error without a reason of
 * ours the data is shown, as bgp_error_data() writes it. What a peer sent appears as
 * valid UTF-8 without control characters. Returns `text`.
 */
char *bgp_error_text(const struct bgp_error *error, char text[BGP_ERROR_TEXT_MAX]);

/*
 * What the operator of the other side said with a shutdown or reset, also inside a Hard
 * Reset: "back at noon" (RFC 9003), shown as in bgp_error_text(). "" if nothing was
 * said. Returns `text`.
 */
char *bgp_error_shutdown(const struct bgp_error *error, char text[BGP_ERROR_TEXT_MAX]);

#endif
