/*
 * reaction [-n PROBES] [-w WARM_S] [-H] -p BGP_PORT -u SFLOW_PORT [PREFIXES.gz]
 *
 * Plays all around an armd at 127.0.0.1: the RIB source (127.0.0.2: 100,000 IPv4 routes
 * over four next hops, and a default route over the first), the target (127.0.0.3), and
 * an agent that sends 1,000 samples a second of Zipf-distributed traffic. Then, many
 * times, a destination begins that had no traffic before and whose route is not like
 * the default: how long from its first datagram to the UPDATE that announces its
 * prefix? Prints the milliseconds as JSON; what did not come within five seconds is
 * missing.
 *
 * Without -H a destination is sampled once, which is enough while places are free. With
 * -H it goes on at 50 samples a second, as one has to that must displace another.
 */
#include <fcntl.h>
#include <poll.h>

#include "tests/bench/bgp_speak.h"
#include "tests/bench/sflow_make.h"

#include "rib/trie.h"

#define SOURCE "127.0.0.2"
#define TARGET "127.0.0.3"
#define ROUTES 100000
#define NEXT_HOPS 4
#define ACTIVE 20000    /* destinations of the background */
#define RATE 1000.0     /* its samples a second */
#define HEAVY_RATE 50.0 /* samples a second of a destination that goes on */
#define PAUSE_S 0.005   /* between probes, and as much again at random */
#define PATIENCE_S 5.0
#define AWAY_S 1e9

struct routes {
	struct table table; /* IPv4 */
	uint8_t *next_hops; /* beside the prefixes */
	struct trie trie;   /* index + 1 */
	struct prefix *probes, *others;
	size_t n_probes, n_others;
};

struct play {
	struct routes routes;
	uint64_t seed;
	struct sflow_make make;
	int source, target, agent;
	bool goes_on;
	size_t wanted, probe;
	bool waiting;        /* for the announcement of `probe` */
	struct addr address; /* that its samples go to */
	double began;        /* when its first was sent */
	double next_background, next_probe, next_heavy;
	double *found_ms;
	size_t n_found;
	size_t announced, withdrawn; /* prefixes, while probing */
	uint8_t bytes[1 << 16];      /* of messages from armd */
	size_t len;
};

/* --- routes --- */

static void
keep_some(struct routes *routes, uint64_t *seed)
{
	struct table *table = &routes->table;
	size_t ipv4 = 0;

	while (ipv4 < table->count && table->prefixes[ipv4].family == FAMILY_IPV4)
		ipv4++;
	sflow_make_shuffle(table->prefixes, ipv4, seed);
	table->count = ipv4 < ROUTES ? ipv4 : ROUTES;
	table_sort(table);
	routes->next_hops = mem_alloc(table->count);
	trie_init(&routes->trie, table->count * 640);
	for (size_t i = 0; i < table->count; i++) {
		const struct prefix *prefix = &table->prefixes[i];

		routes->next_hops[i] = (uint8_t)(table_draw(seed) % NEXT_HOPS);
		*trie_add(&routes->trie, prefix->bits, prefix->len) = (uint32_t)i + 1;
	}
}

/* An address whose route is that of `prefix` and no longer one; false: none found. */
static bool
find_address(struct routes *routes, const struct prefix *prefix, uint64_t *seed,
    struct addr *retaddr)
{
	for (int tries = 0; tries < 64; tries++) {
		struct addr addr = sflow_make_address(prefix, seed);
		unsigned len;

		if (trie_lookup_max(&routes->trie, addr.bits, 32, &len) &&
		    len == prefix->len) {
			*retaddr = addr;
			return true;
		}
	}
	return false;
}

