#include "show_parts.h"

#include <inttypes.h>
#include <stdbool.h>

#include "human.h"
#include "table.h"

static void
add_list(struct table *table, const json_t *list)
{
	char text[512] = "";
	size_t len = 0;

	for (size_t i = 0; i < json_array_size(list) && len < sizeof text; i++) {
		const char *item = json_string_value(json_array_get(list, i));

		if (item)
			len += (size_t)snprintf(text + len, sizeof text - len, "%s%s",
			    len ? "," : "", item);
	}
	table_add(table, *text ? text : "-");
}

/* A count, 0 if it is none. */
static uint64_t
count_of(const json_t *value)
{
	double number = json_number_value(value);

	if (json_is_integer(value))
		return json_integer_value(value) > 0
			   ? (uint64_t)json_integer_value(value)
			   : 0;
	return number > 0 && number < 1e19 ? (uint64_t)number : 0;
}

static void
add_number(struct table *table, const json_t *value, enum form form)
{
	char text[HUMAN_MAX];

	if (form == RATE)
		human_rate(json_number_value(value), text);
	else if (form == SHARE)
		human_share(json_number_value(value), text);
	else if (form == MARGIN)
		human_error(json_number_value(value), text);
	else if (form == DURATION)
		human_duration(count_of(value), text);
	else
		snprintf(text, sizeof text, "%" PRIu64, count_of(value));
	table_add(table, text);
}

void
show_add_value(struct table *table, const json_t *value, enum form form)
{
	if (form == LIST && json_is_array(value))
		add_list(table, value);
	else if (form == TRUTH && json_is_boolean(value))
		table_add(table, json_is_true(value) ? "yes" : "no");
	else if (json_is_string(value) && *json_string_value(value))
		table_add(table, json_string_value(value));
	else if (json_is_number(value))
		add_number(table, value, form);
	else
		table_add(table, "-");
}

void
show_add_field(
    struct table *table, const json_t *object, const char *key, enum form form)
{
	const json_t *hops = json_object_get(object, "nexthops");

	if (form == HOPS && json_is_array(hops))
		add_list(table, hops);
	else
		show_add_value(table, json_object_get(object, key), form);
}

void
show_add_row(struct table *table, const json_t *object, const struct column *columns)
{
	for (; columns->key; columns++)
		show_add_field(table, object, columns->key, columns->form);
}

const char *
show_text(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	if (!text || !*text)
		return "-";
	for (const char *c = text; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			return "?";
	return text;
}

void
show_list(const char *heads, const json_t *list, const struct column *columns,
    int indent, FILE *out)
{
	struct table *table = table_new(heads);

	for (size_t i = 0; i < json_array_size(list); i++)
		show_add_row(table, json_array_get(list, i), columns);
	table_take_print(table, indent, out);
}

void
show_families(const char *heads, const json_t *object, const struct column *columns,
    int indent, FILE *out)
{
	struct table *table = table_new(heads);

	table_add(table, "IPv4");
	show_add_row(table, json_object_get(object, "ipv4"), columns);
	table_add(table, "IPv6");
	show_add_row(table, json_object_get(object, "ipv6"), columns);
	table_take_print(table, indent, out);
}

json_t *
show_load(const char *json)
{
	json_t *root = json_loads(json, 0, NULL);

	if (!json_is_object(root)) {
		json_decref(root);
		return NULL;
	}
	return root;
}
