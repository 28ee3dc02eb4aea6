/* Text to struct config: the only file that knows libconfuse is config_read.c. */
#ifndef SRC_CONFIG_READ_H
#define SRC_CONFIG_READ_H

#include <stdbool.h>
#include <stddef.h>

struct config;

/*
 * Fills `config`, which is zeroed before, from `text`; `name` stands for the path in
 * messages. What is in `config` after a failure is for config_free() all the same.
 */
bool config_read_text(const char *name, const char *text, struct config *config,
    char *reterr, size_t size);

#endif
