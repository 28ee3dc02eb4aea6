#include "helpers/open_mutate.h"

#include <string.h>

enum { CAPABILITIES = 2, EXTENDED = 255 };

struct sample {
	uint8_t code, len;
	const char *value;
};

#define SAMPLE(code, value)                   \
	{                                     \
		code, sizeof value - 1, value \
	}

/* Capabilities as they should be, and near misses. */
static const struct sample samples[] = {
	SAMPLE(1, "\0\1\0\1"),
	SAMPLE(1, "\0\2\0\1"),
	SAMPLE(1, "\0\1\0\200"),
	SAMPLE(1, "\0\31\0\106"),
	SAMPLE(1, "\0\1\1"),
	SAMPLE(2, ""),
	SAMPLE(2, "\0"),
	SAMPLE(5, "\0\1\0\1\0\2"),
	SAMPLE(5, "\0\1\0\1\0\2\0\1\0\2\0\2"),
	SAMPLE(5, "\0\1\0\1"),
	SAMPLE(6, ""),
	SAMPLE(9, "\3"),
	SAMPLE(64, "\0\170"),
	SAMPLE(64, "\300\170\0\1\1\200\0\2\1\200"),
	SAMPLE(64, "\0\170\0\1\1"),
	SAMPLE(65, "\0\0\xfd\xe8"),
	SAMPLE(65, "\0\1\0\0"),
	SAMPLE(65, "\0\0\0\0"),
	SAMPLE(65, "\0\0"),
	SAMPLE(69, "\0\1\1\3\0\2\1\3"),
	SAMPLE(69, "\0\1\1\4"),
	SAMPLE(69, "\0\1\1"),
	SAMPLE(70, ""),
	SAMPLE(71, "\0\1\1\200\0\16\20\0\2\1\0\0\16\20"),
	SAMPLE(71, "\0\1\1\200\0\16"),
	SAMPLE(73, "\4bird\0"),
	SAMPLE(128, ""),
	SAMPLE(130, "\0\1\0\0\1\1\3"),
};

static struct piece
piece_of(struct mutator *m)
{
	const struct sample *sample =
	    &samples[mutator_pick(m, sizeof samples / sizeof *samples)];

	return (struct piece){
		.head = { sample->code, (uint8_t)mutator_pick(m, 2) },
		.value = (const uint8_t *)sample->value,
		.len = sample->len,
	};
}

static void
read_parameter(struct rd rd, struct pieces *capabilities)
{
	uint8_t begins = 1;

	while (rd_left(&rd) >= 2) {
		uint8_t code = rd_u8(&rd);
		size_t len = rd_u8(&rd);
		struct piece piece = piece_take(&rd, len);

		piece.head[0] = code;
		piece.head[1] = begins;
		pieces_add(capabilities, piece);
		begins = 0;
	}
}

void
open_shape_read(struct open_shape *shape, const uint8_t *body, size_t len)
{
	struct piece fixed;
	struct rd rd, ahead;

	memset(shape, 0, sizeof *shape);
	rd_init(&rd, body, len);
	fixed = piece_take(&rd, sizeof shape->fixed);
	if (fixed.len)
		memcpy(shape->fixed, fixed.value, fixed.len);
	rd_u8(&rd);
	ahead = rd;
	shape->extended = rd_u8(&ahead) == EXTENDED;
	if (shape->extended) {
		rd_u16(&ahead);
		rd = ahead;
	}
	while (rd_left(&rd)) {
		size_t value_len;

		rd_u8(&rd);
		value_len = shape->extended ? rd_u16(&rd) : rd_u8(&rd);
		if (value_len > rd_left(&rd))
			value_len = rd_left(&rd);
		read_parameter(rd_sub(&rd, value_len), &shape->capabilities);
	}
}

/* What is written and what about lengths. */
struct writer {
	struct wr wr;
	struct mutator *m;
	bool extended;
	bool overflow; /* a length did not fit into its byte */
};

static void
put_length(struct writer *w, size_t at, size_t len, bool wide)
{
	w->overflow |= !wide && len > UINT8_MAX;
	if (w->m)
		len = mutator_length(w->m, len);
	if (w->wr.full)
		return;
	if (wide)
		wr_patch_u16(&w->wr, at, (uint16_t)len);
	else
		wr_patch_u8(&w->wr, at, (uint8_t)len);
}

static void
put_capability(struct writer *w, const struct piece *piece)
{
	size_t at;

	wr_u8(&w->wr, piece->head[0]);
	at = w->wr.len;
	wr_u8(&w->wr, 0);
	put_length(w, at, piece->len, false);
	wr_bytes(&w->wr, piece->value, piece->len);
}

