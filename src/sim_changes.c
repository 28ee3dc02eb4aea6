#include "sim_changes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/wire.h"
#include "bgp/message.h"
#include "bgp/update.h"
#include "rib/attrs.h"
#include "rib/nexthop.h"
#include "sim_file.h"
#include "sim_mrt.h"
#include "sim_rib.h"
#include "sim_text.h"

/* RFC 6396 4.4, RFC 8050 3 */
enum {
	MESSAGE = 1,
	MESSAGE_AS4 = 4,
	MESSAGE_LOCAL = 6,
	MESSAGE_AS4_LOCAL = 7,
	MESSAGE_ADDPATH = 8,
	MESSAGE_AS4_ADDPATH = 9,
	MESSAGE_LOCAL_ADDPATH = 10,
	MESSAGE_AS4_LOCAL_ADDPATH = 11,
};

/* What is left of an UPDATE, in the order in which it is to be acted on. */
#define FIELDS 4

struct sim_changes {
	struct sim_file *file;
	struct sim_rib *rib;
	bool mrt;
	uint64_t us;    /* of the latest change */
	uint32_t attrs; /* of the latest line, a reference */
	struct bgp_update update;
	struct bgp_nlri *fields[FIELDS];
	uint32_t field_attrs[FIELDS];
	unsigned field; /* FIELDS: a record is to be read */
	uint64_t skipped;
};

struct sim_changes *
sim_changes_take(struct sim_file *file, struct sim_rib *rib)
{
	struct sim_changes *changes = mem_alloc(sizeof *changes);

	changes->file = file;
	changes->rib = rib;
	changes->mrt = sim_mrt_is(file);
	changes->field = FIELDS;
	return changes;
}

struct sim_changes *
sim_changes_open(const char *path, struct sim_rib *rib, char *reterr)
{
	struct sim_file *file = sim_file_open(path, reterr, SIM_ERROR_MAX);

	return file ? sim_changes_take(file, rib) : NULL;
}

static void
release(struct sim_changes *changes)
{
	attrs_unref(changes->rib->attrs, changes->attrs);
	changes->attrs = 0;
	if (changes->field < FIELDS)
		bgp_update_release(changes->rib->attrs, &changes->update);
	changes->field = FIELDS;
}

void
sim_changes_close(struct sim_changes *changes)
{
	if (!changes)
		return;
	release(changes);
	sim_file_close(changes->file);
	free(changes);
}

uint64_t
sim_changes_skipped(const struct sim_changes *changes)
{
	return changes->skipped;
}

/* --- text --- */

/* The next hops on the rest of a line; NULL, or what is wrong. */
static const char *
read_nexthops(struct sim_changes *changes, char *line, char **retword)
{
	struct nexthop nexthops[FWKEY_NEXTHOPS_MAX];
	size_t n = 0;
	char *word;

	while ((word = sim_word(&line))) {
		*retword = word;
		if (n == FWKEY_NEXTHOPS_MAX)
			return "too many next hops";
		if (!sim_nexthop(word, &nexthops[n++]))
			return "this is no next hop";
	}
	if (n == 0)
		return "an announcement without a next hop";
	changes->attrs = sim_rib_intern(changes->rib, nexthops, n);
	return changes->attrs ? NULL : "more next hops than there is room for";
}

static const char *
read_line(struct sim_changes *changes, char *line, struct sim_change *ret, char **word)
{
	const char *why = NULL;
	char *op;

	*word = sim_word(&line);
	if (!*word || !sim_time(*word, &ret->us))
		return "this is no time";
	if (ret->us < changes->us)
		return "this is older than what stands before it";
	op = sim_word(&line);
	if (!op || (strcmp(op, "a") != 0 && strcmp(op, "w") != 0)) {
		*word = op ? op : *word;
		return "neither a nor w";
	}
	*word = sim_word(&line);
	if (!*word || !prefix_parse(*word, &ret->prefix)) {
		*word = *word ? *word : op;
		return "this is no prefix";
	}
	if (*op == 'a')
		why = read_nexthops(changes, line, word);
	else if (!sim_is_blank(line))
		why = "a withdrawal with something behind it";
	ret->attrs = changes->attrs;
	return why;
}

static int
next_of_text(struct sim_changes *changes, struct sim_change *ret, char *reterr)
{
	char *line, *word;

	release(changes);
	while ((line = sim_file_line(changes->file))) {
		const char *why;

		if (sim_is_blank(line))
			continue;
		why = read_line(changes, line, ret, &word);
		if (!why)
			return 1;
		sim_complain_line(changes->file, why, word, reterr);
		return -1;
	}
	if (!sim_file_fault(changes->file))
		return 0;
	snprintf(reterr, SIM_ERROR_MAX, "%s: offset %llu: %s",
	    sim_file_name(changes->file),
	    (unsigned long long)sim_file_offset(changes->file),
	    sim_file_fault(changes->file));
	return -1;
}

