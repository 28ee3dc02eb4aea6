#include "config_secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config.h"
#include "config_schema.h"

static bool
keep(char *secret, const char *text, char *reterr, size_t size)
{
	size_t len = strlen(text);

	if (len >= CONFIG_SECRET_MAX) {
		snprintf(reterr, size, "longer than %d bytes", CONFIG_SECRET_MAX - 1);
		return false;
	}
	memcpy(secret, text, len + 1);
	return true;
}

CONFIG_VALUE(config_value_secret)
{
	struct config_session *session = base;

	if (!keep((char *)base + option->offset, word, reterr, size))
		return false;
	session->has_secret |= *word != '\0';
	return true;
}

/* A longer line gives too long a text, so that it is refused and not cut. */
static bool
read_line(int fd, const char *path, char text[2 * CONFIG_SECRET_MAX], char *reterr,
    size_t size)
{
	ssize_t len = read(fd, text, 2 * CONFIG_SECRET_MAX - 1);

	if (len < 0) {
		snprintf(reterr, size, "'%s': %s", path, strerror(errno));
		return false;
	}
	text[len] = '\0';
	text[strcspn(text, "\r\n")] = '\0';
	if (!*text) {
		snprintf(reterr, size, "'%s' begins with an empty line", path);
		return false;
	}
	return true;
}

CONFIG_VALUE(config_value_secret_file)
{
	struct config_session *session = base;
	char text[2 * CONFIG_SECRET_MAX], *secret = (char *)base + option->offset;
	struct stat file;
	bool good = false;
	int fd;

	if (!*word)
		return true;
	if (*secret) {
		snprintf(reterr, size, "'%s' is said, and the secret itself", word);
		return false;
	}
	/* whoever names a pipe shall not make us wait */
	fd = open(word, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	if (fd < 0 || fstat(fd, &file) < 0)
		snprintf(reterr, size, "'%s': %s", word, strerror(errno));
	else if (!S_ISREG(file.st_mode))
		snprintf(reterr, size, "'%s' is not a regular file", word);
	else
		good = read_line(fd, word, text, reterr, size) &&
		       keep(secret, text, reterr, size);
	if (good)
		session->exposes_secret |= (file.st_mode & S_IROTH) != 0;
	if (fd >= 0)
		close(fd);
	return good;
}
