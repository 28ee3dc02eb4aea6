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

#include "config.h"
#include "config_schema.h"
#include "config_text.h"

#define OTHER "tests/data/config/other.conf"

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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_shipped_example_says_what_it_should),
		cmocka_unit_test(every_option_can_have_another_value),
		cmocka_unit_test(every_option_is_in_example_manual_and_test),
		cmocka_unit_test(what_the_example_does_not_say_is_the_default),
		cmocka_unit_test(files_that_cannot_be_read_are_named),
		cmocka_unit_test(secrets_that_everybody_may_read_are_known),
		cmocka_unit_test(a_session_goes_on_unless_its_open_would_differ),
		cmocka_unit_test(sockets_stay_open_unless_their_section_differs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
