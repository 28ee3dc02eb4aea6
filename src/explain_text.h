/*
 * A route's explanation in one sentence of English, and its reason in one word. Pure.
 */
#ifndef SRC_EXPLAIN_TEXT_H
#define SRC_EXPLAIN_TEXT_H

#include "rib/explain.h"

#define EXPLAIN_TEXT_MAX 768

/* "chosen", "priced-out": the words that armd-api(7) lists. A constant. */
const char *explain_reason(enum rib_reason reason);

/*
 * The sentence. `addr`, if it is not NULL, is the address that was asked for and whose
 * longest match is explained. Returns `text`, which has room for EXPLAIN_TEXT_MAX.
 */
char *explain_text(
    const struct rib_explanation *explanation, const struct addr *addr, char *text);

#endif
