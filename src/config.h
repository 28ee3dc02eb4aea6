/*
 * The configuration: what armd.conf(5) says, checked, with every default filled in.
 *
 * Plain data. A struct config owns all its arrays; whoever keeps a part of it beyond
 * config_free() copies it. Text is bounded, counts are bounded, every number is within
 * the range that the manual page gives, so readers check nothing again.
 *
 * What holds beyond single values: router names are unique; an agent belongs to one
 * router; in a router each family is carried by at most one RIB and one target session;
 * no two sessions have the same neighbor, local address and port, by which an accepted
 * connection finds its session.
 */
#ifndef SRC_CONFIG_H
#define SRC_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/log.h"
#include "base/prefix.h"
#include "rib/rib.h"

#define CONFIG_PATH "/etc/armd/armd.conf"
#define CONFIG_SOCKET "/run/armd/armd.sock"
#define CONFIG_BYTES_MAX (1u << 20) /* of a configuration file */
#define CONFIG_ERROR_MAX 512        /* enough for any message */
#define CONFIG_NAME_MAX 64          /* of a router or session, with the final zero */
#define CONFIG_SOCKET_MAX 108       /* sun_path, with the final zero */
#define CONFIG_CAPACITY_MAX 4000000
#define CONFIG_STATE "/var/lib/armd"
#define CONFIG_COMMUNITIES_MAX 16
#define CONFIG_DIRECTORY_MAX 108 /* of its path, with the final zero */
#define CONFIG_SECRET_MAX 81     /* bytes of a key, with the final zero */
#define CONFIG_HOSTS_MAX 8
#define CONFIG_HOST_MAX 254 /* RFC 1035 2.3.4, with the final zero */

/* "127.0.0.1:8008", "[::1]:8008" */
struct config_endpoint {
	struct addr addr;
	uint16_t port;
};

struct config_log {
	enum log_level level;
	bool to_syslog;
};

/* Who may change something over TCP, see http_guard.h. */
struct config_changes {
	bool allowed;
	char hosts[CONFIG_HOSTS_MAX][CONFIG_HOST_MAX]; /* names of this machine */
	size_t n_hosts;
};

struct config_http {
	struct config_endpoint *listen;
	size_t listens;
	char socket[CONFIG_SOCKET_MAX]; /* path of the Unix socket, "" for none */
	uint32_t max_connections;
	uint32_t timeout_s;
	uint32_t max_request; /* bytes of request line and headers */
	struct config_changes changes;
};

struct config_sflow {
	struct config_endpoint *listen;
	size_t listens;
	uint32_t receive_buffer; /* bytes, of each socket */
	uint32_t max_agents;
	uint32_t max_sources; /* data sources (ports) of each of them */
};

/* Where recordings go, see record.h. */
struct config_record {
	char directory[CONFIG_DIRECTORY_MAX]; /* "": nowhere */
	uint64_t max_bytes;                   /* of all recordings there */
};

struct config_state {
	char directory[CONFIG_DIRECTORY_MAX]; /* "" for none */
};

enum config_role { CONFIG_RIB, CONFIG_TARGET };

/* What happens when a session brings more than max-prefix routes. */
enum config_prefix_action { CONFIG_PREFIX_CLOSE, CONFIG_PREFIX_WARN };

enum config_ao_algorithm { CONFIG_AO_HMAC_SHA1, CONFIG_AO_CMAC_AES128 };

/* What segments must have to be the neighbor's. Secrets are never shown; "" for none,
 * and at most one of them is set. */
struct config_guard {
	uint16_t ttl_security;            /* hops it is away; 0: not checked */
	char password[CONFIG_SECRET_MAX]; /* TCP MD5 */
	char ao_key[CONFIG_SECRET_MAX];   /* TCP-AO */
	enum config_ao_algorithm ao_algorithm;
	uint16_t ao_send_id, ao_receive_id; /* 0 to 255 */
};

/* A BGP session. */
struct config_session {
	char name[CONFIG_NAME_MAX]; /* unique among the router's sessions of its role */
	enum config_role role;
	uint32_t as, router_id;      /* the router's; the id in host order */
	struct addr neighbor, local; /* of one family */
	uint16_t port;               /* where we listen, at `local` */
	uint16_t neighbor_port;      /* where we connect to */
	bool connect;                /* we dial; else we wait for the neighbor */
	uint32_t neighbor_as;
	bool families[FAMILIES];
	uint16_t hold_time_s; /* 0, or 3 and more */
	bool extended_messages;
	bool add_path; /* RIB: take all paths of a prefix; target: send equal ones */

