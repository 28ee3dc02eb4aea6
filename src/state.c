#include "state.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "clock.h"
#include "rib/rib.h"
#include "state_log.h"

#define BYTES_MAX (256u << 20)     /* of a file that is read */
#define SNAPSHOT_MS 30000          /* estimates are so old at most */
#define CHANGES_BYTES (256u << 10) /* and changes so many, or what a snapshot takes */
#define RETRY_MS 60000

struct state {
	char *name; /* of the router */
	char *path, *temporary;
	uint32_t router_id;
	uint8_t boot[STATE_BOOT_LEN];
	bool kept;  /* what was read may be in force */
	bool begun; /* there was a change to be saved */
	int fd;     /* -1: not begun, or not writable */
	uint64_t snapshot_at, retry_at;
	bool failing; /* said so already */
	size_t snapshot_bytes, changes_bytes;
	struct state_frame frame;
};

/* Which boot of the host this is; zeros if nobody knows. */
static void
read_boot(uint8_t boot[STATE_BOOT_LEN])
{
	FILE *file = fopen("/proc/sys/kernel/random/boot_id", "re");
	unsigned byte;

	memset(boot, 0, STATE_BOOT_LEN);
	if (!file)
		return;
	for (int i = 0; i < STATE_BOOT_LEN && fscanf(file, "%2x%*[-]", &byte) == 1; i++)
		boot[i] = (uint8_t)byte;
	fclose(file);
}

static void
complain(struct state *state, const char *path)
{
	if (!state->failing)
		log_warn("router %s: state %s: %s: a restart will lose what is "
			 "installed",
		    state->name, path, strerror(errno));
	state->failing = true;
}

/* --- reading --- */

/* The whole file, which the caller frees; NULL, with errno, if it cannot be read. */
static uint8_t *
read_file(const char *path, size_t *retlen)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	uint8_t *bytes = NULL;
	struct stat st;
	ssize_t n = -1;

	if (fd < 0)
		return NULL;
	if (fstat(fd, &st) == 0 && st.st_size >= 0 && st.st_size <= BYTES_MAX) {
		bytes = mem_resize(NULL, (size_t)st.st_size + 1, 1);
		n = read(fd, bytes, (size_t)st.st_size);
	} else {
		errno = EFBIG;
	}
	close(fd);
	if (n < 0) {
		free(bytes);
		return NULL;
	}
	*retlen = (size_t)n;
	return bytes;
}

static void
recall(void *arg, const struct rib_memory *memory)
{
	rib_recall(arg, memory);
}

static bool
is_of_this_boot(const struct state *state, const struct state_head *head)
{
	return memcmp(head->boot, state->boot, STATE_BOOT_LEN) == 0;
}

/* The wall clock may be set while the host is up, and first of all soon after a boot.
 */
static uint64_t
age_ms(const struct state *state, const struct state_head *head)
{
	bool same = is_of_this_boot(state, head);
	uint64_t now = same ? clock_boot_ms() : clock_wall_ms();
	uint64_t then = same ? head->boot_ms : head->wall_ms;

	return now > then ? now - then : 0;
}

/* Whether what was read is to be believed; if not, why. */
static const char *
objection(const struct state *state, const struct state_head *head, uint64_t age_max_s)
{
	if (head->router_id != state->router_id)
		return "it is of another router-id";
	if (age_ms(state, head) > age_max_s * 1000 + SNAPSHOT_MS)
		return "it is too old, no target holds its routes any more";
	return NULL;
}

/* Returns true if the targets may still hold what was read. */
static bool
load(struct state *state, const uint8_t *bytes, size_t len, uint64_t age_max_s,
    struct rib *rib)
{
	struct state_head head;
	const char *why, *doubt = "";
	size_t cut;

	if (!state_log_read(bytes, len, &head, &cut, NULL, NULL, &why) ||
	    (why = objection(state, &head, age_max_s))) {
		log_warn(
		    "router %s: state %s ignored: %s", state->name, state->path, why);
		return false;
	}
	if (cut)
		log_warn("router %s: state %s: the last %zu bytes are half a change, "
			 "which was not sent: left out",
		    state->name, state->path, cut);
	state_log_read(bytes, len, &head, &cut, recall, rib, &why);
	rib_set_clock(rib, head.clock);
	if (state->failing)
		doubt = ", which could not be kept up";
	else if (!is_of_this_boot(state, &head))
		doubt = ", of before this boot";
	log_info("router %s: goes on from state %s%s", state->name, state->path, doubt);
	return !*doubt;
}

struct state *
state_open(const char *directory, const char *router, uint32_t router_id,
    uint64_t age_max_s, struct rib *rib, bool *retkept)
{
	struct state *state;
	char path[PATH_MAX];
	uint8_t *bytes;
	size_t len = 0;

	*retkept = false;
	if (!*directory)
		return NULL;
	state = mem_alloc(sizeof *state);
	state->name = mem_strdup(router);
	snprintf(path, sizeof path, "%s/%s.state", directory, router);
	state->path = mem_strdup(path);
	snprintf(path, sizeof path, "%s/%s.state.new", directory, router);
	state->temporary = mem_strdup(path);
	state->router_id = router_id;
	state->fd = -1;
	read_boot(state->boot);
	if (faccessat(AT_FDCWD, directory, W_OK, AT_EACCESS) != 0)
		complain(state, directory);
	bytes = read_file(state->path, &len);
	if (bytes)
		state->kept = load(state, bytes, len, age_max_s, rib);
	else if (errno != ENOENT)
		log_warn("router %s: state %s ignored: %s", router, state->path,
		    strerror(errno));
	free(bytes);
	*retkept = state->kept;
	return state;
}

