#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "bgp/error.h"

static void
says_it_in_words(void **state)
{
	static const struct {
		uint8_t code, subcode;
		const char *text;
	} cases[] = {
		{ 1, 2, "Message Header Error/Bad Message Length (1/2)" },
		{ 2, 7, "OPEN Message Error/Unsupported Capability (2/7)" },
		{ 3, 11, "UPDATE Message Error/Malformed AS_PATH (3/11)" },
		{ 4, 0, "Hold Timer Expired (4/0)" },
		{ 5, 3,
		    "Finite State Machine Error/Receive Unexpected Message in Established State (5/3)" },
		{ 6, 1, "Cease/Maximum Number of Prefixes Reached (6/1)" },
		{ 2, 11, "OPEN Message Error/Role Mismatch (2/11)" },
		{ 3, 7, "UPDATE Message Error/AS Routing Loop (3/7)" },
		{ 6, 9, "Cease/Hard Reset (6/9)" },
		{ 6, 10, "Cease/BFD Down (6/10)" },
		{ 7, 1, "ROUTE-REFRESH Message Error/Invalid Message Length (7/1)" },
		{ 6, 200, "Cease (6/200)" },
		{ 99, 3, "Unknown Error (99/3)" },
	};
	char text[BGP_ERROR_TEXT_MAX];
	struct bgp_error error;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		bgp_error_set(
		    &error, cases[i].code, cases[i].subcode, NULL, 0, "%s", "");
		assert_string_equal(bgp_error_text(&error, text), cases[i].text);
	}
	bgp_error_set(&error, 2, 2, NULL, 0, "peer says AS %u", 65001);
	assert_string_equal(bgp_error_text(&error, text),
	    "OPEN Message Error/Bad Peer AS (2/2): peer says AS 65001");
}

static void
a_shutdown_carries_its_text(void **state)
{
	char text[BGP_ERROR_TEXT_MAX];
	struct bgp_error error;

	(void)state;
	bgp_error_cease(&error, BGP_CEASE_SHUTDOWN, "back at noon");
	assert_int_equal(error.len, 13);
	assert_int_equal(error.data[0], 12);
	assert_string_equal(bgp_error_text(&error, text),
	    "Cease/Administrative Shutdown (6/2): back at noon");
	bgp_error_cease(&error, BGP_CEASE_SHUTDOWN, NULL);
	assert_int_equal(error.len, 0);
	bgp_error_cease(&error, BGP_CEASE_REJECTED, "not sent with this one");
	assert_int_equal(error.len, 0);
}

static void
a_long_shutdown_is_cut_between_characters(void **state)
{
	char text[BGP_ERROR_TEXT_MAX], long_text[400];
	struct bgp_error error;

	(void)state;
	/* 'a', then "é" of two bytes: byte 255 would split one */
	memset(long_text, 0, sizeof long_text);
	for (size_t i = 0; i < 150; i++)
		memcpy(long_text + 2 * i, "\xc3\xa9", 2);
	bgp_error_cease(&error, BGP_CEASE_RESET, long_text);
	assert_int_equal(error.data[0], 254);
	assert_int_equal(error.len, 255);
	bgp_error_text(&error, text);
	assert_null(strchr(text, '?'));
	assert_memory_equal(text + strlen(text) - 2, "\xc3\xa9", 2);
}

