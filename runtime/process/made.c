#include "runtime/process/made.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "runtime/base/alloc.h"
#include "runtime/base/log.h"

#define LOGGER "tomodachi.supervisor"

struct file {
	struct file *next;
	char *path;
	unsigned round, times; /* the last it changed in; in a row */
};

struct made {
	struct file *files;
	unsigned round;
	struct timespec began, ended; /* of the last round */
};

struct made *
made_new(void)
{
	return xcalloc(1, sizeof(struct made));
}

void
made_free(struct made *made)
{
	if (made == NULL)
		return;
	while (made->files != NULL) {
		struct file *first = made->files;

		made->files = first->next;
		free(first->path);
		free(first);
	}
	free(made);
}

/* As coarse as the times of files. */
static void
read_clock(struct timespec *now)
{
	clock_gettime(CLOCK_REALTIME_COARSE, now);
}

void
made_begin(struct made *made)
{
	made->round++;
	read_clock(&made->began);
}

void
made_end(struct made *made)
{
	read_clock(&made->ended);
}

static bool
is_before(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec != b->tv_sec ? a->tv_sec < b->tv_sec
				      : a->tv_nsec < b->tv_nsec;
}

/* Whether it changed last while the last builds ran. */
static bool
is_of_round(const struct made *made, const char *path)
{
	struct stat is;

	return made->round > 0 && stat(path, &is) == 0 &&
	    !is_before(&is.st_ctim, &made->began) &&
	    !is_before(&made->ended, &is.st_ctim);
}

static struct file *
find(const struct made *made, const char *path)
{
	struct file *file = made->files;

	while (file != NULL && strcmp(file->path, path) != 0)
		file = file->next;
	return file;
}

static struct file *
add(struct made *made, const char *path)
{
	struct file *file = xcalloc(1, sizeof(*file));

	file->path = xstrdup(path);
	file->next = made->files;
	made->files = file;
	return file;
}

void
made_note(struct made *made, const char *path)
{
	struct file *file = find(made, path);

	if (!is_of_round(made, path)) {
		if (file != NULL && file->times < MADE_TIMES)
			file->times = 0;
		return;
	}
	if (file == NULL)
		file = add(made, path);
	if (file->times >= MADE_TIMES)
		return;
	file->times = file->round + 1 == made->round ? file->times + 1 : 1;
	file->round = made->round;
	if (file->times == MADE_TIMES)
		log_record(LOGGER, TOMO_LOG_WARNING,
		    "a file changes with each build: it no longer counts",
		    TOMO_LOG_STR("file", path),
		    TOMO_LOG_STR("hint",
			"let the build leave it alone, or ignore its folder "
			"(watcher.ignored_dirs)"));
}

bool
made_has(const struct made *made, const char *path)
{
	const struct file *file = find(made, path);

	return file != NULL && file->times >= MADE_TIMES;
}
