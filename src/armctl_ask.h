/* How armctl asks armd, and what it says where that goes wrong. */
#ifndef SRC_ARMCTL_ASK_H
#define SRC_ARMCTL_ASK_H

#include <stdbool.h>
#include <stdio.h>

#include "client.h"

#define ARMCTL_PATH_MAX 1536

/* The exit status. */
enum { ARMCTL_OK, ARMCTL_REFUSED, ARMCTL_USAGE, ARMCTL_UNREACHABLE };

struct armctl {
	struct client client;
	bool json;
};

/* One of show.h. */
typedef bool armctl_show_fn(const char *json, FILE *out);

/* Says a line on standard error. Returns `status`. */
int armctl_complain(int status, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* These return the exit status; if it is not ARMCTL_OK, the reason has been said. */

/* Asks for `path` and gives the body, which the caller frees. */
int armctl_ask(
    const struct armctl *ctl, const char *method, const char *path, char **retbody);

/* Asks, and prints the reply by `show`, or as it came. */
int armctl_show(const struct armctl *ctl, const char *method, const char *path,
    armctl_show_fn *show);

/*
 * The path of a router's resource, in room for ARMCTL_PATH_MAX: `before`, its name,
 * `after`. Without a name (NULL) the only router there is.
 */
int armctl_router_path(const struct armctl *ctl, const char *before, const char *router,
    const char *after, char *retpath);

#endif
