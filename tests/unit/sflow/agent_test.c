#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#include "sflow/agent.h"

/* An agent that started at boot_ms and sends to `agents`. */
struct sender {
	struct sflow_agents agents;
	struct sflow_datagram datagram;
	struct sflow_sample sample;
	uint64_t now_ms, boot_ms;
};

static void
sender_init(struct sender *sender)
{
	*sender = (struct sender){ .now_ms = 5000000, .boot_ms = 1000000 };
	sender->datagram.agent.bits.hi = 0xc000020aull << 32;
	sender->sample.kind = SFLOW_FLOW;
	sender->sample.flow.sampling_rate = 100;
	sender->sample.flow.packet.origin = SFLOW_FROM_HEADER;
	sender->sample.flow.packet.header = SFLOW_HEADER_IP;
	sflow_agents_init(&sender->agents, 2, 3);
}

static struct sflow_agent *
send_datagram(struct sender *sender, uint32_t sequence)
{
	sender->datagram.sequence = sequence;
	sender->datagram.uptime_ms = (uint32_t)(sender->now_ms - sender->boot_ms);
	return sflow_agents_datagram(
	    &sender->agents, &sender->datagram, sender->now_ms);
}

static void
send_flow(
    struct sender *sender, struct sflow_agent *agent, uint32_t index, uint32_t sequence)
{
	sender->sample.flow.source.index = index;
	sender->sample.flow.sequence = sequence;
	sflow_agent_sample(agent, &sender->sample, sender->now_ms);
}

/* The books of a source, or NULL. */
static const struct sflow_source_books *
source_of(const struct sflow_agent *agent, const struct sflow_source *source)
{
	for (size_t i = 0; i < agent->source_count; i++)
		if (agent->sources[i].source.index == source->index &&
		    agent->sources[i].source.class == source->class)
			return &agent->sources[i];
	return NULL;
}

static void
books_are_kept_per_sub_agent(void **state)
{
	struct sender sender;
	struct sflow_agent *first, *second;
	struct addr other = { { 1ull << 32, 0 }, FAMILY_IPV4 };

	(void)state;
	sender_init(&sender);
	assert_null(sflow_agents_lookup(&sender.agents, &sender.datagram.agent));
	first = send_datagram(&sender, 1);
	sender.now_ms += 10;
	assert_ptr_equal(send_datagram(&sender, 2), first);
	sender.datagram.sub_agent = 9;
	second = send_datagram(&sender, 700);
	assert_ptr_not_equal(first, second);
	assert_int_equal(first->datagrams, 2);
	assert_int_equal(first->seen_ms, 5000010);
	assert_int_equal(first->uptime_ms, 4000010);
	assert_int_equal(second->sub_agent, 9);
	assert_int_equal(second->datagrams, 1);
	assert_int_equal(second->sequence.lost, 0);
	assert_ptr_equal(
	    sflow_agents_lookup(&sender.agents, &sender.datagram.agent), first);
	assert_null(sflow_agents_lookup(&sender.agents, &other));
	sflow_agents_fini(&sender.agents);
}

static void
past_the_limits_all_is_counted(void **state)
{
	struct sender sender;
	struct sflow_agent *agent;
	const struct sflow_source fourth = { 0, 4 };

	(void)state;
	sender_init(&sender);
	agent = send_datagram(&sender, 1);
	sender.datagram.sub_agent = 1;
	assert_non_null(send_datagram(&sender, 1));
	sender.datagram.sub_agent = 2;
	assert_null(send_datagram(&sender, 1));
	assert_null(send_datagram(&sender, 2));
	assert_int_equal(sender.agents.refused, 2);
	assert_int_equal(sender.agents.count, 2);
	for (uint32_t round = 0; round < 2; round++)
		for (uint32_t index = 1; index <= 5; index++)
			send_flow(&sender, agent, index, round);
	assert_int_equal(agent->source_count, 3);
	assert_int_equal(agent->sources_refused, 4);
	assert_int_equal(agent->flows, 10);
	assert_null(source_of(agent, &fourth));
	sflow_agents_fini(&sender.agents);
}

static void
no_room_at_all_is_allowed(void **state)
{
	struct sender sender;
	struct sflow_agents none;

	(void)state;
	sender_init(&sender);
	sflow_agents_init(&none, 0, 0);
	assert_null(sflow_agents_datagram(&none, &sender.datagram, 0));
	sflow_agents_fini(&none);
	sflow_agents_init(&none, 1, 0);
	sflow_agent_sample(
	    sflow_agents_datagram(&none, &sender.datagram, 0), &sender.sample, 0);
	assert_int_equal(none.list[0]->sources_refused, 1);
	sflow_agents_fini(&none);
	sflow_agents_fini(&sender.agents);
}

