#include "rib/estimate.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "rib/rib.h"

#define BURST_CHANCE 1e-3
#define BURST_EXPOSURE_MIN 0.2 /* s: samples of one datagram are not a rate */
#define MEAN_SAMPLES 64        /* memory of the averages of bytes and packets */
#define QUANTILE 1.96          /* of the normal distribution: 2.5 % lie above */

static const double never = -INFINITY;

void
estimate_init(struct estimate *estimate)
{
	memset(estimate, 0, sizeof *estimate);
	estimate->touched = never;
	for (int i = 0; i < ESTIMATE_RECENT; i++)
		estimate->recent[i] = INFINITY;
}

/* The exposure `dt` seconds after the latest sample, before anything is forgotten. */
static double
exposure_after(const struct estimate *e, double dt)
{
	return e->exposure + dt + ESTIMATE_DRIFT * e->shape * dt * dt / 2;
}

void
estimate_sample(struct estimate *e, double bytes, double packets, double now)
{
	double share = 1.0 /
		       (e->samples < MEAN_SAMPLES ? e->samples + 1 : MEAN_SAMPLES);
	float dt = (float)(now - e->touched);

	if (e->samples == 0) {
		/* without a sample so far, or for so long that the books forgot it */
		e->exposure = (float)fmin(now, ESTIMATE_IDLE_S);
	} else {
		double kept = 1 / (1 + ESTIMATE_DRIFT * e->shape * dt);

		e->exposure = (float)(exposure_after(e, dt) * kept);
		e->shape = (float)(e->shape * kept);
	}
	e->shape += 1;
	e->bytes += (float)(share * (bytes - e->bytes));
	e->packets += (float)(share * (packets - e->packets));
	e->squares += (float)(share * (fmin(bytes * bytes, FLT_MAX) - e->squares));
	e->samples += e->samples < UINT32_MAX;
	for (int i = ESTIMATE_RECENT - 1; i > 0; i--)
		e->recent[i] = e->recent[i - 1] + dt;
	e->recent[0] = dt;
	e->touched = now;
}

double
estimate_sample_rate(const struct estimate *e, double now)
{
	double exposure;

	if (e->samples == 0)
		return 0;
	exposure = exposure_after(e, now - e->touched);
	/* a sample in the first instant of the books is no infinite rate */
	return e->shape /
	       (exposure > BURST_EXPOSURE_MIN ? exposure : BURST_EXPOSURE_MIN);
}

double
estimate_byte_rate(const struct estimate *e, double now)
{
	return e->bytes * estimate_sample_rate(e, now);
}

double
estimate_packet_rate(const struct estimate *e, double now)
{
	return e->packets * estimate_sample_rate(e, now);
}

/* The variance of the average size, as a share of its square. Of one size: nothing. */
static double
size_variance(const struct estimate *e)
{
	double n = e->samples < MEAN_SAMPLES ? e->samples : MEAN_SAMPLES;
	double square = (double)e->bytes * e->bytes;

	if (n < 2 || e->squares <= square)
		return 0;
	return (e->squares / square - 1) / (n - 1);
}

double
estimate_error(const struct estimate *e, double now)
{
	double forgotten = 1 + ESTIMATE_DRIFT * e->shape * (now - e->touched);
	double count, upper, root;

	if (e->samples == 0)
		return INFINITY;
	/* so many samples of one size would tell as much */
	count = 1 / (forgotten / e->shape + size_variance(e));
	/*
	 * The upper limit of a Poisson count, by Wilson and Hilferty. It lies further
	 * from few samples than the lower one, which would hide how little they say.
	 */
	upper = count + 1;
	root = 1 - 1 / (9 * upper) + QUANTILE / (3 * sqrt(upper));
	upper *= root * root * root;
	return upper / count - 1;
}

unsigned
estimate_burst(const struct estimate *e, double rate)
{
	static const double factorial[] = { 1, 1, 2, 6 };

	_Static_assert(ESTIMATE_RECENT < sizeof factorial / sizeof *factorial, "");
	for (unsigned more = 1; more <= ESTIMATE_RECENT; more++) {
		double expected = e->recent[more - 1] * rate, chance = 1;

		/* Poisson: `more` further samples where so many are expected */
		for (unsigned i = 0; i < more; i++)
			chance *= expected;
		if (chance < BURST_CHANCE * factorial[more])
			return more + 1;
	}
	return 0;
}

void
estimate_restart(struct estimate *e, unsigned samples)
{
	e->shape = (float)samples;
	e->exposure = (float)fmax(e->recent[samples - 2], BURST_EXPOSURE_MIN);
}

void
estimate_save(const struct estimate *e, double now, struct rib_rate *retrate)
{
	*retrate = (struct rib_rate){ 0 };
	if (e->samples == 0)
		return;
	*retrate = (struct rib_rate){
		.samples = e->samples,
		.shape = e->shape,
		.exposure = e->exposure,
		.bytes = e->bytes,
		.packets = e->packets,
		.idle_s = (float)(now - e->touched),
	};
}

void
estimate_restore(struct estimate *e, const struct rib_rate *rate, double now)
{
	estimate_init(e);
	e->samples = rate->samples;
	e->shape = rate->shape;
	e->exposure = rate->exposure;
	e->bytes = rate->bytes;
	e->packets = rate->packets;
	e->touched = now - rate->idle_s;
}
