/*
 * How many changes may be spent: so many a second, and so many at once.
 *
 * Times are seconds on any clock that does not go back.
 */
#ifndef RIB_BUDGET_H
#define RIB_BUDGET_H

#include <stdbool.h>
#include <stddef.h>

struct budget {
	double rate, burst; /* changes a second; changes */
	double left, filled;
};

static inline void
budget_fill(struct budget *budget, double now)
{
	double more = (now - budget->filled) * budget->rate;

	budget->filled = now;
	/* what was granted beyond the burst is kept */
	if (budget->left < budget->burst)
		budget->left = budget->left + more < budget->burst ? budget->left + more
								   : budget->burst;
}

static inline bool
budget_has(const struct budget *budget, size_t changes)
{
	return budget->left >= (double)changes;
}

/* May leave less than nothing, which is to be filled first. */
static inline void
budget_take(struct budget *budget, size_t changes)
{
	budget->left -= (double)changes;
}

/* Something happened that is worth so many changes at once, until that is over. */
static inline void
budget_grant(struct budget *budget, double changes)
{
	if (budget->left < changes)
		budget->left = changes;
}

/* Takes back what was granted beyond it. */
static inline void
budget_revoke(struct budget *budget)
{
	if (budget->left > budget->burst)
		budget->left = budget->burst;
}

#endif
