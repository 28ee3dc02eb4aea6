#include "sim_report.h"

#include <jansson.h>

#include "sim_options.h"

static double
ratio(double part, double whole)
{
	return whole > 0 ? part / whole : 0;
}

static double
changes_per_s(const struct sim_result *r)
{
	return ratio(
	    (double)(r->counts.announced + r->counts.withdrawn), r->counts.seconds);
}

static double
mean_reaction_s(const struct sim_burst_figures *b)
{
	return ratio(b->sum_s, (double)(b->bursts - b->at_once - b->never));
}

static void
write_bursts(FILE *out, const struct sim_burst_figures *b)
{
	fprintf(out, "new heavy routes    %llu, %llu right at once",
	    (unsigned long long)b->bursts, (unsigned long long)b->at_once);
	if (b->bursts > b->at_once + b->never)
		fprintf(out, ", the others after %.3f s, %.3f s at worst",
		    mean_reaction_s(b), b->worst_s);
	if (b->never)
		fprintf(out, ", %llu not within %.0f s", (unsigned long long)b->never,
		    SIM_BURST_S);
	fputc('\n', out);
}

static void
write_one(FILE *out, const struct sim_job *job, const struct sim_result *r)
{
	const struct sim_counts *c = &r->counts;

	fprintf(out, "policy              %s\n", sim_choice_name(job->policy));
	fprintf(out, "trace               %.1f s, the first %.0f s not counted\n",
	    r->trace_s, r->skipped_s);
	fprintf(out, "samples             %llu, %.1f a second, %llu without a route\n",
	    (unsigned long long)c->samples,
	    ratio((double)c->samples, r->counts.seconds),
	    (unsigned long long)c->unrouted);
	fprintf(
	    out, "correct             %.4f %%\n", 100 * ratio(c->correct, c->bytes));
	fprintf(out, "hit                 %.4f %%\n", 100 * ratio(c->hit, c->bytes));
	fprintf(out, "misforwarded        %.4f %%\n",
	    100 * ratio(c->misforwarded, c->bytes));
	fprintf(out, "changes             %.2f a second\n", changes_per_s(r));
	fprintf(out, "RIB changes         %.2f a second\n",
	    ratio((double)c->rib_changes, r->counts.seconds));
	for (int f = 0; f < FAMILIES; f++)
		fprintf(out, "highest fill, %s  %zu of %zu\n",
		    family_name((enum family)f), r->fill_max[f], r->capacity[f]);
	fprintf(out, "over capacity       %llu changes\n", (unsigned long long)r->over);
	fprintf(
	    out, "unsafe              %llu changes\n", (unsigned long long)r->unsafe);
	write_bursts(out, &c->bursts);
	fprintf(out,
	    "CPU                 %.2f s, %.2f us a sample; a choice %.2f ms, the longest "
	    "%.1f ms\n",
	    r->cpu_s, 1e6 * ratio(r->cpu_s, (double)r->samples),
	    1e3 * ratio(r->ticks_s, (double)r->ticks), 1e3 * r->tick_max_s);
	if (r->pcap.fragments || r->pcap.cut || r->faulty || r->ignored)
		fprintf(out,
		    "not read            %llu fragments, %llu cut short, %llu not sFlow "
		    "5, %llu of other agents\n",
		    (unsigned long long)r->pcap.fragments,
		    (unsigned long long)r->pcap.cut, (unsigned long long)r->faulty,
		    (unsigned long long)r->ignored);
	if (r->pcap.backward)
		fprintf(out, "out of order        %llu packets by more than a second\n",
		    (unsigned long long)r->pcap.backward);
}

static void
write_curve(FILE *out, const struct sim_result *results, size_t n)
{
	fprintf(out, "%10s %10s %10s %10s %10s\n", "capacity", "correct %", "hit %",
	    "missed %", "changes/s");
	for (size_t i = 0; i < n; i++) {
		const struct sim_counts *c = &results[i].counts;

		fprintf(out, "%10zu %10.4f %10.4f %10.4f %10.2f\n",
		    results[i].capacity[FAMILY_IPV4], 100 * ratio(c->correct, c->bytes),
		    100 * ratio(c->hit, c->bytes),
		    100 * ratio(c->bytes - c->correct, c->bytes),
		    changes_per_s(&results[i]));
	}
}