/* --- MRT --- */

/* Passes over the peers of a record; false if it holds no message for us. */
static bool
find_message(struct sim_mrt *record, struct bgp_session_params *retparams)
{
	bool as4 = false, add_path = false;
	unsigned afi;

	if (record->type != SIM_MRT_BGP4MP && record->type != SIM_MRT_BGP4MP_ET)
		return false;
	switch (record->subtype) {
	case MESSAGE:
	case MESSAGE_LOCAL:
		break;
	case MESSAGE_AS4:
	case MESSAGE_AS4_LOCAL:
		as4 = true;
		break;
	case MESSAGE_ADDPATH:
	case MESSAGE_LOCAL_ADDPATH:
		add_path = true;
		break;
	case MESSAGE_AS4_ADDPATH:
	case MESSAGE_AS4_LOCAL_ADDPATH:
		as4 = add_path = true;
		break;
	default:
		return false;
	}
	rd_bytes(&record->body, as4 ? 8 : 4);
	rd_u16(&record->body); /* the interface */
	afi = rd_u16(&record->body);
	rd_bytes(&record->body, afi == BGP_AFI_IPV6 ? 32 : 8);
	*retparams = (struct bgp_session_params){
		.as4 = as4,
		.family = { true, true },
		.add_path = { add_path, add_path },
		.extended_nexthop = true,
	};
	return true;
}

/* Begins the UPDATE of a record, if it has one; NULL, or what is wrong. */
static const char *
begin_update(struct sim_changes *changes, struct sim_mrt *record)
{
	struct attrs_table *attrs = changes->rib->attrs;
	struct bgp_update *update = &changes->update;
	struct bgp_session_params params;
	unsigned len, type;
	struct rd body;

	if (!find_message(record, &params)) {
		changes->skipped++;
		return NULL;
	}
	rd_bytes(&record->body, 16); /* the marker */
	len = rd_u16(&record->body);
	type = rd_u8(&record->body);
	if (len < BGP_HEADER_LEN)
		rd_fail(&record->body);
	body = rd_sub(&record->body, len - BGP_HEADER_LEN);
	if (!rd_done(&record->body))
		return "it does not hold a whole message";
	if (type != BGP_UPDATE) {
		changes->skipped++;
		return NULL;
	}
	if (bgp_update_decode(&params, attrs, changes->rib->keys, body.at,
		rd_left(&body), update) == BGP_RESET) {
		changes->skipped++;
		return NULL;
	}
	changes->fields[0] = &update->withdrawn;
	changes->fields[1] = &update->mp_withdrawn;
	changes->fields[2] = &update->announced;
	changes->fields[3] = &update->mp_announced;
	changes->field_attrs[2] = update->attrs;
	changes->field_attrs[3] = update->mp_attrs;
	changes->field = 0;
	return NULL;
}

static bool
next_of_update(struct sim_changes *changes, struct sim_change *ret)
{
	uint32_t path_id;

	for (; changes->field < FIELDS; changes->field++) {
		if (!bgp_nlri_next(
			changes->fields[changes->field], &ret->prefix, &path_id))
			continue;
		ret->us = changes->us;
		ret->attrs = changes->field_attrs[changes->field];
		return true;
	}
	return false;
}

static int
next_of_mrt(struct sim_changes *changes, struct sim_change *ret, char *reterr)
{
	struct sim_mrt record;
	const char *why;
	int status;

	for (;;) {
		if (changes->field < FIELDS) {
			if (next_of_update(changes, ret))
				return 1;
			bgp_update_release(changes->rib->attrs, &changes->update);
		}
		status = sim_mrt_next(changes->file, &record, reterr);
		if (status <= 0)
			return status;
		why = record.us < changes->us ? "it is older than the one before it"
					      : begin_update(changes, &record);
		if (why) {
			sim_mrt_complain(changes->file, &record, why, reterr);
			return -1;
		}
		changes->us = record.us;
	}
}

int
sim_changes_next(struct sim_changes *changes, struct sim_change *ret, char *reterr)
{
	struct sim_change change = { .us = 0 };
	int status = changes->mrt ? next_of_mrt(changes, &change, reterr)
				  : next_of_text(changes, &change, reterr);

	if (status > 0) {
		changes->us = change.us;
		*ret = change;
	}
	return status;
}
