/*
 * What the data of a NOTIFICATION says, for people: RFC 4271 6.1 to 6.3, RFC 4486 4,
 * RFC 5492 3, RFC 6608 3.
 */
#ifndef BGP_ERROR_DATA_H
#define BGP_ERROR_DATA_H

#include "base/wire.h"
#include "bgp/error.h"

#define BGP_ERROR_HEX_MAX 44

/* The first 20 bytes in hexadecimal, "..." if there are more. Returns `text`. */
char *bgp_error_hex(struct rd bytes, char text[BGP_ERROR_HEX_MAX]);

/*
 * "ORIGIN 40010107", "1000 IPv4 routes", "type 9"; bytes in hexadecimal where the data
 * is not what the subcode asks for. Returns `text`.
 */
char *bgp_error_data(
    unsigned code, unsigned subcode, struct rd data, char text[BGP_ERROR_REASON_MAX]);

#endif
