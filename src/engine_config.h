/*
 * What a router's configuration means to its engine (rib/rib.h), in one place for armd
 * and for armsim: what one of them heeds, the other does.
 */
#ifndef SRC_ENGINE_CONFIG_H
#define SRC_ENGINE_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

struct config_router;
struct rib;
struct rib_limits;
struct rib_packet;
struct sflow_flow;

/* What rib_new() is told; `seed` is a number no peer can guess. */
struct rib_limits engine_limits(const struct config_router *config, uint64_t seed);

/* All else, at the start and after a reload. */
void engine_configure(struct rib *rib, const struct config_router *config);

/*
 * Whether a sample counts: by the ports it was taken at, and if what it says can be
 * true. One that tells of a frame of 4 GB would outweigh all others for hours.
 */
#define ENGINE_FRAME_MAX (1u << 20) /* jumbograms by segmentation offload: 512 KB */
#define ENGINE_RATE_MAX (1u << 28)
bool engine_counts(const struct config_router *config, const struct sflow_flow *flow);

/* What rib_sample_many() is told of a sample that counts. */
struct rib_packet engine_packet(const struct sflow_flow *flow);

#endif
