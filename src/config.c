#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "config_read.h"

bool
config_parse_text(
    const char *name, const char *text, struct config **ret, char *reterr, size_t size)
{
	struct config *config = mem_alloc(sizeof *config);

	if (!config_read_text(name, text, config, reterr, size)) {
		config_free(config);
		return false;
	}
	*ret = config;
	return true;
}

/* Secrets in the file itself are as safe as the file. */
static void
mark_exposed(struct config *config, const struct stat *file)
{
	for (size_t r = 0; r < config->n_routers; r++) {
		struct config_router *router = &config->routers[r];

		for (size_t i = 0; i < router->n_sessions; i++)
			router->sessions[i].exposes_secret |=
			    router->sessions[i].has_secret && file->st_mode & S_IROTH;
	}
}

/* The whole file, with a final zero; NULL and a reason if it cannot be had. */
static char *
read_whole(
    const char *path, size_t *retlen, struct stat *retstat, char *reterr, size_t size)
{
	char *text = mem_alloc(CONFIG_BYTES_MAX + 2);
	FILE *file = fopen(path, "r");

	if (file) {
		*retlen = fread(text, 1, CONFIG_BYTES_MAX + 1, file);
		if (!ferror(file) && *retlen <= CONFIG_BYTES_MAX &&
		    fstat(fileno(file), retstat) == 0) {
			fclose(file);
			return text;
		}
	}
	if (!file || ferror(file))
		snprintf(reterr, size, "%s: %s", path, strerror(errno));
	else
		snprintf(
		    reterr, size, "%s: longer than %u bytes", path, CONFIG_BYTES_MAX);
	if (file)
		fclose(file);
	free(text);
	return NULL;
}

bool
config_read(const char *path, struct config **ret, char *reterr, size_t size)
{
	size_t len;
	struct stat file;
	char *text = read_whole(path, &len, &file, reterr, size);
	bool good = false;

	if (!text)
		return false;
	if (strlen(text) == len) {
		good = config_parse_text(path, text, ret, reterr, size);
		if (good)
			mark_exposed(*ret, &file);
	} else {
		unsigned line = 1;

		for (const char *c = text; *c; c++)
			line += *c == '\n';
		snprintf(
		    reterr, size, "%s:%u: byte 0x00 has no place here", path, line);
	}
	free(text);
	return good;
}

void
config_free(struct config *config)
{
	if (!config)
		return;
	for (size_t i = 0; i < config->n_routers; i++) {
		free(config->routers[i].sessions);
		free(config->routers[i].agents);
		free(config->routers[i].ports);
		for (int f = 0; f < FAMILIES; f++) {
			free(config->routers[i].families[f].pin);
			free(config->routers[i].families[f].never);
		}
	}
	free(config->routers);
	free(config->http.listen);
	free(config->sflow.listen);
	free(config);
}

const struct config_session *
config_exposed(const struct config *config)
{
	for (size_t r = 0; r < config->n_routers; r++)
		for (size_t i = 0; i < config->routers[r].n_sessions; i++)
			if (config->routers[r].sessions[i].exposes_secret)
				return &config->routers[r].sessions[i];
	return NULL;
}

bool
config_guard_equal(const struct config_guard *a, const struct config_guard *b)
{
	return a->ttl_security == b->ttl_security &&
	       strcmp(a->password, b->password) == 0 &&
	       strcmp(a->ao_key, b->ao_key) == 0 &&
	       a->ao_algorithm == b->ao_algorithm && a->ao_send_id == b->ao_send_id &&
	       a->ao_receive_id == b->ao_receive_id;
}

bool
config_session_same_place(
    const struct config_session *a, const struct config_session *b)
{
	return a->port == b->port && addr_equal(&a->local, &b->local) &&
	       addr_equal(&a->neighbor, &b->neighbor);
}

bool
config_session_equal(const struct config_session *a, const struct config_session *b)
{
	return a->role == b->role && config_session_same_place(a, b) &&
	       a->as == b->as && a->router_id == b->router_id &&
	       a->neighbor_port == b->neighbor_port && a->connect == b->connect &&
	       a->neighbor_as == b->neighbor_as &&
	       a->families[FAMILY_IPV4] == b->families[FAMILY_IPV4] &&
	       a->families[FAMILY_IPV6] == b->families[FAMILY_IPV6] &&
	       a->hold_time_s == b->hold_time_s &&
	       a->extended_messages == b->extended_messages &&
	       a->add_path == b->add_path && config_guard_equal(&a->guard, &b->guard) &&
	       a->restart_time_s == b->restart_time_s &&
	       a->long_lived_s == b->long_lived_s &&
	       a->n_communities == b->n_communities &&
	       memcmp(a->communities, b->communities,
		   a->n_communities * sizeof *a->communities) == 0;
}

static bool
endpoints_equal(const struct config_endpoint *a, size_t n_a,
    const struct config_endpoint *b, size_t n_b)
{
	if (n_a != n_b)
		return false;
	for (size_t i = 0; i < n_a; i++)
		if (a[i].port != b[i].port || !addr_equal(&a[i].addr, &b[i].addr))
			return false;
	return true;
}

static bool
changes_equal(const struct config_changes *a, const struct config_changes *b)
{
	if (a->allowed != b->allowed || a->n_hosts != b->n_hosts)
		return false;
	for (size_t i = 0; i < a->n_hosts; i++)
		if (strcmp(a->hosts[i], b->hosts[i]) != 0)
			return false;
	return true;
}

bool
config_http_equal(const struct config_http *a, const struct config_http *b)
{
	return endpoints_equal(a->listen, a->listens, b->listen, b->listens) &&
	       strcmp(a->socket, b->socket) == 0 &&
	       a->max_connections == b->max_connections &&
	       a->timeout_s == b->timeout_s && a->max_request == b->max_request &&
	       changes_equal(&a->changes, &b->changes);
}

bool
config_sflow_equal(const struct config_sflow *a, const struct config_sflow *b)
{
	return endpoints_equal(a->listen, a->listens, b->listen, b->listens) &&
	       a->receive_buffer == b->receive_buffer &&
	       a->max_agents == b->max_agents && a->max_sources == b->max_sources;
}

char *
config_endpoint_text(const struct config_endpoint *endpoint, char *text)
{
	bool v6 = endpoint->addr.family == FAMILY_IPV6;
	char host[ADDR_TEXT_MAX];

	snprintf(text, CONFIG_ENDPOINT_TEXT_MAX, "%s%s%s:%u", v6 ? "[" : "",
	    addr_text(&endpoint->addr, host), v6 ? "]" : "", endpoint->port);
	return text;
}
