#include "sflow/sflow.h"

#include "sflow/body.h"

#define VERSION 5

enum {
	ADDRESS_IPV4 = 1,
	ADDRESS_IPV6 = 2,
};

enum {
	SAMPLE_FLOW = 1,
	SAMPLE_COUNTERS = 2,
	SAMPLE_FLOW_EXPANDED = 3,
	SAMPLE_COUNTERS_EXPANDED = 4,
	SAMPLE_DISCARD = 5,
};

const char *
sflow_fault_text(enum sflow_fault fault)
{
	switch (fault) {
	case SFLOW_FAULT_NONE:
		return "none";
	case SFLOW_FAULT_DATAGRAM_CUT:
		return "the datagram ends in its header";
	case SFLOW_FAULT_VERSION:
		return "not sFlow version 5";
	case SFLOW_FAULT_AGENT_ADDRESS:
		return "an agent address neither IPv4 nor IPv6";
	case SFLOW_FAULT_SAMPLE_CUT:
		return "a sample runs past its datagram";
	case SFLOW_FAULT_SAMPLES_MISSING:
		return "fewer samples than announced";
	case SFLOW_FAULT_TRAILING:
		return "bytes behind the last sample";
	case SFLOW_FAULT_BODY_CUT:
		return "a sample ends in its own fields";
	case SFLOW_FAULT_RECORD_CUT:
		return "a record runs past its sample";
	case SFLOW_FAULT_RECORDS_MISSING:
		return "fewer records than announced";
	case SFLOW_FAULT_RECORD_SHORT:
		return "a record shorter than its structure";
	case SFLOW_FAULT_HEADER_LENGTH:
		return "a raw header longer than its record";
	}
	return "unknown";
}

/* False if the type of the address is none that we know. */
static bool
read_agent(struct rd *rd, struct addr *retagent)
{
	switch (rd_u32(rd)) {
	case ADDRESS_IPV4:
		*retagent = sflow_addr_ipv4(rd_u32(rd));
		return true;
	case ADDRESS_IPV6:
		*retagent = sflow_read_ipv6(rd);
		return true;
	default:
		return false;
	}
}

bool
sflow_open(struct sflow_reader *reader, const void *bytes, size_t len,
    struct sflow_datagram *retdatagram, enum sflow_fault *reterr)
{
	struct sflow_datagram datagram;
	struct rd rd;
	uint32_t version;
	bool known;

	rd_init(&rd, bytes, len);
	version = rd_u32(&rd);
	if (rd_ok(&rd) && version != VERSION) {
		*reterr = SFLOW_FAULT_VERSION;
		return false;
	}
	known = read_agent(&rd, &datagram.agent);
	if (rd_ok(&rd) && !known) {
		*reterr = SFLOW_FAULT_AGENT_ADDRESS;
		return false;
	}
	datagram.sub_agent = rd_u32(&rd);
	datagram.sequence = rd_u32(&rd);
	datagram.uptime_ms = rd_u32(&rd);
	datagram.samples = rd_u32(&rd);
	if (!rd_ok(&rd)) {
		*reterr = SFLOW_FAULT_DATAGRAM_CUT;
		return false;
	}
	reader->rd = rd;
	reader->left = datagram.samples;
	reader->fault = SFLOW_FAULT_NONE;
	*retdatagram = datagram;
	return true;
}

static void
read_sample(struct rd *rd, struct sflow_sample *sample)
{
	switch (sample->format) {
	case SAMPLE_FLOW:
	case SAMPLE_FLOW_EXPANDED:
		sample->kind = SFLOW_FLOW;
		sample->fault = sflow_flow_decode(
		    rd, sample->format == SAMPLE_FLOW_EXPANDED, &sample->flow);
		break;
	case SAMPLE_COUNTERS:
	case SAMPLE_COUNTERS_EXPANDED:
		sample->kind = SFLOW_COUNTERS;
		sample->fault = sflow_counters_decode(
		    rd, sample->format == SAMPLE_COUNTERS_EXPANDED, &sample->counters);
		break;
	case SAMPLE_DISCARD:
		sample->kind = SFLOW_DISCARD;
		sample->fault = sflow_discard_decode(rd, &sample->discard);
		break;
	default:
		sample->kind = SFLOW_OTHER;
		sample->fault = SFLOW_FAULT_NONE;
		break;
	}
	if (sample->fault)
		sample->kind = SFLOW_FAULTY;
}

bool
sflow_next(struct sflow_reader *reader, struct sflow_sample *retsample)
{
	struct rd body;
	uint32_t format;

	if (reader->fault)
		return false;
	if (reader->left == 0) {
		if (rd_left(&reader->rd) > 0)
			reader->fault = SFLOW_FAULT_TRAILING;
		return false;
	}
	if (rd_left(&reader->rd) == 0) {
		reader->fault = SFLOW_FAULT_SAMPLES_MISSING;
		return false;
	}
	body = sflow_read_opaque(&reader->rd, &format);
	if (!rd_ok(&reader->rd)) {
		reader->fault = SFLOW_FAULT_SAMPLE_CUT;
		return false;
	}
	reader->left--;
	retsample->format = format;
	read_sample(&body, retsample);
	return true;
}
