/* The files of a scenario: where they are, and the RIB and its changes as text. */
#ifndef TESTS_BENCH_SCENARIO_FILES_H
#define TESTS_BENCH_SCENARIO_FILES_H

#include <err.h>
#include <stdio.h>

#include "base/prefix.h"
#include "bench/scenario_changes.h"
#include "bench/scenario_options.h"
#include "bench/scenario_rib.h"

#define EPOCH 1700000000u /* the first second */

static inline FILE *
open_out(const char *folder, const char *name)
{
	char path[4096];
	FILE *file;

	snprintf(path, sizeof path, "%s/%s", folder, name);
	file = fopen(path, "w");
	if (!file)
		err(1, "%s", path);
	return file;
}

static inline void
close_out(FILE *file, const char *name)
{
	if (fclose(file) != 0)
		err(1, "%s", name);
}

static inline const char *
hop_text(enum family family, unsigned hop, char *text)
{
	snprintf(text, ADDR_TEXT_MAX,
	    family == FAMILY_IPV4 ? "192.0.2.%u" : "2001:db8:ffff::%u", hop + 1);
	return text;
}

static inline void
write_rib(const char *folder, const struct rib_model *rib)
{
	FILE *file = open_out(folder, "rib.txt");
	char prefix[PREFIX_TEXT_MAX], hop[ADDR_TEXT_MAX];

	fprintf(file, "0.0.0.0/0 %s 64500\n", hop_text(FAMILY_IPV4, 0, hop));
	if (OPT(routes6) > 0)
		fprintf(file, "::/0 %s 64500\n", hop_text(FAMILY_IPV6, 0, hop));
	for (size_t i = 0; i < rib->count; i++) {
		const struct rib_route *route = &rib->routes[i];
		enum family family = (enum family)route->prefix.family;

		for (unsigned h = 0; h < RIB_HOPS_MAX; h++)
			if (route->key >> h & 1)
				fprintf(file, "%s %s %u %u\n",
				    prefix_text(&route->prefix, prefix),
				    hop_text(family, h, hop), 64500 + h,
				    100000 + (unsigned)(route->prefix.bits.hi >> 46) %
						 60000);
	}
	close_out(file, "rib.txt");
}

static inline void
write_rib_changes(const char *folder, const struct rib_changes *changes)
{
	FILE *file = open_out(folder, "ribchanges.txt");
	char prefix[PREFIX_TEXT_MAX], hop[ADDR_TEXT_MAX];

	for (size_t i = 0; i < changes->count; i++) {
		const struct rib_change *change = &changes->items[i];
		enum family family = (enum family)change->prefix.family;

		fprintf(file, "%u.%06u %c %s", EPOCH + change->second, change->micros,
		    change->key ? 'a' : 'w', prefix_text(&change->prefix, prefix));
		for (unsigned h = 0; h < RIB_HOPS_MAX; h++)
			if (change->key >> h & 1)
				fprintf(file, " %s", hop_text(family, h, hop));
		fprintf(file, "\n");
	}
	close_out(file, "ribchanges.txt");
}

#endif
