#include "helpers/update_mutate.h"

#include <string.h>

#define EXTENDED 0x10 /* the attribute flag for lengths of two bytes */

enum {
	AS_PATH = 2,
	COMMUNITIES = 8,
	CLUSTERS = 10,
	REACH = 14,
	UNREACH = 15,
	EXT_COMMUNITIES = 16,
	AS4_PATH = 17,
	LARGE_COMMUNITIES = 32
};

/* An input taken apart. Attributes have flags and type as heads, prefixes have none. */
struct shape {
	const struct update_options *options;
	uint8_t option;
	struct pieces withdrawn, attrs, announced;
};

struct sample {
	uint8_t flags, type, len;
	const char *value;
};

#define SAMPLE(flags, type, value)                   \
	{                                            \
		flags, type, sizeof value - 1, value \
	}

/* Attributes as they should be, and near misses. */
static const struct sample samples[] = {
	SAMPLE(0x40, 1, "\0"),
	SAMPLE(0x40, 1, "\3"),
	SAMPLE(0x40, 2, ""),
	SAMPLE(0x40, 2, "\2\1\0\0\xfd\xe8"),
	SAMPLE(0x40, 2, "\2\2\0\1\0\1\0\0\xfd\xe9\1\1\0\0\0\5"),
	SAMPLE(0x40, 2, "\2\1\xfd\xe9"),
	SAMPLE(0x40, 2, "\2\2\x5b\xa0\xfd\xe9"),
	SAMPLE(0x40, 2, "\3\1\0\0\xfd\xe9"),
	SAMPLE(0x40, 2, "\2\1\0\0\0\0"),
	SAMPLE(0x40, 3, "\300\0\2\1"),
	SAMPLE(0x40, 3, "\177\0\0\1"),
	SAMPLE(0x80, 4, "\0\0\0\5"),
	SAMPLE(0x40, 5, "\0\0\0\144"),
	SAMPLE(0x40, 6, ""),
	SAMPLE(0xc0, 7, "\0\1\0\1\300\0\2\1"),
	SAMPLE(0xc0, 7, "\x5b\xa0\300\0\2\1"),
	SAMPLE(0xc0, 8, "\377\377\377\2\xfd\xe8\0\1"),
	SAMPLE(0x80, 9, "\1\1\1\1"),
	SAMPLE(0x80, 10, "\1\1\1\1\2\2\2\2"),
	SAMPLE(0x80, 14,
	    "\0\2\1\20\x20\1\xd\xb8\0\0\0\0\0\0\0\0\0\0\0\1\0\40\x20\1\xd\xb8"),
	SAMPLE(0x80, 14,
	    "\0\2\1\40\x20\1\xd\xb8\0\0\0\0\0\0\0\0\0\0\0\1\xfe\x80\0\0\0\0\0"
	    "\0\0\0\0\0\0\0\0\1\0\60\x20\1\xd\xb8\0\1"),
	SAMPLE(
	    0x80, 14, "\0\1\1\20\x20\1\xd\xb8\0\0\0\0\0\0\0\0\0\0\0\1\0\30\306\63\144"),
	SAMPLE(0x80, 14, "\0\1\1\4\300\0\2\1\0\30\306\63\144"),
	SAMPLE(0x80, 14, "\0\1\200\14\0\0\0\0\0\0\0\0\300\0\2\1\0"),
	SAMPLE(0x80, 15, "\0\2\1"),
	SAMPLE(0x80, 15, "\0\2\1\40\x20\1\xd\xb8"),
	SAMPLE(0x80, 15, "\0\1\1\30\306\63\144"),
	SAMPLE(0xc0, 16, "\0\2\0\1\0\0\0\1"),
	SAMPLE(0xc0, 17, "\2\1\0\1\0\1"),
	SAMPLE(0xc0, 18, "\0\1\0\1\300\0\2\1"),
	SAMPLE(0xc0, 25, "\0\2\x20\1\xd\xb8\0\0\0\0\0\0\0\0\0\0\0\1\0\1"),
	SAMPLE(0xc0, 32, "\0\0\0\1\0\0\0\2\0\0\0\3"),
	SAMPLE(0xc0, 35, "\0\0\0\1"),
	SAMPLE(0xe0, 200, "\1\2"),
	SAMPLE(0x80, 26, "\1"),
	SAMPLE(0x40, 99, "\1"),
};

static const struct sample prefixes[] = {
	SAMPLE(0, 0, "\0"),
	SAMPLE(0, 0, "\10\12"),
	SAMPLE(0, 0, "\30\306\63\144"),
	SAMPLE(0, 0, "\31\306\63\144\377"),
	SAMPLE(0, 0, "\40\306\63\144\1"),
	SAMPLE(0, 0, "\41\306\63\144\1\1"),
	SAMPLE(0, 0, "\100\x20\1\xd\xb8\0\1\0\2"),
};

static struct piece
piece_of(const struct sample *sample)
{
	return (struct piece){
		.head = { sample->flags, sample->type },
		.value = (const uint8_t *)sample->value,
		.len = sample->len,
	};
}

