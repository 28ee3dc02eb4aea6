#include "bgp/attr_text.h"

#include <stdio.h>
#include <string.h>

#include "bgp/as_path.h"
#include "bgp/attr.h"
#include "rib/attrs.h"

/* The value of an attribute of four bytes. */
static uint32_t
value_u32(struct rd value, bool *rethas)
{
	*rethas = true;
	return rd_u32(&value);
}

static void
take_attr(struct bgp_attr_fields *fields, const struct bgp_attr *attr)
{
	struct rd value = attr->value;
	size_t len = 4;

	switch (attr->type) {
	case BGP_ATTR_ORIGIN:
		fields->origin = rd_u8(&value);
		break;
	case BGP_ATTR_AS_PATH:
		fields->as_path = value;
		break;
	case BGP_ATTR_MP_REACH:
		len = rd_u8(&value);
		fields->nexthop = nexthop_make(rd_bytes(&value, len), len);
		break;
	case BGP_ATTR_NEXT_HOP:
		fields->nexthop = nexthop_make(rd_bytes(&value, len), len);
		break;
	case BGP_ATTR_MED:
		fields->med = value_u32(value, &fields->has_med);
		break;
	case BGP_ATTR_LOCAL_PREF:
		fields->local_pref = value_u32(value, &fields->has_local_pref);
		break;
	case BGP_ATTR_ORIGINATOR_ID:
		fields->originator_id = value_u32(value, &fields->has_originator_id);
		break;
	case BGP_ATTR_COMMUNITIES:
		fields->communities = value;
		break;
	case BGP_ATTR_EXT_COMMUNITIES:
		fields->ext_communities = value;
		break;
	case BGP_ATTR_LARGE_COMMUNITIES:
		fields->large_communities = value;
		break;
	default:
		break;
	}
}

void
bgp_attr_fields(const struct attrs *attrs, struct bgp_attr_fields *retfields)
{
	struct bgp_attr_fields fields = { .origin = 0 };
	struct bgp_attr attr;
	struct rd rd;

	rd_init(&fields.as_path, NULL, 0);
	fields.communities = fields.as_path;
	fields.ext_communities = fields.large_communities = fields.as_path;
	rd_init(&rd, attrs->bytes, attrs->len);
	while (rd_left(&rd) && bgp_attr_next(&rd, &attr))
		take_attr(&fields, &attr);
	*retfields = fields;
}

const char *
bgp_origin_text(uint8_t origin)
{
	static const char *const names[] = { "IGP", "EGP", "INCOMPLETE" };

	return origin < 3 ? names[origin] : "INCOMPLETE";
}

/* Text that is being put together from items. */
struct text {
	char *at;
	size_t len, cap;
	bool full;
};

static void
text_init(struct text *text, char *at, size_t cap)
{
	*text = (struct text){ .at = at, .cap = cap };
	at[0] = '\0';
}

/* All of the item, or nothing from here on. */
static void
text_add(struct text *text, const char *item)
{
	size_t len = strlen(item);

	if (text->full || text->cap - text->len <= len) {
		text->full = true;
		return;
	}
	memcpy(text->at + text->len, item, len + 1);
	text->len += len;
}

/* How the members of a segment are written; a sequence takes the caller's separator. */
static const struct {
	const char *open, *between, *close;
} segment_forms[] = {
	[BGP_AS_SET] = { "{", ",", "}" },
	[BGP_AS_SEQUENCE] = { "", NULL, "" },
	[BGP_CONFED_SEQUENCE] = { "(", " ", ")" },
	[BGP_CONFED_SET] = { "[", ",", "]" },
};

