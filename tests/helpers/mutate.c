#include "helpers/mutate.h"

#include <string.h>

void
mutator_init(struct mutator *m, unsigned seed, mutate_bytes *bytes)
{
	m->random = seed * 6364136223846793005ull + 1442695040888963407ull;
	m->bytes = bytes;
	m->used = 0;
}

unsigned
mutator_pick(struct mutator *m, unsigned n)
{
	m->random = m->random * 6364136223846793005ull + 1442695040888963407ull;
	return (unsigned)(m->random >> 33) % n;
}

const uint8_t *
mutator_keep(struct mutator *m, const uint8_t *bytes, size_t len)
{
	uint8_t *copy = m->room + m->used;

	if (len > sizeof m->room - m->used)
		return NULL;
	if (len)
		memcpy(copy, bytes, len);
	m->used += len;
	return copy;
}

size_t
mutator_length(struct mutator *m, size_t len)
{
	switch (mutator_pick(m, 256)) {
	case 0:
		return mutator_pick(m, 1 << 16);
	case 1:
		return len + 1 + mutator_pick(m, 4);
	case 2:
		return len - 1 - mutator_pick(m, 4);
	case 3:
		return mutator_pick(m, 256);
	}
	return len;
}

void
mutator_value(struct mutator *m, struct piece *piece)
{
	uint8_t bytes[4096];
	size_t len = piece->len < sizeof bytes / 2 ? piece->len : sizeof bytes / 2;
	size_t max = mutator_pick(m, 4) ? len : 2 * len + 8;
	const uint8_t *kept;

	if (len)
		memcpy(bytes, piece->value, len);
	else
		max = 8;
	len = m->bytes(bytes, len, max);
	kept = mutator_keep(m, bytes, len);
	if (!kept)
		return;
	piece->value = kept;
	piece->len = len;
}

void
pieces_add(struct pieces *pieces, struct piece piece)
{
	if (pieces->n < PIECES_MAX)
		pieces->list[pieces->n++] = piece;
}

static void
insert_at(struct pieces *pieces, size_t at, struct piece piece)
{
	if (pieces->n == PIECES_MAX)
		return;
	memmove(
	    &pieces->list[at + 1], &pieces->list[at], (pieces->n - at) * sizeof piece);
	pieces->list[at] = piece;
	pieces->n++;
}

static struct piece
remove_at(struct pieces *pieces, size_t at)
{
	struct piece piece = pieces->list[at];

	pieces->n--;
	memmove(
	    &pieces->list[at], &pieces->list[at + 1], (pieces->n - at) * sizeof piece);
	return piece;
}

void
pieces_insert(struct mutator *m, struct pieces *pieces, struct piece piece)
{
	insert_at(pieces, mutator_pick(m, (unsigned)pieces->n + 1), piece);
}

void
pieces_rearrange(struct mutator *m, struct pieces *pieces)
{
	unsigned n = (unsigned)pieces->n, a, b;
	struct piece piece;

	if (n == 0)
		return;
	a = mutator_pick(m, n);
	b = mutator_pick(m, n);
	piece = pieces->list[a];
	switch (mutator_pick(m, 4)) {
	case 0:
		remove_at(pieces, a);
		break;
	case 1:
		pieces_insert(m, pieces, piece);
		break;
	case 2:
		pieces->list[a] = pieces->list[b];
		pieces->list[b] = piece;
		break;
	case 3:
		insert_at(pieces, b, remove_at(pieces, a));
		break;
	}
}

struct piece *
pieces_pick(struct mutator *m, struct pieces *pieces)
{
	return pieces->n ? &pieces->list[mutator_pick(m, (unsigned)pieces->n)] : NULL;
}

void
pieces_cross(struct mutator *m, struct pieces *pieces, const struct pieces *others)
{
	for (size_t i = 0; i < others->n; i++) {
		unsigned choice = mutator_pick(m, 4);

		if (choice == 0)
			pieces_insert(m, pieces, others->list[i]);
		else if (choice == 1 && i < pieces->n)
			pieces->list[i] = others->list[i];
	}
}

struct piece
piece_take(struct rd *rd, size_t len)
{
	struct piece piece = { .len = len < rd_left(rd) ? len : rd_left(rd) };

	piece.value = rd_bytes(rd, piece.len);
	return piece;
}
