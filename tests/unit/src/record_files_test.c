/* Where recordings may go, how much they may have, and a disk that is full. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config.h"
#include "helpers/folder.h"
#include "record_files.h"

static char folder[FOLDER_MAX];
static struct config_record config;
static char why[256];

static int
setup(void **state)
{
	(void)state;
	folder_make(folder);
	config.max_bytes = 1000000;
	snprintf(config.directory, sizeof config.directory, "%s/records", folder);
	*why = '\0';
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	folder_remove(folder);
	return 0;
}

static struct record_files *
make(const char *name, uint64_t max)
{
	return record_files_new(&config, name, max, why, sizeof why);
}

static off_t
size_of(const char *path)
{
	char text[256];
	struct stat st;

	snprintf(text, sizeof text, "%s/%s", config.directory, path);
	return stat(text, &st) == 0 ? st.st_size : -1;
}

static void
files_hold_what_is_put(void **state)
{
	struct record_files *files = make("a", 500000);
	char bytes[1000] = "x";

	(void)state;
	assert_non_null(files);
	record_files_put(files, RECORD_RIB, "one\n", 4);
	for (int i = 0; i < 200; i++)
		record_files_put(files, RECORD_SFLOW, bytes, sizeof bytes);
	assert_int_equal(record_files_bytes(files), 200004);
	assert_int_equal(record_files_limit(files), 500000);
	assert_int_equal(size_of("a/rib.txt"), 0);
	record_files_flush(files);
	assert_int_equal(size_of("a/rib.txt"), 4);
	record_files_put(files, RECORD_RIB, "two\n", 4);
	assert_null(record_files_fault(files));
	record_files_free(files);
	assert_int_equal(size_of("a/rib.txt"), 8);
	assert_int_equal(size_of("a/changes.txt"), 0);
	assert_int_equal(size_of("a/sflow.pcap"), 200000);
}

static void
all_together_are_bounded(void **state)
{
	struct record_files *files = make("a", 150000);
	char bytes[1000] = "x";

	(void)state;
	for (int i = 0; i < 100; i++) {
		record_files_put(files, RECORD_SFLOW, bytes, sizeof bytes);
		record_files_put(files, RECORD_CHANGES, bytes, sizeof bytes);
	}
	assert_string_equal(record_files_fault(files), "max-size is reached");
	assert_true(record_files_full(files));
	/* nothing goes in behind a gap, even if it would fit */
	record_files_put(files, RECORD_RIB, bytes, 1);
	record_files_free(files);
	assert_int_equal(size_of("a/sflow.pcap"), 75000);
	assert_int_equal(size_of("a/changes.txt"), 75000);
	assert_int_equal(size_of("a/rib.txt"), 0);

	/* what is there counts */
	files = make("b", UINT64_MAX);
	assert_int_equal(record_files_limit(files), 850000);
	for (int i = 0; i < 800; i++)
		record_files_put(files, RECORD_SFLOW, bytes, sizeof bytes);
	assert_null(record_files_fault(files));
	record_files_free(files);
	assert_null(make("c", UINT64_MAX));
	assert_non_null(strstr(why, "have 950000 bytes of max-size 1000000 already"));
	assert_int_equal(size_of("c"), -1);
}

static void
names_lead_nowhere_else(void **state)
{
	static const char *const names[] = { "", ".", "..", ".a", "a/b", "/tmp/x",
		"../x", "a b", "a\n",
		"0123456789012345678901234567890123456789012345678901234567890123" };

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		assert_null(make(names[i], 500000));
		assert_non_null(strstr(why, "is no name for a recording"));
	}
	assert_int_equal(size_of(""), -1); /* not even the directory was made */
}

static void
what_is_there_stays(void **state)
{
	char path[256], target[256];
	struct stat st;

	(void)state;
	record_files_free(make("a", 500000));
	assert_null(make("a", 500000));
	assert_string_equal(why, "there is a recording 'a' already");
	/* a link of somebody's does not lead us away */
	snprintf(target, sizeof target, "%s/elsewhere", folder);
	snprintf(path, sizeof path, "%s/b", config.directory);
	assert_int_equal(symlink(target, path), 0);
	assert_null(make("b", 500000));
	assert_int_equal(stat(target, &st), -1);
}

static void
no_directory_no_recording(void **state)
{
	(void)state;
	snprintf(config.directory, sizeof config.directory, "%s/no/records", folder);
	assert_null(make("a", 500000));
	assert_non_null(strstr(why, "no/records: No such file or directory"));
	config.directory[0] = '\0';
	assert_null(make("a", 500000));
	assert_string_equal(
	    why, "recording is off: armd.conf names no directory for it");
}

/* The limit of the process's files stands in for a full disk: part of a write fits. */
static void
a_full_disk_leaves_whole_records(void **state)
{
	struct rlimit old, tight;
	struct record_files *files = make("a", 900000);
	char record[7777];

	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	tight = (struct rlimit){ 100000, old.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
	memset(record, 'r', sizeof record);
	for (int i = 0; i < 40 && !record_files_fault(files); i++)
		record_files_put(files, RECORD_SFLOW, record, sizeof record);
	assert_string_equal(record_files_fault(files), "File too large");
	assert_false(record_files_full(files));
	record_files_put(files, RECORD_RIB, "x\n", 2);
	record_files_free(files);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	assert_true(size_of("a/sflow.pcap") > 0);
	assert_int_equal(size_of("a/sflow.pcap") % (off_t)sizeof record, 0);
	assert_int_equal(size_of("a/rib.txt"), 0);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(files_hold_what_is_put),
		TEST(all_together_are_bounded),
		TEST(names_lead_nowhere_else),
		TEST(what_is_there_stays),
		TEST(no_directory_no_recording),
		TEST(a_full_disk_leaves_whole_records),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
