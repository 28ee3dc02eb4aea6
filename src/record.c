#include "record.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "bgp/attr_text.h"
#include "clock.h"
#include "record_files.h"
#include "record_pcap.h"
#include "record_text.h"
#include "rib/attrs.h"
#include "rib/nexthop.h"
#include "rib/rib.h"
#include "router.h"
#include "version.h"

#define SLICE 500         /* routes, 0.5 ms */
#define DATAGRAM_MAX 9216 /* as collector.c hears */

struct record {
	struct record_files *files; /* NULL: none runs */
	struct router *router;
	struct record_status status;
	enum family family; /* of the snapshot, how far it is */
	struct rib_cursor cursor;
	uint64_t wall_us; /* at `begun_s` */
	double begun_s, running_s;
};

struct record *
record_new(void)
{
	return mem_alloc(sizeof(struct record));
}

void
record_free(struct record *record)
{
	if (!record)
		return;
	record_stop(record);
	free(record);
}

/*
 * The time of the recording: the wall clock at its start, and from there on one that is
 * never set.
 */
static uint64_t
time_us(const struct record *record, double now_s)
{
	double passed = now_s - record->begun_s;

	return record->wall_us + (passed > 0 ? (uint64_t)(passed * 1e6) : 0);
}

/* Why it ends is `why`, but for what the files say. */
static void
end(struct record *record, const char *why, bool failed)
{
	struct record_status *s = &record->status;
	const char *fault;

	rib_observe(record->router->rib, NULL, NULL);
	record_files_flush(record->files);
	fault = record_files_fault(record->files);
	if (s->state == RECORD_SNAPSHOT || (fault && !record_files_full(record->files)))
		failed = true;
	snprintf(s->end, sizeof s->end, "%s%s", fault ? fault : why,
	    s->state == RECORD_SNAPSHOT ? ", the snapshot is not whole" : "");
	s->failed = failed;
	s->state = RECORD_ENDED;
	s->bytes = record_files_bytes(record->files);
	record_files_free(record->files);
	record->files = NULL;
	record->router = NULL;
	if (failed)
		log_error(
		    "router %s: recording '%s' ended: %s", s->router, s->name, s->end);
	else
		log_info(
		    "router %s: recording '%s' ended: %s", s->router, s->name, s->end);
}

bool
record_stop(struct record *record)
{
	if (!record->files)
		return false;
	end(record, "stopped", false);
	return true;
}

void
record_leave(struct record *record, const struct router *router)
{
	if (record->files && record->router == router)
		end(record, "the router is not configured any more", true);
}

const struct record_status *
record_status(struct record *record)
{
	if (record->files)
		record->status.bytes = record_files_bytes(record->files);
	return &record->status;
}

/* --- changes --- */

static const struct nexthop *
nexthops_of(const struct record *record, uint32_t attrs, size_t *retn)
{
	struct rib *rib = record->router->rib;

	return fwkey_nexthops(
	    rib_fwkeys(rib), attrs_at(rib_attrs(rib), attrs)->fwkey, retn);
}

/* rib_observe: a route changed. */
static void
route_changed(void *arg, const struct prefix *prefix, uint32_t attrs)
{
	struct record *record = arg;
	uint64_t us = time_us(record, clock_s());
	const struct nexthop *hops;
	char line[RECORD_LINE_MAX];
	size_t len, n;

	if (attrs) {
		hops = nexthops_of(record, attrs, &n);
		len = record_announce_line(line, us, prefix, hops, n);
	} else {
		len = record_withdraw_line(line, us, prefix);
	}
	record_files_put(record->files, RECORD_CHANGES, line, len);
	record->status.changes++;
}

/* --- the snapshot --- */

static void
put_heads(struct record *record)
{
	struct rib_status ipv4, ipv6;
	uint8_t head[RECORD_PCAP_HEAD];
	char text[512];
	struct wr wr;
	int len;

	rib_status(record->router->rib, FAMILY_IPV4, 0, &ipv4);
	rib_status(record->router->rib, FAMILY_IPV6, 0, &ipv6);
	len = snprintf(text, sizeof text,
	    "# router %s, recorded by armd %s\n"
	    "# armsim --rib rib.txt --rib-changes changes.txt --sflow sflow.pcap "
	    "--multipath --capacity %zu --capacity6 %zu\n",
	    record->router->config->name, ARMD_VERSION, ipv4.capacity, ipv6.capacity);
	record_files_put(record->files, RECORD_RIB, text, (size_t)len);
	wr_init(&wr, head, sizeof head);
	record_pcap_head(&wr);
	record_files_put(record->files, RECORD_SFLOW, head, wr.len);
}

