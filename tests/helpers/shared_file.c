#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "helpers/shared_file.h"

#include <stdlib.h>
#include <zlib.h>

#include "base/mem.h"
#include "helpers/pcap_file.h"

#define PIECE (1u << 20)
#define TAR_BLOCK 512
#define TAR_SIZE 124 /* where a head says the size, and the type, of its file */
#define TAR_TYPE 156

uint8_t *
shared_load(const char *name, size_t *retlen)
{
	uint8_t *bytes = NULL;
	size_t len = 0, cap = 0;
	char path[512];
	gzFile file;
	int got;

	file = gzopen(shared_path(name, path, sizeof path), "rb");
	if (!file) {
		print_message("skipped: %s is not there\n", path);
		skip();
	}
	do {
		cap += PIECE;
		bytes = mem_resize(bytes, cap + 1, 1);
		got = gzread(file, bytes + len, PIECE);
		assert_true(got >= 0);
		len += (size_t)got;
	} while (got == (int)PIECE);
	gzclose(file);
	bytes[len] = 0;
	*retlen = len;
	return bytes;
}

bool
shared_tar_next(const uint8_t *tar, size_t len, size_t *at, struct rd *retfile)
{
	while (len - *at >= TAR_BLOCK && tar[*at]) {
		const uint8_t *head = tar + *at;
		size_t size = strtoul((const char *)head + TAR_SIZE, NULL, 8);

		*at += TAR_BLOCK;
		assert_true(size <= len - *at);
		rd_init(retfile, tar + *at, size);
		*at += (size + TAR_BLOCK - 1) / TAR_BLOCK * TAR_BLOCK;
		if (head[TAR_TYPE] == '0')
			return true;
	}
	return false;
}
