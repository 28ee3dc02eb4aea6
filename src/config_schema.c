#include "config_schema.h"

#include "bgp/capability.h"
#include "config.h"
#include "config_secret.h"
#include "config_value.h"

/* name, how it is read, struct, field, range, default */
#define NUMBER(name, read, type, field, min, max, fallback)                       \
	{                                                                         \
		name, read, offsetof(struct type, field),                         \
		    sizeof((struct type *)0)->field, 0, min, max, fallback, false \
	}
#define WORD(name, read, type, field, fallback) \
	NUMBER(name, read, type, field, 0, 0, fallback)
#define LIST(name, read, type, field, count, max, fallback)              \
	{                                                                \
		name, read, offsetof(struct type, field), 0,             \
		    offsetof(struct type, count), 0, max, fallback, true \
	}

/* a list whose struct field is not counted */
#define WORDS(name, read, type, field, fallback)                                     \
	{                                                                            \
		name, read, offsetof(struct type, field), 0, 0, 0, 0, fallback, true \
	}

#define number config_value_number

static const struct config_option log_options[] = {
	WORD("level", config_value_level, config_log, level, "info"),
	WORD("to", config_value_log_to, config_log, to_syslog, "stderr"),
	{ 0 },
};

static const struct config_option http_options[] = {
	LIST("listen", config_value_endpoints, config_http, listen, listens, 16,
	    "127.0.0.1:8008"),
	WORD("socket", config_value_socket, config_http, socket, CONFIG_SOCKET),
	NUMBER("max-connections", number, config_http, max_connections, 1, 4096, "64"),
	NUMBER("timeout", number, config_http, timeout_s, 1, 3600, "10"),
	NUMBER("max-request", number, config_http, max_request, 1024, 1048576, "8192"),
	WORD("allow-changes", config_value_bool, config_http, changes.allowed, "no"),
	LIST("hosts", config_value_host_names, config_http, changes.hosts,
	    changes.n_hosts, CONFIG_HOSTS_MAX, ""),
	{ 0 },
};

static const struct config_option sflow_options[] = {
	LIST("listen", config_value_endpoints, config_sflow, listen, listens, 16,
	    "127.0.0.1:6343 [::1]:6343"),
	NUMBER("receive-buffer", number, config_sflow, receive_buffer, 65536,
	    1073741824, "4194304"),
	NUMBER("max-agents", number, config_sflow, max_agents, 1, 65536, "64"),
	NUMBER("max-sources", number, config_sflow, max_sources, 1, 1048576, "1024"),
	{ 0 },
};

static const struct config_option record_options[] = {
	WORD("directory", config_value_directory, config_record, directory,
	    "/var/lib/armd/recordings"),
	NUMBER("max-size", number, config_record, max_bytes, 1000000, 1000000000000,
	    "1000000000"),
	{ 0 },
};

static const struct config_option state_options[] = {
	WORD(
	    "directory", config_value_directory, config_state, directory, CONFIG_STATE),
	{ 0 },
};

static const struct config_option router_options[] = {
	NUMBER("as", number, config_router, as, 1, UINT32_MAX, NULL),
	WORD("router-id", config_value_router_id, config_router, router_id, NULL),
	NUMBER("stale-time", number, config_router, stale_time_s, 0, 86400, "120"),
	NUMBER("max-attributes", number, config_router, max_attributes, 1000, 16000000,
	    "400000"),
	NUMBER(
	    "max-active", number, config_router, max_active, 1000, 16000000, "200000"),
	{ 0 },
};

#define SESSION_OPTIONS                                                                \
	WORD("neighbor", config_value_host, config_session, neighbor, NULL),           \
	    WORD("local", config_value_host, config_session, local, NULL),             \
	    NUMBER("port", number, config_session, port, 1, UINT16_MAX, "1179"),       \
	    WORD("connect", config_value_bool, config_session, connect, "no"),         \
	    NUMBER("neighbor-port", number, config_session, neighbor_port, 1,          \
		UINT16_MAX, "179"),                                                    \
	    NUMBER("neighbor-as", number, config_session, neighbor_as, 1, UINT32_MAX,  \
		""),                                                                   \
	    WORDS("families", config_value_families, config_session, families,         \
		"ipv4 ipv6"),                                                          \
	    NUMBER("hold-time", config_value_hold_time, config_session, hold_time_s,   \
		0, UINT16_MAX, "90"),                                                  \
	    WORD("extended-messages", config_value_bool, config_session,               \
		extended_messages, "yes"),                                             \
	    WORD("add-path", config_value_bool, config_session, add_path, "yes"),      \
	    NUMBER("ttl-security", number, config_session, guard.ttl_security, 0, 254, \
		"0"),                                                                  \
	    WORD("password", config_value_secret, config_session, guard.password, ""), \
	    WORD("password-file", config_value_secret_file, config_session,            \
		guard.password, ""),                                                   \
	    WORD("ao-key", config_value_secret, config_session, guard.ao_key, ""),     \
	    WORD("ao-key-file", config_value_secret_file, config_session,              \
		guard.ao_key, ""),                                                     \
	    WORD("ao-algorithm", config_value_ao_algorithm, config_session,            \
		guard.ao_algorithm, "hmac-sha-1"),                                     \
	    NUMBER(                                                                    \
		"ao-send-id", number, config_session, guard.ao_send_id, 0, 255, "1"),  \
	    NUMBER("ao-receive-id", number, config_session, guard.ao_receive_id, 0,    \
		255, "1"),                                                             \
	    NUMBER("connect-retry", number, config_session, connect_retry_s, 1, 3600,  \
		"1"),                                                                  \
	    NUMBER("idle-hold", number, config_session, idle_hold_s, 1, 86400, "60"),  \
	    NUMBER("send-hold-time", number, config_session, send_hold_time_s, 3,      \
		65535, "480")

