/*
 * UPDATEs that other implementations decoded: what they found is what we find. The data
 * is not part of this repository: ARMD_SHARED says where it is, ../shared if it is not
 * set. Without it these tests are skipped.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "bgp/attr_text.h"
#include "bgp/message.h"
#include "bgp/update.h"
#include "helpers/bgp_capture.h"
#include "rib/attrs.h"

#define FILE_MAX (1u << 20)
#define PREFIXES_MAX 512

struct world {
	struct fwkeys *fwkeys;
	struct attrs_table *attrs;
};

static int
setup(void **state)
{
	const struct attrs_limits limits = { .sets = 1000, .bytes = 1 << 20 };
	static struct world world;

	world.fwkeys = fwkeys_new(1000);
	world.attrs = attrs_table_new(world.fwkeys, &limits, 1);
	*state = &world;
	return 0;
}

static int
teardown(void **state)
{
	struct world *world = *state;

	attrs_table_free(world->attrs);
	fwkeys_free(world->fwkeys);
	return 0;
}

/* A whole file with a final zero; skips the test if it is not there. */
static char *
load(const char *name, size_t *retlen)
{
	const char *shared = getenv("ARMD_SHARED");
	char *bytes = mem_alloc(FILE_MAX + 1), path[512];
	FILE *file;

	snprintf(
	    path, sizeof path, "%s/data/bgp/%s", shared ? shared : "../shared", name);
	file = fopen(path, "rb");
	if (!file) {
		print_message("skipped: %s is not there\n", path);
		free(bytes);
		skip();
	}
	*retlen = fread(bytes, 1, FILE_MAX, file);
	fclose(file);
	return bytes;
}

/* --- what we find --- */

struct found {
	struct bgp_update update;
	struct bgp_attr_fields fields; /* of its routes; zero if it announces none */
	char prefixes[PREFIXES_MAX][PREFIX_TEXT_MAX]; /* announced, then withdrawn */
	size_t announced, withdrawn;
	char nexthop[ADDR_TEXT_MAX];
};

static size_t
list(struct found *found, struct bgp_nlri nlri)
{
	struct prefix prefix;
	uint32_t path_id;
	size_t n = 0;

	while (bgp_nlri_next(&nlri, &prefix, &path_id)) {
		size_t at = found->announced + found->withdrawn + n++;

		assert_true(at < PREFIXES_MAX);
		prefix_text(&prefix, found->prefixes[at]);
	}
	return n;
}

/* The UPDATE is to be released by the caller. */
static void
find(const struct world *world, const struct bgp_session_params *params,
    const uint8_t *body, size_t len, struct found *ret)
{
	struct bgp_update *update = &ret->update;
	struct addr nexthop;
	uint32_t attrs;

	memset(ret, 0, sizeof *ret);
	bgp_update_decode(params, world->attrs, world->fwkeys, body, len, update);
	ret->announced += list(ret, update->announced);
	ret->announced += list(ret, update->mp_announced);
	ret->withdrawn += list(ret, update->withdrawn);
	ret->withdrawn += list(ret, update->mp_withdrawn);
	attrs = update->attrs ? update->attrs : update->mp_attrs;
	if (!attrs)
		return;
	bgp_attr_fields(attrs_at(world->attrs, attrs), &ret->fields);
	nexthop = nexthop_addr(&ret->fields.nexthop);
	addr_text(&nexthop, ret->nexthop);
}

static bool
announces(const struct found *found, const char *prefix)
{
	for (size_t i = 0; i < found->announced; i++)
		if (strcmp(found->prefixes[i], prefix) == 0)
			return true;
	return false;
}

/* --- ExaBGP's vectors --- */

/* What it announces of a family; *retn more. False if it differs from what we found. */
static bool
same_family(
    json_t *announce, const char *family, const struct found *found, size_t *retn)
{
	const char *nexthop;
	json_t *routes, *route;
	size_t i;

	json_object_foreach (json_object_get(announce, family), nexthop, routes) {
		json_array_foreach (routes, i, route) {
			const char *nlri = json_string_value(
			    json_object_get(route, "nlri"));

			if (!nlri || !announces(found, nlri) ||
			    strcmp(found->nexthop, nexthop) != 0)
				return false;
			++*retn;
		}
	}
	return true;
}

static bool
same_number(json_t *attributes, const char *name, bool has, uint32_t number)
{
	json_t *value = json_object_get(attributes, name);

	return (value != NULL) == has && (!has || json_number_value(value) == number);
}

