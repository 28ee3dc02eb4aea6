#include "config_value.h"

#include <assert.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "config.h"
#include "config_schema.h"
#include "text.h"

static void *
field(const struct config_option *option, void *base)
{
	return (char *)base + option->offset;
}

static bool
refuse(char *reterr, size_t size, const char *word, const char *what)
{
	snprintf(reterr, size, "'%s' %s", word, what);
	return false;
}

static bool
refuse_family(const char *word, enum family family, char *reterr, size_t size)
{
	return refuse(reterr, size, word,
	    family == FAMILY_IPV4 ? "is not of IPv4" : "is not of IPv6");
}

CONFIG_VALUE(config_value_number)
{
	void *at = field(option, base);
	uint64_t value;

	if (!text_number(word, option->min, option->max, &value)) {
		snprintf(reterr, size,
		    "'%s' is not a number from %" PRIu64 " to %" PRIu64, word,
		    option->min, option->max);
		return false;
	}
	assert(option->width == 2 || option->width == 4 || option->width == 8);
	if (option->width == 2)
		*(uint16_t *)at = (uint16_t)value;
	else if (option->width == 4)
		*(uint32_t *)at = (uint32_t)value;
	else
		*(uint64_t *)at = value;
	return true;
}

CONFIG_VALUE(config_value_hold_time)
{
	uint64_t value;

	/* RFC 4271, 4.2 */
	if (text_number(word, 1, 2, &value))
		return refuse(reterr, size, word, "is neither 0 nor 3 and more");
	return config_value_number(option, word, base, reterr, size);
}

CONFIG_VALUE(config_value_bool)
{
	bool yes = strcmp(word, "yes") == 0;

	if (!yes && strcmp(word, "no") != 0)
		return refuse(reterr, size, word, "is neither yes nor no");
	*(bool *)field(option, base) = yes;
	return true;
}

CONFIG_VALUE(config_value_level)
{
	if (!log_level_parse(word, field(option, base)))
		return refuse(
		    reterr, size, word, "is none of error, warn, info, debug");
	return true;
}

CONFIG_VALUE(config_value_log_to)
{
	bool syslog = strcmp(word, "syslog") == 0;

	if (!syslog && strcmp(word, "stderr") != 0)
		return refuse(reterr, size, word, "is neither stderr nor syslog");
	*(bool *)field(option, base) = syslog;
	return true;
}

/* The place of the word among `n` names; `n` if it is none of them. */
static size_t
find_word(const char *word, const char *const *names, size_t n)
{
	size_t i = 0;

	while (i < n && strcmp(word, names[i]) != 0)
		i++;
	return i;
}

CONFIG_VALUE(config_value_direction)
{
	static const char *const names[] = {
		[CONFIG_DIRECTION_ANY] = "any",
		[CONFIG_DIRECTION_INGRESS] = "ingress",
		[CONFIG_DIRECTION_EGRESS] = "egress",
	};
	size_t i = find_word(word, names, 3);

	if (i == 3)
		return refuse(reterr, size, word, "is none of any, ingress, egress");
	*(enum config_direction *)field(option, base) = (enum config_direction)i;
	return true;
}

CONFIG_VALUE(config_value_prefix_action)
{
	static const char *const names[] = {
		[CONFIG_PREFIX_CLOSE] = "close",
		[CONFIG_PREFIX_WARN] = "warn",
	};
	size_t i = find_word(word, names, 2);

	if (i == 2)
		return refuse(reterr, size, word, "is neither close nor warn");
	*(enum config_prefix_action *)field(
	    option, base) = (enum config_prefix_action)i;
	return true;
}

CONFIG_VALUE(config_value_ao_algorithm)
{
	static const char *const names[] = {
		[CONFIG_AO_HMAC_SHA1] = "hmac-sha-1",
		[CONFIG_AO_CMAC_AES128] = "aes-128-cmac",
	};
	size_t i = find_word(word, names, 2);

	if (i == 2)
		return refuse(
		    reterr, size, word, "is neither hmac-sha-1 nor aes-128-cmac");
	*(enum config_ao_algorithm *)field(option, base) = (enum config_ao_algorithm)i;
	return true;
}

CONFIG_VALUE(config_value_router_id)
{
	struct addr addr;

	if (!addr_parse(word, &addr) || addr.family != FAMILY_IPV4 || addr.bits.hi == 0)
		return refuse(reterr, size, word, "is not a router id like 192.0.2.1");
	*(uint32_t *)field(option, base) = (uint32_t)(addr.bits.hi >> 32);
	return true;
}

