/*
 * A choice under way: which routes are worth their place (select.h), and the changes
 * that lead there (plan.h).
 *
 * It is cut into slices, because packets and routes must not wait for it, and they may
 * change the books between two of them. So nothing here is relied on later without
 * another look: nodes and moves name entries, and an entry is theirs only while it
 * still names their position.
 */
#ifndef RIB_CHOICE_H
#define RIB_CHOICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct table;

/* A route with an entry, as the choice sees it. Node 0 stands above the topmost. */
struct node {
	uint32_t entry;
	uint32_t up;    /* the parent's node */
	uint32_t cost;  /* places taken with its closure */
	uint32_t taken; /* places taken by the best choice at and below it */
	double rate;    /* of its subtree, bytes a second */
	double fallen;  /* its own traffic that is right by the fallback */
	double alone;   /* what is right without it */
	double best;    /* what is right by the best choice, less its price */
	float units;    /* of the price, for its closure */
	float idle_s;   /* since the latest sample of its subtree */
	float holds;    /* the loss of what covers it and is to go before it */
	bool installed : 1;
	bool conflicts : 1; /* another key than what is above it */
	bool barred : 1;    /* it cannot be announced */
	bool blocked : 1;   /* what it would take along cannot, or is too much */
	bool pinned : 1;
	bool shunned : 1; /* the operator wants no such route, where it stands alone */
	bool like_default : 1;
	bool root : 1;  /* chosen, if nothing above is */
	bool under : 1; /* at or below a chosen route */
	bool wanted : 1;
};

struct move {
	double gain; /* or loss, bytes a second for each place */
	uint32_t id; /* node */
};

struct moves {
	struct move *at;
	size_t len, cap;
};

/* The steps of a choice. Each may take several slices. */
enum choice_step {
	CHOICE_NONE,
	CHOICE_FORGET,
	CHOICE_SORT,
	CHOICE_BUILD,
	CHOICE_WEIGH,
	CHOICE_SEARCH,
	CHOICE_MARK,
	CHOICE_MOVES,
	CHOICE_EXCHANGE,
	CHOICE_SHED,
	CHOICE_FILL_UP,
	CHOICE_KEEP_VICTIMS,
	CHOICE_STEPS,
};

struct choice {
	enum choice_step step;
	bool useful;    /* else only the entries are looked after */
	size_t at;      /* how far the step is */
	double now;     /* the time of the rates */
	size_t places;  /* that may be taken */
	unsigned epoch; /* of the order that is read */

	struct node *nodes; /* by prefix, so that what covers stands before */
	size_t nodes_len, nodes_cap;
	double folded; /* lighter leaves are counted in the nodes above them */

	struct {
		double price, low, high, step;
		unsigned passes;
		bool found;
	} search;

	struct moves gone;   /* chosen no longer; the least loss first */
	struct moves cheap;  /* worth little more than their price */
	struct moves coming; /* chosen and not installed; the most gain first */
	size_t from;         /* the first of `gone` that was not looked at */
};

/*
 * Begins, at the rates of time `now`, or only looks after the entries if the choice is
 * of no use. What is under way is given up: what it has not announced is found again.
 */
void choice_begin(struct table *table, bool useful, double now);

void choice_stop(struct table *table);

/*
 * Goes on, visiting about `limit` routes at most (10 to 50 ns each). Returns true while
 * there is more to do; false if nothing is under way, too.
 */
bool choice_work(struct table *table, size_t limit);

void choice_fini(struct choice *choice);

/* The entry of a node, or NULL if it is not its own any more. */
struct entry *choice_entry(const struct table *table, size_t node);

/*
 * Does some of a step, takes from `work` what it cost, and returns true when the step
 * is done.
 */
typedef bool choice_worker(struct table *table, size_t *work);

/* Takes `units` from what may be done in this slice; false if nothing was left. */
static inline bool
choice_spend(size_t *work, size_t units)
{
	bool any = *work > 0;

	*work -= units < *work ? units : *work;
	return any;
}

#endif
