#include "sim_counts.h"

#include <math.h>

void
sim_counts_packet(struct sim_counts *counts, double bytes, struct sim_verdict verdict)
{
	counts->samples++;
	if (!verdict.route && !verdict.hit) {
		counts->unrouted++;
		return;
	}
	counts->bytes += bytes;
	counts->correct += verdict.right ? bytes : 0;
	counts->hit += verdict.hit ? bytes : 0;
	counts->misforwarded += verdict.hit && !verdict.right ? bytes : 0;
}

void
sim_counts_add(struct sim_counts *sum, const struct sim_counts *counts)
{
	sum->samples += counts->samples;
	sum->unrouted += counts->unrouted;
	sum->bytes += counts->bytes;
	sum->correct += counts->correct;
	sum->hit += counts->hit;
	sum->misforwarded += counts->misforwarded;
	sum->announced += counts->announced;
	sum->withdrawn += counts->withdrawn;
	sum->rib_changes += counts->rib_changes;
	sum->bursts.bursts += counts->bursts.bursts;
	sum->bursts.at_once += counts->bursts.at_once;
	sum->bursts.never += counts->bursts.never;
	sum->bursts.sum_s += counts->bursts.sum_s;
	sum->bursts.worst_s = fmax(sum->bursts.worst_s, counts->bursts.worst_s);
}
