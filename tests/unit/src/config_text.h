/* Configurations for tests, of text and of files. Include after cmocka.h. */
#ifndef TESTS_SRC_CONFIG_TEXT_H
#define TESTS_SRC_CONFIG_TEXT_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config.h"

#define EXAMPLE "conf/armd.conf"

/* One router with one session, as a frame for what shall be refused. */
#define R(text) "router r {\nas = 1\nrouter-id = 1.2.3.4\n" text "}\n"
#define S(text) R("rib a {\nneighbor = 10.0.0.1\nlocal = 10.0.0.2\n" text "}\n")
#define GOOD S("")
#define A20 "aaaaaaaaaaaaaaaaaaaa"
#define A80 A20 A20 A20 A20

/* A whole file; the caller frees. */
static inline char *
slurp(const char *path)
{
	FILE *file = fopen(path, "r");
	char *text = calloc(1, 1 << 16);

	assert_non_null(file);
	assert_true(fread(text, 1, (1 << 16) - 1, file) > 0);
	fclose(file);
	return text;
}

static inline struct config *
parse(const char *text)
{
	char why[CONFIG_ERROR_MAX] = "";
	struct config *config = NULL;

	if (!config_parse_text("t", text, &config, why, sizeof why))
		fail_msg("%s", why);
	assert_non_null(config);
	return config;
}

/* Writes the text into a new file with this mode; its path, to be removed. */
static inline void
write_file(char path[32], const char *text, mode_t mode)
{
	int fd;

	strcpy(path, "/tmp/armd-config-test-XXXXXX");
	fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

#endif