static void
samples_are_counted_by_kind(void **state)
{
	struct sender sender;
	struct sflow_agent *agent;

	(void)state;
	sender_init(&sender);
	agent = send_datagram(&sender, 1);
	for (int kind = 0; kind <= SFLOW_FAULTY; kind++) {
		sender.sample.kind = kind;
		sender.sample.fault = kind == SFLOW_FAULTY ? SFLOW_FAULT_RECORD_CUT
							   : SFLOW_FAULT_NONE;
		for (int i = 0; i <= kind; i++)
			sflow_agent_sample(agent, &sender.sample, sender.now_ms);
	}
	sflow_agent_fault(agent, SFLOW_FAULT_NONE);
	sflow_agent_fault(agent, SFLOW_FAULT_TRAILING);
	assert_int_equal(agent->flows, 1);
	assert_int_equal(agent->counters, 2);
	assert_int_equal(agent->discards, 3);
	assert_int_equal(agent->others, 4);
	assert_int_equal(agent->faults[SFLOW_FAULT_RECORD_CUT], 5);
	assert_int_equal(agent->faults[SFLOW_FAULT_TRAILING], 1);
	assert_int_equal(agent->faults[SFLOW_FAULT_NONE], 0);
	sflow_agents_fini(&sender.agents);
}

static void
flows_without_address_are_counted_by_why(void **state)
{
	struct sender sender;
	struct sflow_agent *agent;

	(void)state;
	sender_init(&sender);
	agent = send_datagram(&sender, 1);
	send_flow(&sender, agent, 1, 1);
	sender.sample.flow.packet.header = SFLOW_HEADER_NOT_IP;
	sender.sample.flow.packet.origin = SFLOW_FROM_NONE;
	send_flow(&sender, agent, 1, 2);
	/* ARP in the raw header, and yet a sampled IPv4 record */
	sender.sample.flow.packet.origin = SFLOW_FROM_IPV4;
	send_flow(&sender, agent, 1, 3);
	assert_int_equal(agent->without_address[SFLOW_HEADER_NOT_IP], 1);
	assert_int_equal(agent->without_address[SFLOW_HEADER_IP], 0);
	sflow_agents_fini(&sender.agents);
}

static void
gaps_are_losses(void **state)
{
	struct sender sender;
	struct sflow_agent *agent;
	const struct sflow_source source = { 0, 1 };

	(void)state;
	sender_init(&sender);
	agent = send_datagram(&sender, 100);
	send_flow(&sender, agent, 1, 1);
	sender.now_ms += 60000;
	sender.boot_ms += 3000; /* it waited on its way */
	send_datagram(&sender, 104);
	assert_int_equal(agent->step, SFLOW_STEP_AHEAD);
	send_flow(&sender, agent, 1, 31);
	send_datagram(&sender, 103);
	assert_int_equal(agent->step, SFLOW_STEP_LATE);
	send_flow(&sender, agent, 1, 20);
	send_datagram(&sender, 103);
	assert_int_equal(agent->step, SFLOW_STEP_DUPLICATE);
	assert_int_equal(agent->sequence.lost, 2);
	assert_int_equal(agent->sequence.late, 1);
	assert_int_equal(agent->sequence.duplicates, 1);
	assert_int_equal(agent->sequence.restarts, 0);
	assert_int_equal(source_of(agent, &source)->sequence.lost, 28);
	assert_int_equal(source_of(agent, &source)->samples, 3);
	sflow_agents_fini(&sender.agents);
}

/* However long it had been up, and whatever number it begins with. */
static void
restarts_are_no_loss(void **state)
{
	static const uint64_t lives_ms[] = { 20000, 3600000, 86400000, 1ull << 31,
		3000000000u, (1ull << 32) + 86400000 };
	static const uint32_t firsts[] = { 0, 1, 49, 51, 60, 5000 };

	(void)state;
	for (size_t i = 0; i < 36; i++) {
		uint64_t life_ms = lives_ms[i / 6];
		uint32_t first = firsts[i % 6];
		const struct sflow_source source = { 0, 1 };
		const struct sflow_source_books *books;
		struct sender sender;
		struct sflow_agent *agent;

		sender_init(&sender);
		sender.now_ms = sender.boot_ms + life_ms;
		agent = send_datagram(&sender, 50);
		sender.sample.flow.drops = 40;
		send_flow(&sender, agent, 1, 90000);
		sender.boot_ms = sender.now_ms + 2000;
		sender.now_ms += 5000;
		send_datagram(&sender, first);
		sender.sample.flow.drops = first == 0 ? 45 : 3;
		send_flow(&sender, agent, 1, 1);
		if (first == 51) /* the very next number: we cannot know */
			assert_int_equal(agent->sequence.restarts, 0);
		else
			assert_int_equal(agent->step, SFLOW_STEP_RESTART);
		assert_int_equal(agent->sequence.lost, 0);
		books = source_of(agent, &source);
		assert_int_equal(books->sequence.lost, 0);
		assert_int_equal(books->drops, 0);
		assert_int_equal(books->sequence.restarts, first == 51);
		sflow_agents_fini(&sender.agents);
	}
}

