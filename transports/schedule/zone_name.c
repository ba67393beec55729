/* Finds zones by name: offsets, the system's files, the local zone. */
#include "runtime/base/ascii.h"
#include "transports/schedule/zone.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/base/alloc.h"

#define FOLDER "/usr/share/zoneinfo"
#define LOCAL_FILE "/etc/localtime"

#define FILE_MAX ((size_t)256 << 10)

/* ---- offsets ---- */

static struct zone *
fixed(int32_t offset_s)
{
	struct zone *zone = xcalloc(1, sizeof(*zone));

	zone->first_offset_s = offset_s;
	return zone;
}

static bool
read_digits(const char **at, size_t count, int *value)
{
	*value = 0;
	for (size_t i = 0; i < count; i++, ++*at) {
		if (!ascii_is_digit(**at))
			return false;
		*value = *value * 10 + (**at - '0');
	}
	return true;
}

/* [GMT|UTC] [+-]h, hh, hhmm or hh:mm; without a sign only hhmm or hh:mm. */
static bool
read_offset(const char *text, int32_t *offset_s)
{
	const bool named = ascii_ncasecmp(text, "gmt", 3) == 0 ||
	    ascii_ncasecmp(text, "utc", 3) == 0;
	int sign = 0, hours, minutes = 0;
	size_t digits;

	text += named ? 3 : 0;
	text += strspn(text, " ");
	if (*text == '+' || *text == '-')
		sign = *text++ == '-' ? -1 : 1;
	text += sign != 0 ? strspn(text, " ") : 0;
	digits = strspn(text, "0123456789");
	if (!read_digits(&text, digits == 1 ? 1 : 2, &hours))
		return false;
	text += digits == 2 && *text == ':' ? 1 : 0;
	if (*text != '\0' && !read_digits(&text, 2, &minutes))
		return false;
	if (*text != '\0' || hours > 14 || minutes > 59)
		return false;
	/* A bare number is an offset only if it is none at all. */
	if (sign == 0 && (named || digits == 1 || hours + minutes > 0))
		return false;
	if (sign != 0 && !named && digits < 2)
		return false;
	*offset_s = sign * (hours * 60 + minutes) * 60;
	return true;
}

/* ---- files ---- */

static struct zone *
read_zone(const char *path, const char *name, struct error *err)
{
	unsigned char *data = xcalloc(1, FILE_MAX);
	const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct zone *zone = NULL;
	struct error reason;
	size_t size = 0;
	ssize_t got = fd < 0 ? -1 : 1;
	int code = errno;

	while (got > 0 && size < FILE_MAX) {
		got = read(fd, data + size, FILE_MAX - size);
		code = errno;
		size += got > 0 ? (size_t)got : 0;
	}
	if (fd >= 0)
		close(fd);
	if (got < 0) {
		error_set(err, "timezone \"%s\": cannot read %s: %s", name,
		    path, strerror(code));
	} else {
		zone = zone_parse(data, size, &reason);
		if (zone == NULL)
			error_set(err, "timezone \"%s\": %s: %s", name, path,
			    reason.text);
	}
	free(data);
	return zone;
}

/* Appends the entry of folder path that is named so in any case. */
static bool
append_entry(char *path, size_t size, const char *name, size_t len)
{
	DIR *folder = opendir(path);
	const size_t used = strlen(path);
	const struct dirent *entry;
	bool found = false;

	if (folder == NULL)
		return false;
	while (!found && (entry = readdir(folder)) != NULL) {
		found = strlen(entry->d_name) == len &&
		    ascii_ncasecmp(entry->d_name, name, len) == 0 &&
		    used + 1 + len < size;
		if (found)
			snprintf(
			    path + used, size - used, "/%s", entry->d_name);
	}
	closedir(folder);
	return found;
}

/* Names have no dots, so that none leads out of the folder. */
static bool
is_name(const char *name)
{
	return name[0] != '\0' && strlen(name) < 128 &&
	    name[strspn(name,
		"ABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"abcdefghijklmnopqrstuvwxyz"
		"0123456789+-_/")] == '\0';
}

/* "europe/stockholm" is /usr/share/zoneinfo/Europe/Stockholm. */
static bool
find_file(const char *name, char *path, size_t size)
{
	const char *folder = getenv("TZDIR");
	struct stat about;

	if (!is_name(name))
		return false;
	snprintf(path, size, "%s", folder != NULL ? folder : FOLDER);
	for (const char *at = name;;) {
		const size_t len = strcspn(at, "/");
		if (len == 0 || !append_entry(path, size, at, len))
			return false;
		if (at[len] == '\0')
			return stat(path, &about) == 0 &&
			    S_ISREG(about.st_mode);
		at += len + 1;
	}
}

static struct zone *
open_named(const char *name, struct error *err)
{
	char path[PATH_MAX];
	int32_t offset_s;

	if (read_offset(name, &offset_s))
		return fixed(offset_s);
	if (find_file(name, path, sizeof(path)))
		return read_zone(path, name, err);
	/* Its file is missing where tzdata is. */
	if (ascii_casecmp(name, "UTC") == 0)
		return fixed(0);
	error_set(err,
	    "timezone \"%s\": no such zone in %s (want a name such "
	    "as \"Europe/Stockholm\", from the package tzdata, or "
	    "an offset such as \"+02:00\")",
	    name, FOLDER);
	return NULL;
}

/* ---- the local zone ---- */

static struct zone *
open_local(struct error *err)
{
	const char *name = getenv("TZ");
	struct zone *zone;

	if (name == NULL)
		return access(LOCAL_FILE, F_OK) == 0
		    ? read_zone(LOCAL_FILE, "local", err)
		    : fixed(0);
	name += *name == ':';
	if (*name == '\0')
		return fixed(0);
	if (*name == '/')
		return read_zone(name, "local", err);
	zone = xcalloc(1, sizeof(*zone));
	zone->has_rule = zone_rule_parse(&zone->rule, name);
	if (zone->has_rule)
		return zone;
	zone_free(zone);
	return open_named(name, err);
}

struct zone *
zone_open(const char *name, struct error *err)
{
	return name == NULL || name[0] == '\0' ? open_local(err)
					       : open_named(name, err);
}
