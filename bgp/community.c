#include "bgp/community.h"

#include <string.h>

#define NUMBERS_MAX 3

/* A number in plain digits up to the next ':' or the end; *text goes behind it. */
static bool
take_number(const char **text, uint32_t *ret)
{
	size_t digits = strspn(*text, "0123456789");
	uint64_t value = 0;

	if (digits == 0 || digits > 10 || (digits > 1 && **text == '0'))
		return false;
	for (size_t i = 0; i < digits; i++)
		value = value * 10 + (uint64_t)((*text)[i] - '0');
	*text += digits;
	if (value > UINT32_MAX || (**text && **text != ':'))
		return false;
	*text += **text == ':' && (*text)[1];
	*ret = (uint32_t)value;
	return true;
}

/* Numbers with ':' between them; how many, 0 if there is anything else. */
static unsigned
parse_numbers(const char *text, uint32_t numbers[NUMBERS_MAX])
{
	unsigned n = 0;

	while (n < NUMBERS_MAX && take_number(&text, &numbers[n]))
		if (n++, !*text)
			return n;
	return 0;
}

/* The numbers behind "rt:" or "ro:", of which the first may be an IPv4 address. */
static bool
is_extended(const char *text)
{
	const char *colon;
	uint32_t numbers[NUMBERS_MAX];
	char head[ADDR_TEXT_MAX];
	struct addr addr;

	if (strncmp(text, "0x", 2) == 0)
		return strlen(text) == 18 && strspn(text + 2, "0123456789abcdef") == 16;
	if (strncmp(text, "rt:", 3) != 0 && strncmp(text, "ro:", 3) != 0)
		return false;
	text += 3;
	colon = strchr(text, ':');
	if (!colon || (size_t)(colon - text) >= sizeof head)
		return false;
	memcpy(head, text, (size_t)(colon - text));
	head[colon - text] = '\0';
	if (addr_parse(head, &addr))
		return addr.family == FAMILY_IPV4 &&
		       parse_numbers(colon + 1, numbers) == 1 &&
		       numbers[0] <= UINT16_MAX;
	/* two octets of AS and four of number, or the reverse */
	return parse_numbers(text, numbers) == 2 &&
	       (numbers[0] <= UINT16_MAX || numbers[1] <= UINT16_MAX);
}

bool
bgp_community_parse(const char *text, struct bgp_community *ret)
{
	struct bgp_community community = { .kind = BGP_COMMUNITY_PLAIN };
	unsigned n = parse_numbers(text, community.words);

	if (n == 3) {
		community.kind = BGP_COMMUNITY_LARGE;
	} else if (n == 2 && community.words[0] <= UINT16_MAX &&
		   community.words[1] <= UINT16_MAX) {
		community.words[0] = community.words[0] << 16 | community.words[1];
	} else if (strlen(text) < sizeof community.text && is_extended(text)) {
		community.kind = BGP_COMMUNITY_EXTENDED;
		memcpy(community.text, text, strlen(text) + 1);
	} else if (!bgp_community_by_name(text, &community.words[0])) {
		return false;
	}
	*ret = community;
	return true;
}

bool
bgp_community_is_in(
    const struct bgp_community *community, const struct bgp_attr_fields *fields)
{
	struct rd list = fields->communities;
	char text[BGP_COMMUNITY_TEXT_MAX];

	switch (community->kind) {
	case BGP_COMMUNITY_PLAIN:
		while (rd_left(&list))
			if (rd_u32(&list) == community->words[0])
				return true;
		break;
	case BGP_COMMUNITY_LARGE:
		list = fields->large_communities;
		while (rd_left(&list)) {
			unsigned same = 0;

			for (int i = 0; i < 3; i++)
				same += rd_u32(&list) == community->words[i];
			if (same == 3)
				return true;
		}
		break;
	case BGP_COMMUNITY_EXTENDED:
		list = fields->ext_communities;
		while (bgp_ext_community_next(&list, text))
			if (strcmp(text, community->text) == 0)
				return true;
		break;
	}
	return false;
}
