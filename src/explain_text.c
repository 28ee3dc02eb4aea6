#include "explain_text.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#include "human.h"

#define AS_GOOD_AS_FREE 1e-3 /* of what a route carries */

/* A text that grows to the right; what has no room is cut off. */
struct sentence {
	char *text;
	size_t len;
};

static void __attribute__((format(printf, 2, 3)))
say(struct sentence *s, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(s->text + s->len, EXPLAIN_TEXT_MAX - s->len, format, args);
	va_end(args);
	s->len += (size_t)n;
	if (s->len >= EXPLAIN_TEXT_MAX)
		s->len = EXPLAIN_TEXT_MAX - 1;
}

static void
say_prefix(struct sentence *s, const char *before, const struct prefix *prefix)
{
	char text[PREFIX_TEXT_MAX];

	say(s, "%s%s", before, prefix_text(prefix, text));
}

static void
say_rate(struct sentence *s, const char *before, double rate)
{
	char text[HUMAN_MAX];

	say(s, "%s%s", before, human_rate(rate, text));
}

/* "1.20 Mb/s ± 12 %" */
static void
say_traffic(struct sentence *s, const char *before, const struct rib_explanation *e)
{
	char text[HUMAN_MAX];

	say_rate(s, before, e->traffic);
	if (isfinite(e->error))
		say(s, " ± %s", human_error(e->error, text));
}

/* What packets meet that match nothing installed. */
static const char *
fallback(const struct rib_explanation *e)
{
	return e->by_next_hop ? "the fallback next hop" : "the default route";
}

/* "it carries …, of which … goes right without it, worth … a place" */
static void
say_worth(struct sentence *s, const struct rib_explanation *e)
{
	say_traffic(s, "it carries ", e);
	if (e->without > 0) {
		say_rate(s, ", of which ", e->without);
		say(s, " goes right without it");
	}
	say_rate(s, ", worth ", e->worth);
	if (e->places == 1)
		say(s, " a place");
	else
		say(s, " for each of the %zu places it takes", e->places);
}

static void
say_rival(struct sentence *s, const char *before, const struct rib_rival *rival)
{
	say_prefix(s, before, &rival->prefix);
	say_rate(s, ", worth ", rival->worth);
	say(s, " a place");
}

static void
chosen(struct sentence *s, const struct rib_explanation *e)
{
	say_worth(s, e);
	if (e->spare || e->needed < e->traffic * AS_GOOD_AS_FREE) {
		say(s, "; nothing displaces it while places are not scarce");
		return;
	}
	say_rate(s, ", where ", e->asked);
	say_rate(s, " is asked of what is in place; below ", e->needed);
	say(s, " it would go");
	if (e->least.known && e->least.worth < e->worth) {
		say_rival(s, ", but ", &e->least);
		say(s, ", before it");
	}
	if (e->next.known)
		say_rival(s, "; next in line is ", &e->next);
}

static void
protects(struct sentence *s, const struct rib_explanation *e)
{
	say_prefix(s, "", &e->other);
	say(s, " is, which covers it and forwards elsewhere: without it, packets to it "
	       "would go astray");
}

static void
fills(struct sentence *s, const struct rib_explanation *e)
{
	say(s, "it forwards like %s, so ", fallback(e));
	say_traffic(s, "its ", e);
	say(s, " would go right without it, and it is the first to go");
}

static void
redundant(struct sentence *s, const struct rib_explanation *e)
{
	say_prefix(s, "", &e->other);
	say(s, ", which is installed, too, covers it and forwards alike");
}

static void
covered(struct sentence *s, const struct rib_explanation *e)
{
	say_prefix(s, "", &e->other);
	say(s, " is, which covers it and forwards alike");
}

static void
priced_out(struct sentence *s, const struct rib_explanation *e)
{
	say_worth(s, e);
	say_rate(s, ", where ", e->asked);
	say_rate(s, " is asked of what is new; above ", e->needed);
	say(s, " it would come in");
	if (!e->spare && e->least.known)
		say_rival(s, ", and first to go is ", &e->least);
}

static void
like_default(struct sentence *s, const struct rib_explanation *e)
{
	say_traffic(s, "its traffic, ", e);
	say(s, ", goes right by %s", fallback(e));
}

static void
no_traffic(struct sentence *s, const struct rib_explanation *e)
{
	(void)e;
	say(s, "no traffic to it was seen");
}

static void
min_rate(struct sentence *s, const struct rib_explanation *e)
{
	say_traffic(s, "it carries ", e);
	say_rate(s, ", which is too little for a min-rate of ", e->min_rate);
}

static void
idle(struct sentence *s, const struct rib_explanation *e)
{
	char since[HUMAN_MAX], limit[HUMAN_MAX];

	say(s, "no packet to it was sampled for %s, and the idle-time is %s",
	    human_duration((uint64_t)e->idle_s, since),
	    human_duration((uint64_t)e->idle_max_s, limit));
}

static void
too_short(struct sentence *s, const struct rib_explanation *e)
{
	say(s, "its length is below the min-prefix-length of %u", e->min_len);
}

static void
below_barred(struct sentence *s, const struct rib_explanation *e)
{
	say_prefix(s, "", &e->other);
	say(s, ", which is part of it and forwards elsewhere, would have to come along "
	       "and may not be installed");
}

static void
too_large(struct sentence *s, const struct rib_explanation *e)
{
	if (e->places > 1)
		say(s, "it takes %zu, with its parts that forward elsewhere, and ",
		    e->places);
	say(s, "the capacity is %zu", e->capacity);
}

