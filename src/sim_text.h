/* Lines of text that armsim reads: their words, and complaints about them. */
#ifndef SRC_SIM_TEXT_H
#define SRC_SIM_TEXT_H

#include <stdbool.h>
#include <stdint.h>

struct nexthop;
struct sim_file;

/* True if the line is empty or begins with #. */
bool sim_is_blank(const char *line);

/* Cuts the next word off the line; NULL if there is none. */
char *sim_word(char **line);

/* An address as a next hop. False, and nothing set, if it is none. */
bool sim_nexthop(const char *text, struct nexthop *retnexthop);

/* "1700000012.345678", seconds since 1970, as microseconds. */
bool sim_time(const char *text, uint64_t *retus);

/* "FILE:LINE: 'WORD': WHY", in SIM_ERROR_MAX bytes. */
void sim_complain_line(
    const struct sim_file *file, const char *why, const char *word, char *reterr);

#endif
