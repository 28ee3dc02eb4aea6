/*
 * libconfuse gives a tree of words; each word keeps the line it stood on, so that what
 * is found wrong later is still said with its line. It offers its callbacks no context:
 * the first error is kept as the `comment` of the section where it happened, a field
 * that libconfuse frees and that nobody else uses as long as comments are not asked
 * for.
 */
#include "config_read.h"

#include <assert.h>
#include <confuse.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "config.h"
#include "config_scan.h"
#include "config_schema.h"
#include "config_value.h"

#define ROUTERS_MAX 64
#define SESSIONS_MAX 32 /* of a router and role */

struct word {
	unsigned line;
	char text[];
};

struct reader {
	const char *name;
	char *reterr;
	size_t size;
};

static bool __attribute__((format(printf, 3, 4)))
fail(const struct reader *reader, int line, const char *format, ...)
{
	char text[CONFIG_ERROR_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	snprintf(reader->reterr, reader->size, "%s:%d: %s", reader->name, line, text);
	return false;
}

/* What libconfuse does with a word of the file: cfg_callback_t. */
static int
keep_word(cfg_t *cfg, cfg_opt_t *opt, const char *text, void *result)
{
	size_t size = strlen(text) + 1;
	struct word *word;
	char line[16];

	if (opt->nvalues == 1) { /* the first word of an assignment */
		if (opt->comment) {
			cfg_error(cfg,
			    "'%s' is set a second time, the first was line %s",
			    opt->name, opt->comment);
			return -1;
		}
		snprintf(line, sizeof line, "%d", cfg->line);
		opt->comment = mem_strdup(line);
	}
	word = mem_alloc(sizeof *word + size);
	word->line = (unsigned)cfg->line;
	memcpy(word->text, text, size);
	*(void **)result = word;
	return 0;
}

static void __attribute__((format(printf, 2, 0)))
keep_error(cfg_t *cfg, const char *format, va_list args)
{
	char text[CONFIG_ERROR_MAX];
	size_t len;

	if (cfg->comment)
		return;
	len = (size_t)snprintf(text, sizeof text, "%d: ", cfg->line);
	vsnprintf(text + len, sizeof text - len, format, args);
	len = strlen(text);
	if (strcmp(cfg->name, "root") != 0)
		snprintf(text + len, sizeof text - len, " in section '%s'", cfg->name);
	cfg->comment = mem_strdup(text);
}

/* The error kept in `cfg` or deeper, or NULL. */
static const char *
find_error(cfg_t *cfg)
{
	const char *found = cfg->comment;
	cfg_opt_t *opt;

	for (unsigned i = 0; !found && (opt = cfg_getnopt(cfg, i)); i++)
		for (unsigned k = 0; !found && k < cfg_opt_size(opt); k++)
			if (opt->type == CFGT_SEC)
				found = find_error(cfg_opt_getnsec(opt, k));
	return found;
}

static const struct {
	const char *name;
	bool titled;
	unsigned parent; /* CONFIG_SECTIONS stands for the file */
} sections[CONFIG_SECTIONS] = {
	[CONFIG_SECTION_LOG] = { "log", false, CONFIG_SECTIONS },
	[CONFIG_SECTION_HTTP] = { "http", false, CONFIG_SECTIONS },
	[CONFIG_SECTION_SFLOW] = { "sflow", false, CONFIG_SECTIONS },
	[CONFIG_SECTION_RECORD] = { "record", false, CONFIG_SECTIONS },
	[CONFIG_SECTION_STATE] = { "state", false, CONFIG_SECTIONS },
	[CONFIG_SECTION_ROUTER] = { "router", true, CONFIG_SECTIONS },
	[CONFIG_SECTION_RIB] = { "rib", true, CONFIG_SECTION_ROUTER },
	[CONFIG_SECTION_TARGET] = { "target", true, CONFIG_SECTION_ROUTER },
	[CONFIG_SECTION_ROUTER_SFLOW] = { "sflow", false, CONFIG_SECTION_ROUTER },
	[CONFIG_SECTION_IPV4] = { "ipv4", false, CONFIG_SECTION_ROUTER },
	[CONFIG_SECTION_IPV6] = { "ipv6", false, CONFIG_SECTION_ROUTER },
};

/* What libconfuse shall accept, from the tables. It copies all of it. */
static cfg_t *
make_parser(void)
{
	cfg_opt_t opts[CONFIG_SECTIONS + 1][CONFIG_OPTIONS_MAX];
	size_t used[CONFIG_SECTIONS + 1] = { 0 };
	cfg_t *cfg;

	memset(opts, 0, sizeof opts); /* all zeros is CFG_END() */
	for (unsigned s = 0; s < CONFIG_SECTIONS; s++) {
		const struct config_option *option = config_options(s);
		unsigned parent = sections[s].parent;
		cfg_flag_t flags = CFGF_MULTI | CFGF_NO_TITLE_DUPES;

		for (; option->name; option++)
			opts[s][used[s]++] = (cfg_opt_t)CFG_PTR_CB(option->name, NULL,
			    CFGF_NODEFAULT | (option->list ? CFGF_LIST : 0), keep_word,
			    free);
		if (sections[s].titled)
			flags |= CFGF_TITLE;
		opts[parent][used[parent]++] = (cfg_opt_t)CFG_SEC(
		    sections[s].name, opts[s], flags);
	}
	for (unsigned s = 0; s <= CONFIG_SECTIONS; s++)
		assert(used[s] < CONFIG_OPTIONS_MAX);
	cfg = cfg_init(opts[CONFIG_SECTIONS], CFGF_NONE);
	if (cfg)
		cfg_set_error_function(cfg, keep_error);
	return cfg;
}

/* Where `name` was set in the section, or where the section ends. */
static int
line_of(cfg_t *cfg, const char *name)
{
	cfg_opt_t *opt = cfg_getopt(cfg, name);
	const struct word *word = cfg_opt_getnptr(opt, 0);

	return word ? (int)word->line : cfg->line;
}

/* The default, through the same functions as the words of a file. */
static void
read_fallback(const struct config_option *option, void *base)
{
	char words[CONFIG_SOCKET_MAX], why[CONFIG_ERROR_MAX];
	char *rest = words;

	snprintf(words, sizeof words, "%s", option->fallback);
	for (char *word; (word = strsep(&rest, " "));) {
		bool good = !*word || option->read(option, word, base, why, sizeof why);

		assert(good);
		(void)good;
	}
}

static bool
read_words(const struct reader *reader, cfg_opt_t *opt,
    const struct config_option *option, void *base)
{
	char why[CONFIG_ERROR_MAX];

	if (opt->comment && cfg_opt_size(opt) == 0) /* set, then emptied */
		return fail(reader, atoi(opt->comment),
		    "'%s' is set here and a second time", option->name);
	for (unsigned i = 0; i < cfg_opt_size(opt); i++) {
		const struct word *word = cfg_opt_getnptr(opt, i);

		if (!option->read(option, word->text, base, why, sizeof why))
			return fail(
			    reader, (int)word->line, "%s: %s", option->name, why);
	}
	return true;
}

/* Fills the struct at `base` from a section, or by defaults if there is none. */
static bool
read_options(
    const struct reader *reader, cfg_t *cfg, enum config_section section, void *base)
{
	const struct config_option *option = config_options(section);

	for (; option->name; option++) {
		cfg_opt_t *opt = cfg ? cfg_getopt(cfg, option->name) : NULL;

		if (opt && (opt->flags & CFGF_MODIFIED)) {
			if (!read_words(reader, opt, option, base))
				return false;
		} else if (option->fallback) {
			read_fallback(option, base);
		} else {
			assert(cfg); /* sections with such options are not optional */
			return fail(reader, cfg->line, "%s '%s' ends here without '%s'",
			    cfg->name, cfg->title, option->name);
		}
	}
	return true;
}

/* The same for a section that may stand once in `parent`. */
static bool
read_single(
    const struct reader *reader, cfg_t *parent, enum config_section section, void *base)
{
	cfg_opt_t *opt = cfg_getopt(parent, sections[section].name);

	if (cfg_opt_size(opt) > 1)
		return fail(reader, cfg_opt_getnsec(opt, 1)->line,
		    "the section '%s' that ends here is the second one",
		    sections[section].name);
	return read_options(reader, cfg_opt_getnsec(opt, 0), section, base);
}

/* The name, which is the section's title, into CONFIG_NAME_MAX bytes. */
static bool
read_name(const struct reader *reader, cfg_t *cfg, char *name)
{
	if (!config_value_is_name(cfg->title))
		return fail(reader, cfg->line,
		    "the %s that ends here is named '%s', which is not 1 to %d of "
		    "A-Z a-z 0-9 . _ -",
		    cfg->name, cfg->title, CONFIG_NAME_MAX - 1);
	memcpy(name, cfg->title, strlen(cfg->title) + 1);
	return true;
}

static bool
check_session(
    const struct reader *reader, cfg_t *cfg, const struct config_session *session)
{
	if (session->neighbor.family != session->local.family)
		return fail(reader, line_of(cfg, "local"),
		    "local: '%s' is %s, but the neighbor's address is %s",
		    ((const struct word *)cfg_getptr(cfg, "local"))->text,
		    family_name(session->local.family),
		    family_name(session->neighbor.family));
	if (!session->families[FAMILY_IPV4] && !session->families[FAMILY_IPV6])
		return fail(reader, cfg->line,
		    "families: the list of %s '%s', which ends here, is empty",
		    cfg->name, cfg->title);
	if (session->connect && session->neighbor_port == session->port &&
	    addr_equal(&session->neighbor, &session->local))
		return fail(reader, line_of(cfg, "neighbor"),
		    "neighbor: %s '%s' connects to itself", cfg->name, cfg->title);
	if (*session->guard.password && *session->guard.ao_key)
		return fail(reader, cfg->line,
		    "%s '%s', which ends here, has a password and an ao-key", cfg->name,
		    cfg->title);
	if (session->idle_hold_s < session->connect_retry_s)
		return fail(reader, line_of(cfg, "idle-hold"),
		    "idle-hold: %u s are less than connect-retry, %u s",
		    session->idle_hold_s, session->connect_retry_s);
	return true;
}

/* What may not be the same in two sessions. */
static bool
check_pair(const struct reader *reader, cfg_t *cfg,
    const struct config_session *session, const struct config_session *other,
    bool same_router)
{
	if (config_session_same_place(session, other))
		return fail(reader, line_of(cfg, "neighbor"),
		    "neighbor: '%s' has the neighbor, local address and port of '%s'",
		    session->name, other->name);
	for (unsigned f = 0; same_router && f < FAMILIES; f++)
		if (session->role == other->role && session->families[f] &&
		    other->families[f])
			return fail(reader, line_of(cfg, "families"),
			    "families: '%s' is carried by %s '%s' already",
			    f == FAMILY_IPV4 ? "ipv4" : "ipv6", cfg->name, other->name);
	return true;
}

static bool
read_session(const struct reader *reader, cfg_t *cfg, enum config_role role,
    const struct config *config, struct config_router *router)
{
	struct config_session *session;

	router->sessions = mem_resize(
	    router->sessions, router->n_sessions + 1, sizeof *session);
	session = &router->sessions[router->n_sessions++];
	memset(session, 0, sizeof *session);
	session->role = role;
	session->as = router->as;
	session->router_id = router->router_id;
	if (!read_name(reader, cfg, session->name) ||
	    !read_options(reader, cfg,
		role == CONFIG_RIB ? CONFIG_SECTION_RIB : CONFIG_SECTION_TARGET,
		session) ||
	    !check_session(reader, cfg, session))
		return false;
	if (!session->neighbor_as)
		session->neighbor_as = router->as;
	for (size_t r = 0; r < config->n_routers; r++) {
		const struct config_router *other = &config->routers[r];

		for (size_t i = 0; i < other->n_sessions; i++)
			if (&other->sessions[i] != session &&
			    !check_pair(reader, cfg, session, &other->sessions[i],
				other == router))
				return false;
	}
	return true;
}

static bool
read_sessions(const struct reader *reader, cfg_t *cfg, enum config_role role,
    const struct config *config, struct config_router *router)
{
	cfg_opt_t *opt = cfg_getopt(cfg, role == CONFIG_RIB ? "rib" : "target");

	if (cfg_opt_size(opt) > SESSIONS_MAX)
		return fail(reader, cfg->line,
		    "router '%s' has more than %d sessions '%s'", router->name,
		    SESSIONS_MAX, opt->name);
	if (role == CONFIG_RIB && cfg_opt_size(opt) == 0)
		return fail(reader, cfg->line, "router '%s' ends here without 'rib'",
		    cfg->title);
	for (unsigned i = 0; i < cfg_opt_size(opt); i++)
		if (!read_session(
			reader, cfg_opt_getnsec(opt, i), role, config, router))
			return false;
	return true;
}

/* An agent is of one router only. */
static bool
check_agents(const struct reader *reader, cfg_t *cfg, const struct config *config,
    const struct config_router *router)
{
	cfg_t *sflow = cfg_getsec(cfg, "sflow");

	for (size_t r = 0; r < config->n_routers; r++) {
		const struct config_router *other = &config->routers[r];

		for (size_t i = 0; other != router && i < router->n_agents; i++) {
			const struct word *word = cfg_getnptr(
			    sflow, "agents", (unsigned)i);

			for (size_t k = 0; k < other->n_agents; k++)
				if (addr_equal(&router->agents[i], &other->agents[k]))
					return fail(reader, (int)word->line,
					    "agents: '%s' belongs to router '%s' "
					    "already",
					    word->text, other->name);
		}
	}
	return true;
}

static bool
read_router(const struct reader *reader, cfg_t *cfg, struct config *config)
{
	struct config_router *router;

	config->routers = mem_resize(
	    config->routers, config->n_routers + 1, sizeof *router);
	router = &config->routers[config->n_routers++];
	memset(router, 0, sizeof *router);
	router->families[FAMILY_IPV6].family = FAMILY_IPV6;
	return read_name(reader, cfg, router->name) &&
	       read_options(reader, cfg, CONFIG_SECTION_ROUTER, router) &&
	       read_single(reader, cfg, CONFIG_SECTION_ROUTER_SFLOW, router) &&
	       read_single(
		   reader, cfg, CONFIG_SECTION_IPV4, &router->families[FAMILY_IPV4]) &&
	       read_single(
		   reader, cfg, CONFIG_SECTION_IPV6, &router->families[FAMILY_IPV6]) &&
	       check_agents(reader, cfg, config, router) &&
	       read_sessions(reader, cfg, CONFIG_RIB, config, router) &&
	       read_sessions(reader, cfg, CONFIG_TARGET, config, router);
}

static bool
read_file(const struct reader *reader, cfg_t *cfg, struct config *config)
{
	cfg_opt_t *routers = cfg_getopt(cfg, "router");

	if (cfg_opt_size(routers) == 0)
		return fail(reader, cfg->line, "the file ends without a 'router'");
	if (cfg_opt_size(routers) > ROUTERS_MAX)
		return fail(reader, cfg->line,
		    "there are more than %d sections 'router'", ROUTERS_MAX);
	if (!read_single(reader, cfg, CONFIG_SECTION_LOG, &config->log) ||
	    !read_single(reader, cfg, CONFIG_SECTION_HTTP, &config->http) ||
	    !read_single(reader, cfg, CONFIG_SECTION_SFLOW, &config->sflow) ||
	    !read_single(reader, cfg, CONFIG_SECTION_RECORD, &config->record) ||
	    !read_single(reader, cfg, CONFIG_SECTION_STATE, &config->state))
		return false;
	for (unsigned i = 0; i < cfg_opt_size(routers); i++)
		if (!read_router(reader, cfg_opt_getnsec(routers, i), config))
			return false;
	return true;
}

/*
 * Says what libconfuse did not like. Where braces do not match, at `line` because of
 * `why`, it may have found what the matter is elsewhere: the section that begins in
 * another one that was not closed, or lacks its brace.
 */
static bool
fail_parse(const struct reader *reader, cfg_t *cfg, unsigned line, const char *why)
{
	const char *error = find_error(cfg);

	if (why && (!error || (unsigned)atoi(error) == line))
		return fail(reader, (int)line, "%s", why);
	if (!error)
		return fail(reader, cfg->line, "an option without a name");
	snprintf(reader->reterr, reader->size, "%s:%s%s", reader->name, error,
	    why ? ", where braces do not match" : "");
	return false;
}

bool
config_read_text(const char *name, const char *text, struct config *config,
    char *reterr, size_t size)
{
	struct reader reader = { name, reterr, size };
	char why[CONFIG_ERROR_MAX];
	unsigned line = 0;
	char *clean = mem_strdup(text);
	cfg_t *cfg = NULL;
	bool good = false, braces = false;
	bool scanned = config_scan(clean, &line, why, sizeof why, &braces);

	if ((scanned || braces) && !(cfg = make_parser()))
		fail(&reader, 1, "out of memory");
	else if (cfg && cfg_parse_buf(cfg, clean) != CFG_SUCCESS)
		fail_parse(&reader, cfg, line, scanned ? NULL : why);
	else if (!scanned)
		fail(&reader, (int)line, "%s", why);
	else
		good = read_file(&reader, cfg, config);
	if (cfg)
		cfg_free(cfg);
	free(clean);
	return good;
}
