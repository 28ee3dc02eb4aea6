/*
 * The files of a recording: made together in a folder of their own, bounded together,
 * written through buffers. Each always ends with a whole record, also when the disk is
 * full. The first error is kept, and nothing is written after it.
 */
#ifndef SRC_RECORD_FILES_H
#define SRC_RECORD_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct config_record;
struct record_files;

enum record_file { RECORD_RIB, RECORD_CHANGES, RECORD_SFLOW };
#define RECORD_FILES 3

/*
 * Makes the folder `name` (config_value_is_name(), and no dot first) in the directory
 * of the configuration, which is made if it is missing, and empty files in it. They may
 * have `max_bytes` together, or what the other recordings there have left of max-size
 * if that is less. NULL with a sentence in `reterr` if they cannot be made.
 */
struct record_files *record_files_new(const struct config_record *config,
    const char *name, uint64_t max_bytes, char *reterr, size_t size);

/* Writes what is in the buffers. */
void record_files_free(struct record_files *files);

/* Adds a whole record. */
void record_files_put(
    struct record_files *files, enum record_file which, const void *bytes, size_t len);

/* Writes what is in the buffers. */
void record_files_flush(struct record_files *files);

/* NULL; or why no more is written: they are full, or there was an error. */
const char *record_files_fault(const struct record_files *files);
bool record_files_full(const struct record_files *files);

/* Bytes of all the files, and what they may have. */
uint64_t record_files_bytes(const struct record_files *files);
uint64_t record_files_limit(const struct record_files *files);

#endif