	struct config_guard guard;
	bool has_secret;     /* in the configuration itself */
	bool exposes_secret; /* everybody may read the file where it stands */

	uint32_t connect_retry_s;  /* first pause after a failure */
	uint32_t idle_hold_s;      /* longest pause */
	uint32_t send_hold_time_s; /* RFC 9687 */

	uint32_t max_prefixes[FAMILIES]; /* RIB only */
	uint32_t max_prefix_warning;     /* RIB only: percent of them, 0: none */
	enum config_prefix_action prefix_action; /* RIB only */
	uint32_t max_prefix_restart_s; /* RIB only: closed for at least that long */
	uint32_t learn_timeout_s;      /* RIB only: wait no longer for End-of-RIB */

	uint32_t communities[CONFIG_COMMUNITIES_MAX]; /* target only: added to routes */
	size_t n_communities;
	uint16_t restart_time_s; /* target only: keeps routes so long; 0: not at all */
	uint32_t long_lived_s;   /* target only: and then as stale ones so long */
};

enum config_direction {
	CONFIG_DIRECTION_ANY,
	CONFIG_DIRECTION_INGRESS,
	CONFIG_DIRECTION_EGRESS,
};

/* What may be installed, of one family; rib/rib.h tells what it means. */
struct config_family {
	enum family family;
	uint32_t capacity; /* routes; 0 installs none */
	uint64_t min_rate; /* bytes/s below which a route is not worth an entry */
	uint32_t min_prefix_length;
	uint32_t idle_time_s; /* without a sample, before a route goes; 0: never */
	enum rib_fallback fallback;
	struct addr fallback_nexthop;
	double fallback_weight;
	uint32_t churn_limit, churn_burst; /* changes/s, changes; 0: by the capacity */
	struct rib_rule *pin, *never;
	size_t n_pin, n_never;
};

struct config_router {
	char name[CONFIG_NAME_MAX];
	uint32_t as, router_id; /* the id in host order */
	struct config_session *sessions;
	size_t n_sessions;

	struct addr *agents; /* whose samples are this router's */
	size_t n_agents;
	enum config_direction direction;
	uint32_t *ports; /* ifIndexes of which samples count; none: all */
	size_t n_ports;

	struct config_family families[FAMILIES];
	uint32_t stale_time_s;   /* the RIB is kept so long without its session */
	uint32_t max_attributes; /* distinct attribute sets */
	uint32_t max_active;     /* routes with traffic in the books, a family */
};

struct config {
	struct config_log log;
	struct config_http http;
	struct config_sflow sflow;
	struct config_record record;
	struct config_state state;
	struct config_router *routers;
	size_t n_routers;
};

/*
 * Reads the file at `path`. Returns true and *ret, which the caller frees with
 * config_free(); or false and a sentence in `reterr` (`size` bytes) that begins with
 * "PATH:LINE: " and holds the offending word.
 */
bool config_read(const char *path, struct config **ret, char *reterr, size_t size);

/* The same from memory; `name` stands for the path in messages. */
bool config_parse_text(
    const char *name, const char *text, struct config **ret, char *reterr, size_t size);

void config_free(struct config *config);

/* The first session whose secret stands in a file that everybody may read, or NULL. */
const struct config_session *config_exposed(const struct config *config);

bool config_guard_equal(const struct config_guard *a, const struct config_guard *b);

/*
 * True if a session that runs by `a` may go on by `b`: all that was said in its OPEN,
 * its addresses, what guards it and what it announces are the same. The name, the
 * prefix limits and what is done about them, the learn timeout and the pauses may
 * differ; they are adopted in flight.
 */
bool config_session_equal(
    const struct config_session *a, const struct config_session *b);

/* True if an accepted connection could not tell the two sessions apart. */
bool config_session_same_place(
    const struct config_session *a, const struct config_session *b);

/* True if the sockets opened by `a` serve `b` as well, limits included. */
bool config_http_equal(const struct config_http *a, const struct config_http *b);
bool config_sflow_equal(const struct config_sflow *a, const struct config_sflow *b);

/* "127.0.0.1:8008". Returns `text`, which has room for CONFIG_ENDPOINT_TEXT_MAX. */
#define CONFIG_ENDPOINT_TEXT_MAX (ADDR_TEXT_MAX + 8)
char *config_endpoint_text(const struct config_endpoint *endpoint, char *text);

#endif
