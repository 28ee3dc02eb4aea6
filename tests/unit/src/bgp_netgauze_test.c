/* A capture of many sessions, and what NetGauze reads in it. */
#include "bgp_decoded.h"
#include "helpers/bgp_capture.h"

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

/* What a decoded OPEN offers: its families and its AS. */
static void
read_capabilities(json_t *open, uint8_t *retfamilies, uint32_t *retas)
{
	json_t *parameter;
	size_t i;

	*retfamilies = 0;
	json_array_foreach (json_object_get(open, "params"), i, parameter) {
		json_t *capability = json_array_get(
		    json_object_get(parameter, "Capabilities"), 0);
		json_t *as = json_object_get(
		    json_object_get(capability, "FourOctetAs"), "asn4");
		json_t *family = json_object_get(
		    json_object_get(capability, "MultiProtocolExtensions"),
		    "address_type");

		if (as)
			*retas = (uint32_t)json_integer_value(as);
		if (family)
			*retfamilies |= (uint8_t)BGP_FAMILY_BIT(
			    strcmp(json_string_value(family), "Ipv4Unicast") == 0
				? FAMILY_IPV4
				: FAMILY_IPV6);
	}
}

/* True if one of the OPENs in the capture is the one decoded. */
static bool
has_open(json_t *shown, const uint8_t *bytes, size_t len)
{
	const char *id = json_string_value(json_object_get(shown, "bgp_id"));
	json_t *hold_time = json_object_get(shown, "hold_time");
	struct bgp_frame frame;
	struct bgp_error error;
	struct bgp_open open;
	bool found = false;
	uint8_t families;
	size_t at = 0;
	uint32_t as;

	read_capabilities(shown, &families, &as);
	while (!found && bgp_capture_message(bytes, len, &at, &frame)) {
		if (frame.type != BGP_OPEN)
			continue;
		assert_true(bgp_open_decode(frame.body, frame.body_len, &open, &error));
		found = is_id(open.id, id) && open.caps.families == families &&
			open.caps.as4 && open.as == as && open.caps.refresh &&
			open.hold_s == json_integer_value(hold_time);
	}
	return found;
}

static void
a_capture_is_understood_alike(void **state)
{
	size_t text_len, len;
	char *text = (char *)shared_load(
	    "bgp/pcap/multiple-sessions.decoded.json", &text_len);
	uint8_t *bytes = shared_load("bgp/pcap/multiple-sessions.pcap", &len);
	char *rest = text, *line;
	unsigned n = 0, opens = 0;

	while ((line = strsep(&rest, "\n"))) {
		json_t *root = json_loads(line, JSON_DECODE_ANY, NULL);
		json_t *update = json_object_get(root, "Update");
		json_t *open = json_object_get(root, "Open");

		if (open) {
			opens++;
			if (!has_open(open, bytes, len))
				fail_msg("not found: %s", line);
		}
		if (update) {
			n++;
			if (!is_in_capture(*state, update, bytes, len))
				fail_msg("not found: %s", line);
		}
		json_decref(root);
	}
	free(text);
	free(bytes);
	assert_int_equal(n, 36);
	assert_int_equal(opens, 8);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    a_capture_is_understood_alike, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
