#include "sim_file.h"

#include <bzlib.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "base/mem.h"

#define RAW_BYTES (64u << 10)
#define OUT_BYTES (256u << 10)

struct sim_file {
	char *name;
	int fd; /* -1: of memory */
	bool raw_ended;
	uint8_t *raw; /* as it stands in the file */
	size_t raw_at, raw_len;
	int (*unpack)(struct sim_file *file, uint8_t *to, size_t room, size_t *retlen);
	bool between; /* no compressed stream is open: another may begin or not */
	z_stream gzip;
	bz_stream bzip2;
	uint8_t *out;
	size_t out_at, out_len, out_cap;
	bool ended;
	uint64_t offset, lines;
	const char *fault;
};

/* Gets more of the file as it stands; false at its end. */
static bool
read_raw(struct sim_file *file)
{
	ssize_t n = 0;

	if (file->raw_at < file->raw_len)
		return true;
	if (file->fd >= 0 && !file->raw_ended && !file->fault) {
		do
			n = read(file->fd, file->raw, RAW_BYTES);
		while (n < 0 && errno == EINTR);
		if (n < 0)
			file->fault = strerror(errno);
		file->raw_at = 0;
		file->raw_len = n > 0 ? (size_t)n : 0;
	}
	file->raw_ended = file->raw_at == file->raw_len;
	return !file->raw_ended;
}

/* These give some bytes; 0, or -1 and the file has a fault. */

static int
unpack_plain(struct sim_file *file, uint8_t *to, size_t room, size_t *retlen)
{
	size_t left = file->raw_len - file->raw_at;

	*retlen = left < room ? left : room;
	memcpy(to, file->raw + file->raw_at, *retlen);
	file->raw_at += *retlen;
	return 0;
}

static int
unpack_gzip(struct sim_file *file, uint8_t *to, size_t room, size_t *retlen)
{
	z_stream *z = &file->gzip;
	int status;

	if (file->between)
		inflateReset(z);
	z->next_in = file->raw + file->raw_at;
	z->avail_in = (unsigned)(file->raw_len - file->raw_at);
	z->next_out = to;
	z->avail_out = (unsigned)room;
	status = inflate(z, Z_NO_FLUSH);
	file->raw_at = file->raw_len - z->avail_in;
	*retlen = room - z->avail_out;
	file->between = status == Z_STREAM_END;
	return status == Z_OK || status == Z_STREAM_END || status == Z_BUF_ERROR ? 0
										 : -1;
}

static int
unpack_bzip2(struct sim_file *file, uint8_t *to, size_t room, size_t *retlen)
{
	bz_stream *bz = &file->bzip2;
	int status;

	if (file->between) {
		BZ2_bzDecompressEnd(bz);
		memset(bz, 0, sizeof *bz);
		if (BZ2_bzDecompressInit(bz, 0, 0) != BZ_OK)
			return -1;
	}
	bz->next_in = (char *)file->raw + file->raw_at;
	bz->avail_in = (unsigned)(file->raw_len - file->raw_at);
	bz->next_out = (char *)to;
	bz->avail_out = (unsigned)room;
	status = BZ2_bzDecompress(bz);
	file->raw_at = file->raw_len - bz->avail_in;
	*retlen = room - bz->avail_out;
	file->between = status == BZ_STREAM_END;
	return status == BZ_OK || status == BZ_STREAM_END ? 0 : -1;
}

/* Unpacks until `want` bytes lie ready, or the end. */
static void
fill(struct sim_file *file, size_t want)
{
	size_t n;

	if (file->out_at) {
		file->out_len -= file->out_at;
		memmove(file->out, file->out + file->out_at, file->out_len);
		file->out_at = 0;
	}
	if (want > file->out_cap) {
		file->out_cap = want + OUT_BYTES;
		file->out = mem_resize(file->out, file->out_cap, 1);
	}
	while (file->out_len < want && !file->ended) {
		if (!read_raw(file)) {
			file->ended = true;
			if (!file->between && !file->fault)
				file->fault = "the compressed data end too early";
			return;
		}
		if (file->unpack(file, file->out + file->out_len,
			file->out_cap - file->out_len, &n) < 0) {
			file->ended = true;
			file->fault = "the compressed data are damaged";
			return;
		}
		file->out_len += n;
	}
}

