#include "config_scan.h"

#include <stdio.h>
#include <string.h>

#define DEPTH_MAX 8

struct scan {
	char *at;
	unsigned line;
	unsigned opened[DEPTH_MAX]; /* lines of the braces that are open */
	size_t depth;
	unsigned unmatched; /* line of the first closing brace without an open one; 0 */
	char *reterr;
	size_t size;
};

static bool
refuse(struct scan *scan, const char *what)
{
	unsigned char c = (unsigned char)*scan->at;

	if (c < ' ' || c >= 0x7f)
		snprintf(scan->reterr, scan->size, "byte 0x%02x %s", c, what);
	else
		snprintf(scan->reterr, scan->size, "'%c' %s", c, what);
	return false;
}

/* Blanks up to `end`, or to the end of the text if it does not come. */
static bool
blank_comment(struct scan *scan, const char *end)
{
	size_t len = strlen(end);

	while (*scan->at && strncmp(scan->at, end, len) != 0) {
		if (*scan->at == '\n')
			scan->line++;
		else
			*scan->at = ' ';
		scan->at++;
	}
	if (end[0] == '\n')
		return true; /* the newline is for the caller */
	if (!*scan->at)
		return false;
	memset(scan->at, ' ', len);
	scan->at += len;
	return true;
}

static bool
skip_string(struct scan *scan)
{
	const char *begin = scan->at;
	char quote = *scan->at++;

	for (; *scan->at != quote; scan->at++) {
		unsigned char c = (unsigned char)*scan->at;

		if (c == '\0' || c == '\n') {
			snprintf(scan->reterr, scan->size,
			    "the string %.*s has no end on its line",
			    (int)(scan->at - begin < 40 ? scan->at - begin : 40),
			    begin);
			return false;
		}
		if (c < ' ' || c == 0x7f || strchr("\\|=$", c))
			return refuse(scan, "has no place in a string");
	}
	scan->at++;
	return true;
}

static bool
count_brace(struct scan *scan)
{
	if (*scan->at == '}') {
		if (scan->depth > 0)
			scan->depth--;
		else if (!scan->unmatched)
			scan->unmatched = scan->line;
	} else {
		if (scan->depth == DEPTH_MAX)
			return refuse(scan, "is nested too deep");
		scan->opened[scan->depth++] = scan->line;
	}
	scan->at++;
	return true;
}

/* What may stand outside of strings and comments: words, signs, space. */
static bool
skip_plain(struct scan *scan)
{
	unsigned char c = (unsigned char)*scan->at;

	if (c == '\n')
		scan->line++;
	else if (c == ';')
		*scan->at = ' ';
	else if (!strchr("\t\r ,=-._:/[]"
			 "0123456789"
			 "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
		     c))
		return refuse(scan, "has no place here");
	scan->at++;
	return true;
}

static bool
scan_next(struct scan *scan)
{
	if (*scan->at == '#' || strncmp(scan->at, "//", 2) == 0)
		return blank_comment(scan, "\n");
	if (strncmp(scan->at, "/*", 2) == 0) {
		unsigned begin = scan->line;

		if (blank_comment(scan, "*/"))
			return true;
		scan->line = begin;
		snprintf(scan->reterr, scan->size, "the comment '/*' has no end");
		return false;
	}
	if (*scan->at == '"' || *scan->at == '\'')
		return skip_string(scan);
	if (*scan->at == '{' || *scan->at == '}')
		return count_brace(scan);
	return skip_plain(scan);
}

bool
config_scan(char *text, unsigned *retline, char *reterr, size_t size, bool *retbraces)
{
	struct scan scan = { .at = text, .line = 1, .reterr = reterr, .size = size };

	while (*scan.at) {
		if (!scan_next(&scan)) {
			*retline = scan.line;
			*retbraces = false;
			return false;
		}
	}
	if (!scan.unmatched && !scan.depth)
		return true;
	*retbraces = true;
	*retline = scan.unmatched ? scan.unmatched : scan.opened[scan.depth - 1];
	snprintf(reterr, size, "%s",
	    scan.unmatched ? "'}' closes nothing" : "'{' is never closed");
	return false;
}
