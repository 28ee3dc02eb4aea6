/* One request to armd's API, by libcurl. */
#ifndef SRC_CLIENT_H
#define SRC_CLIENT_H

#include <stdbool.h>
#include <stddef.h>

#define CLIENT_ERROR_MAX 512

/* Where armd is: a Unix socket or, if `host` is not NULL, "host" or "host:port". */
struct client {
	const char *socket, *host;
	/*
	 * NULL, or who takes the bodies of good replies as they come, instead of the
	 * caller at the end; false if it wants no more.
	 */
	bool (*take)(void *arg, const char *bytes, size_t len);
	void *arg;
};

/*
 * Asks for `path` ("/api/v1/status", with query) by `method`, "GET", "PUT", "POST" or
 * "DELETE", without a body. True with the status and the body, ended by a zero, which
 * the caller frees; false with a sentence in `reterr` if nobody answers, or not to the
 * end. One that nobody wanted more of counts as whole.
 */
bool client_ask(const struct client *client, const char *method, const char *path,
    long *retstatus, char **retbody, char *reterr, size_t size);

/* `text` as it may stand in a path or query; the caller frees. */
char *client_escape(const char *text);

#endif
