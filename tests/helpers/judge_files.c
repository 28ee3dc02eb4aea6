#include "helpers/judge_files.h"

#include <err.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static void
add_change(
    struct judge_changes *changes, int64_t at, const struct prefix *prefix, int key)
{
	changes->items = mem_grow(
	    changes->items, changes->count, &changes->cap, sizeof *changes->items);
	changes->items[changes->count++] = (struct judge_change){ at, *prefix, key };
}

static int64_t
to_time(double seconds)
{
	return llround(seconds * 1e6);
}

FILE *
judge_file_open(const char *folder, const char *name, bool needed)
{
	char path[4096];
	FILE *file;

	snprintf(path, sizeof path, "%s/%s", folder, name);
	file = fopen(path, "r");
	if (!file && needed)
		err(1, "%s", path);
	return file;
}

/* A prefix on two lines has two next hops, if multipath is judged, else the first. */
static void
read_rib(struct judge *judge, const char *folder, bool multipath)
{
	FILE *file = judge_file_open(folder, "rib.txt", true);
	char line[1024], text[PREFIX_TEXT_MAX + 1], hop_text[ADDR_TEXT_MAX + 1];

	while (fgets(line, sizeof line, file)) {
		struct prefix prefix;
		struct addr hop;
		int was;

		if (sscanf(line, "%50s %46s", text, hop_text) != 2 ||
		    !prefix_parse(text, &prefix) || !addr_parse(hop_text, &hop))
			errx(1, "rib.txt: %s", line);
		was = judge_route(judge, &prefix, judge_key(judge, &hop, 1));
		if (was != JUDGE_NONE)
			judge_route(judge, &prefix,
			    multipath ? judge_key_join(judge, was, &hop) : was);
	}
	fclose(file);
	judge->touched_count = 0;
}

/* The key of the next hops on the rest of a line, JUDGE_NONE if there is none. */
static int
read_hops(struct judge *judge, char *line)
{
	struct addr hops[JUDGE_HOPS_MAX];
	size_t count = 0;

	for (char *word; (word = strsep(&line, " \t\n"));)
		if (*word &&
		    (count == JUDGE_HOPS_MAX || !addr_parse(word, &hops[count++])))
			return JUDGE_NONE;
	return count ? judge_key(judge, hops, count) : JUDGE_NONE;
}

static void
read_rib_changes(struct judge_files *files, struct judge *judge, const char *folder)
{
	FILE *file = judge_file_open(folder, "ribchanges.txt", false);
	char line[4096], text[PREFIX_TEXT_MAX + 1], op;
	struct prefix prefix;
	double at;
	int used;

	while (file && fgets(line, sizeof line, file)) {
		int key = JUDGE_NONE;

		if (sscanf(line, "%lf %c %50s%n", &at, &op, text, &used) != 3 ||
		    !prefix_parse(text, &prefix))
			errx(1, "ribchanges.txt: %s", line);
		if (op == 'a')
			key = read_hops(judge, line + used);
		if ((op == 'a') != (key != JUDGE_NONE) || (op != 'a' && op != 'w'))
			errx(1, "ribchanges.txt: %s", line);
		judge_node(judge, &prefix);
		add_change(&files->routes, to_time(at), &prefix, key);
	}
	if (file)
		fclose(file);
}

static int
compare_changes(const void *a, const void *b)
{
	int64_t x = ((const struct judge_change *)a)->at,
		y = ((const struct judge_change *)b)->at;

	return x < y ? -1 : x > y;
}

static int
event_key(struct judge *judge, const json_t *hops)
{
	struct addr addrs[JUDGE_HOPS_MAX];
	size_t count = json_is_array(hops) ? json_array_size(hops) : 1;

	if (count == 0 || count > JUDGE_HOPS_MAX)
		return JUDGE_NONE;
	for (size_t i = 0; i < count; i++) {
		const json_t *hop = json_is_array(hops) ? json_array_get(hops, i)
							: hops;
		const char *text = json_string_value(hop);

		if (!text || !addr_parse(text, &addrs[i]))
			return JUDGE_NONE;
	}
	return judge_key(judge, addrs, count);
}

void
judge_files_read_events(
    struct judge_files *files, struct judge *judge, const char *path)
{
	FILE *file = fopen(path, "r");
	struct judge_changes *events = &files->events;
	char *line = NULL;
	size_t size = 0;

	if (!file)
		err(1, "%s", path);
	while (getline(&line, &size, file) > 0) {
		json_t *event = json_loads(line, 0, NULL);
		const char *op = json_string_value(json_object_get(event, "op"));
		const char *text = json_string_value(json_object_get(event, "prefix"));
		const json_t *at = json_object_get(event, "t");
		struct prefix prefix;
		int key = JUDGE_NONE;

		if (!op || !text || !json_is_number(at) || !prefix_parse(text, &prefix))
			errx(1, "%s: %s", path, line);
		if (strcmp(op, "announce") == 0) {
			key = event_key(judge, json_object_get(event, "nexthop"));
			if (key == JUDGE_NONE)
				errx(1, "%s: %s", path, line);
		} else if (strcmp(op, "withdraw") != 0) {
			errx(1, "%s: %s", path, line);
		}
		add_change(events, to_time(json_number_value(at)), &prefix, key);
		if (events->count > 1 &&
		    compare_changes(&events->items[events->count - 2],
			&events->items[events->count - 1]) > 0)
			errx(1, "%s: out of order: %s", path, line);
		json_decref(event);
	}
	free(line);
	fclose(file);
}

static void
read_truth(struct judge_files *files, const char *folder)
{
	FILE *file = judge_file_open(folder, "optimum.txt", false);
	struct judge_truth truth;

	while (file && fscanf(file, "%lf %lf", &truth.second, &truth.share) == 2) {
		files->truths = mem_grow(files->truths, files->truths_count,
		    &files->truths_cap, sizeof *files->truths);
		files->truths[files->truths_count++] = truth;
	}
	if (file)
		fclose(file);
}

static void
read_flashes(struct judge_files *files, const char *folder)
{
	FILE *file = judge_file_open(folder, "flashes.txt", false);
	char text[ADDR_TEXT_MAX + 1];
	double at;

	while (file && fscanf(file, "%lf %46s", &at, text) == 2) {
		struct judge_flash flash = { .at = to_time(at), .took = -1 };

		if (!addr_parse(text, &flash.to))
			errx(1, "flashes.txt: %s", text);
		files->flashes = mem_grow(files->flashes, files->flashes_count,
		    &files->flashes_cap, sizeof *files->flashes);
		files->flashes[files->flashes_count++] = flash;
	}
	if (file)
		fclose(file);
}

void
judge_files_read(
    struct judge_files *files, struct judge *judge, const char *folder, bool multipath)
{
	memset(files, 0, sizeof *files);
	read_rib(judge, folder, multipath);
	read_rib_changes(files, judge, folder);
	read_truth(files, folder);
	read_flashes(files, folder);
}

void
judge_files_fini(struct judge_files *files)
{
	free(files->routes.items);
	free(files->events.items);
	free(files->flashes);
	free(files->truths);
}
