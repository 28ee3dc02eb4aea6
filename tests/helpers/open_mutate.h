/*
 * Mutation of OPEN messages by their structure: capabilities (RFC 5492) in optional
 * parameters of either form (RFC 4271 4.2, RFC 9072).
 */
#ifndef HELPERS_OPEN_MUTATE_H
#define HELPERS_OPEN_MUTATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "helpers/mutate.h"

/* The body of an OPEN taken apart. */
struct open_shape {
	uint8_t fixed[9]; /* version, AS, hold time, identifier */
	bool extended;    /* the form of RFC 9072 */
	/* Heads are the code and whether it begins a parameter. */
	struct pieces capabilities;
};

/* Reads loosely: what is cut short is shortened. */
void open_shape_read(struct open_shape *shape, const uint8_t *body, size_t len);

/*
 * Writes it again; lengths are right if `m` is NULL, else now and then wrong. Returns
 * the length, 0 if it does not fit into `max` or into the form.
 */
size_t open_shape_write(
    const struct open_shape *shape, struct mutator *m, uint8_t *out, size_t max);

/* As libFuzzer's LLVMFuzzerCustomMutator. */
size_t open_mutate(
    uint8_t *bytes, size_t len, size_t max, unsigned seed, mutate_bytes *mutate);

/* As libFuzzer's LLVMFuzzerCustomCrossOver. */
size_t open_cross(const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len,
    uint8_t *out, size_t max, unsigned seed);

#endif
