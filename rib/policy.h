/*
 * What the operator says of a family's routes, beside their traffic: rib.h tells what
 * it means, struct policy is the copy that the books keep.
 */
#ifndef RIB_POLICY_H
#define RIB_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rib/rib.h"
#include "rib/trie.h"

struct table;

/* Prefixes, each alone or with all below it. */
struct rules {
	struct trie trie; /* of positions in `at`, from 1; only if there are any */
	struct rib_rule *at;
	size_t len;
};

struct policy {
	double min_rate;
	unsigned min_len;
	double idle_s;
	enum rib_fallback fallback;
	uint32_t fallback_key; /* with RIB_FALLBACK_NEXTHOP */
	double fallback_weight;
	double churn_limit, churn_burst;
	struct rules pin, never;
};

void policy_init(struct policy *policy);
void policy_fini(struct policy *policy);

bool rules_match(const struct rules *rules, const struct prefix *prefix);

/*
 * Puts a policy into force: takes over its values and its rules, and visits the routes
 * of which other rules hold now. What may stand no longer is withdrawn.
 */
void policy_set(struct table *table, const struct rib_policy *from);

/*
 * Lets the rules hold for the route `id`, which is new or has new attributes. Withdraws
 * nothing.
 */
void policy_obey(struct table *table, const struct prefix *prefix, uint32_t id);

#endif