/* --- writing --- */

/* A log that cannot be kept up must not be read again. */
static void
give_up(struct state *state, const char *path)
{
	complain(state, path);
	if (state->fd >= 0)
		close(state->fd);
	state->fd = -1;
	state->retry_at = clock_ms() + RETRY_MS;
	unlink(state->temporary);
	if (unlink(state->path) != 0 && errno != ENOENT)
		log_error("router %s: state %s: %s: remove it, it is not true any more",
		    state->name, state->path, strerror(errno));
}

/* Writes the frame; half a frame is none. */
static bool
write_frame(struct state *state, int fd, size_t *retlen)
{
	const uint8_t *bytes = state_frame_end(&state->frame, retlen);
	ssize_t n;

	do
		n = write(fd, bytes, *retlen);
	while (n < 0 && errno == EINTR);
	if (n >= 0 && (size_t)n < *retlen)
		errno = ENOSPC;
	return n >= 0 && (size_t)n == *retlen;
}

static void
add(void *arg, const struct rib_memory *memory)
{
	state_frame_add(arg, memory);
}

/*
 * The new file takes the place of the old one. By exchange, because some file systems
 * write back the whole of a file that is renamed over another one, which takes
 * milliseconds; where there is no old one, or no exchange, by a plain rename.
 */
static bool
replace(const struct state *state)
{
	if (renameat2(AT_FDCWD, state->temporary, AT_FDCWD, state->path,
		RENAME_EXCHANGE) == 0) {
		unlink(state->temporary);
		return true;
	}
	return rename(state->temporary, state->path) == 0;
}

static void
add_changes(struct state *state, const struct rib *rib,
    const struct rib_change *changes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct rib_memory memory = rib_remember(rib, &changes[i]);

		state_frame_add(&state->frame, &memory);
	}
}

/* With changes that the rib has made, but not remembered yet. */
static void
begin_anew(struct state *state, const struct rib *rib, const struct rib_change *changes,
    size_t n)
{
	struct state_head head = {
		.wall_ms = clock_wall_ms(),
		.boot_ms = clock_boot_ms(),
		.router_id = state->router_id,
		.clock = rib_clock(rib),
	};
	int fd = open(state->temporary,
	    O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);

	memcpy(head.boot, state->boot, sizeof head.boot);
	state_frame_begin_snapshot(&state->frame, &head);
	for (int f = 0; f < FAMILIES; f++)
		rib_each_memory(rib, (enum family)f, add, &state->frame);
	add_changes(state, rib, changes, n);
	if (fd < 0 || !write_frame(state, fd, &state->snapshot_bytes) ||
	    !replace(state)) {
		give_up(state, state->temporary);
		if (fd >= 0)
			close(fd);
		return;
	}
	if (state->fd >= 0)
		close(state->fd);
	state->fd = fd;
	state->failing = false;
	state->changes_bytes = 0;
	state->snapshot_at = clock_ms() + SNAPSHOT_MS;
}

void
state_append(struct state *state, const struct rib *rib,
    const struct rib_change *changes, size_t n)
{
	size_t len;

	if (!state)
		return;
	state->begun = true;
	if (state->fd < 0) {
		if (clock_ms() >= state->retry_at)
			begin_anew(state, rib, changes, n);
		return;
	}
	state_frame_begin(&state->frame);
	add_changes(state, rib, changes, n);
	if (write_frame(state, state->fd, &len))
		state->changes_bytes += len;
	else
		give_up(state, state->path);
}

static bool
is_due(const struct state *state)
{
	uint64_t now = clock_ms();

	if (state->fd < 0)
		return now >= state->retry_at;
	return now >= state->snapshot_at ||
	       state->changes_bytes > CHANGES_BYTES + state->snapshot_bytes;
}

void
state_tick(struct state *state, const struct rib *rib)
{
	if (state && state->begun && is_due(state))
		begin_anew(state, rib, NULL, 0);
}

void
state_save(struct state *state, const struct rib *rib, uint32_t router_id)
{
	bool renamed;

	if (!state)
		return;
	renamed = state->router_id != router_id;
	state->router_id = router_id;
	if (state->begun || (state->kept && renamed))
		begin_anew(state, rib, NULL, 0);
}

static void
state_free(struct state *state)
{
	if (state->fd >= 0)
		close(state->fd);
	state_frame_fini(&state->frame);
	free(state->name);
	free(state->path);
	free(state->temporary);
	free(state);
}

void
state_close(struct state *state, const struct rib *rib)
{
	if (!state)
		return;
	if (state->begun)
		begin_anew(state, rib, NULL, 0);
	state_free(state);
}

void
state_remove(struct state *state)
{
	if (!state)
		return;
	if (unlink(state->path) != 0 && errno != ENOENT)
		log_warn("router %s: state %s: %s: not removed", state->name,
		    state->path, strerror(errno));
	state_free(state);
}
