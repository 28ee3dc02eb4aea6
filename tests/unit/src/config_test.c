#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config.h"
#include "config_schema.h"

#define EXAMPLE "conf/armd.conf"
#define OTHER "tests/data/config/other.conf"

static char *
slurp(const char *path)
{
	FILE *file = fopen(path, "r");
	char *text = calloc(1, 1 << 16);

	assert_non_null(file);
	assert_true(fread(text, 1, (1 << 16) - 1, file) > 0);
	fclose(file);
	return text;
}

static struct config *
parse(const char *text)
{
	char why[CONFIG_ERROR_MAX] = "";
	struct config *config = NULL;

	if (!config_parse_text("t", text, &config, why, sizeof why))
		fail_msg("%s", why);
	assert_non_null(config);
	return config;
}

static void
print_endpoints(FILE *out, const struct config_endpoint *items, size_t n)
{
	char text[CONFIG_ENDPOINT_TEXT_MAX];

	fprintf(out, "listen");
	for (size_t i = 0; i < n; i++)
		fprintf(out, " %s", config_endpoint_text(&items[i], text));
	fprintf(out, "\n");
}

static void
print_session(FILE *out, const struct config_session *s)
{
	char text[ADDR_TEXT_MAX];

	fprintf(out, "%s %s as %u router-id %08x\n",
	    s->role == CONFIG_RIB ? "rib" : "target", s->name, s->as, s->router_id);
	fprintf(out, "neighbor %s", addr_text(&s->neighbor, text));
	fprintf(out, " local %s port %u connect %d neighbor-port %u neighbor-as %u\n",
	    addr_text(&s->local, text), s->port, s->connect, s->neighbor_port,
	    s->neighbor_as);
	fprintf(out, "families %d %d hold-time %u extended-messages %d add-path %d\n",
	    s->families[FAMILY_IPV4], s->families[FAMILY_IPV6], s->hold_time_s,
	    s->extended_messages, s->add_path);
	fprintf(out, "ttl-security %u password '%s' ao-key '%s' %d %u %u secret %d\n",
	    s->guard.ttl_security, s->guard.password, s->guard.ao_key,
	    s->guard.ao_algorithm, s->guard.ao_send_id, s->guard.ao_receive_id,
	    s->has_secret);
	fprintf(out, "connect-retry %u idle-hold %u send-hold-time %u\n",
	    s->connect_retry_s, s->idle_hold_s, s->send_hold_time_s);
	fprintf(out, "max-prefix %u %u warning %u action %d restart %u\n",
	    s->max_prefixes[FAMILY_IPV4], s->max_prefixes[FAMILY_IPV6],
	    s->max_prefix_warning, s->prefix_action, s->max_prefix_restart_s);
	fprintf(out, "learn-timeout %u communities", s->learn_timeout_s);
	for (size_t i = 0; i < s->n_communities; i++)
		fprintf(out, " %08x", s->communities[i]);
	fprintf(out, "\nrestart-time %u long-lived-stale-time %u\n", s->restart_time_s,
	    s->long_lived_s);
}

static void
print_rules(FILE *out, const char *name, const struct rib_rule *rules, size_t n)
{
	char text[PREFIX_TEXT_MAX];

	fprintf(out, " %s", name);
	for (size_t i = 0; i < n; i++)
		fprintf(out, " %s%s", prefix_text(&rules[i].prefix, text),
		    rules[i].longer ? "+" : "");
}

static void
print_family(FILE *out, const struct config_family *f)
{
	char text[ADDR_TEXT_MAX];

	fprintf(out, "capacity %u min-rate %" PRIu64 " min-prefix-length %u",
	    f->capacity, f->min_rate, f->min_prefix_length);
	fprintf(out, " idle-time %u fallback %d %s %g", f->idle_time_s, f->fallback,
	    f->fallback == RIB_FALLBACK_NEXTHOP ? addr_text(&f->fallback_nexthop, text)
						: "-",
	    f->fallback_weight);
	fprintf(out, " churn %u %u", f->churn_limit, f->churn_burst);
	print_rules(out, "pin", f->pin, f->n_pin);
	print_rules(out, "never", f->never, f->n_never);
	fprintf(out, "\n");
}

