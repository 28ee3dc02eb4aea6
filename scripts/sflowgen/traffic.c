#include "scripts/sflowgen/traffic.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define DRIFT_STEP_S 1
#define TRIES 1000 /* to find a prefix without traffic */

/* Each rate's logarithm follows an Ornstein-Uhlenbeck process. */
static void
drift(struct traffic *traffic, double step_s)
{
	double keep = exp(-step_s / traffic->options->drift_time);
	double sigma = traffic->options->drift * sqrt(1 - keep * keep);
	double sum = 0;
	size_t i;

	for (i = 0; i < traffic->count; i++) {
		struct destination *one = &traffic->destinations[i];

		one->drift = one->drift * keep +
			     sigma * random_normal(&traffic->random);
		sum += exp(one->log_weight + one->drift);
		traffic->upto[i] = sum;
	}
}

/* An address of a random prefix; *retmatch is its longest match. */
static struct addr
pick(struct traffic *traffic, size_t *retmatch)
{
	const struct table *table = traffic->table;
	const struct prefix *prefix =
	    &table->prefixes[random_below(&traffic->random, table->count)];
	struct bits net = bits_mask(prefix->len);
	struct bits host = bits_mask(family_bits(prefix->family));
	struct addr addr = { prefix->bits, prefix->family };

	addr.bits.hi |= host.hi & ~net.hi & random_u64(&traffic->random);
	addr.bits.lo |= host.lo & ~net.lo & random_u64(&traffic->random);
	*retmatch = table_match(table, &addr);
	return addr;
}

void
traffic_init(struct traffic *traffic, const struct traffic_options *options,
    const struct table *table, uint64_t seed,
    void (*report)(const struct traffic_event *event, void *context), void *context)
{
	size_t i, match;

	memset(traffic, 0, sizeof(*traffic));
	traffic->options = options;
	traffic->table = table;
	traffic->random.state = seed;
	traffic->report = report;
	traffic->context = context;
	traffic->count = (size_t)options->active;
	traffic->warm = mem_alloc(table->count * sizeof(*traffic->warm));
	traffic->destinations = mem_alloc(
	    traffic->count * sizeof(*traffic->destinations));
	traffic->upto = mem_alloc(traffic->count * sizeof(*traffic->upto));
	for (i = 0; i < traffic->count; i++) {
		traffic->destinations[i].addr = pick(traffic, &match);
		traffic->destinations[i].log_weight = -options->zipf *
						      log((double)i + 1);
		traffic->warm[match] = true;
	}
	/* they start as far off as they would be after a long time */
	drift(traffic, INFINITY);
	traffic->next_drift_s = DRIFT_STEP_S;
	traffic->next_elephant_s = INFINITY;
	if (options->elephant_every > 0)
		traffic->next_elephant_s = options->elephant_every;
}

void
traffic_fini(struct traffic *traffic)
{
	free(traffic->warm);
	free(traffic->destinations);
	free(traffic->upto);
}

static void
report(struct traffic *traffic, double now_s, bool rises)
{
	struct traffic_event event = {
		.at_s = now_s, .rises = rises, .addr = traffic->elephant
	};

	event.prefix =
	    traffic->table->prefixes[table_match(traffic->table, &traffic->elephant)];
	traffic->report(&event, traffic->context);
}

static void
rise(struct traffic *traffic, double now_s)
{
	size_t match;
	int tries;

	traffic->next_elephant_s += traffic->options->elephant_every;
	for (tries = 0; tries < TRIES; tries++) {
		traffic->elephant = pick(traffic, &match);
		if (traffic->warm[match])
			continue;
		traffic->warm[match] = true;
		traffic->elephant_lives = true;
		traffic->elephant_end_s = now_s + traffic->options->elephant_time;
		report(traffic, now_s, true);
		return;
	}
}

/* Ends the elephant when its time is over or the next one comes. */
static void
elephants(struct traffic *traffic, double now_s)
{
	bool next = now_s >= traffic->next_elephant_s;

	if (traffic->elephant_lives && (next || now_s >= traffic->elephant_end_s)) {
		traffic->elephant_lives = false;
		report(traffic, now_s, false);
	}
	if (next)
		rise(traffic, now_s);
}

struct addr
traffic_next(struct traffic *traffic, double now_s)
{
	size_t low = 0, high = traffic->count - 1, middle;
	double at;

	while (now_s >= traffic->next_drift_s) {
		drift(traffic, DRIFT_STEP_S);
		traffic->next_drift_s += DRIFT_STEP_S;
	}
	elephants(traffic, now_s);
	if (traffic->elephant_lives &&
	    random_unit(&traffic->random) < traffic->options->elephant_share)
		return traffic->elephant;

	at = random_unit(&traffic->random) * traffic->upto[traffic->count - 1];
	while (low < high) {
		middle = low + (high - low) / 2;
		if (traffic->upto[middle] <= at)
			low = middle + 1;
		else
			high = middle;
	}
	return traffic->destinations[low].addr;
}
