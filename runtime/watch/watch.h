/*
 * The file watcher: says which files changed, once for each burst of changes.
 *
 * It lives in an event loop, by inotify where that works and by looking every
 * second where it does not, and never keeps the loop for longer than a few
 * milliseconds.  A change is one of content: what is touched, or written again
 * as it was, is none.  Only files of folders above 64 MiB are not read, but
 * compared by size, times and inode.  Loop thread only.
 */
#ifndef RUNTIME_WATCH_WATCH_H
#define RUNTIME_WATCH_WATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/base/error.h"

struct event_base;
struct watch;

enum watch_kind { WATCH_ADDED, WATCH_REMOVED, WATCH_UPDATED };

struct watch_change {
	enum watch_kind kind;
	const char *path;  /* absolute */
	const char *shown; /* from the working folder, if below it */
	/* Of the content, as hash.h has it, but not for files too large to be
	 * read; 0 if removed. */
	uint64_t hash;
};

struct watch_events {
	/*
	 * All changes since the last call, sorted by path, valid during the
	 * call.  It may call watch_hold(), watch_forgive() and watch_free().
	 */
	void (*changed)(
	    void *arg, const struct watch_change *changes, size_t n);
};

/* The lists end with NULL, may be NULL, and are copied. */
struct watch_config {
	struct event_base *base;
	const char *const *folders; /* with all below; not by symlinks */
	/* Count whatever their ending, also in ignored folders and by symlinks:
	 * the service file, its source. */
	const char *const *files;
	const char *const *others; /* never count: files of other services */
	/* Besides watch_filter.h's: a name is ignored at any depth, one with a
	 * slash is a path from the working folder. */
	const char *const *ignored_dirs;
	const char *const *endings; /* of names that count */
	bool poll;                  /* do not even try inotify */
	int64_t quiet_ms;           /* 0: 75; a burst ends with so long none */
	int64_t cap_ms;             /* 0: 1500; or so long after its start */
	const struct watch_events *events;
	void *arg;
};

/*
 * Starts to watch: files as they are now, folders as they are found by a first
 * look that goes on in the loop.  A folder or file that is not there is waited
 * for.  NULL with one line.
 */
struct watch *watch_new(const struct watch_config *config, struct error *err);
void watch_free(struct watch *watch);

/*
 * While held, as during a build, nothing is reported.  What differs when it is
 * released is reported after the quiet period.
 */
void watch_hold(struct watch *watch, bool hold);

/*
 * Takes the present content of the file as known, so that what made it is no
 * change.  Blocks while it is read.
 */
void watch_forgive(struct watch *watch, const char *path);

/* Whether the first look is over and no change waits to be reported. */
bool watch_is_idle(const struct watch *watch);

/* Whether it looks every second, as inotify does not work here. */
bool watch_is_polling(const struct watch *watch);

/* Writes the record "files changed": added, removed, updated, ten names each
 * at most. */
void watch_log_changes(const struct watch_change *changes, size_t n);

#endif
