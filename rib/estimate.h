/*
 * How much traffic a route carries, estimated from sampled packets.
 *
 * A gamma filter on the rate of samples: `shape` samples were seen in `exposure`
 * seconds, and both forget the faster the more samples there are, as if the logarithm
 * of the true rate wandered with variance ESTIMATE_DRIFT a second. A heavy route
 * follows its traffic within seconds, a light one averages over an hour. What a sample
 * stands for (bytes, packets) is averaged apart, because significance comes from
 * counts: `shape` samples leave the error of so many, and more if their sizes differ.
 *
 * Times are seconds on any clock that stands still while no samples come.
 */
#ifndef RIB_ESTIMATE_H
#define RIB_ESTIMATE_H

#include <stdbool.h>
#include <stdint.h>

struct rib_rate;

#define ESTIMATE_DRIFT 0.0005
#define ESTIMATE_RECENT 3
#define ESTIMATE_IDLE_S 3600.0 /* what had no sample for so long is forgotten */

struct estimate {
	float shape, exposure;
	float bytes, packets;          /* what a sample stands for, on average */
	float squares;                 /* of those bytes, on average */
	uint32_t samples;              /* ever */
	double touched;                /* time of the latest sample */
	float recent[ESTIMATE_RECENT]; /* seconds from those before it, latest first */
};

/* No samples seen by a route that is watched since time 0. */
void estimate_init(struct estimate *estimate);

/* A sample that stands for `bytes` in `packets` packets. */
void estimate_sample(
    struct estimate *estimate, double bytes, double packets, double now);

/* Samples, bytes and packets a second. */
double estimate_sample_rate(const struct estimate *estimate, double now);
double estimate_byte_rate(const struct estimate *estimate, double now);
double estimate_packet_rate(const struct estimate *estimate, double now);

/*
 * The error of the byte rate as a share of it: in 95 of 100 cases or more the true rate
 * is within (1 - error) and (1 + error) times the estimate. It comes from the number of
 * samples and the spread of their sizes, so while there are few (ten), sizes that were
 * not among them may put it further off. Packets a second are known no worse. Infinite
 * without a sample; for many samples of one size it nears 1.96 / sqrt(shape).
 */
double estimate_error(const struct estimate *estimate, double now);

/*
 * How many of the latest samples came so close together that a route of `rate` samples
 * a second would show it by chance less than once in a thousand; 0 if none did.
 */
unsigned estimate_burst(const struct estimate *estimate, double rate);

/* Lets the filter begin with the latest `samples`: a burst is news, not noise. */
void estimate_restart(struct estimate *estimate, unsigned samples);

/* To go on in another life: what is known, and from there. The latest bursts are not.
 */
void estimate_save(
    const struct estimate *estimate, double now, struct rib_rate *retrate);
void estimate_restore(
    struct estimate *estimate, const struct rib_rate *rate, double now);

#endif
