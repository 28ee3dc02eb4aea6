/* Strict reading of what people type. */
#ifndef SRC_TEXT_H
#define SRC_TEXT_H

#include <stdbool.h>
#include <stdint.h>

/*
 * A decimal number from `min` to `max` in plain digits: no sign, no blanks, no leading
 * zeros. False, and *ret untouched, if `text` is anything else.
 */
bool text_number(const char *text, uint64_t min, uint64_t max, uint64_t *ret);

#endif
