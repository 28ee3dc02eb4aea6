#include "sim_counts.h"

#include <math.h>

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
