#include "bgp/fault.h"

#include <stdio.h>

#include "bgp/attr.h"
#include "bgp/message.h"

#define SHOWN_MAX 20 /* bytes of what is at fault */

void
bgp_fault_raise(struct bgp_fault *fault, struct bgp_fault other)
{
	if (other.verdict > fault->verdict)
		*fault = other;
}

/* "ORIGIN", "attribute 200", "prefix" */
static void
write_name(const struct bgp_fault *fault, char *text, size_t size)
{
	const struct bgp_attr_row *row = bgp_attr_row(fault->type);

	if (row)
		snprintf(text, size, "%s", row->name);
	else if (fault->type)
		snprintf(text, size, "attribute %u", fault->type);
	else
		snprintf(text, size, "%s",
		    fault->subcode == BGP_UPDATE_BAD_NETWORK ? "prefix" : "attributes");
}

char *
bgp_fault_text(
    const struct bgp_fault *fault, const uint8_t *body, char text[BGP_ERROR_REASON_MAX])
{
	struct rd where = fault->where;
	char name[40], hex[2 * SHOWN_MAX + 1];
	size_t at, len = 0;

	write_name(fault, name, sizeof name);
	if (rd_left(&where) == 0) {
		snprintf(text, BGP_ERROR_REASON_MAX, "%s: %s", name, fault->reason);
		return text;
	}
	at = BGP_HEADER_LEN + (size_t)(where.at - body);
	while (rd_left(&where) && len < 2 * SHOWN_MAX)
		len += (size_t)snprintf(
		    hex + len, sizeof hex - len, "%02x", rd_u8(&where));
	snprintf(text, BGP_ERROR_REASON_MAX, "%s at byte %zu: %s: %s%s", name, at,
	    fault->reason, hex, rd_left(&where) ? "..." : "");
	return text;
}

void
bgp_fault_error(
    const struct bgp_fault *fault, const uint8_t *body, struct bgp_error *reterr)
{
	const struct rd *where = &fault->where;
	/* of the subcodes there are, these two are about one attribute */
	bool shown = fault->subcode == BGP_UPDATE_UNKNOWN_WELL_KNOWN ||
		     fault->subcode == BGP_UPDATE_BAD_OPTIONAL;
	char text[BGP_ERROR_REASON_MAX];

	bgp_error_set(reterr, BGP_ERROR_UPDATE, fault->subcode,
	    shown ? where->at : NULL, shown ? rd_left(where) : 0, "%s",
	    bgp_fault_text(fault, body, text));
}
