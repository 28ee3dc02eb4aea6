#include "bgp/update.h"

#include <string.h>

#include "bgp/mp.h"
#include "bgp/normal.h"
#include "rib/attrs.h"

/* A message while it is decoded. */
struct decoder {
	const struct bgp_session_params *params;
	struct attrs_table *table;
	struct fwkeys *fwkeys;
	struct rd attrs;
	bool nlri;      /* there are routes in the IPv4 field, ours or not */
	bool cut;       /* the attributes do not end where they should */
	size_t n_attrs; /* as far as they could be read */
	bool reach;     /* there is an MP_REACH_NLRI, and an MP_UNREACH_NLRI */
	bool unreach;
	struct bgp_mp mp_reach, mp_unreach;
	struct rd reach_raw; /* MP_REACH_NLRI as it stands in the message */
	struct bgp_fault fault;
};

static void
reset(struct bgp_fault *fault, enum bgp_update_error subcode, uint8_t type,
    struct rd where, const char *reason)
{
	*fault = (struct bgp_fault){
		.verdict = BGP_RESET,
		.type = type,
		.subcode = (uint8_t)subcode,
		.reason = reason,
		.where = where,
	};
}

/* MP_REACH_NLRI or MP_UNREACH_NLRI; anything but another flag costs the session. */
static void
read_mp(struct decoder *decoder, const struct bgp_attr *attr)
{
	bool is_reach = attr->type == BGP_ATTR_MP_REACH;
	bool *seen = is_reach ? &decoder->reach : &decoder->unreach;
	struct bgp_fault fault;
	const char *reason;
	struct rd raw;

	rd_init(&raw, attr->raw, attr->raw_len);
	if (*seen) { /* RFC 7606 3 g */
		reset(&decoder->fault, BGP_UPDATE_MALFORMED_LIST, attr->type, raw,
		    "more than one");
		return;
	}
	*seen = true;
	if (is_reach)
		decoder->reach_raw = raw;
	if (bgp_attr_check(decoder->params, attr, &fault) != BGP_ACCEPT)
		bgp_fault_raise(&decoder->fault, fault);
	reason = is_reach
		     ? bgp_mp_reach(decoder->params, attr->value, &decoder->mp_reach)
		     : bgp_mp_unreach(
			   decoder->params, attr->value, &decoder->mp_unreach);
	if (reason)
		reset(
		    &decoder->fault, BGP_UPDATE_BAD_OPTIONAL, attr->type, raw, reason);
}

/* Walks over the heads of the attributes, for those that hold routes. */
static void
scan(struct decoder *decoder)
{
	struct rd attrs = decoder->attrs;
	struct bgp_attr attr;

	while (rd_left(&attrs) && decoder->fault.verdict < BGP_RESET) {
		if (!bgp_attr_next(&attrs, &attr)) {
			decoder->cut = true;
			return;
		}
		decoder->n_attrs++;
		if (attr.type == BGP_ATTR_MP_REACH || attr.type == BGP_ATTR_MP_UNREACH)
			read_mp(decoder, &attr);
	}
}

/*
 * The set of attributes of the routes in the IPv4 field, or with `mp` of those in
 * MP_REACH_NLRI, with a reference; 0 if they are to be treated as withdrawn.
 */
static uint32_t
learn(struct decoder *decoder, const struct nexthop *mp)
{
	const struct bgp_session_params *params = decoder->params;
	uint8_t context = bgp_normal_context(params, mp != NULL);
	struct bgp_fault fault = { .verdict = BGP_ACCEPT };
	uint8_t bytes[ATTRS_LEN_MAX];
	struct nexthop nexthop;
	uint32_t id = 0, fwkey;
	struct wr wr;

	wr_init(&wr, bytes, sizeof bytes);
	if (params->as4 && !decoder->cut) {
		bgp_normal_excise(&wr, decoder->attrs, mp);
		if (!wr.full)
			id = attrs_find(decoder->table, context, bytes, wr.len);
		if (id) {
			attrs_ref(decoder->table, id);
			return id;
		}
	}
	wr_init(&wr, bytes, sizeof bytes);
	bgp_normal_make(&wr, params, decoder->attrs, mp, true, &nexthop, &fault);
	if (fault.type == BGP_ATTR_MP_REACH)
		fault.where = decoder->reach_raw;
	bgp_fault_raise(&decoder->fault, fault);
	if (fault.verdict >= BGP_TREAT_AS_WITHDRAW)
		return 0;
	fwkey = fwkey_intern(decoder->fwkeys, &nexthop, 1);
	if (fwkey)
		id = attrs_intern(decoder->table, context, bytes, wr.len, fwkey);
	fwkey_unref(decoder->fwkeys, fwkey);
	if (!id)
		bgp_fault_raise(&decoder->fault,
		    (struct bgp_fault){ .verdict = BGP_TREAT_AS_WITHDRAW,
			.reason = "no room for more attributes" });
	return id;
}

/*
 * Without announced routes, which could be treated as withdrawn, a malformed attribute
 * list may hide some, and only a reset is safe. RFC 7606 5.2
 */
static void
check_without_routes(struct decoder *decoder)
{
	struct bgp_fault fault = { .verdict = BGP_ACCEPT };
	uint8_t bytes[ATTRS_LEN_MAX];
	struct nexthop nexthop;
	struct wr wr;

	wr_init(&wr, bytes, sizeof bytes);
	bgp_normal_make(
	    &wr, decoder->params, decoder->attrs, NULL, false, &nexthop, &fault);
	if (fault.verdict == BGP_TREAT_AS_WITHDRAW) {
		fault.verdict = BGP_RESET;
		fault.subcode = BGP_UPDATE_MALFORMED_LIST;
	}
	bgp_fault_raise(&decoder->fault, fault);
}

