/* The sentences, word for word, of every reason. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "explain_text.h"

static struct prefix
prefix_of(const char *text)
{
	struct prefix prefix = { .len = 0 };

	assert_true(prefix_parse(text, &prefix));
	return prefix;
}

/* 1 Mb/s with its parts, 0.8 of it put right, in two places. */
static struct rib_explanation
explanation(enum rib_reason reason)
{
	struct rib_explanation e = {
		.reason = reason,
		.because = RIB_WHY_MIN_RATE,
		.prefix = prefix_of("10.0.0.0/8"),
		.answer = { .found = true,
		    .action = RIB_COVERED,
		    .by_known = true,
		    .by = prefix_of("8.0.0.0/6") },
		.other_known = true,
		.other = prefix_of("10.1.0.0/16"),
		.traffic = 125e3,
		.error = 0.123,
		.fallback = 25e3,
		.without = 25e3,
		.gain = 100e3,
		.needed = 150e3,
		.places = 2,
		.worth = 50e3,
		.price = 60e3,
		.asked = 62.5e3,
		.min_rate = 250e3,
		.min_len = 9,
		.idle_s = 601,
		.idle_max_s = 600,
		.installed = 96,
		.capacity = 100,
		.least = { true, prefix_of("192.0.2.0/24"), 65e3 },
		.next = { true, prefix_of("198.51.100.0/24"), 25e3 },
	};

	return e;
}

static void
assert_text(const struct rib_explanation *e, const char *want)
{
	char text[EXPLAIN_TEXT_MAX];

	assert_string_equal(explain_text(e, NULL, text), want);
}

#define WEIGHED                                                                   \
	"it carries 1.00 Mb/s ± 12 %, of which 200 kb/s goes right without it, " \
	"worth 400 kb/s for each of the 2 places it takes"
#define STAYS "10.0.0.0/8 is installed, but goes when its place is needed: "
#define GOES "10.0.0.0/8 is installed, but goes with one of the next choices: "
#define NOT "10.0.0.0/8 is not installed because "

