/* Runs a fuzz target over files and folders of files, without libFuzzer. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static size_t inputs;

static void
run_file(const char *path)
{
	FILE *file = fopen(path, "rb");
	uint8_t *bytes = NULL;
	struct stat st;

	if (!file || fstat(fileno(file), &st) != 0) {
		perror(path);
		exit(1);
	}
	/* an exact allocation, so that the sanitizer sees the first byte too far */
	bytes = malloc(st.st_size ? (size_t)st.st_size : 1);
	if (!bytes || fread(bytes, 1, (size_t)st.st_size, file) != (size_t)st.st_size) {
		perror(path);
		exit(1);
	}
	LLVMFuzzerTestOneInput(bytes, (size_t)st.st_size);
	inputs++;
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