/* Probes: routes that nothing covers, so that only their own announcement helps. */
static void
choose(struct routes *routes, size_t wanted, uint64_t *seed)
{
	const struct table *table = &routes->table;
	const struct prefix *top = NULL;
	struct prefix *fit = mem_alloc(table->count * sizeof *fit);
	size_t n_fit = 0;

	routes->others = mem_alloc(table->count * sizeof *routes->others);
	for (size_t i = 0; i < table->count; i++) {
		const struct prefix *prefix = &table->prefixes[i];
		bool covered = top && prefix_covers(top, prefix);
		struct addr addr;

		if (!covered)
			top = prefix;
		if (!covered && routes->next_hops[i] != 0 &&
		    find_address(routes, prefix, seed, &addr))
			fit[n_fit++] = *prefix;
		else
			routes->others[routes->n_others++] = *prefix;
	}
	sflow_make_shuffle(fit, n_fit, seed);
	sflow_make_shuffle(routes->others, routes->n_others, seed);
	if (n_fit < wanted || routes->n_others < ACTIVE)
		errx(1, "too few prefixes");
	routes->probes = fit;
	routes->n_probes = wanted;
}

/* --- the source and the target --- */

static void
announce(int sock, const struct prefix *prefix, unsigned next_hop)
{
	uint8_t bytes[BGP_MAX], bits[16];
	size_t attrs;
	struct wr wr;

	message_begin(&wr, bytes, BGP_UPDATE);
	wr_u32(&wr, 0);
	attrs = wr.len;
	wr_u32(&wr, 0x40010100); /* ORIGIN IGP */
	wr_u16(&wr, 0x4002);     /* AS_PATH */
	wr_u16(&wr, 0x0602);
	wr_u8(&wr, 1);
	wr_u32(&wr, 64500 + next_hop);
	wr_u16(&wr, 0x4003); /* NEXT_HOP */
	wr_u8(&wr, 4);
	wr_u32(&wr, 0xc6336401 + next_hop);
	wr_u16(&wr, 0x4005); /* LOCAL_PREF */
	wr_u8(&wr, 4);
	wr_u32(&wr, 100);
	wr_patch_u16(&wr, attrs - 2, (uint16_t)(wr.len - attrs));
	bits_to_bytes(prefix->bits, bits, sizeof bits);
	wr_u8(&wr, prefix->len);
	wr_bytes(&wr, bits, (prefix->len + 7u) / 8);
	message_send(sock, &wr);
}

static void
send_table(struct play *play)
{
	const struct routes *routes = &play->routes;
	const struct prefix all = { .family = FAMILY_IPV4 };
	uint8_t bytes[BGP_MAX];
	struct wr wr;

	announce(play->source, &all, 0);
	for (size_t i = 0; i < routes->table.count; i++)
		announce(
		    play->source, &routes->table.prefixes[i], routes->next_hops[i]);
	message_begin(&wr, bytes, BGP_UPDATE); /* End-of-RIB */
	wr_u32(&wr, 0);
	message_send(play->source, &wr);
}

/* The announcement waited for, of which the time counts from the first sample. */
static void
take_prefix(struct play *play, const struct prefix *prefix, double now)
{
	play->announced++;
	if (!play->waiting || !prefix_equal(prefix, &play->routes.probes[play->probe]))
		return;
	play->found_ms[play->n_found++] = (now - play->began) * 1e3;
	play->waiting = false;
	play->probe++;
	play->next_heavy = AWAY_S;
	play->next_probe = now + PAUSE_S * (1 + table_draw_share(&play->seed));
}

static bool
read_prefix(struct rd *rd, struct prefix *retprefix)
{
	uint8_t len = rd_u8(rd);
	const uint8_t *bytes = rd_bytes(rd, (len + 7u) / 8);

	if (!bytes || len > 32)
		return false;
	*retprefix = prefix_make(
	    FAMILY_IPV4, bits_from_bytes(bytes, (len + 7u) / 8), len);
	return true;
}