static void
every_reason_has_its_sentence(void **state)
{
	static const struct {
		enum rib_reason reason;
		const char *word, *text;
	} rows[] = {
		{ RIB_WHY_CHOSEN, "chosen",
		    "10.0.0.0/8 is installed: " WEIGHED
		    ", where 500 kb/s is asked of what is in place; below 1.20 Mb/s it "
		    "would go; next in line is 198.51.100.0/24, worth 200 kb/s a "
		    "place." },
		{ RIB_WHY_PINNED, "pinned",
		    "10.0.0.0/8 is installed because it is pinned." },
		{ RIB_WHY_PROTECTS, "protects",
		    "10.0.0.0/8 is installed because 10.1.0.0/16 is, which covers it "
		    "and forwards elsewhere: without it, packets to it would go "
		    "astray." },
		{ RIB_WHY_FILLS, "fills",
		    "10.0.0.0/8 is installed because a place was free: it forwards "
		    "like the default route, so its 1.00 Mb/s ± 12 % would go right "
		    "without it, and it is the first to go." },
		{ RIB_WHY_REDUNDANT, "redundant",
		    STAYS
		    "10.1.0.0/16, which is installed, too, covers it and forwards "
		    "alike." },
		{ RIB_WHY_GOING, "going",
		    GOES "it carries 1.00 Mb/s ± 12 %, which is too little for a "
			 "min-rate of 2.00 Mb/s." },
		{ RIB_WHY_COVERED, "covered",
		    NOT "10.1.0.0/16 is, which covers it and forwards alike." },
		{ RIB_WHY_PRICED_OUT, "priced-out",
		    NOT "others are worth more: " WEIGHED
			", where 500 kb/s is asked of what is new; above 1.20 Mb/s it "
			"would come in, and first to go is 192.0.2.0/24, worth 520 "
			"kb/s a place." },
		{ RIB_WHY_LIKE_DEFAULT, "like-default",
		    NOT "it needs no place: its traffic, 1.00 Mb/s ± 12 %, goes right "
			"by the default route." },
		{ RIB_WHY_NO_TRAFFIC, "no-traffic", NOT "no traffic to it was seen." },
		{ RIB_WHY_MIN_RATE, "min-rate",
		    NOT "it carries 1.00 Mb/s ± 12 %, which is too little for a "
			"min-rate of 2.00 Mb/s." },
		{ RIB_WHY_IDLE, "idle",
		    NOT "no packet to it was sampled for 10m01s, and the idle-time is "
			"10m00s." },
		{ RIB_WHY_TOO_SHORT, "too-short",
		    NOT "its length is below the min-prefix-length of 9." },
		{ RIB_WHY_NEVER, "never", NOT "the configuration says never." },
		{ RIB_WHY_BARRED, "barred",
		    NOT "its attributes do not fit into a message to the target." },
		{ RIB_WHY_BELOW_BARRED, "below-barred",
		    NOT "10.1.0.0/16, which is part of it and forwards elsewhere, "
			"would have to come along and may not be installed." },
		{ RIB_WHY_TOO_LARGE, "too-large",
		    "10.0.0.0/8 is not installed for lack of places: it takes 2, with "
		    "its parts that forward elsewhere, and the capacity is 100." },
		{ RIB_WHY_PINS_FULL, "pins-full",
		    "10.0.0.0/8 is not installed, though pinned, because others that "
		    "are fill the capacity of 100." },
		{ RIB_WHY_NOT_READY, "not-ready", NOT "the table is not learned yet." },
		{ RIB_WHY_NO_TARGET, "no-target",
		    NOT "no target session is established." },
		{ RIB_WHY_FROZEN, "frozen",
		    "10.0.0.0/8 is to be installed, but no samples come and the choice "
		    "is frozen." },
		{ RIB_WHY_BUDGET, "budget",
		    "10.0.0.0/8 is to be installed, but waits because the churn-limit "
		    "is reached: " WEIGHED
		    ", where 500 kb/s is asked of what is new." },
		{ RIB_WHY_COMING, "coming",
		    "10.0.0.0/8 is to be installed by one of the next "
		    "choices: " WEIGHED ", where 500 kb/s is asked of what is new." },
		{ RIB_WHY_DEFAULT, "default",
		    "10.0.0.0/8 is never installed: the router has its default route "
		    "without us." },
		{ RIB_WHY_UNKNOWN, "unknown",
		    "10.0.0.0/8 is not in the table: it belongs to 10.1.0.0/16, which "
		    "is covered by the installed 8.0.0.0/6." },
	};

	(void)state;
	assert_int_equal(sizeof rows / sizeof *rows, RIB_REASONS);
	for (size_t i = 0; i < RIB_REASONS; i++) {
		struct rib_explanation e = explanation(rows[i].reason);

		assert_text(&e, rows[i].text);
		assert_string_equal(explain_reason(rows[i].reason), rows[i].word);
		assert_int_equal(rib_reason_installed(rows[i].reason),
		    strncmp(rows[i].text, GOES, 23) == 0);
	}
}

static void
sentences_say_no_more_than_is_known(void **state)
{
	struct rib_explanation e = explanation(RIB_WHY_CHOSEN);

	(void)state;
	e.places = 1;
	e.without = 0;
	e.spare = 7;
	assert_text(&e, "10.0.0.0/8 is installed: it carries 1.00 Mb/s ± 12 %, worth "
			"400 kb/s a place; nothing displaces it while places are not "
			"scarce.");
	e.spare = 0;
	e.needed = 1;
	assert_text(&e, "10.0.0.0/8 is installed: it carries 1.00 Mb/s ± 12 %, worth "
			"400 kb/s a place; nothing displaces it while places are not "
			"scarce.");
	e.needed = 125e3;
	e.next.known = false;
	e.least.worth = e.worth / 2;
	e.error = INFINITY;
	assert_text(&e, "10.0.0.0/8 is installed: it carries 1.00 Mb/s, worth 400 kb/s "
			"a place, where 500 kb/s is asked of what is in place; below "
			"1.00 Mb/s it would go, but 192.0.2.0/24, worth 200 kb/s a "
			"place, before it.");
	e = explanation(RIB_WHY_PRICED_OUT);
	e.spare = 1;
	assert_text(&e, NOT "others are worth more: " WEIGHED
			    ", where 500 kb/s is asked of what is new; above 1.20 Mb/s "
			    "it would come in.");
	e = explanation(RIB_WHY_TOO_LARGE);
	e.places = 1;
	e.capacity = 0;
	assert_text(&e, "10.0.0.0/8 is not installed for lack of places: the capacity "
			"is 0.");
	e = explanation(RIB_WHY_COMING);
	e.pinned = true;
	assert_text(&e, "10.0.0.0/8 is to be installed by one of the next choices: it "
			"is pinned.");
	e = explanation(RIB_WHY_LIKE_DEFAULT);
	e.by_next_hop = true;
	assert_text(&e, NOT "it needs no place: its traffic, 1.00 Mb/s ± 12 %, goes "
			    "right by the fallback next hop.");
}

