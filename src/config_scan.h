/*
 * A first pass over the text of a configuration, which leaves only what libconfuse
 * reads as one would expect.
 *
 * libconfuse takes the end of the file for a closing brace, expands ${NAME} from the
 * environment, stumbles over comments within lists, walks into other sections at a '|',
 * and after an error within a string begins its next file as if within that string.
 */
#ifndef SRC_CONFIG_SCAN_H
#define SRC_CONFIG_SCAN_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Blanks comments (#, //, slash-star) and semicolons in `text`; lines stay where they
 * are. False, with the line in *retline and a sentence in `reterr` (`size` bytes), if
 * braces or quotes do not match or a character has no place where it stands. Where
 * *retbraces is true then, braces alone are at fault, and libconfuse may read the rest.
 */
bool config_scan(
    char *text, unsigned *retline, char *reterr, size_t size, bool *retbraces);

#endif
