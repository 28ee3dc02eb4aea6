#include "bgp/as_path.h"

#include "bgp/open.h"

static bool
is_confed(uint8_t type)
{
	return type == BGP_CONFED_SEQUENCE || type == BGP_CONFED_SET;
}

bool
bgp_segment_next(struct rd *path, bool as4, struct bgp_segment *retsegment)
{
	if (rd_left(path) == 0)
		return false;
	retsegment->type = rd_u8(path);
	retsegment->count = rd_u8(path);
	retsegment->members = rd_sub(path, (size_t)retsegment->count * (as4 ? 4 : 2));
	return rd_ok(path);
}

uint32_t
bgp_as_next(struct rd *members, bool as4)
{
	return as4 ? rd_u32(members) : rd_u16(members);
}

const char *
bgp_as_path_check(struct rd path, bool as4, bool confed)
{
	struct bgp_segment segment;

	while (bgp_segment_next(&path, as4, &segment)) {
		if (segment.type < BGP_AS_SET || segment.type > BGP_CONFED_SET)
			return "unknown segment type";
		if (segment.count == 0)
			return "empty segment";
		if (is_confed(segment.type) && !confed)
			return "confederation segment";
		while (rd_left(&segment.members)) {
			if (bgp_as_next(&segment.members, as4) == 0)
				return "AS 0";
		}
	}
	return rd_ok(&path) ? NULL : "segment cut short";
}

bool
bgp_as_path_has(struct rd path, uint32_t as)
{
	struct bgp_segment segment;

	while (bgp_segment_next(&path, true, &segment)) {
		while (rd_left(&segment.members)) {
			if (rd_u32(&segment.members) == as)
				return true;
		}
	}
	return false;
}

bool
bgp_as_path_originates(struct rd path, uint32_t as)
{
	struct bgp_segment segment;
	bool found = false;

	while (bgp_segment_next(&path, true, &segment)) {
		if (is_confed(segment.type))
			continue;
		found = false;
		while (rd_left(&segment.members)) {
			bool same = rd_u32(&segment.members) == as;

			found = same || (found && segment.type == BGP_AS_SET);
		}
	}
	return found;
}

bool
bgp_as_path_is_wide(struct rd path)
{
	struct bgp_segment segment;

	while (bgp_segment_next(&path, true, &segment)) {
		while (rd_left(&segment.members)) {
			if (rd_u32(&segment.members) > UINT16_MAX)
				return true;
		}
	}
	return false;
}

/* Writes the first `count` members of a segment in the width asked for. */
static void
put_segment(struct wr *wr, struct bgp_segment segment, bool from_as4, bool to_as4,
    uint8_t count)
{
	wr_u8(wr, segment.type);
	wr_u8(wr, count);
	for (; count; count--) {
		uint32_t as = bgp_as_next(&segment.members, from_as4);

		if (to_as4)
			wr_u32(wr, as);
		else
			wr_u16(wr, as > UINT16_MAX ? BGP_AS_TRANS : (uint16_t)as);
	}
}

/* AS numbers as the merge counts them: a set is one, a confederation none. */
static size_t
count_path(struct rd path, bool as4)
{
	struct bgp_segment segment;
	size_t count = 0;

	while (bgp_segment_next(&path, as4, &segment)) {
		if (segment.type == BGP_AS_SEQUENCE)
			count += segment.count;
		else if (segment.type == BGP_AS_SET)
			count++;
	}
	return count;
}

void
bgp_as_path_merge(struct wr *wr, struct rd path, struct rd as4_path)
{
	struct bgp_segment segment;
	size_t have = count_path(path, false);
	size_t known = count_path(as4_path, true);
	bool use = known && known <= have;
	size_t lead = use ? have - known : have;
	bool leading = true; /* all so far was taken */

	while (leading && bgp_segment_next(&path, false, &segment)) {
		size_t take = segment.count;

		if (segment.type == BGP_AS_SEQUENCE) {
			take = take < lead ? take : lead;
			lead -= take;
		} else if (segment.type == BGP_AS_SET) {
			take = lead ? take : 0;
			lead -= lead != 0;
		}
		leading = take == segment.count;
		if (take)
			put_segment(wr, segment, false, true, (uint8_t)take);
	}
	if (use)
		bgp_as_path_plain(wr, as4_path);
}

void
bgp_as_path_narrow(struct wr *wr, struct rd path)
{
	struct bgp_segment segment;

	while (bgp_segment_next(&path, true, &segment))
		put_segment(wr, segment, true, false, segment.count);
}

void
bgp_as_path_plain(struct wr *wr, struct rd path)
{
	struct bgp_segment segment;

	while (bgp_segment_next(&path, true, &segment)) {
		if (!is_confed(segment.type))
			put_segment(wr, segment, true, true, segment.count);
	}
}

void
bgp_as_path_prepend(struct wr *wr, struct rd path, uint32_t as)
{
	struct rd rest = path;
	struct bgp_segment first;
	bool join = bgp_segment_next(&rest, true, &first) &&
		    first.type == BGP_AS_SEQUENCE && first.count < UINT8_MAX;

	wr_u8(wr, BGP_AS_SEQUENCE);
	wr_u8(wr, join ? (uint8_t)(first.count + 1) : 1);
	wr_u32(wr, as);
	if (join) {
		wr_bytes(wr, first.members.at, rd_left(&first.members));
		path = rest;
	}
	wr_bytes(wr, path.at, rd_left(&path));
}
