/* The clocks. Only the programs read them: everything below takes time as an argument.
 */
#ifndef SRC_CLOCK_H
#define SRC_CLOCK_H

#include <stdint.h>

/* Monotonic, from any origin. */
uint64_t clock_ms(void);
double clock_s(void);

/* Of the CPU that this thread has used. */
double clock_cpu_s(void);

/* Milliseconds since the epoch. */
uint64_t clock_wall_ms(void);

/* Since the host was booted, as it sleeps, too: nobody can set it. */
uint64_t clock_boot_ms(void);

#endif