static const struct config_option rib_options[] = {
	SESSION_OPTIONS,
	NUMBER("max-prefix", number, config_session, max_prefixes[FAMILY_IPV4], 1,
	    16000000, "1500000"),
	NUMBER("max-prefix6", number, config_session, max_prefixes[FAMILY_IPV6], 1,
	    16000000, "500000"),
	NUMBER("max-prefix-warning", number, config_session, max_prefix_warning, 0, 100,
	    "80"),
	WORD("max-prefix-action", config_value_prefix_action, config_session,
	    prefix_action, "close"),
	NUMBER("max-prefix-restart", number, config_session, max_prefix_restart_s, 1,
	    86400, "60"),
	NUMBER(
	    "learn-timeout", number, config_session, learn_timeout_s, 1, 86400, "60"),
	{ 0 },
};

static const struct config_option target_options[] = {
	SESSION_OPTIONS,
	LIST("communities", config_value_communities, config_session, communities,
	    n_communities, CONFIG_COMMUNITIES_MAX, "no-advertise"),
	NUMBER("restart-time", number, config_session, restart_time_s, 0,
	    BGP_GRACEFUL_TIME_MAX, "120"),
	NUMBER("long-lived-stale-time", number, config_session, long_lived_s, 0,
	    BGP_LONG_LIVED_TIME_MAX, "86400"),
	{ 0 },
};

static const struct config_option router_sflow_options[] = {
	LIST("agents", config_value_hosts, config_router, agents, n_agents, 1024, ""),
	WORD("direction", config_value_direction, config_router, direction, "any"),
	LIST("ports", config_value_ports, config_router, ports, n_ports, 4096, ""),
	{ 0 },
};

#define FAMILY_OPTIONS(capacity_fallback, bits)                                        \
	NUMBER("capacity", number, config_family, capacity, 0, CONFIG_CAPACITY_MAX,    \
	    capacity_fallback),                                                        \
	    NUMBER(                                                                    \
		"min-rate", number, config_family, min_rate, 0, 1000000000000, "0"),   \
	    NUMBER("min-prefix-length", number, config_family, min_prefix_length, 0,   \
		bits, "0"),                                                            \
	    NUMBER(                                                                    \
		"idle-time", number, config_family, idle_time_s, 0, 31536000, "3600"), \
	    WORD("fallback", config_value_fallback, config_family, fallback, "auto"),  \
	    WORD("fallback-weight", config_value_share, config_family,                 \
		fallback_weight, "1"),                                                 \
	    NUMBER(                                                                    \
		"churn-limit", number, config_family, churn_limit, 0, 1000000, "0"),   \
	    NUMBER(                                                                    \
		"churn-burst", number, config_family, churn_burst, 0, 4000000, "0"),   \
	    LIST("pin", config_value_rules, config_family, pin, n_pin, 10000, ""),     \
	    LIST(                                                                      \
		"never", config_value_rules, config_family, never, n_never, 10000, "")

static const struct config_option ipv4_options[] = { FAMILY_OPTIONS("10000", 32),
	{ 0 } };
static const struct config_option ipv6_options[] = { FAMILY_OPTIONS("5000", 128),
	{ 0 } };

const struct config_option *
config_options(enum config_section section)
{
	static const struct config_option *const options[CONFIG_SECTIONS] = {
		[CONFIG_SECTION_LOG] = log_options,
		[CONFIG_SECTION_HTTP] = http_options,
		[CONFIG_SECTION_SFLOW] = sflow_options,
		[CONFIG_SECTION_RECORD] = record_options,
		[CONFIG_SECTION_STATE] = state_options,
		[CONFIG_SECTION_ROUTER] = router_options,
		[CONFIG_SECTION_RIB] = rib_options,
		[CONFIG_SECTION_TARGET] = target_options,
		[CONFIG_SECTION_ROUTER_SFLOW] = router_sflow_options,
		[CONFIG_SECTION_IPV4] = ipv4_options,
		[CONFIG_SECTION_IPV6] = ipv6_options,
	};

	return options[section];
}