/* An address that one host can have. */
static bool
parse_host(const char *word, struct addr *retaddr, char *reterr, size_t size)
{
	struct addr addr;
	bool multicast;

	if (!addr_parse(word, &addr))
		return refuse(reterr, size, word, "is not an address");
	multicast = addr.family == FAMILY_IPV4 ? addr.bits.hi >> 60 == 0xe
					       : addr.bits.hi >> 56 == 0xff;
	if (multicast || bits_equal(addr.bits, (struct bits){ 0, 0 }))
		return refuse(reterr, size, word, "is not the address of one host");
	*retaddr = addr;
	return true;
}

CONFIG_VALUE(config_value_host)
{
	return parse_host(word, field(option, base), reterr, size);
}

static bool
parse_path(const struct config_option *option, const char *word, void *base,
    const char *what, char *reterr, size_t size)
{
	if (*word && *word != '/')
		return refuse(reterr, size, word, "is not a path that begins with /");
	if (strlen(word) >= option->width)
		return refuse(reterr, size, word, what);
	memcpy(field(option, base), word, strlen(word) + 1);
	return true;
}

CONFIG_VALUE(config_value_socket)
{
	return parse_path(
	    option, word, base, "is too long for a Unix socket", reterr, size);
}

CONFIG_VALUE(config_value_directory)
{
	return parse_path(option, word, base, "is too long", reterr, size);
}

CONFIG_VALUE(config_value_share)
{
	char *end;
	double value = strtod(word, &end);

	/* digits and a point only: strtod() would take "inf" and "0x1p-2", too */
	if (!*word || *end || strspn(word, "0123456789.") != strlen(word) || value > 1)
		return refuse(reterr, size, word, "is not a number from 0 to 1");
	*(double *)field(option, base) = value;
	return true;
}

CONFIG_VALUE(config_value_fallback)
{
	struct config_family *family = base;
	struct addr addr;

	(void)option;
	if (strcmp(word, "auto") == 0) {
		family->fallback = RIB_FALLBACK_AUTO;
	} else if (strcmp(word, "none") == 0) {
		family->fallback = RIB_FALLBACK_NONE;
	} else if (!addr_parse(word, &addr)) {
		return refuse(
		    reterr, size, word, "is neither auto nor none nor a next hop");
	} else if (!parse_host(word, &addr, reterr, size)) {
		return false;
	} else if (addr.family != family->family) {
		return refuse_family(word, family->family, reterr, size);
	} else {
		family->fallback = RIB_FALLBACK_NEXTHOP;
		family->fallback_nexthop = addr;
	}
	return true;
}

/*
 * Adds the item of `width` bytes to a list in memory of its own. The array grows by
 * one: lists are short.
 */
static bool
add_item(const struct config_option *option, const char *word, void *base,
    const void *item, size_t width, char *reterr, size_t size)
{
	size_t *count = (size_t *)(void *)((char *)base + option->count);
	void **items = field(option, base);

	for (size_t i = 0; i < *count; i++)
		if (memcmp((char *)*items + i * width, item, width) == 0)
			return refuse(reterr, size, word, "stands twice");
	if (*count == option->max) {
		snprintf(reterr, size, "'%s' is one too many, there may be %" PRIu64,
		    word, option->max);
		return false;
	}
	*items = mem_resize(*items, *count + 1, width);
	memcpy((char *)*items + (*count)++ * width, item, width);
	return true;
}

/* "127.0.0.1:8008", "[::1]:8008" */
static bool
parse_endpoint(const char *word, struct config_endpoint *ret)
{
	const char *colon = strrchr(word, ':');
	bool brackets = word[0] == '[';
	char host[ADDR_TEXT_MAX];
	uint64_t port;
	size_t n;

	if (!colon || !text_number(colon + 1, 1, UINT16_MAX, &port))
		return false;
	n = (size_t)(colon - word);
	if (brackets) {
		if (n < 2 || word[n - 1] != ']')
			return false;
		word++;
		n -= 2;
	}
	if (n >= sizeof host)
		return false;
	memcpy(host, word, n);
	host[n] = '\0';
	if (!addr_parse(host, &ret->addr))
		return false;
	ret->port = (uint16_t)port;
	return brackets == (ret->addr.family == FAMILY_IPV6);
}

CONFIG_VALUE(config_value_endpoints)
{
	struct config_endpoint item;

	memset(&item, 0, sizeof item); /* items are compared with their padding */
	if (!parse_endpoint(word, &item))
		return refuse(reterr, size, word,
		    "is not an address and a port like 127.0.0.1:8008 or [::1]:8008");
	return add_item(option, word, base, &item, sizeof item, reterr, size);
}

CONFIG_VALUE(config_value_hosts)
{
	struct addr item, parsed;

	if (!parse_host(word, &parsed, reterr, size))
		return false;
	memset(&item, 0, sizeof item); /* items are compared with their padding */
	item.bits = parsed.bits;
	item.family = parsed.family;
	return add_item(option, word, base, &item, sizeof item, reterr, size);
}

