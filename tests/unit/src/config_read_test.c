/* What a configuration must not say, and how that is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "config_text.h"

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
	/* what is at fault is told rather than where it is noticed */
	{ "router r {\nrib a {\n\ntarget b {\n}\n}\n",
	    "t:4: no such option 'target' in section 'rib', where braces do not match" },
	{ "router r {\nrib a\nneighbor = ::1\n}\n}\n",
	    "t:3: missing opening brace for section 'rib' in section 'router', where "
	    "braces do not match" },
	{ "log { level = inf\n}\n}\n", "t:3: '}' closes nothing" },
	{ "\xef\xbb\xbflog { }", "t:1: byte 0xef has no place here" },
	{ "router \xe2\x80\x9cr\xe2\x80\x9d { }", "t:1: byte 0xe2 has no place here" },
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
		cmocka_unit_test(bad_text_is_refused_with_line_and_word),
		cmocka_unit_test(a_secret_file_holds_one_line),
		cmocka_unit_test(mutations_are_read_or_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
