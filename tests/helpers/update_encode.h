/* UPDATE messages from text, with the same attributes each. */
#ifndef HELPERS_UPDATE_ENCODE_H
#define HELPERS_UPDATE_ENCODE_H

#include "base/prefix.h"

struct wr;

/*
 * Writes a whole message: prefixes announced with a next hop, withdrawn without one.
 * `prefixes` has a blank between them, all of one family; with ADD-PATH they are
 * PREFIX#ID. The path is 65001 65002, the MED 7, LOCAL_PREF 200 and the communities
 * 65001:1 65001:2.
 */
void update_encode(struct wr *wr, const char *prefixes, const char *nexthop);

/* Writes End-of-RIB. */
void update_encode_end(struct wr *wr, enum family family);

#endif