/* One parameter with the capabilities from `i` on. Returns where the next begins. */
static size_t
put_parameter(struct writer *w, const struct pieces *capabilities, size_t i)
{
	struct wr *wr = &w->wr;
	bool odd = w->m && mutator_pick(w->m, 256) == 0;
	size_t begin;

	wr_u8(wr, odd ? (uint8_t)mutator_pick(w->m, 256) : CAPABILITIES);
	begin = wr->len;
	wr_u8(wr, 0);
	if (w->extended)
		wr_u8(wr, 0);
	do {
		put_capability(w, &capabilities->list[i++]);
	} while (i < capabilities->n && !capabilities->list[i].head[1]);
	put_length(w, begin, wr->len - begin - (w->extended ? 2 : 1), w->extended);
	return i;
}

size_t
open_shape_write(
    const struct open_shape *shape, struct mutator *m, uint8_t *out, size_t max)
{
	struct writer w = { .m = m, .extended = shape->extended };
	size_t begin;

	wr_init(&w.wr, out, max);
	wr_bytes(&w.wr, shape->fixed, sizeof shape->fixed);
	begin = w.wr.len;
	wr_u8(&w.wr, w.extended ? EXTENDED : 0);
	if (w.extended) {
		wr_u8(&w.wr, EXTENDED);
		begin = w.wr.len;
		wr_u16(&w.wr, 0);
	}
	for (size_t i = 0; i < shape->capabilities.n;)
		i = put_parameter(&w, &shape->capabilities, i);
	put_length(&w, begin, w.wr.len - begin - (w.extended ? 2 : 1), w.extended);
	return w.wr.full || w.overflow ? 0 : w.wr.len;
}

/* Version, AS, hold time and identifier, their place and size kept. */
static void
mutate_fixed(struct mutator *m, struct open_shape *shape)
{
	static const struct {
		uint8_t at, len;
	} fields[] = { { 0, 1 }, { 1, 2 }, { 3, 2 }, { 5, 4 } };
	unsigned field = mutator_pick(m, 4);

	m->bytes(shape->fixed + fields[field].at, fields[field].len, fields[field].len);
}

static void
mutate_shape(struct mutator *m, struct open_shape *shape)
{
	struct piece *piece = pieces_pick(m, &shape->capabilities);

	switch (mutator_pick(m, 8)) {
	case 0:
		shape->extended = !shape->extended;
		break;
	case 1:
		mutate_fixed(m, shape);
		break;
	case 2:
	case 3:
		pieces_insert(m, &shape->capabilities, piece_of(m));
		break;
	case 4:
		pieces_rearrange(m, &shape->capabilities);
		break;
	case 5:
		if (piece)
			piece->head[1] ^= 1;
		break;
	case 6:
		if (piece)
			piece->head[0] = (uint8_t)mutator_pick(m, 256);
		break;
	case 7:
		if (piece)
			mutator_value(m, piece);
		break;
	}
}

/* What is too big for the stack. */
struct scratch {
	struct mutator mutator;
	struct open_shape a, b;
	uint8_t out[1 << 16];
};

size_t
open_mutate(uint8_t *bytes, size_t len, size_t max, unsigned seed, mutate_bytes *mutate)
{
	static struct scratch scratch;
	size_t room = max < sizeof scratch.out ? max : sizeof scratch.out;
	size_t out_len = 0;

	mutator_init(&scratch.mutator, seed, mutate);
	if (mutator_pick(&scratch.mutator, 16)) {
		open_shape_read(&scratch.a, bytes, len);
		do {
			mutate_shape(&scratch.mutator, &scratch.a);
		} while (mutator_pick(&scratch.mutator, 3) == 0);
		out_len = open_shape_write(
		    &scratch.a, &scratch.mutator, scratch.out, room);
	}
	if (!out_len)
		return mutate(bytes, len, max);
	memcpy(bytes, scratch.out, out_len);
	return out_len;
}

size_t
open_cross(const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len, uint8_t *out,
    size_t max, unsigned seed)
{
	static struct scratch scratch;

	mutator_init(&scratch.mutator, seed, NULL);
	open_shape_read(&scratch.a, a, a_len);
	open_shape_read(&scratch.b, b, b_len);
	pieces_cross(
	    &scratch.mutator, &scratch.a.capabilities, &scratch.b.capabilities);
	return open_shape_write(&scratch.a, &scratch.mutator, out, max);
}