/* [[1, 2], …] and "1:2", …: how many, and the text of the first. */
static bool
same_communities(json_t *list, struct rd communities, size_t parts)
{
	size_t size = parts * (parts == 2 ? 2 : 4);

	if (rd_left(&communities) != json_array_size(list) * size)
		return false;
	for (size_t i = 0; i < json_array_size(list); i++)
		for (size_t k = 0; k < parts; k++) {
			double number = json_number_value(
			    json_array_get(json_array_get(list, i), k));

			if (number !=
			    (parts == 2 ? rd_u16(&communities) : rd_u32(&communities)))
				return false;
		}
	return true;
}

static bool
same_path(json_t *path, struct rd as_path)
{
	char ours[1024], theirs[1024] = "";
	const char *key;
	json_t *segment, *as;
	size_t i, len = 0;

	json_object_foreach (path, key, segment)
		json_array_foreach (json_object_get(segment, "value"), i, as)
			len += (size_t)snprintf(theirs + len, sizeof theirs - len,
			    "%s%.0f", len ? " " : "", json_number_value(as));
	assert_true(bgp_as_path_text(as_path, ' ', ours, sizeof ours));
	return strcmp(ours, theirs) == 0;
}

static bool
same_attributes(json_t *attributes, const struct bgp_attr_fields *fields)
{
	static const char *const origins[] = { "igp", "egp", "incomplete" };
	const char *origin = json_string_value(json_object_get(attributes, "origin"));

	return origin && strcmp(origin, origins[fields->origin]) == 0 &&
	       same_number(attributes, "med", fields->has_med, fields->med) &&
	       same_number(attributes, "local-preference", fields->has_local_pref,
		   fields->local_pref) &&
	       same_path(json_object_get(attributes, "as-path"), fields->as_path) &&
	       same_communities(
		   json_object_get(attributes, "community"), fields->communities, 2) &&
	       same_communities(json_object_get(attributes, "large-community"),
		   fields->large_communities, 3);
}

/* True if we find in an UPDATE just what ExaBGP does. */
static bool
same_update(json_t *update, const struct found *found)
{
	json_t *announce = json_object_get(update, "announce");
	size_t n = 0;

	return same_family(announce, "ipv4 unicast", found, &n) &&
	       same_family(announce, "ipv6 unicast", found, &n) &&
	       n == found->announced && found->withdrawn == 0 &&
	       found->update.fault.verdict == BGP_ACCEPT &&
	       same_attributes(json_object_get(update, "attribute"), &found->fields);
}

static json_t *
at_path(json_t *root, const char *a, const char *b, const char *c)
{
	return json_object_get(json_object_get(json_object_get(root, a), b), c);
}

/* The words of a line, apart by tabs: file, command, hexadecimal message, JSON. */
static bool
take_vector(const struct world *world, char *line, unsigned *retsame)
{
	struct bgp_session_params params = {
		.as4 = true, .family = { true, true }, .extended_nexthop = true
	};
	char *file = strsep(&line, "\t"), *hex;
	static struct found found;
	json_t *root, *update, *announce;
	uint8_t bytes[4096];
	size_t size;
	bool same;

	strsep(&line, "\t");
	hex = strsep(&line, "\t");
	if (!line || strncmp(hex, "FFFFFFFF", 8) != 0)
		return false;
	/* it holds numbers greater than jansson's integers */
	root = json_loads(line, JSON_DECODE_INT_AS_REAL, NULL);
	update = at_path(root, "neighbor", "message", "update");
	announce = json_object_get(update, "announce");
	if (!json_object_get(announce, "ipv4 unicast") &&
	    !json_object_get(announce, "ipv6 unicast")) {
		json_decref(root);
		return false;
	}
	size = strlen(hex) / 2;
	assert_true(size <= sizeof bytes);
	for (size_t i = 0; i < size; i++)
		assert_int_equal(sscanf(hex + 2 * i, "%2hhx", &bytes[i]), 1);
	params.add_path[FAMILY_IPV4] = params.add_path[FAMILY_IPV6] =
	    strstr(file, "addpath") || strstr(file, "path-information");
	find(world, &params, bytes + BGP_HEADER_LEN, size - BGP_HEADER_LEN, &found);
	same = same_update(update, &found);
	*retsame += same;
	if (!same)
		print_message("%s: %s\n", file,
		    found.update.fault.reason ? found.update.fault.reason : "differs");
	bgp_update_release(world->attrs, &found.update);
	json_decref(root);
	return true;
}

