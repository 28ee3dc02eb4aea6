/* What armsim found: a table for people, and the same figures in JSON. */
#ifndef SRC_SIM_REPORT_H
#define SRC_SIM_REPORT_H

#include <stddef.h>
#include <stdio.h>

#include "sim_run.h"

/* One run, a line a figure; or several, a line a run. */
void sim_report_table(
    FILE *out, const struct sim_job *job, const struct sim_result *results, size_t n);

void sim_report_json(
    FILE *out, const struct sim_job *job, const struct sim_result *results, size_t n);

#endif
