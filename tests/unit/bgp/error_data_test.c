#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "bgp/error.h"
#include "bgp/error_data.h"

static void
data_is_shown_in_words(void **state)
{
	static const struct {
		uint8_t code, subcode, len, data[24];
		const char *text;
	} cases[] = {
		{ 1, 2, 2, { 0x10, 1 }, "length 4097" },
		{ 1, 3, 1, { 9 }, "type 9" },
		{ 2, 1, 2, { 0, 3 }, "version 3" },
		{ 2, 2, 2, { 0xfd, 0xe9 }, "AS 65001" },
		{ 2, 2, 4, { 0, 1, 0, 0 }, "AS 65536" },
		{ 2, 6, 2, { 0, 2 }, "2 s" },
		{ 2, 7, 6, { 1, 4, 0, 2, 0, 1 }, "010400020001" },
		{ 3, 2, 4, { 0x40, 200, 1, 7 }, "attribute 200 40c80107" },
		{ 3, 3, 1, { 3 }, "NEXT_HOP" },
		{ 3, 3, 1, { 200 }, "attribute 200" },
		{ 3, 4, 4, { 0xc0, 1, 1, 0 }, "ORIGIN c0010100" },
		{ 3, 5, 2, { 0xc0, 8 }, "COMMUNITIES c008" },
		{ 3, 9, 24, { 0x80, 14, 21 },
		    "MP_REACH_NLRI 800e150000000000000000000000000000000000..." },
		{ 3, 10, 3, { 33, 1, 2 }, "210102" },
		{ 5, 1, 1, { 2 }, "UPDATE" },
		{ 5, 3, 1, { 1 }, "OPEN" },
		{ 6, 1, 7, { 0, 2, 1, 0, 0, 3, 0xe8 }, "1000 IPv6 routes" },
		{ 6, 1, 7, { 0, 25, 70, 0, 0, 0, 9 }, "9 routes of family 25/70" },
		/* what the subcode does not ask for */
		{ 1, 2, 3, { 1, 2, 3 }, "010203" },
		{ 2, 2, 3, { 1, 2, 3 }, "010203" },
		{ 3, 5, 1, { 0xc0 }, "c0" },
		{ 3, 3, 2, { 3, 3 }, "0303" },
		{ 6, 1, 8, { 0, 2, 1 }, "0002010000000000" },
		{ 99, 1, 1, { 7 }, "07" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char text[BGP_ERROR_REASON_MAX];
		uint8_t *copy = malloc(cases[i].len);
		struct rd rd;

		memcpy(copy, cases[i].data, cases[i].len);
		rd_init(&rd, copy, cases[i].len);
		assert_string_equal(
		    bgp_error_data(cases[i].code, cases[i].subcode, rd, text),
		    cases[i].text);
		free(copy);
	}
}

/* Behind the names of code and subcode; not where a text or a reason of ours stands. */
static void
data_stands_behind_the_names(void **state)
{
	static const uint8_t attr[] = { 0xc0, 8, 5 },
			     hard[] = { 6, 1, 0, 1, 1, 0, 0, 0, 9 },
			     wrong[] = { 9, 'a' };
	char text[BGP_ERROR_TEXT_MAX];
	struct bgp_error error;

	(void)state;
	bgp_error_set(&error, 3, 5, attr, sizeof attr, "%s", "");
	assert_string_equal(bgp_error_text(&error, text),
	    "UPDATE Message Error/Attribute Length Error (3/5): COMMUNITIES c00805");
	bgp_error_set(&error, 3, 5, attr, sizeof attr, "%s", "ours");
	assert_string_equal(bgp_error_text(&error, text),
	    "UPDATE Message Error/Attribute Length Error (3/5): ours");
	bgp_error_set(&error, 6, 9, hard, sizeof hard, "%s", "");
	assert_string_equal(bgp_error_text(&error, text),
	    "Cease/Hard Reset (6/9) of Cease/Maximum Number of Prefixes Reached (6/1): "
	    "9 IPv4 routes");
	bgp_error_set(&error, 6, 2, wrong, sizeof wrong, "%s", "");
	assert_string_equal(
	    bgp_error_text(&error, text), "Cease/Administrative Shutdown (6/2)");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(data_is_shown_in_words),
		cmocka_unit_test(data_stands_behind_the_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
