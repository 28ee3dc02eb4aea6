/*
 * Runs a fuzz target over files and folders of files, without libFuzzer; one that has a
 * mutator of its own, also over what that makes of them.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define MUTATIONS 30 /* of each file, one upon the other */
#define GROWTH 256   /* bytes that they may add to it */

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);
size_t LLVMFuzzerMutate(uint8_t *bytes, size_t len, size_t max);
__attribute__((weak)) size_t LLVMFuzzerCustomMutator(
    uint8_t *bytes, size_t len, size_t max, unsigned seed);

static size_t inputs;
static unsigned random_state = 1;

/* Another byte somewhere, or one more at the end. */
size_t
LLVMFuzzerMutate(uint8_t *bytes, size_t len, size_t max)
{
	size_t at = (size_t)rand_r(&random_state) % (len + 1);

	if (at == len && len == max)
		at = 0;
	if (at == len)
		len++;
	bytes[at] = (uint8_t)rand_r(&random_state);
	return len;
}

/* Runs an exact allocation, so that the sanitizer sees the first byte too far. */
static void
run_bytes(const uint8_t *bytes, size_t len)
{
	uint8_t *copy = malloc(len ? len : 1);

	if (!copy)
		exit(1);
	memcpy(copy, bytes, len);
	LLVMFuzzerTestOneInput(copy, len);
	inputs++;
	free(copy);
}

static void
run_mutations(uint8_t *bytes, size_t len, size_t max)
{
	for (unsigned i = 0; LLVMFuzzerCustomMutator && i < MUTATIONS; i++) {
		len = LLVMFuzzerCustomMutator(
		    bytes, len, max, (unsigned)rand_r(&random_state));
		run_bytes(bytes, len);
	}
}

static void
run_file(const char *path)
{
	FILE *file = fopen(path, "rb");
	uint8_t *bytes = NULL;
	struct stat st;
	size_t len;

	if (!file || fstat(fileno(file), &st) != 0) {
		perror(path);
		exit(1);
	}
	len = (size_t)st.st_size;
	bytes = malloc(len + GROWTH);
	if (!bytes || fread(bytes, 1, len, file) != len) {
		perror(path);
		exit(1);
	}
	run_bytes(bytes, len);
	run_mutations(bytes, len, len + GROWTH);
	free(bytes);
	fclose(file);
}

static void
run_folder(const char *path)
{
	DIR *dir = opendir(path);
	char name[4096];

	if (!dir) {
		perror(path);
		exit(1);
	}
	for (struct dirent *entry; (entry = readdir(dir));) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
		run_file(name);
	}
	closedir(dir);
}

int
main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		struct stat st;

		if (stat(argv[i], &st) == 0 && S_ISDIR(st.st_mode))
			run_folder(argv[i]);
		else
			run_file(argv[i]);
	}
	printf("%zu inputs\n", inputs);
	return inputs == 0;
}
