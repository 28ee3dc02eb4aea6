/*
 * Files of the shared test data, which is not part of this repository: ARMD_SHARED says
 * where it is, ../shared if it is not set. Included after cmocka.h.
 */
#ifndef HELPERS_SHARED_FILE_H
#define HELPERS_SHARED_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/wire.h"

/*
 * A whole file below data/, unpacked if gzip packed it, and a zero behind it. The
 * caller frees. Without the file the test is skipped, and says so.
 */
uint8_t *shared_load(const char *name, size_t *retlen);

/* The next file in a tar archive, from *at on; false at its end. */
bool shared_tar_next(const uint8_t *tar, size_t len, size_t *at, struct rd *retfile);

#endif