static void
pins_full(struct sentence *s, const struct rib_explanation *e)
{
	say(s, "the capacity of %zu", e->capacity);
}

static void
coming(struct sentence *s, const struct rib_explanation *e)
{
	if (e->pinned) {
		say(s, "it is pinned");
		return;
	}
	say_worth(s, e);
	say_rate(s, ", where ", e->asked);
	say(s, " is asked of what is new");
}

static void going(struct sentence *s, const struct rib_explanation *e);

static void
unknown(struct sentence *s, const struct rib_explanation *e)
{
	static const char *const meets[] = {
		[RIB_INSTALLED] = ", which is installed",
		[RIB_COVERED] = ", which is covered by the installed ",
		[RIB_FALLBACK] = ", which is not installed",
		[RIB_NOTHING] = ", which is not installed",
	};

	if (!e->other_known) {
		say(s, ", and nothing there covers it");
		return;
	}
	say_prefix(s, ": it belongs to ", &e->other);
	if (e->other.len == 0)
		return;
	say(s, "%s", meets[e->answer.action]);
	if (e->answer.action == RIB_COVERED)
		say_prefix(s, "", &e->answer.by);
}

#define STAYS "goes when its place is needed: "

/* A word for programs, the beginning of the sentence, and what says the rest. */
static const struct {
	const char *word, *text;
	void (*rest)(struct sentence *s, const struct rib_explanation *e);
} reasons[RIB_REASONS] = {
	[RIB_WHY_CHOSEN] = { "chosen", "is installed: ", chosen },
	[RIB_WHY_PINNED] = { "pinned", "is installed because it is pinned", NULL },
	[RIB_WHY_PROTECTS] = { "protects", "is installed because ", protects },
	[RIB_WHY_FILLS] = { "fills", "is installed because a place was free: ", fills },
	[RIB_WHY_REDUNDANT] = { "redundant", "is installed, but " STAYS, redundant },
	[RIB_WHY_GOING] = { "going", "is installed, but ", going },
	[RIB_WHY_COVERED] = { "covered", "is not installed because ", covered },
	[RIB_WHY_PRICED_OUT] = { "priced-out",
	    "is not installed because others are worth more: ", priced_out },
	[RIB_WHY_LIKE_DEFAULT] = { "like-default",
	    "is not installed because it needs no place: ", like_default },
	[RIB_WHY_NO_TRAFFIC] = { "no-traffic", "is not installed because ",
	    no_traffic },
	[RIB_WHY_MIN_RATE] = { "min-rate", "is not installed because ", min_rate },
	[RIB_WHY_IDLE] = { "idle", "is not installed because ", idle },
	[RIB_WHY_TOO_SHORT] = { "too-short", "is not installed because ", too_short },
	[RIB_WHY_NEVER] = { "never",
	    "is not installed because the configuration says never", NULL },
	[RIB_WHY_BARRED] = { "barred",
	    "is not installed because its attributes do not fit into a message to the "
	    "target",
	    NULL },
	[RIB_WHY_BELOW_BARRED] = { "below-barred", "is not installed because ",
	    below_barred },
	[RIB_WHY_TOO_LARGE] = { "too-large",
	    "is not installed for lack of places: ", too_large },
	[RIB_WHY_PINS_FULL] = { "pins-full",
	    "is not installed, though pinned, because others that are fill ",
	    pins_full },
	[RIB_WHY_NOT_READY] = { "not-ready",
	    "is not installed because the table is not learned yet", NULL },
	[RIB_WHY_NO_TARGET] = { "no-target",
	    "is not installed because no target session is established", NULL },
	[RIB_WHY_FROZEN] = { "frozen",
	    "is to be installed, but no samples come and the choice is frozen", NULL },
	[RIB_WHY_BUDGET] = { "budget",
	    "is to be installed, but waits because the churn-limit is reached: ",
	    coming },
	[RIB_WHY_COMING] = { "coming",
	    "is to be installed by one of the next choices: ", coming },
	[RIB_WHY_DEFAULT] = { "default",
	    "is never installed: the router has its default route without us", NULL },
	[RIB_WHY_UNKNOWN] = { "unknown", "is not in the table", unknown },
};

static void
going(struct sentence *s, const struct rib_explanation *e)
{
	bool stays = e->because == RIB_WHY_PRICED_OUT ||
		     e->because == RIB_WHY_NO_TRAFFIC;

	say(s, "%s", stays ? STAYS : "goes with one of the next choices: ");
	if (e->because != RIB_WHY_PRICED_OUT) {
		reasons[e->because].rest(s, e);
		return;
	}
	say_worth(s, e);
	say_rate(s, ", where ", e->asked);
	say(s, " is asked of what is in place");
}

const char *
explain_reason(enum rib_reason reason)
{
	return reasons[reason].word;
}

char *
explain_text(
    const struct rib_explanation *explanation, const struct addr *addr, char *text)
{
	struct sentence s = { .text = text };
	char address[ADDR_TEXT_MAX];

	if (addr && explanation->reason == RIB_WHY_UNKNOWN) {
		say(&s, "%s ", addr_text(addr, address));
	} else if (addr) {
		say(&s, "%s belongs to ", addr_text(addr, address));
		say_prefix(&s, "", &explanation->prefix);
		say(&s, ", which ");
	} else {
		say_prefix(&s, "", &explanation->prefix);
		say(&s, " ");
	}
	say(&s, "%s", reasons[explanation->reason].text);
	if (reasons[explanation->reason].rest)
		reasons[explanation->reason].rest(&s, explanation);
	say(&s, ".");
	return text;
}
