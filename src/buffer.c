#include "buffer.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define CAP_MIN 256

char *
buffer_room(struct buffer *buffer, size_t len)
{
	size_t need = buffer->len + len;

	if (need > buffer->cap) {
		size_t cap = 2 * buffer->cap > CAP_MIN ? 2 * buffer->cap : CAP_MIN;

		buffer->cap = cap > need ? cap : need;
		buffer->bytes = mem_resize(buffer->bytes, buffer->cap, 1);
	}
	return buffer->bytes + buffer->len;
}

void
buffer_add(struct buffer *buffer, const void *bytes, size_t len)
{
	if (!len)
		return;
	memcpy(buffer_room(buffer, len), bytes, len);
	buffer->len += len;
}

void
buffer_fini(struct buffer *buffer)
{
	free(buffer->bytes);
	*buffer = (struct buffer){ .bytes = NULL };
}
