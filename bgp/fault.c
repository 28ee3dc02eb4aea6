#include "bgp/fault.h"

#include <stdio.h>

#include "bgp/attr.h"
#include "bgp/error_data.h"
#include "bgp/message.h"

void
bgp_fault_raise(struct bgp_fault *fault, struct bgp_fault other)
{
	if (other.verdict > fault->verdict)
		*fault = other;
}

/* "ORIGIN", "attribute 200", "prefix" */
static const char *
name_of(const struct bgp_fault *fault, char text[BGP_ATTR_NAME_MAX])
{
	if (fault->type)
		return bgp_attr_name(fault->type, text);
	return fault->subcode == BGP_UPDATE_BAD_NETWORK ? "prefix" : "attributes";
}

char *
bgp_fault_text(
    const struct bgp_fault *fault, const uint8_t *body, char text[BGP_ERROR_REASON_MAX])
{
	char space[BGP_ATTR_NAME_MAX], hex[BGP_ERROR_HEX_MAX];
	const char *name = name_of(fault, space);

	if (rd_left(&fault->where) == 0)
		snprintf(text, BGP_ERROR_REASON_MAX, "%s: %s", name, fault->reason);
	else
		snprintf(text, BGP_ERROR_REASON_MAX, "%s at byte %zu: %s: %s", name,
		    BGP_HEADER_LEN + (size_t)(fault->where.at - body), fault->reason,
		    bgp_error_hex(fault->where, hex));
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
