/*
 * What armsim reads: a file, plain or compressed by gzip (RFC 1952) or bzip2, which its
 * first bytes tell, as one stream of bytes. It may be a pipe.
 *
 * A file that cannot be read to its end is never taken for a shorter one: at the end of
 * the bytes, ask sim_file_fault().
 */
#ifndef SRC_SIM_FILE_H
#define SRC_SIM_FILE_H

#include <stddef.h>
#include <stdint.h>

struct sim_file;

/* NULL, with a sentence in `reterr`, if it cannot be opened. */
struct sim_file *sim_file_open(const char *path, char *reterr, size_t size);

/* The `len` bytes, which must outlive it, as if they stood in a file called `name`. */
struct sim_file *sim_file_memory(const char *name, const void *bytes, size_t len);

void sim_file_close(struct sim_file *file);

/* As it was opened; borrowed. */
const char *sim_file_name(const struct sim_file *file);

/*
 * The next `want` bytes in place, borrowed until the next call; *retlen is smaller only
 * at the end.
 */
const uint8_t *sim_file_peek(struct sim_file *file, size_t want, size_t *retlen);

/* Passes over bytes that were peeked at. */
void sim_file_skip(struct sim_file *file, size_t len);

/* How many bytes were passed over: of what was compressed, not of the file. */
uint64_t sim_file_offset(const struct sim_file *file);

/*
 * The next line without its end, borrowed until the next call; NULL at the end, or if
 * the line is longer than SIM_LINE_MAX, which is a fault.
 */
#define SIM_LINE_MAX 65535
char *sim_file_line(struct sim_file *file);

/* Lines read. */
uint64_t sim_file_lines(const struct sim_file *file);

/* NULL, or why there is no more to read although there should be. */
const char *sim_file_fault(const struct sim_file *file);

#endif