/* Returns true if it is the End-of-RIB of IPv4. */
static bool
take_update(struct play *play, struct rd rd, double now)
{
	bool empty = rd_left(&rd) == 4;
	struct rd withdrawn = rd_sub(&rd, rd_u16(&rd));
	struct prefix prefix;

	rd_sub(&rd, rd_u16(&rd));
	while (rd_left(&withdrawn) > 0 && read_prefix(&withdrawn, &prefix))
		play->withdrawn++;
	while (rd_left(&rd) > 0 && read_prefix(&rd, &prefix))
		take_prefix(play, &prefix, now);
	return empty;
}

/* Reads what the target was sent. Returns true if it is told the end of the table. */
static bool
take_messages(struct play *play)
{
	ssize_t n = read(
	    play->target, play->bytes + play->len, sizeof play->bytes - play->len);
	double now = monotonic_now();
	bool ended = false;
	size_t at = 0;

	if (n <= 0)
		errx(1, "armd closed the target session");
	play->len += (size_t)n;
	while (play->len - at >= BGP_HEADER) {
		const uint8_t *message = play->bytes + at;
		size_t size = (size_t)message[16] << 8 | message[17];
		struct rd rd;

		if (size < BGP_HEADER || size > BGP_MAX)
			errx(1, "a message of %zu bytes", size);
		if (play->len - at < size)
			break;
		if (message[18] == BGP_NOTIFICATION)
			errx(1, "NOTIFICATION %u/%u", message[19], message[20]);
		rd_init(&rd, message + BGP_HEADER, size - BGP_HEADER);
		if (message[18] == BGP_UPDATE)
			ended |= take_update(play, rd, now);
		at += size;
	}
	memmove(play->bytes, play->bytes + at, play->len -= at);
	return ended;
}

/* --- the agent --- */

static void
send_samples(struct play *play, const struct addr *to, size_t count)
{
	uint8_t bytes[SFLOW_MAKE_MAX];

	sflow_make_open(&play->make, bytes, (uint32_t)(monotonic_now() * 1e3));
	for (size_t i = 0; i < count; i++) {
		struct addr any;

		if (!to) {
			size_t rank = sflow_make_rank(ACTIVE, &play->seed);

			any = sflow_make_address(
			    &play->routes.others[rank], &play->seed);
		}
		sflow_make_add(&play->make, to ? to : &any);
	}
	if (send(play->agent, bytes, sflow_make_close(&play->make), 0) < 0)
		err(1, "send");
}

/* Does what is due at `now`; returns when to come back. */
static double
send_due(struct play *play, double now)
{
	double next;

	if (now >= play->next_background) {
		send_samples(play, NULL, SFLOW_MAKE_SAMPLES);
		play->next_background += SFLOW_MAKE_SAMPLES / RATE;
	}
	if (play->waiting && now - play->began > PATIENCE_S) {
		play->waiting = false;
		play->probe++;
		play->next_heavy = AWAY_S;
		play->next_probe = now + PAUSE_S;
	}
	if (!play->waiting && now >= play->next_probe && play->probe < play->wanted) {
		if (!find_address(&play->routes, &play->routes.probes[play->probe],
			&play->seed, &play->address))
			errx(1, "no address any more");
		play->waiting = true;
		play->next_heavy = now;
		play->began = monotonic_now();
	}
	if (play->waiting && now >= play->next_heavy) {
		send_samples(play, &play->address, 1);
		/* at random, as samples come */
		play->next_heavy = play->goes_on
				       ? now - log(1 - table_draw_share(&play->seed)) /
						   HEAVY_RATE
				       : AWAY_S;
	}
	next = fmin(play->next_background, play->next_heavy);
	return play->waiting ? next : fmin(next, play->next_probe);
}

static void
drain(int sock)
{
	uint8_t bytes[4096];

	if (read(sock, bytes, sizeof bytes) <= 0)
		errx(1, "armd closed the RIB session");
}

