#include "json_line.h"

#include <stdlib.h>
#include <string.h>

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static void
skip_space(struct json_line *line)
{
	while (*line->at == ' ' || *line->at == '\t' || *line->at == '\r' ||
	       *line->at == '\n')
		line->at++;
}

/* Steps over `c`, if it comes next. */
static bool
take(struct json_line *line, char c)
{
	skip_space(line);
	if (*line->at != c)
		return false;
	line->at++;
	return true;
}

static bool
take_word(struct json_line *line, const char *word)
{
	size_t len = strlen(word);

	if (strncmp(line->at, word, len) != 0)
		return false;
	line->at += len;
	return true;
}

/* What stands for the escape behind a backslash; '\0' if there is none such. */
static char
take_escape(struct json_line *line)
{
	char c = *line->at++;

	if (c == '"' || c == '\\' || c == '/')
		return c;
	if (c && strchr("bfnrt", c))
		return '?';
	if (c != 'u' || strspn(line->at, "0123456789abcdefABCDEF") < 4)
		return '\0';
	line->at += 4;
	return '?';
}

/* A text, shortened in place by its escapes. */
static bool
take_text(struct json_line *line, const char **rettext)
{
	char *begin, *to;

	if (!take(line, '"'))
		return false;
	for (begin = to = line->at; *line->at != '"'; to++) {
		char c = *line->at++;

		if (c == '\\')
			c = take_escape(line);
		else if ((unsigned char)c < ' ')
			return false;
		else if ((unsigned char)c >= 0x7f)
			c = '?';
		if (!c)
			return false;
		*to = c;
	}
	line->at++;
	*to = '\0';
	*rettext = begin;
	return true;
}

static bool
take_digits(struct json_line *line)
{
	if (!is_digit(*line->at))
		return false;
	while (is_digit(*line->at))
		line->at++;
	return true;
}

static bool
take_number(struct json_line *line, double *ret)
{
	const char *begin = line->at;

	line->at += *line->at == '-';
	if (*line->at == '0')
		line->at++;
	else if (!take_digits(line))
		return false;
	if (*line->at == '.') {
		line->at++;
		if (!take_digits(line))
			return false;
	}
	if (*line->at == 'e' || *line->at == 'E') {
		line->at++;
		line->at += *line->at == '+' || *line->at == '-';
		if (!take_digits(line))
			return false;
	}
	*ret = strtod(begin, NULL);
	return true;
}

static bool take_value(
    struct json_line *line, unsigned depth, struct json_member *member);

/* What stands between the brackets or braces that `close` ends. */
static bool
take_items(struct json_line *line, char close, unsigned depth, size_t *retitems)
{
	struct json_member inner;
	size_t items = 0;

	if (depth == JSON_LINE_DEPTH)
		return false;
	line->at++;
	if (!take(line, close)) {
		do {
			if (close == '}' &&
			    (!take_text(line, &inner.name) || !take(line, ':')))
				return false;
			if (!take_value(line, depth + 1, &inner))
				return false;
			items++;
		} while (take(line, ','));
		if (!take(line, close))
			return false;
	}
	*retitems = items;
	return true;
}

static bool
take_value(struct json_line *line, unsigned depth, struct json_member *member)
{
	skip_space(line);
	switch (*line->at) {
	case '"':
		member->kind = JSON_LINE_TEXT;
		return take_text(line, &member->text);
	case '[':
		member->kind = JSON_LINE_LIST;
		return take_items(line, ']', depth, &member->items);
	case '{':
		member->kind = JSON_LINE_OBJECT;
		return take_items(line, '}', depth, &member->items);
	case 't':
		member->kind = JSON_LINE_TRUE;
		return take_word(line, "true");
	case 'f':
		member->kind = JSON_LINE_FALSE;
		return take_word(line, "false");
	case 'n':
		member->kind = JSON_LINE_NULL;
		return take_word(line, "null");
	default:
		member->kind = JSON_LINE_NUMBER;
		return take_number(line, &member->number);
	}
}

void
json_line_begin(struct json_line *line, char *text, size_t len)
{
	*line = (struct json_line){ .at = text, .end = text + len };
	line->bad = !take(line, '{');
}

bool
json_line_next(struct json_line *line, struct json_member *ret)
{
	struct json_member member = { .text = "" };
	bool first = !line->begun;

	if (line->bad || line->ended)
		return false;
	line->begun = true;
	if (take(line, '}')) {
		skip_space(line);
		line->ended = true;
		return false;
	}
	if ((first || take(line, ',')) && take_text(line, &member.name) &&
	    take(line, ':') && take_value(line, 1, &member)) {
		*ret = member;
		return true;
	}
	line->bad = true;
	return false;
}

bool
json_line_whole(const struct json_line *line)
{
	return line->ended && line->at == line->end;
}
