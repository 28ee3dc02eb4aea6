/*
 * Who may change something through the API, by any method but GET.
 *
 * Over the Unix socket that is whoever may connect. Over TCP it is nobody, unless the
 * configuration says `allow-changes`, and then nobody whom a web page of somebody else
 * has sent: a browser names the page in Origin (RFC 6454 7); and a name that was turned
 * to our address for the purpose (DNS rebinding) stands in Host, which therefore must
 * be an address, localhost or one of the `hosts` of the configuration. Pure.
 */
#ifndef SRC_HTTP_GUARD_H
#define SRC_HTTP_GUARD_H

#include <stdbool.h>

#include "http_args.h"
#include "http_route.h"

struct config_changes;

/* What is known of the sender of a request. */
struct http_sender {
	bool by_socket;            /* the Unix one */
	const char *host, *origin; /* header fields; NULL: not sent */
};

/* False, with a sentence in `reterr` (HTTP_ERROR_MAX bytes), if it must be refused. */
bool http_guard_passes(const struct config_changes *config, enum http_method method,
    const struct http_sender *sender, char *reterr);

#endif
