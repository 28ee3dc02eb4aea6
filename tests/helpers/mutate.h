/*
 * Mutation of messages by their structure, for the fuzzers: a message is read loosely
 * into pieces, these are rearranged, and it is written again with its lengths put
 * right, or now and then wrong on purpose.
 */
#ifndef HELPERS_MUTATE_H
#define HELPERS_MUTATE_H

#include <stddef.h>
#include <stdint.h>

#include "base/wire.h"

#define PIECES_MAX 512
#define MUTATE_ROOM (1 << 17)

/* Mutates `len` bytes in place, to at most `max`; returns how many there are now. */
typedef size_t mutate_bytes(uint8_t *bytes, size_t len, size_t max);

struct mutator {
	uint64_t random;
	mutate_bytes *bytes; /* what knows nothing of structure */
	uint8_t room[MUTATE_ROOM];
	size_t used;
};

/* Something with a value: an attribute, a capability, a prefix. */
struct piece {
	uint8_t head[2];      /* what stands before the length; the owner's meaning */
	const uint8_t *value; /* borrowed from the input or the mutator's room */
	size_t len;
};

struct pieces {
	struct piece list[PIECES_MAX];
	size_t n;
};

void mutator_init(struct mutator *m, unsigned seed, mutate_bytes *bytes);

/* A number below `n`, which is not 0. */
unsigned mutator_pick(struct mutator *m, unsigned n);

/* A copy that lives as long as the mutator; NULL if there is no room for it. */
const uint8_t *mutator_keep(struct mutator *m, const uint8_t *bytes, size_t len);

/* `len`, or one time in 64 something else. */
size_t mutator_length(struct mutator *m, size_t len);

/* Changes the bytes of a value, and perhaps how many there are. */
void mutator_value(struct mutator *m, struct piece *piece);

/* Adds a piece somewhere; one too many is dropped. */
void pieces_insert(struct mutator *m, struct pieces *pieces, struct piece piece);

/* Adds a piece at the end; one too many is dropped. */
void pieces_add(struct pieces *pieces, struct piece piece);

/* Drops, doubles, swaps or moves pieces. */
void pieces_rearrange(struct mutator *m, struct pieces *pieces);

/* Some piece, or NULL if there is none. */
struct piece *pieces_pick(struct mutator *m, struct pieces *pieces);

/* The pieces become a mixture of themselves and others. */
void pieces_cross(
    struct mutator *m, struct pieces *pieces, const struct pieces *others);

/* The next `len` bytes as a piece, or what there is of them. */
struct piece piece_take(struct rd *rd, size_t len);

#endif
