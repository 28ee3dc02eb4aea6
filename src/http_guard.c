#include "http_guard.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/prefix.h"
#include "config.h"

static bool
refuse(const char *what, const char *text, const char *why, char *reterr)
{
	snprintf(reterr, HTTP_ERROR_MAX, "%s '%.64s' %s", what, text, why);
	return false;
}

/* "switch1", "10.0.0.1", "::1" of a Host field (RFC 9110 7.2), without its port. */
static bool
host_name(const char *field, char *name, size_t size)
{
	bool brackets = *field == '[';
	size_t len = strcspn(field += brackets, brackets ? "]" : ":");

	if (len == 0 || len >= size)
		return false;
	memcpy(name, field, len);
	name[len] = '\0';
	return true;
}

static bool
is_ours(const struct config_changes *config, const char *field)
{
	char name[CONFIG_HOST_MAX];
	struct addr addr;

	if (!host_name(field, name, sizeof name))
		return false;
	if (addr_parse(name, &addr) || strcasecmp(name, "localhost") == 0)
		return true;
	for (size_t i = 0; i < config->n_hosts; i++)
		if (strcasecmp(name, config->hosts[i]) == 0)
			return true;
	return false;
}

/* True if "http://switch1:8008" is where the request went to. */
static bool
is_same(const char *origin, const char *host)
{
	const char *authority = strstr(origin, "://");

	return authority && host && strcasecmp(authority + 3, host) == 0;
}

bool
http_guard_passes(const struct config_changes *config, enum http_method method,
    const struct http_sender *sender, char *reterr)
{
	const char *host = sender->host ? sender->host : "";

	if (!(method & (HTTP_METHOD_PUT | HTTP_METHOD_POST | HTTP_METHOD_DELETE)))
		return true;
	if (sender->origin && !is_same(sender->origin, sender->host))
		return refuse("Origin", sender->origin,
		    "is another site: its pages may change nothing here", reterr);
	if (sender->by_socket)
		return true;
	if (!config->allowed) {
		snprintf(reterr, HTTP_ERROR_MAX,
		    "changes are made over the Unix socket; over TCP only with "
		    "allow-changes, see armd.conf(5)");
		return false;
	}
	return is_ours(config, host) ||
	       refuse("Host", host,
		   "is neither an address nor one of 'hosts', see armd.conf(5)",
		   reterr);
}
