#include "sim_out.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "sim_rib.h"

#define BUFFER (256u << 10)

struct sim_out {
	char *path;
	char *part; /* where it is written until it is whole; NULL: at `path` */
	FILE *stream;
};

struct sim_out *
sim_out_open(const char *path, char *reterr)
{
	struct sim_out *out = mem_alloc(sizeof *out);
	size_t size = strlen(path) + sizeof ".part";
	struct stat stat;

	out->path = mem_strdup(path);
	if (lstat(path, &stat) < 0 || S_ISREG(stat.st_mode)) {
		out->part = mem_alloc(size);
		snprintf(out->part, size, "%s.part", path);
	}
	out->stream = fopen(out->part ? out->part : path, "we");
	if (!out->stream) {
		snprintf(reterr, SIM_ERROR_MAX, "%s: %s", path, strerror(errno));
		sim_out_abort(out);
		return NULL;
	}
	setvbuf(out->stream, NULL, _IOFBF, BUFFER);
	return out;
}

FILE *
sim_out_stream(struct sim_out *out)
{
	return out->stream;
}

static void
out_free(struct sim_out *out)
{
	free(out->path);
	free(out->part);
	free(out);
}

bool
sim_out_commit(struct sim_out *out, char *reterr)
{
	bool written = ferror(out->stream) == 0;

	written &= fclose(out->stream) == 0;
	if (written && out->part)
		written = rename(out->part, out->path) == 0;
	if (!written) {
		snprintf(reterr, SIM_ERROR_MAX, "%s: %s", out->path, strerror(errno));
		if (out->part)
			unlink(out->part);
	}
	out_free(out);
	return written;
}

void
sim_out_abort(struct sim_out *out)
{
	if (!out)
		return;
	if (out->stream)
		fclose(out->stream);
	if (out->stream && out->part)
		unlink(out->part);
	out_free(out);
}