static void
print_router(FILE *out, const struct config_router *r)
{
	char text[ADDR_TEXT_MAX];

	fprintf(out, "router %s as %u router-id %08x\n", r->name, r->as, r->router_id);
	fprintf(out, "stale-time %u max-attributes %u max-active %u\n", r->stale_time_s,
	    r->max_attributes, r->max_active);
	for (size_t i = 0; i < r->n_sessions; i++)
		print_session(out, &r->sessions[i]);
	fprintf(out, "agents");
	for (size_t i = 0; i < r->n_agents; i++)
		fprintf(out, " %s", addr_text(&r->agents[i], text));
	fprintf(out, "\ndirection %d ports", r->direction);
	for (size_t i = 0; i < r->n_ports; i++)
		fprintf(out, " %u", r->ports[i]);
	fprintf(out, "\n");
	for (unsigned f = 0; f < FAMILIES; f++)
		print_family(out, &r->families[f]);
}

/* Every value of a configuration, a name before each. The caller frees. */
static char *
print_config(const struct config *c)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	fprintf(out, "log %d %d\n", c->log.level, c->log.to_syslog);
	print_endpoints(out, c->http.listen, c->http.listens);
	fprintf(out, "socket '%s' max-connections %u timeout %u max-request %u\n",
	    c->http.socket, c->http.max_connections, c->http.timeout_s,
	    c->http.max_request);
	fprintf(out, "allow-changes %d hosts", c->http.changes.allowed);
	for (size_t i = 0; i < c->http.changes.n_hosts; i++)
		fprintf(out, " %s", c->http.changes.hosts[i]);
	putc('\n', out);
	print_endpoints(out, c->sflow.listen, c->sflow.listens);
	fprintf(out, "receive-buffer %u max-agents %u max-sources %u\n",
	    c->sflow.receive_buffer, c->sflow.max_agents, c->sflow.max_sources);
	fprintf(out, "record '%s' max-size %llu\n", c->record.directory,
	    (unsigned long long)c->record.max_bytes);
	fprintf(out, "directory '%s'\n", c->state.directory);
	for (size_t i = 0; i < c->n_routers; i++)
		print_router(out, &c->routers[i]);
	fclose(out);
	return text;
}

static void
check_golden(const char *path, const char *golden)
{
	char why[CONFIG_ERROR_MAX] = "";
	struct config *config = NULL;
	char *got, *want = slurp(golden);

	if (!config_read(path, &config, why, sizeof why))
		fail_msg("%s", why);
	got = print_config(config);
	assert_string_equal(got, want);
	free(got);
	free(want);
	config_free(config);
}

static void
the_shipped_example_says_what_it_should(void **state)
{
	(void)state;
	check_golden(EXAMPLE, "tests/data/config/example.golden");
}

static void
every_option_can_have_another_value(void **state)
{
	(void)state;
	check_golden(OTHER, "tests/data/config/other.golden");
}

/* True if a line of `text` has `before`, `name`, `after` in this order, adjacent. */
static bool
says(const char *text, const char *before, const char *name, const char *after)
{
	char needle[128];

	snprintf(needle, sizeof needle, "%s%s%s", before, name, after);
	return strstr(text, needle) != NULL;
}

static void
every_option_is_in_example_manual_and_test(void **state)
{
	char *example = slurp(EXAMPLE), *other = slurp(OTHER);
	char *manual = slurp("conf/man/armd.conf.5");
	size_t options = 0;

	(void)state;
	for (unsigned s = 0; s < CONFIG_SECTIONS; s++) {
		for (const struct config_option *o = config_options(s); o->name; o++) {
			if (!says(example, "\t", o->name, " = "))
				fail_msg("%s is not in the example", o->name);
			if (!says(other, "", o->name, " = "))
				fail_msg("%s is not in the test", o->name);
			if (!says(manual, ".It Cm ", o->name, " "))
				fail_msg("%s is not in the manual", o->name);
			options++;
		}
	}
	assert_true(options > 40);
	free(example);
	free(other);
	free(manual);
}

static void
what_the_example_does_not_say_is_the_default(void **state)
{
	struct config *config = parse(
	    "router r { as = 1 router-id = 1.2.3.4\n"
	    "rib a { neighbor = 10.0.0.1 local = 10.0.0.2 } }");
	struct config *example = parse("log { level = info to = stderr }"
				       "router r { as = 1 router-id = 1.2.3.4\n"
				       "rib a { neighbor = 10.0.0.1 local = 10.0.0.2\n"
				       "families = { ipv4, ipv6 } port = 1179 } }");
	char *a = print_config(config), *b = print_config(example);

	(void)state;
	assert_string_equal(a, b);
	assert_true(config_http_equal(&config->http, &example->http));
	assert_true(config_sflow_equal(&config->sflow, &example->sflow));
	free(a);
	free(b);
	config_free(config);
	config_free(example);
}