static bool
has_path_ids(const struct shape *shape, bool ipv6)
{
	return shape->option & shape->options->add_path[ipv6];
}

static void
read_prefixes(struct rd rd, bool path_ids, struct pieces *pieces)
{
	while (rd_left(&rd)) {
		size_t head = path_ids ? 5 : 1;
		struct rd ahead = rd;
		unsigned bits;

		if (path_ids && rd_left(&ahead) >= head)
			rd_u32(&ahead);
		bits = rd_u8(&ahead);
		pieces_add(pieces, piece_take(&rd, head + (bits + 7) / 8));
	}
}

static void
read_attrs(struct rd rd, struct pieces *pieces)
{
	while (rd_left(&rd) >= 3) {
		uint8_t flags = rd_u8(&rd);
		uint8_t type = rd_u8(&rd);
		size_t len = flags & EXTENDED ? rd_u16(&rd) : rd_u8(&rd);
		struct piece piece = piece_take(&rd, len);

		piece.head[0] = flags;
		piece.head[1] = type;
		pieces_add(pieces, piece);
	}
}

/* A reader of the next `len` bytes, or of what there is of them. */
static struct rd
loose_sub(struct rd *rd, size_t len)
{
	return rd_sub(rd, len < rd_left(rd) ? len : rd_left(rd));
}

static void
read_shape(struct shape *shape, const struct update_options *options,
    const uint8_t *bytes, size_t len)
{
	size_t field_len;
	struct rd rd;

	memset(shape, 0, sizeof *shape);
	shape->options = options;
	rd_init(&rd, bytes, len);
	shape->option = rd_u8(&rd);
	field_len = rd_u16(&rd);
	read_prefixes(
	    loose_sub(&rd, field_len), has_path_ids(shape, false), &shape->withdrawn);
	field_len = rd_u16(&rd);
	read_attrs(loose_sub(&rd, field_len), &shape->attrs);
	read_prefixes(rd, has_path_ids(shape, false), &shape->announced);
}

static void
write_pieces(struct wr *wr, const struct pieces *pieces)
{
	for (size_t i = 0; i < pieces->n; i++)
		wr_bytes(wr, pieces->list[i].value, pieces->list[i].len);
}

static void
write_attrs(struct mutator *m, struct wr *wr, const struct pieces *attrs)
{
	for (size_t i = 0; i < attrs->n; i++) {
		const struct piece *attr = &attrs->list[i];
		uint8_t flags = attr->head[0];
		size_t len = mutator_length(m, attr->len);

		if (attr->len > UINT8_MAX)
			flags |= EXTENDED;
		wr_u8(wr, flags);
		wr_u8(wr, attr->head[1]);
		if (flags & EXTENDED)
			wr_u16(wr, (uint16_t)len);
		else
			wr_u8(wr, (uint8_t)len);
		wr_bytes(wr, attr->value, attr->len);
	}
}

/* Fills in the length of a field that began at `begin`. */
static void
end_field(struct mutator *m, struct wr *wr, size_t begin)
{
	if (!wr->full)
		wr_patch_u16(
		    wr, begin, (uint16_t)mutator_length(m, wr->len - begin - 2));
}

/* Returns the length, 0 if it does not fit. */
static size_t
write_shape(struct mutator *m, const struct shape *shape, uint8_t *out, size_t max)
{
	size_t begin;
	struct wr wr;

	wr_init(&wr, out, max);
	wr_u8(&wr, shape->option);
	begin = wr.len;
	wr_u16(&wr, 0);
	write_pieces(&wr, &shape->withdrawn);
	end_field(m, &wr, begin);
	begin = wr.len;
	wr_u16(&wr, 0);
	write_attrs(m, &wr, &shape->attrs);
	end_field(m, &wr, begin);
	write_pieces(&wr, &shape->announced);
	return wr.full ? 0 : wr.len;
}

/* A prefix more, or one that changes. */
static void
mutate_prefixes(struct mutator *m, bool path_ids, struct pieces *pieces)
{
	const struct sample *sample =
	    &prefixes[mutator_pick(m, sizeof prefixes / sizeof *prefixes)];
	struct piece *piece = pieces_pick(m, pieces), more = piece_of(sample);

	if (piece && mutator_pick(m, 2)) {
		mutator_value(m, piece);
		return;
	}
	if (path_ids) {
		uint8_t bytes[32] = { 0, 0, 0, (uint8_t)mutator_pick(m, 4) };

		memcpy(bytes + 4, more.value, more.len);
		more.len += 4;
		more.value = mutator_keep(m, bytes, more.len);
	}
	if (more.value)
		pieces_insert(m, pieces, more);
}

/* Splits a value in what comes first and items. False for values without items. */
static bool
split_value(const struct shape *shape, const struct piece *attr, struct piece *rethead,
    struct pieces *retitems)
{
	uint8_t type = attr->head[1];
	bool as4 = type == AS4_PATH || shape->option & shape->options->as4;
	size_t size = 0, as_size = as4 ? 4 : 2;
	struct rd rd;

