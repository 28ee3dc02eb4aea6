#include "record_files.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "config.h"
#include "config_value.h"
#include "record.h"

#define BUFFER_BYTES (64u << 10)
#define FAULT_MAX 64

static const char *const names[RECORD_FILES] = {
	[RECORD_RIB] = "rib.txt",
	[RECORD_CHANGES] = "changes.txt",
	[RECORD_SFLOW] = "sflow.pcap",
};

struct file {
	int fd;
	uint64_t written; /* whole records */
	size_t len;       /* in the buffer */
	uint8_t buffer[BUFFER_BYTES];
};

struct record_files {
	struct file files[RECORD_FILES];
	uint64_t bytes, limit;
	bool full;             /* and nothing else is wrong */
	char fault[FAULT_MAX]; /* empty: none */
};

/* --- the directory --- */

static bool
refuse(const char *what, int error, char *reterr, size_t size)
{
	snprintf(reterr, size, "cannot record in %s: %s", what, strerror(error));
	return false;
}

/* Bytes of the plain files in the folder `name` of `parent`; 0 if it is no folder. */
static uint64_t
folder_bytes(int parent, const char *name)
{
	int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *folder = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;
	uint64_t bytes = 0;
	struct stat st;

	if (!folder) {
		if (fd >= 0)
			close(fd);
		return 0;
	}
	while ((entry = readdir(folder)))
		if (fstatat(fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		    S_ISREG(st.st_mode))
			bytes += (uint64_t)st.st_size;
	closedir(folder);
	return bytes;
}

/* What all recordings have. */
static uint64_t
used_bytes(int directory)
{
	int fd = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *folder = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;
	uint64_t bytes = 0;

	if (!folder) {
		if (fd >= 0)
			close(fd);
		return 0;
	}
	while ((entry = readdir(folder)))
		if (entry->d_name[0] != '.')
			bytes += folder_bytes(fd, entry->d_name);
	closedir(folder);
	return bytes;
}

/* The directory of the configuration, opened. */
static bool
open_directory(
    const struct config_record *config, int *retfd, char *reterr, size_t size)
{
	int fd;

	if (!config->directory[0]) {
		snprintf(reterr, size,
		    "recording is off: armd.conf names no directory for it");
		return false;
	}
	if (mkdir(config->directory, 0750) != 0 && errno != EEXIST)
		return refuse(config->directory, errno, reterr, size);
	fd = open(config->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return refuse(config->directory, errno, reterr, size);
	*retfd = fd;
	return true;
}

/* How much may be written, of what is asked for. */
static bool
find_room(const struct config_record *config, int directory, uint64_t *bytes,
    char *reterr, size_t size)
{
	uint64_t used = used_bytes(directory);
	uint64_t left = used < config->max_bytes ? config->max_bytes - used : 0;

	if (left < RECORD_MIN_BYTES) {
		snprintf(reterr, size,
		    "the recordings in %s have %" PRIu64 " bytes of max-size %" PRIu64
		    " already: remove some",
		    config->directory, used, config->max_bytes);
		return false;
	}
	*bytes = left < *bytes ? left : *bytes;
	return true;
}

/* --- making them --- */

static void
close_files(struct record_files *files)
{
	for (int i = 0; i < RECORD_FILES; i++)
		if (files->files[i].fd >= 0)
			close(files->files[i].fd);
	free(files);
}

/* Empty files in a folder that was just made. */
static bool
open_files(struct record_files *files, int directory, const char *name, char *reterr,
    size_t size)
{
	int folder = openat(
	    directory, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (folder < 0)
		return refuse(name, errno, reterr, size);
	for (int i = 0; i < RECORD_FILES; i++) {
		int fd = openat(folder, names[i],
		    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0640);

		files->files[i].fd = fd;
		if (fd < 0) {
			refuse(name, errno, reterr, size);
			break;
		}
	}
	close(folder);
	return files->files[RECORD_FILES - 1].fd >= 0;
}

static struct record_files *
make_files(int directory, const char *name, uint64_t limit, char *reterr, size_t size)
{
	struct record_files *files;

	if (mkdirat(directory, name, 0750) != 0) {
		if (errno == EEXIST)
			snprintf(
			    reterr, size, "there is a recording '%s' already", name);
		else
			refuse(name, errno, reterr, size);
		return NULL;
	}
	files = mem_alloc(sizeof *files);
	files->limit = limit;
	for (int i = 0; i < RECORD_FILES; i++)
		files->files[i].fd = -1;
	if (open_files(files, directory, name, reterr, size))
		return files;
	close_files(files);
	return NULL;
}

struct record_files *
record_files_new(const struct config_record *config, const char *name,
    uint64_t max_bytes, char *reterr, size_t size)
{
	struct record_files *files = NULL;
	int directory;

	if (!config_value_is_name(name) || name[0] == '.') {
		snprintf(reterr, size,
		    "'%.64s' is no name for a recording: 1 to %d of A-Z a-z 0-9 . _ -, "
		    "no dot first",
		    name, CONFIG_NAME_MAX - 1);
		return NULL;
	}
	if (!open_directory(config, &directory, reterr, size))
		return NULL;
	if (find_room(config, directory, &max_bytes, reterr, size))
		files = make_files(directory, name, max_bytes, reterr, size);
	close(directory);
	return files;
}

/* --- writing --- */

/* The first error counts; that the files were full before is none. */
static void
fail(struct record_files *files, const char *fault)
{
	if (files->fault[0] && !files->full)
		return;
	files->full = false;
	snprintf(files->fault, sizeof files->fault, "%s", fault);
}

static void
write_buffer(struct record_files *files, struct file *file)
{
	size_t done = 0;

	while (done < file->len) {
		ssize_t n = write(file->fd, file->buffer + done, file->len - done);

		if (n > 0) {
			done += (size_t)n;
		} else if (n == 0 || errno != EINTR) {
			fail(
			    files, n == 0 ? "nothing can be written" : strerror(errno));
			break;
		}
	}
	if (done == file->len) {
		file->written += file->len;
	} else {
		files->bytes -= file->len;
		/* a part of a record is worse than none; if this fails, it stays */
		if (ftruncate(file->fd, (off_t)file->written) != 0)
			files->bytes += done;
	}
	file->len = 0;
}

void
record_files_flush(struct record_files *files)
{
	for (int i = 0; i < RECORD_FILES; i++)
		write_buffer(files, &files->files[i]);
}

void
record_files_put(
    struct record_files *files, enum record_file which, const void *bytes, size_t len)
{
	struct file *file = &files->files[which];

	assert(len <= BUFFER_BYTES);
	if (!files->fault[0] && len > files->limit - files->bytes) {
		fail(files, "max-size is reached");
		files->full = true;
	}
	if (!files->fault[0] && len > BUFFER_BYTES - file->len)
		write_buffer(files, file);
	if (files->fault[0])
		return;
	memcpy(file->buffer + file->len, bytes, len);
	file->len += len;
	files->bytes += len;
}

void
record_files_free(struct record_files *files)
{
	if (!files)
		return;
	record_files_flush(files);
	close_files(files);
}

const char *
record_files_fault(const struct record_files *files)
{
	return files->fault[0] ? files->fault : NULL;
}

bool
record_files_full(const struct record_files *files)
{
	return files->full;
}

uint64_t
record_files_bytes(const struct record_files *files)
{
	return files->bytes;
}

uint64_t
record_files_limit(const struct record_files *files)
{
	return files->limit;
}