/* One router with one session, as a frame for what shall be refused. */
#define R(text) "router r {\nas = 1\nrouter-id = 1.2.3.4\n" text "}\n"
#define S(text) R("rib a {\nneighbor = 10.0.0.1\nlocal = 10.0.0.2\n" text "}\n")
#define GOOD S("")
#define A20 "aaaaaaaaaaaaaaaaaaaa"
#define A80 A20 A20 A20 A20

static const struct {
	const char *text, *error;
} bad[] = {
	{ "", "t:1: the file ends without a 'router'" },
	{ "\n\n# nothing\n", "t:4: the file ends without a 'router'" },
	/* words and braces */
	{ "log {\nlevel = \"info\n}", "t:2: the string \"info has no end on its line" },
	{ "log { level = 'info", "t:1: the string 'info has no end on its line" },
	{ "\nlog {\n", "t:2: '{' is never closed" },
	{ "\n}", "t:2: '}' closes nothing" },
	{ "log {}\n/* never\nends", "t:2: the comment '/*' has no end" },
	{ "\n\x01", "t:2: byte 0x01 has no place here" },
	{ "log { level = \"in\\x66o\" }", "t:1: '\\' has no place in a string" },
	{ "http {\nsocket = \"${HOME}\" }", "t:2: '$' has no place in a string" },
	{ "http { socket = ${HOME} }", "t:1: '$' has no place here" },
	{ "http { listen += \"1.1.1.1:1\" }", "t:1: '+' has no place here" },
	{ "log|level = info", "t:1: '|' has no place here" },
	{ "\"log|level\" = info", "t:1: '|' has no place in a string" },
	{ "\"log=1\" = info", "t:1: '=' has no place in a string" },
	{ "include(\"/etc/passwd\")", "t:1: '(' has no place here" },
	{ "{{{{{{{{{", "t:1: '{' is nested too deep" },
	/* libconfuse's own */
	{ "include = \"/etc/passwd\"", "t:1: no such option 'include'" },
	{ "lgo {\n}", "t:1: no such option 'lgo'" },
	{ "log {\n\nlevle = info }", "t:3: no such option 'levle' in section 'log'" },
	{ "\n\"\" = 1", "t:2: an option without a name" },
	{ "log {\nlevel info }",
	    "t:2: missing equal sign after option 'level' in section 'log'" },
	{ "log {\nlevel = = }", "t:2: unexpected token '=' in section 'log'" },
	{ "log {\nlevel = {info} }", "t:2: unexpected token '{' in section 'log'" },
	{ "log level", "t:1: missing opening brace for section 'log'" },
	{ "router {", "t:1: '{' is never closed" },
	{ "router { }", "t:1: missing title for section 'router'" },
	{ "router r {\nrib {", "t:2: '{' is never closed" },
	{ "http { listen = { \"1.1.1.1:1\" \"1.1.1.1:2\" } }",
	    "t:1: unexpected token '1.1.1.1:2' in section 'http'" },
	{ "log = 3", "t:1: missing opening brace for section 'log'" },
	{ "router r {} \n router r {}", "t:2: found duplicate title 'r'" },
	{ R("rib a {}\nrib a {}"),
	    "t:5: found duplicate title 'a' in section 'router'" },
	/* twice */
	{ "log {\nlevel = info\nlevel = info }",
	    "t:3: 'level' is set a second time, the first was line 2 in section "
	    "'log'" },
	{ "http {\nlisten = {1.1.1.1:1, 1.1.1.1:2}\nlisten = 1.1.1.1:3 }",
	    "t:3: 'listen' is set a second time, the first was line 2 in section "
	    "'http'" },
	{ "http {\nlisten = 1.1.1.1:1\nlisten = {} }" GOOD,
	    "t:2: 'listen' is set here and a second time" },
	{ "log {}\nlog {\n}\n" GOOD,
	    "t:3: the section 'log' that ends here is the second one" },
	{ R("ipv4 {}\nipv4 {}\n"),
	    "t:5: the section 'ipv4' that ends here is the second one" },
	/* values */
	{ "log {\n\nlevel = loud\n}" GOOD,
	    "t:3: level: 'loud' is none of error, warn, info, debug" },
	{ "log { to = file }" GOOD, "t:1: to: 'file' is neither stderr nor syslog" },
	{ "http { max-connections = 0 }" GOOD,
	    "t:1: max-connections: '0' is not a number from 1 to 4096" },
	{ "http { timeout = -1 }" GOOD,
	    "t:1: timeout: '-1' is not a number from 1 to 3600" },
	{ "http { timeout = 010 }" GOOD,
	    "t:1: timeout: '010' is not a number from 1 to 3600" },
	{ "http { timeout = 0x10 }" GOOD,
	    "t:1: timeout: '0x10' is not a number from 1 to 3600" },
	{ "http { timeout = 10s }" GOOD,
	    "t:1: timeout: '10s' is not a number from 1 to 3600" },
	{ "http { max-request = 18446744073709552640 }" GOOD,
	    "t:1: max-request: '18446744073709552640' is not a number from 1024 to "
	    "1048576" },
	{ "http { socket = run/armd.sock }" GOOD,
	    "t:1: socket: 'run/armd.sock' is not a path that begins with /" },
	{ "http { socket = /23456789012345678901234567890123456789012345678901234567"
	  "890123456789012345678901234567890123456789012345678 }" GOOD,
	    "t:1: socket: '/234567890123456789012345678901234567890123456789012345678"
	    "90123456789012345678901234567890123456789012345678' is too long for a "
	    "Unix socket" },
	{ "http { allow-changes = maybe }" GOOD,
	    "t:1: allow-changes: 'maybe' is neither yes nor no" },
	{ "http { hosts = { a.b, \"a b\" } }" GOOD,
	    "t:1: hosts: 'a b' is not the name of a host" },
	{ "http { hosts = { a.b, A.b } }" GOOD, "t:1: hosts: 'A.b' stands twice" },
	{ "http { hosts = { a, b, c, d, e, f, g, h, i } }" GOOD,
	    "t:1: hosts: 'i' is one too many" },
	{ "record { directory = recordings }" GOOD,
	    "t:1: directory: 'recordings' is not a path that begins with /" },
	{ "record { directory = /23456789012345678901234567890123456789012345678901"
	  "234567890123456789012345678901234567890123456789012345678 }" GOOD,
	    "t:1: directory: '/2345678901234567890123456789012345678901234567890123"
	    "4567890123456789012345678901234567890123456789012345678' is too long" },
	{ "record { max-size = 999999 }" GOOD,
	    "t:1: max-size: '999999' is not a number from 1000000 to 1000000000000" },
	{ "http { listen = 127.0.0.1 }" GOOD,
	    "t:1: listen: '127.0.0.1' is not an address and a port like "
	    "127.0.0.1:8008 or [::1]:8008" },
	{ "http { listen = ::1:80 }" GOOD,
	    "t:1: listen: '::1:80' is not an address and a port like "
	    "127.0.0.1:8008 or [::1]:8008" },
	{ "sflow { listen = { \"[127.0.0.1]:80\" } }" GOOD,
	    "t:1: listen: '[127.0.0.1]:80' is not an address and a port like "
	    "127.0.0.1:8008 or [::1]:8008" },
	{ "sflow { listen = { 127.0.0.1:0 } }" GOOD,
	    "t:1: listen: '127.0.0.1:0' is not an address and a port like "
	    "127.0.0.1:8008 or [::1]:8008" },
	{ "sflow { listen = { ]:80 } }" GOOD,
	    "t:1: listen: ']:80' is not an address and a port like "
	    "127.0.0.1:8008 or [::1]:8008" },
	{ "sflow {\nlisten = { 1.1.1.1:1,\n1.1.1.1:1 } }" GOOD,
	    "t:3: listen: '1.1.1.1:1' stands twice" },
	{ R("ipv4 { pin = 10.0.0.0 }"), "t:4: pin: '10.0.0.0' is not a prefix like "
					"192.0.2.0/24, or with all below it "
					"192.0.2.0/24+" },
	{ R("ipv4 { pin = 10.0.0.1/24 }"), "t:4: pin: '10.0.0.1/24' is no prefix, or "
					   "has bits set behind its length" },
	{ R("ipv4 { never = { 10.0.0.0/24,\n\"2001:db8::/32+\" } }"),
	    "t:5: never: '2001:db8::/32+' is not of IPv4" },
	{ R("ipv4 { never = { \"10.0.0.0/24+\", \"10.0.0.0/24+\" } }"),
	    "t:4: never: '10.0.0.0/24+' stands twice" },
	{ R("ipv6 { fallback = default }"),
	    "t:4: fallback: 'default' is neither auto nor none nor a next hop" },
	{ R("ipv6 { fallback = 192.0.2.1 }"),
	    "t:4: fallback: '192.0.2.1' is not of IPv6" },
	{ R("ipv4 { fallback = 0.0.0.0 }"),
	    "t:4: fallback: '0.0.0.0' is not the address of one host" },
	{ R("ipv4 { fallback-weight = 1.5 }"),
	    "t:4: fallback-weight: '1.5' is not a number from 0 to 1" },
	{ R("ipv4 { fallback-weight = -0 }"),
	    "t:4: fallback-weight: '-0' is not a number from 0 to 1" },
	{ R("ipv4 { fallback-weight = \"\" }"),
	    "t:4: fallback-weight: '' is not a number from 0 to 1" },
	{ R("ipv4 { min-prefix-length = 33 }"),
	    "t:4: min-prefix-length: '33' is not a number from 0 to 32" },
	{ "state { directory = lib/armd }" GOOD,
	    "t:1: directory: 'lib/armd' is not a path that begins with /" },
	/* routers and sessions */
	{ "router \"a b\" {\n}", "t:2: the router that ends here is named 'a b', which "
				 "is not 1 to 63 of A-Z a-z 0-9 . _ -" },
	{ "router \"\" {}", "t:1: the router that ends here is named '', which "
			    "is not 1 to 63 of A-Z a-z 0-9 . _ -" },
	{ "router r {\nas = 1\n}", "t:3: router 'r' ends here without 'router-id'" },
	{ "router r {\nrouter-id = 1.1.1.1\n}",
	    "t:3: router 'r' ends here without 'as'" },
	{ R(""), "t:4: router 'r' ends here without 'rib'" },
	{ "router r { as = 4294967296 }",
	    "t:1: as: '4294967296' is not a number from 1 to 4294967295" },
	{ "router r { as = 1 router-id = ::1 }",
	    "t:1: router-id: '::1' is not a router id like 192.0.2.1" },
	{ "router r { as = 1 router-id = 0.0.0.0 }",
	    "t:1: router-id: '0.0.0.0' is not a router id like 192.0.2.1" },
	{ R("rib a {\n}"), "t:5: rib 'a' ends here without 'neighbor'" },
	{ R("rib a {\nneighbor = 10.0.0.1\n}"),
	    "t:6: rib 'a' ends here without 'local'" },
	{ R("rib a { neighbor = 10.0.0 }"),
	    "t:4: neighbor: '10.0.0' is not an address" },
	{ R("rib a { neighbor = 10.0.0.0/8 }"),
	    "t:4: neighbor: '10.0.0.0/8' is not an address" },
	{ R("rib a { neighbor = 224.0.0.5 }"),
	    "t:4: neighbor: '224.0.0.5' is not the address of one host" },
	{ R("rib a { neighbor = 10.0.0.1 local = :: }"),
	    "t:4: local: '::' is not the address of one host" },
	{ R("rib a {\nneighbor = ::1\nlocal = 10.0.0.1\n}"),
	    "t:6: local: '10.0.0.1' is IPv4, but the neighbor's address is IPv6" },
	{ R("rib a {\nneighbor = 10.0.0.1 neighbor-port = 7\nlocal = 10.0.0.1 port = 7\n"
	    "connect = yes\n}"),
	    "t:5: neighbor: rib 'a' connects to itself" },
	{ S("port = 65536\n"), "t:7: port: '65536' is not a number from 1 to 65535" },
	{ S("connect = 1\n"), "t:7: connect: '1' is neither yes nor no" },
	{ S("families = ipv5\n"), "t:7: families: 'ipv5' is neither ipv4 nor ipv6" },
	{ S("families = {ipv4,\nipv4}\n"), "t:8: families: 'ipv4' stands twice" },
	{ S("families = {}\n"),
	    "t:8: families: the list of rib 'a', which ends here, is "
	    "empty" },
	{ S("hold-time = 2\n"), "t:7: hold-time: '2' is neither 0 nor 3 and more" },
	{ S("ttl-security = 255\n"),
	    "t:7: ttl-security: '255' is not a number from 0 to 254" },
	{ S("password = " A80 "a\n"), "t:7: password: longer than 80 bytes" },
	{ S("password-file = /nonexistent\n"),
	    "t:7: password-file: '/nonexistent': No such file or directory" },
	{ S("ao-key-file = /\n"), "t:7: ao-key-file: '/' is not a regular file" },
	{ S("password-file = conf/armd.conf\npassword = swordfish\n"),
	    "t:7: password-file: 'conf/armd.conf' is said, and the secret itself" },
	{ S("ao-key = swordfish\npassword = swordfish\n"),
	    "t:9: rib 'a', which ends here, has a password and an ao-key" },
	{ S("ao-algorithm = md5\n"),
	    "t:7: ao-algorithm: 'md5' is neither hmac-sha-1 nor aes-128-cmac" },
	{ S("idle-hold = 9\nconnect-retry = 10\n"),
	    "t:7: idle-hold: 9 s are less than connect-retry, 10 s" },
	{ S("send-hold-time = 2\n"),
	    "t:7: send-hold-time: '2' is not a number from 3 to 65535" },
	{ S("max-prefix-warning = 101\n"),
	    "t:7: max-prefix-warning: '101' is not a number from 0 to 100" },
	{ S("max-prefix-action = block\n"),
	    "t:7: max-prefix-action: 'block' is neither close nor warn" },
	{ S("communities = 1:1\n"),
	    "t:7: no such option 'communities' in section 'rib'" },
	{ S("neighbor-as = 0\n"),
	    "t:7: neighbor-as: '0' is not a number from 1 to 4294967295" },
	{ S("} target b { neighbor = 10.0.0.1\nlocal = 10.0.0.2\n"),
	    "t:7: neighbor: 'b' has the neighbor, local address and port of 'a'" },
	{ S("} rib b { neighbor = 10.0.0.3\nlocal = 10.0.0.2\nfamilies = ipv6\n"),
	    "t:9: families: 'ipv6' is carried by rib 'a' already" },
	{ S("} target b { neighbor = 10.0.0.3 local = 10.0.0.4\nmax-prefix = 1\n"),
	    "t:8: no such option 'max-prefix' in section 'target'" },
	{ S("} target b { neighbor = 10.0.0.3 local = 10.0.0.4\ncommunities = 1:70000\n"),
	    "t:8: communities: '1:70000' is not a community like 65000:1 or "
	    "no-advertise" },
	{ S("} target b { neighbor = 10.0.0.3 local = 10.0.0.4\ncommunities = {1:1, "
	    "1:1}\n"),
	    "t:8: communities: '1:1' stands twice" },
	{ S("} target b { neighbor = 10.0.0.3 local = 10.0.0.4\ncommunities = {0:0,0:1,"
	    "0:2,0:3,0:4,0:5,0:6,0:7,0:8,0:9,0:10,0:11,0:12,0:13,0:14,0:15,0:16}\n"),
	    "t:8: communities: '0:16' is one too many" },
	{ S("} sflow {\nagents = {10.0.0.1,\n10.0.0.1}\n"),
	    "t:9: agents: '10.0.0.1' stands twice" },
	{ S("} sflow { ports = {1, 0}\n"),
	    "t:7: ports: '0' is not an ifIndex from 1 to 2147483647" },
	{ S("} sflow { direction = up\n"),
	    "t:7: direction: 'up' is none of any, ingress, egress" },
	{ S("} ipv6 { capacity = 4000001\n"),
	    "t:7: capacity: '4000001' is not a number from 0 to 4000000" },
	{ S("} sflow { agents = 10.0.0.1 ") "router s { as = 1 router-id = 1.1.1.1\nrib "
					    "a { neighbor = 10.0.0.1 local = 10.0.0.9 }"
					    "sflow {\nagents = {1.1.1.1,\n10.0.0.1} } }",
	    "t:12: agents: '10.0.0.1' belongs to router 'r' already" },
	{ GOOD "router s { as = 1 router-id = 1.1.1.1\nrib b {\nneighbor = 10.0.0.1\n"
	       "local = 10.0.0.2 } }",
	    "t:11: neighbor: 'b' has the neighbor, local address and port of 'a'" },
};

