/* Any text is a configuration or is refused with a sentence. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	char why[CONFIG_ERROR_MAX] = "";
	struct config *config = NULL;
	char *text = malloc(len + 1);

	if (!text)
		abort();
	if (len)
		memcpy(text, bytes, len);
	text[len] = '\0';
	if (!config_parse_text("f", text, &config, why, sizeof why) &&
	    strncmp(why, "f:", 2) != 0)
		abort();
	config_free(config);
	free(text);
	return 0;
}
