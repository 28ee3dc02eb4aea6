/* What is written reads back the same by armsim's reader, and its sums are right. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "record_pcap.h"
#include "sim_pcap.h"
#include "sim_rib.h"

#define PORT 6343

static struct addr
addr_of(const char *text)
{
	struct addr addr;

	assert_true(addr_parse(text, &addr));
	return addr;
}

static void
datagrams_read_back(void **state)
{
	static const uint8_t payload[1400] = "sFlow or not";
	const struct record_datagram rows[] = {
		{ 1700000000000001, addr_of("192.0.2.1"), addr_of("127.0.0.1"), 40000,
		    payload, 1 },
		{ 1700000000000002, addr_of("2001:db8::1"), addr_of("::1"), 1, payload,
		    sizeof payload },
		{ 1700000009999999, addr_of("192.0.2.1"), addr_of("0.0.0.0"), 40000,
		    payload, 0 },
	};
	const size_t n = sizeof rows / sizeof *rows;
	uint8_t bytes[8192];
	char file[] = "/tmp/armd-pcap-test-XXXXXX", why[SIM_ERROR_MAX] = "";
	struct sim_datagram got;
	struct sim_pcap *pcap;
	struct wr wr;
	int fd = mkstemp(file);

	(void)state;
	wr_init(&wr, bytes, sizeof bytes);
	record_pcap_head(&wr);
	assert_int_equal(wr.len, RECORD_PCAP_HEAD);
	for (size_t i = 0; i < n; i++) {
		size_t before = wr.len;

		record_pcap_packet(&wr, &rows[i]);
		assert_true(wr.len - before <= RECORD_PCAP_PACKET_MAX + rows[i].len);
	}
	assert_false(wr.full);
	assert_int_equal(write(fd, bytes, wr.len), wr.len);
	close(fd);
	pcap = sim_pcap_open(file, PORT, why);
	if (!pcap)
		fail_msg("%s", why);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(sim_pcap_next(pcap, &got, why), 1);
		assert_int_equal(got.us, rows[i].us);
		assert_int_equal(got.len, rows[i].len);
		assert_memory_equal(got.bytes, rows[i].bytes, got.len);
	}
	assert_int_equal(sim_pcap_next(pcap, &got, why), 0);
	sim_pcap_close(pcap);
	unlink(file);
}

/* RFC 1071: the sum over what a sum was made of, with it, is all ones. */
static uint16_t
sum_of(const uint8_t *bytes, size_t len, uint32_t sum)
{
	for (size_t i = 0; i < len; i++)
		sum += i % 2 ? bytes[i] : (uint32_t)bytes[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

static void
sums_are_right(void **state)
{
	static const uint8_t payload[] = "an odd number of bytes";
	uint8_t bytes[256];
	struct wr wr;

	(void)state;
	for (size_t len = 0; len < sizeof payload; len++) {
		struct record_datagram datagram = { 1, addr_of("192.0.2.200"),
			addr_of("203.0.113.255"), 40000, payload, len };

		wr_init(&wr, bytes, sizeof bytes);
		record_pcap_packet(&wr, &datagram);
		assert_int_equal(wr.len, 16 + 20 + 8 + len);
		assert_int_equal(sum_of(bytes + 16, 20, 0), 0xffff);
		assert_int_equal(
		    sum_of(bytes + 28, 16 + len, 17 + 8 + (uint32_t)len), 0xffff);

		datagram.from = addr_of("2001:db8::1");
		datagram.to = addr_of("2001:db8:ffff::2");
		wr_init(&wr, bytes, sizeof bytes);
		record_pcap_packet(&wr, &datagram);
		assert_int_equal(wr.len, 16 + 40 + 8 + len);
		assert_int_equal(
		    sum_of(bytes + 24, 40 + len, 17 + 8 + (uint32_t)len), 0xffff);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(datagrams_read_back),
		cmocka_unit_test(sums_are_right),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