static void
bad_text_is_refused_with_line_and_word(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct config *config = (struct config *)state;
		char why[CONFIG_ERROR_MAX] = "";

		assert_false(
		    config_parse_text("t", bad[i].text, &config, why, sizeof why));
		assert_string_equal(why, bad[i].error);
		assert_ptr_equal(config, state);
		/* what came before must not spoil the next reading */
		config_free(parse(GOOD));
	}
}

static void
files_that_cannot_be_read_are_named(void **state)
{
	char path[] = "/tmp/armd-config-test-XXXXXX", want[128];
	struct config *config = NULL;
	char why[CONFIG_ERROR_MAX] = "";
	FILE *file = fdopen(mkstemp(path), "w");

	(void)state;
	assert_false(config_read("/nonexistent/armd.conf", &config, why, sizeof why));
	assert_string_equal(why, "/nonexistent/armd.conf: No such file or directory");
	assert_false(config_read("/", &config, why, sizeof why));
	assert_string_equal(why, "/: Is a directory");

	assert_non_null(file);
	fwrite("log {}\n\0", 1, 8, file);
	fflush(file);
	snprintf(want, sizeof want, "%s:2: byte 0x00 has no place here", path);
	assert_false(config_read(path, &config, why, sizeof why));
	assert_string_equal(why, want);

	for (size_t i = 0; i < CONFIG_BYTES_MAX; i++)
		fputc('\n', file);
	fclose(file);
	snprintf(want, sizeof want, "%s: longer than %u bytes", path, CONFIG_BYTES_MAX);
	assert_false(config_read(path, &config, why, sizeof why));
	assert_string_equal(why, want);
	remove(path);
}

