#include "helpers/words.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

int
words_split(const char *program, const char *line, char **retargv)
{
	static char copy[512];
	char *rest = copy;
	int argc = 0;

	assert(strlen(program) + strlen(line) + 2 < sizeof copy);
	snprintf(copy, sizeof copy, "%s %s", program, line);
	for (char *word; (word = strsep(&rest, " "));) {
		assert(argc + 1 < WORDS_MAX);
		if (*word)
			retargv[argc++] = word;
	}
	retargv[argc] = NULL;
	return argc;
}