static void
an_uptime_that_wraps_is_no_restart(void **state)
{
	struct sender sender;
	struct sflow_agent *agent;

	(void)state;
	sender_init(&sender);
	sender.now_ms = sender.boot_ms + UINT32_MAX - 100;
	agent = send_datagram(&sender, 100);
	sender.now_ms += 1000;
	send_datagram(&sender, 103);
	assert_int_equal(agent->sequence.restarts, 0);
	assert_int_equal(agent->sequence.lost, 2);
	sflow_agents_fini(&sender.agents);
}

/* We slept, the socket kept the first datagrams and lost the rest. */
static void
our_own_sleep_is_loss_and_no_restart(void **state)
{
	struct sender sender;
	struct sflow_agent *agent;

	(void)state;
	sender_init(&sender);
	agent = send_datagram(&sender, 100);
	/* what waited for half a minute is read */
	sender.now_ms += 30000;
	sender.boot_ms += 29900;
	send_datagram(&sender, 101);
	/* and then what is new */
	sender.boot_ms -= 29900;
	sender.now_ms += 1;
	send_datagram(&sender, 200);
	assert_int_equal(agent->sequence.restarts, 0);
	assert_int_equal(agent->sequence.lost, 98);
	sflow_agents_fini(&sender.agents);
}

static void
drops_and_rates_are_followed(void **state)
{
	struct sender sender;
	struct sflow_agent *agent;
	const struct sflow_source source = { 0, 7 };
	const struct sflow_source_books *books;

	(void)state;
	sender_init(&sender);
	agent = send_datagram(&sender, 1);
	sender.sample.flow.drops = UINT32_MAX - 1;
	send_flow(&sender, agent, 7, 1);
	books = source_of(agent, &source);
	assert_int_equal(books->drops, 0);
	assert_int_equal(books->sampling_rate, 100);
	sender.sample.flow.drops = 5;
	sender.sample.flow.sampling_rate = 200;
	send_flow(&sender, agent, 7, 3);
	assert_int_equal(books->drops, 7);
	assert_int_equal(books->rate_changes, 1);
	assert_int_equal(books->sampling_rate, 200);
	/* a late one tells of the past */
	sender.sample.flow.drops = 1;
	sender.sample.flow.sampling_rate = 100;
	send_flow(&sender, agent, 7, 2);
	assert_int_equal(books->drops, 7);
	assert_int_equal(books->rate_changes, 1);
	assert_int_equal(books->sampling_rate, 200);
	/* a counter that fell is no loss */
	send_flow(&sender, agent, 7, 4);
	assert_int_equal(books->drops, 7);
	assert_int_equal(books->rate_changes, 2);
	sender.now_ms += 50;
	send_flow(&sender, agent, 7, 5);
	assert_int_equal(books->seen_ms, 5000050);
	sflow_agents_fini(&sender.agents);
}

/* Against an array indexed by class and index. */
static void
sources_agree_with_a_naive_twin(void **state)
{
	enum { CLASSES = 4, INDEXES = 300, MAX = 500 };
	static unsigned samples[CLASSES][INDEXES];
	struct sflow_agents agents;
	struct sflow_datagram datagram = { .samples = 0 };
	struct sflow_sample sample = { .kind = SFLOW_FLOW };
	struct sflow_agent *agent;
	unsigned known = 0, refused = 0;

	(void)state;
	srand(3);
	sflow_agents_init(&agents, 1, MAX);
	agent = sflow_agents_datagram(&agents, &datagram, 0);
	for (int i = 0; i < 20000; i++) {
		unsigned class = (unsigned)rand() % CLASSES;
		unsigned index = (unsigned)rand() % INDEXES;

		sample.flow.source = (struct sflow_source){ class, index };
		sflow_agent_sample(agent, &sample, 0);
		if (samples[class][index] == 0 && known == MAX) {
			refused++;
			continue;
		}
		known += samples[class][index]++ == 0;
	}
	assert_int_equal(agent->source_count, known);
	assert_int_equal(agent->sources_refused, refused);
	for (unsigned class = 0; class < CLASSES; class ++)
		for (unsigned index = 0; index < INDEXES; index++) {
			const struct sflow_source source = { class, index };
			const struct sflow_source_books *books = source_of(
			    agent, &source);

			assert_int_equal(
			    books ? books->samples : 0, samples[class][index]);
		}
	sflow_agents_fini(&agents);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(books_are_kept_per_sub_agent),
		cmocka_unit_test(past_the_limits_all_is_counted),
		cmocka_unit_test(no_room_at_all_is_allowed),
		cmocka_unit_test(samples_are_counted_by_kind),
		cmocka_unit_test(flows_without_address_are_counted_by_why),
		cmocka_unit_test(gaps_are_losses),
		cmocka_unit_test(restarts_are_no_loss),
		cmocka_unit_test(an_uptime_that_wraps_is_no_restart),
		cmocka_unit_test(our_own_sleep_is_loss_and_no_restart),
		cmocka_unit_test(drops_and_rates_are_followed),
		cmocka_unit_test(sources_agree_with_a_naive_twin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
