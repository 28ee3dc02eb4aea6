#include "client.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/prefix.h"

#define TIMEOUT_S 10L
#define PORT ":8008" /* of the API, as in armd.conf(5) */
#define PLACE_MAX 512
#define BODY_MAX (256u << 20)

struct body {
	const struct client *client;
	CURL *curl;
	char *bytes;
	size_t len;
	bool enough; /* who takes it wants no more */
};

static bool
is_good(CURL *curl)
{
	long status = 0;

	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	return status >= 200 && status < 300;
}

static size_t
keep(char *bytes, size_t one, size_t len, void *arg)
{
	struct body *body = arg;

	(void)one; /* always 1 */
	if (body->client->take && is_good(body->curl)) {
		body->enough = !body->client->take(body->client->arg, bytes, len);
		return body->enough ? 0 : len;
	}
	if (len > BODY_MAX - body->len)
		return 0;
	body->bytes = mem_resize(body->bytes, body->len + len + 1, 1);
	memcpy(body->bytes + body->len, bytes, len);
	body->len += len;
	body->bytes[body->len] = '\0';
	return len;
}

static void
explain(CURL *curl, CURLcode code, const char *place, const char *detail, char *reterr,
    size_t size)
{
	long error = 0;

	curl_easy_getinfo(curl, CURLINFO_OS_ERRNO, &error);
	if (code == CURLE_OPERATION_TIMEDOUT)
		snprintf(reterr, size, "armd at %s did not answer within %ld s", place,
		    TIMEOUT_S);
	else if (code == CURLE_COULDNT_CONNECT && error == EACCES)
		snprintf(reterr, size,
		    "you may not connect to %s: are you in the group of armd?", place);
	else if (code == CURLE_COULDNT_CONNECT || code == CURLE_COULDNT_RESOLVE_HOST)
		snprintf(
		    reterr, size, "armd does not answer at %s: is it running?", place);
	else if (code == CURLE_PARTIAL_FILE || code == CURLE_RECV_ERROR)
		snprintf(reterr, size, "the answer of armd at %s broke off", place);
	else
		snprintf(reterr, size, "no answer from %s: %s", place,
		    *detail ? detail : curl_easy_strerror(code));
}

/* The host and port of a URL from what people write: "switch1", "::1", "[::1]:8008". */
static void
put_place(const char *host, char *place)
{
	const char *bracket = strchr(host, ']');
	struct addr addr;

	if (addr_parse(host, &addr) && addr.family == FAMILY_IPV6)
		snprintf(place, PLACE_MAX, "[%s]" PORT, host);
	else
		snprintf(place, PLACE_MAX, "%s%s", host,
		    strchr(bracket ? bracket : host, ':') ? "" : PORT);
}

bool
client_ask(const struct client *client, const char *method, const char *path,
    long *retstatus, char **retbody, char *reterr, size_t size)
{
	char url[2048], place[PLACE_MAX] = "armd", detail[CURL_ERROR_SIZE] = "";
	CURL *curl = curl_easy_init();
	struct body body = { client, curl, mem_strdup(""), 0, false };
	CURLcode code;

	if (!curl) {
		snprintf(reterr, size, "libcurl does not start");
		free(body.bytes);
		return false;
	}
	if (client->host)
		put_place(client->host, place);
	snprintf(url, sizeof url, "http://%s%s", place, path);
	curl_easy_setopt(curl, CURLOPT_URL, url);
	if (strcmp(method, "GET") != 0) {
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, "");
		curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
	}
	if (!client->host)
		curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, client->socket);
	curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	/* a long reply may take its time, but not stand still */
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, TIMEOUT_S);
	curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, TIMEOUT_S);
	curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, detail);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, keep);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, &body);
	code = curl_easy_perform(curl);
	if (body.enough)
		code = CURLE_OK;
	if (code == CURLE_OK) {
		curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, retstatus);
		*retbody = body.bytes;
	} else {
		explain(curl, code, client->host ? place : client->socket, detail,
		    reterr, size);
		free(body.bytes);
	}
	curl_easy_cleanup(curl);
	return code == CURLE_OK;
}

char *
client_escape(const char *text)
{
	char *escaped = curl_easy_escape(NULL, text, 0);
	char *copy = mem_strdup(escaped ? escaped : "");

	curl_free(escaped);
	return copy;
}
