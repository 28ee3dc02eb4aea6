/* The first byte is the header protocol, the rest a sampled header. */
#include <stdlib.h>

#include "sflow/header.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	const struct addr untouched = { .family = 99 };
	struct addr source = untouched, destination = untouched;
	enum sflow_header header;
	uint8_t protocol;
	struct rd rd;

	rd_init(&rd, bytes, len);
	protocol = rd_u8(&rd);
	header = sflow_header_decode(protocol, &rd, &source, &destination);
	if (header == SFLOW_HEADER_ABSENT)
		abort();
	if ((header == SFLOW_HEADER_IP) != (destination.family != 99))
		abort();
	if (source.family != destination.family)
		abort();
	return 0;
}
