/*
 * Mutation of UPDATE messages (RFC 4271 4.3) by their structure. An input is a byte of
 * options, of which UPDATE_AS4 and UPDATE_ADD_PATH say how to read the rest, and the
 * body of an UPDATE.
 */
#ifndef HELPERS_UPDATE_MUTATE_H
#define HELPERS_UPDATE_MUTATE_H

#include <stddef.h>
#include <stdint.h>

#include "helpers/mutate.h"

/* Which bits of the options mean what. */
struct update_options {
	uint8_t as4;
	uint8_t add_path[2]; /* IPv4, IPv6 */
};

/* As libFuzzer's LLVMFuzzerCustomMutator. */
size_t update_mutate(const struct update_options *options, uint8_t *bytes, size_t len,
    size_t max, unsigned seed, mutate_bytes *mutate);

/* As libFuzzer's LLVMFuzzerCustomCrossOver. */
size_t update_cross(const struct update_options *options, const uint8_t *a,
    size_t a_len, const uint8_t *b, size_t b_len, uint8_t *out, size_t max,
    unsigned seed);

#endif
