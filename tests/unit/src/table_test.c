#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "table.h"

static char *
printed(struct table *table, int indent)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	table_take_print(table, indent, out);
	fclose(out);
	return text;
}

static void
columns_are_as_wide_as_their_widest_cell(void **state)
{
	struct table *table = table_new("name|>n|rest");
	char *text;

	(void)state;
	table_add(table, "a");
	table_add(table, "12345");
	table_add(table, "x\ny\033");
	table_add(table, "longer");
	table_add(table, "1");
	table_add(table, "");
	text = printed(table, 1);
	assert_string_equal(text, " name        n  rest\n"
				  " a       12345  x?y?\n"
				  " longer      1  \n");
	free(text);
}

static void
heads_stand_alone(void **state)
{
	char *text = printed(table_new("a|>b"), 0);

	(void)state;
	assert_string_equal(text, "a  b\n");
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(columns_are_as_wide_as_their_widest_cell),
		cmocka_unit_test(heads_stand_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
