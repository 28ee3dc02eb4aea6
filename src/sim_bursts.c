#include "sim_bursts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define MEMORY_S 60.0
#define GAP 1000 /* samples: five times what lies between two at SIM_BURST_SHARE */
#define SAMPLES_MIN 10 /* fewer are no burst, whatever their share */
#define STRAY 2        /* so many samples before a gap were not the burst yet */

struct sim_burst_watch {
	double lately; /* samples of the last minute, at `touched` */
	double touched;
	uint64_t latest; /* number of the latest sample */
	uint64_t burst;  /* number of what may be its burst, from 1 on; 0: none */
};

struct sim_burst {
	uint32_t route;
	bool right_first;
	uint32_t count;
	uint64_t begun; /* number of the first sample */
	double begun_s;
	double right_s; /* NAN: not yet */
};

void
sim_bursts_init(struct sim_bursts *bursts)
{
	*bursts = (struct sim_bursts){ .base = 1 };
}

void
sim_bursts_fini(struct sim_bursts *bursts)
{
	free(bursts->watches);
	free(bursts->bursts);
}

static struct sim_burst_watch *
watch_at(struct sim_bursts *bursts, uint32_t route)
{
	size_t len = bursts->watches_len;

	if (route >= len) {
		bursts->watches_len = (size_t)route * 2 + 1024;
		bursts->watches = mem_resize(
		    bursts->watches, bursts->watches_len, sizeof *bursts->watches);
		memset(bursts->watches + len, 0,
		    (bursts->watches_len - len) * sizeof *bursts->watches);
	}
	return &bursts->watches[route];
}

/* Decides about the oldest, whose time is over. */
static void
close_oldest(struct sim_bursts *bursts)
{
	const struct sim_burst *burst = &bursts->bursts[bursts->head];
	struct sim_burst_watch *watch = &bursts->watches[burst->route];
	struct sim_burst_figures *figures = &bursts->figures;
	double all = (double)(bursts->samples - burst->begun);
	uint64_t number = bursts->base + bursts->head++;

	if (watch->burst != number)
		return; /* a stray sample, before the one that counts */
	watch->burst = 0;
	if (burst->count < SAMPLES_MIN || burst->count < SIM_BURST_SHARE * all)
		return;
	figures->bursts++;
	figures->at_once += burst->right_first;
	figures->never += isnan(burst->right_s);
	if (burst->right_first || isnan(burst->right_s))
		return;
	figures->sum_s += burst->right_s - burst->begun_s;
	figures->worst_s = fmax(figures->worst_s, burst->right_s - burst->begun_s);
}

static void
advance(struct sim_bursts *bursts, double now)
{
	while (bursts->head < bursts->len &&
	       now - bursts->bursts[bursts->head].begun_s > SIM_BURST_S)
		close_oldest(bursts);
	if (bursts->head > 1024 && bursts->head > bursts->len / 2) {
		bursts->len -= bursts->head;
		memmove(bursts->bursts, bursts->bursts + bursts->head,
		    bursts->len * sizeof *bursts->bursts);
		bursts->base += bursts->head;
		bursts->head = 0;
	}
	if (now > bursts->now) {
		bursts->lately *= exp((bursts->now - now) / MEMORY_S);
		bursts->now = now;
	}
}

static void
begin_burst(struct sim_bursts *bursts, struct sim_burst_watch *watch, uint32_t route)
{
	bursts->bursts = mem_grow(
	    bursts->bursts, bursts->len, &bursts->cap, sizeof *bursts->bursts);
	bursts->bursts[bursts->len] = (struct sim_burst){
		.route = route,
		.begun = bursts->samples,
		.begun_s = bursts->now,
		.right_s = NAN,
	};
	watch->burst = bursts->base + bursts->len++;
}

void
sim_bursts_sample(struct sim_bursts *bursts, uint32_t route, bool right, double now)
{
	struct sim_burst_watch *watch = watch_at(bursts, route);
	struct sim_burst *burst;
	double before;

	advance(bursts, now);
	burst = watch->burst ? &bursts->bursts[watch->burst - bursts->base] : NULL;
	before = watch->lately * exp((watch->touched - now) / MEMORY_S);
	if (bursts->samples - watch->latest >= GAP &&
	    before <= SIM_BURST_BEFORE * bursts->lately &&
	    (!burst || burst->count <= STRAY)) {
		begin_burst(bursts, watch, route);
		burst = &bursts->bursts[bursts->len - 1];
	}
	if (burst) {
		if (right && isnan(burst->right_s)) {
			burst->right_s = now;
			burst->right_first = burst->count == 0;
		}
		burst->count++;
	}
	watch->lately = before + 1;
	watch->touched = now;
	watch->latest = bursts->samples++;
	bursts->lately++;
}

struct sim_burst_figures
sim_bursts_collect(struct sim_bursts *bursts, double now)
{
	struct sim_burst_figures figures;

	advance(bursts, now);
	figures = bursts->figures;
	bursts->figures = (struct sim_burst_figures){ 0 };
	return figures;
}