/* A line for each next hop. Several come by several AS paths, which are left out. */
static void
put_route(struct record *record, const struct rib_route *route)
{
	struct bgp_attr_fields fields;
	char line[RECORD_LINE_MAX];
	struct rd as_path;
	size_t n;
	const struct nexthop *hops = nexthops_of(record, route->attrs, &n);

	rd_init(&as_path, NULL, 0);
	if (n == 1) {
		bgp_attr_fields(
		    attrs_at(rib_attrs(record->router->rib), route->attrs), &fields);
		as_path = fields.as_path;
	}
	for (size_t i = 0; i < n; i++)
		record_files_put(record->files, RECORD_RIB, line,
		    record_route_line(line, &route->prefix, &hops[i], as_path));
	record->status.routes++;
}

bool
record_work(struct record *record)
{
	struct rib_route route;

	if (record->status.state != RECORD_SNAPSHOT)
		return false;
	for (int i = 0; i < SLICE; i++) {
		if (rib_next(
			record->router->rib, record->family, &record->cursor, &route)) {
			put_route(record, &route);
			continue;
		}
		record->cursor = (struct rib_cursor){ .begun = false };
		if (record->family == FAMILY_IPV4) {
			record->family = FAMILY_IPV6;
			continue;
		}
		record->status.state = RECORD_RUNNING;
		record->running_s = clock_s();
		return false;
	}
	return !record_files_fault(record->files);
}

/* --- samples and time --- */

void
record_heard(struct record *record, const struct router *router,
    const struct record_datagram *datagram, double now_s)
{
	uint8_t bytes[DATAGRAM_MAX + RECORD_PCAP_PACKET_MAX];
	struct record_datagram timed = *datagram;
	struct wr wr;

	if (record->status.state != RECORD_RUNNING || record->router != router)
		return;
	timed.us = time_us(record, now_s);
	wr_init(&wr, bytes, sizeof bytes);
	record_pcap_packet(&wr, &timed);
	assert(!wr.full);
	record_files_put(record->files, RECORD_SFLOW, bytes, wr.len);
	record->status.datagrams++;
}

void
record_tick(struct record *record)
{
	const struct record_status *s = &record->status;

	if (!record->files)
		return;
	record_files_flush(record->files);
	if (record_files_fault(record->files))
		end(record, "", false);
	else if (s->seconds && s->state == RECORD_RUNNING &&
		 clock_s() - record->running_s >= (double)s->seconds)
		end(record, "its time is over", false);
}

/* --- start --- */

static bool
has_routes(const struct router *router)
{
	struct rib_status ipv4, ipv6;

	rib_status(router->rib, FAMILY_IPV4, 0, &ipv4);
	rib_status(router->rib, FAMILY_IPV6, 0, &ipv6);
	return ipv4.learned + ipv6.learned > 0;
}

bool
record_start(struct record *record, const struct config_record *config,
    struct router *router, const struct record_order *order, char *reterr, size_t size)
{
	struct record_status *s = &record->status;
	struct record_files *files;

	if (record->files) {
		snprintf(reterr, size, "'%s' of router %s is being recorded", s->name,
		    s->router);
		return false;
	}
	if (!has_routes(router)) {
		snprintf(reterr, size, "router %s has learned no routes",
		    router->config->name);
		return false;
	}
	files = record_files_new(config, order->name, order->max_bytes, reterr, size);
	if (!files)
		return false;
	*record = (struct record){
		.files = files,
		.router = router,
		.wall_us = clock_wall_ms() * 1000,
		.begun_s = clock_s(),
		.status = {
			.state = RECORD_SNAPSHOT,
			.started_ms = clock_wall_ms(),
			.seconds = order->seconds,
			.max_bytes = record_files_limit(files),
		},
	};
	snprintf(s->name, sizeof s->name, "%s", order->name);
	snprintf(s->router, sizeof s->router, "%s", router->config->name);
	snprintf(s->directory, sizeof s->directory, "%s", config->directory);
	put_heads(record);
	rib_observe(router->rib, route_changed, record);
	log_info("router %s: recording '%s' in %s, at most %" PRIu64 " bytes",
	    s->router, s->name, s->directory, s->max_bytes);
	return true;
}
