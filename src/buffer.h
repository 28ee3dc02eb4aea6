/* Bytes that grow at their end. Zeroed it is empty. */
#ifndef SRC_BUFFER_H
#define SRC_BUFFER_H

#include <stddef.h>

struct buffer {
	char *bytes;
	size_t len, cap;
};

void buffer_add(struct buffer *buffer, const void *bytes, size_t len);

/*
 * Room for `len` bytes more behind the end; what was written there is taken by raising
 * buffer->len. Borrowed until the next call.
 */
char *buffer_room(struct buffer *buffer, size_t len);

void buffer_fini(struct buffer *buffer);

#endif