	retitems->n = 0;
	rd_init(&rd, attr->value, attr->len);
	*rethead = piece_take(&rd, 0);
	if (type == REACH || type == UNREACH) {
		bool ipv6 = attr->len > 1 && attr->value[1] == 2;
		size_t head = 3;

		if (type == REACH && attr->len > 3)
			head = 5u + attr->value[3];
		*rethead = piece_take(&rd, head);
		read_prefixes(rd, has_path_ids(shape, ipv6), retitems);
		return true;
	}
	if (type == COMMUNITIES || type == CLUSTERS)
		size = 4;
	else if (type == EXT_COMMUNITIES)
		size = 8;
	else if (type == LARGE_COMMUNITIES)
		size = 12;
	else if (type != AS_PATH && type != AS4_PATH)
		return false;
	while (rd_left(&rd)) {
		struct rd ahead = rd;
		size_t count;

		rd_u8(&ahead);
		count = rd_u8(&ahead);
		pieces_add(
		    retitems, piece_take(&rd, size ? size : 2 + count * as_size));
	}
	return true;
}

/* The items of a list in an attribute: segments, communities, prefixes. */
static void
mutate_items(struct mutator *m, const struct shape *shape, struct piece *attr)
{
	bool ipv6 = attr->len > 1 && attr->value[1] == 2;
	struct pieces items;
	struct piece head;
	uint8_t bytes[8192];
	struct wr wr;

	if (!split_value(shape, attr, &head, &items)) {
		mutator_value(m, attr);
		return;
	}
	if ((attr->head[1] == REACH || attr->head[1] == UNREACH) && mutator_pick(m, 2))
		mutate_prefixes(m, has_path_ids(shape, ipv6), &items);
	else
		pieces_rearrange(m, &items);
	wr_init(&wr, bytes, sizeof bytes);
	wr_bytes(&wr, head.value, head.len);
	write_pieces(&wr, &items);
	if (wr.full || !mutator_keep(m, bytes, wr.len))
		return;
	attr->value = m->room + m->used - wr.len;
	attr->len = wr.len;
}

static void
mutate_attr(struct mutator *m, const struct shape *shape, struct piece *attr)
{
	switch (mutator_pick(m, 5)) {
	case 0:
		attr->head[0] ^= (uint8_t)(1u << mutator_pick(m, 8));
		break;
	case 1:
		attr->head[1] =
		    samples[mutator_pick(m, sizeof samples / sizeof *samples)].type;
		break;
	case 2:
		mutator_value(m, attr);
		break;
	default:
		mutate_items(m, shape, attr);
		break;
	}
}

static void
mutate_shape(struct mutator *m, struct shape *shape)
{
	struct pieces *fields[] = { &shape->withdrawn, &shape->announced };
	struct pieces *field = fields[mutator_pick(m, 2)];
	struct piece *attr = pieces_pick(m, &shape->attrs);
	unsigned sample = mutator_pick(m, sizeof samples / sizeof *samples);

	switch (mutator_pick(m, 8)) {
	case 0:
		shape->option ^= (uint8_t)(1u << mutator_pick(m, 8));
		break;
	case 1:
		pieces_rearrange(m, field);
		break;
	case 2:
		mutate_prefixes(m, has_path_ids(shape, false), field);
		break;
	case 3:
		pieces_rearrange(m, &shape->attrs);
		break;
	case 4:
		pieces_insert(m, &shape->attrs, piece_of(&samples[sample]));
		break;
	default:
		if (attr)
			mutate_attr(m, shape, attr);
		break;
	}
}

/* What is too big for the stack. */
struct scratch {
	struct mutator mutator;
	struct shape a, b;
	uint8_t out[1 << 16];
};

size_t
update_mutate(const struct update_options *options, uint8_t *bytes, size_t len,
    size_t max, unsigned seed, mutate_bytes *mutate)
{
	static struct scratch scratch;
	size_t room = max < sizeof scratch.out ? max : sizeof scratch.out;
	size_t out_len = 0;

	mutator_init(&scratch.mutator, seed, mutate);
	if (mutator_pick(&scratch.mutator, 16)) {
		read_shape(&scratch.a, options, bytes, len);
		do {
			mutate_shape(&scratch.mutator, &scratch.a);
		} while (mutator_pick(&scratch.mutator, 3) == 0);
		out_len = write_shape(&scratch.mutator, &scratch.a, scratch.out, room);
	}
	if (!out_len)
		return mutate(bytes, len, max);
	memcpy(bytes, scratch.out, out_len);
	return out_len;
}

size_t
update_cross(const struct update_options *options, const uint8_t *a, size_t a_len,
    const uint8_t *b, size_t b_len, uint8_t *out, size_t max, unsigned seed)
{
	static struct scratch scratch;

	mutator_init(&scratch.mutator, seed, NULL);
	read_shape(&scratch.a, options, a, a_len);
	read_shape(&scratch.b, options, b, b_len);
	pieces_cross(&scratch.mutator, &scratch.a.withdrawn, &scratch.b.withdrawn);
	pieces_cross(&scratch.mutator, &scratch.a.attrs, &scratch.b.attrs);
	pieces_cross(&scratch.mutator, &scratch.a.announced, &scratch.b.announced);
	return write_shape(&scratch.mutator, &scratch.a, out, max);
}
