/*
 * Every option of armd.conf(5), a row each: its name, how its words become values, its
 * range and its default. Knows nothing of files and libconfuse.
 */
#ifndef SRC_CONFIG_SCHEMA_H
#define SRC_CONFIG_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct config_option {
	const char *name;
	/*
	 * Reads one word into the struct of the section at `base`; for a list, called
	 * once a word. False with "'word' is …" in `reterr` if it means nothing.
	 */
	bool (*read)(const struct config_option *option, const char *word, void *base,
	    char *reterr, size_t size);
	size_t offset, width; /* of the field in that struct */
	size_t count;         /* where a list counts its items */
	uint64_t min, max;    /* of a number; of a list how many it may have */
	const char *fallback; /* the default: words with spaces between; NULL: none */
	bool list;
};

/* Sections whose options are told apart. */
enum config_section {
	CONFIG_SECTION_LOG,          /* struct config_log */
	CONFIG_SECTION_HTTP,         /* struct config_http */
	CONFIG_SECTION_SFLOW,        /* struct config_sflow */
	CONFIG_SECTION_RECORD,       /* struct config_record */
	CONFIG_SECTION_STATE,        /* struct config_state */
	CONFIG_SECTION_ROUTER,       /* struct config_router */
	CONFIG_SECTION_RIB,          /* struct config_session */
	CONFIG_SECTION_TARGET,       /* struct config_session */
	CONFIG_SECTION_ROUTER_SFLOW, /* struct config_router */
	CONFIG_SECTION_IPV4,         /* struct config_family */
	CONFIG_SECTION_IPV6,         /* struct config_family */
	CONFIG_SECTIONS,
};

#define CONFIG_OPTIONS_MAX 40 /* of one section */

/* The options of a section; a row without name ends them. */
const struct config_option *config_options(enum config_section section);

#endif