static void
what_goes_has_its_reason(void **state)
{
	static const struct {
		enum rib_reason because;
		const char *text;
	} rows[] = {
		{ RIB_WHY_NO_TRAFFIC, STAYS "no traffic to it was seen." },
		{ RIB_WHY_IDLE, GOES "no packet to it was sampled for 10m01s, and the "
				     "idle-time is 10m00s." },
		{ RIB_WHY_TOO_SHORT,
		    GOES "its length is below the min-prefix-length of 9." },
		{ RIB_WHY_PRICED_OUT,
		    STAYS WEIGHED ", where 500 kb/s is asked of what is in place." },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct rib_explanation e = explanation(RIB_WHY_GOING);

		e.because = rows[i].because;
		assert_text(&e, rows[i].text);
	}
}

static void
what_is_unknown_belongs_to_what_is_there(void **state)
{
	struct rib_explanation e = explanation(RIB_WHY_UNKNOWN);

	(void)state;
	e.answer.action = RIB_INSTALLED;
	assert_text(&e, "10.0.0.0/8 is not in the table: it belongs to 10.1.0.0/16, "
			"which is installed.");
	e.answer.action = RIB_FALLBACK;
	assert_text(&e, "10.0.0.0/8 is not in the table: it belongs to 10.1.0.0/16, "
			"which is not installed.");
	e.other = prefix_of("0.0.0.0/0");
	assert_text(&e, "10.0.0.0/8 is not in the table: it belongs to 0.0.0.0/0.");
	e.other_known = false;
	assert_text(&e, "10.0.0.0/8 is not in the table, and nothing there covers it.");
}

static void
an_address_belongs_to_its_route(void **state)
{
	struct rib_explanation e = explanation(RIB_WHY_COVERED);
	char text[EXPLAIN_TEXT_MAX];
	struct addr addr;

	(void)state;
	assert_true(addr_parse("10.1.2.3", &addr));
	assert_string_equal(explain_text(&e, &addr, text),
	    "10.1.2.3 belongs to 10.0.0.0/8, which is not installed because "
	    "10.1.0.0/16 is, which covers it and forwards alike.");
	e = explanation(RIB_WHY_UNKNOWN);
	e.other_known = false;
	assert_string_equal(explain_text(&e, &addr, text),
	    "10.1.2.3 is not in the table, and nothing there covers it.");
}

/* The longest of everything fits. */
static void
long_sentences_fit(void **state)
{
	const char *v6 = "2001:db8:1111:2222:3333:4444:5555:6666/128";
	char text[EXPLAIN_TEXT_MAX];
	struct addr addr;

	(void)state;
	assert_true(addr_parse("2001:db8:1111:2222:3333:4444:5555:6666", &addr));
	for (unsigned i = 0; i < RIB_REASONS; i++) {
		struct rib_explanation e = explanation((enum rib_reason)i);

		e.prefix = e.other = e.answer.by = e.least.prefix = e.next.prefix =
		    prefix_of(v6);
		e.traffic = e.needed = e.worth = e.asked = e.min_rate = 1e300;
		e.error = 1e300;
		e.places = e.capacity = SIZE_MAX;
		explain_text(&e, &addr, text);
		assert_true(strlen(text) < EXPLAIN_TEXT_MAX - 1);
		assert_int_equal(text[strlen(text) - 1], '.');
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_reason_has_its_sentence),
		cmocka_unit_test(sentences_say_no_more_than_is_known),
		cmocka_unit_test(what_goes_has_its_reason),
		cmocka_unit_test(what_is_unknown_belongs_to_what_is_there),
		cmocka_unit_test(an_address_belongs_to_its_route),
		cmocka_unit_test(long_sentences_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