static bool
is_empty(const struct bgp_nlri *nlri)
{
	return rd_left(&nlri->rd) == 0;
}

/* An UPDATE without routes, or one with an empty MP_UNREACH_NLRI alone. RFC 4724 2 */
static void
find_eor(const struct decoder *decoder, size_t len, struct bgp_update *update)
{
	const struct bgp_mp *mp = &decoder->mp_unreach;

	if (len == 4) {
		update->eor = decoder->params->family[FAMILY_IPV4];
		update->eor_family = FAMILY_IPV4;
	} else if (decoder->n_attrs == 1 && mp->ours && is_empty(&mp->nlri) &&
		   is_empty(&update->withdrawn) && is_empty(&update->announced) &&
		   !update->ignored) {
		update->eor = true;
		update->eor_family = mp->nlri.family;
	}
}

/* The sets of attributes of both kinds of routes, as far as there are any. */
static void
learn_sets(struct decoder *decoder, struct bgp_update *update)
{
	if (!decoder->reach && !decoder->nlri) {
		check_without_routes(decoder);
		return;
	}
	if (decoder->fault.verdict >= BGP_TREAT_AS_WITHDRAW)
		return;
	if (!is_empty(&update->mp_announced))
		update->mp_attrs = learn(decoder, &decoder->mp_reach.nexthop);
	if (!is_empty(&update->announced))
		update->attrs = learn(decoder, NULL);
}

/* What is left to do in a message of `len` bytes whose attributes are not known. */
static void
decode_attrs(struct decoder *decoder, size_t len, struct bgp_update *update)
{
	scan(decoder);
	if (decoder->fault.verdict < BGP_RESET) {
		update->ignored += decoder->unreach && !decoder->mp_unreach.ours;
		update->ignored += decoder->reach && !decoder->mp_reach.ours;
		update->mp_withdrawn = decoder->mp_unreach.nlri;
		update->mp_announced = decoder->mp_reach.nlri;
		learn_sets(decoder, update);
		find_eor(decoder, len, update);
	}
	update->fault = decoder->fault;
}

/* An IPv4 field, or nothing if the session does not speak IPv4. */
static struct bgp_nlri
ipv4_field(
    const struct bgp_session_params *params, struct rd rd, struct bgp_update *update)
{
	if (!params->family[FAMILY_IPV4] && rd_left(&rd)) {
		update->ignored++;
		rd_init(&rd, NULL, 0);
	}
	return bgp_nlri_make(params, FAMILY_IPV4, rd);
}

/* One in the IPv4 fields, without which we do not know where the next one begins. */
static void
refuse_prefix(struct bgp_fault *fault, struct bgp_nlri nlri)
{
	struct rd where;
	const char *reason = bgp_nlri_fault(nlri, &where);

	reset(fault, BGP_UPDATE_BAD_NETWORK, 0, where, reason);
}

/*
 * The case to be fast in: routes in the IPv4 field with attributes seen before. A set
 * in this context contains no MP_ attributes, so there are none.
 */
static bool
find_known(const struct bgp_session_params *params, struct attrs_table *table,
    struct rd attrs, struct bgp_update *update)
{
	if (!params->as4 || is_empty(&update->announced))
		return false;
	update->attrs = attrs_find(
	    table, bgp_normal_context(params, false), attrs.at, rd_left(&attrs));
	attrs_ref(table, update->attrs);
	return update->attrs != 0;
}

enum bgp_verdict
bgp_update_decode(const struct bgp_session_params *params, struct attrs_table *table,
    struct fwkeys *fwkeys, const uint8_t *body, size_t len,
    struct bgp_update *retupdate)
{
	struct bgp_update *update = retupdate;
	struct rd rd, withdrawn, attrs;
	size_t withdrawn_len, attrs_len;

	memset(update, 0, sizeof *update);
	rd_init(&rd, body, len);
	withdrawn_len = rd_u16(&rd);
	withdrawn = rd_sub(&rd, withdrawn_len);
	attrs_len = rd_u16(&rd);
	attrs = rd_sub(&rd, attrs_len);
	update->withdrawn = ipv4_field(params, withdrawn, update);
	update->announced = ipv4_field(params, rd, update);
	if (!rd_ok(&rd))
		reset(&update->fault, BGP_UPDATE_MALFORMED_LIST, 0, rd,
		    "lengths do not add up");
	else if (!bgp_nlri_valid(update->withdrawn))
		refuse_prefix(&update->fault, update->withdrawn);
	else if (!bgp_nlri_valid(update->announced))
		refuse_prefix(&update->fault, update->announced);
	else if (!find_known(params, table, attrs, update))
		decode_attrs(&(struct decoder){ .params = params,
				 .table = table,
				 .fwkeys = fwkeys,
				 .attrs = attrs,
				 .nlri = rd_left(&rd) > 0 },
		    len, update);
	if (update->fault.verdict == BGP_RESET) {
		struct bgp_fault fault = update->fault;

		bgp_update_release(table, update);
		memset(update, 0, sizeof *update);
		update->fault = fault;
	}
	return update->fault.verdict;
}

void
bgp_update_release(struct attrs_table *table, struct bgp_update *update)
{
	attrs_unref(table, update->attrs);
	attrs_unref(table, update->mp_attrs);
	update->attrs = update->mp_attrs = 0;
}