void
sim_report_table(
    FILE *out, const struct sim_job *job, const struct sim_result *results, size_t n)
{
	if (n == 1)
		write_one(out, job, results);
	else
		write_curve(out, results, n);
}

static json_t *
family_json(const struct sim_result *r, enum family family)
{
	return json_pack("{s:I, s:I}", "capacity", (json_int_t)r->capacity[family],
	    "highest_fill", (json_int_t)r->fill_max[family]);
}

static json_t *
bursts_json(const struct sim_burst_figures *b)
{
	return json_pack("{s:I, s:I, s:I, s:f, s:f}", "bursts", (json_int_t)b->bursts,
	    "right_at_once", (json_int_t)b->at_once, "not_in_time",
	    (json_int_t)b->never, "mean_s", mean_reaction_s(b), "worst_s", b->worst_s);
}

static json_t *
cpu_json(const struct sim_result *r)
{
	return json_pack("{s:f, s:f, s:f, s:f}", "seconds", r->cpu_s, "us_per_sample",
	    1e6 * ratio(r->cpu_s, (double)r->samples), "mean_choice_ms",
	    1e3 * ratio(r->ticks_s, (double)r->ticks), "longest_choice_ms",
	    1e3 * r->tick_max_s);
}

static json_t *
input_json(const struct sim_result *r)
{
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "packets",
	    (json_int_t)r->pcap.packets, "datagrams", (json_int_t)r->datagrams,
	    "samples", (json_int_t)r->samples, "fragments",
	    (json_int_t)r->pcap.fragments, "cut_short", (json_int_t)r->pcap.cut,
	    "back_in_time", (json_int_t)r->pcap.backward, "not_sflow5",
	    (json_int_t)r->faulty, "other_agents", (json_int_t)r->ignored,
	    "rib_records_skipped", (json_int_t)r->changes_skipped);
}

static json_t *
run_json(const struct sim_job *job, const struct sim_result *r)
{
	const struct sim_counts *c = &r->counts;
	json_t *run = json_pack(
	    "{s:s, s:f, s:f, s:I, s:I, s:f, s:f, s:f, s:I, s:I, s:f, s:f, s:I, s:I}",
	    "policy", sim_choice_name(job->policy), "trace_s", r->trace_s, "skipped_s",
	    r->skipped_s, "samples", (json_int_t)c->samples, "unrouted",
	    (json_int_t)c->unrouted, "correct", ratio(c->correct, c->bytes), "hit",
	    ratio(c->hit, c->bytes), "misforwarded", ratio(c->misforwarded, c->bytes),
	    "announced", (json_int_t)c->announced, "withdrawn",
	    (json_int_t)c->withdrawn, "changes_per_s", changes_per_s(r),
	    "rib_changes_per_s", ratio((double)c->rib_changes, c->seconds),
	    "over_capacity", (json_int_t)r->over, "unsafe", (json_int_t)r->unsafe);

	json_object_set_new(run, "ipv4", family_json(r, FAMILY_IPV4));
	json_object_set_new(run, "ipv6", family_json(r, FAMILY_IPV6));
	json_object_set_new(run, "new_heavy_routes", bursts_json(&c->bursts));
	json_object_set_new(run, "cpu", cpu_json(r));
	json_object_set_new(run, "input", input_json(r));
	return run;
}

void
sim_report_json(
    FILE *out, const struct sim_job *job, const struct sim_result *results, size_t n)
{
	json_t *runs = json_array();
	json_t *root;

	for (size_t i = 0; i < n; i++)
		json_array_append_new(runs, run_json(job, &results[i]));
	root = json_pack("{s:o}", "runs", runs);
	json_dumpf(root, out, JSON_INDENT(2) | JSON_REAL_PRECISION(10));
	fputc('\n', out);
	json_decref(root);
}
