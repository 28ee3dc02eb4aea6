#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <pcap/pcap.h>
#include <string.h>

#include "sim_packet.h"

#define PORT 6343
#define PAYLOAD "sflow"

struct form {
	int link;
	bool v6, vlan;
	uint8_t protocol;
	uint16_t fragment, port;
};

static void
put_link(struct wr *wr, const struct form *form)
{
	uint16_t type = form->v6 ? 0x86dd : 0x0800;

	switch (form->link) {
	case DLT_EN10MB:
		wr_bytes(wr, "\1\2\3\4\5\6\1\2\3\4\5\7", 12);
		if (form->vlan) {
			wr_u32(wr, 0x88a80001);
			wr_u32(wr, 0x81000002);
		}
		wr_u16(wr, type);
		break;
	case DLT_LINUX_SLL:
		wr_bytes(wr, "\0\0\0\1\0\6\1\2\3\4\5\6\0\0", 14);
		wr_u16(wr, type);
		break;
	case DLT_LINUX_SLL2:
		wr_u16(wr, type);
		wr_bytes(wr, "\0\0\0\0\0\1\0\1\0\6\1\2\3\4\5\6\0\0", 18);
		break;
	case DLT_NULL:
	case DLT_LOOP:
		wr_u32(wr, 2);
		break;
	default:
		break;
	}
}

static void
put_ip(struct wr *wr, const struct form *form, size_t len)
{
	if (!form->v6) {
		wr_u16(wr, 0x4600); /* with an option */
		wr_u16(wr, (uint16_t)(24 + len));
		wr_u16(wr, 1);
		wr_u16(wr, form->fragment);
		wr_u8(wr, 64);
		wr_u8(wr, form->protocol);
		wr_u16(wr, 0);
		wr_u32(wr, 0x7f000001);
		wr_u32(wr, 0x7f000001);
		wr_u32(wr, 0x01010101);
		return;
	}
	wr_u32(wr, 0x60000000);
	wr_u16(wr, (uint16_t)(8 + len));
	wr_u8(wr, form->fragment ? 44 : 0); /* hop by hop */
	wr_u8(wr, 64);
	for (int i = 0; i < 8; i++)
		wr_u32(wr, 1);
	wr_u8(wr, form->protocol);
	wr_u8(wr, 0);
	wr_u16(wr, form->fragment);
	wr_u32(wr, 0);
}

static size_t
build(uint8_t *bytes, size_t cap, const struct form *form)
{
	struct wr wr;

	wr_init(&wr, bytes, cap);
	put_link(&wr, form);
	put_ip(&wr, form, 8 + strlen(PAYLOAD));
	wr_u16(&wr, 1234);
	wr_u16(&wr, form->port);
	wr_u16(&wr, 8 + strlen(PAYLOAD));
	wr_u16(&wr, 0);
	wr_bytes(&wr, PAYLOAD, strlen(PAYLOAD));
	return wr.len;
}

static enum sim_packet
read_packet(const struct form *form, size_t cut, struct rd *retpayload)
{
	static uint8_t bytes[256];
	size_t len = build(bytes, sizeof bytes, form);
	struct rd rd;

	rd_init(&rd, bytes, len > cut ? len - cut : 0);
	return sim_packet_payload(form->link, rd, PORT, retpayload);
}

static const int links[] = { DLT_EN10MB, DLT_LINUX_SLL, DLT_LINUX_SLL2, DLT_NULL,
	DLT_LOOP, DLT_RAW };

static void
payloads_are_found(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2 * 2 * sizeof links / sizeof *links; i++) {
		struct form form = { links[i / 4], i & 1, i & 2, 17, 0, PORT };
		struct rd payload;

		assert_true(sim_packet_link_known(form.link));
		assert_int_equal(read_packet(&form, 0, &payload), SIM_PACKET_OURS);
		assert_int_equal(rd_left(&payload), strlen(PAYLOAD));
		assert_memory_equal(payload.at, PAYLOAD, strlen(PAYLOAD));
	}
	assert_false(sim_packet_link_known(DLT_IEEE802_11));
}

static void
others_are_not_ours(void **state)
{
	struct rd payload;

	(void)state;
	for (int v6 = 0; v6 < 2; v6++) {
		struct form tcp = { DLT_RAW, v6, false, 6, 0, PORT };
		struct form port = { DLT_RAW, v6, false, 17, 0, PORT + 1 };
		struct form link = { DLT_IEEE802_11, v6, false, 17, 0, PORT };

		assert_int_equal(read_packet(&tcp, 0, &payload), SIM_PACKET_OTHER);
		assert_int_equal(read_packet(&port, 0, &payload), SIM_PACKET_OTHER);
		assert_int_equal(read_packet(&link, 0, &payload), SIM_PACKET_OTHER);
	}
}

static void
fragments_are_told(void **state)
{
	struct form first = { DLT_EN10MB, false, false, 17, 0x2000, PORT };
	struct form later = { DLT_EN10MB, false, false, 17, 0x0010, PORT };
	struct form whole = { DLT_EN10MB, false, false, 17, 0x4000, PORT };
	struct rd payload;

	(void)state;
	assert_int_equal(read_packet(&first, 0, &payload), SIM_PACKET_FRAGMENT);
	assert_int_equal(read_packet(&later, 0, &payload), SIM_PACKET_FRAGMENT);
	assert_int_equal(read_packet(&whole, 0, &payload), SIM_PACKET_OURS);
}

/* What is cut is never ours. */
static void
cut_packets_are_told(void **state)
{
	struct rd payload;

	(void)state;
	for (size_t i = 0; i < 2 * sizeof links / sizeof *links; i++) {
		struct form form = { links[i / 2], i & 1, true, 17, 0, PORT };

		for (size_t cut = 1; cut < 100; cut++)
			assert_int_equal(read_packet(&form, cut, &payload),
			    cut <= strlen(PAYLOAD) ? SIM_PACKET_CUT : SIM_PACKET_OTHER);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(payloads_are_found),
		cmocka_unit_test(others_are_not_ours),
		cmocka_unit_test(fragments_are_told),
		cmocka_unit_test(cut_packets_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