bool
bgp_as_path_text(struct rd as_path, char separator, char *text, size_t cap)
{
	const char between[] = { separator, '\0' };
	struct bgp_segment segment;
	struct text out;
	char item[32];

	text_init(&out, text, cap);
	while (bgp_segment_next(&as_path, true, &segment)) {
		const char *inner = segment_forms[segment.type].between;

		for (unsigned i = 0; i < segment.count; i++) {
			const char *before = i         ? inner ? inner : between
					     : out.len ? between
						       : "";
			bool last = i + 1u == segment.count;

			snprintf(item, sizeof item, "%s%s%u%s", before,
			    i ? "" : segment_forms[segment.type].open,
			    rd_u32(&segment.members),
			    last ? segment_forms[segment.type].close : "");
			text_add(&out, item);
		}
	}
	return !out.full;
}

/* IANA, "BGP Well-known Communities", in small letters. */
static const struct {
	uint32_t community;
	const char *name;
} well_known[] = {
	{ 0xffff0000, "graceful-shutdown" },
	{ 0xffff0006, "llgr-stale" },
	{ 0xffff0007, "no-llgr" },
	{ 0xffff029a, "blackhole" },
	{ 0xffffff01, "no-export" },
	{ 0xffffff02, "no-advertise" },
	{ 0xffffff03, "no-export-subconfed" },
	{ 0xffffff04, "no-peer" },
};

bool
bgp_community_by_name(const char *name, uint32_t *retcommunity)
{
	for (size_t i = 0; i < sizeof well_known / sizeof *well_known; i++) {
		if (strcmp(well_known[i].name, name) == 0) {
			*retcommunity = well_known[i].community;
			return true;
		}
	}
	return false;
}

void
bgp_community_text(uint32_t community, char *text)
{
	for (size_t i = 0; i < sizeof well_known / sizeof *well_known; i++) {
		if (well_known[i].community == community) {
			snprintf(
			    text, BGP_COMMUNITY_TEXT_MAX, "%s", well_known[i].name);
			return;
		}
	}
	snprintf(text, BGP_COMMUNITY_TEXT_MAX, "%u:%u", community >> 16,
	    community & UINT16_MAX);
}

bool
bgp_community_next(struct rd *communities, char *rettext)
{
	uint32_t community = rd_u32(communities);

	if (!rd_ok(communities))
		return false;
	bgp_community_text(community, rettext);
	return true;
}

/* RFC 4360 4 and 5668 2: targets and origins; the rest is bytes. */
bool
bgp_ext_community_next(struct rd *ext_communities, char *rettext)
{
	uint64_t value = rd_u64(ext_communities);
	unsigned type = (unsigned)(value >> 56) & 0xbf; /* transitive or not */
	unsigned subtype = (unsigned)(value >> 48) & 0xff;
	uint32_t high = (uint32_t)(value >> 16) & UINT32_MAX;
	const char *name = subtype == 2 ? "rt" : "ro";

	if (!rd_ok(ext_communities))
		return false;
	if (type > 2 || subtype < 2 || subtype > 3)
		snprintf(rettext, BGP_COMMUNITY_TEXT_MAX, "0x%016llx",
		    (unsigned long long)value);
	else if (type == 0)
		snprintf(rettext, BGP_COMMUNITY_TEXT_MAX, "%s:%u:%u", name, high >> 16,
		    (uint32_t)value);
	else if (type == 1)
		snprintf(rettext, BGP_COMMUNITY_TEXT_MAX, "%s:%u.%u.%u.%u:%u", name,
		    high >> 24, high >> 16 & 255, high >> 8 & 255, high & 255,
		    (unsigned)value & UINT16_MAX);
	else
		snprintf(rettext, BGP_COMMUNITY_TEXT_MAX, "%s:%u:%u", name, high,
		    (unsigned)value & UINT16_MAX);
	return true;
}

bool
bgp_large_community_next(struct rd *large_communities, char *rettext)
{
	uint32_t administrator = rd_u32(large_communities);
	uint32_t first = rd_u32(large_communities);
	uint32_t second = rd_u32(large_communities);

	if (!rd_ok(large_communities))
		return false;
	snprintf(
	    rettext, BGP_COMMUNITY_TEXT_MAX, "%u:%u:%u", administrator, first, second);
	return true;
}