/* Waits for messages, until `until` at most. Returns true at the end of the table. */
static bool
wait_for(struct play *play, double until)
{
	struct pollfd fds[2] = { { .fd = play->target, .events = POLLIN },
		{ .fd = play->source, .events = POLLIN } };
	double left = fmax(0, until - monotonic_now());
	struct timespec timeout = { .tv_sec = (time_t)left,
		.tv_nsec = (long)((left - floor(left)) * 1e9) };

	if (ppoll(fds, 2, &timeout, NULL) <= 0)
		return false;
	if (fds[1].revents)
		drain(play->source);
	return fds[0].revents && take_messages(play);
}

static int
connect_agent(uint16_t port)
{
	struct sockaddr_in to = speaker_address("127.0.0.1", port);
	int sock = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (sock < 0 || connect(sock, (struct sockaddr *)&to, sizeof to) != 0)
		err(1, "port %u", port);
	return sock;
}

static void
meet(struct play *play, uint16_t bgp_port, uint16_t sflow_port)
{
	struct speaker speaker = { .remote = "127.0.0.1", .as = 65136 };
	double deadline = monotonic_now() + 30;

	speaker.port = bgp_port;
	speaker.local = TARGET;
	play->target = speaker_establish(&speaker);
	speaker.local = SOURCE;
	play->source = speaker_establish(&speaker);
	play->agent = connect_agent(sflow_port);
	send_table(play);
	while (!wait_for(play, deadline))
		if (monotonic_now() > deadline)
			errx(1, "no End-of-RIB from armd");
}

static void
act(struct play *play, double warm_s)
{
	double now = monotonic_now();
	size_t announced = 0, withdrawn = 0;

	play->next_background = now;
	play->next_probe = now + warm_s;
	play->next_heavy = AWAY_S;
	while (play->probe < play->wanted) {
		wait_for(play, send_due(play, monotonic_now()));
		if (play->probe == 0) {
			announced = play->announced;
			withdrawn = play->withdrawn;
		}
	}
	play->announced -= announced;
	play->withdrawn -= withdrawn;
}

static void
report(const struct play *play)
{
	printf("{\"routes\": %zu, \"probes\": %zu, \"announced\": %zu, "
	       "\"withdrawn\": %zu, \"ms\": [",
	    play->routes.table.count, play->wanted, play->announced, play->withdrawn);
	for (size_t i = 0; i < play->n_found; i++)
		printf("%s%.4f", i ? ", " : "", play->found_ms[i]);
	puts("]}");
}

int
main(int argc, char **argv)
{
	static struct play play = { .wanted = 400, .seed = 1 };
	unsigned long bgp_port = 0, sflow_port = 0;
	double warm_s = 3;
	int option;

	while ((option = getopt(argc, argv, "Hn:p:u:w:")) != -1) {
		if (option == 'H')
			play.goes_on = true;
		else if (option == 'n')
			play.wanted = strtoul(optarg, NULL, 10);
		else if (option == 'p')
			bgp_port = strtoul(optarg, NULL, 10);
		else if (option == 'u')
			sflow_port = strtoul(optarg, NULL, 10);
		else if (option == 'w')
			warm_s = strtod(optarg, NULL);
	}
	if (!bgp_port || !sflow_port)
		errx(2, "usage: reaction [-n PROBES] [-w WARM_S] [-H] -p BGP_PORT "
			"-u SFLOW_PORT [PREFIXES.gz]");
	if (optind == argc)
		table_make(&play.routes.table, 1);
	else if (!table_read(&play.routes.table, argv[optind]))
		errx(1, "%s: no prefixes", argv[optind]);
	keep_some(&play.routes, &play.seed);
	choose(&play.routes, play.wanted, &play.seed);
	play.found_ms = mem_alloc((play.wanted + 1) * sizeof *play.found_ms);
	sflow_make_init(&play.make);
	meet(&play, (uint16_t)bgp_port, (uint16_t)sflow_port);
	act(&play, warm_s);
	report(&play);
	return 0;
}