CONFIG_VALUE(config_value_ports)
{
	uint64_t value;
	uint32_t item;

	if (!text_number(word, 1, INT32_MAX, &value))
		return refuse(
		    reterr, size, word, "is not an ifIndex from 1 to 2147483647");
	item = (uint32_t)value;
	return add_item(option, word, base, &item, sizeof item, reterr, size);
}

/* "192.0.2.0/24", or with all below it: "192.0.2.0/24+" */
CONFIG_VALUE(config_value_rules)
{
	const struct config_family *family = base;
	size_t len = strlen(word);
	char text[PREFIX_TEXT_MAX];
	struct rib_rule item;
	struct prefix prefix;

	memset(&item, 0, sizeof item); /* items are compared with their padding */
	item.longer = len > 0 && word[len - 1] == '+';
	len -= item.longer;
	if (len >= sizeof text || !strchr(word, '/'))
		return refuse(reterr, size, word,
		    "is not a prefix like 192.0.2.0/24, or with all below it "
		    "192.0.2.0/24+");
	memcpy(text, word, len);
	text[len] = '\0';
	if (!prefix_parse(text, &prefix))
		return refuse(reterr, size, word,
		    "is no prefix, or has bits set behind its length");
	if (prefix.family != family->family)
		return refuse_family(word, family->family, reterr, size);
	item.prefix.bits = prefix.bits;
	item.prefix.family = prefix.family;
	item.prefix.len = prefix.len;
	return add_item(option, word, base, &item, sizeof item, reterr, size);
}

/* A name of the IANA's registry, or "65000:1". */
static bool
parse_community(const char *word, uint32_t *ret)
{
	static const struct {
		const char *name;
		uint32_t value;
	} known[] = {
		{ "graceful-shutdown", 0xffff0000 },   /* RFC 8326 */
		{ "no-export", 0xffffff01 },           /* RFC 1997 */
		{ "no-advertise", 0xffffff02 },        /* RFC 1997 */
		{ "no-export-subconfed", 0xffffff03 }, /* RFC 1997 */
		{ "no-peer", 0xffffff04 },             /* RFC 3765 */
	};
	const char *colon = strchr(word, ':');
	char high[6] = "";
	uint64_t a, b;

	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		if (strcmp(word, known[i].name) == 0) {
			*ret = known[i].value;
			return true;
		}
	}
	if (!colon || (size_t)(colon - word) >= sizeof high)
		return false;
	memcpy(high, word, (size_t)(colon - word));
	if (!text_number(high, 0, UINT16_MAX, &a) ||
	    !text_number(colon + 1, 0, UINT16_MAX, &b))
		return false;
	*ret = (uint32_t)(a << 16 | b);
	return true;
}

CONFIG_VALUE(config_value_communities)
{
	size_t *count = (size_t *)(void *)((char *)base + option->count);
	uint32_t *items = field(option, base);
	uint32_t item;

	if (!parse_community(word, &item))
		return refuse(reterr, size, word,
		    "is not a community like 65000:1 or no-advertise");
	for (size_t i = 0; i < *count; i++)
		if (items[i] == item)
			return refuse(reterr, size, word, "stands twice");
	if (*count == CONFIG_COMMUNITIES_MAX)
		return refuse(reterr, size, word, "is one too many");
	items[(*count)++] = item;
	return true;
}

CONFIG_VALUE(config_value_host_names)
{
	size_t *count = (size_t *)(void *)((char *)base + option->count);
	char(*items)[CONFIG_HOST_MAX] = field(option, base);
	size_t len = strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				  "0123456789.-");

	if (len == 0 || len >= CONFIG_HOST_MAX || word[len])
		return refuse(reterr, size, word, "is not the name of a host");
	for (size_t i = 0; i < *count; i++)
		if (strcasecmp(items[i], word) == 0)
			return refuse(reterr, size, word, "stands twice");
	if (*count == option->max)
		return refuse(reterr, size, word, "is one too many");
	memcpy(items[(*count)++], word, len + 1);
	return true;
}

CONFIG_VALUE(config_value_families)
{
	bool *families = field(option, base);
	enum family family;

	if (strcmp(word, "ipv4") == 0)
		family = FAMILY_IPV4;
	else if (strcmp(word, "ipv6") == 0)
		family = FAMILY_IPV6;
	else
		return refuse(reterr, size, word, "is neither ipv4 nor ipv6");
	if (families[family])
		return refuse(reterr, size, word, "stands twice");
	families[family] = true;
	return true;
}

bool
config_value_is_name(const char *name)
{
	size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				  "0123456789._-");

	return len > 0 && len < CONFIG_NAME_MAX && !name[len];
}
