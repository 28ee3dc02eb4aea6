#include "helpers/sflowrt.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define AVERAGE_S 10.0
#define VALUE_MIN 1.0 /* bytes a second; less is nothing */

static struct prefix
half(const struct prefix *prefix, unsigned side)
{
	struct bits bits = prefix->bits;

	if (side && prefix->len < 64)
		bits.hi |= 1ull << (63 - prefix->len);
	else if (side)
		bits.lo |= 1ull << (127 - prefix->len);
	return prefix_make(prefix->family, bits, prefix->len + 1u);
}

/* Notes the prefix of each node below one whose own is noted. */
static void
note_prefixes(struct sflowrt *policy, const struct judge_family *family, uint32_t at)
{
	for (unsigned side = 0; side < 2; side++) {
		uint32_t child = family->nodes[at].child[side];

		if (!child)
			continue;
		policy->prefixes[child] = half(&policy->prefixes[at], side);
		note_prefixes(policy, family, child);
	}
}

void
sflowrt_init(struct sflowrt *policy, struct judge *judge, enum family family)
{
	size_t nodes = judge->family[family].count;

	memset(policy, 0, sizeof *policy);
	policy->judge = judge;
	policy->family = family;
	policy->prefixes = mem_alloc(nodes * sizeof *policy->prefixes);
	policy->value = mem_alloc(nodes * sizeof *policy->value);
	policy->wanted = mem_alloc(nodes * sizeof *policy->wanted);
	policy->active = mem_alloc(nodes * sizeof *policy->active);
	policy->chosen = mem_alloc(nodes * sizeof *policy->chosen);
	policy->before = mem_alloc(nodes * sizeof *policy->before);
	policy->closure = mem_alloc(nodes * sizeof *policy->closure);
	policy->prefixes[0].family = (uint8_t)family;
	note_prefixes(policy, &judge->family[family], 0);
}

void
sflowrt_fini(struct sflowrt *policy)
{
	free(policy->prefixes);
	free(policy->value);
	free(policy->wanted);
	free(policy->active);
	free(policy->chosen);
	free(policy->before);
	free(policy->closure);
}

void
sflowrt_sample(struct sflowrt *policy, const struct addr *to, double bytes)
{
	uint32_t at = judge_match(policy->judge, to);

	if (!at)
		return;
	if (policy->value[at] == 0)
		policy->active[policy->active_count++] = at;
	policy->value[at] += bytes / AVERAGE_S;
}

/* Adds to policy->closure the nodes below `at` whose key is not that around them. */
static size_t
add_conflicts(struct sflowrt *policy, uint32_t at, int around, size_t count)
{
	const struct judge_node *nodes = policy->judge->family[policy->family].nodes;

	for (size_t side = 0; side < 2; side++) {
		uint32_t child = nodes[at].child[side];
		int key = around;

		if (!child)
			continue;
		if (nodes[child].rib != JUDGE_NONE)
			key = nodes[child].rib;
		if (key != around)
			policy->closure[count++] = child;
		count = add_conflicts(policy, child, key, count);
	}
	return count;
}

static int
compare_values(const void *a, const void *b, void *values)
{
	const double *value = values;
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	if (value[x] != value[y])
		return value[x] < value[y] ? 1 : -1;
	return x < y ? -1 : x > y;
}

static void
choose(struct sflowrt *policy)
{
	const struct judge_family *family = &policy->judge->family[policy->family];

	qsort_r(policy->active, policy->active_count, sizeof *policy->active,
	    compare_values, policy->value);
	policy->chosen_count = 0;
	for (size_t i = 0; i < policy->active_count; i++) {
		uint32_t at = policy->active[i];
		int key = family->nodes[at].rib;
		size_t count, more = 0;

		if (policy->chosen_count == family->capacity)
			break;
		if (policy->value[at] < VALUE_MIN || key == JUDGE_NONE)
			continue;
		policy->closure[0] = at;
		count = add_conflicts(policy, at, key, 1);
		for (size_t n = 0; n < count; n++)
			more += !policy->wanted[policy->closure[n]];
		if (policy->chosen_count + more > family->capacity)
			continue;
		for (size_t n = 0; n < count; n++) {
			uint32_t node = policy->closure[n];

			if (!policy->wanted[node])
				policy->chosen[policy->chosen_count++] = node;
			policy->wanted[node] = true;
		}
	}
}

size_t
sflowrt_second(struct sflowrt *policy)
{
	const struct judge_node *nodes = policy->judge->family[policy->family].nodes;
	uint32_t *before = policy->before;
	size_t changes = 0;

	for (size_t i = 0; i < policy->active_count; i++)
		policy->value[policy->active[i]] *= exp(-1 / AVERAGE_S);
	choose(policy);
	for (size_t i = 0; i < policy->chosen_count; i++) {
		uint32_t at = policy->chosen[i];

		if (nodes[at].installed == nodes[at].rib)
			continue;
		judge_event_unordered(
		    policy->judge, &policy->prefixes[at], nodes[at].rib);
		changes++;
	}
	for (size_t i = 0; i < policy->before_count; i++) {
		uint32_t at = before[i];

		if (policy->wanted[at])
			continue;
		judge_event_unordered(policy->judge, &policy->prefixes[at], JUDGE_NONE);
		changes++;
	}
	for (size_t i = 0; i < policy->chosen_count; i++)
		policy->wanted[policy->chosen[i]] = false;
	policy->before = policy->chosen;
	policy->before_count = policy->chosen_count;
	policy->chosen = before;
	return changes;
}
