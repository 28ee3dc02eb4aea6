/*
 * A traffic source for the lab: the sFlow v5 datagrams that a switch would send, were
 * traffic to a list of prefixes to pass it. Sends in real time, never faster than told,
 * or writes a capture file in virtual time; the same arguments write the same bytes.
 */
#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <netdb.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/prefix.h"
#include "base/wire.h"
#include "scripts/sflowgen/datagram.h"
#include "scripts/sflowgen/traffic.h"

#define VIRTUAL_START_S 1700000000 /* the time of day at which captures start */
#define AHEAD_S 0.0005             /* no sleep for less */
#define LAG_MAX_S 0.1              /* what was missed beyond is not made up for */
#define HOLD_S 0.2                 /* a datagram waits no longer to become full */
#define SFLOW_PORT 6343
#define PCAP_MAGIC 0xa1b2c3d4
#define PCAP_RAW_IP 101

__attribute__((noreturn, format(printf, 1, 2))) static void
die(const char *format, ...)
{
	va_list args;

	fputs("sflowgen: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(1);
}

struct options {
	const char *prefixes, *to, *pcap, *events, *style, *agent;
	double rate, seconds, sampling, seed;
	struct traffic_options traffic;
};

static const struct row {
	const char *name, *arg;
	size_t at; /* offset in struct options, of a double or a text */
	bool number;
	const char *usual, *help;
} rows[] = {
#define TEXT(member) offsetof(struct options, member), false
#define NUMBER(member) offsetof(struct options, member), true
	{ "prefixes", "FILE", TEXT(prefixes), NULL, "destinations, one prefix a line" },
	{ "to", "HOST:PORT", TEXT(to), NULL, "send to this collector in real time" },
	{ "pcap", "FILE", TEXT(pcap), NULL, "or write this capture in virtual time" },
	{ "events", "FILE", TEXT(events), NULL,
	    "write here, not to stderr, when elephants rise and end" },
	{ "style", "STYLE", TEXT(style), "switch",
	    "whose datagrams: switch or hsflowd" },
	{ "agent", "ADDRESS", TEXT(agent), "10.0.0.136", "the agent's address" },
	{ "rate", "N", NUMBER(rate), "1500", "samples a second" },
	{ "seconds", "S", NUMBER(seconds), "60", "how long" },
	{ "sampling", "N", NUMBER(sampling), "1000", "one packet in N is sampled" },
	{ "active", "N", NUMBER(traffic.active), "20000", "destinations with traffic" },
	{ "zipf", "X", NUMBER(traffic.zipf), "1.0", "exponent of Zipf's law" },
	{ "drift", "X", NUMBER(traffic.drift), "1.0",
	    "how far rates drift, sigma of their logarithm" },
	{ "drift-time", "S", NUMBER(traffic.drift_time), "600", "and how slowly" },
	{ "elephant-every", "S", NUMBER(traffic.elephant_every), "0",
	    "a cold destination rises so often; 0 never" },
	{ "elephant-share", "X", NUMBER(traffic.elephant_share), "0.03",
	    "its share of all samples" },
	{ "elephant-time", "S", NUMBER(traffic.elephant_time), "60", "until it ends" },
	{ "seed", "N", NUMBER(seed), "1", "of all that is random" },
#undef TEXT
#undef NUMBER
};
#define ROWS (sizeof(rows) / sizeof(*rows))

static void
usage(void)
{
	size_t i;

	puts(
	    "Usage: sflowgen --prefixes FILE (--to HOST:PORT | --pcap FILE) [OPTION...]\n"
	    "Writes the sFlow v5 datagrams that a switch would send.\n");
	for (i = 0; i < ROWS; i++) {
		int used = printf("  --%s %s", rows[i].name, rows[i].arg);

		printf("%*s%s", 28 - used, "", rows[i].help);
		if (rows[i].usual)
			printf(" (%s)", rows[i].usual);
		putchar('\n');
	}
}

static void
options_set(struct options *options, const struct row *row, const char *text)
{
	void *member = (char *)options + row->at;
	char *end;
	double number;

	if (!row->number) {
		*(const char **)member = text;
		return;
	}
	number = strtod(text, &end);
	if (end == text || *end || !(number >= 0 && number <= 4e9))
		die("--%s: %s is no number from 0 to 4e9", row->name, text);
	*(double *)member = number;
}

static void
options_check(const struct options *options)
{
	if (!options->prefixes || !options->to == !options->pcap)
		die("give --prefixes and either --to or --pcap; see --help");
	if (options->rate <= 0 || options->sampling < 1)
		die("--rate and --sampling must be above 0");
	if (options->traffic.active < 1 || options->traffic.active > 1e7)
		die("--active: from 1 to 1e7");
	if (options->traffic.drift_time <= 0 || options->traffic.elephant_share > 1)
		die("--drift-time must be above 0, --elephant-share at most 1");
}

static void
options_read(struct options *options, int argc, char **argv)
{
	struct option longs[ROWS + 2] = { { NULL, 0, NULL, 0 } };
	size_t i;
	int index, got;

	memset(options, 0, sizeof(*options));
	for (i = 0; i < ROWS; i++) {
		longs[i] = (struct option){ rows[i].name, required_argument, NULL,
			'o' };
		if (rows[i].usual)
			options_set(options, &rows[i], rows[i].usual);
	}
	longs[ROWS] = (struct option){ "help", no_argument, NULL, 'h' };
	while ((got = getopt_long(argc, argv, "h", longs, &index)) != -1) {
		if (got == 'h') {
			usage();
			exit(0);
		}
		if (got != 'o')
			exit(2);
		options_set(options, &rows[index], optarg);
	}
	if (optind < argc)
		die("%s: no such argument", argv[optind]);
	options_check(options);
}

/* Where datagrams go: a socket, in real time, or a capture file. */
struct output {
	int fd;
	FILE *pcap;
	double start_s;    /* monotonic time of second 0 */
	double started_s;  /* time of day of second 0 */
	uint32_t agent_ip; /* the sender in captures */
	unsigned long sent, refused;
};

static double
clock_s(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int
connect_to(const char *to)
{
	struct addrinfo hints = { .ai_socktype = SOCK_DGRAM }, *found;
	const char *colon = strrchr(to, ':');
	char host[256];
	size_t len;
	int fd, error;

	if (!colon || colon - to >= (long)sizeof(host))
		die("--to: %s is no HOST:PORT", to);
	len = (size_t)(colon - to);
	if (len > 1 && to[0] == '[' && to[len - 1] == ']') {
		to++;
		len -= 2;
	}
	memcpy(host, to, len);
	host[len] = '\0';
	error = getaddrinfo(host, colon + 1, &hints, &found);
	if (error)
		die("--to: %s: %s", host, gai_strerror(error));
	fd = socket(found->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, found->ai_addr, found->ai_addrlen) < 0)
		die("--to: %s: %s", host, strerror(errno));
	freeaddrinfo(found);
	return fd;
}

static void
pcap_write(struct output *output, const struct wr *wr)
{
	if (fwrite(wr->bytes, 1, wr->len, output->pcap) != wr->len)
		die("cannot write: %s", strerror(errno));
}

static void
output_open(struct output *output, const struct options *options, uint32_t agent_ip)
{
	uint8_t bytes[24];
	struct wr wr;

	*output = (struct output){ .fd = -1, .agent_ip = agent_ip };
	if (options->to) {
		output->fd = connect_to(options->to);
		output->start_s = clock_s(CLOCK_MONOTONIC);
		output->started_s = clock_s(CLOCK_REALTIME);
		return;
	}
	output->pcap = fopen(options->pcap, "wb");
	if (!output->pcap)
		die("%s: %s", options->pcap, strerror(errno));
	output->started_s = VIRTUAL_START_S;
	wr_init(&wr, bytes, sizeof(bytes));
	wr_u32(&wr, PCAP_MAGIC);
	wr_u16(&wr, 2); /* version 2.4 */
	wr_u16(&wr, 4);
	wr_u32(&wr, 0);
	wr_u32(&wr, 0);
	wr_u32(&wr, UINT16_MAX); /* longest packet */
	wr_u32(&wr, PCAP_RAW_IP);
	pcap_write(output, &wr);
}

static void
output_close(struct output *output)
{
	if (output->pcap && fclose(output->pcap) != 0)
		die("cannot write: %s", strerror(errno));
	if (output->fd >= 0)
		close(output->fd);
}

static void
output_send(struct output *output, double now_s, const struct datagram *datagram)
{
	double at_s = output->started_s + now_s;
	uint8_t bytes[16 + 28];
	struct wr wr;
	size_t len = datagram->wr.len;

	output->sent++;
	if (!output->pcap) {
		/* nobody listens at the moment: as on a real network, they are lost */
		if (send(output->fd, datagram->bytes, len, 0) < 0)
			output->refused++;
		return;
	}
	wr_init(&wr, bytes, sizeof(bytes));
	wr_u32(&wr, (uint32_t)at_s);
	wr_u32(&wr, (uint32_t)((at_s - floor(at_s)) * 1e6));
	wr_u32(&wr, (uint32_t)(28 + len));
	wr_u32(&wr, (uint32_t)(28 + len));
	datagram_udp_header(&wr, output->agent_ip, SFLOW_PORT, (uint16_t)len);
	pcap_write(output, &wr);
	pcap_write(output, &datagram->wr);
}

/* Waits until `now_s`, in real time. */
static void
output_wait(struct output *output, double now_s)
{
	double ahead = output->start_s + now_s - clock_s(CLOCK_MONOTONIC);
	struct timespec pause;

	if (output->pcap)
		return;
	if (ahead < -LAG_MAX_S) {
		output->start_s -= ahead;
		output->started_s -= ahead;
	}
	if (ahead < AHEAD_S)
		return;
	pause.tv_sec = (time_t)ahead;
	pause.tv_nsec = (long)((ahead - (double)pause.tv_sec) * 1e9);
	nanosleep(&pause, NULL);
}

struct events {
	FILE *file;
	const struct output *output;
};

/* One line of JSON: when, what, which address, and its longest match. */
static void
report(const struct traffic_event *event, void *context)
{
	const struct events *events = context;
	char addr[ADDR_TEXT_MAX], prefix[PREFIX_TEXT_MAX];

	fprintf(events->file,
	    "{\"time\": %.6f, \"event\": \"%s\", \"address\": \"%s\", "
	    "\"prefix\": \"%s\"}\n",
	    events->output->started_s + event->at_s, event->rises ? "rise" : "end",
	    addr_text(&event->addr, addr), prefix_text(&event->prefix, prefix));
	fflush(events->file);
}

static void
generate(const struct options *options, struct traffic *traffic,
    struct datagram *datagram, struct output *output)
{
	double now_s = 0, opened_s = 0;
	uint64_t sample;
	struct addr to;

	datagram_open(datagram, 0);
	for (sample = 0; now_s < options->seconds; sample++) {
		output_wait(output, now_s);
		to = traffic_next(traffic, now_s);
		if (datagram_add(datagram, now_s, &to) || now_s - opened_s > HOLD_S) {
			output_send(output, now_s, datagram);
			datagram_open(datagram, now_s);
			opened_s = now_s;
		}
		now_s = (double)(sample + 1) / options->rate;
	}
	if (datagram->samples)
		output_send(output, now_s, datagram);
}

int
main(int argc, char **argv)
{
	struct options options;
	struct table table;
	struct traffic traffic;
	struct datagram datagram;
	struct output output;
	struct events events = { stderr, &output };
	struct addr agent;
	enum style style;
	uint64_t seed;
	size_t bad;

	options_read(&options, argc, argv);
	if (!addr_parse(options.agent, &agent))
		die("--agent: %s is no address", options.agent);
	if (strcmp(options.style, "switch") != 0 &&
	    strcmp(options.style, "hsflowd") != 0)
		die("--style: %s is neither switch nor hsflowd", options.style);
	style = options.style[0] == 's' ? STYLE_SWITCH : STYLE_HSFLOWD;
	bad = table_read(&table, options.prefixes);
	if (bad)
		die("%s:%zu: no prefix", options.prefixes, bad);
	if (options.events && !(events.file = fopen(options.events, "w")))
		die("%s: %s", options.events, strerror(errno));

	seed = (uint64_t)options.seed;
	traffic_init(&traffic, &options.traffic, &table, seed, report, &events);
	datagram_init(&datagram, style, &agent, (uint32_t)options.sampling, ~seed);
	output_open(&output, &options, (uint32_t)(agent.bits.hi >> 32));
	generate(&options, &traffic, &datagram, &output);
	output_close(&output);
	fprintf(stderr, "sflowgen: %lu datagrams, %lu refused\n", output.sent,
	    output.refused);
	if (options.events)
		fclose(events.file);
	traffic_fini(&traffic);
	table_fini(&table);
	return 0;
}
