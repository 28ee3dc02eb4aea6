#include "rib/choice.h"

#include <stdlib.h>

#include "rib/plan.h"
#include "rib/select.h"
#include "rib/table.h"

#define SORT_BATCH 2048 /* new entries that are put in order at once */

static bool
sort_some(struct table *table, size_t *work)
{
	while (choice_spend(work, table->order_len / 8 + SORT_BATCH))
		if (!table_sort_some(table, SORT_BATCH))
			return true;
	return false;
}

static choice_worker *const workers[CHOICE_STEPS] = {
	[CHOICE_FORGET] = select_forget,
	[CHOICE_SORT] = sort_some,
	[CHOICE_BUILD] = select_build,
	[CHOICE_WEIGH] = select_weigh,
	[CHOICE_SEARCH] = select_search,
	[CHOICE_MARK] = select_mark,
	[CHOICE_MOVES] = plan_find_moves,
	[CHOICE_EXCHANGE] = plan_exchange,
	[CHOICE_SHED] = plan_shed,
	[CHOICE_FILL_UP] = plan_fill_up,
	[CHOICE_KEEP_VICTIMS] = plan_keep_victims,
};

void
choice_begin(struct table *table, bool useful, double now)
{
	struct choice *choice = &table->choice;

	choice->step = CHOICE_FORGET;
	choice->useful = useful;
	choice->at = 0;
	choice->now = now;
	choice->places = plan_places(table);
	/* what fills up free places weighs nothing: then all are to be seen */
	choice->folded = table->installed < plan_full(table)
			     ? 0
			     : table->price * SELECT_FOLD;
}

void
choice_stop(struct table *table)
{
	table->choice.step = CHOICE_NONE;
}

bool
choice_work(struct table *table, size_t limit)
{
	struct choice *choice = &table->choice;

	while (choice->step != CHOICE_NONE && limit) {
		if (!workers[choice->step](table, &limit))
			continue;
		choice->at = 0;
		choice->step = (choice->step + 1) % CHOICE_STEPS;
		if (!choice->useful) /* only what is forgotten is of interest */
			choice_stop(table);
	}
	return choice->step != CHOICE_NONE;
}

void
choice_fini(struct choice *choice)
{
	free(choice->nodes);
	free(choice->gone.at);
	free(choice->cheap.at);
	free(choice->coming.at);
}

struct entry *
choice_entry(const struct table *table, size_t node)
{
	struct entry *entry = &table->entries[table->choice.nodes[node].entry];

	return entry->route && entry->position == node ? entry : NULL;
}
