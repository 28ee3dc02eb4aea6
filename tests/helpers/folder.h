/* Directories of a test's own. */
#ifndef HELPERS_FOLDER_H
#define HELPERS_FOLDER_H

#define FOLDER_MAX 64

/* Makes a new one and writes its path to `path` (FOLDER_MAX bytes). */
void folder_make(char *path);

/* Removes it with all that is in it. */
void folder_remove(const char *path);

#endif
