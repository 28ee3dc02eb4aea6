/* Any bytes are a RIB and changes of one, or are refused with a sentence. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sim_changes.h"
#include "sim_file.h"
#include "sim_rib.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void
check_reason(const char *why)
{
	if (strncmp(why, "f:", 2) != 0)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	char why[SIM_ERROR_MAX] = "";
	struct sim_file *file = sim_file_memory("f", bytes, len);
	struct sim_changes *changes;
	struct sim_change change;
	struct sim_rib rib;
	uint64_t us = 0;
	int status;

	sim_rib_init(&rib, len % 2);
	if (!sim_rib_read_file(&rib, file, why))
		check_reason(why);
	sim_file_close(file);
	changes = sim_changes_take(sim_file_memory("f", bytes, len), &rib);
	while ((status = sim_changes_next(changes, &change, why)) > 0) {
		if (change.us < us)
			abort();
		us = change.us;
	}
	if (status < 0)
		check_reason(why);
	sim_changes_close(changes);
	sim_rib_fini(&rib);
	return 0;
}