static void
foreign_text_is_made_harmless(void **state)
{
	static const struct {
		const char *sent, *shown;
	} cases[] = {
		{ "plain", "plain" },
		{ "two\nlines\t\x1b[2J\x7f", "two?lines??[2J?" },
		{ "Gr\xc3\xbc\xc3\x9f", "Gr\xc3\xbc\xc3\x9f" },
		{ "\xe2\x82\xac \xf0\x9f\x98\x80", "\xe2\x82\xac \xf0\x9f\x98\x80" },
		{ "cut \xe2\x82", "cut ??" },
		{ "long form \xc0\xaf", "long form ??" },
		{ "\xe0\x80\xaf \xed\xa0\x80 \xf4\x90\x80\x80", "??? ??? ????" },
		{ "C1 \xc2\x85.", "C1 ??." },
		{ "\xff\xfe", "??" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const char *begin = "Cease/Administrative Shutdown (6/2): ";
		char text[BGP_ERROR_TEXT_MAX];
		struct bgp_error error;

		bgp_error_cease(&error, BGP_CEASE_SHUTDOWN, cases[i].sent);
		bgp_error_text(&error, text);
		assert_memory_equal(text, begin, strlen(begin));
		assert_string_equal(text + strlen(begin), cases[i].shown);
	}
}

static void
a_wrong_text_length_shows_no_text(void **state)
{
	static const uint8_t data[] = { 9, 'a', 'b' };
	char text[BGP_ERROR_TEXT_MAX];
	struct bgp_error error;

	(void)state;
	bgp_error_set(&error, 6, 2, data, sizeof data, "%s", "");
	assert_string_equal(
	    bgp_error_text(&error, text), "Cease/Administrative Shutdown (6/2)");
	bgp_error_set(&error, 6, 2, data, 0, "%s", "");
	assert_string_equal(
	    bgp_error_text(&error, text), "Cease/Administrative Shutdown (6/2)");
}

static void
a_hard_reset_shows_what_it_wraps(void **state)
{
	static const uint8_t data[] = { 6, 2, 2, 'h', 'i' };
	char text[BGP_ERROR_TEXT_MAX];
	struct bgp_error error;

	(void)state;
	bgp_error_set(&error, 6, 9, data, sizeof data, "%s", "");
	assert_string_equal(bgp_error_text(&error, text),
	    "Cease/Hard Reset (6/9) of Cease/Administrative Shutdown (6/2): hi");
}

static void
the_text_of_a_shutdown_stands_alone(void **state)
{
	static const struct {
		uint8_t code, subcode, len, data[8];
		const char *text;
	} cases[] = {
		{ 6, 2, 3, { 2, 'h', 'i' }, "hi" },
		{ 6, 4, 3, { 2, 'h', '\n' }, "h?" },
		{ 6, 9, 5, { 6, 4, 2, 'h', 'i' }, "hi" },
		{ 6, 9, 5, { 6, 3, 2, 'h', 'i' }, "" }, /* a subcode without text */
		{ 6, 9, 1, { 6 }, "" },
		{ 6, 2, 3, { 3, 'h', 'i' }, "" }, /* its length is wrong */
		{ 6, 2, 1, { 0 }, "" },
		{ 6, 2, 0, { 0 }, "" },
		{ 6, 8, 3, { 2, 'h', 'i' }, "" },
		{ 3, 2, 3, { 2, 'h', 'i' }, "" },
	};
	char text[BGP_ERROR_TEXT_MAX];
	struct bgp_error error;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		bgp_error_set(&error, cases[i].code, cases[i].subcode, cases[i].data,
		    cases[i].len, "%s", "reason");
		assert_string_equal(bgp_error_shutdown(&error, text), cases[i].text);
	}
}

static void
data_and_text_are_bounded(void **state)
{
	uint8_t data[BGP_ERROR_DATA_MAX + 9] = { 255 };
	char text[BGP_ERROR_TEXT_MAX], reason[1000];
	struct bgp_error error;

	(void)state;
	memset(reason, 'r', sizeof reason);
	memset(data + 1, 't', sizeof data - 1);
	bgp_error_set(&error, 6, 2, data, sizeof data, "%.999s", reason);
	assert_int_equal(error.len, BGP_ERROR_DATA_MAX);
	assert_int_equal(strlen(error.reason), BGP_ERROR_REASON_MAX - 1);
	error.len = 256;
	assert_int_equal(strlen(bgp_error_text(&error, text)),
	    strlen("Cease/Administrative Shutdown (6/2): : ") + 255 +
		BGP_ERROR_REASON_MAX - 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_it_in_words),
		cmocka_unit_test(a_shutdown_carries_its_text),
		cmocka_unit_test(a_long_shutdown_is_cut_between_characters),
		cmocka_unit_test(foreign_text_is_made_harmless),
		cmocka_unit_test(a_wrong_text_length_shows_no_text),
		cmocka_unit_test(a_hard_reset_shows_what_it_wraps),
		cmocka_unit_test(the_text_of_a_shutdown_stands_alone),
		cmocka_unit_test(data_and_text_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
