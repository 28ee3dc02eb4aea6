#include "sim_mrt.h"

#include <stdio.h>

#include "sim_file.h"
#include "sim_rib.h"

#define HEAD_LEN 12
#define BODY_MAX (16u << 20) /* a prefix by thousands of peers has less */

bool
sim_mrt_is(struct sim_file *file)
{
	size_t len;
	const uint8_t *bytes = sim_file_peek(file, HEAD_LEN, &len);

	/* the types are below 256, and text has no byte that is zero */
	return len > 4 && bytes[4] == 0;
}

void
sim_mrt_complain(const struct sim_file *file, const struct sim_mrt *record,
    const char *why, char *reterr)
{
	snprintf(reterr, SIM_ERROR_MAX, "%s: record at offset %llu: %s",
	    sim_file_name(file), (unsigned long long)record->offset, why);
}

/* The microseconds of the types that have them. RFC 6396 3 */
static bool
read_extended(struct sim_mrt *record)
{
	uint32_t us;

	if (record->type != SIM_MRT_BGP4MP_ET)
		return true;
	us = rd_u32(&record->body);
	record->us += us;
	return rd_ok(&record->body) && us < 1000000;
}

int
sim_mrt_next(struct sim_file *file, struct sim_mrt *ret, char *reterr)
{
	struct sim_mrt record = { .offset = sim_file_offset(file) };
	const uint8_t *bytes;
	uint32_t body_len;
	struct rd head;
	size_t len;

	bytes = sim_file_peek(file, HEAD_LEN, &len);
	if (len == 0 && !sim_file_fault(file))
		return 0;
	rd_init(&head, bytes, len);
	record.us = (uint64_t)rd_u32(&head) * 1000000;
	record.type = rd_u16(&head);
	record.subtype = rd_u16(&head);
	body_len = rd_u32(&head);
	if (rd_ok(&head) && body_len > BODY_MAX) {
		sim_mrt_complain(file, &record, "its length cannot be", reterr);
		return -1;
	}
	if (rd_ok(&head)) {
		bytes = sim_file_peek(file, HEAD_LEN + body_len, &len);
		rd_init(&head, bytes, len);
		rd_bytes(&head, HEAD_LEN);
		record.body = rd_sub(&head, body_len);
	}
	if (!rd_ok(&head)) {
		const char *fault = sim_file_fault(file);

		sim_mrt_complain(file, &record,
		    fault ? fault : "the file ends in the midst of it", reterr);
		return -1;
	}
	sim_file_skip(file, HEAD_LEN + body_len);
	if (!read_extended(&record)) {
		sim_mrt_complain(file, &record, "it has no microseconds", reterr);
		return -1;
	}
	*ret = record;
	return 1;
}
