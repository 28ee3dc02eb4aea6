#include "helpers/pcap_file.h"

#include <stdio.h>
#include <stdlib.h>

#define MAGIC 0xa1b2c3d4
#define MAGIC_SWAPPED 0xd4c3b2a1
#define UDP 17

const char *
shared_path(const char *path, char *text, size_t size)
{
	const char *shared = getenv("ARMD_SHARED");

	snprintf(text, size, "%s/data/%s", shared ? shared : "../shared", path);
	return text;
}

uint8_t *
file_read(const char *path, size_t *retlen)
{
	FILE *file = fopen(path, "rb");
	uint8_t *bytes = NULL;
	long len;

	if (!file)
		return NULL;
	if (fseek(file, 0, SEEK_END) == 0 && (len = ftell(file)) >= 0) {
		rewind(file);
		bytes = malloc((size_t)len + 1);
		if (bytes && fread(bytes, 1, (size_t)len, file) == (size_t)len) {
			*retlen = (size_t)len;
		} else {
			free(bytes);
			bytes = NULL;
		}
	}
	fclose(file);
	return bytes;
}

/* A word of the capture file's own headers. */
static uint32_t
read_word(struct pcap_file *file)
{
	uint32_t word = rd_u32(&file->rd);

	return file->swapped ? __builtin_bswap32(word) : word;
}

bool
pcap_file_init(struct pcap_file *file, const char *path)
{
	size_t len;
	uint32_t magic;

	file->bytes = file_read(path, &len);
	if (!file->bytes)
		return false;
	rd_init(&file->rd, file->bytes, len);
	magic = rd_u32(&file->rd);
	file->swapped = magic == MAGIC_SWAPPED;
	rd_bytes(&file->rd, 20);
	if (!rd_ok(&file->rd) || (magic != MAGIC && magic != MAGIC_SWAPPED)) {
		pcap_file_fini(file);
		return false;
	}
	return true;
}

void
pcap_file_fini(struct pcap_file *file)
{
	free(file->bytes);
	file->bytes = NULL;
}

/* The UDP datagram in an Ethernet frame; fails if there is none. */
static struct rd
udp_of(struct rd frame)
{
	struct rd udp;
	uint16_t type, total;
	uint8_t first, protocol;

	rd_bytes(&frame, 12);
	type = rd_u16(&frame);
	while (type == 0x8100 || type == 0x88a8) {
		rd_u16(&frame);
		type = rd_u16(&frame);
	}
	first = rd_u8(&frame);
	if (type == 0x0800) {
		rd_u8(&frame);
		total = rd_u16(&frame);
		rd_bytes(&frame, 5);
		protocol = rd_u8(&frame);
		rd_bytes(&frame, 10 + ((first & 15) - 5) * 4);
		udp = rd_sub(&frame, total - (first & 15) * 4);
	} else {
		rd_bytes(&frame, 3);
		total = rd_u16(&frame);
		protocol = rd_u8(&frame);
		rd_bytes(&frame, 33);
		udp = rd_sub(&frame, total);
		if (type != 0x86dd)
			rd_fail(&udp);
	}
	if (protocol != UDP)
		rd_fail(&udp);
	return udp;
}

bool
pcap_file_next(struct pcap_file *file, uint16_t port, uint64_t *rettime_ms,
    const uint8_t **retbytes, size_t *retlen)
{
	while (rd_left(&file->rd) > 0) {
		uint64_t time_ms = read_word(file) * 1000ull;
		uint32_t captured;
		struct rd udp;
		uint16_t to;

		time_ms += read_word(file) / 1000;
		captured = read_word(file);
		read_word(file);
		udp = udp_of(rd_sub(&file->rd, captured));
		rd_u16(&udp);
		to = rd_u16(&udp);
		rd_u32(&udp);
		if (!rd_ok(&udp) || to != port)
			continue;
		*rettime_ms = time_ms;
		*retlen = rd_left(&udp);
		*retbytes = rd_bytes(&udp, *retlen);
		return true;
	}
	return false;
}
