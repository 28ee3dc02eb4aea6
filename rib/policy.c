#include "rib/policy.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "rib/attrs.h"
#include "rib/safety.h"
#include "rib/table.h"

#define RULE_BYTES 4096 /* of the trie, for a rule that shares nothing */
/* Routes that the rules name get so much of the room for entries. */
#define NAMED_SHARE 4

static void
rules_init(struct rules *rules, const struct rib_rule *at, size_t len)
{
	*rules = (struct rules){ .len = 0 };
	if (len == 0)
		return;
	trie_init(&rules->trie, len * RULE_BYTES);
	rules->at = mem_alloc(len * sizeof *rules->at);
	for (size_t i = 0; i < len; i++) {
		uint32_t *slot = trie_add(
		    &rules->trie, at[i].prefix.bits, at[i].prefix.len);

		if (!slot)
			continue; /* no memory for so many: cannot be, see RULE_BYTES */
		if (*slot) {
			rules->at[*slot - 1].longer |= at[i].longer;
			continue;
		}
		rules->at[rules->len++] = at[i];
		*slot = (uint32_t)rules->len;
	}
}

static void
rules_fini(struct rules *rules)
{
	if (rules->at)
		trie_fini(&rules->trie);
	free(rules->at);
}

bool
rules_match(const struct rules *rules, const struct prefix *prefix)
{
	struct trie_match above[TRIE_CHAIN_MAX];
	size_t n;

	if (rules->len == 0)
		return false;
	n = trie_covering(&rules->trie, prefix->bits, prefix->len, above);
	while (n--)
		if (above[n].len == prefix->len || rules->at[above[n].value - 1].longer)
			return true;
	return false;
}

/* True if one of the rules is the same. */
static bool
rules_have(const struct rules *rules, const struct rib_rule *rule)
{
	const uint32_t *at;

	if (rules->len == 0)
		return false;
	at = trie_find(&rules->trie, rule->prefix.bits, rule->prefix.len);
	return at && rules->at[*at - 1].longer == rule->longer;
}

void
policy_init(struct policy *policy)
{
	*policy = (struct policy){ .fallback_weight = 1 };
}

void
policy_fini(struct policy *policy)
{
	rules_fini(&policy->pin);
	rules_fini(&policy->never);
}

void
policy_obey(struct table *table, const struct prefix *prefix, uint32_t id)
{
	const struct policy *policy = &table->policy;
	struct route *route = route_at(table, id);
	bool foreign = attrs_foreign(table->attrs, route->attrs, table->family);
	bool pinned = false;

	table->foreign |= foreign;
	route->barred = route->unfit || rules_match(&policy->never, prefix) ||
			(table->bar_foreign && foreign);
	if (prefix->len > 0 && !route->barred)
		pinned = rules_match(&policy->pin, prefix);
	/* with an entry, so that the choice sees it even if it has no traffic */
	if ((pinned || route->barred) &&
	    table->entries_live < table->entries_limit / NAMED_SHARE)
		table_entry(table, prefix, id, false);
	if (route->entry)
		table->entries[route->entry].pinned = pinned;
}

static enum trie_walk
revisit(void *arg, struct bits bits, unsigned len, uint32_t id)
{
	struct table *table = arg;
	struct prefix prefix = prefix_make(table->family, bits, len);

	policy_obey(table, &prefix, id);
	if (route_at(table, id)->barred)
		safety_forbid(table, &prefix, id);
	return TRIE_CONTINUE;
}

/* Visits what the rules name that stand in one list only. */
static void
visit_changed(struct table *table, const struct rules *rules, const struct rules *other)
{
	for (size_t i = 0; i < rules->len; i++) {
		const struct prefix *prefix = &rules->at[i].prefix;
		uint32_t id = table_find(table, prefix);

		if (rules_have(other, &rules->at[i]))
			continue;
		if (rules->at[i].longer)
			trie_walk(
			    &table->trie, prefix->bits, prefix->len, revisit, table);
		else if (id)
			revisit(table, prefix->bits, prefix->len, id);
	}
}

void
policy_set(struct table *table, const struct rib_policy *from)
{
	struct policy old = table->policy, *policy = &table->policy;

	policy->min_rate = from->min_rate;
	policy->min_len = from->min_len;
	policy->idle_s = from->idle_s;
	policy->fallback = from->fallback;
	policy->fallback_weight = from->fallback_weight;
	policy->churn_limit = from->churn_limit;
	policy->churn_burst = from->churn_burst;
	rules_init(&policy->pin, from->pin, from->n_pin);
	rules_init(&policy->never, from->never, from->n_never);
	visit_changed(table, &old.pin, &policy->pin);
	visit_changed(table, &policy->pin, &old.pin);
	visit_changed(table, &old.never, &policy->never);
	visit_changed(table, &policy->never, &old.never);
	policy_fini(&old);
}