/*
 * Two differ: routes by 255.255.255.255, to which no packet can be sent, and an IPv6
 * route by an IPv4 next hop, which no RFC has.
 */
static void
vectors_are_understood_alike(void **state)
{
	unsigned n = 0, same = 0;
	size_t len;
	char *text = load("messages/exabgp-vectors-a.tsv", &len), *rest = text, *line;

	while ((line = strsep(&rest, "\n")))
		n += take_vector(*state, line, &same);
	free(text);
	assert_int_equal(n, 34);
	assert_int_equal(same, n - 2);
}

/* --- a capture of many sessions, decoded by NetGauze --- */

/* A decoded attribute's value by its name and field, or NULL. */
static json_t *
attribute(json_t *update, const char *name, const char *field)
{
	json_t *attr, *value;
	size_t i;

	json_array_foreach (json_object_get(update, "path_attributes"), i, attr)
		if ((value = at_path(attr, "value", name, field)))
			return value;
	return NULL;
}

/* True if `list` names the prefixes of `found` from `at` on; *ret is behind them. */
static bool
same_list(json_t *list, const struct found *found, size_t at, size_t *ret)
{
	for (size_t i = 0; i < json_array_size(list); i++, at++) {
		const char *network = json_string_value(
		    json_object_get(json_array_get(list, i), "network"));

		if (at >= found->announced + found->withdrawn || !network ||
		    strcmp(network, found->prefixes[at]) != 0)
			return false;
	}
	*ret = at;
	return true;
}

static bool
same_decoded(json_t *update, const struct found *found)
{
	json_t *reach = attribute(update, "MpReach", "Ipv6Unicast");
	json_t *med = attribute(update, "MultiExitDiscriminator", "metric");
	json_t *local_pref = attribute(update, "LocalPreference", "metric");
	json_t *nexthop = attribute(update, "NextHop", "next_hop");
	size_t at = 0;

	if (!same_list(json_object_get(update, "nlri"), found, at, &at) ||
	    !same_list(json_object_get(reach, "nlri"), found, at, &at) ||
	    at != found->announced ||
	    !same_list(json_object_get(update, "withdrawn_routes"), found, at, &at) ||
	    !same_list(
		json_object_get(attribute(update, "MpUnreach", "Ipv6Unicast"), "nlri"),
		found, at, &at) ||
	    at != found->announced + found->withdrawn)
		return false;
	if (reach)
		nexthop = json_object_get(reach, "next_hop_global");
	return found->announced == 0 ||
	       (strcmp(json_string_value(nexthop), found->nexthop) == 0 &&
		   (med != NULL) == found->fields.has_med &&
		   (!med || json_integer_value(med) == found->fields.med) &&
		   (local_pref != NULL) == found->fields.has_local_pref &&
		   (!local_pref ||
		       json_integer_value(local_pref) == found->fields.local_pref));
}

/* True if one of the UPDATEs in the capture is the one decoded. */
static bool
is_in_capture(
    const struct world *world, json_t *update, const uint8_t *bytes, size_t len)
{
	const struct bgp_session_params params = { .as4 = true,
		.family = { true, true } };
	static struct found found;
	struct bgp_frame frame;
	bool same = false;
	size_t at = 0;

	while (!same && bgp_capture_next(bytes, len, &at, &frame)) {
		find(world, &params, frame.body, frame.body_len, &found);
		same = same_decoded(update, &found);
		bgp_update_release(world->attrs, &found.update);
	}
	return same;
}

static void
a_capture_is_understood_alike(void **state)
{
	size_t text_len, len;
	char *text = load("pcap/multiple-sessions.decoded.json", &text_len);
	char *bytes = load("pcap/multiple-sessions.pcap", &len), *rest = text, *line;
	unsigned n = 0;

	while ((line = strsep(&rest, "\n"))) {
		json_t *root = json_loads(line, JSON_DECODE_ANY, NULL);
		json_t *update = json_object_get(root, "Update");

		if (update) {
			n++;
			if (!is_in_capture(*state, update, (const uint8_t *)bytes, len))
				fail_msg("not found: %s", line);
		}
		json_decref(root);
	}
	free(text);
	free(bytes);
	assert_int_equal(n, 36);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(vectors_are_understood_alike),
		TEST(a_capture_is_understood_alike),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
