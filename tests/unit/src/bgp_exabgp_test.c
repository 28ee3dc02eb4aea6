/* ExaBGP's vectors: UPDATEs and an OPEN, and what it reads in them. */
#include "bgp_decoded.h"

static bool
announces(const struct found *found, const char *prefix)
{
	for (size_t i = 0; i < found->announced; i++)
		if (strcmp(found->prefixes[i], prefix) == 0)
			return true;
	return false;
}

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

/* How many vectors of a kind there were, and how many we read as ExaBGP does. */
struct tally {
	unsigned ours, same; /* UPDATEs of IPv4 and IPv6 unicast */
	unsigned others;     /* of other families, passed over */
	unsigned opens;
};

static void
take_update(const struct world *world, const char *file, json_t *update,
    const uint8_t *body, size_t len, struct tally *tally)
{
	struct bgp_session_params params = {
		.as4 = true, .family = { true, true }, .extended_nexthop = true
	};
	json_t *announce = json_object_get(update, "announce");
	static struct found found;

	params.add_path[FAMILY_IPV4] = params.add_path[FAMILY_IPV6] =
	    strstr(file, "addpath") || strstr(file, "path-information");
	find(world, &params, body, len, &found);
	if (!json_object_get(announce, "ipv4 unicast") &&
	    !json_object_get(announce, "ipv6 unicast")) {
		assert_int_equal(found.update.fault.verdict, BGP_ACCEPT);
		assert_int_equal(found.announced + found.withdrawn, 0);
		tally->others += found.update.ignored;
	} else {
		bool same = same_update(update, &found);

		tally->ours++;
		tally->same += same;
		if (!same)
			print_message("%s: %s\n", file,
			    found.update.fault.reason ? found.update.fault.reason
						      : "differs");
	}
	bgp_update_release(world->attrs, &found.update);
}

static void
take_open(json_t *message, const uint8_t *body, size_t len)
{
	json_t *neighbor = json_object_get(message, "neighbor");
	json_t *shown = json_object_get(neighbor, "open");
	struct bgp_error error;
	struct bgp_open open;

	assert_true(bgp_open_decode(body, len, &open, &error));
	assert_true(open.as == json_number_value(json_object_get(shown, "asn")));
	assert_true(
	    open.hold_s == json_number_value(json_object_get(shown, "hold_time")));
	assert_true(
	    is_id(open.id, json_string_value(json_object_get(shown, "router_id"))));
	assert_true(open.caps.as4);
	assert_int_equal(open.caps.families, BGP_FAMILY_BIT(FAMILY_IPV4));
}

/* The words of a line, apart by tabs: file, command, hexadecimal message, JSON. */
static void
take_vector(const struct world *world, char *line, struct tally *tally)
{
	char *file = strsep(&line, "\t"), *hex;
	uint8_t bytes[4096];
	json_t *root, *update;
	size_t size;

	strsep(&line, "\t");
	hex = strsep(&line, "\t");
	if (!line || strncmp(hex, "FFFFFFFF", 8) != 0)
		return;
	size = strlen(hex) / 2;
	assert_true(size <= sizeof bytes);
	for (size_t i = 0; i < size; i++)
		assert_int_equal(sscanf(hex + 2 * i, "%2hhx", &bytes[i]), 1);
	/* it holds numbers greater than jansson's integers */
	root = json_loads(line, JSON_DECODE_INT_AS_REAL, NULL);
	update = at_path(root, "neighbor", "message", "update");
	if (update)
		take_update(world, file, update, bytes + BGP_HEADER_LEN,
		    size - BGP_HEADER_LEN, tally);
	else if (json_object_get(json_object_get(root, "neighbor"), "open")) {
		take_open(root, bytes + BGP_HEADER_LEN, size - BGP_HEADER_LEN);
		tally->opens++;
	}
	json_decref(root);
}

/*
 * Two differ: routes by 255.255.255.255, to which no packet can be sent, and an IPv6
 * route by an IPv4 next hop, which no RFC has.
 */
static void
vectors_are_understood_alike(void **state)
{
	struct tally tally = { 0 };
	size_t len;
	char *text = (char *)shared_load("bgp/messages/exabgp-vectors-a.tsv", &len),
	     *rest = text, *line;

	while ((line = strsep(&rest, "\n")))
		take_vector(*state, line, &tally);
	free(text);
	assert_int_equal(tally.ours, 34);
	assert_int_equal(tally.same, tally.ours - 2);
	assert_int_equal(tally.others, 30);
	assert_int_equal(tally.opens, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    vectors_are_understood_alike, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
