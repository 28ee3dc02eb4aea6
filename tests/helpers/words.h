/* Command lines in tests. */
#ifndef HELPERS_WORDS_H
#define HELPERS_WORDS_H

#define WORDS_MAX 32

/*
 * Splits `line` at blanks into the arguments of `program`, in room for WORDS_MAX, with
 * a NULL at the end. Returns how many; they are good until the next call.
 */
int words_split(const char *program, const char *line, char **retargv);

#endif