/* Looks at the first bytes. */
static void
recognise(struct sim_file *file)
{
	const uint8_t *at;
	size_t left;

	file->between = true;
	file->unpack = unpack_plain;
	if (!read_raw(file))
		return;
	at = file->raw + file->raw_at;
	left = file->raw_len - file->raw_at;
	if (left >= 3 && memcmp(at, "\x1f\x8b\x08", 3) == 0) {
		/* 16: with the head of gzip */
		if (inflateInit2(&file->gzip, 16 + MAX_WBITS) == Z_OK)
			file->unpack = unpack_gzip;
	} else if (left >= 4 && memcmp(at, "BZh", 3) == 0) {
		if (BZ2_bzDecompressInit(&file->bzip2, 0, 0) == BZ_OK)
			file->unpack = unpack_bzip2;
	}
}

static struct sim_file *
file_new(const char *name)
{
	struct sim_file *file = mem_alloc(sizeof *file);

	file->name = mem_strdup(name);
	file->fd = -1;
	file->out_cap = OUT_BYTES;
	file->out = mem_resize(NULL, file->out_cap, 1);
	return file;
}

struct sim_file *
sim_file_open(const char *path, char *reterr, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct sim_file *file;

	if (fd < 0) {
		snprintf(reterr, size, "%s: %s", path, strerror(errno));
		return NULL;
	}
	file = file_new(path);
	file->fd = fd;
	file->raw = mem_resize(NULL, RAW_BYTES, 1);
	recognise(file);
	if (file->fault) {
		snprintf(reterr, size, "%s: %s", path, file->fault);
		sim_file_close(file);
		return NULL;
	}
	return file;
}

struct sim_file *
sim_file_memory(const char *name, const void *bytes, size_t len)
{
	struct sim_file *file = file_new(name);

	file->raw = mem_resize(NULL, len + 1, 1);
	if (len)
		memcpy(file->raw, bytes, len);
	file->raw_len = len;
	recognise(file);
	return file;
}

void
sim_file_close(struct sim_file *file)
{
	if (!file)
		return;
	if (file->unpack == unpack_gzip)
		inflateEnd(&file->gzip);
	else if (file->unpack == unpack_bzip2)
		BZ2_bzDecompressEnd(&file->bzip2);
	if (file->fd >= 0)
		close(file->fd);
	free(file->raw);
	free(file->out);
	free(file->name);
	free(file);
}

const char *
sim_file_name(const struct sim_file *file)
{
	return file->name;
}

const uint8_t *
sim_file_peek(struct sim_file *file, size_t want, size_t *retlen)
{
	size_t left;

	if (file->out_len - file->out_at < want)
		fill(file, want);
	left = file->out_len - file->out_at;
	*retlen = left < want ? left : want;
	return file->out + file->out_at;
}

void
sim_file_skip(struct sim_file *file, size_t len)
{
	file->out_at += len;
	file->offset += len;
}

uint64_t
sim_file_offset(const struct sim_file *file)
{
	return file->offset;
}

char *
sim_file_line(struct sim_file *file)
{
	for (size_t want = 512;; want *= 2) {
		size_t len;
		char *line, *end;

		if (want > SIM_LINE_MAX)
			want = SIM_LINE_MAX + 1;
		/* one byte more than is looked at, for the zero of a last line */
		line = (char *)sim_file_peek(file, want + 1, &len);
		end = memchr(line, '\n', len);
		if (!end && len > want && want <= SIM_LINE_MAX)
			continue;
		if (!end && len > SIM_LINE_MAX)
			file->fault = "a line is too long to be one";
		if (file->fault || len == 0)
			return NULL;
		sim_file_skip(file, end ? (size_t)(end - line) + 1 : len);
		if (!end)
			end = line + len;
		if (end > line && end[-1] == '\r')
			end--;
		*end = '\0';
		file->lines++;
		return line;
	}
}

uint64_t
sim_file_lines(const struct sim_file *file)
{
	return file->lines;
}

const char *
sim_file_fault(const struct sim_file *file)
{
	return file->fault;
}
