/* Numbers that no peer can guess. */
#ifndef SRC_SEED_H
#define SRC_SEED_H

#include <stdint.h>

uint64_t seed_random(void);

#endif
