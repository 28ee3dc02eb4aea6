#include "armctl_ask.h"

#include <stdarg.h>
#include <stdlib.h>

#include "show.h"

int
armctl_complain(int status, const char *format, ...)
{
	va_list args;

	fputs("armctl: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	return status;
}

int
armctl_ask(
    const struct armctl *ctl, const char *method, const char *path, char **retbody)
{
	char why[CLIENT_ERROR_MAX];
	char *body, *error;
	long status;

	if (!client_ask(&ctl->client, method, path, &status, &body, why, sizeof why)) {
		armctl_complain(ARMCTL_UNREACHABLE, "%s", why);
		return ARMCTL_UNREACHABLE;
	}
	if (status >= 200 && status < 300) {
		*retbody = body;
		return ARMCTL_OK;
	}
	error = show_error(body);
	if (error)
		armctl_complain(ARMCTL_REFUSED, "%s", error);
	else
		armctl_complain(
		    ARMCTL_REFUSED, "armd replied with HTTP status %ld", status);
	free(error);
	free(body);
	return ARMCTL_REFUSED;
}

int
armctl_show(const struct armctl *ctl, const char *method, const char *path,
    armctl_show_fn *show)
{
	char *body;
	int status = armctl_ask(ctl, method, path, &body);

	if (status != ARMCTL_OK)
		return status;
	if (ctl->json)
		fputs(body, stdout);
	else if (!show(body, stdout))
		status = armctl_complain(
		    ARMCTL_REFUSED, "armd's reply is not understood");
	free(body);
	return status;
}

/* The router to ask for, escaped; the caller frees. Without -r the only one there is.
 */
static int
choose_router(const struct armctl *ctl, const char *name, char **retname)
{
	char *body, *names;
	size_t count = 0;
	int status;

	if (name) {
		*retname = client_escape(name);
		return ARMCTL_OK;
	}
	status = armctl_ask(ctl, "GET", "/api/v1/status", &body);
	if (status != ARMCTL_OK)
		return status;
	names = show_router_names(body, &count);
	free(body);
	if (count == 1) {
		*retname = client_escape(names);
		free(names);
		return ARMCTL_OK;
	}
	armctl_complain(
	    ARMCTL_USAGE, "say which router: %s", count ? names : "armd names none");
	free(names);
	return ARMCTL_USAGE;
}

int
armctl_router_path(const struct armctl *ctl, const char *before, const char *router,
    const char *after, char *retpath)
{
	char *name;
	int status = choose_router(ctl, router, &name), len;

	if (status != ARMCTL_OK)
		return status;
	len = snprintf(retpath, ARMCTL_PATH_MAX, "%s%s%s", before, name, after);
	free(name);
	if (len >= ARMCTL_PATH_MAX)
		return armctl_complain(ARMCTL_USAGE, "this is too long to ask for");
	return ARMCTL_OK;
}
