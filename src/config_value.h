/*
 * How the words of each kind of option become values. All are functions as struct
 * config_option wants them: false, with a sentence in `reterr`, if the word means
 * nothing, and then nothing is changed.
 */
#ifndef SRC_CONFIG_VALUE_H
#define SRC_CONFIG_VALUE_H

#include <stdbool.h>
#include <stddef.h>

struct config_option;

#define CONFIG_VALUE(name)                                                          \
	bool name(const struct config_option *option, const char *word, void *base, \
	    char *reterr, size_t size)

/* Single values. */
CONFIG_VALUE(config_value_number);        /* an unsigned field of `width` bytes */
CONFIG_VALUE(config_value_hold_time);     /* the same, but 1 and 2 are not allowed */
CONFIG_VALUE(config_value_bool);          /* yes, no */
CONFIG_VALUE(config_value_level);         /* a level of the log */
CONFIG_VALUE(config_value_log_to);        /* stderr, syslog */
CONFIG_VALUE(config_value_direction);     /* any, ingress, egress */
CONFIG_VALUE(config_value_prefix_action); /* close, warn */
CONFIG_VALUE(config_value_ao_algorithm);  /* hmac-sha-1, aes-128-cmac */
CONFIG_VALUE(config_value_router_id);     /* a dotted quad */
CONFIG_VALUE(config_value_host);          /* the address of one host */
CONFIG_VALUE(config_value_socket);        /* an absolute path, or empty */
CONFIG_VALUE(config_value_directory);     /* the same */
CONFIG_VALUE(config_value_share);         /* a double from 0 to 1 */
CONFIG_VALUE(config_value_fallback); /* auto, none or a next hop; of a config_family */

/* Lists: an item is added at each call, at most `max`, none twice. */
CONFIG_VALUE(config_value_endpoints);   /* struct config_endpoint */
CONFIG_VALUE(config_value_hosts);       /* struct addr */
CONFIG_VALUE(config_value_ports);       /* uint32_t */
CONFIG_VALUE(config_value_communities); /* uint32_t, in an array of fixed size */
CONFIG_VALUE(config_value_host_names);  /* the same, of CONFIG_HOST_MAX bytes */
CONFIG_VALUE(config_value_rules);       /* struct rib_rule, of a config_family */
CONFIG_VALUE(config_value_families);    /* a bool for each family */

/* True if `name` may name a router or a session. */
bool config_value_is_name(const char *name);

#endif
