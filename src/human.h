/* Figures as people read them. All return `text`, which has room for HUMAN_MAX. */
#ifndef SRC_HUMAN_H
#define SRC_HUMAN_H

#include <stdint.h>

#define HUMAN_MAX 32

/* "0 b/s", "980 b/s", "1.24 Gb/s", "310 Mb/s": three digits. */
char *human_rate(double bytes_per_second, char *text);

/* "42s", "3m12s", "5h03m", "12d4h" */
char *human_duration(uint64_t seconds, char *text);

/* "12 %", "457 %", "0.6 %": an error; "-" if it is infinite or none. */
char *human_error(double share, char *text);

/* "98.7 %"; what is not quite 0 or 1 is not shown as such. */
char *human_share(double share, char *text);

#endif