/* Writes the text into a new file with this mode; its path, to be removed. */
static void
write_file(char path[32], const char *text, mode_t mode)
{
	int fd;

	strcpy(path, "/tmp/armd-config-test-XXXXXX");
	fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

static bool
exposes(const char *options, mode_t mode)
{
	char path[32], why[CONFIG_ERROR_MAX] = "", text[512];
	struct config *config;
	bool exposed;

	snprintf(text, sizeof text, S("%s"), options);
	write_file(path, text, mode);
	if (!config_read(path, &config, why, sizeof why))
		fail_msg("%s", why);
	exposed = config_exposed(config) != NULL;
	config_free(config);
	remove(path);
	return exposed;
}

static void
secrets_that_everybody_may_read_are_known(void **state)
{
	char secret[32], options[128];

	(void)state;
	assert_false(exposes("", 0644));
	assert_false(exposes("password = \"\"\n", 0644));
	assert_false(exposes("password = a\n", 0640));
	assert_true(exposes("password = a\n", 0644));
	assert_true(exposes("ao-key = a\n", 0604));
	write_file(secret, "secret", 0640);
	snprintf(options, sizeof options, "password-file = %s\n", secret);
	assert_false(exposes(options, 0644));
	assert_int_equal(chmod(secret, 0644), 0);
	assert_true(exposes(options, 0600));
	remove(secret);
}

static void
a_secret_file_holds_one_line(void **state)
{
	static const struct {
		const char *content, *secret; /* NULL: refused */
	} rows[] = {
		{ "word", "word" },
		{ "word\n", "word" },
		{ "two words \r\nand more\n", "two words " },
		{ A80 "\n", A80 },
		{ A80 "a", NULL },
		{ A80 A80 A80, NULL },
		{ "\nword", NULL },
		{ "", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char path[32], text[256], why[CONFIG_ERROR_MAX] = "";
		struct config *config;
		bool good;

		write_file(path, rows[i].content, 0600);
		snprintf(text, sizeof text, S("password-file = %s\n"), path);
		good = config_parse_text("t", text, &config, why, sizeof why);
		remove(path);
		assert_int_equal(good, rows[i].secret != NULL);
		assert_null(strstr(why, "aaaa"));
		if (!good)
			continue;
		assert_string_equal(
		    config->routers[0].sessions[0].guard.password, rows[i].secret);
		config_free(config);
	}
}

static void
a_session_goes_on_unless_its_open_would_differ(void **state)
{
	static const struct {
		const char *text;
		bool equal;
	} rows[] = {
		{ "", true },
		{ "port = 1179\n", true },
		{ "max-prefix = 7\nmax-prefix6 = 8\nlearn-timeout = 9\n", true },
		{ "max-prefix-warning = 7\nmax-prefix-action = warn\n", true },
		{ "max-prefix-restart = 7\nconnect-retry = 7\n", true },
		{ "idle-hold = 7\nsend-hold-time = 7\n", true },
		{ "ttl-security = 1\n", false },
		{ "password = a\n", false },
		{ "ao-key = a\n", false },
		{ "ao-key = a\nao-send-id = 2\n", false },
		{ "ao-receive-id = 2\n", false },
		{ "ao-algorithm = aes-128-cmac\n", false },
		{ "port = 1180\n", false },
		{ "connect = yes\n", false },
		{ "neighbor-port = 1180\n", false },
		{ "neighbor-as = 2\n", false },
		{ "hold-time = 30\n", false },
		{ "families = ipv4\n", false },
		{ "families = ipv6\n", false },
		{ "extended-messages = no\n", false },
		{ "add-path = no\n", false },
	};
	struct config *base = parse(GOOD);
	struct config_session target = base->routers[0].sessions[0];

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char text[512];
		struct config *other;

		snprintf(text, sizeof text, S("%s"), rows[i].text);
		other = parse(text);
		assert_int_equal(config_session_equal(&base->routers[0].sessions[0],
				     &other->routers[0].sessions[0]),
		    rows[i].equal);
		config_free(other);
	}
	(void)state;
	target.communities[target.n_communities++] = 7;
	assert_false(config_session_equal(&target, &base->routers[0].sessions[0]));
	target = base->routers[0].sessions[0];
	target.restart_time_s++;
	assert_false(config_session_equal(&target, &base->routers[0].sessions[0]));
	target = base->routers[0].sessions[0];
	target.long_lived_s++;
	assert_false(config_session_equal(&target, &base->routers[0].sessions[0]));
	target = base->routers[0].sessions[0];
	target.communities[target.n_communities++] = 7;
	assert_true(config_session_same_place(&target, &base->routers[0].sessions[0]));
	target = base->routers[0].sessions[0];
	target.role = CONFIG_TARGET;
	assert_false(config_session_equal(&target, &base->routers[0].sessions[0]));
	config_free(base);
}

static void
sockets_stay_open_unless_their_section_differs(void **state)
{
	static const char *const http[] = { "listen = 127.0.0.1:8009", "listen = {}",
		"socket = /a", "max-connections = 1", "timeout = 1",
		"max-request = 2048", "listen = \"[::1]:8008\"", "allow-changes = yes",
		"hosts = a" };
	static const char *const sflow[] = { "listen = 127.0.0.1:8009",
		"receive-buffer = 70000", "max-agents = 1", "max-sources = 1" };
	struct config *base = parse(GOOD);
	char text[512];

	(void)state;
	for (size_t i = 0; i < sizeof http / sizeof *http; i++) {
		struct config *other;

		snprintf(text, sizeof text, "http { %s }\n" GOOD, http[i]);
		other = parse(text);
		assert_false(config_http_equal(&base->http, &other->http));
		assert_true(config_sflow_equal(&base->sflow, &other->sflow));
		config_free(other);
	}
	for (size_t i = 0; i < sizeof sflow / sizeof *sflow; i++) {
		struct config *other;

		snprintf(text, sizeof text, "sflow { %s }\n" GOOD, sflow[i]);
		other = parse(text);
		assert_false(config_sflow_equal(&base->sflow, &other->sflow));
		assert_true(config_http_equal(&base->http, &other->http));
		config_free(other);
	}
	config_free(base);
}

/* Whatever becomes of the example, there is an answer: a configuration or a sentence.
 */
static void
mutations_are_read_or_refused(void **state)
{
	static const char bytes[] = "{}=\"'#/*,;: \n\t0123456789aZ|+$\\[]()\x80\x01";
	char *example = slurp(EXAMPLE);
	size_t len = strlen(example), good = 0, refused = 0;
	uint32_t seed = 1;

	(void)state;
	for (int round = 0; round < 3000; round++) {
		char *text = strdup(example);
		char why[CONFIG_ERROR_MAX] = "";
		struct config *config = NULL;

		for (int i = 0; i < 1 + round % 3; i++) {
			size_t at;

			seed = seed * 1664525 + 1013904223;
			at = (seed >> 8) % len;
			if (round % 5 == 0)
				text[at] = '\0';
			else if (round % 5 == 1)
				memmove(text + at, text + at + 1,
				    strlen(text + at + 1) + 1);
			else
				text[at] = bytes[seed % (sizeof bytes - 1)];
			len = strlen(text) ? strlen(text) : 1;
		}
		len = strlen(example);
		if (config_parse_text("t", text, &config, why, sizeof why)) {
			good++;
			config_free(config);
		} else {
			refused++;
			assert_true(strncmp(why, "t:", 2) == 0 && strlen(why) > 6);
		}
		free(text);
	}
	assert_true(good > 100 && refused > 100);
	free(example);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_shipped_example_says_what_it_should),
		cmocka_unit_test(every_option_can_have_another_value),
		cmocka_unit_test(every_option_is_in_example_manual_and_test),
		cmocka_unit_test(what_the_example_does_not_say_is_the_default),
		cmocka_unit_test(bad_text_is_refused_with_line_and_word),
		cmocka_unit_test(files_that_cannot_be_read_are_named),
		cmocka_unit_test(secrets_that_everybody_may_read_are_known),
		cmocka_unit_test(a_secret_file_holds_one_line),
		cmocka_unit_test(a_session_goes_on_unless_its_open_would_differ),
		cmocka_unit_test(sockets_stay_open_unless_their_section_differs),
		cmocka_unit_test(mutations_are_read_or_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
