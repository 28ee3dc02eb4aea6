/* Strict reading of what people type. */
#ifndef SRC_TEXT_H
#define SRC_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/prefix.h"

#define TEXT_ERROR_MAX 160

/*
 * A decimal number from `min` to `max` in plain digits: no sign, no blanks, no leading
 * zeros. False, and *ret untouched, if `text` is anything else.
 */
bool text_number(const char *text, uint64_t min, uint64_t max, uint64_t *ret);

/*
 * "192.0.2.0/24": a prefix with its length. False with a reason in `reterr`
 * (TEXT_ERROR_MAX bytes) if it is none or has bits set behind its length.
 */
bool text_prefix(const char *text, struct prefix *ret, char *reterr);

/* "500M": bytes, in thousands (k), millions (M) or thousand millions (G); at least 1.
 */
bool text_bytes(const char *text, uint64_t *ret);

/* "90", "90s", "30m", "1h", "2d": seconds; at least 1. */
bool text_duration(const char *text, uint64_t *ret);

#endif
